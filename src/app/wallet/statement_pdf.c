#include <string.h>

#include "app/paper/paper.h"
#include "app/wallet/statement.h"
#include "base/arena.h"
#include "base/text.h"

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

static void
put_title(struct paper *paper, struct arena *arena, const struct account_statement *s)
{
	char id[UUID_TEXT_MAX];
	char in[MONEY_TEXT_MAX];
	char out[MONEY_TEXT_MAX];

	paper_put(paper, PAPER_BOLD, PAPER_TITLE_SIZE, PAPER_LEFT, "Statement of account");
	paper->y -= 2 * PAPER_LINE_HEIGHT;
	paper_put(paper, PAPER_PLAIN, PAPER_SIZE, PAPER_LEFT,
		  arena_printf(arena, "Wallet %s%s%s, %s", uuid_text(id, s->wallet),
			       s->number != NULL ? ", number " : "",
			       s->number != NULL ? s->number : "", s->currency));
	paper->y -= PAPER_LINE_HEIGHT;
	paper_put(paper, PAPER_PLAIN, PAPER_SIZE, PAPER_LEFT,
		  arena_printf(arena, "From %s to %s (UTC), created %s",
			       short_time(arena, s->from.first), short_time(arena, s->to.first),
			       short_time(arena, s->made_at)));
	paper->y -= PAPER_LINE_HEIGHT;
	paper_put(paper, PAPER_PLAIN, PAPER_SIZE, PAPER_LEFT,
		  arena_printf(arena, "In %s, out %s %s", total_text(in, s->total_in),
			       total_text(out, s->total_out), s->currency));
	paper->y -= 2 * PAPER_LINE_HEIGHT;
	put_head(paper);
}

static void
write_pages(struct paper *paper, struct arena *arena, const struct account_statement *s)
{
	const struct wallet_line *lines = s->lines.items;

	put_title(paper, arena, s);
	put_balance(paper, arena, s->from.first, "Opening balance", s->opening);
	for (size_t i = 0; i < s->lines.count; i++)
		put_line(paper, arena, &lines[i]);
	put_balance(paper, arena, s->to.first, "Closing balance", s->closing);
}

enum err
statement_pdf(struct ctx *ctx, const struct account_statement *statement, struct bytes *out)
{
	struct paper paper;

	TRY(paper_begin(ctx, "Statement of account", &paper));
	write_pages(&paper, ctx->arena, statement);
	return paper_end(ctx, &paper, out);
}
