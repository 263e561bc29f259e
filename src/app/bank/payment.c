/* Payments from people's accounts: reserved, given to the bank, taken down. */
#include <string.h>

#include "app/audit/review.h"
#include "app/bank/bban.h"
#include "app/bank/row.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/ensure.h"
#include "runtime/app.h"

enum { CREDITOR_NAME_MAX = 70, TEXT_MAX = 140 };

struct payment_row {
	int64_t bank_payment_id;
	const char *reference;
	struct uuid request_id;
	int64_t bank_account_id;
	int64_t amount;
	const char *currency;
	const char *creditor_name;
	const char *creditor_account;
	const char *text;
	const char *product;
	const char *address;
	enum bank_payment_state status;
	int64_t repeats;
	const char *bank_reference;
	const char *sca_url;
	const char *problem;
};

static const char *const payment_state_words[] = {"pending", "settled", "failed", NULL};

static const struct column columns[] = {
	COLUMN(struct payment_row, bank_payment_id),
	COLUMN(struct payment_row, reference),
	COLUMN(struct payment_row, request_id),
	COLUMN(struct payment_row, bank_account_id),
	COLUMN(struct payment_row, amount),
	COLUMN(struct payment_row, currency),
	COLUMN(struct payment_row, creditor_name),
	COLUMN(struct payment_row, creditor_account),
	COLUMN(struct payment_row, text),
	COLUMN(struct payment_row, product),
	COLUMN(struct payment_row, address),
	COLUMN_WORD(struct payment_row, status, payment_state_words),
	COLUMN(struct payment_row, repeats),
	COLUMN(struct payment_row, bank_reference),
	COLUMN(struct payment_row, sca_url),
	COLUMN(struct payment_row, problem),
};

/* The first characters of a text. */
static const char *
shortened(struct arena *arena, const char *text, size_t most)
{
	size_t length = strlen(text);
	size_t kept = 0;
	size_t n;

	while (most-- > 0 && (n = utf8_next(text + kept, length - kept)) > 0)
		kept += n;
	return arena_strndup(arena, text, kept);
}

/* The payment product of the interface for a pair of accounts. */
static const char *
product_for(const char *creditor, const char *currency)
{
	bool norwegian = is_bban(creditor) || text_starts_with(creditor, "NO");

	if (norwegian && text_equal(currency, "NOK"))
		return "norwegian-domestic-credit-transfers";
	return text_equal(currency, "EUR") ? "sepa-credit-transfers"
					   : "cross-border-credit-transfers";
}

static void
show_account(struct ctx *ctx, const struct bank_account_row *row, struct bank_payment *out)
{
	bank_account_show(ctx->arena, row, &out->account);
	out->request.debtor_iban = row->iban;
	out->request.debtor_bban = row->bban;
	out->request.consent = row->consent;
	out->request.consent_sealed = row->consent_sealed;
	out->request.bank_consent_id = row->bank_consent_id;
}

/* Whether the account can pay this amount; its row is locked. */
static enum err
check_account(struct ctx *ctx, const struct bank_order *in, const struct bank_account_row *row)
{
	if (!text_equal(in->amount.currency->code, row->currency))
		return fault(&ctx->fault, ERR_CURRENCY_MISMATCH, NULL, NULL);
	if (row->status != BANK_ACCOUNT_ACTIVE)
		return fault(&ctx->fault, ERR_CONSENT_ENDED, NULL, NULL);
	if (in->amount.minor <= 0 || row->balance < in->amount.minor ||
	    row->balance - in->amount.minor < row->reserved)
		return fault(&ctx->fault, ERR_INSUFFICIENT_FUNDS, NULL, NULL);
	return ERR_OK;
}

/* Reservations are summed in a separate statement, which sees all changes before the lock. */
static enum err
lock_account(struct ctx *ctx, int64_t id, struct bank_account_row *out, bool *linked)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_bank_account_lock, &rows, PARAMS(p_int(id))));
	*linked = rows.count > 0 && row_bool(&rows, 0, 0);
	return bank_account_by_id(ctx, id, out);
}

enum err
bank_reserve(struct ctx *ctx, const struct bank_order *in, struct bank_payment *out)
{
	struct bank_account_row account;
	struct bank_order order = *in;
	struct rows rows;
	bool linked;

	TRY(ensure(ctx, ctx->db != NULL));
	TRY(ensure(ctx, strlen(in->reference) <= BANK_ID_MAX));
	order.creditor_name = shortened(ctx->arena, in->creditor_name, CREDITOR_NAME_MAX);
	order.creditor_account = account_plain(ctx->arena, in->creditor_account);
	if (in->text != NULL)
		order.text = shortened(ctx->arena, in->text, TEXT_MAX);
	TRY(lock_account(ctx, in->bank_account_id, &account, &linked));
	if (!linked)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Bank account not found");
	TRY(check_account(ctx, in, &account));
	*out = (struct bank_payment){
		.state = BANK_PAYMENT_PENDING,
		.order = order,
		.request.request_id = uuid_v7(),
		.request.product = product_for(order.creditor_account, account.currency),
		.request.address = ctx->address[0] != '\0' ? ctx->address : NULL,
	};
	show_account(ctx, &account, out);
	TRY(db_run(ctx, SQL_bank_payment_insert, &rows,
		   PARAMS(p_text(order.reference), p_uuid(out->request.request_id),
			  p_int(order.bank_account_id), p_int(order.amount.minor),
			  p_text(order.amount.currency->code), p_text(order.creditor_name),
			  p_text(order.creditor_account), p_text(order.text),
			  p_text(out->request.product), p_text(out->request.address))));
	out->bank_payment_id = row_int(&rows, 0, 0);
	return ERR_OK;
}

