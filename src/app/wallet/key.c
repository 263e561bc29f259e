#include "app/wallet/key.h"

#include <string.h>

#include "base/arena.h"
#include "crypto/keyring.h"
#include "crypto/random.h"
#include "db/row.h"
#include "runtime/app.h"

enum { KEY_CHARACTERS = 12, PREFIX_CHARACTERS = 12 };

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* Bytes that would bias the distribution are drawn again. */
static const char *
random_key(struct arena *arena)
{
	enum { FAIR = 62 * 4 };
	char text[KEY_CHARACTERS + 1] = {0};
	unsigned char byte;

	for (size_t i = 0; i < KEY_CHARACTERS;) {
		random_bytes(&byte, 1);
		if (byte < FAIR)
			text[i++] = base62[byte % 62];
	}
	return arena_printf(arena, WALLET_KEY_PREFIX "%s", text);
}

static enum err
not_found(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "API key not found");
}

/* Serialise key creation of the user, and check that there is room for one more. */
static enum err
claim_place(struct ctx *ctx)
{
	const struct param user = p_int(ctx->who.user_id);
	struct rows claimed;
	struct rows expired;
	struct rows totals;
	const struct db_call calls[] = {
		{SQL_wallet_key_claim, &claimed, &user, 1},
		{SQL_wallet_key_expire, &expired, &user, 1},
		{SQL_wallet_key_totals, &totals, &user, 1},
	};

	TRY(db_pipeline(ctx, calls, 3));
	if (row_int(&totals, 0, 1) >= WALLET_KEYS_MAX)
		return fault(&ctx->fault, ERR_BAD_REQUEST, NULL, "Maximum of %d active API keys",
			     WALLET_KEYS_MAX);
	return ERR_OK;
}

enum err
wallet_key_create(struct ctx *ctx, const struct wallet_key_order *in, struct new_wallet_key *out)
{
	unsigned char digest[KEYED_DIGEST_SIZE];
	const char *raw = random_key(ctx->arena);
	struct rows rows;

	TRY(claim_place(ctx));
	keyring_digest(ctx->app->keys, raw, strlen(raw), digest);
	TRY(db_run(ctx, SQL_wallet_key_insert, &rows,
		   PARAMS(p_uuid(uuid_v7()), p_int(ctx->who.user_id),
			  p_bytes(digest, sizeof(digest)),
			  p_text(arena_strndup(ctx->arena, raw, PREFIX_CHARACTERS)),
			  p_text(in->name), p_int(in->permissions), p_text(in->expiry))));
	*out = (struct new_wallet_key){raw, row_time(&rows, 0, 0)};
	return ERR_OK;
}

struct renewal_row {
	const char *name;
	int64_t permissions;
	bool is_due;
};

static const struct column renewal_columns[] = {
	COLUMN(struct renewal_row, name),
	COLUMN(struct renewal_row, permissions),
	COLUMN(struct renewal_row, is_due),
};

enum err
wallet_key_renew(struct ctx *ctx, const char *id, const char *expiry, struct new_wallet_key *out)
{
	struct wallet_key_order order = {.expiry = expiry};
	struct renewal_row row = {0};
	struct uuid public_id;
	struct rows rows;

	if (!uuid_parse(&public_id, id))
		return not_found(ctx);
	TRY(db_run(ctx, SQL_wallet_key_to_renew, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_uuid(public_id))));
	if (rows.count == 0)
		return not_found(ctx);
	rows_scan(&rows, 0, renewal_columns, COLUMN_COUNT(renewal_columns), &row);
	if (!row.is_due)
		return fault(&ctx->fault, ERR_BAD_REQUEST, NULL,
			     "The API key has not expired and does not expire within 24 hours");
	order.name = row.name;
	order.permissions = row.permissions;
	return wallet_key_create(ctx, &order, out);
}

enum err
wallet_key_revoke(struct ctx *ctx, const char *id)
{
	struct uuid public_id;
	struct rows rows;

	if (!uuid_parse(&public_id, id))
		return not_found(ctx);
	TRY(db_run(ctx, SQL_wallet_key_revoke, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_uuid(public_id))));
	return rows.count > 0 ? ERR_OK : not_found(ctx);
}

