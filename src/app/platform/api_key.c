/* API keys: 32 random bytes, shown once; only a keyed digest is stored. */
#include <string.h>

#include "app/platform/api_key.h"
#include "app/platform/platform.h"
#include "base/arena.h"
#include "crypto/hmac.h"
#include "crypto/keyring.h"
#include "crypto/random.h"
#include "db/row.h"
#include "net/address_block.h"
#include "runtime/app.h"

enum { KEY_BYTES = 32, PREFIX_CHARACTERS = 9 };

const char *const api_key_status_words[] = {"active", "expired", "revoked", NULL};

struct key_row {
	int64_t api_key_id;
	struct uuid public_id;
	const char *prefix;
	enum mode scope;
	const char *description;
	int64_t quota; /* 0: unlimited */
	struct instant created_at;
	struct instant expires_at;
	struct instant revoked_at;
	enum api_key_status status;
	const char *allowed_addresses; /* these separated by commas */
	const char *allowed_routes;
};

static const struct column key_columns[] = {
	COLUMN(struct key_row, api_key_id),
	COLUMN(struct key_row, public_id),
	COLUMN(struct key_row, prefix),
	COLUMN_WORD(struct key_row, scope, mode_words),
	COLUMN(struct key_row, description),
	COLUMN(struct key_row, quota),
	COLUMN(struct key_row, created_at),
	COLUMN(struct key_row, expires_at),
	COLUMN(struct key_row, revoked_at),
	COLUMN_WORD(struct key_row, status, api_key_status_words),
	COLUMN(struct key_row, allowed_addresses),
	COLUMN(struct key_row, allowed_routes),
};

static struct text_list
split(struct arena *arena, const char *text)
{
	return text != NULL ? text_list_split(arena, text) : (struct text_list){NULL, 0};
}

static void
scan(struct arena *arena, const struct rows *rows, size_t i, struct api_key *out)
{
	struct key_row row = {0};

	rows_scan(rows, i, key_columns, COLUMN_COUNT(key_columns), &row);
	*out = (struct api_key){
		.api_key_id = row.api_key_id,
		.public_id = row.public_id,
		.prefix = row.prefix,
		.scope = row.scope,
		.description = row.description,
		.quota = {true, row.quota == 0, row.quota},
		.allowed_addresses = split(arena, row.allowed_addresses),
		.allowed_routes = split(arena, row.allowed_routes),
		.status = row.status,
		.created_at = row.created_at,
		.expires_at = row.expires_at,
		.revoked_at = row.revoked_at,
	};
}

/* The internal id of a project of the caller; 0 for a nil one. */
static enum err
owner_of(struct ctx *ctx, struct uuid project, int64_t *project_id)
{
	struct project owner = {0};

	*project_id = 0;
	if (uuid_is_nil(project))
		return ERR_OK;
	TRY(project_get(ctx, project, &owner));
	*project_id = owner.project_id;
	return ERR_OK;
}

static enum err
find(struct ctx *ctx, int64_t project_id, struct uuid id, struct api_key *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_api_key_find, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_id(project_id), p_uuid(id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "API key not found");
	scan(ctx->arena, &rows, 0, out);
	return ERR_OK;
}

/* Absent is the documented default; null is unlimited. */
static struct param
quota_param(struct optional_int quota)
{
	if (!quota.present)
		return p_int(QUOTA_DEFAULT);
	return quota.null ? p_null() : p_int(quota.value);
}

static struct param
list_param(const struct text_list *list)
{
	return list->items != NULL ? p_texts(list->items, list->count) : p_null();
}

/* A copy of the addresses in their canonical form. */
static enum err
read_addresses(struct ctx *ctx, const struct text_list *in, struct text_list *out)
{
	enum err err = ERR_OK;

	*out = *in;
	if (in->items == NULL)
		return ERR_OK;
	out->items = arena_array(ctx->arena, in->count, sizeof(*out->items));
	for (size_t i = 0; i < in->count; i++) {
		char text[ADDRESS_BLOCK_TEXT_MAX];
		struct address_block block;
		const char *problem = address_block_parse(&block, in->items[i]);

		if (problem == NULL) {
			out->items[i] = arena_strdup(ctx->arena, address_block_text(text, &block));
			continue;
		}
		violation_add(ctx->arena, &ctx->fault,
			      arena_printf(ctx->arena, "allowedAddresses[%zu]", i), "ADDRESS",
			      problem);
		err = ERR_VALIDATION;
	}
	return err;
}

