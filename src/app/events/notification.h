/* notification.h - notifications of users in Drop: payments, KYC decisions, complaints. */
#ifndef APP_EVENTS_NOTIFICATION_H
#define APP_EVENTS_NOTIFICATION_H

#include <stddef.h>

#include "base/ctx.h"

/* The subject of a notification. */
enum notification_type { NOTIFY_PAYMENT = 1, NOTIFY_KYC, NOTIFY_COMPLAINT };

extern const char *const notification_type_words[];

/* Notify a user, in the transaction of the cause. subject is the public id of its object, or
 * NULL. Texts are copied. */
enum err notification_add(struct ctx *ctx, int64_t user_id, enum notification_type type,
			  const char *title, const char *message, const char *subject) MUST_CHECK;

struct notification {
	int64_t notification_id;
	const char *drop_id;
	enum notification_type type;
	const char *title;
	const char *message;
	const char *subject;
	bool read;
	struct instant created_at;
};

/* Of the caller, newest first; total is the number on all pages. */
enum err notification_list(struct ctx *ctx, int64_t most, int64_t skip, struct notification **out,
			   size_t *n, int64_t *total) MUST_CHECK;
/* Those with these ids that are the caller's and unread; *updated is their number. */
enum err notification_read(struct ctx *ctx, const char *const *ids, size_t n,
			   int64_t *updated) MUST_CHECK;

#endif
