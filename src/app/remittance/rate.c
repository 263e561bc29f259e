#include "app/remittance/rate.h"

#include "app/audit/audit.h"
#include "base/arena.h"
#include "db/row.h"

struct stored {
	int64_t rate_id;
	const char *currency;
	int64_t coefficient;
	int64_t scale;
	struct instant valid_from;
	const char *source;
};

static const struct column columns[] = {
	COLUMN(struct stored, rate_id),     COLUMN(struct stored, currency),
	COLUMN(struct stored, coefficient), COLUMN(struct stored, scale),
	COLUMN(struct stored, valid_from),  COLUMN(struct stored, source),
};

static struct exchange_rate
read_rate(const struct rows *rows, size_t i)
{
	struct stored row;

	rows_scan(rows, i, columns, COLUMN_COUNT(columns), &row);
	return (struct exchange_rate){
		.rate_id = row.rate_id,
		.currency = row.currency,
		.value = {row.coefficient, (unsigned char)row.scale, true},
		.valid_from = row.valid_from,
		.source = row.source,
	};
}

enum err
rate_list(struct ctx *ctx, struct exchange_rate **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_rate_list, &rows, NO_PARAMS));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		(*out)[i] = read_rate(&rows, i);
	return ERR_OK;
}

enum err
rate_find(struct ctx *ctx, const char *currency, struct exchange_rate *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_rate_find, &rows, PARAMS(p_text(currency))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL,
			     "There is no rate for this currency");
	*out = read_rate(&rows, 0);
	return ERR_OK;
}

enum err
rate_version_add(struct ctx *ctx, const struct rate_version *version)
{
	const char **currencies = arena_array(ctx->arena, version->count, sizeof(*currencies));
	int64_t *coefficients = arena_array(ctx->arena, version->count, sizeof(*coefficients));
	int64_t *scales = arena_array(ctx->arena, version->count, sizeof(*scales));
	const char *source = version->source;
	size_t n = version->count;

	for (size_t i = 0; i < n; i++) {
		currencies[i] = version->rates[i].currency;
		coefficients[i] = version->rates[i].value.coefficient;
		scales[i] = version->rates[i].value.scale;
	}
	TRY(db_run(ctx, SQL_rate_insert, NULL,
		   PARAMS(p_texts(currencies, n), p_ints(coefficients, n), p_ints(scales, n),
			  p_from(version->valid_from), p_text(source))));
	return audit_add(ctx, "rates_load", RATE_BASE, (struct json_value){NULL});
}
