/* Flutterwave, version 3: charges and webhooks. */
#include "sandbox/providers/flutterwave.h"

#include <string.h>

#include "base/arena.h"
#include "sandbox/code.h"
#include "sandbox/providers/checkout.h"

void
flutterwave_refuse(struct sandbox_call *call, int status, const char *message)
{
	struct jw w;

	jw_init(&w, call->arena, 128);
	jw_object(&w, NULL);
	jw_text(&w, "status", "error");
	jw_text(&w, "message", message);
	jw_null(&w, "data");
	jw_close(&w);
	reply_json(call, status, &w);
}

void
flutterwave_accept(struct sandbox_call *call, struct jw *w, const char *message)
{
	jw_init(w, call->arena, 1024);
	jw_object(w, NULL);
	jw_text(w, "status", "success");
	jw_text(w, "message", message);
}

void
flutterwave_write_amount(struct jw *w, const char *name, struct money amount)
{
	char text[MONEY_TEXT_MAX];

	jw_number(w, name, money_text_short(text, amount));
}

static void
write_refusal(struct sandbox_call *call, const struct refusal *r)
{
	flutterwave_refuse(call, r->status, r->message);
}

static const struct refusals refusals = {
	.take_key = call_bearer,
	.write = write_refusal,
	.without_key = {401, 0, "Authorization required"},
	.of =
		{
			[TROUBLE_BODY] = {400, 0, "The request body is not valid JSON"},
			[TROUBLE_PATH] = {404, 0, "Cannot find this endpoint"},
			[TROUBLE_REFUSED] =
				{400, 0,
				 "This request cannot be processed. Please contact your account administrator"},
			[TROUBLE_BROKEN] = {500, 0,
					    "An error occurred while processing your request"},
		},
};

bool
flutterwave_order(struct sandbox_call *call, const char *reference, struct order *order)
{
	const char *value = call_text(call, reference);

	if (value == NULL || strlen(value) >= ORDER_TEXT_MAX) {
		flutterwave_refuse(call, 400,
				   arena_printf(call->arena, "%s is required", reference));
		return false;
	}
	if (!amount_read(&order->asked, call_text(call, "amount"), call_text(call, "currency"))) {
		flutterwave_refuse(
			call, 400,
			"amount should be a number greater than 0 in a supported currency");
		return false;
	}
	copy_text(order->reference, sizeof(order->reference), value);
	copy_text(order->key, sizeof(order->key), call->key);
	return true;
}

static const char *const status_words[ORDER_STATES] = {
	[ORDER_PENDING] = "pending",   [ORDER_SUCCEEDED] = "successful", [ORDER_FAILED] = "failed",
	[ORDER_ABANDONED] = "pending", [ORDER_REVERSED] = "successful",
};

static void
write_charge(struct arena *arena, const struct order *order, struct jw *w, const char *name)
{
	jw_object(w, name);
	jw_integer(w, "id", order->id);
	jw_text(w, "tx_ref", order->reference);
	jw_text(w, "flw_ref", arena_printf(arena, "FLW-MOCK-%s", order->code));
	jw_text(w, "device_fingerprint", "N/A");
	flutterwave_write_amount(w, "amount", order->paid);
	flutterwave_write_amount(w, "charged_amount", order->paid);
	jw_integer(w, "app_fee", 0);
	jw_integer(w, "merchant_fee", 0);
	jw_text(w, "processor_response",
		order->state == ORDER_FAILED ? "Declined" : "Transaction in progress");
	jw_text(w, "currency", order->paid.currency->code);
	jw_text(w, "status", status_words[order->state]);
	jw_text(w, "payment_type", "bank_transfer");
	jw_text(w, "created_at", time_text(arena, order->created));
	jw_object(w, "customer");
	jw_integer(w, "id", order->id);
	jw_text(w, "email", order->email);
	jw_close(w);
	jw_close(w);
}

