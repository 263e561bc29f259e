/* Accounts that are linked: what is known of them, what the bank says now, and forgetting them. */

#include "app/bank/row.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/ensure.h"
#include "runtime/app.h"

/* Another user's consent is not visible. */
struct bank_ended_consent {
	const char *bank;
	const char *consent; /* our id of it */
	struct bytes consent_sealed;
};

static const struct column ended_columns[] = {
	COLUMN(struct bank_ended_consent, bank),
	COLUMN(struct bank_ended_consent, consent),
	COLUMN(struct bank_ended_consent, consent_sealed),
};

enum err
bank_accounts(struct ctx *ctx, int64_t user_id, struct bank_account **out, size_t *n)
{
	struct bank_account_row *rows;

	TRY(bank_account_rows(ctx, user_id, &rows, n));
	*out = arena_array(ctx->arena, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		bank_account_show(ctx->arena, &rows[i], &(*out)[i]);
	return ERR_OK;
}

static enum err
find(struct ctx *ctx, int64_t user_id, const char *id, struct bank_account_row *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_bank_account_find, &rows, PARAMS(p_int(user_id), p_text(id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Bank account not found");
	bank_account_scan(&rows, 0, out);
	return ERR_OK;
}

enum err
bank_account_get(struct ctx *ctx, int64_t user_id, const char *id, struct bank_account *out)
{
	struct bank_account_row row;

	TRY(find(ctx, user_id, id, &row));
	bank_account_show(ctx->arena, &row, out);
	return ERR_OK;
}

enum err
bank_account_primary(struct ctx *ctx, int64_t user_id, struct bank_account *out, bool *found)
{
	struct bank_account *accounts;
	size_t n;

	TRY(bank_accounts(ctx, user_id, &accounts, &n));
	*found = false;
	for (size_t i = 0; i < n && !*found; i++)
		if (accounts[i].is_primary) {
			*out = accounts[i];
			*found = true;
		}
	return ERR_OK;
}

/* The bank's data about an account: by its number under this consent, or NULL. */
static const struct xs2a_account *
same_account(const struct bank_account_row *row, const struct xs2a_accounts *accounts)
{
	for (size_t i = 0; i < accounts->count; i++)
		if (text_equal(accounts->items[i].resource_id, row->resource_id) &&
		    text_equal(accounts->items[i].currency->code, row->currency))
			return &accounts->items[i];
	return NULL;
}

static enum err
take_balance(struct ctx *ctx, const struct xs2a_call *call, const char *consent,
	     const struct bank_account_row *row, const struct xs2a_accounts *accounts)
{
	const struct xs2a_account *account = same_account(row, accounts);
	struct xs2a_answer answer = {.outcome = PROVIDER_ACCEPTED};
	struct money balance;

	if (account == NULL)
		return ERR_OK;
	balance = account->balance;
	if (balance.currency == NULL)
		answer = xs2a_balance(call, consent, row->resource_id, account->currency, &balance);
	if (answer.outcome != PROVIDER_ACCEPTED)
		return ERR_OK;
	return db_run(
		ctx, SQL_bank_account_read, NULL,
		PARAMS(p_int(row->bank_account_id), p_time(row->paid_at), p_int(balance.minor)));
}

/* Read the accounts of one consent; rows[0] is the first of them. *reached: the bank answered. */
static enum err
refresh_consent(struct ctx *ctx, const struct bank_account_row *rows, size_t n, bool *reached)
{
	int64_t id = rows[0].bank_consent_id;
	const char *consent = bank_consent_open(ctx, rows[0].consent, rows[0].consent_sealed);
	struct xs2a_call call = bank_call(ctx, rows[0].bank);
	struct xs2a_accounts accounts;

	*reached = true;
	if (consent == NULL)
		return ERR_OK;
	call.timeout_ms = ctx->app->config->bank_timeout_ms;
	accounts = xs2a_accounts(&call, consent);
	*reached = accounts.answer.outcome != PROVIDER_UNKNOWN && accounts.answer.sent;
	if (accounts.answer.outcome != PROVIDER_ACCEPTED)
		return bank_consent_note(ctx, id, &accounts.answer);
	for (size_t i = 0; i < n; i++)
		if (rows[i].bank_consent_id == id)
			TRY(take_balance(ctx, &call, consent, &rows[i], &accounts));
	return ERR_OK;
}

static bool
seen_before(const struct bank_account_row *rows, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (rows[k].bank_consent_id == rows[i].bank_consent_id)
			return true;
	return false;
}

/* All banks have one address: if one does not answer, the others won't. */
enum err
bank_accounts_refresh(struct ctx *ctx, int64_t user_id)
{
	struct bank_account_row *rows;
	bool reached = ctx->app->config->bank_url[0] != '\0';
	size_t n;

	TRY(ensure(ctx, ctx->db == NULL));
	TRY(bank_account_rows(ctx, user_id, &rows, &n));
	for (size_t i = 0; i < n && reached; i++)
		if (rows[i].status == BANK_ACCOUNT_ACTIVE && !seen_before(rows, i))
			TRY(refresh_consent(ctx, rows + i, n - i, &reached));
	return ERR_OK;
}

/* Changes of the accounts, or of the primary one, are serialised. */
static enum err
lock_and_find(struct ctx *ctx, int64_t user_id, const char *id, struct bank_account_row *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_bank_user_lock, &rows, PARAMS(p_int(user_id))));
	return find(ctx, user_id, id, out);
}

static enum err
set_primary(struct ctx *ctx, int64_t user_id, int64_t bank_account_id)
{
	TRY(db_run(ctx, SQL_bank_account_unset_primary, NULL, PARAMS(p_int(user_id))));
	return db_run(ctx, SQL_bank_account_set_primary, NULL,
		      PARAMS(p_int(user_id), p_id(bank_account_id)));
}

enum err
bank_account_make_primary(struct ctx *ctx, int64_t user_id, const char *id,
			  struct bank_account *out)
{
	struct bank_account_row row = {.is_primary = false};

	TRY(lock_and_find(ctx, user_id, id, &row));
	if (!row.is_primary)
		TRY(set_primary(ctx, user_id, row.bank_account_id));
	return bank_account_get(ctx, user_id, id, out);
}

/* End the consents without linked accounts. */
static enum err
end_idle(struct ctx *ctx, int64_t user_id, struct bank_ended *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_bank_consent_end_idle, &rows, PARAMS(p_int(user_id))));
	out->items = arena_array(ctx->arena, rows.count, sizeof(*out->items));
	out->count = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, ended_columns, COLUMN_COUNT(ended_columns), &out->items[i]);
	return ERR_OK;
}

