/* hold.h - money that is held on an account until it is captured, voided or expired. */
#ifndef LEDGER_HOLD_H
#define LEDGER_HOLD_H

#include "base/ctx.h"
#include "ledger/kernel.h"

struct rows;

/* An order to hold money. */
struct hold_order {
	int64_t ledger_id;
	struct uuid account;
	const char *currency;
	int64_t amount; /* minor units, > 0 */
	const char *reference;
	const char *metadata;
	int64_t lifetime_s;
	unsigned char content[CONTENT_SIZE];
	enum transaction_type type; /* what it will be posted as; 0: a capture */
};

/* The state of a hold. */
struct hold {
	int64_t hold_id;
	struct uuid public_id;
	struct uuid account;
	int64_t ledger_id;
	int64_t amount; /* what is held, or was when it ended, with what ended it captured */
	int64_t captured_before; /* while it stayed active; not in amount any more */
	int64_t captured;        /* by the transaction that ended it */
	int64_t status;
	const char *currency;
	const char *reference;
	const char *metadata;
	struct bytes content;
	struct instant created_at;
	struct instant expires_at;
	struct instant closed_at;
	struct uuid transaction; /* the capture that ended it, or nil */
	bool replayed;
};

/* Hold money, in the caller's db_transact(). The same order again returns the first hold with
 * replayed set; ERR_LIMIT as for a posting; the same reference with other content is ERR_DUPLICATE_REFERENCE. */
enum err hold_place(struct ctx *ctx, const struct hold_order *order, struct hold *out) MUST_CHECK;
/* Release it, in the caller's db_transact(). ERR_HOLD_CLOSED if it is not active. */
enum err hold_void(struct ctx *ctx, int64_t ledger_id, struct uuid id, struct hold *out) MUST_CHECK;
enum err hold_get(struct ctx *ctx, int64_t ledger_id, struct uuid id, struct hold *out) MUST_CHECK;
/* In any ledger. */
enum err hold_get_anywhere(struct ctx *ctx, struct uuid id, struct hold *out) MUST_CHECK;
/* The amount when it was placed. */
int64_t hold_amount(const struct hold *hold);
/* A row of a query that begins with the columns of hold_find. */
void hold_scan(const struct rows *rows, size_t i, struct hold *out);
/* The columns of a hold, and how many there are. */
enum { HOLD_COLUMNS = 16 };
/* Called for an expired hold, in the transaction that releases it. */
typedef enum err hold_listener(struct ctx *ctx, const struct ledger_hold *hold,
			       const char *currency);
/* Release expired holds, in batches; returns their number. listener may be NULL. */
enum err hold_expire_due(struct ctx *ctx, hold_listener *listener, int64_t *expired) MUST_CHECK;

#endif
