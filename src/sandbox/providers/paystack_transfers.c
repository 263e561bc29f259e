/* Paystack: recipients and transfers. */
#include <string.h>

#include "base/arena.h"
#include "sandbox/code.h"
#include "sandbox/providers/paystack.h"

enum { REFERENCE_MIN = 16, REFERENCE_MAX = 50, CODE_LENGTH = 15 };

static const char *
recipient_json(struct sandbox_call *call, const char *code)
{
	const char *now = time_text(call->arena, clock_system());
	const char *currency = call_text(call, "currency");
	struct bytes text = {"{}", 2};
	struct jw w;

	jw_init(&w, call->arena, 512);
	jw_object(&w, NULL);
	jw_bool(&w, "active", true);
	jw_text(&w, "createdAt", now);
	jw_text(&w, "currency", currency != NULL ? currency : "NGN");
	jw_text(&w, "domain", "test");
	jw_integer(&w, "integration", PAYSTACK_INTEGRATION);
	jw_text(&w, "name", call_text(call, "name"));
	jw_text(&w, "recipient_code", code);
	jw_text(&w, "type", call_text(call, "type"));
	jw_text(&w, "updatedAt", now);
	jw_bool(&w, "is_deleted", false);
	jw_object(&w, "details");
	jw_null(&w, "authorization_code");
	jw_text(&w, "account_number", call_text(call, "account_number"));
	jw_text(&w, "account_name", call_text(call, "name"));
	jw_text(&w, "bank_code", call_text(call, "bank_code"));
	jw_text(&w, "bank_name", "Sandbox Bank");
	jw_close(&w);
	jw_close(&w);
	return jw_finish(&w, &text) ? text.data : "{}";
}

static bool
is_account_number(const char *text)
{
	return text != NULL && strlen(text) >= 10 && strlen(text) <= 34 &&
	       text[strspn(text, "0123456789")] == '\0';
}

void
paystack_create_recipient(struct sandbox_call *call)
{
	const char *account = call_text(call, "account_number");
	char code[CODE_LENGTH + 1];
	struct record record = {.provider = call->provider, .kind = "recipient"};
	struct jw w;

	if (call_text(call, "type") == NULL || call_text(call, "name") == NULL ||
	    call_text(call, "bank_code") == NULL) {
		paystack_refuse(call, 400, "Provide all required params",
				"Send type, name, account_number and bank_code", "missing_params");
		return;
	}
	if (!is_account_number(account)) {
		paystack_refuse(call, 400, "Account number is invalid", "Check the account number",
				"invalid_params");
		return;
	}
	random_code(code, CODE_LENGTH);
	record.code = arena_printf(call->arena, "RCP_%s", code);
	record.json = recipient_json(call, record.code);
	record.alias = account;
	records_add(call->box->records, &record);
	paystack_accept(call, &w, "Transfer recipient created successfully");
	jw_json(&w, "data", record.json);
	jw_close(&w);
	reply_json(call, 201, &w);
}

static bool
take_reference(struct sandbox_call *call, struct order *order)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *reference = call_text(call, "reference");

	if (reference == NULL) {
		random_code(order->reference, REFERENCE_MIN);
		return true;
	}
	if (strlen(reference) < REFERENCE_MIN || strlen(reference) > REFERENCE_MAX ||
	    reference[strspn(reference, allowed)] != '\0') {
		paystack_refuse(
			call, 400,
			"Reference must be 16 to 50 characters of lowercase letters, digits, - and _",
			"Use a reference of this form", "invalid_reference");
		return false;
	}
	copy_text(order->reference, sizeof(order->reference), reference);
	return true;
}

/* The destination: the account of the recipient's code. */
static bool
take_recipient(struct sandbox_call *call, struct order *order)
{
	const char *code = call_text(call, "recipient");
	const struct record *found = NULL;

	if (code != NULL)
		found = records_find(call->box->records, call->arena, call->provider, "recipient",
				     code);
	if (found == NULL) {
		paystack_refuse(call, 400, "Recipient specified is invalid",
				"Provide the code of an existing recipient", "invalid_params");
		return false;
	}
	copy_text(order->recipient, sizeof(order->recipient), found->code);
	copy_text(order->account, sizeof(order->account), found->alias);
	return true;
}

void
paystack_transfer(struct sandbox_call *call)
{
	const char *source = call_text(call, "source");
	struct order order = {.withdrawal = true};
	struct jw w;

	if (source == NULL || strcmp(source, "balance") != 0) {
		paystack_refuse(call, 400, "Source must be balance", "Send source: balance",
				"invalid_params");
		return;
	}
	if (!paystack_amount(call, &order.asked) || !take_reference(call, &order) ||
	    !take_recipient(call, &order))
		return;
	copy_text(order.key, sizeof(order.key), call->key);
	if (!order_take(call, &order)) {
		paystack_refuse(
			call, 400,
			"Please provide a unique reference. Reference already exists on a transfer",
			"Provide a unique reference", "duplicate_reference");
		return;
	}
	paystack_accept(call, &w, "Transfer has been queued");
	paystack_write_transfer(call->box, call->arena, &order, &w, "data");
	jw_close(&w);
	reply_json(call, 200, &w);
}

