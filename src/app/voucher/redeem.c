/* Redemption: anyone who has the code can take money, for themselves or for a payee. */
#include <string.h>

#include "app/voucher/code.h"
#include "app/voucher/guess.h"
#include "app/voucher/payee.h"
#include "app/voucher/store.h"
#include "base/arena.h"
#include "db/row.h"
#include "ledger/account.h"
#include "ledger/ledger.h"

/* The hyphens are those of the document. */
#define EASYPAY_REFUSED \
	"EasyPay codes (14 digits) cannot be redeemed. Use the 16\u2011digit MMVoucher code."

const char *const paid_to_words[] = {"wallet", "merchant", "service_provider", NULL};

/* The recipient of the money. */
struct receiver {
	struct user_wallet wallet; /* of who redeems */
	struct uuid account;
	enum paid_to paid_to;
};

/* The first of merchant and service provider that the operator has registered, or the wallet. */
static enum err
receiver_of(struct ctx *ctx, const struct redemption_order *in, struct receiver *out)
{
	const struct {
		enum paid_to paid_to;
		enum payee_kind kind;
		const char *code;
	} payees[] = {
		{PAID_TO_MERCHANT, PAYEE_MERCHANT, in->merchant},
		{PAID_TO_SERVICE_PROVIDER, PAYEE_SERVICE_PROVIDER, in->service_provider},
	};

	*out = (struct receiver){.paid_to = PAID_TO_WALLET};
	TRY(user_wallet(ctx, ctx->who.user_id, voucher_currency(), &out->wallet));
	for (size_t i = 0; i < COUNT(payees); i++) {
		TRY(payee_account(ctx, payees[i].kind, payees[i].code, &out->account));
		if (!uuid_is_nil(out->account)) {
			out->paid_to = payees[i].paid_to;
			return ERR_OK;
		}
	}
	out->account = out->wallet.id;
	return ERR_OK;
}

/* Whether the locked voucher covers the amount. */
static enum err
check(struct ctx *ctx, const struct voucher *voucher, bool live, struct money amount)
{
	bool redeemed = voucher->status == VOUCHER_REDEEMED;
	char left[MONEY_TEXT_MAX];

	if (redeemed && voucher->refunded.minor == 0)
		return fault(&ctx->fault, ERR_INSUFFICIENT_FUNDS, NULL,
			     "The voucher has been fully redeemed");
	if (voucher->max_redemptions > 0 && voucher->redemptions >= voucher->max_redemptions)
		return fault(&ctx->fault, ERR_INSUFFICIENT_FUNDS, NULL,
			     "The voucher has reached its maximum number of redemptions");
	if (!live || voucher->status != VOUCHER_ACTIVE)
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
		.ledger_id = receiver->wallet.ledger_id,
		.event = arena_printf(ctx->arena, "redeem/%lld",
				      (long long)voucher->redemptions + 1),
		.type = TRANSACTION_VOUCHER_REDEMPTION,
		.description = "Voucher redeemed",
		.postings = {{ledger_system_account(receiver->wallet.ledger_id,
						    ACCOUNT_VOUCHERS_ACTIVE,
						    voucher_currency()->code),
			      receiver->account, amount.minor}},
		.count = 1,
	};
}

/* The rest is returned to the issuer. */
static enum err
rest_entry(struct ctx *ctx, const struct voucher *voucher, int64_t rest, struct voucher_entry *out)
{
	struct user_wallet issuer = {0};

	TRY(user_wallet(ctx, voucher->user_id, voucher_currency(), &issuer));
	*out = (struct voucher_entry){
		.voucher = voucher,
		.ledger_id = issuer.ledger_id,
		.event = VOUCHER_REST_EVENT,
		.type = TRANSACTION_VOUCHER_REFUND,
		.description = VOUCHER_REST_WORDS,
		.postings = {{ledger_system_account(issuer.ledger_id, ACCOUNT_VOUCHERS_ACTIVE,
						    voucher_currency()->code),
			      issuer.id, rest}},
		.count = 1,
	};
	return ERR_OK;
}

/* The redemption and, after the last one, the rest: both are posted together, so that the
 * accounts of both are locked in order. A wallet that can't receive money leaves the rest for
 * later. */
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

/* The balance of the redeemer's wallet, who may be the issuer. */
static int64_t
wallet_after(struct ctx *ctx, const struct receiver *receiver, const struct voucher_entry *entries,
	     bool refunded)
{
	if (refunded && entries[0].voucher->user_id == ctx->who.user_id)
		return entries[1].results[0].to_balance;
	return uuid_equal(receiver->account, receiver->wallet.id) ? entries[0].results[0].to_balance
								  : receiver->wallet.balance.minor;
}

static enum err
pay(struct ctx *ctx, const struct redemption_order *in, const struct receiver *receiver,
    struct redeemed *out)
{
	struct voucher *voucher = &out->voucher;
	int64_t number = voucher->redemptions + 1;
	int64_t rest = voucher->balance.minor - out->amount.minor;
	bool last = voucher->max_redemptions > 0 && number == voucher->max_redemptions;
	struct voucher_entry entries[2] = {redemption_entry(ctx, receiver, out->amount, voucher)};
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
			  p_int(out->amount.minor))));
	TRY(db_run(ctx, SQL_voucher_redeem, NULL,
		   PARAMS(p_int(voucher->voucher_id), p_int(out->amount.minor), p_bool(last),
			  p_bool(refunded))));
	out->paid_to = receiver->paid_to;
	out->receipt = voucher_receipt(&entries[0], wallet_after(ctx, receiver, entries, refunded));
	return voucher_get(ctx, voucher->voucher_id, false, voucher, &live);
}

/* Only the 16-digit code can be redeemed. */
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
voucher_redeem(struct ctx *ctx, const struct redemption_order *in, struct redeemed *out,
	       bool *guessed)
{
	char code[VOUCHER_REFERENCE_SIZE];
	unsigned char digest[KEYED_DIGEST_SIZE];
	struct receiver receiver;
	struct rows rows;
	bool live = false;

	*guessed = false;
	TRY(read_code(ctx, in->code, code));
	if (in->amount.present &&
	    money_from_decimal(&out->amount, in->amount, voucher_currency()) != MONEY_OK)
		return fault(&ctx->fault, ERR_INVALID_AMOUNT, NULL,
			     "The amount must have at most 2 decimals");
	TRY(guess_allowed(ctx));
	voucher_digest(ctx, code, digest);
	TRY(db_run(ctx, SQL_voucher_by_digest, &rows, PARAMS(p_bytes(digest, sizeof(digest)))));
	if (rows.count == 0) {
		*guessed = true;
		return guess_wrong(ctx);
	}
	out->code = arena_strdup(ctx->arena, code);
	TRY(receiver_of(ctx, in, &receiver));
	TRY(voucher_lock(ctx, voucher_found(&rows), false, &out->voucher, &live));
	if (!in->amount.present)
		out->amount = out->voucher.balance;
	TRY(check(ctx, &out->voucher, live, out->amount));
	return pay(ctx, in, &receiver, out);
}
