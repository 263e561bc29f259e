/*
 * Paga. Authorised by the headers principal (the public key) and credentials (the key); an answer
 * is {"responseCode": 0, "message", "data"}, with any other code for a refusal. Amounts are in major
 * units. Everything is a POST:
 *
 * /wallet/create {referenceNumber, firstName, lastName, name, email, phoneNumber, phone, currency,
 * metadata}, /wallet/get {walletId}, /wallet/list {page, pageSize}.
 *
 * A deposit is /wallet/fund {referenceNumber, amount, currency, email, callbackUrl, walletId,
 * phoneNumber, remarks, metadata}, a withdrawal /wallet/withdraw {referenceNumber, amount, currency,
 * accountNumber, bankCode, accountName, walletId, phoneNumber, remarks, metadata} -> data
 * {transactionId, referenceNumber, status: PENDING, paymentUrl}. Both are looked up by
 * /wallet/status {referenceNumber} -> data {transactionId, referenceNumber, status, amount,
 * currency}.
 *
 * Webhooks are {"event": "wallet.fund"|"wallet.withdraw", "data": as of /wallet/status}, and the
 * status tells which way. They are signed in x-paga-signature.
 */
#include "base/arena.h"
#include "provider/exchange.h"
#include "json/reader.h"

static const struct report_form form = {.reference = "referenceNumber", .id = "transactionId"};

static struct exchange
ask(const struct provider_call *call, const char *path, struct jw *body)
{
	const char *key = call->account->api_key != NULL ? call->account->api_key : "";
	struct question question = {"POST", path, {{"credentials", key}}, body};

	if (call->account->public_key != NULL)
		question.auth[1] = (struct http_header){"principal", call->account->public_key};
	return exchange_call(call, &question);
}

static struct provider_answer
show(const struct provider_call *call, const char *path, struct jw *body)
{
	struct exchange exchange = ask(call, path, body);

	return exchange_show(call->arena, &exchange);
}

static struct provider_answer
create(const struct provider_call *call, const struct json_object *payload)
{
	static const char *const taken[] = {"firstName", "lastName",    "name",
					    "email",     "phoneNumber", "phone",
					    "currency",  "metadata",    NULL};
	struct jw body;

	question_body(&body, call->arena);
	jw_text(&body, "referenceNumber", provider_reference(call->arena));
	payload_copy(&body, payload, taken);
	return show(call, "/wallet/create", &body);
}

static struct provider_answer
fetch(const struct provider_call *call, const struct json_object *payload)
{
	const char *id = payload_text(payload, "walletId", "wallet_id");
	struct jw body;

	if (id == NULL)
		id = payload_text(payload, "id", NULL);
	if (id == NULL)
		return exchange_refuse("Paga requires providerPayload.walletId");
	question_body(&body, call->arena);
	jw_text(&body, "walletId", id);
	return show(call, "/wallet/get", &body);
}

static struct provider_answer
list(const struct provider_call *call, const struct json_object *payload)
{
	static const char *const taken[] = {"page", "pageSize", NULL};
	struct jw body;

	question_body(&body, call->arena);
	payload_copy(&body, payload, taken);
	return show(call, "/wallet/list", &body);
}

static void
begin_order(struct jw *body, struct arena *arena, const struct provider_order *order)
{
	char amount[MONEY_TEXT_MAX];

	question_body(body, arena);
	jw_text(body, "referenceNumber", order->reference);
	jw_number(body, "amount", money_text(amount, order->amount));
	jw_text(body, "currency", order->amount.currency->code);
}

static struct provider_answer
send_order(const struct provider_call *call, const char *path, struct jw *body)
{
	struct exchange exchange = ask(call, path, body);
	struct provider_answer answer = exchange_show_order(call->arena, &exchange, form.id);

	answer.checkout_url = report_url(call->arena, exchange.data, "paymentUrl");
	return answer;
}

static struct provider_answer
deposit(const struct provider_call *call, const struct provider_order *order)
{
	static const char *const taken[] = {"walletId", "phoneNumber", "remarks", "metadata", NULL};
	const char *email = order_email(order);
	struct provider_answer answer;
	struct jw body;

	begin_order(&body, call->arena, order);
	if (email != NULL)
		jw_text(&body, "email", email);
	if (order->callback_url != NULL)
		jw_text(&body, "callbackUrl", order->callback_url);
	payload_copy(&body, order->payload, taken);
	answer = send_order(call, "/wallet/fund", &body);
	answer.state =
		PROVIDER_PENDING; /* only a signed webhook or a look-up confirms the payment */
	return answer;
}

static void
copy_account(struct jw *body, const struct json_object *payload)
{
	const char *number = payload_text(payload, "accountNumber", "account_number");
	const char *bank = payload_text(payload, "bankCode", "bank_code");
	const char *name = payload_text(payload, "accountName", "account_name");

	if (number != NULL)
		jw_text(body, "accountNumber", number);
	if (bank != NULL)
		jw_text(body, "bankCode", bank);
	if (name != NULL)
		jw_text(body, "accountName", name);
}

static struct provider_answer
withdraw(const struct provider_call *call, const struct provider_order *order)
{
	static const char *const taken[] = {"walletId", "phoneNumber", "remarks", "metadata", NULL};
	struct jw body;

	begin_order(&body, call->arena, order);
	copy_account(&body, order->payload);
	payload_copy(&body, order->payload, taken);
	return send_order(call, "/wallet/withdraw", &body);
}

static struct provider_report
poll(const struct provider_call *call, const char *reference, bool withdrawal)
{
	struct exchange exchange;
	struct jw body;

	question_body(&body, call->arena);
	jw_text(&body, "referenceNumber", reference);
	exchange = ask(call, "/wallet/status", &body);
	return report_of(call->arena, &form, &exchange, reference, withdrawal);
}

static const struct webhook_event events[] = {
	{"wallet.fund", &form, false, PROVIDER_PENDING},
	{"wallet.withdraw", &form, true, PROVIDER_PENDING},
	{0},
};

const struct provider provider_paga = {
	.name = "paga",
	.title = "Paga",
	.signature_header = "x-paga-signature",
	.create = create,
	.fetch = fetch,
	.list = list,
	.deposit = deposit,
	.withdraw = withdraw,
	.poll = poll,
	.events = events,
	.verify = webhook_signed,
};
