#include "app/merchant/payout.h"

#include <string.h>

#include "app/bank/bank.h"
#include "app/events/notification.h"
#include "app/people/user.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/email.h"
#include "base/ensure.h"
#include "base/log.h"
#include "base/text.h"
#include "base/word.h"
#include "crypto/public_id.h"
#include "db/row.h"
#include "ledger/account.h"
#include "ledger/ledger.h"
#include "queue/queue.h"
#include "runtime/app.h"

#define MINUTE_US (60 * SECOND_US)
#define HOUR_US   (60 * MINUTE_US)
#define DAY_US    (24 * HOUR_US)

/* A payout whose process ended is looked up after the first, one that the bank has after the
 * second. */
enum { FORGOTTEN_AFTER_S = 60, LOOKUP_AFTER_S = 5 };

static const char currency[] = "NOK";

struct instant
payout_hour_before(const struct ctx *ctx, struct instant at)
{
	int64_t hour_us = ctx->app->config->payout_hour * HOUR_US;

	return (struct instant){(at.us - hour_us) / DAY_US * DAY_US + hour_us};
}

struct instant
payout_hour_after(const struct ctx *ctx, struct instant at)
{
	return (struct instant){payout_hour_before(ctx, at).us + DAY_US};
}

/* A merchant with a balance due. */
struct creditor {
	int64_t merchant_id;
	int64_t user_id;
	const char *business_name;
	struct uuid account;
	int64_t ledger_id;
};

static const struct column creditor_columns[] = {
	COLUMN(struct creditor, merchant_id),   COLUMN(struct creditor, user_id),
	COLUMN(struct creditor, business_name), COLUMN(struct creditor, account),
	COLUMN(struct creditor, ledger_id),
};

/* The payout that is opened for it. */
struct opened {
	int64_t merchant_payout_id;
	int64_t amount;
	const char *bank_account;
	int64_t payments;
};

static const struct column opened_columns[] = {
	COLUMN(struct opened, merchant_payout_id),
	COLUMN(struct opened, amount),
	COLUMN(struct opened, bank_account),
	COLUMN(struct opened, payments),
};

/* The stored row. */
struct payout {
	int64_t merchant_payout_id;
	const char *drop_id;
	int64_t user_id;
	int64_t amount;
	enum bank_order_status status;
	int64_t transaction_id;
	struct uuid account;
	int64_t ledger_id;
};

static const struct column payout_columns[] = {
	COLUMN(struct payout, merchant_payout_id),
	COLUMN(struct payout, drop_id),
	COLUMN(struct payout, user_id),
	COLUMN(struct payout, amount),
	COLUMN_WORD(struct payout, status, bank_order_status_words),
	COLUMN(struct payout, transaction_id),
	COLUMN(struct payout, account),
	COLUMN(struct payout, ledger_id),
};

/* Between the merchant's payables and the bank. A reference that clients can't use: '/' is not
 * in their alphabet. */
static enum err
post(struct ctx *ctx, const char *drop_id, int64_t ledger_id, struct posting posting,
     int64_t reverses, int64_t *transaction_id)
{
	enum transaction_type type = reverses != 0 ? TRANSACTION_REVERSAL : TRANSACTION_PAYOUT;
	struct posting_result result = {0};
	struct ledger_transaction t = {
		.ledger_id = ledger_id,
		.currency = currency,
		.reference = arena_printf(ctx->arena, "drop/%s/%s", drop_id,
					  word_text(transaction_type_words, type)),
		.type = type,
		.metadata = "{}",
		.reverses = reverses,
		.postings = &posting,
		.count = 1,
		.results = &result,
	};

	ledger_content(ctx, &t);
	TRY(ledger_submit(ctx, &t));
	*transaction_id = t.transaction_id;
	return ERR_OK;
}

static enum err
notify(struct ctx *ctx, int64_t user_id, const char *drop_id, int64_t amount, bool completed)
{
	char text[MONEY_TEXT_MAX];
	struct money money = {amount, currency_find(currency)};

	return notification_add(ctx, user_id, NOTIFY_PAYMENT,
				completed ? "Payout completed" : "Payout failed",
				arena_printf(ctx->arena,
					     completed ? "%s %s was paid to your bank account."
						       : "%s %s could not be paid to your bank "
							 "account. We will try again tomorrow.",
					     money_text_short(text, money), currency),
				drop_id);
}

static enum err
end(struct ctx *ctx, int64_t merchant_payout_id, enum bank_order_status status, int64_t reversal_id,
    const char *problem)
{
	return db_run(ctx, SQL_merchant_payout_end, NULL,
		      PARAMS(p_int(merchant_payout_id), p_word(bank_order_status_words, status),
			     p_id(reversal_id), p_text(problem)));
}

