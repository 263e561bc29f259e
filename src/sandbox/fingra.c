/* Fingra: customer wallets, deposits into them and withdrawals. */
#include <string.h>

#include "base/arena.h"
#include "sandbox/call.h"
#include "sandbox/code.h"
#include "json/reader.h"

static void
begin(struct call *call, struct jw *w, bool status, const char *message)
{
	jw_init(w, call->arena, 512);
	jw_object(w, NULL);
	jw_bool(w, "status", status);
	jw_text(w, "message", message);
}

static void
refuse(struct call *call, int status, const char *message)
{
	struct jw w;

	begin(call, &w, false, message);
	jw_close(&w);
	reply_json(call, status, &w);
}

static bool
admit(struct call *call)
{
	if (call_bearer(call))
		return true;
	refuse(call, 401, "Unauthorized");
	return false;
}

static void
trouble(struct call *call, enum trouble what)
{
	switch (what) {
	case TROUBLE_BODY:
		refuse(call, 400, "Invalid JSON");
		return;
	case TROUBLE_PATH:
		refuse(call, 404, "Resource not found");
		return;
	case TROUBLE_REFUSED:
		refuse(call, 422, "The operation is not permitted");
		return;
	case TROUBLE_BROKEN:
	default:
		refuse(call, 500, "Internal server error");
		return;
	}
}

/* The word for a state; what is open yet has none of its own in an event. */
static const char *
status_of(const struct order *order)
{
	switch (order->state) {
	case ORDER_SUCCEEDED:
		return "success";
	case ORDER_FAILED:
		return "failed";
	case ORDER_REVERSED:
		return "reversed";
	case ORDER_PENDING:
	case ORDER_ABANDONED:
	default:
		return "pending";
	}
}

/* The members of an order; the object is the caller's. */
static void
write_order(struct arena *arena, const struct order *order, struct jw *w)
{
	char amount[MONEY_TEXT_MAX];

	jw_text(w, "id", arena_printf(arena, "%lld", (long long)order->id));
	jw_text(w, "reference", order->reference);
	jw_text(w, "status", status_of(order));
	jw_text(w, "amount", money_text(amount, order->paid));
	jw_text(w, "currency", order->paid.currency->code);
	jw_text(w, "created_at", time_text(arena, order->created));
}

static bool
take(struct call *call, struct order *order)
{
	const char *reference = call_text(call, "reference");

	if (reference == NULL || strlen(reference) >= ORDER_TEXT_MAX) {
		refuse(call, 400, "reference is required");
		return false;
	}
	if (!amount_read(&order->asked, call_text(call, "amount"), call_text(call, "currency"))) {
		refuse(call, 400, "amount must be a positive amount in a supported currency");
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
	refuse(call, 400, "Duplicate reference");
	return false;
}

static void
deposit(struct call *call)
{
	struct order order = {.withdrawal = false};
	struct jw w;

	if (!take(call, &order))
		return;
	begin(call, &w, true, "Deposit initiated");
	jw_object(&w, "data");
	write_order(call->arena, &order, &w);
	jw_text(&w, "checkout_url", checkout_url(call->box, call->arena, &order));
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

static void
withdraw(struct call *call)
{
	struct order order = {.withdrawal = true};
	struct jw w;

	if (!take(call, &order))
		return;
	begin(call, &w, true, "Withdrawal initiated");
	jw_object(&w, "data");
	write_order(call->arena, &order, &w);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

static void
fetch_transaction(struct call *call)
{
	struct orders *orders = call->box->orders;
	struct order order;
	struct jw w;

	if (!orders_find(orders, call->provider, false, call->param, &order) &&
	    !orders_find(orders, call->provider, true, call->param, &order)) {
		refuse(call, 404, "Transaction not found");
		return;
	}
	begin(call, &w, true, "Transaction retrieved");
	jw_object(&w, "data");
	write_order(call->arena, &order, &w);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

static const char *
wallet_json(struct call *call, const char *id, const char *number)
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
create(struct call *call)
{
	struct thing thing = {.provider = call->provider, .kind = "wallet"};
	char id[13];
	char number[11];
	struct jw w;

	random_code(id, sizeof(id) - 1);
	random_digits(number, sizeof(number) - 1);
	thing.code = id;
	thing.alias = number;
	thing.json = wallet_json(call, id, number);
	things_add(call->box->things, &thing);
	begin(call, &w, true, "Wallet created");
	jw_json(&w, "data", thing.json);
	jw_close(&w);
	reply_json(call, 201, &w);
}

static void
fetch(struct call *call)
{
	const struct thing *thing =
		things_find(call->box->things, call->arena, call->provider, "wallet", call->param);
	struct jw w;

	if (thing == NULL) {
		refuse(call, 404, "Wallet not found");
		return;
	}
	begin(call, &w, true, "Wallet retrieved");
	jw_json(&w, "data", thing->json);
	jw_close(&w);
	reply_json(call, 200, &w);
}

static void
list(struct call *call)
{
	const char **found;
	size_t n = things_list(call->box->things, call->arena, call->provider, "wallet", &found);
	struct jw w;

	begin(call, &w, true, "Wallets retrieved");
	jw_list(&w, "data");
	for (size_t i = 0; i < n && i < THINGS_SHOWN_MAX; i++)
		jw_json(&w, NULL, found[i]);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

static void
report(struct sandbox *box, struct arena *arena, const struct order *order, struct webhook *out)
{
	struct jw w;

	out->event = arena_printf(arena, "%s.%s", order->withdrawal ? "withdrawal" : "deposit",
				  status_of(order));
	jw_init(&w, arena, 512);
	jw_object(&w, NULL);
	jw_text(&w, "event", out->event);
	jw_object(&w, "data");
	write_order(arena, order, &w);
	jw_close(&w);
	jw_close(&w);
	if (!jw_finish(&w, &out->body))
		out->body = (struct bytes){"", 0};
	out->header = "x-fingra-signature";
	out->signature = sign_sha512(arena, box->secrets.fingra_secret, out->body);
}

static const struct player_route routes[] = {
	{"POST", "/wallets", create},
	{"GET", "/wallets", list},
	{"POST", "/wallets/deposit", deposit},
	{"POST", "/wallets/withdraw", withdraw},
	{"GET", "/wallets/transactions/{}", fetch_transaction},
	{"GET", "/wallets/{}", fetch},
	{NULL, NULL, NULL},
};

const struct player player_fingra = {"fingra", routes, admit, trouble, report};