static enum err
make(struct ctx *ctx, int64_t project_id, const struct api_key *in, struct api_key *out)
{
	unsigned char bytes[KEY_BYTES];
	unsigned char digest[SHA256_SIZE];
	struct uuid id = uuid_v7();
	const char *raw;

	if (project_id != 0)
		TRY(project_hold(ctx, project_id));
	random_bytes(bytes, sizeof(bytes));
	raw = arena_printf(ctx->arena, "qp_%s", base64url_encode(ctx->arena, bytes, sizeof(bytes)));
	keyring_digest(ctx->app->keys, raw, strlen(raw), digest);
	TRY(db_run(ctx, SQL_api_key_insert, NULL,
		   PARAMS(p_uuid(id), p_bytes(digest, sizeof(digest)), p_int(ctx->who.user_id),
			  p_id(project_id),
			  p_text(arena_strndup(ctx->arena, raw, PREFIX_CHARACTERS)),
			  p_word(mode_words, in->scope), p_text(in->description),
			  quota_param(in->quota), p_from(in->expires),
			  list_param(&in->allowed_addresses), list_param(&in->allowed_routes))));
	TRY(find(ctx, project_id, id, out));
	out->raw = raw;
	return ERR_OK;
}

enum err
api_key_create(struct ctx *ctx, struct uuid project, const struct api_key *in, struct api_key *out)
{
	struct api_key order = *in;
	int64_t project_id;

	TRY(owner_of(ctx, project, &project_id));
	TRY(read_addresses(ctx, &in->allowed_addresses, &order.allowed_addresses));
	if (in->expires.given && in->expires.first.us <= ctx->now.us) {
		violation_add(ctx->arena, &ctx->fault, "expiresAt", "PAST",
			      "must be in the future");
		return ERR_VALIDATION;
	}
	return make(ctx, project_id, &order, out);
}

static enum err
not_valid(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_CONFLICT, NULL, "The API key is no longer valid");
}

enum err
api_key_rotate(struct ctx *ctx, struct uuid project, struct uuid id, int64_t overlap_s,
	       struct api_key *out)
{
	struct api_key order = {.raw = NULL};
	struct instant end;
	int64_t project_id;
	struct rows rows;

	TRY(owner_of(ctx, project, &project_id));
	TRY(find(ctx, project_id, id, &order));
	end = order.expires_at;
	TRY(db_run(ctx, SQL_api_key_retire, &rows,
		   PARAMS(p_int(order.api_key_id), p_int(overlap_s))));
	if (rows.affected == 0)
		return not_valid(ctx);
	TRY(find(ctx, project_id, id, &order)); /* it is locked, so its limits are the last ones */
	order.expires = (struct moment){.first = end, .given = end.us != 0};
	TRY(make(ctx, project_id, &order, out));
	out->replaces = id;
	return ERR_OK;
}

enum err
api_key_get(struct ctx *ctx, struct uuid project, struct uuid id, struct api_key *out)
{
	int64_t project_id;

	TRY(owner_of(ctx, project, &project_id));
	return find(ctx, project_id, id, out);
}

enum err
api_key_list(struct ctx *ctx, struct uuid project, int64_t after, int64_t most,
	     struct api_key **out, size_t *n)
{
	struct rows rows;
	int64_t project_id;

	TRY(owner_of(ctx, project, &project_id));
	TRY(db_run(ctx, SQL_api_key_list, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_id(project_id), p_id(after), p_int(most))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		scan(ctx->arena, &rows, i, &(*out)[i]);
	return ERR_OK;
}

enum err
api_key_limit(struct ctx *ctx, struct uuid project, struct uuid id, const struct api_key *in,
	      struct api_key *out)
{
	struct text_list addresses;
	int64_t project_id;
	struct rows rows;

	TRY(owner_of(ctx, project, &project_id));
	TRY(find(ctx, project_id, id, out));
	TRY(read_addresses(ctx, &in->allowed_addresses, &addresses));
	TRY(db_run(ctx, SQL_api_key_limit, &rows,
		   PARAMS(p_int(out->api_key_id), list_param(&addresses),
			  list_param(&in->allowed_routes))));
	if (rows.affected == 0)
		return not_valid(ctx);
	return find(ctx, project_id, id, out);
}

enum err
api_key_revoke(struct ctx *ctx, struct uuid project, struct uuid id, struct api_key *out)
{
	int64_t project_id;

	TRY(owner_of(ctx, project, &project_id));
	TRY(find(ctx, project_id, id, out));
	TRY(db_run(ctx, SQL_api_key_revoke, NULL, PARAMS(p_int(out->api_key_id))));
	return find(ctx, project_id, id, out);
}
