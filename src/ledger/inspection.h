/*
 * inspection.h - the checks of the books, one small piece after the other.
 *
 * A round reads what belongs to the ledgers themselves: each account, hold and transaction, and archived
 * months that are attached. By induction every balance is then the sum of its postings, and the balances
 * of a ledger sum to zero; only ledger_check_run() adds them up. Each piece is one statement, which sees
 * one snapshot, so the ledger may be in use.
 */
#ifndef LEDGER_INSPECTION_H
#define LEDGER_INSPECTION_H

#include <stddef.h>

#include "base/ctx.h"

struct ledger_violation {
	int64_t ledger_id; /* 0: unknown */
	const char *problem;
};

/* Where a round is, and what its last piece has found. */
struct inspection {
	const char *part; /* a name; NULL, or one that is not known any more: the round begins */
	int64_t after_id; /* what was read of the part */
	int64_t last_id;  /* to be read: what is added later is for the next round */
	int64_t rows;     /* the most of a piece */

	bool ended;        /* nothing was left to read */
	int64_t permille;  /* of the round that has been read */
	const char *check; /* which check found them */
	struct ledger_violation *violations;
	size_t count;
};

/* Read the next piece. What it finds is read a second time: only what is found again counts. */
enum err inspection_step(struct ctx *ctx, struct inspection *inspection) MUST_CHECK;

#endif