static void
charge(struct sandbox_call *call)
{
	const char *email = call_text(call, "email");
	struct order order = {.withdrawal = false};
	struct jw w;

	if (form_value(&call->query, "type") == NULL) {
		flutterwave_refuse(call, 400, "Charge type is required");
		return;
	}
	if (email == NULL || strchr(email, '@') == NULL) {
		flutterwave_refuse(call, 400, "email is required");
		return;
	}
	if (!flutterwave_order(call, "tx_ref", &order))
		return;
	copy_text(order.email, sizeof(order.email), email);
	copy_text(order.callback, sizeof(order.callback), call_text(call, "redirect_url"));
	if (!order_take(call, &order)) {
		flutterwave_refuse(call, 400,
				   "Duplicate transaction reference: tx_ref has been used");
		return;
	}
	flutterwave_accept(call, &w, "Charge initiated");
	write_charge(call->arena, &order, &w, "data");
	jw_object(&w, "meta");
	jw_object(&w, "authorization");
	jw_text(&w, "mode", "redirect");
	jw_text(&w, "redirect", checkout_url(call->box, call->arena, &order));
	jw_close(&w);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

static void
show_charge(struct sandbox_call *call, bool found, const struct order *order)
{
	struct jw w;

	if (!found || order->withdrawal) {
		flutterwave_refuse(call, 400, "No transaction was found for this id");
		return;
	}
	flutterwave_accept(call, &w, "Transaction fetched successfully");
	write_charge(call->arena, order, &w, "data");
	jw_close(&w);
	reply_json(call, 200, &w);
}

static void
verify_by_reference(struct sandbox_call *call)
{
	const char *reference = form_value(&call->query, "tx_ref");
	struct order order;

	show_charge(call,
		    reference != NULL && orders_find(call->box->orders, call->provider, false,
						     reference, &order),
		    &order);
}

void
flutterwave_write_meta(const struct order_filter *filter, size_t total, struct jw *w)
{
	jw_object(w, "meta");
	jw_object(w, "page_info");
	jw_integer(w, "total", (int64_t)total);
	jw_integer(w, "current_page", (int64_t)(filter->skip / filter->most + 1));
	jw_integer(w, "total_pages", (int64_t)((total + filter->most - 1) / filter->most));
	jw_close(w);
	jw_close(w);
}

static void
list(struct sandbox_call *call)
{
	struct order_filter filter = {.provider = call->provider,
				      .reference = form_value(&call->query, "tx_ref")};
	struct order *orders;
	size_t total;
	size_t n;
	struct jw w;

	call_page(call, "size", &filter);
	total = orders_list(call->box->orders, call->arena, &filter, &orders, &n);
	flutterwave_accept(call, &w, "Transactions fetched");
	flutterwave_write_meta(&filter, total, &w);
	jw_list(&w, "data");
	for (size_t i = 0; i < n; i++)
		write_charge(call->arena, &orders[i], &w, NULL);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

static void
verify(struct sandbox_call *call)
{
	struct order order;
	int64_t id;

	show_charge(call,
		    integer_parse(&id, call->param) &&
			    orders_find_id(call->box->orders, call->provider, id, &order),
		    &order);
}

static void
report(struct sandbox *box, struct arena *arena, const struct order *order, struct webhook *out)
{
	struct jw w;

	webhook_begin(&w, arena, order->withdrawal ? "transfer.completed" : "charge.completed",
		      out);
	if (order->withdrawal)
		flutterwave_write_transfer(arena, order, &w, "data");
	else
		write_charge(arena, order, &w, "data");
	jw_text(&w, "event.type", order->withdrawal ? "Transfer" : "BANK_TRANSFER_TRANSACTION");
	webhook_end(&w, out);
	out->header = "verif-hash";
	out->signature = box->secrets.flutterwave_secret_hash;
}

static const struct fake_route routes[] = {
	{"POST", "/v3/charges", charge},
	{"GET", "/v3/transactions/verify_by_reference", verify_by_reference},
	{"GET", "/v3/transactions/{}/verify", verify},
	{"GET", "/v3/transactions", list},
	{"GET", "/v3/banks/{}", flutterwave_list_banks},
	{"POST", "/v3/accounts/resolve", flutterwave_resolve},
	{"GET", "/v3/balances", flutterwave_list_balances},
	{"GET", "/v3/balances/{}", flutterwave_fetch_balance},
	{"POST", "/v3/virtual-account-numbers", flutterwave_create_account},
	{"GET", "/v3/virtual-account-numbers", flutterwave_list_accounts},
	{"GET", "/v3/virtual-account-numbers/{}", flutterwave_fetch_account},
	{"POST", "/v3/transfers", flutterwave_transfer},
	{"GET", "/v3/transfers", flutterwave_list_transfers},
	{"GET", "/v3/transfers/{}", flutterwave_fetch_transfer},
	{NULL, NULL, NULL},
};

const struct fake_provider fake_flutterwave = {
	.name = "flutterwave", .routes = routes, .refusals = &refusals, .report = report};
