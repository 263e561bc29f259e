/* Flash: airtime, data and electricity. */
#include "base/arena.h"
#include "sandbox/vendors/vend.h"

enum { NOT_ALLOWED = 12, NOT_AUTHORISED = 401, NO_SUCH_THING = 404, BROKEN = 500 };

static void
begin(struct sandbox_call *call, struct jw *w, int code, const char *message)
{
	jw_init(w, call->arena, 512);
	jw_object(w, NULL);
	jw_integer(w, "responseCode", code);
	jw_text(w, "message", message);
}

static void
refuse(struct sandbox_call *call, int status, int code, const char *message)
{
	struct jw w;

	begin(call, &w, code, message);
	jw_close(&w);
	reply_json(call, status, &w);
}

static void
write_refusal(struct sandbox_call *call, const struct refusal *r)
{
	refuse(call, r->status, (int)r->code, r->message);
}

static const struct refusals refusals = {
	.take_key = call_bearer,
	.write = write_refusal,
	.without_key = {401, NOT_AUTHORISED, "Unauthorized"},
	.of =
		{
			[TROUBLE_BODY] = {400, NOT_ALLOWED, "Invalid JSON"},
			[TROUBLE_PATH] = {404, NO_SUCH_THING, "Resource not found"},
			[TROUBLE_REFUSED] = {422, NOT_ALLOWED,
					     "The product can't be sold right now"},
			[TROUBLE_BROKEN] = {500, BROKEN, "Internal server error"},
		},
};

static void
tell(struct sandbox_call *call, const struct order *order)
{
	struct jw w;

	begin(call, &w, 0, "Success");
	jw_text(&w, "reference", order->reference);
	jw_integer(&w, "transactionId", order->id);
	jw_text(&w, "status", vend_state(order));
	jw_integer(&w, "amount", order->paid.minor);
	jw_text(&w, "currency", order->paid.currency->code);
	jw_text(&w, "transactionDate", time_text(call->arena, order->created));
	vend_write_tokens(order, &w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

static void
sell(struct sandbox_call *call, const char *recipient, bool meter)
{
	struct order order = {0};
	const char *problem = NULL;

	if (call_text(call, "productCode") == NULL)
		problem = "Unknown product";
	else if (!vend_cents(call, &order.asked))
		problem = "amount must be a positive number of cents";
	else
		problem = vend_sell(call, &order, call_text(call, "reference"), recipient, meter);
	if (problem != NULL)
		refuse(call, 400, NOT_ALLOWED, problem);
	else
		tell(call, &order);
}

static void
sell_to_mobile(struct sandbox_call *call)
{
	const char *mobile = call_text(call, "mobileNumber");

	if (vend_mobile_valid(mobile))
		sell(call, mobile, false);
	else
		refuse(call, 400, NOT_ALLOWED, "Invalid mobile number");
}

static void
sell_electricity(struct sandbox_call *call)
{
	const char *meter = call_text(call, "meterNumber");

	if (vend_meter_valid(meter))
		sell(call, meter, true);
	else
		refuse(call, 400, NOT_ALLOWED, "Invalid meter number");
}

static void
fetch(struct sandbox_call *call)
{
	struct order order;

	if (orders_find(call->box->orders, call->provider, true, call->param, &order))
		tell(call, &order);
	else
		refuse(call, 404, NO_SUCH_THING, "Transaction not found");
}

static const struct fake_route routes[] = {
	{"POST", "/v4/cellular/pinless/purchase", sell_to_mobile},
	{"POST", "/v4/prepaid-utilities/purchase", sell_electricity},
	{"GET", "/v4/transactions/{}", fetch},
	{NULL, NULL, NULL},
};

const struct fake_provider fake_flash = {.name = "flash", .routes = routes, .refusals = &refusals};
