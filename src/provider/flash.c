/*
 * Flash. Authorised by "Authorization: Bearer <key>"; an answer is {"responseCode": 0, "message",
 * and what it tells of}, with any other code for a refusal. Amounts are in cents.
 *
 * Airtime and data: POST /v4/cellular/pinless/purchase {reference, productCode, mobileNumber:
 * "27821234567", amount, currency}. Electricity: POST /v4/prepaid-utilities/purchase {reference,
 * productCode, meterNumber, amount, currency}. Both -> {responseCode, message, reference,
 * transactionId, productCode, status: SUCCESSFUL|PENDING|FAILED, amount, currency, tokens: ["20
 * digits"] of electricity}. A repeated reference is refused as a duplicate.
 *
 * Look-up: GET /v4/transactions/{reference} -> the same; 404 "Transaction not found".
 */
#include "base/arena.h"
#include "provider/sale.h"

static const struct sale_form form = {
	.report = {.reference = "reference", .id = "transactionId", .hundredths = true},
	.tokens = "tokens",
};

static struct vendor_answer
sell(const struct provider_call *call, const struct vendor_order *order)
{
	bool meter = order->kind == PRODUCT_ELECTRICITY;
	struct jw body;
	const struct question question = {
		"POST",
		meter ? "/v4/prepaid-utilities/purchase" : "/v4/cellular/pinless/purchase",
		{question_bearer(call)},
		&body,
	};
	struct exchange exchange;

	question_body(&body, call->arena);
	jw_text(&body, "reference", order->reference);
	jw_text(&body, "productCode", order->product);
	jw_text(&body, meter ? "meterNumber" : "mobileNumber", sale_mobile(order->recipient));
	jw_integer(&body, "amount", order->amount.minor);
	jw_text(&body, "currency", order->amount.currency->code);
	exchange = exchange_call(call, &question);
	return sale_answer(call->arena, &form, &exchange, exchange.body, order->reference);
}

static struct vendor_answer
poll(const struct provider_call *call, const char *reference)
{
	struct exchange exchange =
		sale_ask(call, "/v4/transactions/", reference, question_bearer(call));

	return sale_report(call->arena, &form, &exchange, exchange.body, reference);
}

const struct vendor vendor_flash = {"flash", "Flash", sell, poll};
