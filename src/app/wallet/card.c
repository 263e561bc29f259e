#include "app/wallet/card.h"

#include <string.h>

#include "app/wallet/transaction.h"
#include "base/arena.h"
#include "base/unicode.h"
#include "crypto/hmac.h"
#include "crypto/keyring.h"
#include "crypto/password.h"
#include "crypto/public_id.h"
#include "crypto/random.h"
#include "db/row.h"
#include "runtime/app.h"
#include "schema/schema.h"

static const char currency[] = "NOK";

const char *const card_type_words[] = {"virtual", "physical", NULL};
const char *const card_status_words[] = {"active", "frozen", "cancelled", NULL};
const char *const card_limit_type_words[] = {"daily", "weekly", "monthly", "transaction", NULL};

static const struct column columns[] = {
	COLUMN(struct card, card_id),
	COLUMN(struct card, drop_id),
	COLUMN_WORD(struct card, type, card_type_words),
	COLUMN_WORD(struct card, status, card_status_words),
	COLUMN(struct card, last_four),
	COLUMN(struct card, expires),
	COLUMN(struct card, has_pin),
	COLUMN(struct card, ordered_at),
	COLUMN(struct card, created_at),
};

enum err
card_list(struct ctx *ctx, struct card **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_card_list, &rows, PARAMS(p_int(ctx->who.user_id))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, columns, COLUMN_COUNT(columns), &(*out)[i]);
	return ERR_OK;
}

