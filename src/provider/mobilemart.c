/*
 * MobileMart. Authorised by "X-API-Key: <key>"; an answer is {"status": "success", "message",
 * "data"}, and "error" for a refusal. Amounts are in rand, a JSON number.
 *
 * POST /api/v1/airtime/pinless, /api/v1/data/pinless {requestId, merchantProductId, mobileNumber:
 * "27821234567", amount} and /api/v1/utility/prepaid {requestId, merchantProductId, meterNumber,
 * amount} -> data {requestId, transactionId, merchantProductId, status:
 * SUCCESSFUL|PENDING|FAILED, amount, currency, tokens: ["20 digits"] of electricity}. A repeated
 * requestId is refused as a duplicate.
 *
 * Look-up: GET /api/v1/transactions/{requestId} -> the same; 404 "Transaction not found".
 */
#include "base/arena.h"
#include "provider/sale.h"

static const struct sale_form form = {
	.report = {.reference = "requestId", .id = "transactionId"},
	.tokens = "tokens",
};

static const char *
path_of(enum product_kind kind)
{
	if (kind == PRODUCT_ELECTRICITY)
		return "/api/v1/utility/prepaid";
	return kind == PRODUCT_DATA ? "/api/v1/data/pinless" : "/api/v1/airtime/pinless";
}

static struct vendor_answer
sell(const struct provider_call *call, const struct vendor_order *order)
{
	bool meter = order->kind == PRODUCT_ELECTRICITY;
	struct jw body;
	const struct question question = {"POST", path_of(order->kind), {sale_key(call)}, &body};
	char amount[MONEY_TEXT_MAX];
	struct exchange exchange;

	question_body(&body, call->arena);
	jw_text(&body, "requestId", order->reference);
	jw_text(&body, "merchantProductId", order->product);
	jw_text(&body, meter ? "meterNumber" : "mobileNumber", sale_mobile(order->recipient));
	jw_number(&body, "amount", money_text(amount, order->amount));
	exchange = exchange_call(call, &question);
	return sale_answer(call->arena, &form, &exchange, exchange.data, order->reference);
}

static struct vendor_answer
poll(const struct provider_call *call, const char *reference)
{
	struct exchange exchange =
		sale_ask(call, "/api/v1/transactions/", reference, sale_key(call));

	return sale_report(call->arena, &form, &exchange, exchange.data, reference);
}

const struct vendor vendor_mobilemart = {"mobilemart", "MobileMart", sell, poll};
