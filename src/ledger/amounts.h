/*
 * amounts.h - amounts of postings that are found, not given: shares of a whole, and what is left of it.
 *
 * Part of the kernel: no I/O. Postings from the same account and in the same currency belong together. Those whose
 * amount is given count for what is left of any whole of theirs.
 */
#ifndef LEDGER_AMOUNTS_H
#define LEDGER_AMOUNTS_H

#include "ledger/kernel.h"

/* How the amount of a posting is found. */
enum posting_amount posting_amount(const struct ledger_transaction *t, size_t i);
/* The currency of a posting. */
const char *posting_currency(const struct ledger_transaction *t, size_t i);
/*
 * Find the amounts of a transaction with rules, into its results: those that are given, shares, and rests; 0 for those
 * that are all there is then. available has, for each posting, what its account has available before. ERR_OK, or
 * ERR_INSUFFICIENT_FUNDS if nothing is left for a rest.
 */
enum err amounts_find(const struct ledger_transaction *t, const int64_t *available) MUST_CHECK;

#endif
