/* Sign-in with Google, who is a server of this program. */
#include "tests/support/cmocka.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/bitpal/bitpal.h"
#include "app/people/google.h"
#include "base/arena.h"
#include "crypto/hmac.h"
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

static struct fake_server_reply
answer(void *arg, size_t n, const struct fake_server_request *request)
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

static int
setup(void **state)
{
	struct client *c;
	struct config *config;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	google.rsa = rsa_new(2048);
	google.other = rsa_new(2048);
	google.server = fake_server_start(answer, NULL);
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

static int
teardown(void **state)
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
static const char *
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

static struct begun
begun_of(struct client *c, const struct answer *a, const char *url)
{
	const char *cookie = answer_header(a, "Set-Cookie");

	assert_non_null(cookie);
	return (struct begun){url, parameter(c, url, "state"), parameter(c, url, "nonce"),
			      arena_strndup(c->scratch, cookie, strcspn(cookie, ";"))};
}

/* As a browser's page does, or by curl. */
static struct begun
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
static void
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

static const char *
claims_of(struct client *c, const char *nonce, const char *email, const char *more)
{
	long long now = (long long)(c->app->now().us / SECOND_US);

	return client_json(c,
			   "{'iss':'%s','aud':'" CLIENT "','azp':'" CLIENT "','sub':'1',"
			   "'iat':%lld,'exp':%lld,'nonce':'%s','email':'%s'%s}",
			   fake_server_url(google.server), now, now + 3600, nonce, email, more);
}

static void
prepare(struct client *c, const struct begun *begun, const char *email)
{
	prepare_token(c, google.rsa, "one",
		      claims_of(c, begun->nonce, email, ",'email_verified':true,'name':'Ada Obi'"));
}

static struct answer
come_back(struct client *c, const char *state, const char *cookie)
{
	struct ask ask = {.method = "GET",
			  .target = client_text(
				  c, START "/callback?code=4%%2F0a&scope=openid&state=%s", state)};

	ask.headers[HEADER_COOKIE] = cookie;
	return client_send(c, &ask);
}

/* The complete flow, in a browser. */
static struct answer
sign_in(struct client *c, const char *email)
{
	struct begun begun = begin(c, true);

	prepare(c, &begun, email);
	return come_back(c, begun.state, begun.cookie);
}

static void
test_start(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(c, "GET", START "?redirect=false", NULL, NULL);
	const char *url = answer_at(&a, "data.google_auth_url");

	expect_status(&a, 200);
	expect_text(&a, "status_code", "200");
	expect_text(&a, "status", "success");
	expect_text(&a, "message", "Google OAuth URL generated");
	assert_true(
		text_starts_with(url, client_text(c, "%s/auth?", fake_server_url(google.server))));
	assert_string_equal(parameter(c, url, "client_id"), CLIENT);
	assert_string_equal(parameter(c, url, "redirect_uri"),
			    "https%3A%2F%2Fpay.example%2Fapi%2Fv1%2Fauth%2Fgoogle%2Fcallback");
	assert_string_equal(parameter(c, url, "response_type"), "code");
	assert_string_equal(parameter(c, url, "scope"), "openid%20email%20profile");
	assert_string_equal(parameter(c, url, "code_challenge_method"), "S256");
	assert_int_equal(strlen(parameter(c, url, "code_challenge")), 43);
	assert_int_equal(strlen(parameter(c, url, "state")), 43);
	assert_int_equal(strlen(parameter(c, url, "nonce")), 43);
	assert_true(text_starts_with(answer_header(&a, "Set-Cookie"), "__Host-cowry_oauth="));
	assert_non_null(strstr(answer_header(&a, "Set-Cookie"),
			       "; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax"));
	a = client_call(c, "GET", START "?redirect=maybe", NULL, NULL);
	expect_status(&a, 400);
	assert_true(answer_names(&a, "redirect"));
	expect_text(&a, "data", "null");
}

static void
test_redirect(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(c, "GET", START "?redirect=true", NULL, NULL);
	struct begun begun;

	expect_status(&a, 302);
	begun = begun_of(c, &a, answer_header(&a, "Location"));
	prepare(c, &begun, "redirected@example.com");
	a = come_back(c, begun.state, begun.cookie);
	expect_status(&a, 200);
}

/* The latest request to Google's token endpoint. */
static const char *
exchange_body(void)
{
	size_t n = fake_server_count(google.server);

	while (n > 0)
		if (strcmp(fake_server_request(google.server, --n)->target, "/token") == 0)
			return fake_server_request(google.server, n)->body;
	return NULL;
}

static void
test_sign_in(void **state)
{
	struct client *c = *state;
	struct begun begun = begin(c, true);
	struct answer a;
	struct answer again;
	unsigned char digest[SHA256_SIZE];
	const char *form;
	const char *verifier;

	prepare(c, &begun, "ada@example.com");
	a = come_back(c, begun.state, begun.cookie);
	expect_status(&a, 200);
	expect_text(&a, "message", "Authentication successful");
	expect_text(&a, "data.token_type", "bearer");
	expect_text(&a, "data.user.email", "ada@example.com");
	expect_text(&a, "data.user.name", "Ada Obi");
	assert_int_equal(strlen(answer_at(&a, "data.user.wallet_number")), 13);
	assert_non_null(
		strstr(answer_header(&a, "Set-Cookie"), "__Host-cowry_oauth=; Path=/; Max-Age=0"));
	form = client_text(c, "?%s", exchange_body());
	assert_string_equal(parameter(c, form, "grant_type"), "authorization_code");
	assert_string_equal(parameter(c, form, "code"), "4%2F0a");
	assert_string_equal(parameter(c, form, "client_id"), CLIENT);
	assert_string_equal(parameter(c, form, "client_secret"), "s3cret%2F%26");
	verifier = parameter(c, form, "code_verifier");
	sha256(verifier, strlen(verifier), digest);
	assert_string_equal(base64url_encode(c->scratch, digest, sizeof(digest)),
			    parameter(c, begun.url, "code_challenge"));
	again = client_call(c, "GET", "/v1/auth/me", answer_at(&a, "data.access_token"), NULL);
	expect_status(&again, 200);
	expect_text(&again, "data.id", answer_at(&a, "data.user.id"));
	expect_text(&again, "data.provider", "google");
	expect_text(&again, "data.isEmailVerified", "true");
	again = sign_in(c, "ADA@example.com");
	expect_status(&again, 200);
	expect_text(&again, "data.user.id", answer_at(&a, "data.user.id"));
	expect_text(&again, "data.user.wallet_number", answer_at(&a, "data.user.wallet_number"));
}

static void
test_states(void **state)
{
	struct client *c = *state;
	struct begun begun = begin(c, true);
	struct answer a;

	prepare(c, &begun, "states@example.com");
	a = come_back(c, "unknown", begun.cookie);
	expect_status(&a, 400);
	a = come_back(c, begun.state, begun.cookie);
	expect_status(&a, 200);
	a = come_back(c, begun.state, begun.cookie);
	expect_status(&a, 400);
	begun = begin(c, true);
	prepare(c, &begun, "states@example.com");
	client_sql(c, "UPDATE cowry.oauth_flow SET expires_at = now() WHERE used_at IS NULL");
	a = come_back(c, begun.state, begun.cookie);
	expect_status(&a, 400);
}

static struct answer
callback(struct client *c, const char *query, const char *cookie)
{
	struct ask ask = {.method = "GET", .target = client_text(c, START "/callback%s", query)};

	ask.headers[HEADER_COOKIE] = cookie;
	return client_send(c, &ask);
}

static void
test_incomplete(void **state)
{
	struct client *c = *state;
	struct begun begun = begin(c, true);
	struct answer a;

	prepare(c, &begun, "incomplete@example.com");
	a = callback(c, "", begun.cookie);
	expect_status(&a, 400);
	a = callback(c, "?code=x", begun.cookie);
	expect_status(&a, 400);
	expect_text(&a, "message", "state is required");
	a = callback(c, client_text(c, "?state=%s", begun.state), begun.cookie);
	expect_status(&a, 400);
	expect_text(&a, "message", "code is required");
	a = come_back(c, begun.state, begun.cookie); /* it is used up */
	expect_status(&a, 400);
	begun = begin(c, true);
	a = callback(c, client_text(c, "?error=access_denied&state=%s", begun.state), begun.cookie);
	expect_status(&a, 400);
	expect_text(&a, "message", "Google did not sign you in: access_denied");
	a = callback(c, client_text(c, "?error=%%3Cb%%3E&state=%s", begin(c, false).state), NULL);
	expect_status(&a, 400);
	expect_text(&a, "message", "Google did not sign you in: error");
	a = callback(c, client_text(c, "?code=x&code=y&state=%s", begin(c, false).state), NULL);
	expect_status(&a, 400);
	assert_int_equal(atoi(client_value(c, "SELECT count(*) FROM cowry.users WHERE email LIKE"
					      " 'incomplete%%'")),
			 0);
}

/* Started and completed in different places. */
static void
test_binding(void **state)
{
	struct client *c = *state;
	struct begun mine = begin(c, true);
	struct begun other = begin(c, true);
	struct ask ask = {.method = "GET"};
	struct answer a;

	prepare(c, &mine, "bound@example.com");
	a = come_back(c, mine.state, other.cookie);
	expect_status(&a, 400);
	a = come_back(c, mine.state, mine.cookie); /* used up by anyone who had the state */
	expect_status(&a, 400);
	mine = begin(c, true);
	prepare(c, &mine, "bound@example.com");
	a = come_back(c, mine.state, NULL);
	expect_status(&a, 400);
	mine = begin(c, false);
	prepare(c, &mine, "bound@example.com");
	a = come_back(c, mine.state, other.cookie);
	expect_status(&a, 400);
	mine = begin(c, false);
	prepare(c, &mine, "bound@example.com");
	ask.target = client_text(c, START "/callback?code=x&state=%s", mine.state);
	ask.address = "198.51.100.77";
	a = client_send(c, &ask);
	expect_status(&a, 400);
	mine = begin(
		c,
		false); /* the Quick Start: started by curl, completed in a browser on the machine */
	prepare(c, &mine, "bound@example.com");
	ask.target = client_text(c, START "/callback?code=x&state=%s", mine.state);
	ask.address = NULL;
	ask.headers[HEADER_FETCH_SITE] = "cross-site";
	ask.headers[HEADER_COOKIE] = "theme=dark";
	a = client_send(c, &ask);
	expect_status(&a, 200);
}

static void
test_exchange_fails(void **state)
{
	struct client *c = *state;
	static const struct {
		struct fake_server_reply reply;
		int status;
	} rows[] = {
		{{.status = 500, .body = "oops"}, 502},
		{{.status = 401, .body = "{\"error\":\"invalid_client\"}"}, 502},
		{{.status = 400, .body = "{\"error\":\"invalid_request\"}"}, 502},
		{{.status = 400, .body = "{\"error\":\"invalid_grant\"}"}, 400},
		{{.status = 200, .body = "{}"}, 502},
		{{.status = 200, .body = "{\"id_token\":7}"}, 502},
		{{.status = 200, .body = "<html>"}, 502},
		{{.manner = PEER_CLOSES}, 502},
		{{.manner = PEER_RESETS}, 502},
		{{.manner = PEER_HALVES, .status = 200, .body = "{\"id_token\":\"x\"}"}, 502},
		{{.status = 200, .body = "{\"id_token\":\"x\"}"}, 401},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct begun begun = begin(c, true);
		struct answer a;

		google.exchange = rows[i].reply;
		a = come_back(c, begun.state, begun.cookie);
		expect_status(&a, rows[i].status);
		expect_text(&a, "data", "null");
	}
}

/* A valid token for a nonce, or one that differs as given. */
static void
refuse_claims(struct client *c, const struct rsa *rsa, const char *kid, const char *old,
	      const char *new)
{
	struct begun begun = begin(c, true);
	const char *claims =
		claims_of(c, begun.nonce, "forged@example.com", ",'email_verified':true");
	const char *at = strstr(claims, old);
	struct answer a;

	assert_non_null(at);
	prepare_token(
		c, rsa, kid,
		client_text(c, "%.*s%s%s", (int)(at - claims), claims, new, at + strlen(old)));
	a = come_back(c, begun.state, begun.cookie);
	expect_status(&a, 401);
	expect_text(&a, "message", "The ID token from Google is not valid");
}

static void
test_forged(void **state)
{
	struct client *c = *state;
	struct begun begun = begin(c, true);
	struct answer a;

	refuse_claims(c, google.rsa, "one", "\"aud\":\"" CLIENT, "\"aud\":\"other");
	refuse_claims(c, google.rsa, "one", "\"iss\":\"", "\"iss\":\"x");
	refuse_claims(c, google.rsa, "one", "\"nonce\":\"", "\"nonce\":\"x");
	refuse_claims(c, google.rsa, "one", "\"exp\":", "\"exp\":1,\"other\":");
	refuse_claims(c, google.rsa, "one", "\"email_verified\":true", "\"email_verified\":false");
	refuse_claims(c, google.other, "one", "\"sub\"", "\"sub\"");
	refuse_claims(c, google.rsa, "two", "\"sub\"", "\"sub\"");
	google.exchange = (struct fake_server_reply){
		.status = 200,
		.body = client_json(c, "{'id_token':'%s.%s.'}",
				    base64url_encode(c->scratch, "{\"alg\":\"none\"}", 14),
				    base64url_encode(c->scratch, "{}", 2))};
	a = come_back(c, begun.state, begun.cookie);
	expect_status(&a, 401);
	assert_int_equal(atoi(client_value(c, "SELECT count(*) FROM cowry.users WHERE email LIKE"
					      " 'forged%%'")),
			 0);
}

/* The same person in another dialect keeps id and password. */
static void
test_known_user(void **state)
{
	struct client *c = *state;
	struct person ben = person_new(c, "ben@example.com");
	struct answer a;

	client_sql(
		c,
		"UPDATE cowry.users SET is_email_verified = true, owner_proven_at = now() WHERE email = 'ben@example.com'");
	a = sign_in(c, "Ben@Example.com");
	expect_status(&a, 200);
	expect_text(&a, "data.user.id", ben.id);
	expect_text(&a, "data.user.name", "Ada"); /* as they registered, not as named by Google */
	a = client_call(c, "GET", "/v1/auth/me", ben.access, NULL);
	expect_status(&a, 200);
	(void)person_sign_in(c, ben.email, PASSWORD);
}

/* A user registered with another person's address, before its owner signs in. */
static void
test_trap(void **state)
{
	struct client *c = *state;
	struct person trap = person_new(c, "eve@example.com");
	const char *api_key = key_new(c, &trap, NULL, "");
	struct answer key =
		client_call(c, "POST", "/api/v1/keys/create", trap.access,
			    client_json(c, "{'name':'x','permissions':['transfer','read'],"
					   "'expiry':'1Y'}"));
	struct answer a;

	expect_status(&key, 201);
	a = client_call(c, "GET", "/api/v1/wallet/balance", answer_at(&key, "data.api_key"), NULL);
	expect_status(&a, 200);
	client_sql(c, "UPDATE cowry.users SET phone = '+27825571055', first_name = 'Ada',"
		      " last_name = '', document_type = 'passport', document_digest = sha256('x'),"
		      " document_sealed = 'x' WHERE email = 'eve@example.com'");
	a = sign_in(c, "eve@example.com");
	expect_status(&a, 200);
	expect_text(&a, "data.user.id", trap.id);
	expect_text(&a, "data.user.name", "Ada Obi");
	assert_string_equal(client_value(c, "SELECT num_nonnulls(phone, first_name, last_name,"
					    " document_type, document_digest, document_sealed)"
					    " FROM cowry.users WHERE email = 'eve@example.com'"),
			    "0");
	a = client_call(c, "GET", "/v1/auth/me", trap.access, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "POST", "/v1/auth/refresh", NULL,
			client_json(c, "{'refreshToken':'%s'}", trap.refresh));
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "POST", "/v1/auth/login", NULL,
			client_json(c, "{'email':'eve@example.com','password':'" PASSWORD "'}"));
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	a = client_call(c, "GET", "/v1/api-key", api_key, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "GET", "/api/v1/wallet/balance", answer_at(&key, "data.api_key"), NULL);
	expect_status(&a, 401);
}

