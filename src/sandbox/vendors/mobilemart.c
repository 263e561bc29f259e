/* MobileMart: airtime, data and electricity. */
#include "base/arena.h"
#include "sandbox/vendors/vend.h"

static void
begin(struct sandbox_call *call, struct jw *w, const char *status, const char *message)
{
	jw_init(w, call->arena, 512);
	jw_object(w, NULL);
	jw_text(w, "status", status);
	jw_text(w, "message", message);
}

static void
refuse(struct sandbox_call *call, int status, const char *message)
{
	struct jw w;

	begin(call, &w, "error", message);
	jw_close(&w);
	reply_json(call, status, &w);
}

static void
write_refusal(struct sandbox_call *call, const struct refusal *r)
{
	refuse(call, r->status, r->message);
}

static const struct refusals refusals = {
	.take_key = vend_key,
	.write = write_refusal,
	.without_key = {401, 0, "Unauthorized"},
	.of =
		{
			[TROUBLE_BODY] = {400, 0, "Invalid JSON"},
			[TROUBLE_PATH] = {404, 0, "Resource not found"},
			[TROUBLE_REFUSED] = {422, 0, "The product can't be sold right now"},
			[TROUBLE_BROKEN] = {500, 0, "Internal server error"},
		},
};

static void
tell(struct sandbox_call *call, const struct order *order)
{
	char amount[MONEY_TEXT_MAX];
	struct jw w;

	begin(call, &w, "success", "Transaction processed");
	jw_object(&w, "data");
	jw_text(&w, "requestId", order->reference);
	jw_text(&w, "transactionId", arena_printf(call->arena, "MM%lld", (long long)order->id));
	jw_text(&w, "status", vend_state(order));
	jw_number(&w, "amount", money_text(amount, order->paid));
	jw_text(&w, "currency", order->paid.currency->code);
	jw_text(&w, "transactionDate", time_text(call->arena, order->created));
	vend_write_tokens(order, &w);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

static void
sell(struct sandbox_call *call, const char *recipient, bool meter)
{
	struct order order = {0};
	const char *problem = NULL;

	if (call_text(call, "merchantProductId") == NULL)
		problem = "Unknown product";
	else if (!vend_rand(call, &order.asked))
		problem = "amount must be a positive amount in rand";
	else
		problem = vend_sell(call, &order, call_text(call, "requestId"), recipient, meter);
	if (problem != NULL)
		refuse(call, 400, problem);
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
		refuse(call, 400, "Invalid mobile number");
}

static void
sell_electricity(struct sandbox_call *call)
{
	const char *meter = call_text(call, "meterNumber");

	if (vend_meter_valid(meter))
		sell(call, meter, true);
	else
		refuse(call, 400, "Invalid meter number");
}

static void
fetch(struct sandbox_call *call)
{
	struct order order;

	if (orders_find(call->box->orders, call->provider, true, call->param, &order))
		tell(call, &order);
	else
		refuse(call, 404, "Transaction not found");
}

static const struct fake_route routes[] = {
	{"POST", "/api/v1/airtime/pinless", sell_to_mobile},
	{"POST", "/api/v1/data/pinless", sell_to_mobile},
	{"POST", "/api/v1/utility/prepaid", sell_electricity},
	{"GET", "/api/v1/transactions/{}", fetch},
	{NULL, NULL, NULL},
};

const struct fake_provider fake_mobilemart = {
	.name = "mobilemart", .routes = routes, .refusals = &refusals};
