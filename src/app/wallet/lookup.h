/* lookup.h - transactions of a ledger with all their postings. */
#ifndef APP_WALLET_LOOKUP_H
#define APP_WALLET_LOOKUP_H

#include "app/wallet/filter.h"
#include "app/wallet/transaction.h"

/* An amount that moved from one account to another. */
struct lookup_posting {
	struct uuid from; /* a wallet; nil: a system account */
	struct uuid to;
	const char *from_account; /* its kind, as the chart of accounts names it */
	const char *to_account;
	struct money amount;
	const char *currency;
};

struct lookup {
	int64_t transaction_id;
	struct uuid id;
	const char *reference;
	enum transaction_type type;
	enum transaction_status status; /* completed */
	struct list postings;           /* of struct lookup_posting */
	struct fee fee;                 /* that was taken, or given back; none: no currency */
	struct uuid reverses;
	struct uuid hold;        /* the hold that it captured */
	struct money reversed;   /* what was given back of it; no currency: nothing */
	struct money reversible; /* what is left, if something was given back */
	struct json_value metadata;
	struct instant created_at;
	bool dry_run;
};

/* Which transactions. The amount is that of a posting. */
struct lookup_filter {
	struct list_filter common;
	enum transaction_type type;
	struct uuid counterparty; /* the wallet on the other side of the one that is asked for */
	/* Values that the metadata must have, named by the path to each, its names joined by points. A text that is
	 * a JSON number, true, false or null is that or the string; one that is a JSON string is only that. */
	struct named_texts metadata;
};

/* The ledger whose transactions the caller may see; 0: all. ERR_NOT_FOUND for others, as of nothing. */
enum err lookup_scope(struct ctx *ctx, int64_t *ledger_id) MUST_CHECK;
/* ERR_NOT_FOUND, of a transaction. */
enum err lookup_not_found(struct ctx *ctx) MUST_CHECK;

/* Of the calling project key's ledger, or for an administrator any one. ERR_NOT_FOUND; ERR_CONFLICT if its
 * postings are in a period of the journal that is detached. */
enum err lookup_get(struct ctx *ctx, struct uuid id, struct lookup *out) MUST_CHECK;
/* In the order of the filter, at most so many, after the one with this transaction_id (0: from the first on). A call
 * looks at a limited number of transactions: if *next is not 0 there may be more after it, also if few were
 * found. Errors as above, and ERR_VALIDATION. */
enum err lookup_list(struct ctx *ctx, const struct lookup_filter *filter, int64_t after,
		     int64_t most, struct list *out, int64_t *next) MUST_CHECK;

#endif