static void
test_not_active(void **state)
{
	struct client *c = *state;
	static const char *const statuses[] = {"suspended", "deleted"};

	for (size_t i = 0; i < COUNT(statuses); i++) {
		const char *email = client_text(c, "%s@example.com", statuses[i]);
		struct answer a = sign_in(c, email);

		expect_status(&a, 200);
		client_sql(c, "UPDATE cowry.users SET status = '%s' WHERE email = '%s'",
			   statuses[i], email);
		a = sign_in(c, email);
		expect_status(&a, 403);
		expect_text(&a, "message", "This account is not active");
	}
}

/* Google's names of users may be any text. */
static void
test_names(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *claim;
		const char *name;
	} rows[] = {
		{"", "zed"},
		{",'name':''", "zed"},
		{",'name':7", "zed"},
		{",'name':'  Zed  ','picture':'javascript:x'", "Zed"},
		{",'name':'Z\\u0007'", "zed"},
	};
	struct begun begun;
	struct answer a;

	for (size_t i = 0; i < COUNT(rows); i++) {
		begun = begin(c, true);
		client_sql(
			c,
			"UPDATE cowry.users SET is_email_verified = false, owner_proven_at = NULL WHERE email ="
			" 'zed@example.com'");
		prepare_token(c, google.rsa, "one",
			      claims_of(c, begun.nonce, "zed@example.com",
					client_text(c, ",'email_verified':true%s", rows[i].claim)));
		a = come_back(c, begun.state, begun.cookie);
		expect_status(&a, 200);
		expect_text(&a, "data.user.name", rows[i].name);
	}
	begun = begin(c, true);
	prepare(c, &begun, "not an address");
	a = come_back(c, begun.state, begun.cookie);
	expect_status(&a, 401);
}

