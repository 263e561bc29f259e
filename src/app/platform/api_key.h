/* api_key.h - API keys of projects and users. */
#ifndef APP_PLATFORM_API_KEY_H
#define APP_PLATFORM_API_KEY_H

#include "base/ctx.h"
#include "base/value.h"

enum api_key_status { API_KEY_ACTIVE = 1, API_KEY_EXPIRED, API_KEY_REVOKED };

extern const char *const api_key_status_words[];

struct api_key {
	int64_t api_key_id;
	struct uuid public_id;
	const char *raw; /* only if it was just created */
	const char *prefix;
	enum mode scope;
	const char *description;
	struct optional_int quota; /* requests per UTC day; null: unlimited */
	/* Addresses of clients and routes that it is limited to. In an order an empty list is no limit; otherwise that
	 * is no list. */
	struct text_list allowed_addresses;
	struct text_list allowed_routes;
	enum api_key_status status;
	struct instant created_at;
	struct instant expires_at;
	struct moment expires; /* in an order: expiry time; null: never */
	struct instant revoked_at;
	struct uuid replaces; /* the key that it was made to replace, if it was just created */
};

enum { QUOTA_DEFAULT = 1000, ALLOWED_ADDRESSES_MAX = 20, ALLOWED_ROUTES_MAX = 50 };

/* Keys of a project of the caller, or with a nil project of the caller. None is added to an archived project:
 * ERR_CONFLICT. Addresses are checked (net/address_block.h) and stored in their canonical form, routes are the
 * server's. */
enum err api_key_create(struct ctx *ctx, struct uuid project, const struct api_key *in,
			struct api_key *out) MUST_CHECK;
enum err api_key_get(struct ctx *ctx, struct uuid project, struct uuid id,
		     struct api_key *out) MUST_CHECK;
enum err api_key_list(struct ctx *ctx, struct uuid project, int64_t after, int64_t most,
		      struct api_key **out, size_t *n) MUST_CHECK;
/* How long both are valid, in seconds. */
enum { OVERLAP_DEFAULT_S = 24 * 60 * 60, OVERLAP_MAX_S = 30 * 24 * 60 * 60 };
/* Another key with the same scope, quota, limits, description and end; the given one ends after overlap_s seconds.
 * ERR_CONFLICT if it is not valid, or as above. */
enum err api_key_rotate(struct ctx *ctx, struct uuid project, struct uuid id, int64_t overlap_s,
			struct api_key *out) MUST_CHECK;
/* Change the limits that are given in the order, from the commit on. ERR_CONFLICT if the key is not valid. */
enum err api_key_limit(struct ctx *ctx, struct uuid project, struct uuid id,
		       const struct api_key *in, struct api_key *out) MUST_CHECK;
/* The key is refused from the commit on. Revoking twice is not an error. */
enum err api_key_revoke(struct ctx *ctx, struct uuid project, struct uuid id,
			struct api_key *out) MUST_CHECK;

#endif
