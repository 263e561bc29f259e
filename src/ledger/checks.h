/* checks.h - the list of checks: for verify.c and inspection.c. */
#ifndef LEDGER_CHECKS_H
#define LEDGER_CHECKS_H

#include "db/db.h"
#include "ledger/verify.h"

enum { PARTS_MAX = 3 };

/* What the ids of a check belong to, in the order of SQL_verify_ends and SQL_verify_piece. */
enum range {
	ACCOUNTS,
	TRANSACTIONS,
	HOLDS,
	PAYMENTS,
	PURCHASES,
	VOUCHERS,
	SETTLEMENTS,
	DROP_PAYMENTS,
	PAYOUTS,
	CHUNKS,
	RANGES,
	AT_ONCE = RANGES, /* few rows: one piece */
};

/* What a statement returns. */
enum result {
	OTHERS,  /* violations */
	BOOKS,   /* violations, each with its ledger */
	HISTORY, /* the same, of a part without violations if all its postings continue a history */
	SUMS,    /* amounts to be added up: all such parts of a check are read in one snapshot */
};

/* One statement for the pieces of a range. */
struct part {
	enum statement_id statement;
	enum range range;
	enum result result;
};

struct check {
	struct ledger_check check;
	struct part parts[PARTS_MAX];
	size_t count;
};

/* In the order in which they are run; NULL past the end. */
const struct check *check_at(size_t i);

#endif
