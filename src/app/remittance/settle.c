/* Ledger postings of a payment of Drop, and its settlement. */
#include "app/events/notification.h"
#include "app/remittance/rate.h"
#include "app/remittance/row.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/word.h"
#include "ledger/account.h"
#include "ledger/ledger.h"

enum { POSTINGS = 2 };

/* The accounts of the platform's live ledger between which a payment moves money. */
struct accounts {
	int64_t ledger_id;
	struct uuid clearing; /* at the banks */
	struct uuid payee;    /* payable to the merchant, or for remittances */
	struct uuid fees;
};

static enum err
find_accounts(struct ctx *ctx, struct uuid merchant_account, struct accounts *out)
{
	static const int64_t kinds[] = {ACCOUNT_INITIATION_CLEARING, ACCOUNT_PAYABLES,
					ACCOUNT_FEE_REVENUE};

	TRY(ledger_of(ctx, 0, MODE_LIVE, &out->ledger_id));
	TRY(ledger_open_system_accounts(ctx, out->ledger_id, kinds, COUNT(kinds),
					currency_find(RATE_BASE)));
	out->clearing =
		ledger_system_account(out->ledger_id, ACCOUNT_INITIATION_CLEARING, RATE_BASE);
	out->payee = merchant_account;
	if (uuid_is_nil(merchant_account))
		out->payee = ledger_system_account(out->ledger_id, ACCOUNT_PAYABLES, RATE_BASE);
	out->fees = ledger_system_account(out->ledger_id, ACCOUNT_FEE_REVENUE, RATE_BASE);
	return ERR_OK;
}

/* The postings of a payment. */
struct booking {
	const char *drop_id;
	enum transaction_type type;
	const struct posting *postings;
	size_t count;
	int64_t reverses; /* transaction, or 0 */
};

/* The reference is one that clients can't use: '/' is not in their alphabet. */
static enum err
post(struct ctx *ctx, int64_t ledger_id, const struct booking *booking, int64_t *transaction_id)
{
	struct ledger_transaction t = {
		.ledger_id = ledger_id,
		.currency = RATE_BASE,
		.reference = arena_printf(ctx->arena, "drop/%s/%s", booking->drop_id,
					  word_text(transaction_type_words, booking->type)),
		.type = booking->type,
		.metadata = "{}",
		.reverses = booking->reverses,
		.postings = booking->postings,
		.count = booking->count,
		.results = arena_array(ctx->arena, booking->count, sizeof(*t.results)),
	};

	ledger_content(ctx, &t);
	TRY(ledger_submit(ctx, &t));
	*transaction_id = t.transaction_id;
	return ERR_OK;
}

/* The postings of a payment; returns their number. A fee may be zero. */
static size_t
postings_of(const struct accounts *accounts, int64_t total, int64_t fee,
	    struct posting out[POSTINGS])
{
	out[0] = (struct posting){accounts->clearing, accounts->payee, total - fee};
	out[1] = (struct posting){accounts->clearing, accounts->fees, fee};
	return fee > 0 ? 2 : 1;
}

enum err
drop_payment_owe(struct ctx *ctx, const char *drop_id, const struct quote *quote,
		 struct uuid merchant_account, int64_t *transaction_id)
{
	struct posting postings[POSTINGS];
	struct accounts accounts;
	enum transaction_type type;
	size_t n;

	TRY(find_accounts(ctx, merchant_account, &accounts));
	n = postings_of(&accounts, quote->total.minor, quote->fee.minor, postings);
	type = quote->type == DROP_REMITTANCE ? TRANSACTION_REMITTANCE : TRANSACTION_QR_PAYMENT;
	return post(ctx, accounts.ledger_id, &(struct booking){drop_id, type, postings, n, 0},
		    transaction_id);
}

static bool
is_remittance(const struct drop_payment_row *row)
{
	return uuid_is_nil(row->merchant_account);
}

/* "2000 NOK to Mama Jasmina" */
static const char *
what(struct ctx *ctx, const struct drop_payment_row *row)
{
	char amount[MONEY_TEXT_MAX];

	return arena_printf(
		ctx->arena, "%s " RATE_BASE " to %s",
		money_text_short(amount, (struct money){row->amount, currency_find(RATE_BASE)}),
		row->payee_name);
}

static enum err
complete(struct ctx *ctx, const struct drop_payment_row *row, bool settled)
{
	bool first = row->status == BANK_ORDER_PROCESSING;
	struct accounts accounts;
	struct posting payout;
	int64_t payout_id = 0;

	if (is_remittance(row)) {
		TRY(find_accounts(ctx, row->merchant_account, &accounts));
		payout = (struct posting){accounts.payee, accounts.clearing, row->amount};
		TRY(post(ctx, accounts.ledger_id,
			 &(struct booking){row->drop_id, TRANSACTION_PAYOUT, &payout, 1, 0},
			 &payout_id));
	}
	TRY(db_run(ctx, SQL_drop_payment_complete, NULL,
		   PARAMS(p_int(row->drop_payment_id), p_id(payout_id), p_bool(settled))));
	if (!first)
		return ERR_OK;
	return notification_add(ctx, row->user_id, NOTIFY_PAYMENT, "Payment completed",
				arena_printf(ctx->arena, "You have sent %s.", what(ctx, row)),
				row->drop_id);
}

static enum err
fail(struct ctx *ctx, const struct drop_payment_row *row, const char *problem)
{
	struct posting moved[POSTINGS];
	struct posting back[POSTINGS];
	struct accounts accounts;
	int64_t reversal_id;
	size_t n;

	TRY(find_accounts(ctx, row->merchant_account, &accounts));
	n = postings_of(&accounts, row->total, row->fee, moved);
	for (size_t i = 0; i < n; i++)
		back[i] = (struct posting){moved[i].to, moved[i].from, moved[i].amount};
	TRY(post(
		ctx, accounts.ledger_id,
		&(struct booking){row->drop_id, TRANSACTION_REVERSAL, back, n, row->transaction_id},
		&reversal_id));
	TRY(db_run(ctx, SQL_drop_payment_fail, NULL,
		   PARAMS(p_int(row->drop_payment_id), p_int(reversal_id), p_text(problem))));
	return notification_add(ctx, row->user_id, NOTIFY_PAYMENT, "Payment failed",
				arena_printf(ctx->arena,
					     "Your payment of %s failed. You keep the money.",
					     what(ctx, row)),
				row->drop_id);
}

enum err
drop_payment_apply_event(struct ctx *ctx, const struct drop_payment_row *row,
			 const struct bank_payment *bank)
{
	bool processing = row->status == BANK_ORDER_PROCESSING;

	if (row->status == BANK_ORDER_FAILED || row->settled_at.us != 0)
		return ERR_OK;
	switch (bank->state) {
	case BANK_PAYMENT_PENDING:
		if (is_remittance(row) || !processing || !bank->accepted || bank->sca_url != NULL)
			return ERR_OK;
		return complete(ctx, row, false);
	case BANK_PAYMENT_SETTLED:
		return complete(ctx, row, true);
	case BANK_PAYMENT_FAILED:
		return fail(ctx, row, bank->problem);
	}
	return ERR_OK;
}