static void
initiate(struct ctx *ctx, struct bank_payment *payment)
{
	struct xs2a_call call = bank_call(ctx, payment->account.bank_name);
	const char *creditor = payment->order.creditor_account;
	bool bban = is_bban(creditor);
	const struct xs2a_payment_order order = {
		.product = payment->request.product,
		.end_to_end_id = payment->order.reference,
		.amount = payment->order.amount,
		.debtor_iban = payment->request.debtor_iban,
		.debtor_bban = payment->request.debtor_bban,
		.creditor_iban = bban ? NULL : creditor,
		.creditor_bban = bban ? creditor : NULL,
		.creditor_name = payment->order.creditor_name,
		.text = payment->order.text,
		.redirect_url = ctx->app->config->public_url,
	};

	call.request_id = payment->request.request_id;
	call.psu_address = payment->request.address;
	payment->outcome.called = xs2a_payment_initiate(
		&call,
		bank_consent_open(ctx, payment->request.consent, payment->request.consent_sealed),
		&order);
}

void
bank_pay(struct ctx *ctx, struct bank_payment *payment)
{
	if (ensure(ctx, ctx->db == NULL) != ERR_OK ||
	    ensure(ctx, payment->outcome.asked == BANK_NOT_ASKED) != ERR_OK)
		return;
	payment->outcome.asked = BANK_FIRST;
	initiate(ctx, payment);
}

/* Record that it is sent to the bank again; false if that is no longer necessary. */
static bool
note_repeat(struct ctx *ctx, const struct bank_payment *payment)
{
	struct rows rows;

	if (db_run(ctx, SQL_bank_payment_repeat, &rows, PARAMS(p_int(payment->bank_payment_id))) !=
	    ERR_OK) {
		fault_clear(&ctx->fault);
		return false;
	}
	return rows.affected > 0;
}

void
bank_payment_status(struct ctx *ctx, struct bank_payment *payment)
{
	struct xs2a_call call = bank_call(ctx, payment->account.bank_name);

	if (ensure(ctx, ctx->db == NULL) != ERR_OK)
		return;
	payment->outcome.asked = BANK_NOT_ASKED;
	if (payment->state != BANK_PAYMENT_PENDING)
		return;
	if (payment->bank_reference != NULL) {
		payment->outcome.asked = BANK_STATUS;
		payment->outcome.called = xs2a_payment_status(&call, payment->request.product,
							      payment->bank_reference);
	} else if (note_repeat(ctx, payment)) {
		payment->outcome.asked = BANK_AGAIN;
		initiate(ctx, payment);
	}
}

/*
 * Whether the bank's answer means that the payment was not made. Once it was sent to the bank
 * again, another attempt may have succeeded: then only a decision about the payment itself counts,
 * which is the same for all attempts. The result of a status query is irrelevant.
 */
static bool
is_failure(const struct bank_payment *payment, int64_t repeats)
{
	const struct xs2a_payment *called = &payment->outcome.called;

	if (called->answer.outcome == PROVIDER_ACCEPTED)
		return called->state == PROVIDER_FAILED;
	if (called->answer.outcome == PROVIDER_UNKNOWN || payment->outcome.asked == BANK_STATUS)
		return false;
	return called->answer.judged || (payment->outcome.asked == BANK_FIRST && repeats == 0);
}

static enum err
end(struct ctx *ctx, const struct payment_row *row, enum bank_payment_state state,
    const char *problem)
{
	bool settled = state == BANK_PAYMENT_SETTLED;

	TRY(db_run(ctx, SQL_bank_payment_end, NULL,
		   PARAMS(p_int(row->bank_payment_id), p_word(payment_state_words, state),
			  p_text(problem))));
	review_settle(ctx, REVIEW_BANK_PAYMENT, row->request_id,
		      text_starts_with(row->reference, "pay_") ? "merchant_payout" : "remittance",
		      row->reference, settled);
	if (!settled)
		return ERR_OK;
	return db_run(ctx, SQL_bank_account_debit, NULL,
		      PARAMS(p_int(row->bank_account_id), p_int(row->amount)));
}

