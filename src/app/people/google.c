/* Google's documents, and ID tokens. */
#include "app/people/google.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "crypto/idtoken.h"
#include "net/http.h"
#include "runtime/app.h"
#include "json/reader.h"

enum { KEPT_S = 3600, AGAIN_S = 60 };

/* The last fetched copy of a document. */
struct document {
	char *text; /* NULL: never */
	size_t length;
	int64_t fetched_us;
	int64_t tried_us;
};

struct google {
	pthread_mutex_t lock;
	struct document discovery;
	struct document keys;
};

struct google *
google_new(void)
{
	struct google *google = calloc(1, sizeof(*google));

	if (google != NULL && pthread_mutex_init(&google->lock, NULL) != 0) {
		free(google);
		return NULL;
	}
	return google;
}

void
google_free(struct google *google)
{
	if (google == NULL)
		return;
	(void)pthread_mutex_destroy(&google->lock);
	free(google->discovery.text);
	free(google->keys.text);
	free(google);
}

static enum err
unreachable(struct ctx *ctx, const char *problem)
{
	(void)fault(&ctx->fault, ERR_PROVIDER_DOWN, NULL, "Google can't be reached right now");
	(void)snprintf(ctx->fault.detail, sizeof(ctx->fault.detail), "google: %s", problem);
	return ERR_PROVIDER_DOWN;
}

/* A copy of the cached document, unless it is older than this number of seconds. */
static bool
take_kept(struct ctx *ctx, const struct document *document, int64_t most_s, struct bytes *out)
{
	struct google *google = ctx->app->google;
	bool fresh;

	(void)pthread_mutex_lock(&google->lock);
	fresh = document->text != NULL && ctx->now.us - document->fetched_us < most_s * SECOND_US;
	if (fresh)
		*out = (struct bytes){arena_copy(ctx->arena, document->text, document->length),
				      document->length};
	(void)pthread_mutex_unlock(&google->lock);
	return fresh;
}

/* Cache a copy. If out of memory, it is fetched again later. */
static void
keep(struct ctx *ctx, struct document *document, struct bytes text)
{
	struct google *google = ctx->app->google;
	char *copy = malloc(text.length);

	if (copy == NULL)
		return;
	memcpy(copy, text.data, text.length);
	(void)pthread_mutex_lock(&google->lock);
	free(document->text);
	document->text = copy;
	document->length = text.length;
	document->fetched_us = ctx->now.us;
	(void)pthread_mutex_unlock(&google->lock);
}

static enum err
fetch(struct ctx *ctx, struct document *document, const char *url, struct bytes *out)
{
	struct google *google = ctx->app->google;
	struct http_request request = {
		.method = "GET", .url = url, .service = OUTSIDE_GOOGLE, .trace = &ctx->trace};
	struct http_answer answer;

	(void)pthread_mutex_lock(&google->lock);
	document->tried_us = ctx->now.us;
	(void)pthread_mutex_unlock(&google->lock);
	answer = http_call(ctx->app->http, ctx->arena, &request);
	if (answer.outcome != HTTP_ANSWERED)
		return unreachable(ctx, answer.problem);
	if (answer.status != 200 || answer.body.length == 0)
		return unreachable(ctx, arena_printf(ctx->arena, "%d from %s", answer.status, url));
	*out = answer.body;
	keep(ctx, document, answer.body);
	return ERR_OK;
}

static struct json_object *
read_object(struct ctx *ctx, struct bytes text)
{
	struct json_object *object = NULL;
	struct fault ignored = {0};

	if (json_read_foreign(ctx->arena, &ignored, text.data, text.length, JSON_FOREIGN_MAX,
			      &object) != ERR_OK)
		return NULL;
	return json_kind(object) == JSON_OBJECT ? object : NULL;
}

static const char *
text_member(struct json_object *object, const char *name)
{
	struct json_object *value = json_member(object, name, NULL);

	return json_kind(value) == JSON_TEXT ? json_text_value(value) : NULL;
}

/* An address from the discovery document: by TLS, unless Google itself is not (in tests). */
static enum err
endpoint(struct ctx *ctx, const char *name, const char **url)
{
	struct document *document = &ctx->app->google->discovery;
	const char *issuer = ctx->app->config->google_issuer;
	const char *scheme = text_starts_with(issuer, "http://") ? "http://" : "https://";
	struct json_object *object;
	const char *named;
	struct bytes text;

	if (!take_kept(ctx, document, KEPT_S, &text))
		TRY(fetch(ctx, document,
			  arena_printf(ctx->arena, "%s/.well-known/openid-configuration", issuer),
			  &text));
	object = read_object(ctx, text);
	named = text_member(object, "issuer");
	*url = text_member(object, name);
	if (named == NULL || !text_equal(named, issuer) || *url == NULL ||
	    !text_starts_with(*url, scheme))
		return unreachable(ctx, "the discovery document is not from the issuer");
	return ERR_OK;
}

