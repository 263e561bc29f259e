/* NOK exchange rates. Public. */
#include "app/remittance/rate.h"
#include "base/attributes.h"

#include <string.h>

#include "api/drop/drop.h"
#include "app/remittance/quote.h"

enum { CALLS_PER_MINUTE = 120 };

struct values {
	struct decimal rsd, bam, pln, pkr, try, eur;
};

static const struct field value_fields[] = {
	FIELD(struct values, rsd, .name = "RSD", .required = true, .example = "11.7"),
	FIELD(struct values, bam, .name = "BAM", .required = true, .example = "1.04"),
	FIELD(struct values, pln, .name = "PLN", .required = true, .example = "0.41"),
	FIELD(struct values, pkr, .name = "PKR", .required = true, .example = "26.8"),
	FIELD(struct values, try, .name = "TRY", .required = true, .example = "3.45"),
	FIELD(struct values, eur, .name = "EUR", .required = true, .example = "0.089"),
};
enum { VALUES = COUNT(value_fields) };

static const struct schema values = SCHEMA(struct values, "RateValues", value_fields);

struct table {
	const char *base;
	struct values rates;
	struct instant updated_at;
};

static const struct field table_fields[] = {
	FIELD(struct table, base, .name = "baseCurrency", .required = true, .example = "\"NOK\""),
	FIELD(struct table, rates, .name = "rates", .required = true, .sub = &values),
	FIELD(struct table, updated_at, .name = "updatedAt", .required = true),
};

struct one {
	const char *from;
	const char *to;
	struct decimal rate;
	struct decimal fee;
	struct instant updated_at;
};

static const struct field one_fields[] = {
	FIELD(struct one, from, .name = "from", .required = true, .example = "\"NOK\""),
	FIELD(struct one, to, .name = "to", .required = true, .example = "\"RSD\""),
	FIELD(struct one, rate, .name = "rate", .required = true, .doc = "Value of 1 NOK.",
	      .example = "11.7"),
	FIELD(struct one, fee, .name = "fee", .required = true,
	      .doc = "Fee of a remittance, as a share of the amount.", .example = "0.005"),
	FIELD(struct one, updated_at, .name = "updatedAt", .required = true),
};

static const struct schema table_out = SCHEMA(struct table, "Rates", table_fields);
static const struct schema one_out = SCHEMA(struct one, "Rate", one_fields);

/* The rate of a currency is at the position of its field. */
static void
put(struct table *table, const struct exchange_rate *rate)
{
	for (size_t i = 0; i < VALUES; i++)
		if (strcmp(value_fields[i].name, rate->currency) == 0)
			memcpy((char *)&table->rates + value_fields[i].offset, &rate->value,
			       sizeof(rate->value));
	if (rate->valid_from.us > table->updated_at.us)
		table->updated_at = rate->valid_from;
}

static enum err
list_rates(struct call *call, const void *in, void *out)
{
	struct table *table = out;
	struct exchange_rate *rates;
	size_t n;

	(void)in;
	TRY(rate_list(&call->ctx, &rates, &n));
	table->base = RATE_BASE;
	for (size_t i = 0; i < n; i++)
		put(table, &rates[i]);
	return ERR_OK;
}

static enum err
get_rate(struct call *call, const void *in, void *out)
{
	const struct currency *currency = currency_find_any_case(call->params[0].text);
	struct exchange_rate rate;

	(void)in;
	if (currency == NULL)
		return fault(&call->ctx.fault, ERR_NOT_FOUND, NULL,
			     "There is no rate for this currency");
	TRY(rate_find(&call->ctx, currency->code, &rate));
	*(struct one *)out = (struct one){
		.from = RATE_BASE,
		.to = rate.currency,
		.rate = rate.value,
		.fee = fee_share(DROP_REMITTANCE),
		.updated_at = rate.valid_from,
	};
	return ERR_OK;
}

const struct route drop_rates[] = {
	{GET, "/api/rates", "List exchange rates", "Exact decimals.", list_rates, .out = &table_out,
	 .limits.per_address = CALLS_PER_MINUTE, .status = 200, .docs.tag = "Rates"},
	{GET, "/api/rates/{currency:word}", "Retrieve the exchange rate of a currency", NULL,
	 get_rate, .out = &one_out, .limits.per_address = CALLS_PER_MINUTE, .status = 200,
	 .docs.tag = "Rates"},
	{0},
};
