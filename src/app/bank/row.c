#include "app/bank/row.h"

#include <stdio.h>
#include <string.h>

#include "app/bank/bban.h"
#include "base/arena.h"
#include "base/config.h"
#include "crypto/box.h"
#include "runtime/app.h"

enum { DOWN_RETRY_S = 5 };

const char *const bank_account_status_words[] = {"active", "expired", "revoked", NULL};
const char *const bank_order_status_words[] = {"processing", "completed", "failed", NULL};
const char *const consent_status_words[] = {"begun",   "valid",   "refused",
					    "expired", "revoked", NULL};

static const struct column columns[] = {
	COLUMN(struct bank_account_row, bank_account_id),
	COLUMN(struct bank_account_row, drop_id),
	COLUMN(struct bank_account_row, user_id),
	COLUMN(struct bank_account_row, bank),
	COLUMN(struct bank_account_row, number),
	COLUMN(struct bank_account_row, iban),
	COLUMN(struct bank_account_row, bban),
	COLUMN(struct bank_account_row, name),
	COLUMN(struct bank_account_row, currency),
	COLUMN(struct bank_account_row, balance),
	COLUMN(struct bank_account_row, balance_at),
	COLUMN(struct bank_account_row, paid_at),
	COLUMN(struct bank_account_row, is_primary),
	COLUMN(struct bank_account_row, resource_id),
	COLUMN_WORD(struct bank_account_row, status, bank_account_status_words),
	COLUMN(struct bank_account_row, bank_consent_id),
	COLUMN(struct bank_account_row, consent),
	COLUMN(struct bank_account_row, consent_sealed),
	COLUMN(struct bank_account_row, expires_at),
	COLUMN(struct bank_account_row, reserved),
};

void
bank_account_scan(const struct rows *rows, size_t i, struct bank_account_row *out)
{
	rows_scan(rows, i, columns, COLUMN_COUNT(columns), out);
}

void
bank_account_show(struct arena *arena, const struct bank_account_row *row, struct bank_account *out)
{
	*out = (struct bank_account){
		.bank_account_id = row->bank_account_id,
		.id = row->drop_id,
		.user_id = row->user_id,
		.bank_name = row->bank,
		.account_number =
			is_bban(row->number) ? bban_text(arena, row->number) : row->number,
		.name = row->name,
		.balance = {row->balance, currency_find(row->currency)},
		.currency = row->currency,
		.is_primary = row->is_primary,
		.status = row->status,
		.balance_at = row->balance_at,
		.consent_expires_at = row->expires_at,
	};
}

enum err
bank_account_rows(struct ctx *ctx, int64_t user_id, struct bank_account_row **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_bank_account_list, &rows, PARAMS(p_int(user_id))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		bank_account_scan(&rows, i, &(*out)[i]);
	return ERR_OK;
}

enum err
bank_account_by_id(struct ctx *ctx, int64_t id, struct bank_account_row *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_bank_account_by_id, &rows, PARAMS(p_int(id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Bank account not found");
	bank_account_scan(&rows, 0, out);
	return ERR_OK;
}

enum err
bank_configured(struct ctx *ctx)
{
	if (ctx->app->config->bank_url[0] != '\0')
		return ERR_OK;
	return fault(&ctx->fault, ERR_UNAVAILABLE, NULL, "Banks are not configured on this server");
}

struct xs2a_call
bank_call(struct ctx *ctx, const char *bank)
{
	const struct config *config = ctx->app->config;
	struct xs2a_access *access = arena_alloc(ctx->arena, sizeof(*access));

	*access = (struct xs2a_access){
		.base_url = config->bank_url,
		.tpp_id = config->bank_tpp_id,
		.api_key = config->bank_api_key,
		.bank = bank,
	};
	return (struct xs2a_call){
		.arena = ctx->arena,
		.http = ctx->app->http,
		.access = access,
		.trace = &ctx->trace,
		.psu_address = ctx->address[0] != '\0' ? ctx->address : NULL,
	};
}

/* The sealing context of the bank's id of a consent. */
static const char *
seal_context(struct ctx *ctx, const char *consent)
{
	return arena_printf(ctx->arena, "bank consent %s", consent);
}

struct bytes
bank_consent_seal(struct ctx *ctx, const char *consent, const char *plain)
{
	return box_seal(ctx->app->keys, ctx->arena, seal_context(ctx, consent),
			(struct bytes){plain, strlen(plain)});
}

const char *
bank_consent_open(struct ctx *ctx, const char *consent, struct bytes sealed)
{
	struct bytes plain;

	if (!box_open(ctx->app->keys, ctx->arena, seal_context(ctx, consent), sealed, &plain))
		return NULL;
	return plain.data;
}

enum err
bank_fault(struct ctx *ctx, const struct xs2a_answer *answer)
{
	enum err err = ERR_PROVIDER_REFUSED;
	const char *message = answer->message;

	if (answer->outcome == PROVIDER_UNKNOWN) {
		err = ERR_PROVIDER_TIMEOUT;
		message = "The bank did not answer in time";
	} else if (!answer->sent) {
		err = ERR_PROVIDER_DOWN;
	} else if (answer->consent_ended) {
		err = ERR_CONSENT_ENDED;
		message = NULL;
	} else if (answer->unfunded) {
		err = ERR_INSUFFICIENT_FUNDS;
		message = NULL;
	}
	(void)fault(&ctx->fault, err, NULL, "%s", message != NULL ? message : err_message(err));
	(void)snprintf(ctx->fault.detail, sizeof(ctx->fault.detail), "bank: %s",
		       answer->problem != NULL ? answer->problem : "");
	if (err == ERR_PROVIDER_DOWN)
		ctx->fault.retry_after_s = DOWN_RETRY_S;
	return err;
}

enum err
bank_consent_note(struct ctx *ctx, int64_t bank_consent_id, const struct xs2a_answer *answer)
{
	bool expired = answer->code != NULL && text_equal(answer->code, "CONSENT_EXPIRED");

	if (!answer->consent_ended)
		return ERR_OK;
	return db_run(
		ctx, SQL_bank_consent_end, NULL,
		PARAMS(p_int(bank_consent_id),
		       p_word(consent_status_words, expired ? CONSENT_EXPIRED : CONSENT_REVOKED)));
}
