/*
 * The EasyPay network, which takes payments of bills. Authorised by "X-API-Key: <key>"; an answer
 * is {"status": true, "message", "data"}, and false for a refusal. Amounts are in cents.
 *
 * POST /v1/payments {reference, easyPayNumber, amount, currency} -> data {reference, paymentId,
 * easyPayNumber, status: SUCCESSFUL|PENDING|FAILED, amount, currency}. A number that belongs to no
 * bill is refused; so is a repeated reference, as a duplicate.
 *
 * Look-up: GET /v1/payments/{reference} -> the same; 404 "Payment not found".
 */
#include "base/arena.h"
#include "provider/sale.h"

static const struct sale_form form = {
	.report = {.reference = "reference", .id = "paymentId", .hundredths = true},
};

static struct vendor_answer
sell(const struct provider_call *call, const struct vendor_order *order)
{
	struct jw body;
	const struct question question = {"POST", "/v1/payments", {sale_key(call)}, &body};
	struct exchange exchange;

	question_body(&body, call->arena);
	jw_text(&body, "reference", order->reference);
	jw_text(&body, "easyPayNumber", order->recipient);
	jw_integer(&body, "amount", order->amount.minor);
	jw_text(&body, "currency", order->amount.currency->code);
	exchange = exchange_call(call, &question);
	return sale_answer(call->arena, &form, &exchange, exchange.data, order->reference);
}

static struct vendor_answer
poll(const struct provider_call *call, const char *reference)
{
	struct exchange exchange = sale_ask(call, "/v1/payments/", reference, sale_key(call));

	return sale_report(call->arena, &form, &exchange, exchange.data, reference);
}

const struct vendor vendor_easypay = {"easypay", "EasyPay", sell, poll};
