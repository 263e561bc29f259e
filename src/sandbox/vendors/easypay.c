/* The EasyPay network: payments of bills. */
#include <string.h>

#include "base/arena.h"
#include "sandbox/vendors/vend.h"

enum { NUMBER_MIN = 11, NUMBER_MAX = 20, RECEIVER_DIGITS = 4 };

/* A receiver without bills. */
static const char receiver_unknown[] = "0000";

static void
write_refusal(struct sandbox_call *call, const struct refusal *r)
{
	reply_refuse(call, r->status, r->message);
}

static const struct refusals refusals = {
	.take_key = vend_key,
	.write = write_refusal,
	.without_key = {401, 0, "Unauthorized"},
	.of =
		{
			[TROUBLE_BODY] = {400, 0, "Invalid JSON"},
			[TROUBLE_PATH] = {404, 0, "Resource not found"},
			[TROUBLE_REFUSED] = {422, 0, "The bill can't be paid right now"},
			[TROUBLE_BROKEN] = {500, 0, "Internal server error"},
		},
};

static void
tell(struct sandbox_call *call, const struct order *order)
{
	struct jw w;

	reply_begin(call, &w, true, "Payment accepted");
	jw_object(&w, "data");
	jw_text(&w, "reference", order->reference);
	jw_text(&w, "paymentId", arena_printf(call->arena, "EP%lld", (long long)order->id));
	jw_text(&w, "easyPayNumber", order->account);
	jw_text(&w, "status", vend_state(order));
	jw_integer(&w, "amount", order->paid.minor);
	jw_text(&w, "currency", order->paid.currency->code);
	jw_text(&w, "paidAt", time_text(call->arena, order->settled));
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

/* 9, the receiver, the receiver's account, and Luhn's digit for all between. */
static bool
number_valid(const char *text)
{
	size_t length = text != NULL ? strlen(text) : 0;
	int sum = 0;

	if (length < NUMBER_MIN || length > NUMBER_MAX || text[0] != '9' ||
	    strspn(text, "0123456789") != length)
		return false;
	for (size_t i = 1; i < length; i++) {
		int digit = text[i] - '0';

		if ((length - i) % 2 == 0)
			digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
		sum += digit;
	}
	return sum % 10 == 0;
}

/* Why there is no such bill. */
static const char *
bill_problem(const char *number)
{
	if (!number_valid(number))
		return "Invalid EasyPay number";
	if (strncmp(number + 1, receiver_unknown, RECEIVER_DIGITS) == 0)
		return "Unknown bill";
	return NULL;
}

static void
pay(struct sandbox_call *call)
{
	const char *number = call_text(call, "easyPayNumber");
	const char *problem = bill_problem(number);
	struct order order = {0};

	if (problem == NULL && !vend_cents(call, &order.asked))
		problem = "amount must be a positive number of cents";
	if (problem == NULL)
		problem = vend_sell(call, &order, call_text(call, "reference"), number, false);
	if (problem != NULL)
		reply_refuse(call, 400, problem);
	else
		tell(call, &order);
}

static void
fetch(struct sandbox_call *call)
{
	struct order order;

	if (orders_find(call->box->orders, call->provider, true, call->param, &order))
		tell(call, &order);
	else
		reply_refuse(call, 404, "Payment not found");
}

static const struct fake_route routes[] = {
	{"POST", "/v1/payments", pay},
	{"GET", "/v1/payments/{}", fetch},
	{NULL, NULL, NULL},
};

const struct fake_provider fake_easypay = {
	.name = "easypay", .routes = routes, .refusals = &refusals};
