#include "api/auth.h"

#include <string.h>

#include "api/access.h"
#include "api/cors.h"
#include "api/key_cache.h"
#include "api/key_limits.h"
#include "app/people/user.h"
#include "app/wallet/key.h"
#include "base/arena.h"
#include "base/batcher.h"
#include "base/config.h"
#include "crypto/hmac.h"
#include "crypto/keyring.h"
#include "crypto/token.h"
#include "db/row.h"
#include "runtime/app.h"

/* A key to look up, and the result of the look-up. */
struct key_check {
	struct batch_item item; /* first, so that an item is a check */
	struct call *call;      /* of the requesting thread */
	unsigned char digest[SHA256_SIZE];
	bool valid;
	enum key_limit limit;
	struct key_row {
		struct bytes digest;
		int64_t key_id;
		int64_t user_id;
		struct uuid user_public_id;
		int64_t project_id;
		struct uuid project_public_id;
		int64_t ledger_id;
		bool live;
		int64_t quota;         /* 0: none */
		bool archived;         /* its project */
		const char *addresses; /* what it is limited to; texts live as long as the query */
		const char *routes;
	} row;
	struct fault fault;
};

static const struct column key_columns[] = {
	COLUMN(struct key_row, digest),     COLUMN(struct key_row, key_id),
	COLUMN(struct key_row, user_id),    COLUMN(struct key_row, user_public_id),
	COLUMN(struct key_row, project_id), COLUMN(struct key_row, project_public_id),
	COLUMN(struct key_row, ledger_id),  COLUMN(struct key_row, live),
	COLUMN(struct key_row, quota),      COLUMN(struct key_row, archived),
	COLUMN(struct key_row, addresses),  COLUMN(struct key_row, routes),
};

/* Take the row of the key, if there is one. */
static void
find_row(struct key_check *check, const struct rows *rows, struct arena *arena)
{
	for (size_t r = 0; r < rows->count; r++) {
		if (memcmp(row_bytes(rows, r, 0).data, check->digest, SHA256_SIZE) != 0)
			continue;
		rows_scan(rows, r, key_columns, COLUMN_COUNT(key_columns), &check->row);
		check->limit =
			key_limit_of(arena, check->row.addresses, check->row.routes, check->call);
		check->valid = true;
		return;
	}
}

/* One query for all waiting keys. Runs with the resources of the first of them. */
static void
check_keys(void *arg, struct batch_item **items, size_t n)
{
	struct ctx *ctx = &((struct key_check *)items[0])->call->ctx;
	struct bytes *digests = arena_array(ctx->arena, n, sizeof(*digests));
	struct rows rows = {0};
	enum err err;

	(void)arg;
	for (size_t i = 0; i < n; i++)
		digests[i] = (struct bytes){((struct key_check *)items[i])->digest, SHA256_SIZE};
	err = db_run(ctx, SQL_api_key_check, &rows, PARAMS(p_bytes_list(digests, n)));
	for (size_t i = 0; i < n; i++) {
		struct key_check *check = (struct key_check *)items[i];

		if (err != ERR_OK)
			check->fault = ctx->fault;
		find_row(check, &rows, ctx->arena);
	}
}

struct batcher *
auth_key_checks(size_t batch_max)
{
	return batcher_new(check_keys, NULL, batch_max);
}

static enum err
unauthorized(struct call *call, const char *message)
{
	return fault(&call->ctx.fault, ERR_UNAUTHORIZED, NULL, "%s", message);
}

/* Count the request against the daily quota of the key; the headers tell how many are left. */
static enum err
count_quota(struct call *call, const struct key_row *key)
{
	struct rows rows;

	if (key->quota == 0)
		return ERR_OK;
	TRY(db_run(&call->ctx, SQL_api_key_count, &rows,
		   PARAMS(p_int(key->key_id), p_int(key->quota))));
	call->limit = key->quota;
	call->limit_reset_s = 86400 - call->ctx.now.us / SECOND_US % 86400;
	if (rows.count == 0) {
		(void)fault(&call->ctx.fault, ERR_QUOTA_EXCEEDED, NULL, NULL);
		call->ctx.fault.retry_after_s = call->limit_reset_s;
		return ERR_QUOTA_EXCEEDED;
	}
	call->limit_left = key->quota - row_int(&rows, 0, 0);
	return ERR_OK;
}

