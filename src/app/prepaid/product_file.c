/* The operator's list of products. */
#include <string.h>

#include "app/prepaid/product.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "schema/schema.h"
#include "json/reader.h"

#define RAND "ZAR"

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
	const struct currency *currency = currency_find(RAND);
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
read_one(struct ctx *ctx, size_t place, struct json_object *object, struct product *out)
{
	struct product_in in = {.code = NULL};
	struct product product = {.currency = RAND};
	struct fault f = {0};
	const char *problem;

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
	problem = problem_of(&in, &product.least, &product.most);
	if (problem != NULL)
		return refuse(ctx, place, problem);
	product.code = in.code;
	product.provider = in.provider;
	product.provider_code = in.provider_code;
	product.kind = in.kind;
	product.name = in.name;
	product.is_active = in.active;
	if (in.amount.present)
		product.fixed = product.least;
	*out = product;
	return ERR_OK;
}

enum err
product_list_read(struct ctx *ctx, const struct json_object *list, struct product **out, size_t *n)
{
	if (json_kind(list) != JSON_LIST)
		return fault(&ctx->fault, ERR_VALIDATION, NULL, "a list of products is expected");
	*n = json_list_length(list);
	if (*n > PRODUCTS_MAX)
		return fault(&ctx->fault, ERR_VALIDATION, NULL, "at most %d products are allowed",
			     PRODUCTS_MAX);
	*out = arena_array(ctx->arena, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		TRY(read_one(ctx, i, json_list_item(list, i), &(*out)[i]));
	return ERR_OK;
}
