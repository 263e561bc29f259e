/* A version of the rates as JSON. Loaded only if all of it is valid. */
#include <string.h>

#include "app/remittance/corridor.h"
#include "app/remittance/rate.h"
#include "base/arena.h"
#include "base/text.h"
#include "json/reader.h"

/* The limits of the table. */
enum { SCALE_MAX = 10, RATES_MAX = 16 };
static const int64_t coefficient_max = INT64_C(1000000000000);

static enum err
wrong(struct ctx *ctx, const char *name, const char *why)
{
	return fault(&ctx->fault, ERR_VALIDATION, name, "%s %s", name, why);
}

static enum err
read_value(struct ctx *ctx, const char *currency, struct json_object *value, struct decimal *out)
{
	enum json_kind kind = json_kind(value);
	const char *text;

	if (text_index(corridor_currencies, currency) < 0)
		return wrong(ctx, currency, "is not a supported currency");
	if (kind != JSON_INTEGER && kind != JSON_DECIMAL)
		return wrong(ctx, currency, "must be a number");
	text = json_text_value(value);
	if (decimal_parse(out, text, strlen(text)) != MONEY_OK || out->coefficient == 0)
		return wrong(ctx, currency, "must be greater than 0");
	if (out->scale > SCALE_MAX || out->coefficient > coefficient_max)
		return wrong(ctx, currency, "has too many digits");
	return ERR_OK;
}

static enum err
read_rates(struct ctx *ctx, struct json_object *object, struct rate_version *out)
{
	struct exchange_rate *rates = arena_array(ctx->arena, RATES_MAX, sizeof(*rates));
	struct json_object *value;
	const char *currency;
	size_t n = 0;

	if (json_kind(object) != JSON_OBJECT)
		return wrong(ctx, "rates", "must be an object");
	for (; n < RATES_MAX && json_member_at(object, n, &currency, &value); n++) {
		TRY(read_value(ctx, currency, value, &rates[n].value));
		rates[n].currency = currency;
	}
	out->rates = rates;
	out->count = n;
	for (size_t i = 0; corridor_currencies[i] != NULL; i++)
		if (json_member(object, corridor_currencies[i], NULL) == NULL)
			return wrong(ctx, corridor_currencies[i], "is missing");
	return ERR_OK;
}

static enum err
read_member(struct ctx *ctx, const char *name, struct json_object *value, struct rate_version *out)
{
	const char *text = json_kind(value) == JSON_TEXT ? json_text_value(value) : "";

	if (strcmp(name, "rates") == 0)
		return read_rates(ctx, value, out);
	if (strcmp(name, "baseCurrency") == 0)
		return strcmp(text, RATE_BASE) == 0 ? ERR_OK
						    : wrong(ctx, name, "must be " RATE_BASE);
	if (strcmp(name, "validFrom") == 0)
		return moment_parse(&out->valid_from, text)
			       ? ERR_OK
			       : wrong(ctx, name, "must be a time such as 2026-12-31T23:59:59Z");
	return wrong(ctx, name, "is not known");
}

enum err
rate_version_read(struct ctx *ctx, const char *text, size_t length, struct rate_version *out)
{
	struct json_object *object;
	struct json_object *value;
	const char *name;

	*out = (struct rate_version){.source = ctx->request_id};
	TRY(json_read(ctx->arena, &ctx->fault, text, length, &object));
	if (json_kind(object) != JSON_OBJECT)
		return fault(&ctx->fault, ERR_VALIDATION, NULL, "The file must be a JSON object");
	for (size_t i = 0; json_member_at(object, i, &name, &value); i++)
		TRY(read_member(ctx, name, value, out));
	if (json_member(object, "baseCurrency", NULL) == NULL)
		return wrong(ctx, "baseCurrency", "is missing");
	return out->rates != NULL ? ERR_OK : wrong(ctx, "rates", "is missing");
}
