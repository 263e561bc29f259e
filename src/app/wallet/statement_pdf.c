#include "app/wallet/statement_pdf.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/word.h"

/* Columns: where each begins or, for numbers, ends. */
enum {
	AT_TIME = PAPER_LEFT,
	AT_TYPE = 145,
	AT_REFERENCE = 230,
	AT_AMOUNT = 465,
	AT_BALANCE = PAPER_RIGHT
};

static void
put_head(struct paper *paper)
{
	paper_put(paper, PAPER_BOLD, PAPER_SIZE, AT_TIME, "Time (UTC)");
	paper_put(paper, PAPER_BOLD, PAPER_SIZE, AT_TYPE, "Type");
	paper_put(paper, PAPER_BOLD, PAPER_SIZE, AT_REFERENCE, "Reference");
	paper_put_right(paper, PAPER_BOLD, PAPER_SIZE, AT_AMOUNT, "Amount");
	paper_put_right(paper, PAPER_BOLD, PAPER_SIZE, AT_BALANCE, "Balance");
	paper_rule(paper);
	paper->y -= PAPER_LINE_HEIGHT + 4;
}

static void
next_line(struct paper *paper)
{
	if (paper_next(paper))
		put_head(paper);
}

/* "2026-01-31 09:30:00" */
static const char *
short_time(struct arena *arena, struct instant at)
{
	char text[INSTANT_TEXT_MAX];

	(void)instant_text(text, at);
	return arena_printf(arena, "%.10s %.8s", text, text + 11);
}

static const char *
amount_text(struct arena *arena, struct money amount)
{
	char text[MONEY_TEXT_MAX];

	return arena_strdup(arena, money_text(text, amount));
}

/* Texts longer than their column are truncated, with an ellipsis. */
static const char *
fitting(struct arena *arena, const char *text, size_t most)
{
	return strlen(text) <= most ? text : arena_printf(arena, "%.*s..", (int)most - 2, text);
}

static void
put_balance(struct paper *paper, struct arena *arena, struct instant at, const char *what,
	    struct money balance)
{
	paper_put(paper, PAPER_PLAIN, PAPER_SIZE, AT_TIME, short_time(arena, at));
	paper_put(paper, PAPER_BOLD, PAPER_SIZE, AT_TYPE, what);
	paper_put_right(paper, PAPER_BOLD, PAPER_SIZE, AT_BALANCE, amount_text(arena, balance));
	next_line(paper);
}

static void
put_line(struct paper *paper, struct arena *arena, const struct wallet_line *line)
{
	struct money amount = line->amount;

	if (line->direction == DIRECTION_OUT)
		amount.minor = -amount.minor;
	paper_put(paper, PAPER_PLAIN, PAPER_SIZE, AT_TIME, short_time(arena, line->created_at));
	paper_put(paper, PAPER_PLAIN, PAPER_SIZE, AT_TYPE,
		  fitting(arena, wallet_line_type(line), 16));
	paper_put(paper, PAPER_PLAIN, PAPER_SIZE, AT_REFERENCE,
		  fitting(arena, line->reference, 34));
	paper_put_right(paper, PAPER_PLAIN, PAPER_SIZE, AT_AMOUNT, amount_text(arena, amount));
	paper_put_right(paper, PAPER_PLAIN, PAPER_SIZE, AT_BALANCE,
			amount_text(arena, line->balance));
	next_line(paper);
}

/* The next line of a title. */
static void
put_title_line(struct paper *paper, const char *text)
{
	paper_put(paper, PAPER_PLAIN, PAPER_SIZE, PAPER_LEFT, text);
	paper->y -= PAPER_LINE_HEIGHT;
}

static const char *
turnover(struct arena *arena, const char *what, const struct total *in, const struct total *out,
	 const char *currency)
{
	char in_text[MONEY_TEXT_MAX];
	char out_text[MONEY_TEXT_MAX];

	return arena_printf(arena, "%s %s, out %s %s", what, total_text(in_text, *in),
			    total_text(out_text, *out), currency);
}

/* What only one of several documents has. */
static void
put_part(const struct statement_pdf *pdf, struct paper *paper, struct arena *arena)
{
	int64_t before = (pdf->part - 1) * STATEMENT_FILE_LINES;
	int64_t last = before + pdf->lines;

	put_title_line(paper,
		       arena_printf(arena, "Part %lld of %lld: transactions %lld to %lld of %lld",
				    (long long)pdf->part, (long long)pdf->parts,
				    (long long)before + 1, (long long)last,
				    (long long)pdf->statement->line_count));
	put_title_line(paper, turnover(arena, "This part: in", &pdf->total_in, &pdf->total_out,
				       pdf->statement->currency));
}

