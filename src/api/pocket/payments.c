/* Payments: incoming and outgoing payments through a provider. */
#include <string.h>

#include "api/page.h"
#include "api/pocket/pocket.h"
#include "api/words.h"
#include "app/payment/payment.h"
#include "app/wallet/transaction.h"
#include "app/wallet/wallet.h"
#include "base/arena.h"
#include "json/reader.h"

static const char *const types[] = {"credit", "debit", NULL};

struct payment_query {
	struct page_query page;
	enum payment_status status;
};

static const struct field query_fields[] = {
	PAGE_FIELDS(struct payment_query),
	FIELD(struct payment_query, status, .name = "status", .choices = transaction_status_words),
};

static const struct field payment_fields[] = {
	FIELD(struct payment, public_id, .name = "id", .required = true),
	FIELD(struct payment, reference, .name = "reference", .required = true,
	      .example = "\"cr_2026_001\""),
	FIELD(struct payment, type, .name = "type", .choices = types,
	      .words = transaction_type_words, .required = true, .example = "\"credit\""),
	FIELD(struct payment, status, .name = "status", .choices = transaction_status_words,
	      .required = true,
	      .doc = "pending, completed, failed, or review (an administrator must decide).",
	      .example = "\"pending\""),
	FIELD(struct payment, amount, .name = "amount", .required = true),
	FIELD(struct payment, currency, .name = "currency", .required = true, .example = "\"NGN\""),
	FIELD(struct payment, wallet, .name = "walletId", .required = true),
	FIELD(struct payment, provider, .name = "provider", .choices = word_providers,
	      .required = true, .example = "\"paystack\""),
	FIELD(struct payment, provider_reference, .name = "providerReference", .required = true,
	      .doc = "Reference of the payment at the provider.",
	      .example = "\"cw-01j9zt5v3k8m2n4p6q7r8s9t0v\""),
	FIELD(struct payment, transaction, .name = "transactionId", .keep_null = true,
	      .doc = "Transaction that the payment was posted as."),
	FIELD(struct payment, checkout_url, .name = "checkoutUrl",
	      .example = "\"https://checkout.paystack.com/0peioxfhpn\""),
	FIELD(struct payment, problem, .name = "problem", .doc = "Reason for the failure.",
	      .example = "null"),
	FIELD(struct payment, metadata, .name = "metadata", .example = "{\"source\":\"topup\"}"),
	FIELD(struct payment, created_at, .name = "createdAt", .required = true),
	FIELD(struct payment, settled_at, .name = "settledAt", .keep_null = true,
	      .example = "null"),
};

static const struct schema query = SCHEMA(struct payment_query, "PaymentQuery", query_fields);
static const struct schema payment_out = SCHEMA(struct payment, "Payment", payment_fields);

static enum err
get_payment(struct call *call, const void *in, void *out)
{
	(void)in;
	return payment_get(&call->ctx, call->params[0].id, out);
}

static enum err
list_payments(struct call *call, const void *in, void *out)
{
	const struct payment_query *asked = call->query;
	struct payment_filter filter = {asked->status, asked->page.after, page_most(&asked->page)};
	struct payment *payments;
	size_t n;

	(void)in;
	TRY(payment_list(&call->ctx, &filter, &payments, &n));
	page_fill(call, out, &asked->page, payments, n, sizeof(*payments),
		  offsetof(struct payment, payment_id));
	return ERR_OK;
}

/* Members of ours, which override the provider's. */
static const char *const own_members[] = {"name", "reference", "checkoutUrl", "data", NULL};

static void
write_answer(struct jw *w, struct arena *arena, const char *text)
{
	struct fault ignored = {.err = ERR_OK};
	struct json_object *answer;
	struct json_object *value;
	const char *name;

	if (text == NULL || json_read_foreign(arena, &ignored, text, strlen(text), JSON_FOREIGN_MAX,
					      &answer) != ERR_OK)
		return;
	for (size_t i = 0; json_member_at(answer, i, &name, &value); i++)
		if (text_index(own_members, name) < 0)
			jw_json(w, name, json_compact(arena, value));
	jw_json(w, "data", json_compact(arena, answer));
}

