#include "app/prepaid/product.h"

#include <string.h>

#include "app/audit/audit.h"
#include "base/arena.h"
#include "db/row.h"

/* A stored row. */
struct product_row {
	int64_t product_id;
	const char *code;
	const char *provider;
	const char *provider_code;
	enum product_kind kind;
	const char *name;
	const char *currency;
	int64_t min_amount;
	int64_t max_amount;
	bool is_active;
};

static const struct column columns[] = {
	COLUMN(struct product_row, product_id),
	COLUMN(struct product_row, code),
	COLUMN(struct product_row, provider),
	COLUMN(struct product_row, provider_code),
	COLUMN_WORD(struct product_row, kind, product_kind_words),
	COLUMN(struct product_row, name),
	COLUMN(struct product_row, currency),
	COLUMN(struct product_row, min_amount),
	COLUMN(struct product_row, max_amount),
	COLUMN(struct product_row, is_active),
};

static struct product
scan(const struct rows *rows, size_t i)
{
	struct product_row row = {0};
	const struct currency *currency;
	struct product product;

	rows_scan(rows, i, columns, COLUMN_COUNT(columns), &row);
	currency = currency_find(row.currency);
	product = (struct product){
		.product_id = row.product_id,
		.code = row.code,
		.provider = row.provider,
		.provider_code = row.provider_code,
		.kind = row.kind,
		.name = row.name,
		.currency = row.currency,
		.least = {row.min_amount, currency},
		.most = {row.max_amount, currency},
		.is_active = row.is_active,
	};
	if (row.min_amount == row.max_amount)
		product.fixed = product.least;
	return product;
}

enum err
product_get(struct ctx *ctx, const char *provider, const char *code, struct product *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_product_find, &rows, PARAMS(p_text(code))));
	if (rows.count > 0)
		*out = scan(&rows, 0);
	if (rows.count == 0 || !out->is_active || strcmp(out->provider, provider) != 0)
		return fault(&ctx->fault, ERR_PRODUCT_NOT_FOUND, "productCode", NULL);
	return ERR_OK;
}

enum err
product_check_amount(struct ctx *ctx, const struct product *product, struct money amount)
{
	char least[MONEY_TEXT_MAX];
	char most[MONEY_TEXT_MAX];

	if (amount.minor >= product->least.minor && amount.minor <= product->most.minor)
		return ERR_OK;
	(void)money_text(least, product->least);
	(void)money_text(most, product->most);
	if (product->fixed.currency != NULL)
		return fault(&ctx->fault, ERR_INVALID_AMOUNT, "amount", "The amount must be %s",
			     least);
	return fault(&ctx->fault, ERR_INVALID_AMOUNT, "amount", "The amount must be %s to %s",
		     least, most);
}

enum err
product_list(struct ctx *ctx, const struct product_filter *filter, struct product **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_product_list, &rows,
		   PARAMS(p_word(product_kind_words, filter->kind), p_text(filter->provider),
			  p_bool(!filter->all))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		(*out)[i] = scan(&rows, i);
	return ERR_OK;
}

enum err
product_load(struct ctx *ctx, const struct json_object *list, size_t *n)
{
	struct product *products;

	TRY(product_list_read(ctx, list, &products, n));
	for (size_t i = 0; i < *n; i++) {
		const struct product *p = &products[i];
		struct rows rows;

		TRY(db_run(ctx, SQL_product_set, &rows,
			   PARAMS(p_text(p->code), p_text(p->provider), p_text(p->provider_code),
				  p_word(product_kind_words, p->kind), p_text(p->name),
				  p_int(p->least.minor), p_int(p->most.minor),
				  p_bool(p->is_active))));
	}
	return audit_add(ctx, "products_load", arena_printf(ctx->arena, "%zu products", *n),
			 (struct json_value){"{}"});
}
