/* Linking: a consent is created, authorised by the user at the bank, and its accounts are read. */
#include <stdio.h>
#include <string.h>

#include "app/bank/bban.h"
#include "app/bank/row.h"
#include "base/arena.h"
#include "base/config.h"
#include "crypto/hmac.h"
#include "crypto/public_id.h"
#include "crypto/random.h"
#include "runtime/app.h"

enum { STATE_BYTES = 32, DATE_LENGTH = 10 };

enum err
bank_link_open(struct ctx *ctx, const char *bank, struct bank_link *out)
{
	unsigned char bytes[STATE_BYTES];
	unsigned char digest[SHA256_SIZE];
	struct rows rows;

	TRY(bank_configured(ctx));
	random_bytes(bytes, sizeof(bytes));
	*out = (struct bank_link){
		.id = drop_id_new(ctx->arena, "con"),
		.bank = text_trim(ctx->arena, bank),
		.state = base64url_encode(ctx->arena, bytes, sizeof(bytes)),
	};
	sha256(out->state, strlen(out->state), digest);
	TRY(db_run(ctx, SQL_bank_consent_insert, &rows,
		   PARAMS(p_text(out->id), p_int(ctx->who.user_id), p_text(out->bank),
			  p_bytes(digest, sizeof(digest)), p_int(BANK_LINK_S),
			  p_int(BANK_CONSENT_DAYS))));
	out->bank_consent_id = row_int(&rows, 0, 0);
	out->expires_at = row_time(&rows, 0, 1);
	return ERR_OK;
}

void
bank_link_call(struct ctx *ctx, struct bank_link *link)
{
	struct xs2a_call call = bank_call(ctx, link->bank);
	const char *back = arena_printf(ctx->arena, "%s/api/bank-accounts/callback?state=%s",
					ctx->app->config->public_url, link->state);
	char until[INSTANT_TEXT_MAX];
	struct xs2a_consent_order order = {.redirect_url = back, .refused_url = back};

	order.valid_until =
		arena_strndup(ctx->arena, instant_text(until, link->expires_at), DATE_LENGTH);
	link->asked = xs2a_consent_create(&call, &order);
}

enum err
bank_link_close(struct ctx *ctx, struct bank_link *link)
{
	struct bytes sealed;

	if (link->asked.answer.outcome != PROVIDER_ACCEPTED) {
		link->refused = true;
		TRY(db_run(ctx, SQL_bank_consent_end, NULL,
			   PARAMS(p_int(link->bank_consent_id),
				  p_word(consent_status_words, CONSENT_REFUSED))));
		(void)bank_fault(ctx, &link->asked.answer);
		return ERR_OK;
	}
	link->authorization_url = link->asked.sca_url;
	sealed = bank_consent_seal(ctx, link->id, link->asked.id);
	return db_run(ctx, SQL_bank_consent_store, NULL,
		      PARAMS(p_int(link->bank_consent_id), p_bytes(sealed.data, sealed.length)));
}

/* A consent of a returning user. */
struct returned {
	int64_t bank_consent_id;
	const char *consent;
	int64_t user_id;
	const char *bank;
	struct bytes consent_sealed;
	const char *id; /* the bank's */
	struct xs2a_accounts accounts;
	struct bank_account **out;
	size_t *n;
};

static const struct column returned_columns[] = {
	COLUMN(struct returned, bank_consent_id), COLUMN(struct returned, consent),
	COLUMN(struct returned, user_id),         COLUMN(struct returned, bank),
	COLUMN(struct returned, consent_sealed),
};

/* The possible action of the user is always the same. */
static enum err
begin_again(struct ctx *ctx, const char *message, const char *why)
{
	(void)fault(&ctx->fault, ERR_BAD_REQUEST, NULL, "%s; link the account again", message);
	(void)snprintf(ctx->fault.detail, sizeof(ctx->fault.detail), "bank link: %s", why);
	return ERR_BAD_REQUEST;
}

static enum err
use_state(struct ctx *ctx, const char *state, struct returned *out)
{
	static const char unknown[] = "The link is unknown, expired, already used, or belongs to "
				      "another user";
	unsigned char digest[SHA256_SIZE];
	struct rows rows;

	sha256(state, strlen(state), digest);
	TRY(db_run(ctx, SQL_bank_consent_use, &rows, PARAMS(p_bytes(digest, sizeof(digest)))));
	if (rows.count == 0)
		return begin_again(ctx, unknown, "no such state");
	rows_scan(&rows, 0, returned_columns, COLUMN_COUNT(returned_columns), out);
	if (out->user_id != ctx->who.user_id)
		return begin_again(ctx, unknown, "state of another user");
	out->id = bank_consent_open(ctx, out->consent, out->consent_sealed);
	if (out->id == NULL)
		return begin_again(ctx, unknown, "its secret can't be decrypted");
	return ERR_OK;
}

