/*
 * statement.h - transactions of a wallet in a period, with the opening and closing balances: for
 * any wallet of any dialect, as a struct, as CSV and as PDF.
 */
#ifndef APP_WALLET_STATEMENT_H
#define APP_WALLET_STATEMENT_H

#include "app/wallet/wallet.h"
#include "base/value.h"

/* Limits of a statement: days of the period, and lines. */
enum { STATEMENT_DAYS_MAX = 366, STATEMENT_LINES_MAX = 10000 };

struct statement_order {
	const char *wallet; /* any of its ids */
	struct moment from; /* the first time included; not given: a year before the end */
	struct moment to;   /* the last time included; not given: now */
};

struct account_statement {
	struct uuid wallet;
	const char *number; /* of a user's wallet, or NULL */
	const char *currency;
	struct moment from;
	struct moment to; /* end of the period, exclusive */
	struct instant made_at;
	struct money opening; /* balance before the period */
	struct money closing; /* and after it */
	struct total total_in;
	struct total total_out;
	int64_t line_count;
	struct list lines; /* of struct wallet_line, oldest first */
};

/*
 * For the caller: a project's key, the wallet's user, an administrator; for any other
 * ERR_NOT_FOUND. ERR_VALIDATION for a period that ends before it begins, is too long or has too
 * many lines.
 */
enum err statement_make(struct ctx *ctx, const struct statement_order *in,
			struct account_statement *out) MUST_CHECK;

/* RFC 4180, one line per transaction, after a header of column names. No cell can be taken for a
 * formula. */
struct bytes statement_csv(struct arena *arena, const struct account_statement *statement);
/* A4 pages, by libharu. */
enum err statement_pdf(struct ctx *ctx, const struct account_statement *statement,
		       struct bytes *out) MUST_CHECK;

#endif
