/*
 * ledger_model.h - a second, naive implementation of the rules of the ledger: one transaction after
 * the other, linear searches, numbers of 128 bits. src/ledger/kernel.c must decide as this does.
 */
#ifndef TESTS_SUPPORT_LEDGER_MODEL_H
#define TESTS_SUPPORT_LEDGER_MODEL_H

#include "base/money.h"
#include "ledger/kernel.h"

/* Do what ledger_apply() does, to the batch's own accounts, holds and transactions. */
void model_apply(struct arena *arena, struct ledger_batch *batch);
/* What a transaction moves, by all its postings but its fee. */
wide_int model_moved(const struct ledger_transaction *t);

#endif