static enum err
not_good(struct call *call)
{
	return unauthorized(call, "The API key is unknown, expired or revoked");
}

/* Ask the database about the key with this digest. */
static enum err
look_up(struct call *call, struct key_check *check)
{
	batcher_submit(call->ctx.app->key_checks, &check->item);
	if (check->fault.err != ERR_OK) {
		call->ctx.fault = check->fault;
		return check->fault.err;
	}
	if (!check->valid)
		return not_good(call);
	return check->row.archived ? unauthorized(call, "The project of the API key is archived")
				   : ERR_OK;
}

/*
 * A key without a quota, which would have to be counted, and without limits is cached: a route whose
 * first query checks whether it is still valid, and not limited since, needs no other query.
 */
static enum err
check_key(struct call *call, const char *key)
{
	struct key_check check = {.call = call};
	struct principal *who = &call->ctx.who;

	keyring_digest(call->ctx.app->keys, key, strlen(key), check.digest);
	if (call->route->allow.revalidates &&
	    key_cache_find(call->ctx.app->key_cache, check.digest, who)) {
		who->unverified = true;
		memcpy(call->key_digest, check.digest, SHA256_SIZE);
		return ERR_OK;
	}
	TRY(look_up(call, &check));
	*who = (struct principal){
		.kind = check.row.project_id != 0 ? PRINCIPAL_PROJECT_KEY : PRINCIPAL_USER_KEY,
		.user_id = check.row.user_id,
		.user_public_id = check.row.user_public_id,
		.key_id = check.row.key_id,
		.project_id = check.row.project_id,
		.project_public_id = check.row.project_public_id,
		.ledger_id = check.row.ledger_id,
		.mode = check.row.live ? MODE_LIVE : MODE_TEST,
	};
	if (check.row.quota == 0 && check.limit == KEY_UNLIMITED)
		key_cache_put(call->ctx.app->key_cache, check.digest, who);
	TRY(count_quota(call, &check.row));
	return key_limit_check(call, check.limit);
}

enum err
revalidate(struct call *call)
{
	struct key_check check = {.call = call};

	if (!call->ctx.who.unverified)
		return ERR_OK;
	memcpy(check.digest, call->key_digest, SHA256_SIZE);
	TRY(look_up(call, &check));
	call->ctx.who.unverified = false;
	if (check.limit != KEY_UNLIMITED)
		key_cache_remove(call->ctx.app->key_cache, check.digest);
	return key_limit_check(call, check.limit);
}

struct session_row {
	int64_t session_id;
	int64_t user_id;
	struct uuid user_public_id;
	enum user_role role;
	bool has_second_factor;
};

static const struct column session_columns[] = {
	COLUMN(struct session_row, session_id),
	COLUMN(struct session_row, user_id),
	COLUMN(struct session_row, user_public_id),
	COLUMN_WORD(struct session_row, role, user_role_words),
	COLUMN(struct session_row, has_second_factor),
};

static enum err
check_token(struct call *call, const char *token)
{
	struct ctx *ctx = &call->ctx;
	struct session_row session = {0};
	struct claims claims;
	struct rows rows;

	if (token_check(ctx->app->keys, ctx->arena, &ctx->fault, ctx->app->config->public_url,
			ctx->now, token, &claims) != ERR_OK)
		return unauthorized(call, "The access token is not valid");
	TRY(db_run(ctx, SQL_session_check, &rows, PARAMS(p_uuid(claims.session))));
	if (rows.count == 0)
		return unauthorized(call, "The session has ended");
	rows_scan(&rows, 0, session_columns, COLUMN_COUNT(session_columns), &session);
	if (!uuid_equal(session.user_public_id, claims.user))
		return unauthorized(call, "The access token is not valid");
	ctx->who = (struct principal){
		.kind = PRINCIPAL_USER,
		.user_id = session.user_id,
		.user_public_id = session.user_public_id,
		.session_id = session.session_id,
		.admin = session.role == ROLE_ADMIN,
		.must_enrol = session.role == ROLE_ADMIN && !session.has_second_factor &&
			      ctx->app->config->admin_second_factor,
	};
	return ERR_OK;
}

