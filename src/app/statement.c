#include "app/statement.h"

#include "base/arena.h"
#include "db/db.h"
#include "ledger/ledger.h"

#define DAY_US (INT64_C(86400) * SECOND_US)

/* Whether who asks may see it: its project, in the mode of the key; its owner; an administrator. */
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

/* Fill in what was left open, and check the rest. */
static enum err
set_period(struct ctx *ctx, const struct statement_order *in, struct account_statement *out)
{
	out->made_at = ctx->now;
	out->to = in->to.us != 0 && in->to.us < ctx->now.us ? in->to : ctx->now;
	out->from = in->from;
	if (out->from.us == 0)
		out->from.us = out->to.us - STATEMENT_DAYS_MAX * DAY_US;
	if (out->from.us >= out->to.us)
		return bad_period(ctx, "must be before the end of the period");
	if (out->to.us - out->from.us > STATEMENT_DAYS_MAX * DAY_US)
		return bad_period(ctx, arena_printf(ctx->arena, "must be at most %d days before to",
						    STATEMENT_DAYS_MAX));
	return ERR_OK;
}

/* The lines come newest first; a statement tells them as they happened. */
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
	struct money balance;

	for (size_t i = 0; i < out->lines.count; i++) {
		struct money *total =
			lines[i].direction[0] == 'i' ? &out->total_in : &out->total_out;

		if (!money_add(total, *total, lines[i].amount))
			return fault(&ctx->fault, ERR_AMOUNT_TOO_LARGE, NULL, NULL);
	}
	/* A statement that does not add up is not shown. */
	balance = (struct money){out->opening.minor + out->total_in.minor - out->total_out.minor,
				 out->opening.currency};
	return balance.minor == out->closing.minor ? ERR_OK
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
	/* "At or before" a microsecond earlier is "before". */
	TRY(ledger_position_at(ctx, place.id, (struct instant){out->from.us - 1}, &before));
	TRY(ledger_position_at(ctx, place.id, (struct instant){out->to.us - 1}, &after));
	if (after.sequence - before.sequence > STATEMENT_LINES_MAX)
		return bad_period(ctx, arena_printf(ctx->arena,
						    "must leave at most %d movements in the period",
						    STATEMENT_LINES_MAX));
	TRY(wallet_lines(ctx, place.account_id, after.sequence + 1,
			 after.sequence - before.sequence, &lines, &n));
	turn_round(lines, n);
	currency = currency_find(place.currency);
	out->wallet = place.id;
	out->number = place.number;
	out->currency = currency->code;
	out->opening = (struct money){before.balance, currency};
	out->closing = (struct money){after.balance, currency};
	out->total_in = (struct money){0, currency};
	out->total_out = (struct money){0, currency};
	out->lines = (struct list){lines, n};
	out->line_count = (int64_t)n;
	return add_up(ctx, out);
}