static const struct column key_columns[] = {
	COLUMN(struct wallet_key, public_id),    COLUMN(struct wallet_key, name),
	COLUMN(struct wallet_key, prefix),       COLUMN(struct wallet_key, permissions),
	COLUMN(struct wallet_key, created_at),   COLUMN(struct wallet_key, expires_at),
	COLUMN(struct wallet_key, last_used_at), COLUMN(struct wallet_key, is_active),
	COLUMN(struct wallet_key, is_revoked),   COLUMN(struct wallet_key, is_expired),
};

enum err
wallet_key_list(struct ctx *ctx, int64_t most, int64_t skip, struct wallet_key_list *out)
{
	const struct param user = p_int(ctx->who.user_id);
	const struct param list_params[] = {user, p_int(most), p_int(skip)};
	struct rows expired;
	struct rows totals;
	struct rows rows;
	const struct db_call calls[] = {
		{SQL_wallet_key_expire, &expired, &user, 1},
		{SQL_wallet_key_totals, &totals, &user, 1},
		{SQL_wallet_key_list, &rows, list_params, 3},
	};

	TRY(db_pipeline(ctx, calls, 3));
	*out = (struct wallet_key_list){
		.keys = arena_array(ctx->arena, rows.count, sizeof(struct wallet_key)),
		.count = rows.count,
		.total = row_int(&totals, 0, 0),
		.active = row_int(&totals, 0, 1),
	};
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, key_columns, COLUMN_COUNT(key_columns), &out->keys[i]);
	return ERR_OK;
}

struct check_row {
	int64_t wallet_key_id;
	int64_t user_id;
	struct uuid user_public_id;
	int64_t permissions;
	bool is_expired;
	bool is_use_new;
};

static const struct column check_columns[] = {
	COLUMN(struct check_row, wallet_key_id),  COLUMN(struct check_row, user_id),
	COLUMN(struct check_row, user_public_id), COLUMN(struct check_row, permissions),
	COLUMN(struct check_row, is_expired),     COLUMN(struct check_row, is_use_new),
};

static enum err
not_good(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_UNAUTHORIZED, NULL,
		     "The API key is unknown, expired or revoked");
}

/* A malformed key need not be looked up. */
static bool
has_form(const char *raw)
{
	const char *tail = raw + strlen(WALLET_KEY_PREFIX);

	return strlen(raw) == strlen(WALLET_KEY_PREFIX) + KEY_CHARACTERS &&
	       strspn(tail, base62) == KEY_CHARACTERS;
}

enum err
wallet_key_check(struct ctx *ctx, const char *raw, struct principal *out)
{
	unsigned char digest[KEYED_DIGEST_SIZE];
	struct check_row row = {0};
	struct rows rows;

	if (!text_starts_with(raw, WALLET_KEY_PREFIX) || !has_form(raw))
		return not_good(ctx);
	keyring_digest(ctx->app->keys, raw, strlen(raw), digest);
	TRY(db_run(ctx, SQL_wallet_key_check, &rows, PARAMS(p_bytes(digest, sizeof(digest)))));
	if (rows.count == 0)
		return not_good(ctx);
	rows_scan(&rows, 0, check_columns, COLUMN_COUNT(check_columns), &row);
	if (row.is_expired) {
		TRY(db_run(ctx, SQL_wallet_key_expired, NULL, PARAMS(p_int(row.wallet_key_id))));
		return not_good(ctx);
	}
	if (row.is_use_new)
		TRY(db_run(ctx, SQL_wallet_key_used, NULL, PARAMS(p_int(row.wallet_key_id))));
	*out = (struct principal){
		.kind = PRINCIPAL_WALLET_KEY,
		.user_id = row.user_id,
		.user_public_id = row.user_public_id,
		.key_id = row.wallet_key_id,
		.permissions = (unsigned)row.permissions,
	};
	return ERR_OK;
}
