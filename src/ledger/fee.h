/*
 * fee.h - the posting of a transaction that is its fee.
 *
 * Part of the kernel: no I/O. It is the last one, and not part of the order. Of a reversal it is the first one, so that
 * who pays back has what is given back of the fee; its amount is the whole fee of what is reversed.
 */
#ifndef LEDGER_FEE_H
#define LEDGER_FEE_H

#include "base/money.h"
#include "ledger/kernel.h"

/* Whether a posting is the fee. */
bool fee_is(const struct ledger_transaction *t, size_t i);
/* The first posting of the order. */
const struct posting *fee_order(const struct ledger_transaction *t);
/* Whether the fee is higher than is allowed. */
bool fee_exceeds(const struct ledger_transaction *t);
/*
 * What a reversal gives back of the fee, by what was given back of the amount before it, and is now: the same share of
 * the fee, rounded down, less what that was before. All parts together are the fee.
 */
int64_t fee_back(const struct ledger_transaction *t, wide_int before, wide_int now);
/* The line and the amount of the fee that was moved; false if none was. */
bool fee_moved(const struct ledger_transaction *t, int64_t *line, int64_t *amount);

#endif
