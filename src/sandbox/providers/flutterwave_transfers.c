/* Flutterwave, version 3: transfers. */
#include <string.h>

#include "base/arena.h"
#include "sandbox/code.h"
#include "sandbox/providers/flutterwave.h"

static const char *const status_words[ORDER_STATES] = {
	[ORDER_PENDING] = "NEW",      [ORDER_SUCCEEDED] = "SUCCESSFUL", [ORDER_FAILED] = "FAILED",
	[ORDER_ABANDONED] = "FAILED", [ORDER_REVERSED] = "REVERSED",
};

void
flutterwave_write_transfer(struct arena *arena, const struct order *order, struct jw *w,
			   const char *name)
{
	jw_object(w, name);
	jw_integer(w, "id", order->id);
	jw_text(w, "account_number", order->account);
	jw_text(w, "bank_code", order->bank);
	jw_text(w, "full_name", "Sandbox Customer");
	jw_text(w, "created_at", time_text(arena, order->created));
	jw_text(w, "currency", order->paid.currency->code);
	jw_text(w, "debit_currency", order->paid.currency->code);
	flutterwave_write_amount(w, "amount", order->paid);
	jw_integer(w, "fee", 0);
	jw_text(w, "status", status_words[order->state]);
	jw_text(w, "reference", order->reference);
	jw_null(w, "meta");
	jw_text(w, "narration", "");
	jw_text(w, "complete_message",
		order->state == ORDER_FAILED ? "DISBURSE FAILED: Account could not be credited"
					     : "");
	jw_integer(w, "requires_approval", 0);
	jw_integer(w, "is_approved", 1);
	jw_text(w, "bank_name", "Sandbox Bank");
	jw_close(w);
}

void
flutterwave_transfer(struct sandbox_call *call)
{
	const char *account = call_text(call, "account_number");
	const char *bank = call_text(call, "account_bank");
	struct order order = {.withdrawal = true};
	struct jw w;

	if (account == NULL || bank == NULL) {
		flutterwave_refuse(call, 400, "account_bank and account_number are required");
		return;
	}
	if (!flutterwave_order(call, "reference", &order))
		return;
	copy_text(order.account, sizeof(order.account), account);
	copy_text(order.bank, sizeof(order.bank), bank);
	if (!order_take(call, &order)) {
		flutterwave_refuse(call, 400, "Transfer with this reference already exists");
		return;
	}
	flutterwave_accept(call, &w, "Transfer Queued Successfully");
	flutterwave_write_transfer(call->arena, &order, &w, "data");
	jw_close(&w);
	reply_json(call, 200, &w);
}

void
flutterwave_list_transfers(struct sandbox_call *call)
{
	struct order_filter filter = {.provider = call->provider,
				      .withdrawal = true,
				      .reference = form_value(&call->query, "reference")};
	struct order *orders;
	size_t total;
	size_t n;
	struct jw w;

	call_page(call, "size", &filter);
	total = orders_list(call->box->orders, call->arena, &filter, &orders, &n);
	flutterwave_accept(call, &w, "Transfers fetched");
	flutterwave_write_meta(&filter, total, &w);
	jw_list(&w, "data");
	for (size_t i = 0; i < n; i++)
		flutterwave_write_transfer(call->arena, &orders[i], &w, NULL);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

void
flutterwave_fetch_transfer(struct sandbox_call *call)
{
	struct order order;
	struct jw w;
	int64_t id;

	if (!integer_parse(&id, call->param) ||
	    !orders_find_id(call->box->orders, call->provider, id, &order) || !order.withdrawal) {
		flutterwave_refuse(call, 404, "Transfer not found");
		return;
	}
	flutterwave_accept(call, &w, "Transfer fetched");
	flutterwave_write_transfer(call->arena, &order, &w, "data");
	jw_close(&w);
	reply_json(call, 200, &w);
}
