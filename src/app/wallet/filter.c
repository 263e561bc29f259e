#include "app/wallet/filter.h"

#include "app/wallet/transaction.h"
#include "base/arena.h"
#include "base/word.h"
#include "db/row.h"

enum err
filter_books(struct ctx *ctx, const struct list_filter *filter, int64_t *ledger_id)
{
	struct rows rows;

	if (ctx->who.kind == PRINCIPAL_PROJECT_KEY) {
		*ledger_id = ctx->who.ledger_id;
		if (uuid_is_nil(filter->project) && filter->mode == 0)
			return ERR_OK;
		violation_add(ctx->arena, &ctx->fault, filter->mode == 0 ? "projectId" : "mode",
			      "FORBIDDEN", "is for administrators; a key has its project and mode");
		return ERR_VALIDATION;
	}
	*ledger_id = 0;
	if (!ctx->who.admin)
		return ERR_OK;
	TRY(db_run(ctx, SQL_lookup_ledger, &rows,
		   PARAMS(p_uuid(filter->project),
			  p_word(mode_words, filter->mode != 0 ? filter->mode : MODE_LIVE))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Project not found");
	*ledger_id = row_int(&rows, 0, 0);
	return ERR_OK;
}

size_t
filter_shown(const struct rows *rows, int next_column, int64_t most, int64_t *next)
{
	size_t n = row_is_null(rows, 0, 0) ? 0 : rows->count;

	*next = row_is_null(rows, 0, next_column) ? 0 : row_int(rows, 0, next_column);
	if (n <= (size_t)most)
		return n;
	*next = row_int(rows, (size_t)most - 1, 0);
	return (size_t)most;
}

const char *
filter_currency(const struct list_filter *filter)
{
	return filter->currency != NULL ? currency_find_any_case(filter->currency)->code : NULL;
}

/* What remains of a range if its values are compared with those from first to last. Neither is an extreme:
 * amounts of requests have at most 18 digits. */
static void
narrow(struct range *range, enum bound bound, int64_t first, int64_t last)
{
	bool below = bound == BOUND_LT || bound == BOUND_LTE;
	bool above = bound == BOUND_GT || bound == BOUND_GTE;
	int64_t least = bound == BOUND_GT ? last + 1 : first;
	int64_t greatest = bound == BOUND_LT ? first - 1 : last;

	if (!below && least > range->least)
		range->least = least;
	if (!above && greatest < range->greatest)
		range->greatest = greatest;
}

/* As requests name them, behind the name of what is compared. */
static const char *const suffixes[BOUNDS] = {
	[BOUND_IS] = "",     [BOUND_GT] = "[gt]",   [BOUND_GTE] = "[gte]",
	[BOUND_LT] = "[lt]", [BOUND_LTE] = "[lte]",
};

static enum err
narrow_all(struct ctx *ctx, const struct list_filter *filter, const char *name, struct range *out)
{
	for (enum bound bound = BOUND_IS; bound < BOUNDS; bound++) {
		const char *field = arena_printf(ctx->arena, "%s%s", name, suffixes[bound]);
		struct money money;

		if (!filter->amount[bound].present)
			continue;
		if (filter->currency == NULL) {
			violation_add(ctx->arena, &ctx->fault, field, "CURRENCY",
				      "needs a currency");
			return ERR_VALIDATION;
		}
		TRY(transaction_amount_of(ctx, field, filter->amount[bound], filter->currency,
					  &money));
		narrow(out, bound, money.minor, money.minor);
	}
	return ERR_OK;
}

enum err
filter_amounts(struct ctx *ctx, const struct list_filter *filter, struct range *out)
{
	*out = (struct range){0, INT64_MAX};
	return narrow_all(ctx, filter, "amount", out);
}

enum err
filter_balances(struct ctx *ctx, const struct list_filter *filter, struct range *out)
{
	*out = (struct range){INT64_MIN, INT64_MAX};
	return narrow_all(ctx, filter, "balance", out);
}

struct range
filter_times(const struct list_filter *filter)
{
	struct range range = {INT64_MIN, INT64_MAX};

	for (enum bound bound = BOUND_IS; bound < BOUNDS; bound++)
		if (filter->time[bound].given)
			narrow(&range, bound, filter->time[bound].first.us,
			       filter->time[bound].last.us);
	return range;
}

struct param
p_since(const struct range *times)
{
	return times->least == INT64_MIN ? p_null() : p_at((struct instant){times->least});
}

struct param
p_upto(const struct range *times)
{
	return times->greatest == INT64_MAX ? p_null() : p_at((struct instant){times->greatest});
}
