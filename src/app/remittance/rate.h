/*
 * rate.h - NOK exchange rates.
 *
 * Rates are exact decimals. New versions are added beside the old ones, each as a whole, so that
 * payments keep the rate at which they were made.
 */
#ifndef APP_REMITTANCE_RATE_H
#define APP_REMITTANCE_RATE_H

#include <stddef.h>

#include "base/ctx.h"
#include "base/money.h"

#define RATE_BASE "NOK"

struct exchange_rate {
	int64_t rate_id;
	const char *currency;
	struct decimal value; /* units of currency for one of RATE_BASE */
	struct instant valid_from;
	const char *source;
};

/* Those currently valid, in order of currency. */
enum err rate_list(struct ctx *ctx, struct exchange_rate **out, size_t *n) MUST_CHECK;
/* ERR_NOT_FOUND if there is none. */
enum err rate_find(struct ctx *ctx, const char *currency, struct exchange_rate *out) MUST_CHECK;

/* A whole new version. */
struct rate_version {
	const struct exchange_rate *rates; /* currency and value of each */
	size_t count;
	struct moment valid_from; /* not given: now */
	const char *source;
};

/*
 * Read {"baseCurrency":"NOK","validFrom":…,"rates":{"RSD":11.7,…}}: exactly the supported
 * currencies, nothing else. ERR_MALFORMED or ERR_VALIDATION.
 */
enum err rate_version_read(struct ctx *ctx, const char *text, size_t length,
			   struct rate_version *out) MUST_CHECK;
/* In a transaction: all or none. ERR_CONFLICT if there is a version of that time. */
enum err rate_version_add(struct ctx *ctx, const struct rate_version *version) MUST_CHECK;

#endif
