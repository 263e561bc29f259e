/* API keys for wallets, which users give to services. */
#include "api/bitpal/bitpal.h"
#include "app/wallet/key.h"
#include "base/arena.h"
#include "base/attributes.h"

static const char *const permissions[] = {"deposit", "transfer", "read", NULL};
static const unsigned permission_bits[] = {PERMIT_DEPOSIT, PERMIT_TRANSFER, PERMIT_READ};
enum { PERMISSIONS = COUNT(permission_bits) };
static const char *const expiries[] = {"1H", "1D", "1M", "1Y", NULL};

enum { LIST_DEFAULT = 50, LIST_MAX = 100, OFFSET_MAX = 1000000 };

struct create_in {
	const char *name;
	struct text_list permissions;
	const char *expiry;
};

#define EXPIRY_FIELD(struct_type, example_)                                                 \
	FIELD(struct_type, expiry, .name = "expiry", .required = true, .choices = expiries, \
	      .doc = "1 hour, 1 day, 1 month or 1 year from now; months and years are "     \
		     "calendar months and years.",                                          \
	      .example = example_)

static const struct field create_fields[] = {
	FIELD(struct create_in, name, .name = "name", .required = true, .text = TEXT_NAME, .min = 1,
	      .max = 100, .doc = "Name to tell keys apart.", .example = "\"wallet-service\""),
	FIELD(struct create_in, permissions, .name = "permissions", .required = true,
	      .choices = permissions, .example = "[\"deposit\",\"transfer\",\"read\"]"),
	EXPIRY_FIELD(struct create_in, "\"1D\""),
};

struct rollover_in {
	const char *key;
	const char *expiry;
};

static const struct field rollover_fields[] = {
	FIELD(struct rollover_in, key, .name = "expired_key_id", .required = true, .min = 1,
	      .doc = "Id of one of your keys, as returned by the list.",
	      .example = "\"0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55\""),
	EXPIRY_FIELD(struct rollover_in, "\"1M\""),
};

static const struct field new_key_fields[] = {
	FIELD(struct new_wallet_key, raw, .name = "api_key", .required = true,
	      .doc = "The key itself, shown only once.", .example = "\"sk_live_3fQ9xZk0Jb1c\""),
	FIELD(struct new_wallet_key, expires_at, .name = "expires_at", .required = true),
};

/* A key as shown in the list. */
struct key_out {
	struct wallet_key key;
	struct text_list permissions;
};

static const struct field key_fields[] = {
	FIELD(struct key_out, key.public_id, .name = "id", .required = true),
	FIELD(struct key_out, key.name, .name = "name", .required = true,
	      .example = "\"wallet-service\""),
	FIELD(struct key_out, key.prefix, .name = "key_prefix", .required = true,
	      .doc = "First characters of the key.", .example = "\"sk_live_3fQ9\""),
	FIELD(struct key_out, permissions, .name = "permissions", .required = true,
	      .choices = permissions, .example = "[\"deposit\",\"transfer\",\"read\"]"),
	FIELD(struct key_out, key.expires_at, .name = "expires_at", .required = true),
	FIELD(struct key_out, key.is_active, .name = "is_active", .required = true),
	FIELD(struct key_out, key.is_revoked, .name = "is_revoked", .required = true,
	      .example = "false"),
	FIELD(struct key_out, key.is_expired, .name = "is_expired", .required = true,
	      .example = "false"),
	FIELD(struct key_out, key.created_at, .name = "created_at", .required = true),
	FIELD(struct key_out, key.last_used_at, .name = "last_used_at", .keep_null = true,
	      .doc = "Accurate to the minute; null if the key was never used."),
};

static const struct schema key_schema = SCHEMA(struct key_out, "WalletKey", key_fields);

struct list_out {
	struct list keys;
	int64_t total;
	int64_t active_count;
};

static const struct field list_out_fields[] = {
	FIELD(struct list_out, keys, .name = "keys", .required = true, .sub = &key_schema),
	FIELD(struct list_out, total, .name = "total", .required = true, .example = "1",
	      .doc = "Number of all your keys."),
	FIELD(struct list_out, active_count, .name = "active_count", .required = true,
	      .example = "1"),
};

struct list_query {
	int64_t limit; /* 0: the default */
	int64_t offset;
};

