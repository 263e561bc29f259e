#include "app/funding/store.h"

#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/word.h"
#include "crypto/hmac.h"
#include "db/row.h"
#include "ledger/hold.h"
#include "runtime/app.h"

const char *const funding_purpose_words[] = {"wallet_funding", "wallet_deduction", NULL};
const char *const funding_status_words[] = {"pending", "review",  "completed",
					    "failed",  "expired", NULL};

static const struct column columns[] = {
	COLUMN(struct funding, funding_id),
	COLUMN(struct funding, public_id),
	COLUMN(struct funding, user_id),
	COLUMN_WORD(struct funding, purpose, funding_purpose_words),
	COLUMN(struct funding, reference),
	COLUMN(struct funding, transaction_no),
	COLUMN(struct funding, minor),
	COLUMN(struct funding, email),
	COLUMN(struct funding, description),
	COLUMN_WORD(struct funding, risk, risk_level_words),
	COLUMN(struct funding, risk_rules),
	COLUMN(struct funding, requires_review),
	COLUMN_WORD(struct funding, status, funding_status_words),
	COLUMN(struct funding, hold),
	COLUMN(struct funding, live),
};

bool
funding_open(const struct config *config)
{
	return config_opens_funding(config) || config_is_development(config);
}

enum err
funding_check_open(struct ctx *ctx, enum funding_purpose purpose)
{
	if (purpose != PURPOSE_FUNDING || funding_open(ctx->app->config))
		return ERR_OK;
	return fault(&ctx->fault, ERR_FORBIDDEN, NULL, "Funding is disabled on this server");
}

const char *
funding_code_purpose(enum funding_purpose purpose)
{
	return word_text(funding_purpose_words, purpose);
}

bool
funding_is_deduction(const struct funding *f)
{
	return f->purpose == PURPOSE_DEDUCTION;
}

const struct currency *
funding_currency(void)
{
	return currency_find("NGN");
}

bool
funding_scan(const struct rows *rows, struct funding *out)
{
	if (rows->count == 0)
		return false;
	*out = (struct funding){0};
	rows_scan(rows, 0, columns, COLUMN_COUNT(columns), out);
	return true;
}

enum err
funding_wallet(struct ctx *ctx, int64_t user_id, struct user_wallet *out)
{
	TRY(user_wallet(ctx, user_id, funding_currency(), out));
	if (out->status != WALLET_ACTIVE)
		return fault(&ctx->fault, ERR_WALLET_INACTIVE, NULL, "Wallet is inactive");
	return ERR_OK;
}

enum err
funding_hold(struct ctx *ctx, const struct user_wallet *wallet, int64_t lifetime_s,
	     struct funding *f)
{
	char id[UUID_TEXT_MAX];
	struct hold hold;
	struct hold_order order = {
		.ledger_id = wallet->ledger_id,
		.account = wallet->id,
		.currency = funding_currency()->code,
		.amount = f->minor,
		.reference = /* each hold has its own */
		arena_printf(ctx->arena, "%s/%s", f->reference, uuid_text(id, uuid_v7())),
		.metadata = "{}",
		.lifetime_s = lifetime_s,
		.type = TRANSACTION_WALLET_DEDUCTION,
	};

	sha256(order.reference, strlen(order.reference), order.content);
	TRY(hold_place(ctx, &order, &hold));
	f->hold = hold.public_id;
	return db_run(ctx, SQL_funding_set_hold, NULL,
		      PARAMS(p_int(f->funding_id), p_uuid(f->hold)));
}

enum err
funding_release(struct ctx *ctx, const struct user_wallet *wallet, const struct funding *f)
{
	struct hold hold;
	enum err err;

	if (uuid_is_nil(f->hold))
		return ERR_OK;
	err = hold_void(ctx, wallet->ledger_id, f->hold, &hold);
	if (err != ERR_HOLD_CLOSED)
		return err;
	fault_clear(&ctx->fault);
	return ERR_OK;
}

enum err
funding_set_status(struct ctx *ctx, struct funding *f, enum funding_status status,
		   int64_t transaction_id)
{
	f->status = status;
	return db_run(ctx, SQL_funding_set_status, NULL,
		      PARAMS(p_int(f->funding_id), p_word(funding_status_words, status),
			     p_id(transaction_id)));
}
