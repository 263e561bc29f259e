/*
 * fee_terms.h - the fee schedules of ledgers, as far as this process knows them.
 *
 * Of a ledger that it does not know it believes that there are no fees, which is true of most, and asks nobody. What is
 * posted by terms that are not those of the ledger is refused (ERR_FEES_CHANGED); then they are read, and it is decided
 * again. So what is cached is never wrong for long, and costs those without fees nothing.
 */
#ifndef APP_WALLET_FEE_TERMS_H
#define APP_WALLET_FEE_TERMS_H

#include "app/wallet/fee_version.h"

struct fee_cache;

/* For app->fee_cache; NULL if out of memory. */
struct fee_cache *fee_cache_new(void);
void fee_cache_free(struct fee_cache *cache);

/* Those of a ledger: its versions that have not ended, and by which number it knows that these are the present ones. */
struct fee_terms {
	int64_t number; /* 0: there never were any */
	const struct fee_version *versions;
	size_t count;
};

/* What the process knows; in the arena. */
struct fee_terms fee_terms_of(struct ctx *ctx, int64_t ledger_id);
/* The version that is in force for transactions of a type and currency; NULL: none. */
const struct fee_version *fee_terms_find(const struct fee_terms *terms, enum transaction_type type,
					 const char *currency, struct instant at);
/* Read what is in the database, for the next time. */
enum err fee_terms_read(struct ctx *ctx, int64_t ledger_id) MUST_CHECK;

#endif
