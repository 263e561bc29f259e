/* google_scene.h - Google, as a server of the test, and people who sign in there with a browser. */
#ifndef TESTS_SUPPORT_GOOGLE_SCENE_H
#define TESTS_SUPPORT_GOOGLE_SCENE_H

#include <string.h>

#include "base/arena.h"
#include "runtime/app.h"
#include "tests/support/fake_server.h"
#include "tests/support/rsa.h"
#include "tests/support/users.h"

#define CLIENT "cowry.apps.example"
#define SECRET "s3cret/&"
#define START  "/api/v1/auth/google"
#define HEADER "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"%s\"}"

/* Google's current answers. Set between requests only. */
static struct {
	struct fake_server *server;
	struct rsa *rsa;
	struct rsa *other;
	const char *discovery;
	const char *keys;
	struct fake_server_reply exchange;
} google;

static inline struct fake_server_reply
google_answer(void *arg, size_t n, const struct fake_server_request *request)
{
	(void)arg;
	(void)n;
	if (strcmp(request->target, "/.well-known/openid-configuration") == 0)
		return (struct fake_server_reply){.status = 200, .body = google.discovery};
	if (strcmp(request->target, "/keys") == 0)
		return (struct fake_server_reply){.status = 200, .body = google.keys};
	if (strcmp(request->target, "/token") == 0 && strcmp(request->method, "POST") == 0)
		return google.exchange;
	return (struct fake_server_reply){.status = 404, .body = "{}"};
}

/* For cmocka_run_group_tests. */
static inline int
google_setup(void **state)
{
	struct client *c;
	struct config *config;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	google.rsa = rsa_new(2048);
	google.other = rsa_new(2048);
	google.server = fake_server_start(google_answer, NULL);
	google.keys = rsa_jwks(c->keep, google.rsa, "one").data;
	google.discovery =
		arena_printf(c->keep,
			     "{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s/auth\","
			     "\"token_endpoint\":\"%s/token\",\"jwks_uri\":\"%s/keys\"}",
			     fake_server_url(google.server), fake_server_url(google.server),
			     fake_server_url(google.server), fake_server_url(google.server));
	config = &c->fixture->config;
	config->google_issuer = fake_server_url(google.server);
	config->google_client_id = CLIENT;
	config->google_client_secret = SECRET;
	config->public_url = "https://pay.example";
	return 0;
}

static inline int
google_teardown(void **state)
{
	int result = client_teardown(state);

	fake_server_stop(google.server);
	rsa_free(google.rsa);
	rsa_free(google.other);
	return result;
}

/* A started sign-in. */
struct begun {
	const char *url;
	const char *state;
	const char *nonce;
	const char *cookie; /* as a browser sends it back */
};

/* The value of a parameter in a URL, still encoded. */
static inline const char *
parameter(struct client *c, const char *url, const char *name)
{
	const char *from = strstr(url, client_text(c, "&%s=", name));

	if (from == NULL)
		from = strstr(url, client_text(c, "?%s=", name));
	if (from == NULL)
		return NULL;
	from += strlen(name) + 2;
	return arena_strndup(c->scratch, from, strcspn(from, "&"));
}

static inline struct begun
begun_of(struct client *c, const struct answer *a, const char *url)
{
	const char *cookie = answer_header(a, "Set-Cookie");

	assert_non_null(cookie);
	return (struct begun){url, parameter(c, url, "state"), parameter(c, url, "nonce"),
			      arena_strndup(c->scratch, cookie, strcspn(cookie, ";"))};
}

/* As a browser's page does, or by curl. */
static inline struct begun
begin(struct client *c, bool browser)
{
	struct ask ask = {.method = "GET", .target = START};
	struct answer a;

	if (browser)
		ask.headers[HEADER_FETCH_SITE] = "same-origin";
	a = client_send(c, &ask);
	expect_status(&a, 200);
	return begun_of(c, &a, answer_at(&a, "data.google_auth_url"));
}

/* Google's token for the code, signed with a key. members follow the default ones. */
static inline void
prepare_token(struct client *c, const struct rsa *rsa, const char *kid, const char *claims)
{
	const char *token = rsa_token(c->scratch, rsa, client_text(c, HEADER, kid), claims);

	google.exchange = (struct fake_server_reply){
		.status = 200,
		.body = client_json(c,
				    "{'access_token':'x','token_type':'Bearer',"
				    "'expires_in':3599,'id_token':'%s'}",
				    token)};
}

static inline const char *
claims_of(struct client *c, const char *nonce, const char *email, const char *more)
{
	long long now = (long long)(c->app->now().us / SECOND_US);

	return client_json(c,
			   "{'iss':'%s','aud':'" CLIENT "','azp':'" CLIENT "','sub':'1',"
			   "'iat':%lld,'exp':%lld,'nonce':'%s','email':'%s'%s}",
			   fake_server_url(google.server), now, now + 3600, nonce, email, more);
}

static inline void
prepare(struct client *c, const struct begun *begun, const char *email)
{
	prepare_token(c, google.rsa, "one",
		      claims_of(c, begun->nonce, email, ",'email_verified':true,'name':'Ada Obi'"));
}

static inline struct answer
come_back(struct client *c, const char *state, const char *cookie)
{
	struct ask ask = {.method = "GET",
			  .target = client_text(
				  c, START "/callback?code=4%%2F0a&scope=openid&state=%s", state)};

	ask.headers[HEADER_COOKIE] = cookie;
	return client_send(c, &ask);
}

/* The complete flow, in a browser. */
static inline struct answer
sign_in(struct client *c, const char *email)
{
	struct begun begun = begin(c, true);

	prepare(c, &begun, email);
	return come_back(c, begun.state, begun.cookie);
}

#endif
