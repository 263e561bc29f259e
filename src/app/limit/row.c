#include "app/limit/row.h"

#include "base/arena.h"
#include "base/word.h"
#include "db/row.h"

const char *const limit_scope_words[] = {"wallet",  "customer", "kyc_level",
					 "project", "default",  NULL};
const char *const limit_per_words[] = {"wallet", "customer", "project", NULL};
const char *const limit_status_words[] = {"active", "ended", NULL};

static const struct column columns[] = {
	COLUMN(struct limit, limit_id),
	COLUMN_NAMED(struct limit, id, "public_id"),
	COLUMN_WORD(struct limit, mode, mode_words),
	COLUMN_WORD(struct limit, scope, limit_scope_words),
	COLUMN_NAMED(struct limit, subject, "subject_text"),
	COLUMN(struct limit, ledger_id),
	COLUMN_WORD(struct limit, per, limit_per_words),
	COLUMN_WORD(struct limit, measure, limit_measures),
	COLUMN_WORD(struct limit, direction, limit_direction_words),
	COLUMN(struct limit, currency),
	COLUMN_WORD(struct limit, span, limit_span_words),
	COLUMN_NAMED(struct limit, time_zone, "zone"),
	COLUMN(struct limit, most),
	COLUMN(struct limit, created_at),
	COLUMN(struct limit, changed_at),
	COLUMN(struct limit, ended_at),
};

/* The column after those. */
enum { TYPES = COLUMN_COUNT(columns) };

_Static_assert(TYPES + 1 == LIMIT_COLUMNS, "all columns are counted");

static wide_int
clamped(wide_int value)
{
	return value > 0 ? value : 0;
}

const char *
limit_value_text(struct ctx *ctx, const struct limit *limit, wide_int value)
{
	static const struct currency none = {.exponent = 0};
	const struct currency *currency =
		limit->measure != LIMIT_COUNT ? currency_find(limit->currency) : NULL;
	char buf[MONEY_TEXT_MAX];

	return arena_strdup(ctx->arena,
			    total_text(buf, (struct total){clamped(value),
							   currency != NULL ? currency : &none}));
}

void
limit_row_scan(struct ctx *ctx, const struct rows *rows, size_t i, struct limit *out)
{
	const char *types = row_text(rows, i, TYPES);

	*out = (struct limit){.limit_id = 0};
	rows_scan(rows, i, columns, COLUMN_COUNT(columns), out);
	if (types != NULL)
		out->types = text_list_split(ctx->arena, types);
	out->status = out->ended_at.us != 0 ? LIMIT_ENDED : LIMIT_ACTIVE;
	out->limit = limit_value_text(ctx, out, out->most);
}

enum err
limit_get(struct ctx *ctx, struct uuid id, struct limit *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_limit_find, &rows, PARAMS(p_uuid(id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Limit not found");
	limit_row_scan(ctx, &rows, 0, out);
	return ERR_OK;
}

enum err
limit_list(struct ctx *ctx, const struct limit_filter *filter, struct limit **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(
		ctx, SQL_limit_list, &rows,
		PARAMS(p_id(filter->after), p_int(filter->most), p_word(mode_words, filter->mode),
		       p_word(limit_scope_words, filter->scope), p_text(filter->subject),
		       filter->status != 0 ? p_bool(filter->status == LIMIT_ACTIVE) : p_null())));
	*n = rows.count;
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	for (size_t i = 0; i < rows.count; i++)
		limit_row_scan(ctx, &rows, i, &(*out)[i]);
	return ERR_OK;
}
