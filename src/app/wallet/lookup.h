/* lookup.h - transactions of a ledger with all their postings. */
#ifndef APP_WALLET_LOOKUP_H
#define APP_WALLET_LOOKUP_H

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
	struct uuid id;
	const char *reference;
	enum transaction_type type;
	enum transaction_status status; /* completed */
	struct list postings;           /* of struct lookup_posting */
	struct uuid reverses;
	struct uuid hold; /* the hold that it captured */
	struct json_value metadata;
	struct instant created_at;
};

/* Of the calling project key's ledger, or for an administrator any one. ERR_NOT_FOUND; ERR_CONFLICT if its
 * postings are in a period of the journal that is detached. */
enum err lookup_get(struct ctx *ctx, struct uuid id, struct lookup *out) MUST_CHECK;

#endif
