/* fee_version.h - the versions of fee schedules, as they are stored. They never change, except that they end. */
#ifndef APP_WALLET_FEE_VERSION_H
#define APP_WALLET_FEE_VERSION_H

#include "app/wallet/fee_rate.h"
#include "base/ctx.h"
#include "base/money.h"
#include "ledger/kernel.h"

struct rows;

enum fee_bearer { BEARER_PAYER = 1, BEARER_PAYEE };
enum fee_reversal { FEE_REFUND = 1, FEE_KEEP };

extern const char *const fee_bearer_words[];
extern const char *const fee_reversal_words[];

struct fee_version {
	int64_t fee_version_id;
	struct uuid schedule;
	enum transaction_type type;
	const struct currency *currency;
	int64_t number; /* within its schedule, from 1 */
	struct instant from;
	struct instant to; /* not included; zero: no end */
	enum fee_bearer bearer;
	enum fee_reversal on_reversal; /* whether the fee is given back in proportion */
	struct fee_rate rate;
};

/* The columns of a version in each of its rows, of which there is one for each tier; others are behind them. */
enum { FEE_VERSION_COLUMNS = 15 };

/* Versions from such rows, in the arena. A row without version is left out. */
struct fee_version *fee_versions_read(struct arena *arena, const struct rows *rows, size_t *n);
/* Whether the version is in force. */
bool fee_version_holds(const struct fee_version *version, struct instant at);

#endif
