/* Paga: customer wallets that are funded and withdrawn from. All calls are POST. */
#include <string.h>

#include "base/arena.h"
#include "sandbox/call.h"
#include "sandbox/code.h"
#include "sandbox/providers/checkout.h"
#include "json/reader.h"

static void
refuse(struct sandbox_call *call, int status, int64_t code, const char *message)
{
	struct jw w;

	jw_init(&w, call->arena, 128);
	jw_object(&w, NULL);
	jw_integer(&w, "responseCode", code);
	jw_text(&w, "message", message);
	jw_close(&w);
	reply_json(call, status, &w);
}

static void
accept(struct sandbox_call *call, struct jw *w, const char *message)
{
	jw_init(w, call->arena, 512);
	jw_object(w, NULL);
	jw_integer(w, "responseCode", 0);
	jw_text(w, "message", message);
}

static bool
take_credentials(struct sandbox_call *call)
{
	call->key = call_variable(call, "HTTP_CREDENTIALS");
	return call->key != NULL;
}

static void
write_refusal(struct sandbox_call *call, const struct refusal *r)
{
	refuse(call, r->status, r->code, r->message);
}

static const struct refusals refusals = {
	.take_key = take_credentials,
	.write = write_refusal,
	.without_key = {401, 401, "Invalid credentials"},
	.of =
		{
			[TROUBLE_BODY] = {400, 1, "The request is not valid JSON"},
			[TROUBLE_PATH] = {404, 404, "No such operation"},
			[TROUBLE_REFUSED] = {400, 1,
					     "The operation is not allowed for this account"},
			[TROUBLE_BROKEN] = {500, -1, "System error"},
		},
};

static const char *const status_words[ORDER_STATES] = {
	[ORDER_PENDING] = "PENDING",   [ORDER_SUCCEEDED] = "SUCCESSFUL", [ORDER_FAILED] = "FAILED",
	[ORDER_ABANDONED] = "PENDING", [ORDER_REVERSED] = "REVERSED",
};

/* The members of an order; the object is the caller's. */
static void
write_order(struct arena *arena, const struct order *order, struct jw *w)
{
	char amount[MONEY_TEXT_MAX];

	jw_text(w, "transactionId", arena_printf(arena, "%lld", (long long)order->id));
	jw_text(w, "referenceNumber", order->reference);
	jw_text(w, "status", status_words[order->state]);
	jw_number(w, "amount", money_text_short(amount, order->paid));
	jw_text(w, "currency", order->paid.currency->code);
	jw_text(w, "dateUTC", time_text(arena, order->created));
}

