/* outbox.h - mail that is sent because something was committed, and only then. */
#ifndef APP_EVENTS_OUTBOX_H
#define APP_EVENTS_OUTBOX_H

#include "base/ctx.h"
#include "base/text.h"

/* Write down a mail and the job to send it, both or none. After lifetime_s seconds it is not worth sending. */
enum err outbox_add(struct ctx *ctx, const char *recipient, const char *subject, const char *body,
		    int64_t lifetime_s) MUST_CHECK;
/* A mail that has not gone out yet. */
struct outbox_mail {
	int64_t mail_id;
	struct uuid public_id;
	const char *recipient;
	const char *subject;
	struct bytes body_sealed;
	bool stale; /* not worth sending any more */
	struct instant created_at;
};

/* The mail with a public id; *found is false if it went out or was given up. */
enum err outbox_find(struct ctx *ctx, struct uuid public_id, struct outbox_mail *out,
		     bool *found) MUST_CHECK;
/* Send it now. ERR_UNAVAILABLE: another time may do. A mail that can't be sent at all, or is
 * stale, is given up. */
enum err outbox_send(struct ctx *ctx, const struct outbox_mail *mail) MUST_CHECK;

#endif
