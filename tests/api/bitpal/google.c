/* Sign-in with Google, who is a server of this program. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "api/bitpal/bitpal.h"
#include "crypto/hmac.h"
#include "tests/support/authenticator.h"
#include "tests/support/google_scene.h"

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

/* Google proves the address, and not the second factor of the account. */
static void
test_second_factor(void **state)
{
	struct client *c = *state;
	struct guarded ada = guarded_new(c, "guarded@example.com");
	struct answer a = sign_in(c, ada.person.email);

	expect_status(&a, 403);
	assert_non_null(strstr(answer_at(&a, "message"), "/v1/auth/login"));
	assert_null(answer_at(&a, "data.access_token"));
	client_sql(c, "UPDATE cowry.users SET owner_proven_at = NULL WHERE email ="
		      " 'guarded@example.com'");
	a = sign_in(c, ada.person.email); /* the factor may be somebody else's */
	expect_status(&a, 200);
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
		client_test(test_start),        client_test(test_redirect),
		client_test(test_sign_in),      client_test(test_second_factor),
		client_test(test_states),       client_test(test_incomplete),
		client_test(test_binding),      client_test(test_known_user),
		client_test(test_trap),         client_test(test_not_active),
		client_test(test_names),        client_test(test_not_configured),
		client_test(test_at_once),      client_test(test_covered),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, google_setup, google_teardown);
}