/* url: the checkout URL, or NULL. */
static void
show_order(struct sandbox_call *call, const char *message, const struct order *order,
	   const char *url)
{
	struct jw w;

	accept(call, &w, message);
	jw_object(&w, "data");
	write_order(call->arena, order, &w);
	if (url != NULL)
		jw_text(&w, "paymentUrl", url);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

static bool
take(struct sandbox_call *call, struct order *order)
{
	const char *reference = call_text(call, "referenceNumber");

	if (reference == NULL || strlen(reference) >= ORDER_TEXT_MAX) {
		refuse(call, 400, 1, "referenceNumber is required");
		return false;
	}
	if (!amount_read(&order->asked, call_text(call, "amount"), call_text(call, "currency"))) {
		refuse(call, 400, 1, "amount must be more than 0 in a known currency");
		return false;
	}
	copy_text(order->reference, sizeof(order->reference), reference);
	copy_text(order->email, sizeof(order->email), call_text(call, "email"));
	copy_text(order->callback, sizeof(order->callback), call_text(call, "callbackUrl"));
	copy_text(order->account, sizeof(order->account), call_text(call, "accountNumber"));
	copy_text(order->bank, sizeof(order->bank), call_text(call, "bankCode"));
	copy_text(order->key, sizeof(order->key), call->key);
	if (order_take(call, order))
		return true;
	refuse(call, 400, 2, "Duplicate reference number");
	return false;
}

static void
fund(struct sandbox_call *call)
{
	struct order order = {.withdrawal = false};

	if (!take(call, &order))
		return;
	show_order(call, "Wallet funding initiated", &order,
		   checkout_url(call->box, call->arena, &order));
}

static void
withdraw(struct sandbox_call *call)
{
	struct order order = {.withdrawal = true};

	if (!take(call, &order))
		return;
	show_order(call, "Withdrawal initiated", &order, NULL);
}

static void
status(struct sandbox_call *call)
{
	const char *reference = call_text(call, "referenceNumber");
	struct order order;

	if (reference == NULL ||
	    !orders_find_either(call->box->orders, call->provider, reference, &order)) {
		refuse(call, 404, 404, "Transaction not found");
		return;
	}
	show_order(call, "Transaction found", &order, NULL);
}

static const char *
wallet_json(struct sandbox_call *call, const char *id, const char *number)
{
	struct bytes text = {"{}", 2};
	struct jw w;

	jw_init(&w, call->arena, 512);
	jw_object(&w, NULL);
	jw_text(&w, "walletId", id);
	jw_text(&w, "accountNumber", number);
	jw_text(&w, "referenceNumber", call_text(call, "referenceNumber"));
	jw_text(&w, "firstName", call_text(call, "firstName"));
	jw_text(&w, "lastName", call_text(call, "lastName"));
	jw_text(&w, "email", call_text(call, "email"));
	jw_text(&w, "phoneNumber", call_text(call, "phoneNumber"));
	jw_text(&w, "status", "ACTIVE");
	jw_text(&w, "createdDateUTC", time_text(call->arena, clock_system()));
	jw_close(&w);
	return jw_finish(&w, &text) ? text.data : "{}";
}

static void
show_wallet(struct sandbox_call *call, int status, const char *message, const char *wallet)
{
	struct jw w;

	accept(call, &w, message);
	jw_json(&w, "data", wallet);
	jw_close(&w);
	reply_json(call, status, &w);
}

static void
create(struct sandbox_call *call)
{
	struct record record = {.provider = call->provider, .kind = "wallet"};
	char id[13];
	char number[11];

	if (call_text(call, "referenceNumber") == NULL) {
		refuse(call, 400, 1, "referenceNumber is required");
		return;
	}
	random_code(id, sizeof(id) - 1);
	random_digits(number, sizeof(number) - 1);
	record.code = id;
	record.alias = number;
	record.json = wallet_json(call, id, number);
	records_add(call->box->records, &record);
	show_wallet(call, 200, "Wallet created", record.json);
}

static void
get(struct sandbox_call *call)
{
	const char *id = call_text(call, "walletId");
	const struct record *record = NULL;

	if (id != NULL)
		record =
			records_find(call->box->records, call->arena, call->provider, "wallet", id);
	if (record == NULL) {
		refuse(call, 404, 404, "Wallet not found");
		return;
	}
	show_wallet(call, 200, "Wallet retrieved", record->json);
}

static void
list(struct sandbox_call *call)
{
	struct jw w;

	accept(call, &w, "Wallets retrieved");
	(void)write_records(call, &w, "wallet");
	jw_close(&w);
	reply_json(call, 200, &w);
}

static void
report(struct sandbox *box, struct arena *arena, const struct order *order, struct webhook *out)
{
	struct jw w;

	webhook_begin(&w, arena, order->withdrawal ? "wallet.withdraw" : "wallet.fund", out);
	jw_object(&w, "data");
	write_order(arena, order, &w);
	jw_close(&w);
	webhook_end(&w, out);
	out->header = "x-paga-signature";
	out->signature = sign_sha512(arena, box->secrets.paga_secret, out->body);
}

static const struct fake_route routes[] = {
	{"POST", "/wallet/create", create},
	{"POST", "/wallet/get", get},
	{"POST", "/wallet/list", list},
	{"POST", "/wallet/fund", fund},
	{"POST", "/wallet/withdraw", withdraw},
	{"POST", "/wallet/status", status},
	{NULL, NULL, NULL},
};

const struct fake_provider fake_paga = {
	.name = "paga", .routes = routes, .refusals = &refusals, .report = report};