enum err
google_authorization_url(struct ctx *ctx, const char **url)
{
	return endpoint(ctx, "authorization_endpoint", url);
}

const char *
google_redirect_uri(struct ctx *ctx)
{
	return arena_printf(ctx->arena, "%s/api/v1/auth/google/callback",
			    ctx->app->config->public_url);
}

/* Whether the keys may be fetched once more because of an unknown one. */
static bool
may_try_again(struct ctx *ctx)
{
	struct google *google = ctx->app->google;
	bool may;

	(void)pthread_mutex_lock(&google->lock);
	may = ctx->now.us - google->keys.tried_us >= AGAIN_S * SECOND_US;
	(void)pthread_mutex_unlock(&google->lock);
	return may;
}

/* Google's keys, including that of the token if it exists. */
static enum err
keys_for(struct ctx *ctx, const char *token, struct bytes *out)
{
	struct google *google = ctx->app->google;
	const char *url;

	TRY(endpoint(ctx, "jwks_uri", &url));
	if (!take_kept(ctx, &google->keys, KEPT_S, out))
		return fetch(ctx, &google->keys, url, out);
	if (idtoken_key_known(ctx->arena, *out, token) || !may_try_again(ctx))
		return ERR_OK;
	return fetch(ctx, &google->keys, url, out);
}

static const char *
exchange_form(struct ctx *ctx, const char *code, const char *verifier)
{
	const struct config *config = ctx->app->config;
	const char *secret = "";

	if (config->google_client_secret[0] != '\0')
		secret = arena_printf(ctx->arena, "&client_secret=%s",
				      percent_encode(ctx->arena, config->google_client_secret));
	return arena_printf(ctx->arena,
			    "grant_type=authorization_code&code=%s&redirect_uri=%s&client_id=%s"
			    "&code_verifier=%s%s",
			    percent_encode(ctx->arena, code),
			    percent_encode(ctx->arena, google_redirect_uri(ctx)),
			    percent_encode(ctx->arena, config->google_client_id),
			    percent_encode(ctx->arena, verifier), secret);
}

/* A code refused by Google is the client's error; all others are between Google and us. */
static enum err
exchange_refused(struct ctx *ctx, const struct http_answer *answer)
{
	const char *error = text_member(read_object(ctx, answer->body), "error");

	if (answer->status == 400 && error != NULL && text_equal(error, "invalid_grant"))
		return fault(&ctx->fault, ERR_BAD_REQUEST, "code",
			     "The code is no longer valid; start the sign-in again");
	return unreachable(ctx, arena_printf(ctx->arena, "%d to the exchange", answer->status));
}

static enum err
exchange(struct ctx *ctx, const char *code, const char *verifier, const char **id_token)
{
	struct http_request request = {
		.method = "POST",
		.service = OUTSIDE_GOOGLE,
		.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
			    {"Accept", "application/json"}},
		.trace = &ctx->trace,
	};
	const char *form = exchange_form(ctx, code, verifier);
	struct http_answer answer;

	TRY(endpoint(ctx, "token_endpoint", &request.url));
	request.body = (struct bytes){form, strlen(form)};
	answer = http_call(ctx->app->http, ctx->arena, &request);
	if (answer.outcome != HTTP_ANSWERED)
		return unreachable(ctx, answer.problem);
	if (answer.status != 200)
		return exchange_refused(ctx, &answer);
	*id_token = text_member(read_object(ctx, answer.body), "id_token");
	return *id_token != NULL ? ERR_OK : unreachable(ctx, "the exchange returned no ID token");
}

enum err
google_identify(struct ctx *ctx, const char *code, const char *verifier, const char *nonce,
		struct idtoken *out)
{
	const struct config *config = ctx->app->config;
	struct idtoken_terms terms = {
		.issuer = config->google_issuer,
		.audience = config->google_client_id,
		.nonce = nonce,
		.now = ctx->now,
	};
	struct bytes keys;
	const char *token = NULL;

	/* Google documents both forms of its name. */
	if (text_equal(config->google_issuer, "https://accounts.google.com"))
		terms.other_issuer = "accounts.google.com";
	TRY(exchange(ctx, code, verifier, &token));
	TRY(keys_for(ctx, token, &keys));
	if (idtoken_check(ctx->arena, &ctx->fault, keys, &terms, token, out) == ERR_OK)
		return ERR_OK;
	(void)snprintf(ctx->fault.message, sizeof(ctx->fault.message),
		       "The ID token from Google is not valid");
	return ERR_UNAUTHORIZED;
}
