/*
 * Fingra. Authorised by the key as a Bearer token; an answer is {"status": true|false, "message",
 * "data"}. Amounts are decimal strings in major units.
 *
 * POST /wallets {reference, name, email, phone, currency, metadata}, GET /wallets/{id}, GET /wallets.
 *
 * A deposit is POST /wallets/deposit {reference, amount, currency, email, callback_url, wallet_id,
 * name, phone, narration, metadata}, a withdrawal POST /wallets/withdraw {reference, amount,
 * currency, account_number, bank_code, account_name, wallet_id, narration, metadata} -> data {id,
 * reference, status: pending, checkout_url}. Both are looked up by
 * GET /wallets/transactions/{reference} -> data {id, reference, status, amount, currency}.
 *
 * Webhooks are {"event": "deposit.success", "data": as of a transaction}, signed in
 * x-fingra-signature.
 */
#include "base/arena.h"
#include "provider/exchange.h"
#include "json/reader.h"

static const struct report_form form = {.reference = "reference", .id = "id"};

static struct provider_answer
create(const struct provider_call *call, const struct json_object *payload)
{
	static const char *const taken[] = {"name", "email", "phone", "currency", "metadata", NULL};
	struct jw body;

	question_body(&body, call->arena);
	jw_text(&body, "reference", provider_reference(call->arena));
	payload_copy(&body, payload, taken);
	return bearer_show(call, "POST", "/wallets", &body);
}

static struct provider_answer
fetch(const struct provider_call *call, const struct json_object *payload)
{
	const char *id = payload_segment(payload, "id", "wallet_id");

	if (id == NULL)
		return exchange_refuse("Fingra requires providerPayload.id");
	return bearer_show(call, "GET", arena_printf(call->arena, "/wallets/%s", id), NULL);
}

static struct provider_answer
list(const struct provider_call *call, const struct json_object *payload)
{
	const char *page = payload_page(call->arena, payload, "limit");

	return bearer_show(call, "GET", arena_printf(call->arena, "/wallets%s", page), NULL);
}

static void
begin_order(struct jw *body, struct arena *arena, const struct provider_order *order)
{
	char amount[MONEY_TEXT_MAX];

	question_body(body, arena);
	jw_text(body, "reference", order->reference);
	jw_text(body, "amount", money_text(amount, order->amount));
	jw_text(body, "currency", order->amount.currency->code);
}

static struct provider_answer
send_order(const struct provider_call *call, const char *path, struct jw *body)
{
	struct exchange exchange = bearer_call(call, "POST", path, body);
	struct provider_answer answer = exchange_show_order(call->arena, &exchange, form.id);

	answer.checkout_url = report_url(call->arena, exchange.data, "checkout_url");
	return answer;
}

static struct provider_answer
deposit(const struct provider_call *call, const struct provider_order *order)
{
	static const char *const taken[] = {"wallet_id", "name",     "phone",
					    "narration", "metadata", NULL};
	const char *email = order_email(order);
	struct provider_answer answer;
	struct jw body;

	begin_order(&body, call->arena, order);
	if (email != NULL)
		jw_text(&body, "email", email);
	if (order->callback_url != NULL)
		jw_text(&body, "callback_url", order->callback_url);
	payload_copy(&body, order->payload, taken);
	answer = send_order(call, "/wallets/deposit", &body);
	answer.state =
		PROVIDER_PENDING; /* only a signed webhook or a look-up confirms the payment */
	return answer;
}

static struct provider_answer
withdraw(const struct provider_call *call, const struct provider_order *order)
{
	static const char *const taken[] = {
		"account_number", "bank_code", "account_name", "wallet_id", "narration",
		"metadata",       NULL};
	struct jw body;

	begin_order(&body, call->arena, order);
	payload_copy(&body, order->payload, taken);
	return send_order(call, "/wallets/withdraw", &body);
}

static struct provider_report
poll(const struct provider_call *call, const char *reference, bool withdrawal)
{
	struct exchange exchange =
		bearer_call(call, "GET",
			    arena_printf(call->arena, "/wallets/transactions/%s", reference), NULL);

	return report_of(call->arena, &form, &exchange, reference, withdrawal);
}

static const struct webhook_event events[] = {
	{"deposit.success", &form, false, PROVIDER_SUCCEEDED},
	{"deposit.failed", &form, false, PROVIDER_FAILED},
	{"deposit.reversed", &form, false, PROVIDER_REVERSED},
	{"withdrawal.success", &form, true, PROVIDER_SUCCEEDED},
	{"withdrawal.failed", &form, true, PROVIDER_FAILED},
	{"withdrawal.reversed", &form, true, PROVIDER_REVERSED},
	{0},
};

const struct provider provider_fingra = {
	.name = "fingra",
	.title = "Fingra",
	.signature_header = "x-fingra-signature",
	.create = create,
	.fetch = fetch,
	.list = list,
	.deposit = deposit,
	.withdraw = withdraw,
	.poll = poll,
	.events = events,
	.verify = webhook_signed,
};
