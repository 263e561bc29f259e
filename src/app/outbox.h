/* outbox.h - mail that is sent because something was committed, and only then. */
#ifndef APP_OUTBOX_H
#define APP_OUTBOX_H

#include "base/ctx.h"

/* Queue a mail in the caller's transaction. After lifetime_s seconds it is not worth sending. */
enum err outbox_add(struct ctx *ctx, const char *recipient, const char *subject, const char *body,
		    int64_t lifetime_s) MUST_CHECK;
/* Send one mail that is due; *sent tells whether there was one. Failures are tried again later, with
 * backoff; stale mails are given up. */
enum err outbox_send_one(struct ctx *ctx, bool *found) MUST_CHECK;

#endif
