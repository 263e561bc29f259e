/*
 * key.h - API keys of wallets, which users give to services.
 *
 * "sk_live_" and 12 random letters and digits (71 bits), shown once. The stored value is an HMAC
 * under a server key: for a random key a slow password hash adds no strength, but costs each
 * request tens of milliseconds. A user may have five active keys.
 */
#ifndef APP_WALLET_KEY_H
#define APP_WALLET_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"

#define WALLET_KEY_PREFIX "sk_live_"

enum { WALLET_KEYS_MAX = 5 };

struct wallet_key {
	struct uuid public_id;
	const char *name;
	const char *prefix;
	int64_t permissions; /* bits, numbered by the caller */
	struct instant created_at;
	struct instant expires_at;
	struct instant last_used_at; /* to the minute; none: never */
	bool is_active;
	bool is_revoked;
	bool is_expired;
};

struct wallet_key_order {
	const char *name;
	int64_t permissions;
	const char *expiry; /* 1H, 1D, 1M, 1Y */
};

struct new_wallet_key {
	const char *raw;
	struct instant expires_at;
};

/* All of these act for the caller; those that change data in a transaction. */

/* ERR_BAD_REQUEST if the maximum number is active. */
enum err wallet_key_create(struct ctx *ctx, const struct wallet_key_order *in,
			   struct new_wallet_key *out) MUST_CHECK;
/* A new key with the name and the permissions of one that has expired, or will within a day:
 * otherwise ERR_BAD_REQUEST. ERR_NOT_FOUND. */
enum err wallet_key_renew(struct ctx *ctx, const char *id, const char *expiry,
			  struct new_wallet_key *out) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum err wallet_key_revoke(struct ctx *ctx, const char *id) MUST_CHECK;

struct wallet_key_list {
	struct wallet_key *keys;
	size_t count;
	int64_t total;
	int64_t active;
};

/* Newest first. Expired keys are marked. */
enum err wallet_key_list(struct ctx *ctx, int64_t most, int64_t skip,
			 struct wallet_key_list *out) MUST_CHECK;

/* Outside of any transaction: the principal of a key. An expired key is marked.
 * ERR_UNAUTHORIZED. */
enum err wallet_key_check(struct ctx *ctx, const char *raw, struct principal *out) MUST_CHECK;

#endif