static void
test_not_configured(void **state)
{
	struct client *c = *state;
	struct answer a;

	c->fixture->config.google_client_id = "";
	a = client_call(c, "GET", START, NULL, NULL);
	expect_status(&a, 503);
	expect_text(&a, "message", "Sign-in with Google is not configured on this server");
	a = callback(c, "?code=x&state=y", NULL);
	expect_status(&a, 503);
	c->fixture->config.google_client_id = CLIENT;
}

static size_t
asked_for(const char *target)
{
	size_t n = 0;

	for (size_t i = 0; i < fake_server_count(google.server); i++)
		n += strcmp(fake_server_request(google.server, i)->target, target) == 0;
	return n;
}

static int64_t seconds_later;

static struct instant
later(void)
{
	struct instant now = clock_system();

	now.us += seconds_later * SECOND_US;
	return now;
}

/* A client of a newly started process, at another time. */
static struct client
fresh_process(struct client *c, struct app *app)
{
	struct client fresh = *c;

	*app = *c->app;
	app->google = google_new();
	app->now = later;
	fresh.app = app;
	seconds_later = 0;
	return fresh;
}

/* Google's keys change: a new one is fetched, but not for each forged token. */
static void
test_rotation(void **state)
{
	struct app app;
	struct client c = fresh_process(*state, &app);
	const char *old = google.keys;
	struct answer a = sign_in(&c, "ada@example.com");
	size_t keys = asked_for("/keys");
	size_t documents = asked_for("/.well-known/openid-configuration");
	static const struct {
		int64_t seconds;
		int status;
		size_t fetches;
	} rows[] = {{1, 401, 0}, {59, 401, 0}, {61, 200, 1}, {62, 200, 1}, {3700, 200, 2}};

	expect_status(&a, 200);
	google.keys = rsa_jwks(c.keep, google.other, "two").data;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct begun begun;

		seconds_later = rows[i].seconds;
		begun = begin(&c, true);
		prepare_token(
			&c, google.other, "two",
			claims_of(&c, begun.nonce, "ada@example.com", ",'email_verified':true"));
		a = come_back(&c, begun.state, begun.cookie);
		expect_status(&a, rows[i].status);
		assert_int_equal(asked_for("/keys") - keys, rows[i].fetches);
	}
	assert_int_equal(asked_for("/.well-known/openid-configuration") - documents, 1);
	google.keys = old;
	google_free(app.google);
}