static const char *const status_words[ORDER_STATES] = {
	[ORDER_PENDING] = "pending",  [ORDER_SUCCEEDED] = "success", [ORDER_FAILED] = "failed",
	[ORDER_ABANDONED] = "failed", [ORDER_REVERSED] = "reversed",
};

static void
write_recipient(struct sandbox *box, struct arena *arena, const struct order *order, struct jw *w)
{
	const struct record *found =
		records_find(box->records, arena, order->provider, "recipient", order->recipient);

	if (found != NULL)
		jw_json(w, "recipient", found->json);
	else
		jw_null(w, "recipient");
}

void
paystack_write_transfer(struct sandbox *box, struct arena *arena, const struct order *order,
			struct jw *w, const char *name)
{
	const char *created = time_text(arena, order->created);
	const char *settled = time_text(arena, order->settled);

	jw_object(w, name);
	jw_integer(w, "amount", order->paid.minor);
	jw_text(w, "currency", order->paid.currency->code);
	jw_text(w, "domain", "test");
	jw_null(w, "failures");
	jw_integer(w, "id", order->id);
	jw_integer(w, "integration", PAYSTACK_INTEGRATION);
	jw_text(w, "reason", "");
	jw_text(w, "reference", order->reference);
	jw_text(w, "source", "balance");
	jw_null(w, "source_details");
	jw_text(w, "status", status_words[order->state]);
	jw_null(w, "titan_code");
	jw_text(w, "transfer_code", arena_printf(arena, "TRF_%s", order->code));
	jw_text(w, "transferred_at", order->state == ORDER_SUCCEEDED ? settled : NULL);
	write_recipient(box, arena, order, w);
	jw_text(w, "createdAt", created);
	jw_text(w, "updatedAt", settled != NULL ? settled : created);
	jw_close(w);
}

static void
show(struct sandbox_call *call, bool found, const struct order *order)
{
	struct jw w;

	if (!found || !order->withdrawal) {
		paystack_refuse(call, 404, "Transfer not found",
				"Ensure that the transfer exists on this integration",
				"transfer_not_found");
		return;
	}
	paystack_accept(call, &w, "Transfer retrieved");
	paystack_write_transfer(call->box, call->arena, order, &w, "data");
	jw_close(&w);
	reply_json(call, 200, &w);
}

void
paystack_verify_transfer(struct sandbox_call *call)
{
	struct order order;

	show(call, orders_find(call->box->orders, call->provider, true, call->param, &order),
	     &order);
}

void
paystack_fetch_transfer(struct sandbox_call *call)
{
	struct order order;
	int64_t id;
	bool found;

	if (integer_parse(&id, call->param))
		found = orders_find_id(call->box->orders, call->provider, id, &order);
	else
		found = text_starts_with(call->param, "TRF_") &&
			orders_find_code(call->box->orders, call->provider, call->param + 4,
					 &order);
	show(call, found, &order);
}

void
paystack_list_transfers(struct sandbox_call *call)
{
	struct order_filter filter = {.provider = call->provider, .withdrawal = true};
	struct order *orders;
	size_t total;
	size_t n;
	struct jw w;

	call_page(call, "perPage", &filter);
	total = orders_list(call->box->orders, call->arena, &filter, &orders, &n);
	paystack_accept(call, &w, "Transfers retrieved");
	jw_list(&w, "data");
	for (size_t i = 0; i < n; i++)
		paystack_write_transfer(call->box, call->arena, &orders[i], &w, NULL);
	jw_close(&w);
	paystack_write_meta(&filter, total, &w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

void
paystack_fetch_recipient(struct sandbox_call *call)
{
	const struct record *record = records_find(call->box->records, call->arena, call->provider,
						   "recipient", call->param);
	struct jw w;

	if (record == NULL) {
		paystack_refuse(call, 404, "Transfer recipient not found",
				"Ensure that the recipient exists on this integration",
				"recipient_not_found");
		return;
	}
	paystack_accept(call, &w, "Recipient retrieved");
	jw_json(&w, "data", record->json);
	jw_close(&w);
	reply_json(call, 200, &w);
}

void
paystack_list_recipients(struct sandbox_call *call)
{
	struct order_filter shown = {.most = RECORDS_SHOWN_MAX};
	size_t n;
	struct jw w;

	paystack_accept(call, &w, "Recipients retrieved");
	n = write_records(call, &w, "recipient");
	paystack_write_meta(&shown, n, &w);
	jw_close(&w);
	reply_json(call, 200, &w);
}
