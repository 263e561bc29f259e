/*
 * statement.h - what moved on a wallet in a period, with the balance before and after it:
 * for any wallet of any dialect, as a struct, as CSV and as PDF.
 */
#ifndef APP_WALLET_STATEMENT_H
#define APP_WALLET_STATEMENT_H

#include "app/wallet/wallet.h"
#include "base/value.h"

/* What a statement may cover: days of the period, and lines. */
enum { STATEMENT_DAYS_MAX = 366, STATEMENT_LINES_MAX = 10000 };

struct statement_order {
	const char *wallet; /* any of its ids */
	struct moment from; /* the first that is covered; not given: a year before the end */
	struct moment to;   /* the last that is covered; not given: now */
};

struct account_statement {
	struct uuid wallet;
	const char *number; /* of a person's wallet, or NULL */
	const char *currency;
	struct moment from;
	struct moment to; /* the first one that is not covered */
	struct instant made_at;
	struct money opening; /* balance before the period */
	struct money closing; /* and after it */
	struct total total_in;
	struct total total_out;
	int64_t line_count;
	struct list lines; /* of struct wallet_line, oldest first */
};

/*
 * For who asks: a project's key, the person whose wallet it is, an administrator; for any other
 * ERR_NOT_FOUND. ERR_VALIDATION for a period that ends before it begins, is too long or has too many
 * lines.
 */
enum err statement_make(struct ctx *ctx, const struct statement_order *in,
			struct account_statement *out) MUST_CHECK;

/* RFC 4180, one line a transaction, after a head of column names. No cell can be taken for a formula. */
struct bytes statement_csv(struct arena *arena, const struct account_statement *statement);
/* A4 pages, by libharu. */
enum err statement_pdf(struct ctx *ctx, const struct account_statement *statement,
		       struct bytes *out) MUST_CHECK;

#endif
