/*
 * Paystack: api.paystack.co. Authorised by the secret key as a Bearer token; an answer is
 * {"status": true|false, "message", "data"}. Amounts are whole hundredths of the currency, for
 * those without decimals too.
 *
 * A deposit is POST /transaction/initialize {email, amount, currency, reference, callback_url,
 * channels, metadata, label} -> data {authorization_url, access_code, reference}; it is looked up
 * by GET /transaction/verify/{reference} -> data {id, status, reference, amount, currency}. That
 * status is "abandoned" as long as the customer has not paid, so it is no failure.
 *
 * A withdrawal is POST /transferrecipient {type, name, account_number, bank_code, currency} -> data
 * {recipient_code}, then POST /transfer {source: "balance", amount, currency, recipient, reference,
 * reason} -> data {transfer_code, status, reference}; it is looked up by
 * GET /transfer/verify/{reference}. A transfer that waits for an OTP is pending.
 *
 * Webhooks are {"event": "charge.success", "data": {id, status, reference, amount, currency}}, signed
 * in x-paystack-signature with the secret key.
 */
#include "base/arena.h"
#include "provider/exchange.h"
#include "json/reader.h"

static const struct report_form form = {.reference = "reference", .id = "id", .hundredths = true};

/* False if the currency has more than two decimals. */
static bool
in_hundredths(struct money amount, int64_t *out)
{
	*out = amount.minor;
	for (int i = amount.currency->exponent; i < 2; i++)
		if (__builtin_mul_overflow(*out, 10, out))
			return false;
	return amount.currency->exponent <= 2;
}

static struct provider_answer
create(const struct provider_call *call, const struct json_object *payload)
{
	static const char *const taken[] = {"first_name", "last_name", "phone", "metadata", NULL};
	const char *email = payload_text(payload, "email", NULL);
	struct jw body;

	if (email == NULL)
		return exchange_refuse("Paystack requires providerPayload.email");
	question_body(&body, call->arena);
	jw_text(&body, "email", email);
	payload_copy(&body, payload, taken);
	return bearer_show(call, "POST", "/customer", &body);
}

static struct provider_answer
fetch(const struct provider_call *call, const struct json_object *payload)
{
	const char *code = payload_segment(payload, "customer_code", "code");

	if (code == NULL)
		code = payload_segment(payload, "id", "email");
	if (code == NULL)
		return exchange_refuse("Paystack requires providerPayload.customer_code");
	return bearer_show(call, "GET", arena_printf(call->arena, "/customer/%s", code), NULL);
}

static struct provider_answer
list(const struct provider_call *call, const struct json_object *payload)
{
	const char *page = payload_page(call->arena, payload, "perPage");

	return bearer_show(call, "GET", arena_printf(call->arena, "/customer%s", page), NULL);
}

static struct provider_answer
deposit(const struct provider_call *call, const struct provider_order *order)
{
	static const char *const taken[] = {"channels", "metadata", "label", NULL};
	const char *email = order_email(order);
	struct provider_answer answer;
	struct exchange exchange;
	struct jw body;
	int64_t amount;

	if (email == NULL)
		return exchange_refuse("Paystack requires the customer's email address: "
				       "providerPayload.email");
	if (!in_hundredths(order->amount, &amount))
		return exchange_refuse("Paystack does not accept this amount or currency");
	question_body(&body, call->arena);
	jw_text(&body, "email", email);
	jw_integer(&body, "amount", amount);
	jw_text(&body, "currency", order->amount.currency->code);
	jw_text(&body, "reference", order->reference);
	if (order->callback_url != NULL)
		jw_text(&body, "callback_url", order->callback_url);
	payload_copy(&body, order->payload, taken);
	exchange = bearer_call(call, "POST", "/transaction/initialize", &body);
	answer = exchange_show(call->arena, &exchange);
	answer.checkout_url = report_url(call->arena, exchange.data, "authorization_url");
	return answer;
}