/* Whether the user granted the consent is decided by the bank's answer, not by the redirect. */
static enum err
check_authorised(struct ctx *ctx, const struct xs2a_call *call, const struct returned *returned)
{
	struct xs2a_consent consent = xs2a_consent_status(call, returned->id);

	if (consent.answer.outcome != PROVIDER_ACCEPTED)
		return bank_fault(ctx, &consent.answer);
	if (consent.status == XS2A_CONSENT_VALID)
		return ERR_OK;
	TRY(db_run(ctx, SQL_bank_consent_end, NULL,
		   PARAMS(p_int(returned->bank_consent_id),
			  p_word(consent_status_words, CONSENT_REFUSED))));
	return begin_again(ctx, "Access to the account was not granted at the bank",
			   "the consent is not valid");
}

static enum err
read_accounts(struct ctx *ctx, const struct xs2a_call *call, struct returned *returned)
{
	struct xs2a_accounts *accounts = &returned->accounts;

	*accounts = xs2a_accounts(call, returned->id);
	if (accounts->answer.outcome != PROVIDER_ACCEPTED)
		return bank_fault(ctx, &accounts->answer);
	for (size_t i = 0; i < accounts->count; i++) {
		struct xs2a_account *account = &accounts->items[i];
		struct xs2a_answer answer = {.outcome = PROVIDER_ACCEPTED};

		if (account->balance.currency == NULL)
			answer = xs2a_balance(call, returned->id, account->resource_id,
					      account->currency, &account->balance);
		if (answer.outcome != PROVIDER_ACCEPTED)
			return bank_fault(ctx, &answer);
	}
	return ERR_OK;
}

/* The key that identifies an account of a user, by whichever of its numbers. */
static const char *
number_of(const struct xs2a_account *account)
{
	enum { IBAN_PREFIX = 4 };

	if (account->bban != NULL && is_bban(account->bban))
		return account->bban;
	if (account->iban == NULL)
		return account->bban;
	if (text_starts_with(account->iban, "NO") && is_bban(account->iban + IBAN_PREFIX))
		return account->iban + IBAN_PREFIX;
	return account->iban;
}

static enum err
link_account(struct ctx *ctx, const struct returned *returned, const struct xs2a_account *account)
{
	return db_run(ctx, SQL_bank_account_link, NULL,
		      PARAMS(p_text(drop_id_new(ctx->arena, "ba")), p_int(returned->user_id),
			     p_int(returned->bank_consent_id), p_text(account->resource_id),
			     p_text(number_of(account)), p_text(account->iban),
			     p_text(account->bban), p_text(account->name),
			     p_text(account->currency->code), p_int(account->balance.minor)));
}

static enum err
store(struct ctx *ctx, void *arg)
{
	struct returned *returned = arg;
	struct rows rows;

	TRY(db_run(ctx, SQL_bank_user_lock, &rows, PARAMS(p_int(returned->user_id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "User not found");
	TRY(db_run(ctx, SQL_bank_consent_begin, &rows, PARAMS(p_int(returned->bank_consent_id))));
	if (rows.affected == 0)
		return fault(&ctx->fault, ERR_CONSENT_ENDED, NULL, NULL);
	for (size_t i = 0; i < returned->accounts.count; i++)
		TRY(link_account(ctx, returned, &returned->accounts.items[i]));
	TRY(db_run(ctx, SQL_bank_consent_end_idle, &rows, PARAMS(p_int(returned->user_id))));
	return bank_accounts(ctx, returned->user_id, returned->out, returned->n);
}

enum err
bank_link_complete(struct ctx *ctx, const char *state, struct bank_account **out, size_t *n)
{
	struct returned returned = {.out = out, .n = n};
	struct xs2a_call call;

	TRY(bank_configured(ctx));
	TRY(use_state(ctx, state, &returned));
	call = bank_call(ctx, returned.bank);
	TRY(check_authorised(ctx, &call, &returned));
	TRY(read_accounts(ctx, &call, &returned));
	return db_transact(ctx, store, &returned);
}