enum err
session_user(struct call *call, int64_t *user_id)
{
	static const char scheme[] = "bearer ";
	const struct principal nobody = call->ctx.who;
	const char *header = call->request->authorization;
	enum err err;

	*user_id = 0;
	if (header == NULL || call->request->repeated_credentials ||
	    strlen(header) < sizeof(scheme) ||
	    !text_equal_any_case(arena_strndup(call->ctx.arena, header, sizeof(scheme) - 1),
				 scheme))
		return ERR_OK;
	err = check_token(call, header + sizeof(scheme) - 1);
	if (err != ERR_OK && err != ERR_UNAUTHORIZED)
		return err;
	if (err == ERR_OK)
		*user_id = call->ctx.who.user_id;
	call->ctx.who = nobody;
	fault_clear(&call->ctx.fault);
	return ERR_OK;
}

/*
 * Where both users and their wallet keys are accepted, the user is the caller if both credentials
 * are sent. Elsewhere two different credentials are ambiguous.
 */
static bool
is_one_sender(const struct call *call, const char *bearer)
{
	const char *key = call->request->api_key;

	return strcmp(bearer, key) == 0 || call->route->access == ACCESS_WALLET ||
	       text_starts_with(key, WALLET_KEY_PREFIX);
}

/* Scheme, host and port of a URL, as sent by browsers: without the default port of https. */
static const char *
origin_of(struct arena *arena, const char *url)
{
	const char *host = strstr(url, "://");
	size_t length = host != NULL ? (size_t)(host - url) + 3 : 0;

	length += strcspn(url + length, "/?#");
	if (length > 4 && text_starts_with(url, "https://") &&
	    strncmp(url + length - 4, ":443", 4) == 0)
		length -= 4;
	return arena_strndup(arena, url, length);
}

/*
 * A browser sends cookies automatically, whichever site caused the request. A request that changes
 * data must come from a page of ours or of an origin that the operator has listed, or from a client
 * other than a browser, which sends no origin.
 */
static enum err
check_origin(struct call *call)
{
	const char *origin = call->request->headers[HEADER_ORIGIN];
	const char *site = call->request->headers[HEADER_FETCH_SITE];
	const char *ours = origin_of(call->ctx.arena, call->ctx.app->config->public_url);

	if (call->route->method == GET || (origin != NULL && cors_trusts(call, origin)))
		return ERR_OK;
	if ((origin != NULL && !text_equal_any_case(origin, ours)) ||
	    (site != NULL && text_equal_any_case(site, "cross-site")))
		return fault(&call->ctx.fault, ERR_FORBIDDEN, NULL,
			     "The request comes from another site");
	return ERR_OK;
}

/* Without another credential the cookie is used, if the route accepts it. */
static enum err
find_cookie(struct call *call, const char **credential)
{
	if (*credential != NULL || !access_credentials(call->route->access).cookie)
		return ERR_OK;
	*credential = call_cookie(call, TOKEN_COOKIE);
	if (*credential == NULL)
		return ERR_OK;
	call->by_cookie = true;
	return check_origin(call);
}

