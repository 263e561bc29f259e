/*
 * Flutterwave, version 3: api.flutterwave.com. Authorised by the secret key as a Bearer token; an
 * answer is {"status": "success"|"error", "message", "data"}. Amounts are in major units.
 *
 * A deposit is POST /v3/charges?type=… {tx_ref, amount, currency, email, redirect_url, …} -> data
 * {id, tx_ref, status}, meta.authorization: where or how the customer pays; it is looked up by
 * GET /v3/transactions/verify_by_reference?tx_ref=… -> data {id, tx_ref, status, amount, currency}.
 *
 * A withdrawal is POST /v3/transfers {account_bank, account_number, amount, currency, reference,
 * narration, …} -> data {id, reference, status: NEW}; it is looked up by
 * GET /v3/transfers?reference=… -> data [{id, reference, status, amount, currency}].
 *
 * Webhooks are {"event": "charge.completed"|"transfer.completed", "data": as above}, and the status
 * tells which way; their header verif-hash is the agreed secret, verbatim.
 */
#include <string.h>

#include "base/arena.h"
#include "crypto/hmac.h"
#include "provider/exchange.h"
#include "json/reader.h"

static const struct report_form charge_form = {.reference = "tx_ref", .id = "id"};
static const struct report_form transfer_form = {.reference = "reference", .id = "id"};

static struct provider_answer
create(const struct provider_call *call, const struct json_object *payload)
{
	static const char *const taken[] = {"is_permanent", "bvn",       "nin",
					    "phonenumber",  "firstname", "lastname",
					    "narration",    "currency",  NULL};
	const char *email = payload_text(payload, "email", NULL);
	struct jw body;

	if (email == NULL)
		return exchange_refuse("Flutterwave requires providerPayload.email");
	question_body(&body, call->arena);
	jw_text(&body, "email", email);
	jw_text(&body, "tx_ref", provider_reference(call->arena));
	payload_copy(&body, payload, taken);
	return bearer_show(call, "POST", "/v3/virtual-account-numbers", &body);
}

static struct provider_answer
fetch(const struct provider_call *call, const struct json_object *payload)
{
	const char *ref = payload_segment(payload, "order_ref", "ref");

	if (ref == NULL)
		ref = payload_segment(payload, "id", NULL);
	if (ref == NULL)
		return exchange_refuse("Flutterwave requires providerPayload.order_ref");
	return bearer_show(call, "GET",
			   arena_printf(call->arena, "/v3/virtual-account-numbers/%s", ref), NULL);
}

static struct provider_answer
list(const struct provider_call *call, const struct json_object *payload)
{
	(void)payload;
	return bearer_show(call, "GET", "/v3/virtual-account-numbers", NULL);
}

/* How the customer pays: the data of the charge, and how it is to be authorised. */
static const char *
show_charge(struct arena *arena, const struct exchange *exchange, struct json_object *authorization)
{
	static const char *const shown[] = {"id", "tx_ref", "flw_ref", "status", NULL};
	struct bytes text;
	struct jw w;

	question_body(&w, arena);
	if (json_kind(exchange->data) == JSON_OBJECT)
		payload_copy(&w, exchange->data, shown);
	if (json_kind(authorization) == JSON_OBJECT)
		jw_json(&w, "authorization", json_compact(arena, authorization));
	jw_close(&w);
	return jw_finish(&w, &text) ? text.data : "{}";
}

static struct provider_answer
send_charge(const struct provider_call *call, const char *type, struct jw *body)
{
	struct exchange exchange = bearer_call(
		call, "POST", arena_printf(call->arena, "/v3/charges?type=%s", type), body);
	struct provider_answer answer = exchange.answer;
	struct json_object *authorization = NULL;
	struct json_object *meta;

	if (answer.outcome != PROVIDER_ACCEPTED)
		return answer;
	meta = json_member(exchange.body, "meta", NULL);
	if (json_kind(meta) == JSON_OBJECT)
		authorization = json_member(meta, "authorization", NULL);
	answer.shown = show_charge(call->arena, &exchange, authorization);
	answer.id = report_text(call->arena, exchange.data, "id", 100);
	answer.checkout_url = report_url(call->arena, authorization, "redirect");
	return answer;
}

