/* EasyPay vouchers: settlements by the network, and refunds before that. */
#include <string.h>

#include "app/audit/audit.h"
#include "app/payment/provider_config.h"
#include "app/voucher/code.h"
#include "app/voucher/store.h"
#include "base/arena.h"
#include "crypto/hmac.h"
#include "db/row.h"
#include "ledger/account.h"
#include "json/writer.h"

enum { SECRET_TRIES = 100, SIGNATURE_256 = 2 * SHA256_SIZE, SIGNATURE_512 = 2 * SHA512_SIZE };

static enum err
stranger(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_UNAUTHORIZED, NULL,
		     "The signature or key of the EasyPay network is required");
}

static struct bytes
text_bytes(const char *text)
{
	return (struct bytes){text, strlen(text)};
}

static bool
signed_by(struct bytes secret, struct bytes body, const char *signature)
{
	unsigned char expected[SHA256_SIZE];
	unsigned char given[SHA256_SIZE];

	if (strlen(signature) == SIGNATURE_512)
		return hmac_sha512_verify_hex(secret, body.data, body.length, signature);
	if (strlen(signature) != SIGNATURE_256 || !hex_decode(given, sizeof(given), signature))
		return false;
	hmac_sha256(secret, body.data, body.length, expected);
	return secret_equal(expected, given, sizeof(expected));
}

/* Compared by their digests, so that not even the length is revealed. */
static bool
same_text(const char *a, const char *b)
{
	unsigned char digest_a[SHA256_SIZE];
	unsigned char digest_b[SHA256_SIZE];

	sha256(a, strlen(a), digest_a);
	sha256(b, strlen(b), digest_b);
	return secret_equal(digest_a, digest_b, sizeof(digest_a));
}

enum err
easypay_authenticate(struct ctx *ctx, struct bytes body, const char *signature, const char *api_key)
{
	struct provider_account account = {0};
	const char *secret;
	enum err err = provider_account_of(ctx, 0, MODE_LIVE, "easypay", &account);

	if (err == ERR_PROVIDER_INACTIVE)
		return stranger(ctx);
	TRY(err);
	secret = account.webhook_secret != NULL ? account.webhook_secret : account.api_key;
	if (signature != NULL)
		return signed_by(text_bytes(secret), body, signature) ? ERR_OK : stranger(ctx);
	if (api_key != NULL && same_text(api_key, account.api_key))
		return ERR_OK;
	return stranger(ctx);
}

/* The voucher of an EasyPay number, locked. */
static enum err
lock_number(struct ctx *ctx, const char *text, struct voucher *out, bool *live)
{
	char number[VOUCHER_REFERENCE_SIZE];
	struct rows rows;

	if (voucher_form_of(text, number) != VOUCHER_EASYPAY || !easypay_number_valid(number))
		return fault(&ctx->fault, ERR_INVALID_VOUCHER_CODE, NULL,
			     "The EasyPay number is not valid");
	TRY(db_run(ctx, SQL_voucher_by_easypay, &rows, PARAMS(p_text(number))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_VOUCHER_NOT_FOUND, NULL, NULL);
	return voucher_lock(ctx, voucher_found(&rows), true, out, live);
}

/* Whether this settlement was already recorded. With different content it is an error. */
static enum err
find_earlier(struct ctx *ctx, const struct settlement_order *in, const struct voucher *voucher,
	     bool *found)
{
	struct money amount;
	struct rows rows;

	TRY(db_run(ctx, SQL_settlement_find, &rows, PARAMS(p_text(in->external_id))));
	*found = rows.count > 0;
	if (!*found)
		return ERR_OK;
	if (row_int(&rows, 0, 0) != voucher->voucher_id ||
	    !text_equal(row_text(&rows, 0, 1), in->merchant) ||
	    money_from_decimal(&amount, in->amount, voucher_currency()) != MONEY_OK ||
	    row_int(&rows, 0, 2) != amount.minor)
		return fault(&ctx->fault, ERR_DUPLICATE_REFERENCE, NULL,
			     "The transaction_id was already used with different content");
	return ERR_OK;
}

static enum err
check_settlement(struct ctx *ctx, const struct settlement_order *in, const struct voucher *voucher,
		 bool live)
{
	struct money amount;
	char due[MONEY_TEXT_MAX];

	if (voucher->status == VOUCHER_CANCELLED)
		return fault(&ctx->fault, ERR_CONFLICT, NULL, "The voucher was cancelled");
	if (voucher->type == VOUCHER_EASYPAY_ACTIVE)
		return fault(&ctx->fault, ERR_CONFLICT, NULL, "The voucher was already settled");
	if (!live || voucher->status != VOUCHER_PENDING_PAYMENT)
		return fault(&ctx->fault, ERR_VOUCHER_EXPIRED, NULL, NULL);
	if (money_from_decimal(&amount, in->amount, voucher_currency()) != MONEY_OK ||
	    amount.minor != voucher->original.minor)
		return fault(&ctx->fault, ERR_INVALID_AMOUNT, NULL, "The amount must be %s ZAR",
			     money_text(due, voucher->original));
	return ERR_OK;
}

/* The voucher's money becomes spendable; the cash is owed by EasyPay, and waits for
 * reconciliation. */
static enum err
post_settlement(struct ctx *ctx, const struct settlement_order *in, const struct voucher *voucher)
{
	const char *currency = voucher_currency()->code;
	int64_t minor = voucher->original.minor;
	struct voucher_entry entry = {
		.voucher = voucher,
		.event = "settle",
		.type = TRANSACTION_VOUCHER_SETTLEMENT,
		.description = "EasyPay voucher settled",
		.count = 2,
	};
	int64_t ledger;

	TRY(ledger_of(ctx, 0, MODE_LIVE, &ledger));
	entry.ledger_id = ledger;
	entry.postings[0] = (struct posting){
		ledger_system_account(ledger, ACCOUNT_VOUCHERS_PENDING, currency),
		ledger_system_account(ledger, ACCOUNT_VOUCHERS_ACTIVE, currency),
		minor,
	};
	entry.postings[1] = (struct posting){
		ledger_system_account(ledger, ACCOUNT_EASYPAY_RECEIVABLE, currency),
		ledger_system_account(ledger, ACCOUNT_EASYPAY_SUSPENSE, currency),
		minor,
	};
	TRY(voucher_post(ctx, &entry));
	return db_run(ctx, SQL_settlement_insert, NULL,
		      PARAMS(p_int(entry.transaction->transaction_id), p_int(voucher->voucher_id),
			     p_text(in->external_id), p_text(in->merchant), p_int(minor)));
}

/* It gets a unique code. */
static enum err
activate(struct ctx *ctx, struct voucher *voucher)
{
	struct rows rows = {0};
	bool live = false;

	for (int i = 0; i < SECRET_TRIES && rows.count == 0; i++) {
		struct voucher_secret secret = voucher_secret_new(ctx, voucher->reference);

		TRY(db_run(ctx, SQL_voucher_settle, &rows,
			   PARAMS(p_int(voucher->voucher_id),
				  p_bytes(secret.digest, sizeof(secret.digest)),
				  p_bytes(secret.sealed.data, secret.sealed.length))));
	}
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_RETRY, NULL, NULL);
	return voucher_get(ctx, voucher->voucher_id, true, voucher, &live);
}

