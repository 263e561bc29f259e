#include "app/wallet/statement.h"

#include "base/arena.h"
#include "db/db.h"
#include "ledger/balance.h"

#define DAY_US         (INT64_C(86400) * SECOND_US)
#define MILLISECOND_US (SECOND_US / 1000)

static enum err
bad_period(struct ctx *ctx, const char *why)
{
	violation_add(ctx->arena, &ctx->fault, "from", "RANGE", why);
	return ERR_VALIDATION;
}

/* The end of the millisecond: a time shown in milliseconds includes everything until then. */
static int64_t
end_of(struct instant t)
{
	return t.us / MILLISECOND_US * MILLISECOND_US + MILLISECOND_US;
}

/* Set the defaults, and check the rest. */
static enum err
set_period(struct ctx *ctx, const struct statement_order *in, struct account_statement *out)
{
	int64_t to_us = end_of(ctx->now);
	int64_t from_us;

	if (in->to.given && in->to.last.us < to_us)
		to_us = in->to.last.us + 1;
	from_us = in->from.given ? in->from.first.us : to_us - STATEMENT_DAYS_MAX * DAY_US;
	if (from_us >= to_us)
		return bad_period(ctx, "must be before the end of the period");
	if (to_us - from_us > STATEMENT_DAYS_MAX * DAY_US)
		return bad_period(ctx, arena_printf(ctx->arena, "must be at most %d days before to",
						    STATEMENT_DAYS_MAX));
	out->made_at = ctx->now;
	out->from = moment_at((struct instant){from_us});
	out->to = moment_at((struct instant){to_us});
	return ERR_OK;
}

static void
add_up(struct account_statement *statement)
{
	const struct wallet_line *lines = statement->lines.items;

	for (size_t i = 0; i < statement->lines.count; i++)
		*(lines[i].direction == DIRECTION_IN ? &statement->total_in.minor
						     : &statement->total_out.minor) +=
			lines[i].amount.minor;
}

/* After the last part. A statement whose sums do not match is not shown. */
static enum err
finish(struct ctx *ctx, struct account_statement *statement)
{
	const struct wallet_line *lines = statement->lines.items;
	size_t n = statement->lines.count;

	if (n > 0 && lines[n - 1].created_at.us >= statement->to.first.us)
		statement->to = moment_at((struct instant){end_of(lines[n - 1].created_at)});
	return statement->opening.minor + statement->total_in.minor - statement->total_out.minor ==
			       statement->closing.minor
		       ? ERR_OK
		       : fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
}

bool
statement_complete(const struct account_statement *statement)
{
	return statement->lines_before + (int64_t)statement->lines.count == statement->line_count;
}

static enum err
is_archived(struct ctx *ctx)
{
	return bad_period(ctx, "must not reach into a part of the journal that is archived");
}

enum err
statement_continue(struct ctx *ctx, struct account_statement *statement)
{
	int64_t done = statement->lines_before + (int64_t)statement->lines.count;
	int64_t most = statement->line_count - done;
	struct wallet_line *lines;
	size_t n;

	if (most > statement->part_lines)
		most = statement->part_lines;
	TRY(wallet_lines_after(ctx, statement->account_id, statement->first_sequence - 1 + done,
			       most, &lines, &n));
	if ((int64_t)n < most)
		return is_archived(ctx);
	if (n > 0 && lines[0].sequence != statement->first_sequence + done)
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL); /* one is missing */
	statement->lines_before = done;
	statement->lines = (struct list){lines, n};
	add_up(statement);
	return statement_complete(statement) ? finish(ctx, statement) : ERR_OK;
}

/* What would be found out too late, in one of the parts. */
static enum err
check_lines(struct ctx *ctx, const struct account_statement *statement, bool whole)
{
	int64_t before = statement->first_sequence - 1;
	bool detached;

	if (whole && statement->line_count > STATEMENT_LINES_MAX)
		return bad_period(ctx, arena_printf(ctx->arena,
						    "must leave at most %d transactions in this "
						    "answer; CSV and JSON have no limit, and a "
						    "longer PDF is ordered by POST",
						    STATEMENT_LINES_MAX));
	if (statement->line_count <= statement->part_lines)
		return ERR_OK;
	TRY(ledger_detached(ctx, statement->account_id, before, before + statement->line_count,
			    &detached));
	return detached ? is_archived(ctx) : ERR_OK;
}

/* The balances at both ends, and the number of lines between them. */
static enum err
measure(struct ctx *ctx, const struct statement_order *in, struct account_statement *out)
{
	const struct currency *currency = currency_find(out->currency);
	struct ledger_position before;
	struct ledger_position after;

	/* "At or before" a microsecond earlier is "before". The journal may be ahead of our clock. */
	TRY(ledger_position_at(ctx, out->wallet, (struct instant){out->from.first.us - 1},
			       &before));
	TRY(ledger_position_at(ctx, out->wallet,
			       in->to.given ? in->to.last : (struct instant){INT64_MAX}, &after));
	out->first_sequence = before.sequence + 1;
	out->line_count = after.sequence - before.sequence;
	out->opening = (struct money){before.balance, currency};
	out->closing = (struct money){after.balance, currency};
	out->total_in = (struct total){0, currency};
	out->total_out = (struct total){0, currency};
	return ERR_OK;
}

static enum err
plan(struct ctx *ctx, const struct statement_order *in, int64_t part_lines,
     struct account_statement *out)
{
	struct wallet_place place;

	TRY(wallet_visible(ctx, in->wallet, &place));
	TRY(set_period(ctx, in, out));
	out->wallet = place.id;
	out->number = place.number;
	out->currency = currency_find(place.currency)->code;
	out->account_id = place.account_id;
	out->ledger_id = place.ledger_id;
	out->part_lines = part_lines;
	TRY(measure(ctx, in, out));
	return check_lines(ctx, out, in->whole);
}

enum err
statement_begin(struct ctx *ctx, const struct statement_order *in, struct account_statement *out)
{
	TRY(plan(ctx, in, in->whole ? STATEMENT_LINES_MAX : STATEMENT_PART_LINES, out));
	return statement_continue(ctx, out);
}

/* No part is read here, so there is none that would show what can't be. */
enum err
statement_plan(struct ctx *ctx, const struct statement_order *in, struct account_statement *out)
{
	TRY(plan(ctx, in, 0, out));
	out->part_lines = STATEMENT_PART_LINES;
	return ERR_OK;
}
