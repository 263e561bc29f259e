/* verify.h - checks of the ledger from the database alone. */
#ifndef LEDGER_VERIFY_H
#define LEDGER_VERIFY_H

#include <stddef.h>

#include "base/ctx.h"

/* One check: an invariant. */
struct ledger_check {
	const char *name;
	const char *promise;
};

/* The checks in order; NULL past the end. */
const struct ledger_check *ledger_check_at(size_t i);
/* Run check i: the violations found, each as a sentence; none if the invariant holds. */
enum err ledger_check_run(struct ctx *ctx, size_t i, const char *const **problems,
			  size_t *n) MUST_CHECK;

#endif
