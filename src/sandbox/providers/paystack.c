/* Paystack: transactions and webhooks; api.paystack.co according to its reference. */
#include "sandbox/providers/paystack.h"

#include <string.h>

#include "base/arena.h"
#include "sandbox/code.h"
#include "sandbox/providers/checkout.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const char *const currencies[] = {"NGN", "GHS", "ZAR", "KES", "USD", "XOF", NULL};

void
paystack_refuse(struct sandbox_call *call, int status, const char *message, const char *next_step,
		const char *code)
{
	struct jw w;

	jw_init(&w, call->arena, 256);
	jw_object(&w, NULL);
	jw_bool(&w, "status", false);
	jw_text(&w, "message", message);
	jw_object(&w, "meta");
	jw_text(&w, "nextStep", next_step);
	jw_close(&w);
	jw_text(&w, "type", status >= 500 ? "api_error" : "validation_error");
	jw_text(&w, "code", code);
	jw_close(&w);
	reply_json(call, status, &w);
}

void
paystack_accept(struct sandbox_call *call, struct jw *w, const char *message)
{
	jw_init(w, call->arena, 1024);
	jw_object(w, NULL);
	jw_bool(w, "status", true);
	jw_text(w, "message", message);
}

static bool
admit(struct sandbox_call *call)
{
	if (call_bearer(call))
		return true;
	paystack_refuse(call, 401, "No Authorization Header was found",
			"Ensure that you provide the correct authorization key for the request",
			"missing_authorization");
	return false;
}

static void
trouble(struct sandbox_call *call, enum trouble what)
{
	switch (what) {
	case TROUBLE_BODY:
		paystack_refuse(call, 400, "Invalid JSON",
				"Ensure that the request body is valid JSON", "invalid_params");
		return;
	case TROUBLE_PATH:
		paystack_refuse(call, 404, "Endpoint not found",
				"Ensure that the URL and the method are right", "not_found");
		return;
	case TROUBLE_REFUSED:
		if (text_starts_with(call->path, "/transfer"))
			paystack_refuse(call, 400,
					"You cannot initiate third party payouts at this time",
					"Contact support for help", "transfer_unavailable");
		else
			paystack_refuse(call, 400, "Merchant may be inactive",
					"Contact support for help", "merchant_inactive");
		return;
	case TROUBLE_BROKEN:
	default:
		paystack_refuse(call, 500, "An error occurred", "Try again later", "unknown");
		return;
	}
}

bool
paystack_amount(struct sandbox_call *call, struct money *out)
{
	const char *text = call_text(call, "amount");
	const char *currency = call_text(call, "currency");

	if (currency == NULL)
		currency = "NGN";
	if (text_index(currencies, currency) < 0) {
		paystack_refuse(call, 403, "Currency not supported by merchant",
				"Use a currency that your integration supports",
				"unsupported_currency");
		return false;
	}
	out->currency = currency_find(currency);
	if (text == NULL || !integer_parse(&out->minor, text) || out->minor <= 0 ||
	    out->minor > INT64_C(1000000000000000)) {
		paystack_refuse(call, 400, "Invalid Amount Sent",
				"Send the amount in the subunit of the currency, as an integer",
				"invalid_amount");
		return false;
	}
	return true;
}

/* A reference of our own, if the merchant gave none. */
static bool
take_reference(struct sandbox_call *call, struct order *order)
{
	const char *reference = call_text(call, "reference");

	if (reference == NULL) {
		random_code(order->reference, 10);
		return true;
	}
	if (strlen(reference) >= ORDER_TEXT_MAX ||
	    reference[strspn(reference, LETTERS "-.=")] != '\0') {
		paystack_refuse(
			call, 400,
			"Invalid reference. Only -, ., = and alphanumeric characters are allowed",
			"Use a reference of these characters", "invalid_reference");
		return false;
	}
	copy_text(order->reference, sizeof(order->reference), reference);
	return true;
}

static void
initialize(struct sandbox_call *call)
{
	const char *email = call_text(call, "email");
	struct order order = {.withdrawal = false};
	struct jw w;

	if (email == NULL || strchr(email, '@') == NULL) {
		paystack_refuse(call, 400, "Invalid Email Address Passed",
				"Ensure that the email address is valid", "invalid_email_address");
		return;
	}
	if (!paystack_amount(call, &order.asked) || !take_reference(call, &order))
		return;
	copy_text(order.email, sizeof(order.email), email);
	copy_text(order.callback, sizeof(order.callback), call_text(call, "callback_url"));
	copy_text(order.key, sizeof(order.key), call->key);
	if (!order_take(call, &order)) {
		paystack_refuse(
			call, 400, "Duplicate Transaction Reference",
			"Ensure that you are passing a unique reference for each transaction",
			"duplicate_reference");
		return;
	}
	paystack_accept(call, &w, "Authorization URL created");
	jw_object(&w, "data");
	jw_text(&w, "authorization_url", checkout_url(call->box, call->arena, &order));
	jw_text(&w, "access_code", order.code);
	jw_text(&w, "reference", order.reference);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

static const char *
event_of(const struct order *order)
{
	switch (order->state) {
	case ORDER_SUCCEEDED:
		return order->withdrawal ? "transfer.success" : "charge.success";
	case ORDER_REVERSED:
		return order->withdrawal ? "transfer.reversed" : "refund.processed";
	case ORDER_PENDING:
	case ORDER_FAILED:
	case ORDER_ABANDONED:
	default:
		return order->withdrawal ? "transfer.failed" : "charge.failed";
	}
}

static void
report(struct sandbox *box, struct arena *arena, const struct order *order, struct webhook *out)
{
	struct jw w;

	webhook_begin(&w, arena, event_of(order), out);
	if (order->withdrawal)
		paystack_write_transfer(box, arena, order, &w, "data");
	else
		paystack_write_transaction(arena, order, &w, "data");
	webhook_end(&w, out);
	out->header = "x-paystack-signature";
	out->signature = sign_sha512(arena, order->key, out->body);
}

static const struct fake_route routes[] = {
	{"POST", "/transaction/initialize", initialize},
	{"GET", "/transaction/verify/{}", paystack_verify},
	{"GET", "/transaction/{}", paystack_fetch_transaction},
	{"GET", "/transaction", paystack_list_transactions},
	{"POST", "/customer", paystack_create_customer},
	{"GET", "/customer/{}", paystack_fetch_customer},
	{"GET", "/customer", paystack_list_customers},
	{"POST", "/transferrecipient", paystack_create_recipient},
	{"GET", "/transferrecipient/{}", paystack_fetch_recipient},
	{"GET", "/transferrecipient", paystack_list_recipients},
	{"POST", "/transfer", paystack_transfer},
	{"GET", "/transfer/verify/{}", paystack_verify_transfer},
	{"GET", "/transfer/{}", paystack_fetch_transfer},
	{"GET", "/transfer", paystack_list_transfers},
	{"GET", "/bank/resolve", paystack_resolve},
	{"GET", "/bank", paystack_list_banks},
	{"GET", "/balance", paystack_balance},
	{NULL, NULL, NULL},
};

const struct fake_provider fake_paystack = {
	.name = "paystack", .routes = routes, .admit = admit, .trouble = trouble, .report = report};