/* The credential of the request: a bearer value or an API key header; NULL if there is none. */
static enum err
find_credential(struct call *call, const char **credential)
{
	const struct request *request = call->request;

	*credential = NULL;
	if (request->repeated_credentials)
		return fault(&call->ctx.fault, ERR_BAD_REQUEST, NULL,
			     "Send one Authorization or x-api-key header");
	if (request->authorization != NULL) {
		size_t scheme = strcspn(request->authorization, " ");

		if (scheme != 6 ||
		    !text_equal_any_case(arena_strndup(call->ctx.arena, request->authorization, 6),
					 "bearer"))
			return unauthorized(call, "Use Authorization: Bearer");
		*credential = request->authorization + 6 + strspn(request->authorization + 6, " ");
	}
	if (request->api_key == NULL)
		return ERR_OK;
	if (*credential == NULL)
		*credential = request->api_key;
	else if (!is_one_sender(call, *credential))
		return fault(&call->ctx.fault, ERR_BAD_REQUEST, NULL,
			     "Authorization and x-api-key differ; send one");
	return ERR_OK;
}

/* Whether the principal may use routes of this access, and the error message otherwise. */
static enum err
admit(struct call *call)
{
	const struct principal *who = &call->ctx.who;

	if (who->must_enrol && !call->route->allow.enrols)
		return fault(&call->ctx.fault, ERR_SECOND_FACTOR, NULL,
			     "Administrators need a second factor; enrol one with POST "
			     "/v1/auth/second-factor");
	switch (call->route->access) {
	case ACCESS_PUBLIC:
		return ERR_OK;
	case ACCESS_USER:
	case ACCESS_ADMIN:
	case ACCESS_COOKIE:
		if (who->kind != PRINCIPAL_USER)
			return fault(&call->ctx.fault, ERR_FORBIDDEN, NULL,
				     "An access token is required; API keys can't do this");
		if (call->route->access == ACCESS_ADMIN && !who->admin)
			return fault(&call->ctx.fault, ERR_FORBIDDEN, NULL,
				     "Only administrators can do this");
		return ERR_OK;
	case ACCESS_USER_OR_KEY:
		if (who->kind == PRINCIPAL_PROJECT_KEY || who->kind == PRINCIPAL_WALLET_KEY)
			return fault(&call->ctx.fault, ERR_FORBIDDEN, NULL, "%s",
				     who->kind == PRINCIPAL_PROJECT_KEY
					     ? "A project's API key can't do this"
					     : "A wallet's API key can't do this");
		return ERR_OK;
	case ACCESS_USER_OR_PROJECT:
		if (who->kind != PRINCIPAL_USER && who->kind != PRINCIPAL_PROJECT_KEY)
			return fault(&call->ctx.fault, ERR_FORBIDDEN, NULL,
				     "An access token or a project's API key is required");
		return ERR_OK;
	case ACCESS_WALLET:
		return admit_to_wallet(call);
	case ACCESS_OWNER:
		if (who->kind == PRINCIPAL_USER_KEY)
			return fault(&call->ctx.fault, ERR_FORBIDDEN, NULL,
				     "An access token or the API key of a project or wallet is "
				     "required");
		return who->kind == PRINCIPAL_WALLET_KEY ? admit_to_wallet(call) : ERR_OK;
	case ACCESS_PROJECT_KEY:
		if (who->kind != PRINCIPAL_PROJECT_KEY)
			return unauthorized(call, "A project's API key is required");
		return ERR_OK;
	}
	return fault(&call->ctx.fault, ERR_INTERNAL, NULL, NULL);
}

enum err
authenticate(struct call *call)
{
	const char *credential;

	if (call->route->access == ACCESS_PUBLIC ||
	    (call->route->allow.open_by_setting && call->ctx.app->config->open_providers))
		return ERR_OK;
	TRY(find_credential(call, &credential));
	TRY(find_cookie(call, &credential));
	if (credential == NULL || credential[0] == '\0')
		return unauthorized(call, "Authentication is required");
	if (text_starts_with(credential, "qp_"))
		TRY(check_key(call, credential));
	else if (text_starts_with(credential, WALLET_KEY_PREFIX))
		TRY(wallet_key_check(&call->ctx, credential, &call->ctx.who));
	else
		TRY(check_token(call, credential));
	return admit(call);
}
