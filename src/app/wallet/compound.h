/*
 * compound.h - transactions of many postings between wallets, and named accounts, of the calling project key's ledger.
 *
 * All of them are posted, or none. Each is in one currency, so every currency sums to zero.
 */
#ifndef APP_WALLET_COMPOUND_H
#define APP_WALLET_COMPOUND_H

#include "app/wallet/lookup.h"

/* Named accounts: what may stand for a wallet. Ends with NULL. */
extern const char *const compound_accounts[];

/*
 * An amount is a number of major units; "all", which is what the account has available then; a share of a whole, such as
 * "12.5%"; or "rest", which is what shares and numbers from the same account leave of a whole. The whole is of, or what
 * the account has available before the transaction.
 */
struct compound_posting {
	const char *from; /* id of a wallet, or one of compound_accounts */
	const char *to;
	const char *amount;
	const char *currency;
	struct decimal of;
};

/* What must be true of a wallet that takes part, or nothing is posted. */
struct compound_condition {
	struct uuid wallet;
	struct decimal min_balance;   /* available afterwards */
	struct optional_int sequence; /* number of its last posting before */
};

struct compound_order {
	struct list postings;   /* of struct compound_posting */
	struct list conditions; /* of struct compound_condition */
	const char *reference;
	struct json_value metadata;
	bool dry_run;
};

/* In the caller's db_transact(); the same order again is replayed. ERR_VALIDATION; ERR_NOT_FOUND, ERR_CONDITION and
 * others of the ledger. */
enum err compound_post(struct ctx *ctx, const struct compound_order *in, struct lookup *out,
		       bool *replayed) MUST_CHECK;

#endif
