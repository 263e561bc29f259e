/* outbox.h - mail that is sent if and only if its transaction was committed. */
#ifndef APP_EVENTS_OUTBOX_H
#define APP_EVENTS_OUTBOX_H

#include "base/ctx.h"
#include "base/text.h"

/* Store a mail and the job to send it, unless the recipient's domain is below .invalid. After
 * lifetime_s seconds it is obsolete. */
enum err outbox_add(struct ctx *ctx, const char *recipient, const char *subject, const char *body,
		    int64_t lifetime_s) MUST_CHECK;
/* A mail that has not been sent yet. */
struct outbox_mail {
	int64_t mail_id;
	struct uuid public_id;
	const char *recipient;
	const char *subject;
	struct bytes body_sealed;
	bool stale; /* time after which it is obsolete */
	struct instant created_at;
};

/* The mail with a public id; *found is false if it was sent or dropped. */
enum err outbox_find(struct ctx *ctx, struct uuid public_id, struct outbox_mail *out,
		     bool *found) MUST_CHECK;
/* Send it now. ERR_UNAVAILABLE: retry later. A mail that can't be sent at all, or is obsolete,
 * is dropped. */
enum err outbox_send(struct ctx *ctx, const struct outbox_mail *mail) MUST_CHECK;

#endif
