/* account.h - accounts of a ledger, as administrators look them up. */
#ifndef APP_WALLET_ACCOUNT_H
#define APP_WALLET_ACCOUNT_H

#include "app/wallet/filter.h"
#include "app/wallet/wallet.h"

struct book_account {
	int64_t account_id;
	struct uuid id;
	const char *kind; /* as the chart of accounts names it */
	const char *currency;
	struct money balance; /* on the normal side of its kind, including holds */
	struct money
		available; /* these two of an account that can't be overdrawn; else no amount */
	struct money held;
	enum wallet_status status;
	struct uuid project; /* nil: the platform */
	enum mode mode;
	struct uuid project_account; /* the owner of a wallet: a project's customer, */
	struct uuid user;            /* or a user */
	struct instant created_at;
};

/* Which accounts. Reference and prefix are not used; wallet is the id of any account. */
struct account_filter {
	struct list_filter common;
	const char *kind;
	enum wallet_status status; /* 0: any */
	struct uuid project_account;
	struct uuid user;
};

/* In the order of time, at most so many, after the one with this account_id (0: from the first on). A call looks at a
 * limited number of accounts: if *next is not 0 there may be more after it, also if few were found. For administrators;
 * ERR_NOT_FOUND, ERR_VALIDATION. */
enum err account_list(struct ctx *ctx, const struct account_filter *filter, int64_t after,
		      int64_t most, struct list *out, int64_t *next) MUST_CHECK;

#endif
