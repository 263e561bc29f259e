#include "app/prepaid/product.h"

#include <string.h>

#include "app/audit/audit.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "db/row.h"
#include "schema/schema.h"
#include "json/reader.h"

#define CURRENCY "ZAR"

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

/* A product in the format of the operator's file. */
struct product_in {
	const char *code;
	const char *provider;
	const char *provider_code;
	enum product_kind kind;
	const char *name;
	struct decimal amount;
	struct decimal least;
	struct decimal most;
	bool active;
};

static const char *const providers_of[] = {"flash", "mobilemart", "easypay", NULL};

static const struct field fields[] = {
	FIELD(struct product_in, code, .name = "code", .required = true, .min = 2, .max = 40),
	FIELD(struct product_in, provider, .name = "provider", .required = true,
	      .choices = providers_of),
	FIELD(struct product_in, provider_code, .name = "providerCode", .required = true,
	      .text = TEXT_CODE, .min = 1, .max = 60),
	FIELD(struct product_in, kind, .name = "kind", .required = true,
	      .choices = product_kind_words),
	FIELD(struct product_in, name, .name = "name", .required = true, .text = TEXT_NAME,
	      .min = 1, .max = 120),
	FIELD(struct product_in, amount, .name = "amount"),
	FIELD(struct product_in, least, .name = "minAmount"),
	FIELD(struct product_in, most, .name = "maxAmount"),
	FIELD(struct product_in, active, .name = "active", .fallback_true = true),
};
enum { FIELDS = COUNT(fields) };

static const struct schema product_schema = SCHEMA(struct product_in, "Product", fields);

/* Otherwise a misspelt member would be ignored silently. */
static const char *
foreign_member(struct json_object *object)
{
	const char *name;
	struct json_object *value;

	for (size_t i = 0; json_member_at(object, i, &name, &value); i++) {
		size_t k = 0;

		while (k < FIELDS && strcmp(fields[k].name, name) != 0)
			k++;
		if (k == FIELDS)
			return name;
	}
	return NULL;
}

static bool
code_valid(const char *code)
{
	return code[0] != '-' && code[0] != '_' &&
	       code[strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] == '\0';
}

/* Why a product is invalid; NULL: it is valid. */
static const char *
problem_of(const struct product_in *in, struct money *least, struct money *most)
{
	const struct currency *currency = currency_find(CURRENCY);
	bool range = in->least.present && in->most.present;

	if (!code_valid(in->code))
		return "code must be of A-Z, 0-9, - and _";
	if ((in->kind == PRODUCT_BILL) != text_equal(in->provider, vendor_easypay.name))
		return "bills must be of EasyPay, and EasyPay products must be bills";
	if (in->amount.present ? in->least.present || in->most.present : !range)
		return "either amount, or minAmount and maxAmount are required";
	if (money_from_decimal(least, in->amount.present ? in->amount : in->least, currency) !=
		    MONEY_OK ||
	    money_from_decimal(most, in->amount.present ? in->amount : in->most, currency) !=
		    MONEY_OK)
		return "amounts have at most two decimals";
	if (least->minor <= 0 || most->minor < least->minor)
		return "amounts must be more than 0, and maxAmount not less than minAmount";
	return NULL;
}

static enum err
refuse(struct ctx *ctx, size_t place, const char *why)
{
	return fault(&ctx->fault, ERR_VALIDATION, NULL, "product %zu: %s", place + 1, why);
}

static enum err
load_one(struct ctx *ctx, size_t place, struct json_object *object)
{
	struct product_in in = {.code = NULL};
	struct fault f = {0};
	const char *problem;
	struct money least;
	struct money most;
	struct rows rows;

	if (json_kind(object) != JSON_OBJECT)
		return refuse(ctx, place, "an object is expected");
	problem = foreign_member(object);
	if (problem != NULL)
		return refuse(ctx, place,
			      arena_printf(ctx->arena, "unknown member %.40s", problem));
	if (schema_decode(&product_schema, ctx->arena, &f, object, &in) != ERR_OK)
		return refuse(ctx, place,
			      arena_printf(ctx->arena, "%s %s", f.violations->field,
					   f.violations->message));
	problem = problem_of(&in, &least, &most);
	if (problem != NULL)
		return refuse(ctx, place, problem);
	return db_run(ctx, SQL_product_set, &rows,
		      PARAMS(p_text(in.code), p_text(in.provider), p_text(in.provider_code),
			     p_word(product_kind_words, in.kind), p_text(in.name),
			     p_int(least.minor), p_int(most.minor), p_bool(in.active)));
}

enum err
product_load(struct ctx *ctx, const struct json_object *list, size_t *n)
{
	if (json_kind(list) != JSON_LIST)
		return fault(&ctx->fault, ERR_VALIDATION, NULL, "a list of products is expected");
	*n = json_list_length(list);
	if (*n > PRODUCTS_MAX)
		return fault(&ctx->fault, ERR_VALIDATION, NULL, "at most %d products are allowed",
			     PRODUCTS_MAX);
	for (size_t i = 0; i < *n; i++)
		TRY(load_one(ctx, i, json_list_item(list, i)));
	return audit_add(ctx, "products_load", arena_printf(ctx->arena, "%zu products", *n),
			 (struct json_value){"{}"});
}