static enum err
find(struct ctx *ctx, enum statement_id statement, const char *drop_id, struct card *out)
{
	struct rows rows;

	TRY(db_run(ctx, statement, &rows, PARAMS(p_int(ctx->who.user_id), p_text(drop_id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Card not found");
	rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), out);
	return ERR_OK;
}

enum err
card_get(struct ctx *ctx, const char *drop_id, struct card *out)
{
	return find(ctx, SQL_card_find, drop_id, out);
}

static bool
is_cancelled(const struct card *card)
{
	return card->status == CARD_CANCELLED;
}

/* Lock a card that can still be changed. */
static enum err
lock(struct ctx *ctx, const char *drop_id, struct card *out)
{
	TRY(find(ctx, SQL_card_lock, drop_id, out));
	if (is_cancelled(out))
		return fault(&ctx->fault, ERR_CONFLICT, NULL, "The card was cancelled");
	return ERR_OK;
}

/* Until an issuer provides the number, these are its last digits. */
static const char *
new_last_four(struct arena *arena)
{
	enum { NUMBERS = 10000, FAIR = 65536 / NUMBERS * NUMBERS };
	uint16_t number;

	do
		random_bytes(&number, sizeof(number));
	while (number >= FAIR);
	return arena_printf(arena, "%04d", number % NUMBERS);
}

enum err
card_make(struct ctx *ctx, enum card_type type, struct card *out)
{
	const char *drop_id = drop_id_new(ctx->arena, "card");
	struct rows rows;

	TRY(db_run(ctx, SQL_card_claim, &rows, PARAMS(p_int(ctx->who.user_id))));
	TRY(db_run(ctx, SQL_card_insert, &rows,
		   PARAMS(p_text(drop_id), p_int(ctx->who.user_id), p_word(card_type_words, type),
			  p_text(new_last_four(ctx->arena)), p_int(CARDS_MAX))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "You have the maximum number of cards; cancel one first");
	return card_get(ctx, drop_id, out);
}

enum err
card_set_status(struct ctx *ctx, const char *drop_id, enum card_status status, struct card *out)
{
	TRY(lock(ctx, drop_id, out));
	TRY(db_run(ctx, SQL_card_set_status, NULL,
		   PARAMS(p_int(out->card_id), p_word(card_status_words, status))));
	return card_get(ctx, drop_id, out);
}

enum err
card_cancel(struct ctx *ctx, const char *drop_id, struct card *out)
{
	TRY(find(ctx, SQL_card_lock, drop_id, out));
	if (is_cancelled(out))
		return ERR_OK;
	TRY(db_run(ctx, SQL_card_set_status, NULL,
		   PARAMS(p_int(out->card_id), p_word(card_status_words, CARD_CANCELLED))));
	return card_get(ctx, drop_id, out);
}

enum err
card_order(struct ctx *ctx, const char *drop_id, const char *address, struct card *out)
{
	const char *plain = text_plain(ctx->arena, address);

	if (utf8_count(plain) < CARD_ADDRESS_MIN || !text_is_visible(plain)) {
		violation_add(ctx->arena, &ctx->fault, "address", "LENGTH",
			      "must have at least 10 characters");
		return ERR_VALIDATION;
	}
	TRY(lock(ctx, drop_id, out));
	if (out->type != CARD_VIRTUAL || out->ordered_at.us != 0)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "The card already has a physical version");
	TRY(db_run(ctx, SQL_card_order, NULL, PARAMS(p_int(out->card_id), p_text(plain))));
	return card_get(ctx, drop_id, out);
}

enum err
card_pin_hash(struct ctx *ctx, const char *drop_id, const char *pin, const char **hash)
{
	char *text = arena_printf(ctx->arena, "card-pin-1;%s;%s", drop_id, pin);
	unsigned char digest[KEYED_DIGEST_SIZE];

	keyring_digest(ctx->app->keys, text, strlen(text), digest);
	secret_wipe(text, strlen(text));
	return password_bcrypt(ctx->app->passwords, ctx->arena, &ctx->fault,
			       hex_encode(ctx->arena, digest, sizeof(digest)), hash);
}

enum err
card_set_pin(struct ctx *ctx, const char *drop_id, const char *hash, struct card *out)
{
	TRY(lock(ctx, drop_id, out));
	TRY(db_run(ctx, SQL_card_set_pin, NULL, PARAMS(p_int(out->card_id), p_text(hash))));
	return card_get(ctx, drop_id, out);
}

struct limit_row {
	enum card_limit_type limit_type;
	int64_t minor;
	struct instant updated_at;
};

static const struct column limit_columns[] = {
	COLUMN_WORD(struct limit_row, limit_type, card_limit_type_words),
	COLUMN(struct limit_row, minor),
	COLUMN(struct limit_row, updated_at),
};

static void
limit_scan(const struct rows *rows, size_t i, struct card_limit *out)
{
	struct limit_row row;

	rows_scan(rows, i, limit_columns, COLUMN_COUNT(limit_columns), &row);
	*out = (struct card_limit){
		row.limit_type, {row.minor, currency_find(currency)}, row.updated_at};
}

enum err
card_limits(struct ctx *ctx, const char *drop_id, struct card_limit **out, size_t *n)
{
	struct card card = {0};
	struct rows rows;

	TRY(card_get(ctx, drop_id, &card));
	TRY(db_run(ctx, SQL_card_limit_list, &rows, PARAMS(p_int(card.card_id))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		limit_scan(&rows, i, &(*out)[i]);
	return ERR_OK;
}

enum err
card_set_limit(struct ctx *ctx, const char *drop_id, enum card_limit_type type,
	       struct decimal amount, struct card_limit *out)
{
	struct money money;
	struct card card = {0};
	struct rows rows;

	TRY(transaction_amount(ctx, amount, currency, &money));
	if (money.minor <= 0) {
		violation_add(ctx->arena, &ctx->fault, "amount", "RANGE", "must be more than 0");
		return ERR_VALIDATION;
	}
	TRY(lock(ctx, drop_id, &card));
	TRY(db_run(ctx, SQL_card_limit_set, &rows,
		   PARAMS(p_int(card.card_id), p_word(card_limit_type_words, type),
			  p_int(money.minor))));
	limit_scan(&rows, 0, out);
	return ERR_OK;
}

enum err
card_leave(struct ctx *ctx, int64_t user_id)
{
	return db_run(ctx, SQL_card_leave, NULL, PARAMS(p_int(user_id)));
}
