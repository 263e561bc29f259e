/* limit_model.h - limits in the model of the kernel, and the transaction that is on its way through it. */
#ifndef TESTS_SUPPORT_LIMIT_MODEL_H
#define TESTS_SUPPORT_LIMIT_MODEL_H

#include "tests/support/ledger_model.h"

/* One transaction on its way through the model, and a copy of the accounts to try it on. */
struct trial {
	const struct ledger_batch *batch;
	struct ledger_account *accounts;
	struct ledger_transaction *t;
	size_t index;
};

struct ledger_account *model_account(const struct trial *trial, struct uuid id);
/* The limits of a transaction that was moved: the one with the lowest id that refuses it, or all of them are used. */
enum err model_limits(const struct trial *trial);
/* What a capture leaves of a hold is not held for limits either; before: what was held. */
void model_limits_release(const struct trial *trial, const struct ledger_hold *held,
			  int64_t before);

#endif