static void
test_discovery(void **state)
{
	struct app app;
	struct client c = fresh_process(*state, &app);
	const char *good = google.discovery;
	static const char *const documents[] = {
		"{}",
		"<html>",
		"[]",
		"{\"issuer\":\"https://evil.example\",\"authorization_endpoint\":\"http://a/b\"}",
	};

	for (size_t i = 0; i < COUNT(documents); i++) {
		struct answer a;

		google.discovery = documents[i];
		google_free(app.google);
		app.google = google_new();
		a = client_call(&c, "GET", START, NULL, NULL);
		expect_status(&a, 502);
	}
	google.discovery = good;
	google_free(app.google);
}

/* The same callback twice at once signs in once; two first sign-ins make one user with one wallet. */
static void
test_at_once(void **state)
{
	struct client *c = *state;
	struct begun begun = begin(c, true);
	struct ask asks[8] = {{.method = "GET"}};
	int statuses[8];

	prepare(c, &begun, "once@example.com");
	for (size_t i = 0; i < COUNT(asks); i++) {
		asks[i].method = "GET";
		asks[i].target = client_text(c, START "/callback?code=x&state=%s", begun.state);
		asks[i].headers[HEADER_COOKIE] = begun.cookie;
	}
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 200), 1);
	assert_int_equal(count_status(statuses, COUNT(asks), 400), COUNT(asks) - 1);
	for (size_t i = 0; i < COUNT(asks); i++) {
		struct begun one = begin(c, true);

		client_sql(c, "UPDATE cowry.oauth_flow SET nonce = 'shared' WHERE used_at IS NULL");
		asks[i].target = client_text(c, START "/callback?code=x&state=%s", one.state);
		asks[i].headers[HEADER_COOKIE] = one.cookie;
	}
	begun.nonce = "shared";
	prepare(c, &begun, "twins@example.com");
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 200), COUNT(asks));
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.wallet w JOIN cowry.users u"
					    " USING (user_id) WHERE u.email = 'twins@example.com'"),
			    "1");
}

static void
test_covered(void **state)
{
	client_covered(*state, bitpal_google, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_start),          client_test(test_redirect),
		client_test(test_sign_in),        client_test(test_states),
		client_test(test_incomplete),     client_test(test_binding),
		client_test(test_exchange_fails), client_test(test_forged),
		client_test(test_known_user),     client_test(test_trap),
		client_test(test_not_active),     client_test(test_names),
		client_test(test_not_configured), client_test(test_rotation),
		client_test(test_discovery),      client_test(test_at_once),
		client_test(test_covered),        client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
