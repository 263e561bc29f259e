/* Payments of Drop: recorded in one transaction, sent to the bank outside of any, closed in a
 * second. */
#include "app/remittance/drop_payment.h"

#include <string.h>

#include "app/merchant/merchant.h"
#include "app/people/user.h"
#include "app/remittance/rate.h"
#include "app/remittance/recipient.h"
#include "app/remittance/row.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/ensure.h"
#include "crypto/public_id.h"
#include "db/row.h"
#include "queue/queue.h"
#include "runtime/app.h"

/* Limits of a payment, in minor units. */
enum {
	REMITTANCE_MIN = 100 * 100,
	REMITTANCE_MAX = 50000 * 100,
	QR_MIN = 1 * 100,
	QR_MAX = 100000 * 100,
};

/* A payment whose process ended is looked up after the first, one that the bank has after the
 * second. */
enum { FORGOTTEN_AFTER_S = 60, LOOKUP_AFTER_S = 5 };

static const char look_up_job[] = "remittance";

/* The payee. */
struct payee {
	int64_t recipient_id;
	int64_t merchant_id;
	struct uuid account; /* of a merchant */
	const char *name;
	const char *country;
	const char *currency;
};

bool
drop_payment_is_remittance(const struct drop_payment *payment)
{
	return payment->type == DROP_REMITTANCE;
}

const char *
drop_payment_delivery(enum drop_payment_type type, const char *country)
{
	const struct corridor *corridor = corridor_find(country);

	if (type != DROP_REMITTANCE || corridor == NULL)
		return "Instant";
	return corridor->delivery;
}

static enum err
check_amount(struct ctx *ctx, const struct drop_order *in)
{
	bool abroad = in->recipient != NULL;

	if (in->amount.minor < (abroad ? REMITTANCE_MIN : QR_MIN) ||
	    in->amount.minor > (abroad ? REMITTANCE_MAX : QR_MAX))
		return quote_refuse(ctx, "amount", "RANGE",
				    abroad ? "must be from 100 to 50000 NOK"
					   : "must be from 1 to 100000 NOK");
	return ERR_OK;
}

/* Remittances require a verified identity. */
static enum err
check_person(struct ctx *ctx)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_payer_find, &rows, PARAMS(p_int(ctx->who.user_id))));
	if (row_word(&rows, 0, 0, kyc_status_words) != KYC_VERIFIED)
		return fault(&ctx->fault, ERR_KYC_REQUIRED, NULL, NULL);
	return ERR_OK;
}

static enum err
find_payee(struct ctx *ctx, const struct drop_order *in, struct payee *out)
{
	struct recipient recipient;
	struct merchant merchant;

	if (in->recipient != NULL) {
		TRY(recipient_find(ctx, in->recipient, &recipient));
		*out = (struct payee){.recipient_id = recipient.recipient_id,
				      .name = recipient.name,
				      .country = recipient.country,
				      .currency = recipient.currency};
		return ERR_OK;
	}
	TRY(merchant_find(ctx, in->merchant, &merchant));
	if (merchant.user_id == ctx->who.user_id)
		return fault(&ctx->fault, ERR_BAD_REQUEST, "merchantId",
			     "You can't pay your own QR code");
	*out = (struct payee){.merchant_id = merchant.merchant_id,
			      .account = merchant.account,
			      .name = merchant.business_name,
			      .country = "NO",
			      .currency = RATE_BASE};
	return ERR_OK;
}

static enum err
find_bank_account(struct ctx *ctx, const char *id, struct bank_account *out)
{
	bool found = true;

	if (id != NULL)
		return bank_account_get(ctx, ctx->who.user_id, id, out);
	TRY(bank_account_primary(ctx, ctx->who.user_id, out, &found));
	return found ? ERR_OK : fault(&ctx->fault, ERR_NO_BANK_ACCOUNT, NULL, NULL);
}

/* The bank pays the operator's account, from which payees are paid. */
static enum err
reserve(struct ctx *ctx, const char *drop_id, const struct payee *payee, const struct quote *quote,
	const struct bank_account *account, struct bank_payment *out)
{
	const struct config *config = ctx->app->config;
	struct bank_order order = {
		.bank_account_id = account->bank_account_id,
		.amount = quote->total,
		.reference = drop_id,
		.creditor_name = config->clearing_name,
		.creditor_account = config->clearing_account,
		.text = arena_printf(ctx->arena, "Drop: %s", payee->name),
	};

	if (config->clearing_account[0] == '\0')
		return fault(&ctx->fault, ERR_UNAVAILABLE, NULL, "Payments are not configured yet");
	return bank_reserve(ctx, &order, out);
}

