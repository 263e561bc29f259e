/* What a wallet has used of its limits. */
#include "app/limit/row.h"
#include "app/wallet/wallet.h"
#include "base/arena.h"
#include "db/row.h"

/* The columns of limit_of_wallet after those of the rule. */
enum { USED = LIMIT_COLUMNS, HELD, FREES_AT };

static struct wallet_limit
scan(struct ctx *ctx, const struct rows *rows, size_t i)
{
	struct wallet_limit out = {.frees_at = row_time(rows, i, FREES_AT)};
	wide_int used = row_wide(rows, i, USED);
	wide_int held = row_wide(rows, i, HELD);

	limit_row_scan(ctx, rows, i, &out.rule);
	out.left = limit_value_text(ctx, &out.rule, out.rule.most - used - held);
	if (out.rule.measure != LIMIT_AMOUNT)
		out.used = limit_value_text(ctx, &out.rule, used);
	if (out.rule.direction == LIMIT_OUT && out.rule.span != 0)
		out.held = limit_value_text(ctx, &out.rule, held);
	return out;
}

enum err
limit_of_wallet(struct ctx *ctx, const char *wallet, struct wallet_limit **out, size_t *n)
{
	struct wallet_place place;
	struct rows rows;
	size_t types;
	const char *const *counted = limits_counted(ctx->arena, &types);

	TRY(wallet_visible(ctx, wallet, &place));
	TRY(db_run(ctx, SQL_limit_of_wallet, &rows,
		   PARAMS(p_int(place.account_id), p_texts(counted, types))));
	*n = rows.count;
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	for (size_t i = 0; i < rows.count; i++)
		(*out)[i] = scan(ctx, &rows, i);
	return ERR_OK;
}
