/* Fingra: customer wallets, deposits into them and withdrawals. */
#include <string.h>

#include "base/arena.h"
#include "sandbox/call.h"
#include "sandbox/code.h"
#include "sandbox/providers/checkout.h"
#include "json/reader.h"

static void
write_refusal(struct sandbox_call *call, const struct refusal *r)
{
	reply_refuse(call, r->status, r->message);
}

static const struct refusals refusals = {
	.take_key = call_bearer,
	.write = write_refusal,
	.without_key = {401, 0, "Unauthorized"},
	.of =
		{
			[TROUBLE_BODY] = {400, 0, "Invalid JSON"},
			[TROUBLE_PATH] = {404, 0, "Resource not found"},
			[TROUBLE_REFUSED] = {422, 0, "The operation is not permitted"},
			[TROUBLE_BROKEN] = {500, 0, "Internal server error"},
		},
};

/* The word for a state; a pending one has no event. */
static const char *const status_words[ORDER_STATES] = {
	[ORDER_PENDING] = "pending",   [ORDER_SUCCEEDED] = "success", [ORDER_FAILED] = "failed",
	[ORDER_ABANDONED] = "pending", [ORDER_REVERSED] = "reversed",
};

/* The members of an order; the object is the caller's. */
static void
write_order(struct arena *arena, const struct order *order, struct jw *w)
{
	char amount[MONEY_TEXT_MAX];

	jw_text(w, "id", arena_printf(arena, "%lld", (long long)order->id));
	jw_text(w, "reference", order->reference);
	jw_text(w, "status", status_words[order->state]);
	jw_text(w, "amount", money_text(amount, order->paid));
	jw_text(w, "currency", order->paid.currency->code);
	jw_text(w, "created_at", time_text(arena, order->created));
}

/* url: the checkout URL, or NULL. */
static void
show_order(struct sandbox_call *call, const char *message, const struct order *order,
	   const char *url)
{
	struct jw w;

	reply_begin(call, &w, true, message);
	jw_object(&w, "data");
	write_order(call->arena, order, &w);
	if (url != NULL)
		jw_text(&w, "checkout_url", url);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

static bool
take(struct sandbox_call *call, struct order *order)
{
	const char *reference = call_text(call, "reference");

	if (reference == NULL || strlen(reference) >= ORDER_TEXT_MAX) {
		reply_refuse(call, 400, "reference is required");
		return false;
	}
	if (!amount_read(&order->asked, call_text(call, "amount"), call_text(call, "currency"))) {
		reply_refuse(call, 400, "amount must be a positive amount in a supported currency");
		return false;
	}
	copy_text(order->reference, sizeof(order->reference), reference);
	copy_text(order->email, sizeof(order->email), call_text(call, "email"));
	copy_text(order->callback, sizeof(order->callback), call_text(call, "callback_url"));
	copy_text(order->account, sizeof(order->account), call_text(call, "account_number"));
	copy_text(order->bank, sizeof(order->bank), call_text(call, "bank_code"));
	copy_text(order->key, sizeof(order->key), call->key);
	if (order_take(call, order))
		return true;
	reply_refuse(call, 400, "Duplicate reference");
	return false;
}

static void
deposit(struct sandbox_call *call)
{
	struct order order = {.withdrawal = false};

	if (!take(call, &order))
		return;
	show_order(call, "Deposit initiated", &order, checkout_url(call->box, call->arena, &order));
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
fetch_transaction(struct sandbox_call *call)
{
	struct order order;

	if (!orders_find_either(call->box->orders, call->provider, call->param, &order)) {
		reply_refuse(call, 404, "Transaction not found");
		return;
	}
	show_order(call, "Transaction retrieved", &order, NULL);
}

static const char *
wallet_json(struct sandbox_call *call, const char *id, const char *number)
{
	const char *currency = call_text(call, "currency");
	struct bytes text = {"{}", 2};
	struct jw w;

	jw_init(&w, call->arena, 512);
	jw_object(&w, NULL);
	jw_text(&w, "id", id);
	jw_text(&w, "account_number", number);
	jw_text(&w, "reference", call_text(call, "reference"));
	jw_text(&w, "name", call_text(call, "name"));
	jw_text(&w, "email", call_text(call, "email"));
	jw_text(&w, "currency", currency != NULL ? currency : "NGN");
	jw_text(&w, "status", "active");
	jw_text(&w, "created_at", time_text(call->arena, clock_system()));
	jw_close(&w);
	return jw_finish(&w, &text) ? text.data : "{}";
}

static void
show_wallet(struct sandbox_call *call, int status, const char *message, const char *wallet)
{
	struct jw w;

	reply_begin(call, &w, true, message);
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

	random_code(id, sizeof(id) - 1);
	random_digits(number, sizeof(number) - 1);
	record.code = id;
	record.alias = number;
	record.json = wallet_json(call, id, number);
	records_add(call->box->records, &record);
	show_wallet(call, 201, "Wallet created", record.json);
}

static void
fetch(struct sandbox_call *call)
{
	const struct record *record = records_find(call->box->records, call->arena, call->provider,
						   "wallet", call->param);

	if (record == NULL) {
		reply_refuse(call, 404, "Wallet not found");
		return;
	}
	show_wallet(call, 200, "Wallet retrieved", record->json);
}

static void
list(struct sandbox_call *call)
{
	struct jw w;

	reply_begin(call, &w, true, "Wallets retrieved");
	(void)write_records(call, &w, "wallet");
	jw_close(&w);
	reply_json(call, 200, &w);
}

static void
report(struct sandbox *box, struct arena *arena, const struct order *order, struct webhook *out)
{
	struct jw w;

	webhook_begin(&w, arena,
		      arena_printf(arena, "%s.%s", order->withdrawal ? "withdrawal" : "deposit",
				   status_words[order->state]),
		      out);
	jw_object(&w, "data");
	write_order(arena, order, &w);
	jw_close(&w);
	webhook_end(&w, out);
	out->header = "x-fingra-signature";
	out->signature = sign_sha512(arena, box->secrets.fingra_secret, out->body);
}

static const struct fake_route routes[] = {
	{"POST", "/wallets", create},
	{"GET", "/wallets", list},
	{"POST", "/wallets/deposit", deposit},
	{"POST", "/wallets/withdraw", withdraw},
	{"GET", "/wallets/transactions/{}", fetch_transaction},
	{"GET", "/wallets/{}", fetch},
	{NULL, NULL, NULL},
};

const struct fake_provider fake_fingra = {
	.name = "fingra", .routes = routes, .refusals = &refusals, .report = report};