struct json_value
pocket_answer(struct call *call, const struct payment *payment)
{
	struct bytes text;
	struct jw w;

	jw_init(&w, call->ctx.arena, 512);
	jw_object(&w, NULL);
	jw_text(&w, "name", payment->provider);
	jw_text(&w, "reference", payment->provider_reference);
	if (payment->checkout_url != NULL)
		jw_text(&w, "checkoutUrl", payment->checkout_url);
	write_answer(&w, call->ctx.arena, payment->answer.text);
	jw_close(&w);
	return (struct json_value){jw_finish(&w, &text) ? text.data : NULL};
}

static void
show(struct call *call, const struct payment *payment, struct transaction *out)
{
	*out = (struct transaction){
		.id = payment->public_id,
		.reference = payment->reference,
		.type = payment->type,
		.status = (enum transaction_status)payment->status,
		.amount = payment->amount,
		.currency = payment->currency,
		.wallet = payment->wallet,
		.provider = pocket_answer(call, payment),
		.metadata = payment->metadata,
		.created_at = payment->created_at,
		.replayed = payment->outcome.replayed,
		.dry_run = call->dry_run,
	};
}

static enum err
order_of(struct call *call, const struct transaction_order *in, bool withdrawal,
	 struct payment_order *out)
{
	const struct principal *who = &call->ctx.who;

	*out = (struct payment_order){
		.withdrawal = withdrawal,
		.wallet = in->wallet,
		.ledger_id = who->ledger_id,
		.project_id = who->project_id,
		.mode = who->mode,
		.reference = in->reference,
		.provider = in->provider,
		.provider_payload = in->provider_payload,
		.metadata = in->metadata,
		.type = withdrawal ? TRANSACTION_DEBIT : TRANSACTION_CREDIT,
	};
	return transaction_amount(&call->ctx, in->amount, in->currency, &out->amount);
}

enum err
pocket_pay(struct call *call, const struct transaction_order *in, bool withdrawal,
	   struct transaction *out)
{
	struct payment *payment = arena_alloc(call->ctx.arena, sizeof(*payment));
	struct payment_order order;

	TRY(order_of(call, in, withdrawal, &order));
	TRY(payment_open(&call->ctx, &order, payment));
	show(call, payment, out);
	if (payment->outcome.replayed || call->dry_run)
		return ERR_OK;
	call->state = payment;
	call->opened = call_id(call, payment->public_id);
	return ERR_OK;
}

static enum err
resume(struct call *call, const struct transaction_order *in, bool withdrawal)
{
	struct payment *payment = arena_alloc(call->ctx.arena, sizeof(*payment));
	struct payment_order order;

	TRY(order_of(call, in, withdrawal, &order));
	call->state = payment;
	return payment_resume(&call->ctx, call_opened_id(call), &order, payment);
}

enum err
pocket_resume_credit(struct call *call, const void *in)
{
	return resume(call, in, false);
}

enum err
pocket_resume_debit(struct call *call, const void *in)
{
	return resume(call, in, true);
}

void
pocket_pay_outside(struct call *call)
{
	payment_call(&call->ctx, call->state);
}

enum err
pocket_pay_finish(struct call *call, const void *in, void *out)
{
	struct payment *payment = call->state;

	(void)in;
	TRY(payment_close(&call->ctx, payment));
	if (payment->status == PAYMENT_FAILED) {
		(void)payment_refusal(&call->ctx, payment);
		return call_refuse(call);
	}
	show(call, payment, out);
	return ERR_OK;
}

const struct route pocket_payments[] = {
	{GET, "/v1/payments", "List the payments of the project, newest first", NULL, list_payments,
	 .query = &query, .out = &payment_out, .reply.list = true, .access = ACCESS_PROJECT_KEY,
	 .stale = true, .status = 200, .docs.tag = "Payments"},
	{GET, "/v1/payments/{id}", "Retrieve a payment", NULL, get_payment, .out = &payment_out,
	 .access = ACCESS_PROJECT_KEY, .status = 200, .docs.tag = "Payments"},
	{0},
};
