/* Redemption: whoever has the code takes money, for themselves or for whom they pay. */
#include <string.h>

#include "app/voucher_code.h"
#include "app/voucher_guess.h"
#include "app/voucher_store.h"
#include "base/arena.h"
#include "db/row.h"
#include "ledger/ledger.h"

/* The hyphens are those of the document. */
#define EASYPAY_REFUSED \
	"EasyPay codes (14 digits) cannot be redeemed. Use the 16\u2011digit MMVoucher code."

/* Who gets the money. */
struct receiver {
	int64_t ledger_id;
	struct uuid account;
};

/* The account of a merchant or service provider; made when first needed. */
static enum err
payee_account(struct ctx *ctx, const char *kind, const char *code, struct receiver *out)
{
	struct rows rows;
	int64_t account_id;

	TRY(ledger_of(ctx, 0, MODE_LIVE, &out->ledger_id));
	TRY(db_run(ctx, SQL_payee_find, &rows, PARAMS(p_text(kind), p_text(code))));
	if (rows.count == 0) {
		TRY(db_run(ctx, SQL_payee_insert, &rows, PARAMS(p_text(kind), p_text(code))));
		if (rows.count > 0) {
			int64_t payee_id = row_int(&rows, 0, 0);

			TRY(ledger_open_account(ctx, out->ledger_id, ACCOUNT_PAYABLES,
						voucher_currency(), &account_id, &out->account));
			return db_run(ctx, SQL_payee_set_account, NULL,
				      PARAMS(p_int(payee_id), p_int(account_id)));
		}
		TRY(db_run(ctx, SQL_payee_find, &rows, PARAMS(p_text(kind), p_text(code))));
	}
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_RETRY, NULL, NULL);
	out->account = row_uuid(&rows, 0, 0);
	return ERR_OK;
}

static enum err
receiver_of(struct ctx *ctx, const struct redemption_order *in, struct receiver *out)
{
	struct personal_wallet wallet = {0};

	if (in->merchant != NULL)
		return payee_account(ctx, "merchant", in->merchant, out);
	if (in->service_provider != NULL)
		return payee_account(ctx, "service_provider", in->service_provider, out);
	TRY(personal_wallet(ctx, ctx->who.user_id, voucher_currency(), &wallet));
	*out = (struct receiver){wallet.ledger_id, wallet.id};
	return ERR_OK;
}

/* Whether the voucher, as it is locked, gives the amount. */
static enum err
check(struct ctx *ctx, const struct voucher *voucher, bool live, struct money amount)
{
	bool redeemed = strcmp(voucher->status, "redeemed") == 0;
	char left[MONEY_TEXT_MAX];

	if (redeemed && voucher->refunded.minor == 0)
		return fault(&ctx->fault, ERR_INSUFFICIENT_FUNDS, NULL,
			     "The voucher has been fully redeemed");
	if (voucher->max_redemptions > 0 && voucher->redemptions >= voucher->max_redemptions)
		return fault(&ctx->fault, ERR_INSUFFICIENT_FUNDS, NULL,
			     "The voucher has been redeemed as often as it may be");
	if (!live || strcmp(voucher->status, "active") != 0)
		return fault(&ctx->fault, ERR_VOUCHER_EXPIRED, NULL, NULL);
	if (amount.minor > voucher->balance.minor)
		return fault(&ctx->fault, ERR_INSUFFICIENT_FUNDS, NULL,
			     "The voucher has %s ZAR left", money_text(left, voucher->balance));
	return ERR_OK;
}

static struct voucher_entry
redemption_entry(struct ctx *ctx, const struct receiver *receiver, struct money amount,
		 const struct voucher *voucher)
{
	return (struct voucher_entry){
		.voucher = voucher,
		.ledger_id = receiver->ledger_id,
		.event = arena_printf(ctx->arena, "redeem/%lld",
				      (long long)voucher->redemptions + 1),
		.type = "voucher_redemption",
		.description = "Voucher redeemed",
		.postings = {{ledger_system_account(receiver->ledger_id, ACCOUNT_VOUCHERS_ACTIVE,
						    voucher_currency()->code),
			      receiver->account, amount.minor}},
		.count = 1,
	};
}

