#include "app/voucher/voucher.h"

#include <string.h>

#include "app/voucher/code.h"
#include "app/voucher/guess.h"
#include "app/voucher/store.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/config.h"
#include "db/row.h"
#include "ledger/account.h"
#include "runtime/app.h"

enum { INSERT_TRIES = 100 };

#define RAND_MINOR    INT64_C(100)
#define AMOUNT_LEAST  (5 * RAND_MINOR)
#define EASYPAY_LEAST (50 * RAND_MINOR)
#define AMOUNT_MOST   (4000 * RAND_MINOR)

static const int64_t kinds[] = {ACCOUNT_VOUCHERS_PENDING, ACCOUNT_VOUCHERS_ACTIVE,
				ACCOUNT_EASYPAY_RECEIVABLE, ACCOUNT_EASYPAY_SUSPENSE};

static bool
is_easypay(const struct voucher_order *order)
{
	return order->type == VOUCHER_EASYPAY_PENDING;
}

static enum err
check_amount(struct ctx *ctx, const struct voucher_order *in, struct money *out)
{
	int64_t least = is_easypay(in) ? EASYPAY_LEAST : AMOUNT_LEAST;

	if (money_from_decimal(out, in->amount, voucher_currency()) == MONEY_OK &&
	    out->minor >= least && out->minor <= AMOUNT_MOST)
		return ERR_OK;
	return fault(&ctx->fault, ERR_INVALID_AMOUNT, NULL,
		     "The amount must be between %lld and %lld ZAR, with at most 2 decimals",
		     (long long)(least / RAND_MINOR), (long long)(AMOUNT_MOST / RAND_MINOR));
}

/* Store it under a unique reference, number and code. */
static enum err
insert(struct ctx *ctx, const struct voucher_order *in, struct money amount, int64_t *voucher_id)
{
	const char *receiver = ctx->app->config->easypay_receiver;
	char reference[VOUCHER_REFERENCE_SIZE];
	char number[EASYPAY_DIGITS + 1];
	struct rows rows;

	if (!easypay_receiver_valid(receiver))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	for (int i = 0; i < INSERT_TRIES; i++) {
		struct voucher_secret secret;
		bool easypay = is_easypay(in);

		voucher_reference_make(reference, ctx->now.us / 1000);
		easypay_number_make(number, receiver);
		secret = voucher_secret_new(ctx, reference);
		TRY(db_run(
			ctx, SQL_voucher_insert, &rows,
			PARAMS(p_text(reference), p_int(ctx->who.user_id), p_text(in->issued_to),
			       p_word(voucher_stored_types, in->type),
			       p_text(easypay ? number : NULL),
			       easypay ? p_null() : p_bytes(secret.digest, sizeof(secret.digest)),
			       easypay ? p_null()
				       : p_bytes(secret.sealed.data, secret.sealed.length),
			       p_int(amount.minor), p_id(in->max_redemptions))));
		*voucher_id = voucher_found(&rows);
		if (*voucher_id != 0)
			return ERR_OK;
	}
	return fault(&ctx->fault, ERR_RETRY, NULL, NULL);
}

enum err
voucher_issue(struct ctx *ctx, const struct voucher_order *in, struct voucher *out,
	      struct voucher_receipt *receipt)
{
	const struct currency *currency = voucher_currency();
	struct user_wallet wallet = {0};
	struct voucher_entry entry;
	struct money amount;
	bool live = false;

	TRY(check_amount(ctx, in, &amount));
	TRY(user_wallet(ctx, ctx->who.user_id, currency, &wallet));
	TRY(ledger_open_system_accounts(ctx, wallet.ledger_id, kinds, COUNT(kinds), currency));
	TRY(insert(ctx, in, amount, &out->voucher_id));
	TRY(voucher_get(ctx, out->voucher_id, true, out, &live));
	entry = (struct voucher_entry){
		.voucher = out,
		.ledger_id = wallet.ledger_id,
		.event = "issue",
		.type = TRANSACTION_VOUCHER_ISSUE,
		.description = is_easypay(in) ? "EasyPay voucher issued" : "Voucher issued",
		.postings = {{wallet.id,
			      ledger_system_account(wallet.ledger_id,
						    is_easypay(in) ? ACCOUNT_VOUCHERS_PENDING
								   : ACCOUNT_VOUCHERS_ACTIVE,
						    currency->code),
			      amount.minor}},
		.count = 1,
	};
	TRY(voucher_post(ctx, &entry));
	*receipt = voucher_receipt(&entry, entry.results[0].from_balance);
	return ERR_OK;
}

static enum err
malformed(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_INVALID_VOUCHER_CODE, NULL, NULL);
}

static enum err
look_up(struct ctx *ctx, enum voucher_form form, const char *text, int64_t *voucher_id)
{
	struct rows rows;

	if (form == VOUCHER_CODE) {
		unsigned char digest[KEYED_DIGEST_SIZE];

		voucher_digest(ctx, text, digest);
		TRY(db_run(ctx, SQL_voucher_by_digest, &rows,
			   PARAMS(p_bytes(digest, sizeof(digest)))));
	} else {
		TRY(db_run(ctx,
			   form == VOUCHER_REFERENCE ? SQL_voucher_by_reference
						     : SQL_voucher_by_easypay,
			   &rows, PARAMS(p_text(text))));
	}
	*voucher_id = voucher_found(&rows);
	return ERR_OK;
}

enum err
voucher_by_code(struct ctx *ctx, const char *text, struct voucher *out)
{
	char code[VOUCHER_REFERENCE_SIZE];
	enum voucher_form form = voucher_form_of(text, code);
	int64_t voucher_id;
	bool live = false;

	if (form == VOUCHER_NO_FORM || (form == VOUCHER_EASYPAY && !easypay_number_valid(code)))
		return malformed(ctx);
	TRY(guess_allowed(ctx));
	TRY(look_up(ctx, form, code, &voucher_id));
	if (voucher_id == 0) {
		TRY(guess_wrong(ctx));
		return ctx->fault.err;
	}
	TRY(voucher_get(ctx, voucher_id, form == VOUCHER_CODE, out, &live));
	if (out->user_id == ctx->who.user_id)
		return voucher_get(ctx, voucher_id, true, out, &live);
	out->issued_to = NULL;
	return ERR_OK;
}

enum err
voucher_of_issuer(struct ctx *ctx, int64_t voucher_id, struct voucher *out)
{
	bool live = false;
	enum err err = voucher_get(ctx, voucher_id, true, out, &live);

	if (err == ERR_NOT_FOUND || (err == ERR_OK && out->user_id != ctx->who.user_id))
		return fault(&ctx->fault, ERR_VOUCHER_NOT_FOUND, NULL, NULL);
	return err;
}
