#include "app/wallet/statement.h"

#include "base/arena.h"
#include "db/db.h"
#include "ledger/balance.h"

#define DAY_US         (INT64_C(86400) * SECOND_US)
#define MILLISECOND_US (SECOND_US / 1000)

/* Whether the caller may see it: its project, in the mode of the key; its user; an
 * administrator. */
static bool
may_see(const struct principal *who, const struct wallet_place *place)
{
	if (who->kind == PRINCIPAL_PROJECT_KEY)
		return place->ledger_id == who->ledger_id;
	return who->kind == PRINCIPAL_USER &&
	       (who->admin || (place->user_id != 0 && place->user_id == who->user_id));
}

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

static struct moment
at(int64_t us)
{
	return (struct moment){true, {us}, {us}};
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
	out->from = at(from_us);
	out->to = at(to_us);
	return ERR_OK;
}

/* The lines are read newest first; a statement is in chronological order. */
static void
turn_round(struct wallet_line *lines, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct wallet_line line = lines[i];

		lines[i] = lines[n - 1 - i];
		lines[n - 1 - i] = line;
	}
}

static enum err
add_up(struct ctx *ctx, struct account_statement *out)
{
	const struct wallet_line *lines = out->lines.items;

	for (size_t i = 0; i < out->lines.count; i++)
		*(lines[i].direction == DIRECTION_IN ? &out->total_in.minor
						     : &out->total_out.minor) +=
			lines[i].amount.minor;
	/* A statement whose sums do not match is not shown. */
	return out->opening.minor + out->total_in.minor - out->total_out.minor == out->closing.minor
		       ? ERR_OK
		       : fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
}

enum err
statement_make(struct ctx *ctx, const struct statement_order *in, struct account_statement *out)
{
	struct ledger_position before;
	struct ledger_position after;
	const struct currency *currency;
	struct wallet_place place;
	struct wallet_line *lines;
	size_t n;

	TRY(wallet_anywhere(ctx, in->wallet, &place));
	if (!may_see(&ctx->who, &place))
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Wallet not found");
	TRY(set_period(ctx, in, out));
	/* "At or before" a microsecond earlier is "before". The journal may be ahead of our clock. */
	TRY(ledger_position_at(ctx, place.id, (struct instant){out->from.first.us - 1}, &before));
	TRY(ledger_position_at(ctx, place.id,
			       in->to.given ? in->to.last : (struct instant){INT64_MAX}, &after));
	if (after.sequence - before.sequence > STATEMENT_LINES_MAX)
		return bad_period(ctx, arena_printf(ctx->arena,
						    "must leave at most %d transactions in the "
						    "period",
						    STATEMENT_LINES_MAX));
	TRY(wallet_lines(ctx, place.account_id, after.sequence + 1,
			 after.sequence - before.sequence, &lines, &n));
	if ((int64_t)n < after.sequence - before.sequence)
		return bad_period(ctx,
				  "must not reach into a part of the journal that is archived");
	turn_round(lines, n);
	if (n > 0 && lines[n - 1].created_at.us >= out->to.first.us)
		out->to = at(end_of(lines[n - 1].created_at));
	currency = currency_find(place.currency);
	out->wallet = place.id;
	out->number = place.number;
	out->currency = currency->code;
	out->opening = (struct money){before.balance, currency};
	out->closing = (struct money){after.balance, currency};
	out->total_in = (struct total){0, currency};
	out->total_out = (struct total){0, currency};
	out->lines = (struct list){lines, n};
	out->line_count = (int64_t)n;
	return add_up(ctx, out);
}
