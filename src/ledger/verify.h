/*
 * verify.h - checks of the ledger from the database alone.
 *
 * A check reads its rows in pieces, each a statement that takes a fraction of a second: a piece is
 * made smaller if it takes longer, or if the server cancels it. Memory does not grow with the number
 * of rows. The ledger may be in use.
 */
#ifndef LEDGER_VERIFY_H
#define LEDGER_VERIFY_H

#include <stddef.h>

#include "base/clock.h"
#include "base/ctx.h"

/* One check: an invariant. */
struct ledger_check {
	const char *name;
	const char *promise;
};

struct ledger_check_scope {
	/* Transactions before this one, and archived ones, are not read again; 0: all are. What is
	 * not part of the journal (balances, holds, payments) is always checked completely. */
	int64_t since_id;
	int64_t rows_most; /* in a piece; 0: as many as can be read fast */
	/* Accounts whose histories are followed at a time, each in 32 bytes: the journal is read once for so
	 * many. 0: two million. */
	int64_t accounts_most;
	/* Called after each piece with the share of ids that was read; may be NULL. */
	void (*progress)(void *arg, int64_t done, int64_t total);
	void *arg;
};

/* The checks in order; NULL past the end. */
const struct ledger_check *ledger_check_at(size_t i);
/* Run check i, of everything if scope is NULL: the first violations found, each as a sentence; none if
 * the invariant holds. */
enum err ledger_check_run(struct ctx *ctx, size_t i, const struct ledger_check_scope *scope,
			  const char *const **problems, size_t *n) MUST_CHECK;
/* The first transaction that can be of this time or later: ids follow the clock, except where it was
 * set back. One more than the last id if there is none. */
enum err ledger_check_since(struct ctx *ctx, struct instant time, int64_t *id) MUST_CHECK;

#endif
