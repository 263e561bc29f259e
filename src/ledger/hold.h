/* hold.h - money that is set aside on an account until it is captured, voided or expired. */
#ifndef LEDGER_HOLD_H
#define LEDGER_HOLD_H

#include "base/ctx.h"
#include "ledger/kernel.h"

/* An order to set money aside. */
struct hold_order {
	int64_t ledger_id;
	struct uuid account;
	const char *currency;
	int64_t amount; /* minor units, > 0 */
	const char *reference;
	const char *metadata;
	int64_t lifetime_s;
	unsigned char content[CONTENT_SIZE];
};

/* A hold as it stands. */
struct hold {
	int64_t hold_id;
	struct uuid public_id;
	struct uuid account;
	int64_t ledger_id;
	int64_t amount;
	int64_t captured;
	int64_t status;
	const char *currency;
	const char *reference;
	const char *metadata;
	struct bytes content;
	struct instant created_at;
	struct instant expires_at;
	struct instant closed_at;
	struct uuid transaction; /* of the capture, or nil */
	bool replayed;
};

/* Set money aside, in the caller's db_transact(). The same order again gives the first hold with
 * replayed set; the same reference with other content is ERR_DUPLICATE_REFERENCE. */
enum err hold_place(struct ctx *ctx, const struct hold_order *order, struct hold *out) MUST_CHECK;
/* Give it back, in the caller's db_transact(). ERR_HOLD_CLOSED if it is not active. */
enum err hold_void(struct ctx *ctx, int64_t ledger_id, struct uuid id, struct hold *out) MUST_CHECK;
enum err hold_get(struct ctx *ctx, int64_t ledger_id, struct uuid id, struct hold *out) MUST_CHECK;
/* Told of a hold that has expired, in the transaction that gives it back. */
typedef enum err hold_listener(struct ctx *ctx, const struct ledger_hold *hold,
			       const char *currency);
/* Give back every hold that has expired, some at a time; how many. listener may be NULL. */
enum err hold_expire_due(struct ctx *ctx, hold_listener *listener, int64_t *expired) MUST_CHECK;

#endif