static struct provider_answer
deposit(const struct provider_call *call, const struct provider_order *order)
{
	static const char *const taken[] = {
		"fullname", "phone_number", "narration",    "meta",           "network",
		"voucher",  "country",      "account_bank", "account_number", NULL};
	const char *type = payload_segment(order->payload, "type", NULL);
	const char *email = order_email(order);
	char amount[MONEY_TEXT_MAX];
	struct jw body;

	if (email == NULL)
		return exchange_refuse("Flutterwave requires the customer's email address: "
				       "providerPayload.email");
	question_body(&body, call->arena);
	jw_text(&body, "tx_ref", order->reference);
	jw_number(&body, "amount", money_text(amount, order->amount));
	jw_text(&body, "currency", order->amount.currency->code);
	jw_text(&body, "email", email);
	if (order->callback_url != NULL)
		jw_text(&body, "redirect_url", order->callback_url);
	payload_copy(&body, order->payload, taken);
	return send_charge(call, type != NULL ? type : "bank_transfer", &body);
}

static struct provider_answer
withdraw(const struct provider_call *call, const struct provider_order *order)
{
	static const char *const taken[] = {"narration", "beneficiary_name",
					    "destination_branch_code", "meta", NULL};
	const char *bank = payload_text(order->payload, "account_bank", "bank_code");
	const char *account = payload_text(order->payload, "account_number", NULL);
	char amount[MONEY_TEXT_MAX];
	struct exchange exchange;
	struct jw body;

	if (bank == NULL || account == NULL)
		return exchange_refuse("Flutterwave requires providerPayload.account_bank and "
				       "account_number");
	question_body(&body, call->arena);
	jw_text(&body, "account_bank", bank);
	jw_text(&body, "account_number", account);
	jw_number(&body, "amount", money_text(amount, order->amount));
	jw_text(&body, "currency", order->amount.currency->code);
	jw_text(&body, "reference", order->reference);
	payload_copy(&body, order->payload, taken);
	exchange = bearer_call(call, "POST", "/v3/transfers", &body);
	return exchange_show_order(call->arena, &exchange, transfer_form.id);
}

/* Find ours in a list of transfers. An empty list means that there is none; one of others only
 * means that it was not searched. */
static void
pick_transfer(struct arena *arena, struct exchange *exchange, const char *reference)
{
	struct json_object *transfers = exchange->data;
	size_t n;

	if (json_kind(transfers) != JSON_LIST)
		return;
	n = json_list_length(transfers);
	exchange->absent = n == 0;
	exchange->data = NULL;
	for (size_t i = 0; i < n && exchange->data == NULL; i++) {
		struct json_object *transfer = json_list_item(transfers, i);
		const char *its = report_text(arena, transfer, "reference", 100);

		if (its != NULL && text_equal(its, reference))
			exchange->data = transfer;
	}
}

static struct provider_report
poll(const struct provider_call *call, const char *reference, bool withdrawal)
{
	const char *path = withdrawal ? "/v3/transfers?reference"
				      : "/v3/transactions/verify_by_reference?tx_ref";
	struct exchange exchange =
		bearer_call(call, "GET", arena_printf(call->arena, "%s=%s", path, reference), NULL);

	if (withdrawal)
		pick_transfer(call->arena, &exchange, reference);
	return report_of(call->arena, withdrawal ? &transfer_form : &charge_form, &exchange,
			 reference, withdrawal);
}

static const struct webhook_event events[] = {
	{"charge.completed", &charge_form, false, PROVIDER_PENDING},
	{"transfer.completed", &transfer_form, true, PROVIDER_PENDING},
	{0},
};

/* Digests are compared, so that the time tells nothing of the secret's length either. */
static bool
verify(const struct provider_account *account, struct bytes body, const char *signature)
{
	struct bytes secret = webhook_secret(account);
	unsigned char expected[SHA256_SIZE];
	unsigned char given[SHA256_SIZE];

	(void)body;
	if (signature == NULL || secret.length == 0)
		return false;
	sha256(secret.data, secret.length, expected);
	sha256(signature, strlen(signature), given);
	return secret_equal(expected, given, sizeof(expected));
}

const struct provider provider_flutterwave = {
	.name = "flutterwave",
	.title = "Flutterwave",
	.signature_header = "verif-hash",
	.create = create,
	.fetch = fetch,
	.list = list,
	.deposit = deposit,
	.withdraw = withdraw,
	.poll = poll,
	.events = events,
	.verify = verify,
};