/* Record the bank's answer; the row is locked and pending. */
static enum err
take(struct ctx *ctx, const struct bank_payment *payment, const struct payment_row *row)
{
	const struct xs2a_payment *called = &payment->outcome.called;
	bool accepted = called->answer.outcome == PROVIDER_ACCEPTED;

	if (accepted)
		TRY(db_run(ctx, SQL_bank_payment_take, NULL,
			   PARAMS(p_int(row->bank_payment_id), p_text(called->id),
				  p_text(called->status), p_text(called->sca_url))));
	if (payment->outcome.asked != BANK_STATUS)
		TRY(bank_consent_note(ctx, payment->request.bank_consent_id, &called->answer));
	if (accepted && called->state == PROVIDER_SUCCEEDED)
		return end(ctx, row, BANK_PAYMENT_SETTLED, NULL);
	if (row->bank_reference != NULL && !accepted)
		return ERR_OK; /* another attempt succeeded */
	if (is_failure(payment, row->repeats))
		return end(ctx, row, BANK_PAYMENT_FAILED,
			   accepted ? "The bank did not make the payment" : called->answer.message);
	return ERR_OK;
}

static void
show(const struct payment_row *row, struct bank_payment *out)
{
	out->bank_payment_id = row->bank_payment_id;
	out->state = row->status;
	out->accepted = row->bank_reference != NULL;
	out->problem = row->problem;
	out->sca_url = row->sca_url;
	out->request.request_id = row->request_id;
	out->request.product = row->product;
	out->request.address = row->address;
	out->bank_reference = row->bank_reference;
	out->order = (struct bank_order){
		.bank_account_id = row->bank_account_id,
		.amount = {row->amount, currency_find(row->currency)},
		.reference = row->reference,
		.creditor_name = row->creditor_name,
		.creditor_account = row->creditor_account,
		.text = row->text,
	};
}

/* The account first, then the payment. */
static enum err
lock_payment(struct ctx *ctx, const struct bank_payment *payment, struct payment_row *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_bank_account_lock, &rows,
		   PARAMS(p_int(payment->order.bank_account_id))));
	TRY(db_run(ctx, SQL_bank_payment_lock, &rows, PARAMS(p_text(payment->order.reference))));
	rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), out);
	return ERR_OK;
}

/* Return the current state of the payment, in addition to the result of the call. */
static enum err
show_again(struct ctx *ctx, struct bank_payment *payment)
{
	struct payment_row row;
	bool pending = payment->state == BANK_PAYMENT_PENDING;

	TRY(lock_payment(ctx, payment, &row));
	show(&row, payment);
	payment->outcome.changed = pending && payment->state != BANK_PAYMENT_PENDING;
	return ERR_OK;
}

enum err
bank_close(struct ctx *ctx, struct bank_payment *payment)
{
	struct payment_row row;

	TRY(ensure(ctx, ctx->db != NULL));
	TRY(lock_payment(ctx, payment, &row));
	payment->state = row.status;
	if (payment->state == BANK_PAYMENT_PENDING && payment->outcome.asked != BANK_NOT_ASKED)
		TRY(take(ctx, payment, &row));
	return show_again(ctx, payment);
}

enum err
bank_refusal(struct ctx *ctx, const struct bank_payment *payment)
{
	if (payment->outcome.called.answer.outcome == PROVIDER_REJECTED)
		return bank_fault(ctx, &payment->outcome.called.answer);
	return fault(&ctx->fault, ERR_PROVIDER_REFUSED, NULL, "%s",
		     payment->problem != NULL ? payment->problem
					      : err_message(ERR_PROVIDER_REFUSED));
}

enum err
bank_payment_find(struct ctx *ctx, const char *reference, struct bank_payment *out)
{
	struct bank_account_row account;
	struct payment_row row;
	struct rows rows;

	TRY(db_run(ctx, SQL_bank_payment_find, &rows, PARAMS(p_text(reference))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Payment not found");
	rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), &row);
	TRY(bank_account_by_id(ctx, row.bank_account_id, &account));
	*out = (struct bank_payment){.outcome.asked = BANK_NOT_ASKED};
	show(&row, out);
	show_account(ctx, &account, out);
	return ERR_OK;
}

enum err
bank_payment_lock(struct ctx *ctx, struct bank_payment *payment)
{
	struct payment_row row;

	TRY(ensure(ctx, ctx->db != NULL));
	TRY(lock_payment(ctx, payment, &row));
	show(&row, payment);
	return ERR_OK;
}

enum err
bank_decide(struct ctx *ctx, struct bank_payment *payment, bool made)
{
	struct payment_row row;

	TRY(ensure(ctx, ctx->db != NULL));
	TRY(lock_payment(ctx, payment, &row));
	payment->state = row.status;
	if (payment->state != BANK_PAYMENT_PENDING)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     payment->state == BANK_PAYMENT_SETTLED
				     ? "The bank has made the payment in the meantime"
				     : "The bank has refused the payment in the meantime");
	TRY(end(ctx, &row, made ? BANK_PAYMENT_SETTLED : BANK_PAYMENT_FAILED,
		made ? NULL : "The bank did not make the payment"));
	return show_again(ctx, payment);
}
