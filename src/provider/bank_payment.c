/*
 * Payments, by NextGenPSD2 XS2A 1.3.
 *
 * POST /v1/payments/{product} {endToEndIdentification, instructedAmount: {currency, amount},
 * debtorAccount, creditorAccount: {iban | bban}, creditorName, remittanceInformationUnstructured}
 * -> 201 {transactionStatus, paymentId, _links}; with the X-Request-ID of an earlier one, its
 * answer. GET /v1/payments/{product}/{paymentId}/status -> {transactionStatus}.
 */
#include <string.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "provider/bank_exchange.h"
#include "json/reader.h"

enum { STATUS_MAX = 8 };

/* ISO 20022 has many more; all of those are pending. */
static const struct {
	const char *word;
	enum provider_state state;
} words[] = {
	{"ACSC", PROVIDER_SUCCEEDED}, /* settled on the payer's account */
	{"ACCC", PROVIDER_SUCCEEDED}, /* and on the payee's */
	{"RJCT", PROVIDER_FAILED},
	{"CANC", PROVIDER_FAILED},
};

static enum provider_state
state_of(const char *status)
{
	for (size_t i = 0; status != NULL && i < COUNT(words); i++)
		if (text_equal(status, words[i].word))
			return words[i].state;
	return PROVIDER_PENDING;
}

static void
write_account(struct jw *w, const char *name, const char *iban, const char *bban)
{
	jw_object(w, name);
	if (iban != NULL)
		jw_text(w, "iban", iban);
	else
		jw_text(w, "bban", bban);
	jw_close(w);
}

static void
write_order(struct jw *w, struct arena *arena, const struct xs2a_payment_order *order)
{
	char amount[MONEY_TEXT_MAX];

	question_body(w, arena);
	jw_text(w, "endToEndIdentification", order->end_to_end_id);
	jw_object(w, "instructedAmount");
	jw_text(w, "currency", order->amount.currency->code);
	jw_text(w, "amount", money_text(amount, order->amount));
	jw_close(w);
	write_account(w, "debtorAccount", order->debtor_iban, order->debtor_bban);
	write_account(w, "creditorAccount", order->creditor_iban, order->creditor_bban);
	jw_text(w, "creditorName", order->creditor_name);
	if (order->text != NULL)
		jw_text(w, "remittanceInformationUnstructured", order->text);
}

static struct xs2a_payment
payment_of(struct arena *arena, const struct xs2a_exchange *exchange)
{
	struct xs2a_payment payment = {.answer = exchange->answer, .state = PROVIDER_PENDING};

	if (exchange->body == NULL)
		return payment;
	payment.status = report_text(arena, exchange->body, "transactionStatus", STATUS_MAX);
	payment.state = state_of(payment.status);
	payment.id = report_text(arena, exchange->body, "paymentId", XS2A_ID_MAX);
	payment.sca_url = xs2a_link(arena, exchange->body, "scaRedirect");
	if (payment.status == NULL)
		payment.answer = xs2a_puzzled("the bank returned no status of the payment");
	return payment;
}

struct xs2a_payment
xs2a_payment_initiate(const struct xs2a_call *call, const char *consent,
		      const struct xs2a_payment_order *order)
{
	struct jw body;
	struct xs2a_question question = {
		.method = "POST",
		.path = arena_printf(call->arena, "/v1/payments/%s", order->product),
		.consent = consent,
		.redirect_url = order->redirect_url,
		.body = &body,
	};
	struct xs2a_exchange exchange;
	struct xs2a_payment payment;

	write_order(&body, call->arena, order);
	exchange = xs2a_ask(call, &question);
	payment = payment_of(call->arena, &exchange);
	if (payment.answer.outcome == PROVIDER_ACCEPTED && payment.id == NULL)
		payment.answer = xs2a_puzzled("the bank returned no id of the payment");
	return payment;
}

struct xs2a_payment
xs2a_payment_status(const struct xs2a_call *call, const char *product, const char *id)
{
	struct xs2a_question question = {
		.method = "GET",
		.path = arena_printf(call->arena, "/v1/payments/%s/%s/status", product,
				     percent_encode(call->arena, id)),
	};
	struct xs2a_exchange exchange = xs2a_ask(call, &question);
	struct xs2a_payment payment = payment_of(call->arena, &exchange);

	payment.id = id;
	return payment;
}