static enum err
release(struct ctx *ctx, int64_t merchant_payout_id)
{
	return db_run(ctx, SQL_merchant_payout_release, NULL, PARAMS(p_int(merchant_payout_id)));
}

struct opening {
	struct instant due_at;
	int64_t bank_account_id; /* of the operator */
	bool found;
	const char *problem; /* reason of an immediate failure, or NULL */
	bool reserved;
	struct bank_payment payment;
};

static enum err
reserve(struct ctx *ctx, struct opening *opening, const struct creditor *creditor,
	const struct opened *opened, const char *drop_id)
{
	char day[INSTANT_TEXT_MAX];
	struct bank_order order = {
		.bank_account_id = opening->bank_account_id,
		.amount = {opened->amount, currency_find(currency)},
		.reference = drop_id,
		.creditor_name = creditor->business_name,
		.creditor_account = opened->bank_account,
		.text = arena_printf(ctx->arena, "Drop %.10s", instant_text(day, opening->due_at)),
	};

	return bank_reserve(ctx, &order, &opening->payment);
}

/* A refusal of the operator's account is recorded, so that it does not delay other merchants;
 * any other error rolls everything back. */
static bool
refused(enum err err)
{
	return err == ERR_INSUFFICIENT_FUNDS || err == ERR_CONSENT_ENDED ||
	       err == ERR_CURRENCY_MISMATCH;
}

static enum err
fund(struct ctx *ctx, struct opening *opening, const struct creditor *creditor,
     const struct opened *opened, const char *drop_id)
{
	struct posting posting = {
		creditor->account,
		ledger_system_account(creditor->ledger_id, ACCOUNT_INITIATION_CLEARING, currency),
		opened->amount,
	};
	int64_t transaction_id;
	enum err err = reserve(ctx, opening, creditor, opened, drop_id);

	if (refused(err)) {
		opening->problem = arena_strdup(ctx->arena, ctx->fault.message);
		fault_clear(&ctx->fault);
		TRY(release(ctx, opened->merchant_payout_id));
		return end(ctx, opened->merchant_payout_id, BANK_ORDER_FAILED, 0, opening->problem);
	}
	TRY(err);
	TRY(post(ctx, drop_id, creditor->ledger_id, posting, 0, &transaction_id));
	TRY(db_run(ctx, SQL_merchant_payout_posted, NULL,
		   PARAMS(p_int(opened->merchant_payout_id), p_int(transaction_id))));
	opening->reserved = true;
	return queue_add(ctx, "merchant_payout", drop_id, FORGOTTEN_AFTER_S);
}

static enum err
open_one(struct ctx *ctx, void *arg)
{
	struct opening *opening = arg;
	const char *drop_id = drop_id_new(ctx->arena, "pay");
	struct creditor creditor;
	struct opened opened;
	struct rows rows;

	opening->problem = NULL;
	opening->reserved = false;
	TRY(db_run(ctx, SQL_merchant_unpaid, &rows, PARAMS(p_time(opening->due_at))));
	opening->found = rows.count > 0;
	if (!opening->found)
		return ERR_OK;
	rows_scan(&rows, 0, creditor_columns, COLUMN_COUNT(creditor_columns), &creditor);
	TRY(db_run(ctx, SQL_merchant_payout_open, &rows,
		   PARAMS(p_text(drop_id), p_int(creditor.merchant_id), p_time(opening->due_at))));
	if (rows.count == 0)
		return ERR_OK; /* another runner was faster */
	rows_scan(&rows, 0, opened_columns, COLUMN_COUNT(opened_columns), &opened);
	return fund(ctx, opening, &creditor, &opened, drop_id);
}

/* The operator's account at the bank, which receives payments by QR code. Its balance is queried
 * at most once a minute. */
static enum err
find_payer(struct ctx *ctx, struct opening *opening, bool *found)
{
	const char *email = ctx->app->config->payout_user;
	struct bank_account account;
	struct rows rows;

	*found = false;
	TRY(db_run(ctx, SQL_merchant_payer, &rows,
		   PARAMS(p_text(email_key(ctx->arena, email)),
			  p_text(email_spelling(ctx->arena, email)))));
	if (rows.count == 0)
		return ERR_OK;
	TRY(bank_account_primary(ctx, row_int(&rows, 0, 0), &account, found));
	if (!*found)
		return ERR_OK;
	if (account.status != BANK_ACCOUNT_ACTIVE)
		return fault(&ctx->fault, ERR_CONSENT_ENDED, NULL, NULL);
	if (account.balance_at.us < ctx->now.us - MINUTE_US ||
	    account.balance_at.us > ctx->now.us + MINUTE_US) /* a clock has stepped since */
		TRY(bank_accounts_refresh(ctx, account.user_id));
	opening->bank_account_id = account.bank_account_id;
	return ERR_OK;
}

