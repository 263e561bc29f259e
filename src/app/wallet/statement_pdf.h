/*
 * statement_pdf.h - statements as A4 pages, by libharu.
 *
 * libharu keeps a document in memory until it is complete. A long statement is therefore a series of documents of a
 * limited number of lines, each of which begins with the balance that the one before it ended with.
 */
#ifndef APP_WALLET_STATEMENT_PDF_H
#define APP_WALLET_STATEMENT_PDF_H

#include "app/paper/paper.h"
#include "app/wallet/statement.h"

/* Of a document: docs/growth.md has what it takes, tests/bench/statement measures it. */
enum { STATEMENT_FILE_LINES = 50000 };

/* A document that is being written. */
struct statement_pdf {
	struct paper paper;
	struct paper title; /* where the title will be: the totals are known at the end */
	const struct account_statement *statement;
	int64_t part; /* from 1 */
	int64_t parts;
	int64_t lines;
	struct instant at; /* of the last line, and the balance after it */
	struct money balance;
	struct total total_in; /* of this document */
	struct total total_out;
};

/* Documents that a statement is divided into: one at least. */
int64_t statement_pdf_parts(const struct account_statement *statement);
/* Begin the next document; before is the last one, which has ended, or NULL, and may be out. The statement must
 * outlive it. */
enum err statement_pdf_begin(struct ctx *ctx, const struct account_statement *statement,
			     const struct statement_pdf *before,
			     struct statement_pdf *out) MUST_CHECK;
/* The next lines, which are not used afterwards; scratch is for texts. */
void statement_pdf_add(struct statement_pdf *pdf, struct arena *scratch,
		       const struct wallet_line *lines, size_t count);
/* After the lines; of the last document when the statement is complete. */
enum err statement_pdf_end(struct ctx *ctx, struct statement_pdf *pdf,
			   struct bytes *out) MUST_CHECK;
/* Instead of the end: give it up. */
void statement_pdf_drop(struct statement_pdf *pdf);

/* A statement that was read as a whole. */
enum err statement_pdf(struct ctx *ctx, const struct account_statement *statement,
		       struct bytes *out) MUST_CHECK;

#endif
