/* Paystack: states of transactions. */
#include "base/arena.h"
#include "sandbox/providers/paystack.h"

/* An unpaid transaction is "abandoned", started or not, as with the real one. */
static const char *const status_words[ORDER_STATES] = {
	[ORDER_PENDING] = "abandoned",   [ORDER_SUCCEEDED] = "success", [ORDER_FAILED] = "failed",
	[ORDER_ABANDONED] = "abandoned", [ORDER_REVERSED] = "reversed",
};

static const char *
gateway_response(const struct order *order)
{
	if (order->state == ORDER_SUCCEEDED || order->state == ORDER_REVERSED)
		return "Successful";
	return order->state == ORDER_FAILED ? "Declined" : "The transaction was not completed";
}

static void
write_customer_of(struct jw *w, const struct order *order)
{
	jw_object(w, "customer");
	jw_integer(w, "id", order->id);
	jw_null(w, "first_name");
	jw_null(w, "last_name");
	jw_text(w, "email", order->email);
	jw_text(w, "customer_code", "CUS_sandbox");
	jw_null(w, "phone");
	jw_null(w, "metadata");
	jw_text(w, "risk_action", "default");
	jw_close(w);
}

static void
write_empty(struct jw *w, const char *name)
{
	jw_object(w, name);
	jw_close(w);
}

/* The card used, which could be charged again; empty while nothing was paid. */
static void
write_authorization(struct arena *arena, const struct order *order, struct jw *w, bool paid)
{
	jw_object(w, "authorization");
	if (paid) {
		jw_text(w, "authorization_code", arena_printf(arena, "AUTH_%.10s", order->code));
		jw_text(w, "bin", "408408");
		jw_text(w, "last4", "4081");
		jw_text(w, "exp_month", "12");
		jw_text(w, "exp_year", "2030");
		jw_text(w, "channel", "card");
		jw_text(w, "card_type", "visa ");
		jw_text(w, "bank", "TEST BANK");
		jw_text(w, "country_code", "NG");
		jw_text(w, "brand", "visa");
		jw_bool(w, "reusable", true);
		jw_text(w, "signature", "SIG_sandbox");
		jw_null(w, "account_name");
	}
	jw_close(w);
}

void
paystack_write_transaction(struct arena *arena, const struct order *order, struct jw *w,
			   const char *name)
{
	bool paid = order->state == ORDER_SUCCEEDED || order->state == ORDER_REVERSED;

	jw_object(w, name);
	jw_integer(w, "id", order->id);
	jw_text(w, "domain", "test");
	jw_text(w, "status", status_words[order->state]);
	jw_text(w, "reference", order->reference);
	jw_null(w, "receipt_number");
	jw_integer(w, "amount", order->paid.minor);
	jw_null(w, "message");
	jw_text(w, "gateway_response", gateway_response(order));
	jw_text(w, "paid_at", paid ? time_text(arena, order->settled) : NULL);
	jw_text(w, "created_at", time_text(arena, order->created));
	jw_text(w, "channel", "card");
	jw_text(w, "currency", order->paid.currency->code);
	jw_text(w, "ip_address", "127.0.0.1");
	jw_text(w, "metadata", "");
	jw_integer(w, "fees", 0);
	write_authorization(arena, order, w, paid);
	write_customer_of(w, order);
	write_empty(w, "plan");
	write_empty(w, "split");
	write_empty(w, "subaccount");
	jw_null(w, "order_id");
	jw_text(w, "paidAt", paid ? time_text(arena, order->settled) : NULL);
	jw_text(w, "createdAt", time_text(arena, order->created));
	jw_integer(w, "requested_amount", order->asked.minor);
	jw_text(w, "transaction_date", time_text(arena, order->created));
	jw_close(w);
}

static void
show(struct sandbox_call *call, bool found, const struct order *order, const char *message)
{
	struct jw w;

	if (!found || order->withdrawal) {
		paystack_refuse(
			call, 400, "Transaction reference not found",
			"Ensure that you're passing the reference of a transaction that exists on this integration",
			"transaction_not_found");
		return;
	}
	paystack_accept(call, &w, message);
	paystack_write_transaction(call->arena, order, &w, "data");
	jw_close(&w);
	reply_json(call, 200, &w);
}

void
paystack_verify(struct sandbox_call *call)
{
	struct order order;

	show(call, orders_find(call->box->orders, call->provider, false, call->param, &order),
	     &order, "Verification successful");
}

void
paystack_fetch_transaction(struct sandbox_call *call)
{
	struct order order;
	int64_t id;

	show(call,
	     integer_parse(&id, call->param) &&
		     orders_find_id(call->box->orders, call->provider, id, &order),
	     &order, "Transaction retrieved");
}

void
paystack_write_meta(const struct order_filter *filter, size_t total, struct jw *w)
{
	jw_object(w, "meta");
	jw_integer(w, "total", (int64_t)total);
	jw_integer(w, "skipped", (int64_t)filter->skip);
	jw_integer(w, "perPage", (int64_t)filter->most);
	jw_integer(w, "page", (int64_t)(filter->skip / filter->most + 1));
	jw_integer(w, "pageCount", (int64_t)((total + filter->most - 1) / filter->most));
	jw_close(w);
}

void
paystack_list_transactions(struct sandbox_call *call)
{
	struct order_filter filter = {.provider = call->provider};
	struct order *orders;
	size_t total;
	size_t n;
	struct jw w;

	call_page(call, "perPage", &filter);
	total = orders_list(call->box->orders, call->arena, &filter, &orders, &n);
	paystack_accept(call, &w, "Transactions retrieved");
	jw_list(&w, "data");
	for (size_t i = 0; i < n; i++)
		paystack_write_transaction(call->arena, &orders[i], &w, NULL);
	jw_close(&w);
	paystack_write_meta(&filter, total, &w);
	jw_close(&w);
	reply_json(call, 200, &w);
}