enum err
voucher_settle(struct ctx *ctx, const struct settlement_order *in, struct voucher *out)
{
	bool found = false;
	bool live = false;

	TRY(lock_number(ctx, in->number, out, &live));
	TRY(find_earlier(ctx, in, out, &found));
	if (found)
		return ERR_OK;
	TRY(check_settlement(ctx, in, out, live));
	TRY(post_settlement(ctx, in, out));
	return activate(ctx, out);
}

static enum err
check_cancellation(struct ctx *ctx, const struct voucher *voucher, bool live)
{
	bool pending = voucher->status == VOUCHER_PENDING_PAYMENT;

	if (voucher->status == VOUCHER_EXPIRED || (pending && !live))
		return fault(&ctx->fault, ERR_VOUCHER_EXPIRED, NULL,
			     "The voucher has expired; it is refunded automatically");
	if (!pending)
		return fault(&ctx->fault, ERR_VALIDATION, NULL,
			     "Only pending EasyPay vouchers can be cancelled");
	return ERR_OK;
}

static enum err
record(struct ctx *ctx, const struct voucher *voucher)
{
	char amount[MONEY_TEXT_MAX];
	struct bytes detail;
	struct jw w;

	jw_init(&w, ctx->arena, 128);
	jw_object(&w, NULL);
	jw_integer(&w, "voucher", voucher->voucher_id);
	jw_text(&w, "refund", money_text(amount, voucher->balance));
	jw_text(&w, "currency", voucher_currency()->code);
	jw_close(&w);
	if (!jw_finish(&w, &detail))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	return audit_add(ctx, "voucher_cancel", voucher->reference,
			 (struct json_value){detail.data});
}

enum err
voucher_cancel(struct ctx *ctx, int64_t voucher_id, struct cancellation *out)
{
	struct user_wallet wallet = {0};
	struct voucher_entry entry;
	struct voucher voucher;
	struct rows rows;
	bool live = false;

	TRY(voucher_of_issuer(ctx, voucher_id, &voucher));
	TRY(user_wallet(ctx, ctx->who.user_id, voucher_currency(), &wallet));
	TRY(voucher_lock(ctx, voucher_id, false, &voucher, &live));
	TRY(check_cancellation(ctx, &voucher, live));
	entry = (struct voucher_entry){
		.voucher = &voucher,
		.ledger_id = wallet.ledger_id,
		.event = "cancel",
		.type = TRANSACTION_VOUCHER_REFUND,
		.description = "EasyPay voucher cancelled",
		.postings = {{ledger_system_account(wallet.ledger_id, ACCOUNT_VOUCHERS_PENDING,
						    voucher_currency()->code),
			      wallet.id, voucher.balance.minor}},
		.count = 1,
	};
	TRY(voucher_post(ctx, &entry));
	out->transaction = entry.transaction->public_id;
	out->posted_at = entry.transaction->created_at;
	TRY(db_run(ctx, SQL_voucher_cancel, &rows, PARAMS(p_int(voucher_id))));
	out->cancelled_at = row_time(&rows, 0, 0);
	out->voucher_id = voucher_id;
	out->easypay_number = voucher.easypay_number;
	out->amount = voucher.balance;
	out->wallet_balance = (struct money){entry.results[0].to_balance, voucher_currency()};
	return record(ctx, &voucher);
}