/* The recipient of a transfer: one given by the caller, or a new one. No money moves here, so a
 * lost answer does no harm: NULL, and answer has the reason. */
static const char *
recipient_of(const struct provider_call *call, const struct provider_order *order,
	     struct provider_answer *answer)
{
	static const char *const taken[] = {"description", "metadata", NULL};
	const char *known = payload_text(order->payload, "recipient", NULL);
	const char *type = payload_text(order->payload, "type", NULL);
	const char *name = payload_text(order->payload, "name", "account_name");
	const char *account = payload_text(order->payload, "account_number", NULL);
	const char *bank = payload_text(order->payload, "bank_code", "account_bank");
	struct exchange exchange;
	struct jw body;

	if (known != NULL)
		return known;
	*answer = exchange_refuse("Paystack requires providerPayload.account_number and bank_code, "
				  "or recipient");
	if (account == NULL || bank == NULL)
		return NULL;
	question_body(&body, call->arena);
	jw_text(&body, "type", type != NULL ? type : "nuban");
	jw_text(&body, "name", name != NULL ? name : account);
	jw_text(&body, "account_number", account);
	jw_text(&body, "bank_code", bank);
	jw_text(&body, "currency", order->amount.currency->code);
	payload_copy(&body, order->payload, taken);
	exchange = bearer_call(call, "POST", "/transferrecipient", &body);
	if (exchange.answer.outcome == PROVIDER_ACCEPTED)
		known = report_text(call->arena, exchange.data, "recipient_code", 100);
	*answer = exchange.answer;
	if (known == NULL && exchange.answer.outcome != PROVIDER_REJECTED)
		*answer = exchange_out_of_reach(exchange.answer.problem != NULL
							? exchange.answer.problem
							: "no recipient in the answer");
	return known;
}

static struct provider_answer
withdraw(const struct provider_call *call, const struct provider_order *order)
{
	static const char *const taken[] = {"reason", NULL};
	struct provider_answer answer;
	struct exchange exchange;
	const char *recipient;
	struct jw body;
	int64_t amount;

	if (!in_hundredths(order->amount, &amount))
		return exchange_refuse("Paystack does not accept this amount or currency");
	recipient = recipient_of(call, order, &answer);
	if (recipient == NULL)
		return answer;
	question_body(&body, call->arena);
	jw_text(&body, "source", "balance");
	jw_integer(&body, "amount", amount);
	jw_text(&body, "currency", order->amount.currency->code);
	jw_text(&body, "recipient", recipient);
	jw_text(&body, "reference", order->reference);
	payload_copy(&body, order->payload, taken);
	exchange = bearer_call(call, "POST", "/transfer", &body);
	return exchange_show_order(call->arena, &exchange, "transfer_code");
}

static struct provider_report
poll(const struct provider_call *call, const char *reference, bool withdrawal)
{
	const char *kind = withdrawal ? "transfer" : "transaction";
	struct exchange exchange = bearer_call(
		call, "GET", arena_printf(call->arena, "/%s/verify/%s", kind, reference), NULL);

	return report_of(call->arena, &form, &exchange, reference, withdrawal);
}

static const struct webhook_event events[] = {
	{"charge.success", &form, false, PROVIDER_SUCCEEDED},
	{"charge.failed", &form, false, PROVIDER_FAILED},
	{"transfer.success", &form, true, PROVIDER_SUCCEEDED},
	{"transfer.failed", &form, true, PROVIDER_FAILED},
	{"transfer.reversed", &form, true, PROVIDER_REVERSED},
	{0},
};

const struct provider provider_paystack = {
	.name = "paystack",
	.title = "Paystack",
	.signature_header = "x-paystack-signature",
	.create = create,
	.fetch = fetch,
	.list = list,
	.deposit = deposit,
	.withdraw = withdraw,
	.poll = poll,
	.events = events,
	.verify = webhook_signed,
};