enum err
bank_unlink(struct ctx *ctx, int64_t user_id, const char *id, struct bank_ended *out)
{
	struct bank_account_row row = {.is_primary = false};

	TRY(lock_and_find(ctx, user_id, id, &row));
	TRY(db_run(ctx, SQL_bank_account_unlink, NULL,
		   PARAMS(p_int(user_id), p_id(row.bank_account_id))));
	if (row.is_primary)
		TRY(set_primary(ctx, user_id, 0));
	return end_idle(ctx, user_id, out);
}

enum err
bank_unlink_all(struct ctx *ctx, int64_t user_id, struct bank_ended *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_bank_user_lock, &rows, PARAMS(p_int(user_id))));
	TRY(db_run(ctx, SQL_bank_account_unlink, NULL, PARAMS(p_int(user_id), p_null())));
	return end_idle(ctx, user_id, out);
}

void
bank_consents_end(struct ctx *ctx, const struct bank_ended *ended)
{
	bool reached = ctx->app->config->bank_url[0] != '\0';

	if (ensure(ctx, ctx->db == NULL) != ERR_OK)
		return;
	for (size_t i = 0; i < ended->count && reached; i++) {
		const struct bank_ended_consent *item = &ended->items[i];
		const char *consent = bank_consent_open(ctx, item->consent, item->consent_sealed);
		struct xs2a_call call = bank_call(ctx, item->bank);
		struct xs2a_answer answer;

		call.timeout_ms = ctx->app->config->bank_timeout_ms;
		if (consent == NULL)
			continue;
		answer = xs2a_consent_delete(&call, consent);
		reached = answer.outcome != PROVIDER_UNKNOWN && answer.sent;
	}
}
