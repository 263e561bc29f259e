/*
 * ledger_model.h - the rules of the ledger written down a second time, as naively
 * as possible: one transaction after the other, linear searches, numbers of 128 bits.
 * What src/ledger/kernel.c decides must be what this decides.
 */
#ifndef TESTS_SUPPORT_LEDGER_MODEL_H
#define TESTS_SUPPORT_LEDGER_MODEL_H

#include "ledger/kernel.h"

/* Do what ledger_apply() does, to the batch's own accounts, holds and transactions. */
void model_apply(struct arena *arena, struct ledger_batch *batch);

#endif