static void
put_title(const struct statement_pdf *pdf, struct arena *arena)
{
	const struct account_statement *s = pdf->statement;
	struct paper paper = pdf->title;
	char id[UUID_TEXT_MAX];

	paper_put(&paper, PAPER_BOLD, PAPER_TITLE_SIZE, PAPER_LEFT, "Statement of account");
	paper.y -= 2 * PAPER_LINE_HEIGHT;
	put_title_line(&paper, arena_printf(arena, "Wallet %s%s%s, %s", uuid_text(id, s->wallet),
					    s->number != NULL ? ", number " : "",
					    s->number != NULL ? s->number : "", s->currency));
	put_title_line(&paper,
		       arena_printf(arena, "From %s to %s (UTC), created %s",
				    short_time(arena, s->from.first),
				    short_time(arena, s->to.first), short_time(arena, s->made_at)));
	if (pdf->parts > 1)
		put_part(pdf, &paper, arena);
	if (pdf->part == pdf->parts)
		put_title_line(&paper, turnover(arena, pdf->parts > 1 ? "All parts: in" : "In",
						&s->total_in, &s->total_out, s->currency));
}

/* The height of all lines that a title may have. */
static int
title_height(int64_t parts)
{
	return PAPER_LINE_HEIGHT * (parts > 1 ? 8 : 6);
}

int64_t
statement_pdf_parts(const struct account_statement *statement)
{
	return statement->line_count <= STATEMENT_FILE_LINES
		       ? 1
		       : (statement->line_count + STATEMENT_FILE_LINES - 1) / STATEMENT_FILE_LINES;
}

enum err
statement_pdf_begin(struct ctx *ctx, const struct account_statement *statement,
		    const struct statement_pdf *before, struct statement_pdf *out)
{
	const struct currency *currency = statement->opening.currency;

	*out = (struct statement_pdf){
		.statement = statement,
		.part = before == NULL ? 1 : before->part + 1,
		.parts = statement_pdf_parts(statement),
		.at = before == NULL ? statement->from.first : before->at,
		.balance = before == NULL ? statement->opening : before->balance,
		.total_in = {0, currency},
		.total_out = {0, currency},
	};
	TRY(paper_begin(ctx, "Statement of account", &out->paper));
	out->title = out->paper;
	out->paper.y -= title_height(out->parts);
	put_head(&out->paper);
	put_balance(&out->paper, ctx->arena, out->at,
		    before == NULL ? "Opening balance" : "Brought forward", out->balance);
	return ERR_OK;
}

void
statement_pdf_add(struct statement_pdf *pdf, struct arena *scratch, const struct wallet_line *lines,
		  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct total *total =
			lines[i].direction == DIRECTION_IN ? &pdf->total_in : &pdf->total_out;

		put_line(&pdf->paper, scratch, &lines[i]);
		total->minor += lines[i].amount.minor;
		pdf->at = lines[i].created_at;
		pdf->balance = lines[i].balance;
	}
	pdf->lines += (int64_t)count;
}

enum err
statement_pdf_end(struct ctx *ctx, struct statement_pdf *pdf, struct bytes *out)
{
	const struct account_statement *s = pdf->statement;

	if (pdf->part == pdf->parts)
		put_balance(&pdf->paper, ctx->arena, s->to.first, "Closing balance", s->closing);
	else
		put_balance(&pdf->paper, ctx->arena, pdf->at, "Carried forward", pdf->balance);
	put_title(pdf, ctx->arena);
	return paper_end(ctx, &pdf->paper, out);
}

void
statement_pdf_drop(struct statement_pdf *pdf)
{
	paper_drop(&pdf->paper);
}

enum err
statement_pdf(struct ctx *ctx, const struct account_statement *statement, struct bytes *out)
{
	struct statement_pdf pdf;

	TRY(statement_pdf_begin(ctx, statement, NULL, &pdf));
	statement_pdf_add(&pdf, ctx->arena, statement->lines.items, statement->lines.count);
	return statement_pdf_end(ctx, &pdf, out);
}