static enum err
anything_due(struct ctx *ctx, struct instant due_at, bool *found)
{
	struct rows rows;

	*found = false;
	if (ctx->app->config->payout_user[0] == '\0')
		return ERR_OK;
	TRY(db_run(ctx, SQL_merchant_unpaid, &rows, PARAMS(p_time(due_at))));
	*found = rows.count > 0;
	return ERR_OK;
}

/* The bank refuses it: reverse it, and let the next payout include its payments. */
static enum err
fail(struct ctx *ctx, const struct payout *payout, const char *problem)
{
	struct posting back = {
		ledger_system_account(payout->ledger_id, ACCOUNT_INITIATION_CLEARING, currency),
		payout->account,
		payout->amount,
	};
	int64_t reversal_id;

	TRY(post(ctx, payout->drop_id, payout->ledger_id, back, payout->transaction_id,
		 &reversal_id));
	TRY(release(ctx, payout->merchant_payout_id));
	TRY(end(ctx, payout->merchant_payout_id, BANK_ORDER_FAILED, reversal_id, problem));
	return notify(ctx, payout->user_id, payout->drop_id, payout->amount, false);
}

static enum err
complete(struct ctx *ctx, const struct payout *payout)
{
	TRY(end(ctx, payout->merchant_payout_id, BANK_ORDER_COMPLETED, 0, NULL));
	return notify(ctx, payout->user_id, payout->drop_id, payout->amount, true);
}

enum err
payout_settle(struct ctx *ctx, const struct bank_payment *bank)
{
	struct payout payout;
	struct rows rows;

	TRY(db_run(ctx, SQL_merchant_payout_lock, &rows, PARAMS(p_text(bank->order.reference))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Payout not found");
	rows_scan(&rows, 0, payout_columns, COLUMN_COUNT(payout_columns), &payout);
	if (payout.status != BANK_ORDER_PROCESSING)
		return ERR_OK;
	switch (bank->state) {
	case BANK_PAYMENT_PENDING:
		return ERR_OK;
	case BANK_PAYMENT_SETTLED:
		return complete(ctx, &payout);
	case BANK_PAYMENT_FAILED:
		return fail(ctx, &payout, bank->problem);
	}
	return ERR_OK;
}

/* Record the bank's answer. The bank payment is locked first. */
static enum err
close_one(struct ctx *ctx, void *arg)
{
	struct bank_payment *bank = arg;

	TRY(bank_close(ctx, bank));
	return payout_settle(ctx, bank);
}

/* The first time; a pending one is queried soon. */
static enum err
close_opened(struct ctx *ctx, void *arg)
{
	struct bank_payment *bank = arg;

	TRY(close_one(ctx, bank));
	if (bank->state != BANK_PAYMENT_PENDING)
		return ERR_OK;
	return queue_add(ctx, "merchant_payout", bank->order.reference, LOOKUP_AFTER_S);
}

enum err
payout_open_due(struct ctx *ctx, bool *found)
{
	struct opening opening = {.due_at = payout_hour_before(ctx, ctx->now)};
	bool payable;

	TRY(ensure(ctx, ctx->db == NULL));
	*found = false;
	TRY(anything_due(ctx, opening.due_at, &payable));
	if (payable)
		TRY(find_payer(ctx, &opening, &payable));
	if (!payable)
		return ERR_OK;
	TRY(db_transact(ctx, open_one, &opening));
	if (opening.problem != NULL)
		log_event(LOG_LEVEL_ERROR, "payout", LOG_FIELDS({"problem", opening.problem, 0}));
	*found = opening.found;
	if (!opening.reserved)
		return ERR_OK;
	bank_pay(ctx, &opening.payment);
	return db_persist(ctx, close_opened, &opening.payment);
}

enum err
payout_look_up(struct ctx *ctx, const char *drop_id, bool *settled)
{
	struct bank_payment bank;

	TRY(ensure(ctx, ctx->db == NULL));
	*settled = false;
	TRY(bank_payment_find(ctx, drop_id, &bank));
	if (bank.state == BANK_PAYMENT_PENDING)
		bank_payment_status(ctx, &bank);
	TRY(db_persist(ctx, close_one, &bank));
	*settled = bank.state != BANK_PAYMENT_PENDING;
	return ERR_OK;
}