static enum err
insert(struct ctx *ctx, const char *drop_id, const struct payee *payee, const struct quote *quote,
       const char *bank_name, int64_t transaction_id)
{
	return db_run(ctx, SQL_drop_payment_insert, NULL,
		      PARAMS(p_text(drop_id), p_int(ctx->who.user_id),
			     p_word(drop_payment_type_words, quote->type),
			     p_id(payee->recipient_id), p_id(payee->merchant_id),
			     p_text(payee->name), p_text(payee->country),
			     p_int(quote->amount.minor), p_int(quote->fee.minor),
			     p_int(quote->total.minor), p_id(quote->rate_id),
			     p_int(quote->receive.minor), p_text(quote->receive.currency->code),
			     p_text(bank_name), p_int(transaction_id)));
}

/* Return it as stored. */
static enum err
show(struct ctx *ctx, const char *drop_id, struct drop_payment *out)
{
	struct drop_payment_row row;

	TRY(drop_payment_row_lock(ctx, drop_id, &row));
	drop_payment_row_show(&row, out);
	return ERR_OK;
}

enum err
drop_payment_open(struct ctx *ctx, const struct drop_order *in, struct drop_payment *out)
{
	enum drop_payment_type type = in->recipient != NULL ? DROP_REMITTANCE : DROP_QR_PAYMENT;
	const char *drop_id = drop_id_new(ctx->arena, in->recipient != NULL ? "tx_rem" : "tx_qr");
	struct bank_account account;
	int64_t transaction_id;
	struct payee payee = {.recipient_id = 0};
	struct quote quote;

	*out = (struct drop_payment){.drop_id = drop_id};
	TRY(check_amount(ctx, in));
	if (in->recipient != NULL)
		TRY(check_person(ctx));
	TRY(find_payee(ctx, in, &payee));
	TRY(find_bank_account(ctx, in->bank_account, &account));
	TRY(quote_of(ctx, type, payee.recipient_id, in->amount, payee.currency, &quote));
	TRY(reserve(ctx, drop_id, &payee, &quote, &account, &out->bank));
	TRY(drop_payment_owe(ctx, drop_id, &quote, payee.account, &transaction_id));
	TRY(insert(ctx, drop_id, &payee, &quote, account.bank_name, transaction_id));
	TRY(queue_add(ctx, look_up_job, drop_id, FORGOTTEN_AFTER_S));
	return show(ctx, drop_id, out);
}

enum err
drop_payment_resume(struct ctx *ctx, const char *drop_id, struct drop_payment *out)
{
	*out = (struct drop_payment){.resumed = true};
	TRY(show(ctx, drop_id, out));
	return bank_payment_find(ctx, drop_id, &out->bank);
}

void
drop_payment_call(struct ctx *ctx, struct drop_payment *payment)
{
	if (ensure(ctx, ctx->db == NULL) != ERR_OK)
		return;
	if (payment->resumed)
		bank_payment_status(ctx, &payment->bank);
	else
		bank_pay(ctx, &payment->bank);
}

enum err
drop_payment_close(struct ctx *ctx, struct drop_payment *payment)
{
	struct drop_payment_row row;

	TRY(bank_close(ctx, &payment->bank));
	TRY(drop_payment_row_lock(ctx, payment->drop_id, &row));
	TRY(drop_payment_apply_event(ctx, &row, &payment->bank));
	if (payment->bank.state == BANK_PAYMENT_PENDING)
		TRY(queue_add(ctx, look_up_job, payment->drop_id, LOOKUP_AFTER_S));
	return show(ctx, payment->drop_id, payment);
}

enum err
drop_payment_refusal(struct ctx *ctx, const struct drop_payment *payment)
{
	return bank_refusal(ctx, &payment->bank);
}

enum err
drop_payment_settle(struct ctx *ctx, const struct bank_payment *bank)
{
	struct drop_payment_row row;

	TRY(drop_payment_row_lock(ctx, bank->order.reference, &row));
	return drop_payment_apply_event(ctx, &row, bank);
}

static enum err
close_look_up(struct ctx *ctx, void *arg)
{
	struct bank_payment *bank = arg;

	TRY(bank_close(ctx, bank));
	return drop_payment_settle(ctx, bank);
}

enum err
drop_payment_look_up(struct ctx *ctx, const char *drop_id, bool *settled)
{
	struct bank_payment bank;

	*settled = false;
	TRY(bank_payment_find(ctx, drop_id, &bank));
	if (bank.state == BANK_PAYMENT_PENDING) {
		bank_payment_status(ctx, &bank);
		TRY(db_persist(ctx, close_look_up, &bank));
	}
	*settled = bank.state != BANK_PAYMENT_PENDING;
	return ERR_OK;
}

enum err
drop_payment_get(struct ctx *ctx, const char *drop_id, struct drop_payment *out)
{
	struct drop_payment_row row = {0};
	struct rows rows;

	TRY(db_run(ctx, SQL_drop_payment_find, &rows, PARAMS(p_text(drop_id))));
	if (rows.count > 0)
		drop_payment_row_scan(&rows, 0, &row);
	if (rows.count == 0 || row.user_id != ctx->who.user_id)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Transaction not found");
	*out = (struct drop_payment){.drop_id = NULL};
	drop_payment_row_show(&row, out);
	return ERR_OK;
}
