#include "app/operation/unresolved.h"

#include "app/audit/review.h"
#include "app/bank/bank.h"
#include "app/merchant/payout.h"
#include "app/payment/payment.h"
#include "app/prepaid/purchase.h"
#include "app/remittance/drop_payment.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "db/row.h"
#include "json/writer.h"

static const char reason[] = "The outcome could not be determined";

static enum err
review_bank(struct ctx *ctx, const struct bank_payment *payment)
{
	char amount[MONEY_TEXT_MAX];
	char id[UUID_TEXT_MAX];
	struct bytes detail;
	struct jw w;

	jw_init(&w, ctx->arena, 512);
	jw_object(&w, NULL);
	jw_text(&w, "reference", payment->order.reference);
	jw_text(&w, "bank", payment->account.bank_name);
	jw_text(&w, "bankReference", payment->bank_reference);
	jw_text(&w, "requestId", uuid_text(id, payment->request.request_id));
	jw_text(&w, "amount", money_text(amount, payment->order.amount));
	jw_text(&w, "currency", payment->order.amount.currency->code);
	jw_close(&w);
	if (!jw_finish(&w, &detail))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	return review_open(ctx, REVIEW_BANK_PAYMENT, payment->request.request_id, reason,
			   (struct json_value){detail.data});
}

static enum err
ask_bank(struct ctx *ctx, const char *subject)
{
	struct bank_payment payment;
	enum err err = bank_payment_find(ctx, subject, &payment);

	if (err == ERR_NOT_FOUND) {
		fault_clear(&ctx->fault);
		return ERR_OK;
	}
	TRY(err);
	TRY(bank_payment_lock(ctx, &payment));
	return payment.state == BANK_PAYMENT_PENDING ? review_bank(ctx, &payment) : ERR_OK;
}

/* The kinds of jobs that look up payments. */
static const struct {
	const char *kind;
	enum err (*ask)(struct ctx *ctx, const char *subject);
	enum err (*ask_by_id)(struct ctx *ctx, struct uuid id, const char *why);
} kinds[] = {
	{"merchant_payout", ask_bank, NULL},
	{"payment_lookup", NULL, payment_unresolved},
	{"purchase_lookup", NULL, purchase_unresolved},
	{"remittance", ask_bank, NULL},
};

enum err
unresolved_ask(struct ctx *ctx, const char *kind, const char *subject)
{
	struct uuid id;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (!text_equal(kinds[i].kind, kind))
			continue;
		if (kinds[i].ask != NULL)
			return kinds[i].ask(ctx, subject);
		return uuid_parse(&id, subject) ? kinds[i].ask_by_id(ctx, id, reason) : ERR_OK;
	}
	return ERR_OK;
}

static enum err
find_bank(struct ctx *ctx, struct uuid request_id, struct bank_payment *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_bank_payment_reference, &rows, PARAMS(p_uuid(request_id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Payment not found");
	return bank_payment_find(ctx, row_text(&rows, 0, 0), out);
}

enum err
unresolved_bank_lock(struct ctx *ctx, struct uuid request_id)
{
	struct bank_payment payment;

	TRY(find_bank(ctx, request_id, &payment));
	return bank_payment_lock(ctx, &payment);
}

/* Payments from a bank account are known by their reference. */
enum err
unresolved_bank_decide(struct ctx *ctx, struct uuid request_id, bool approved)
{
	struct bank_payment payment;

	TRY(find_bank(ctx, request_id, &payment));
	TRY(bank_decide(ctx, &payment, approved));
	return text_starts_with(payment.order.reference, "pay_")
		       ? payout_settle(ctx, &payment)
		       : drop_payment_settle(ctx, &payment);
}

static const struct column columns[] = {
	COLUMN(struct unresolved, kind),   COLUMN(struct unresolved, reference),
	COLUMN(struct unresolved, amount), COLUMN(struct unresolved, currency),
	COLUMN(struct unresolved, review), COLUMN(struct unresolved, since),
};

enum err
unresolved_list(struct ctx *ctx, int64_t most, struct unresolved **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_unresolved_list, &rows, PARAMS(p_int(most))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, columns, COLUMN_COUNT(columns), &(*out)[i]);
	return ERR_OK;
}
