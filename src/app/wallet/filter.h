/* filter.h - what lists of transactions, holds and accounts have in common: whose books, and values that are compared. */
#ifndef APP_WALLET_FILTER_H
#define APP_WALLET_FILTER_H

#include "base/attributes.h"
#include "base/ctx.h"
#include "base/money.h"
#include "base/value.h"
#include "db/db.h"

/* Rows that a list looks at, where it must read each to know whether it is wanted. */
enum { LOOKED_AT = 1000 };

/* What a value is compared with. */
enum bound { BOUND_IS, BOUND_GT, BOUND_GTE, BOUND_LT, BOUND_LTE, BOUNDS };

/* What is not given is not asked for. */
struct list_filter {
	struct uuid project; /* for an administrator: whose books; nil: those of the platform */
	enum mode mode;      /* likewise; 0: live */
	const char *reference;
	const char *prefix; /* of the reference */
	struct uuid wallet;
	const char *currency;
	struct decimal amount[BOUNDS]; /* with a currency; of an account its balance */
	struct moment time[BOUNDS];
	bool oldest_first; /* the order of the list; false: newest first */
};

/* Values between two, inclusive; none if greatest is below least. */
struct range {
	int64_t least;
	int64_t greatest;
};

/* The ledger that a list is of: the calling project key's, or the one that an administrator names; 0: none, for
 * others have nothing to look into. ERR_NOT_FOUND, ERR_VALIDATION. */
enum err filter_books(struct ctx *ctx, const struct list_filter *filter,
		      int64_t *ledger_id) MUST_CHECK;
/* How many rows of such a list are shown, at most so many: it begins with the number of each, NULL if nothing is
 * found, and has in next_column where it goes on, or NULL. *next: the number after which there may be more; 0: none. */
size_t filter_shown(const struct rows *rows, int next_column, int64_t most, int64_t *next);
/* The code of the currency, which requests may write in any case; NULL: any. */
const char *filter_currency(const struct list_filter *filter);
/* In minor units, from 0. ERR_VALIDATION without a currency. */
enum err filter_amounts(struct ctx *ctx, const struct list_filter *filter,
			struct range *out) MUST_CHECK;
/* The same of balances, which may be negative. */
enum err filter_balances(struct ctx *ctx, const struct list_filter *filter,
			 struct range *out) MUST_CHECK;
/* In microseconds; INT64_MIN and INT64_MAX: no limit. */
struct range filter_times(const struct list_filter *filter);
/* The ends of such a range as parameters; NULL: no limit. */
struct param p_since(const struct range *times);
struct param p_upto(const struct range *times);

#endif