/* What is left of it goes back to the issuer. */
static enum err
rest_entry(struct ctx *ctx, const struct voucher *voucher, int64_t rest, struct voucher_entry *out)
{
	struct personal_wallet issuer = {0};

	TRY(personal_wallet(ctx, voucher->user_id, voucher_currency(), &issuer));
	*out = (struct voucher_entry){
		.voucher = voucher,
		.ledger_id = issuer.ledger_id,
		.event = VOUCHER_REST_EVENT,
		.type = "voucher_refund",
		.description = VOUCHER_REST_WORDS,
		.postings = {{ledger_system_account(issuer.ledger_id, ACCOUNT_VOUCHERS_ACTIVE,
						    voucher_currency()->code),
			      issuer.id, rest}},
		.count = 1,
	};
	return ERR_OK;
}

/* The redemption and, after the last one, the rest: both are posted at once, so that the accounts of
 * both are locked in order. A wallet that takes nothing leaves the rest for later. */
static enum err
post(struct ctx *ctx, struct voucher_entry *entries, size_t n, bool *refunded)
{
	struct ledger_transaction *transactions[2];

	for (size_t i = 0; i < n; i++) {
		transactions[i] = voucher_transaction(ctx, &entries[i]);
		entries[i].transaction = transactions[i];
	}
	TRY(ledger_post(ctx, transactions, n));
	*refunded = n > 1 && transactions[1]->err == ERR_OK;
	return ledger_report(ctx, transactions[0]);
}

static enum err
pay(struct ctx *ctx, const struct redemption_order *in, const struct receiver *receiver,
    struct money amount, struct voucher *voucher)
{
	int64_t number = voucher->redemptions + 1;
	int64_t rest = voucher->balance.minor - amount.minor;
	bool last = voucher->max_redemptions > 0 && number == voucher->max_redemptions;
	struct voucher_entry entries[2] = {redemption_entry(ctx, receiver, amount, voucher)};
	bool refunded = false;
	bool live = false;
	size_t n = last && rest > 0 ? 2 : 1;

	if (n > 1)
		TRY(rest_entry(ctx, voucher, rest, &entries[1]));
	TRY(post(ctx, entries, n, &refunded));
	TRY(db_run(ctx, SQL_redemption_insert, NULL,
		   PARAMS(p_int(entries[0].transaction->transaction_id), p_int(voucher->voucher_id),
			  p_int(number), p_int(ctx->who.user_id), p_text(in->redeemer),
			  p_text(in->merchant), p_text(in->service_provider),
			  p_int(amount.minor))));
	TRY(db_run(ctx, SQL_voucher_redeem, NULL,
		   PARAMS(p_int(voucher->voucher_id), p_int(amount.minor), p_bool(last),
			  p_bool(refunded))));
	return voucher_get(ctx, voucher->voucher_id, false, voucher, &live);
}

/* Only the 16 digits are money. */
static enum err
read_code(struct ctx *ctx, const char *text, char code[VOUCHER_REFERENCE_SIZE])
{
	switch (voucher_form_of(text, code)) {
	case VOUCHER_CODE:
		return ERR_OK;
	case VOUCHER_EASYPAY:
		return fault(&ctx->fault, ERR_INVALID_VOUCHER_CODE, NULL, "%s", EASYPAY_REFUSED);
	case VOUCHER_REFERENCE:
	case VOUCHER_NO_FORM:
		break;
	}
	return fault(&ctx->fault, ERR_INVALID_VOUCHER_CODE, NULL, NULL);
}

enum err
voucher_redeem(struct ctx *ctx, const struct redemption_order *in, struct voucher *out,
	       struct money *amount, bool *guessed)
{
	char code[VOUCHER_REFERENCE_SIZE];
	unsigned char digest[KEYED_DIGEST_SIZE];
	struct receiver receiver;
	struct rows rows;
	bool live = false;

	*guessed = false;
	TRY(read_code(ctx, in->code, code));
	if (money_from_decimal(amount, in->amount, voucher_currency()) != MONEY_OK)
		return fault(&ctx->fault, ERR_INVALID_AMOUNT, NULL,
			     "The amount must have at most 2 decimals");
	TRY(guess_allowed(ctx));
	voucher_digest(ctx, code, digest);
	TRY(db_run(ctx, SQL_voucher_by_digest, &rows, PARAMS(p_bytes(digest, sizeof(digest)))));
	if (rows.count == 0) {
		*guessed = true;
		return guess_wrong(ctx);
	}
	TRY(receiver_of(ctx, in, &receiver));
	TRY(voucher_lock(ctx, voucher_found(&rows), false, out, &live));
	TRY(check(ctx, out, live, *amount));
	return pay(ctx, in, &receiver, *amount, out);
}
