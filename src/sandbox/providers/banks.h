/* banks.h - banks and the names of accounts, for Paystack and Flutterwave. */
#ifndef SANDBOX_PROVIDERS_BANKS_H
#define SANDBOX_PROVIDERS_BANKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

struct sandbox_bank {
	int64_t id;
	const char *name;
	const char *slug;
	const char *code; /* of the central bank */
};

/* Those of Nigeria; end with one without name. */
extern const struct sandbox_bank sandbox_banks[];
/* NULL for an unknown code. */
const struct sandbox_bank *sandbox_bank_find(const char *code);
/* The holder of an account: ten digits, all but 0000000000 are valid; else NULL. */
const char *sandbox_account_holder(const char *number);

#endif
