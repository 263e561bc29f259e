/* hold.h - holds of a project: money reserved on one of its wallets. */
#ifndef APP_WALLET_HOLD_H
#define APP_WALLET_HOLD_H

#include "app/wallet/filter.h"
#include "base/ctx.h"
#include "base/money.h"
#include "base/value.h"
#include "ledger/hold.h"

enum { HOLD_LIFETIME_DEFAULT_S = 7 * 86400, HOLD_LIFETIME_MAX_S = 31 * 86400 };

struct wallet_hold_order {
	struct uuid wallet;
	struct decimal amount;
	const char *currency;
	const char *reference;
	int64_t lifetime_s; /* 0: the default */
	struct json_value metadata;
	bool dry_run;
};

/* By enum hold_status; ends with NULL. */
extern const char *const hold_status_words[];

struct wallet_hold {
	struct uuid id;
	struct uuid wallet;
	struct money amount;    /* when it was created */
	struct money captured;  /* in all */
	struct money remaining; /* still held */
	const char *currency;
	const char *status; /* active, captured, voided, expired */
	const char *reference;
	struct json_value metadata;
	struct uuid transaction; /* the capture that ended it */
	struct instant created_at;
	struct instant expires_at;
	struct instant closed_at;
	bool dry_run;
	bool replayed;
};

/* In the caller's transaction. */
enum err wallet_hold_place(struct ctx *ctx, const struct wallet_hold_order *in,
			   struct wallet_hold *out) MUST_CHECK;
enum err wallet_hold_void(struct ctx *ctx, struct uuid id, struct wallet_hold *out) MUST_CHECK;
/* Of the calling project key's ledger, or for an administrator any one: ERR_NOT_FOUND. */
enum err wallet_hold_get(struct ctx *ctx, struct uuid id, struct wallet_hold *out) MUST_CHECK;

/* Which holds; what is not given is not asked for. */
struct hold_filter {
	struct list_filter common;
	const char *status;
};

/* Holds that clients created, in the order of the filter, at most so many, after the one with this hold_id (0: from
 * the first on). A call looks at a limited number of holds: if *next is not 0 there may be more after it, also if few were
 * found. ERR_NOT_FOUND, ERR_VALIDATION. */
enum err wallet_hold_list(struct ctx *ctx, const struct hold_filter *filter, int64_t after,
			  int64_t most, struct list *out, int64_t *next) MUST_CHECK;

struct hold;

/* A hold created by a client, in the ledger of the calling key. Internal holds, which have a '/'
 * in their reference, are not visible: ERR_NOT_FOUND. */
enum err wallet_hold_find(struct ctx *ctx, struct uuid id, struct hold *out) MUST_CHECK;
/* Release expired holds, in batches; returns their number. In its own transaction. */
enum err wallet_hold_expire_due(struct ctx *ctx, int64_t *expired) MUST_CHECK;

#endif
