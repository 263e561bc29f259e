/* A sign-in with Google, from its start to the session. */
#include <stdio.h>
#include <string.h>

#include "app/people/google.h"
#include "app/people/session.h"
#include "app/people/user.h"
#include "base/arena.h"
#include "base/config.h"
#include "crypto/box.h"
#include "crypto/hmac.h"
#include "crypto/random.h"
#include "db/row.h"
#include "runtime/app.h"

enum { SECRET_BYTES = 32 };

static const char *
random_text(struct arena *arena)
{
	unsigned char bytes[SECRET_BYTES];

	random_bytes(bytes, sizeof(bytes));
	return base64url_encode(arena, bytes, sizeof(bytes));
}

static enum err
check_configured(struct ctx *ctx)
{
	if (ctx->app->config->google_client_id[0] != '\0')
		return ERR_OK;
	return fault(&ctx->fault, ERR_UNAVAILABLE, NULL,
		     "Sign-in with Google is not configured on this server");
}

/* The sealing context of the verifier. */
static const char *
seal_context(struct arena *arena, const unsigned char state_digest[SHA256_SIZE])
{
	return arena_printf(arena, "oauth_flow %s", hex_encode(arena, state_digest, SHA256_SIZE));
}

static const char *
authorization_url(struct ctx *ctx, const char *endpoint, const char *state, const char *nonce,
		  const char *verifier)
{
	struct arena *arena = ctx->arena;
	unsigned char challenge[SHA256_SIZE];

	sha256(verifier, strlen(verifier), challenge);
	return arena_printf(arena,
			    "%s%cclient_id=%s&redirect_uri=%s&response_type=code"
			    "&scope=openid%%20email%%20profile&state=%s&nonce=%s&code_challenge=%s"
			    "&code_challenge_method=S256",
			    endpoint, strchr(endpoint, '?') != NULL ? '&' : '?',
			    percent_encode(arena, ctx->app->config->google_client_id),
			    percent_encode(arena, google_redirect_uri(ctx)), state, nonce,
			    base64url_encode(arena, challenge, sizeof(challenge)));
}

enum err
google_begin(struct ctx *ctx, bool by_browser, struct google_start *out)
{
	const char *state = random_text(ctx->arena);
	const char *nonce = random_text(ctx->arena);
	const char *verifier = random_text(ctx->arena);
	unsigned char state_digest[SHA256_SIZE];
	unsigned char cookie_digest[SHA256_SIZE];
	struct bytes sealed;
	const char *endpoint;

	TRY(check_configured(ctx));
	TRY(google_authorization_url(ctx, &endpoint));
	out->cookie = random_text(ctx->arena);
	out->url = authorization_url(ctx, endpoint, state, nonce, verifier);
	sha256(state, strlen(state), state_digest);
	sha256(out->cookie, strlen(out->cookie), cookie_digest);
	sealed = box_seal(ctx->app->keys, ctx->arena, seal_context(ctx->arena, state_digest),
			  (struct bytes){verifier, strlen(verifier)});
	return db_run(ctx, SQL_oauth_flow_insert, NULL,
		      PARAMS(p_bytes(state_digest, SHA256_SIZE),
			     p_bytes(cookie_digest, SHA256_SIZE), p_text(nonce),
			     p_bytes(sealed.data, sealed.length), p_text(ctx->address),
			     p_bool(by_browser), p_int(GOOGLE_FLOW_S)));
}

struct flow {
	struct bytes cookie_digest;
	const char *nonce;
	struct bytes verifier_sealed;
	const char *address;
	bool by_browser;
};

static const struct column flow_columns[] = {
	COLUMN(struct flow, cookie_digest),   COLUMN(struct flow, nonce),
	COLUMN(struct flow, verifier_sealed), COLUMN(struct flow, address),
	COLUMN(struct flow, by_browser),
};

/* The possible action of the user is always the same. */
static enum err
begin_again(struct ctx *ctx, const char *why)
{
	(void)fault(&ctx->fault, ERR_BAD_REQUEST, "state",
		    "The sign-in is unknown, expired, already used, or from another browser; start "
		    "it again");
	(void)snprintf(ctx->fault.detail, sizeof(ctx->fault.detail), "google: %s", why);
	return ERR_BAD_REQUEST;
}

/*
 * Whether the callback comes from where the sign-in was started, so that nobody can be tricked into
 * completing another user's sign-in. A browser sends the cookie. If the URL was opened by hand in a
 * browser, there is no cookie, but the address is the same.
 */
static bool
is_same_client(const struct ctx *ctx, const struct flow *flow, const char *cookie)
{
	unsigned char digest[SHA256_SIZE];

	if (cookie == NULL)
		return !flow->by_browser && strcmp(flow->address, ctx->address) == 0;
	sha256(cookie, strlen(cookie), digest);
	return flow->cookie_digest.length == SHA256_SIZE &&
	       secret_equal(flow->cookie_digest.data, digest, SHA256_SIZE);
}

static enum err
use_flow(struct ctx *ctx, const struct google_return *in, struct flow *flow, const char **verifier)
{
	unsigned char digest[SHA256_SIZE];
	struct bytes plain;
	struct rows rows;

	if (in->state == NULL || in->state[0] == '\0')
		return fault(&ctx->fault, ERR_BAD_REQUEST, "state", "state is required");
	sha256(in->state, strlen(in->state), digest);
	TRY(db_run(ctx, SQL_oauth_flow_use, &rows, PARAMS(p_bytes(digest, SHA256_SIZE))));
	if (rows.count == 0)
		return begin_again(ctx, "no such state");
	rows_scan(&rows, 0, flow_columns, COLUMN_COUNT(flow_columns), flow);
	if (!is_same_client(ctx, flow, in->cookie))
		return begin_again(ctx, "not the client that started it");
	if (!box_open(ctx->app->keys, ctx->arena, seal_context(ctx->arena, digest),
		      flow->verifier_sealed, &plain))
		return begin_again(ctx, "its key no longer exists");
	*verifier = plain.data;
	return ERR_OK;
}

/* An error code of Google, if it has the form of one. */
static const char *
error_word(const char *error)
{
	return strlen(error) <= 64 && error[strspn(error, "abcdefghijklmnopqrstuvwxyz_")] == '\0'
		       ? error
		       : "error";
}

static enum err
check_answer(struct ctx *ctx, const struct google_return *in)
{
	if (in->error != NULL)
		return fault(&ctx->fault, ERR_BAD_REQUEST, NULL, "Google did not sign you in: %s",
			     error_word(in->error));
	if (in->code == NULL || in->code[0] == '\0')
		return fault(&ctx->fault, ERR_BAD_REQUEST, "code", "code is required");
	return ERR_OK;
}

struct opening {
	const struct idtoken *who;
	struct google_session *out;
};

static enum err
open_session(struct ctx *ctx, void *arg)
{
	const struct opening *opening = arg;
	struct user user = {0};

	TRY(google_user(ctx, opening->who, &user));
	TRY(user_wallet(ctx, user.user_id, currency_find("NGN"), &opening->out->wallet));
	return user_sign_in(ctx, &user, &opening->out->tokens);
}

enum err
google_finish(struct ctx *ctx, const struct google_return *in, struct google_session *out)
{
	struct flow flow = {.by_browser = true};
	struct idtoken who;
	struct opening opening = {&who, out};
	const char *verifier = NULL;

	TRY(check_configured(ctx));
	TRY(use_flow(ctx, in, &flow, &verifier));
	TRY(check_answer(ctx, in));
	TRY(google_identify(ctx, in->code, verifier, flow.nonce, &who));
	return db_transact(ctx, open_session, &opening);
}