static const struct field list_query_fields[] = {
	FIELD(struct list_query, limit, .name = "limit", .lower_bound = true, .min = 1,
	      .max = LIST_MAX, .doc = "Maximum number of keys to return. Default: 50.",
	      .example = "50"),
	FIELD(struct list_query, offset, .name = "offset", .lower_bound = true, .min = 0,
	      .max = OFFSET_MAX, .doc = "Number of keys to skip.", .example = "0"),
};

static const struct schema create_in = SCHEMA(struct create_in, "CreateKeyRequest", create_fields);
static const struct schema rollover_in =
	SCHEMA(struct rollover_in, "RolloverKeyRequest", rollover_fields);
static const struct schema new_key_out =
	SCHEMA(struct new_wallet_key, "NewWalletKey", new_key_fields);
static const struct schema list_out = SCHEMA(struct list_out, "WalletKeyList", list_out_fields);
static const struct schema list_query =
	SCHEMA(struct list_query, "WalletKeyQuery", list_query_fields);

static int64_t
bits_of(const struct text_list *texts)
{
	unsigned bits = 0;

	for (size_t i = 0; i < texts->count; i++)
		bits |= permission_bits[text_index(permissions, texts->items[i])];
	return bits;
}

static struct text_list
texts_of(struct arena *arena, int64_t bits)
{
	struct text_list texts = {arena_array(arena, PERMISSIONS, sizeof(const char *)), 0};

	for (size_t i = 0; i < PERMISSIONS; i++)
		if (((unsigned)bits & permission_bits[i]) != 0)
			texts.items[texts.count++] = permissions[i];
	return texts;
}

static enum err
create_key(struct call *call, const void *in, void *out)
{
	const struct create_in *body = in;
	struct wallet_key_order order = {
		.name = body->name,
		.permissions = bits_of(&body->permissions),
		.expiry = body->expiry,
	};

	return wallet_key_create(&call->ctx, &order, out);
}

static enum err
roll_over(struct call *call, const void *in, void *out)
{
	const struct rollover_in *body = in;

	return wallet_key_renew(&call->ctx, body->key, body->expiry, out);
}

static enum err
list_keys(struct call *call, const void *in, void *out)
{
	const struct list_query *query = call->query;
	struct wallet_key_list list;
	struct key_out *shown;

	(void)in;
	TRY(wallet_key_list(&call->ctx, query->limit > 0 ? query->limit : LIST_DEFAULT,
			    query->offset, &list));
	shown = arena_array(call->ctx.arena, list.count, sizeof(*shown));
	for (size_t i = 0; i < list.count; i++)
		shown[i] = (struct key_out){list.keys[i],
					    texts_of(call->ctx.arena, list.keys[i].permissions)};
	*(struct list_out *)out = (struct list_out){{shown, list.count}, list.total, list.active};
	return ERR_OK;
}

static enum err
revoke_key(struct call *call, const void *in, void *out)
{
	(void)in;
	(void)out;
	return wallet_key_revoke(&call->ctx, call->params[0].text);
}

const struct route bitpal_keys[] = {
	{POST, "/api/v1/keys/create", "Create an API key",
	 "The key is shown only once. At most five keys may be active. Only an HMAC of the key, "
	 "under a server key, is stored.",
	 create_key, .in = &create_in, .out = &new_key_out, .access = ACCESS_USER,
	 .effect = EFFECT_WRITE, .reply.message = "API key created successfully",
	 .limits.daily = DAILY_CREATIONS, .status = 201, .docs.tag = "API keys"},
	{POST, "/api/v1/keys/rollover", "Create an API key with the permissions of an old key",
	 "The old key must have expired, or expire within 24 hours. It is not revoked.", roll_over,
	 .in = &rollover_in, .out = &new_key_out, .access = ACCESS_USER, .effect = EFFECT_WRITE,
	 .docs.errors = {404}, .reply.message = "API key rolled over successfully",
	 .limits.daily = DAILY_CREATIONS, .status = 201, .docs.tag = "API keys"},
	{GET, "/api/v1/keys/list", "List your API keys",
	 "Newest first. Expired keys are marked as inactive.", list_keys, .query = &list_query,
	 .out = &list_out, .access = ACCESS_USER, .reply.message = "API keys retrieved",
	 .status = 200, .docs.tag = "API keys"},
	{DELETE, "/api/v1/keys/{key_id:word}", "Revoke an API key",
	 "The key is refused permanently.", revoke_key, .access = ACCESS_USER,
	 .effect = EFFECT_WRITE, .reply.message = "API key revoked successfully", .status = 200,
	 .docs.tag = "API keys"},
	{0},
};
