/* API keys of projects and users. */
#include "api/key_limits.h"
#include "api/page.h"
#include "api/pocket/pocket.h"
#include "app/platform/api_key.h"
#include "app/platform/platform.h"
#include "app/wallet/wallet.h"

static const char *const scopes[] = {"test", "live", "prod", NULL};
static const char *const scope_values[] = {"test", "live", "live", NULL};

#define ALLOWED_FIELDS                                                                             \
	FIELD(struct api_key, allowed_addresses, .name = "allowedAddresses", .may_be_empty = true, \
	      .items_max = ALLOWED_ADDRESSES_MAX, .max = 64,                                       \
	      .doc = "IPv4 and IPv6 addresses, and ranges in the notation of CIDR, that the key "  \
		     "can be used from; elsewhere it is 403. An empty list, the default: any.",    \
	      .example = "[\"192.0.2.7\",\"2001:db8::/32\"]"),                                     \
		FIELD(struct api_key, allowed_routes, .name = "allowedRoutes",                     \
		      .may_be_empty = true, .items_max = ALLOWED_ROUTES_MAX,                       \
		      .doc = "Routes that the key can be used for, with their method and path as " \
			     "in this document, such as \"POST /v1/wallets/transfer\"; others "    \
			     "are 403. \"GET *\" means all that only read. An empty list, the "    \
			     "default: all.",                                                      \
		      .example = "[\"GET *\"]")

static const struct field key_in_fields[] = {
	FIELD(struct api_key, scope, .name = "scope", .choices = scopes,
	      .choice_values = scope_values, .words = mode_words, .fallback = "test",
	      .doc = "A test key reads and moves test money only; prod is an alias of live."),
	FIELD(struct api_key, description, .name = "description", .max = 255,
	      .example = "\"Test key\""),
	FIELD(struct api_key, quota, .name = "quota", .lower_bound = true, .min = 1,
	      .max = 1000000000, .doc = "Requests per UTC day. Default: 1000; null for no limit.",
	      .example = "1000"),
	FIELD(struct api_key, expires, .name = "expiresAt", .example = "\"2027-12-31T23:59:59Z\""),
	ALLOWED_FIELDS,
};

static const struct field change_fields[] = {ALLOWED_FIELDS};

#define KEY_FIELDS                                                                                \
	FIELD(struct api_key, public_id, .name = "id", .required = true),                         \
		FIELD(struct api_key, prefix, .name = "prefix", .required = true,                 \
		      .doc = "First characters of the key.", .example = "\"qp_3fQ9xZ\""),         \
		FIELD(struct api_key, scope, .name = "scope", .choices = mode_words,              \
		      .required = true, .example = "\"test\""),                                   \
		FIELD(struct api_key, description, .name = "description", .keep_null = true,      \
		      .example = "\"Test key\""),                                                 \
		FIELD(struct api_key, quota, .name = "quota", .keep_null = true,                  \
		      .example = "1000"),                                                         \
		FIELD(struct api_key, allowed_addresses, .name = "allowedAddresses",              \
		      .keep_null = true, .doc = "null: any.",                                     \
		      .example = "[\"192.0.2.7\",\"2001:db8::/32\"]"),                            \
		FIELD(struct api_key, allowed_routes, .name = "allowedRoutes", .keep_null = true, \
		      .doc = "null: all.", .example = "[\"GET *\"]"),                             \
		FIELD(struct api_key, status, .name = "status", .choices = api_key_status_words,  \
		      .required = true, .example = "\"active\""),                                 \
		FIELD(struct api_key, created_at, .name = "createdAt", .required = true),         \
		FIELD(struct api_key, expires_at, .name = "expiresAt", .keep_null = true),        \
		FIELD(struct api_key, revoked_at, .name = "revokedAt", .keep_null = true,         \
		      .example = "null")

static const struct field key_fields[] = {KEY_FIELDS};

static const struct field new_key_fields[] = {
	FIELD(struct api_key, raw, .name = "rawKey", .required = true,
	      .doc = "The key itself, shown only once.",
	      .example = "\"qp_3fQ9xZk0Jb1cVd2eWf4gXh5iYj6kZl7mAn8oBp9qCr0\""),
	KEY_FIELDS,
	FIELD(struct api_key, replaces, .name = "replaces",
	      .doc = "After a rotation: the key that ends."),
};

struct rotation {
	struct optional_int overlap_s;
};

static const struct field rotation_fields[] = {
	FIELD(struct rotation, overlap_s, .name = "overlapSeconds", .lower_bound = true, .min = 0,
	      .max = OVERLAP_MAX_S, .doc = "How long the former key stays valid. Default: 86400.",
	      .example = "86400"),
};

struct list_query {
	struct page_query page;
};

static const struct field list_fields[] = {PAGE_FIELDS(struct list_query)};

static const struct schema key_in = SCHEMA(struct api_key, "ApiKeyRequest", key_in_fields);
static const struct schema change_in = SCHEMA(struct api_key, "ApiKeyChange", change_fields);
static const struct schema key_out = SCHEMA(struct api_key, "ApiKey", key_fields);
static const struct schema new_key_out = SCHEMA(struct api_key, "NewApiKey", new_key_fields);
static const struct schema rotation_in =
	SCHEMA(struct rotation, "RotateApiKeyRequest", rotation_fields);
static const struct schema list_query = SCHEMA(struct list_query, "ListQuery", list_fields);

/* The owner of the keys of the path: a project, or without a project the caller. */
static struct uuid
owner(const struct call *call)
{
	bool project = text_starts_with(call->route->path, "/v1/projects/");

	return project ? call->params[0].id : (struct uuid){{0}};
}

