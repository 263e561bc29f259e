/*
 * statement.h - transactions of a wallet in a period, with the opening and closing balances: for
 * any wallet of any dialect, as a struct and as CSV; in parts, so that memory does not limit it. As PDF:
 * statement_pdf.h.
 */
#ifndef APP_WALLET_STATEMENT_H
#define APP_WALLET_STATEMENT_H

#include "app/wallet/wallet.h"
#include "base/value.h"

/* Days of the period; lines of a statement that is read as a whole, and of a part of another one. */
enum { STATEMENT_DAYS_MAX = 366, STATEMENT_LINES_MAX = 10000, STATEMENT_PART_LINES = 500 };

struct statement_order {
	const char *wallet; /* any of its ids */
	struct moment from; /* the first time included; not given: a year before the end */
	struct moment to;   /* the last time included; not given: now */
	bool whole;         /* all lines at once; otherwise in parts, of any number */
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
	int64_t line_count;   /* of the whole statement */
	int64_t lines_before; /* in earlier parts */
	struct list lines;    /* of this part: struct wallet_line, oldest first */
	int64_t part_lines;   /* at most */
	int64_t account_id;
	int64_t ledger_id;
	int64_t first_sequence; /* of the first line of all */
};

/*
 * A statement for the caller, and its first part: a project's key, the wallet's user, an administrator; for any
 * other ERR_NOT_FOUND. ERR_VALIDATION for a period that ends before it begins, is too long, reaches into a part
 * of the journal that can't be read, or has too many lines for a whole.
 *
 * Balances and the number of lines are decided here, and postings never change: the parts agree, whatever is
 * posted meanwhile. The end of the period and the totals are final with the last part.
 */
enum err statement_begin(struct ctx *ctx, const struct statement_order *in,
			 struct account_statement *out) MUST_CHECK;
/* The same without lines, for statement_continue() from the first one on, maybe in another process. Whether all can be
 * read is known. */
enum err statement_plan(struct ctx *ctx, const struct statement_order *in,
			struct account_statement *out) MUST_CHECK;
/* Replace the lines by those of the next part, in the arena of the context. ERR_INTERNAL if the sums do not match
 * after the last part. */
enum err statement_continue(struct ctx *ctx, struct account_statement *statement) MUST_CHECK;
/* Whether this part is the last one. */
bool statement_complete(const struct account_statement *statement);

/* RFC 4180, one line per transaction, after a header of column names. No cell can be taken for a
 * formula. Of a part: what follows the earlier parts. */
struct bytes statement_csv(struct arena *arena, const struct account_statement *statement);

#endif
