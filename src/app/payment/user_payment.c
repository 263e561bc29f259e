#include "app/payment/user_payment.h"

#include <string.h>

#include "app/payment/payment.h"
#include "app/people/user.h"
#include "app/wallet/transaction.h"
#include "base/arena.h"
#include "base/config.h"
#include "crypto/random.h"
#include "db/row.h"
#include "ledger/ledger.h"
#include "runtime/app.h"

enum { DEPOSIT_MIN_MINOR = 100 * 100, TAIL_CHARACTERS = 8 };

/* "DEP_1734256800_4K9ZQ2MX": bytes that would bias the distribution are drawn again. */
static const char *
new_reference(struct ctx *ctx, const char *prefix)
{
	static const char base36[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	enum { FAIR = 36 * 7 };
	char tail[TAIL_CHARACTERS + 1] = {0};
	unsigned char byte;

	for (size_t i = 0; i < TAIL_CHARACTERS;) {
		random_bytes(&byte, 1);
		if (byte < FAIR)
			tail[i++] = base36[byte % 36];
	}
	return arena_printf(ctx->arena, "%s_%lld_%s", prefix, (long long)(ctx->now.us / SECOND_US),
			    tail);
}

/* Paystack's alphabet has no "_". */
static const char *
as_paystack_knows(struct arena *arena, const char *reference)
{
	char *text = arena_strdup(arena, reference);

	for (char *p = text; *p != '\0'; p++)
		if (*p == '_')
			*p = '-';
	return text;
}

enum err
user_wallet_naira(struct ctx *ctx, struct user_wallet *out)
{
	return user_wallet(ctx, ctx->who.user_id, currency_find("NGN"), out);
}

/* An order of the caller, under a reference. */
static enum err
deposit_order(struct ctx *ctx, const char *reference, struct payment_order *out)
{
	struct user_wallet wallet;
	struct user user = {0};

	TRY(user_wallet_naira(ctx, &wallet));
	TRY(user_get(ctx, ctx->who.user_id, &user));
	*out = (struct payment_order){
		.mode = MODE_LIVE,
		.user_id = ctx->who.user_id,
		.provider = "paystack",
		.type = TRANSACTION_DEPOSIT,
		.abandon = true,
		.wallet = wallet.id,
		.ledger_id = wallet.ledger_id,
		.email = user.email,
		.reference = reference,
		.provider_reference = as_paystack_knows(ctx->arena, reference),
		.callback_url = arena_printf(ctx->arena, "%s/api/v1/wallet/deposit/%s/status",
					     ctx->app->config->public_url, reference),
	};
	return ERR_OK;
}

enum err
user_deposit(struct ctx *ctx, struct decimal amount, struct payment *out)
{
	struct payment_order order;
	struct money asked;
	enum err err;

	TRY(transaction_amount(ctx, amount, "NGN", &asked));
	if (asked.minor < DEPOSIT_MIN_MINOR) {
		violation_add(ctx->arena, &ctx->fault, "amount", "RANGE", "must be at least 100");
		return ERR_VALIDATION;
	}
	TRY(deposit_order(ctx, new_reference(ctx, "DEP"), &order));
	order.amount = asked;
	err = payment_open(ctx, &order, out);
	if (err == ERR_PROVIDER_INACTIVE) /* nothing that the user could fix */
		return fault(&ctx->fault, ERR_UNAVAILABLE, NULL,
			     "Deposits are not available right now");
	return err;
}

enum err
user_deposit_find(struct ctx *ctx, const char *reference, struct payment *out)
{
	struct user_wallet wallet;
	enum err err;

	TRY(user_wallet_naira(ctx, &wallet));
	err = payment_by_reference(ctx, wallet.ledger_id, ctx->who.user_id, reference, out);
	if (err == ERR_NOT_FOUND || (err == ERR_OK && out->withdrawal))
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Transaction not found");
	return err;
}

enum err
user_deposit_resume(struct ctx *ctx, const char *reference, struct payment *out)
{
	struct payment_order order;
	struct payment opened;

	TRY(user_deposit_find(ctx, reference, &opened));
	TRY(deposit_order(ctx, reference, &order));
	order.amount = opened.amount;
	return payment_resume(ctx, opened.public_id, &order, out);
}

static enum err
no_recipient(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Recipient wallet not found");
}

/* The receiving wallet. */
static enum err
find_recipient(struct ctx *ctx, const char *number, const struct user_wallet *sender,
	       struct user_wallet *out)
{
	enum err err = user_wallet_by_number(ctx, number, out);

	if (err == ERR_NOT_FOUND)
		return no_recipient(ctx);
	TRY(err);
	if (out->account_id == sender->account_id)
		return fault(&ctx->fault, ERR_BAD_REQUEST, NULL, "Cannot transfer to own wallet");
	return ERR_OK;
}

enum err
user_transfer(struct ctx *ctx, const struct user_transfer_order *in, struct user_transfer *out)
{
	struct user_wallet from;
	struct user_wallet to;
	struct posting_result result;
	struct posting posting;
	struct ledger_transaction transaction = {
		.currency = "NGN",
		.type = TRANSACTION_TRANSFER,
		.metadata = "{}",
		.count = 1,
		.results = &result,
	};
	enum err err;

	TRY(transaction_amount(ctx, in->amount, "NGN", &out->amount));
	TRY(user_wallet_naira(ctx, &from));
	TRY(find_recipient(ctx, in->number, &from, &to));
	posting = (struct posting){from.id, to.id, out->amount.minor};
	transaction.postings = &posting;
	transaction.ledger_id = from.ledger_id;
	transaction.reference = new_reference(ctx, "TRF");
	ledger_content(ctx, &transaction);
	err = ledger_submit(ctx, &transaction);
	if (err == ERR_NOT_FOUND) /* closed since it was looked up */
		return no_recipient(ctx);
	if (err == ERR_INSUFFICIENT_FUNDS)
		return fault(&ctx->fault, err, NULL, "Insufficient balance");
	TRY(err);
	out->reference = transaction.reference;
	out->number = to.number;
	return ERR_OK;
}