static struct uuid
key_id(const struct call *call)
{
	return uuid_is_nil(owner(call)) ? call->params[0].id : call->params[1].id;
}

/* Those of an order, by who the key is for. */
static enum err
check_routes(struct call *call, const struct api_key *order)
{
	return key_limits_check_routes(
		call, uuid_is_nil(owner(call)) ? PRINCIPAL_USER_KEY : PRINCIPAL_PROJECT_KEY,
		&order->allowed_routes);
}

static enum err
create_key(struct call *call, const void *in, void *out)
{
	TRY(check_routes(call, in));
	return api_key_create(&call->ctx, owner(call), in, out);
}

static enum err
change_key(struct call *call, const void *in, void *out)
{
	TRY(check_routes(call, in));
	return api_key_limit(&call->ctx, owner(call), key_id(call), in, out);
}

static enum err
get_key(struct call *call, const void *in, void *out)
{
	(void)in;
	return api_key_get(&call->ctx, owner(call), key_id(call), out);
}

static enum err
list_keys(struct call *call, const void *in, void *out)
{
	const struct page_query *query = &((const struct list_query *)call->query)->page;
	struct api_key *keys;
	size_t n;

	(void)in;
	TRY(api_key_list(&call->ctx, owner(call), query->after, page_most(query), &keys, &n));
	page_fill(call, out, query, keys, n, sizeof(*keys), offsetof(struct api_key, api_key_id));
	return ERR_OK;
}

static enum err
revoke_key(struct call *call, const void *in, void *out)
{
	(void)in;
	return api_key_revoke(&call->ctx, owner(call), key_id(call), out);
}

static enum err
rotate_key(struct call *call, const void *in, void *out)
{
	struct optional_int overlap = ((const struct rotation *)in)->overlap_s;
	bool given = overlap.present && !overlap.null;

	return api_key_rotate(&call->ctx, owner(call), key_id(call),
			      given ? overlap.value : OVERLAP_DEFAULT_S, out);
}

#define ROTATION                                                                                 \
	"The new key has the same scope, quota, limits, description and expiry. The former key " \
	"stays valid for overlapSeconds; 0 ends it at once. Idempotency-Keys are the owner's: "  \
	"requests can be repeated with the new key."

#define CHANGE                                                                                      \
	"What is absent stays as it is; an empty list lifts a limit. Requests that begin from now " \
	"on are judged by the new limits."

const struct route pocket_keys[] = {
	{POST, "/v1/projects/{projectId}/api-keys", "Create an API key for a project", NULL,
	 create_key, .in = &key_in, .out = &new_key_out, .access = ACCESS_USER,
	 .effect = EFFECT_WRITE, .limits.daily = DAILY_CREATIONS, .status = 201,
	 .docs.tag = "API keys"},
	{GET, "/v1/projects/{projectId}/api-keys", "List the API keys of a project", NULL,
	 list_keys, .query = &list_query, .out = &key_out, .reply.list = true,
	 .access = ACCESS_USER, .status = 200, .docs.tag = "API keys"},
	{PATCH, "/v1/projects/{projectId}/api-keys/{id}", "Limit an API key of a project", CHANGE,
	 change_key, .in = &change_in, .out = &key_out, .access = ACCESS_USER,
	 .effect = EFFECT_WRITE, .docs.errors = {409}, .status = 200, .docs.tag = "API keys"},
	{DELETE, "/v1/projects/{projectId}/api-keys/{id}", "Revoke an API key of a project",
	 "The key is refused from now on.", revoke_key, .out = &key_out, .access = ACCESS_USER,
	 .effect = EFFECT_WRITE, .status = 200, .docs.tag = "API keys"},
	{POST, "/v1/projects/{projectId}/api-keys/{id}/rotate", "Rotate an API key of a project",
	 ROTATION, rotate_key, .in = &rotation_in, .out = &new_key_out, .access = ACCESS_USER,
	 .effect = EFFECT_WRITE, .limits.daily = DAILY_CREATIONS, .docs.errors = {409},
	 .status = 201, .docs.tag = "API keys"},
	{POST, "/v1/api-key", "Create a personal API key",
	 "The key acts as you on the routes of platform accounts and projects.", create_key,
	 .in = &key_in, .out = &new_key_out, .access = ACCESS_USER, .effect = EFFECT_WRITE,
	 .limits.daily = DAILY_CREATIONS, .status = 201, .docs.tag = "API keys"},
	{GET, "/v1/api-key", "List your personal API keys", NULL, list_keys, .query = &list_query,
	 .out = &key_out, .reply.list = true, .access = ACCESS_USER, .status = 200,
	 .docs.tag = "API keys"},
	{GET, "/v1/api-key/{id}", "Retrieve a personal API key", NULL, get_key, .out = &key_out,
	 .access = ACCESS_USER, .status = 200, .docs.tag = "API keys"},
	{POST, "/v1/api-key/{id}/rotate", "Rotate a personal API key", ROTATION, rotate_key,
	 .in = &rotation_in, .out = &new_key_out, .access = ACCESS_USER, .effect = EFFECT_WRITE,
	 .limits.daily = DAILY_CREATIONS, .docs.errors = {409}, .status = 201,
	 .docs.tag = "API keys"},
	{PATCH, "/v1/api-key/{id}", "Limit a personal API key", CHANGE, change_key,
	 .in = &change_in, .out = &key_out, .access = ACCESS_USER, .effect = EFFECT_WRITE,
	 .docs.errors = {409}, .status = 200, .docs.tag = "API keys"},
	{DELETE, "/v1/api-key/{id}", "Revoke a personal API key", NULL, revoke_key, .out = &key_out,
	 .access = ACCESS_USER, .effect = EFFECT_WRITE, .status = 200, .docs.tag = "API keys"},
	{0},
};
