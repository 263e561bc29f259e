/* Sign-in with Google, whose answers are wrong, forged or absent, and whose keys change. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "app/people/google.h"
#include "tests/support/google_scene.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_exchange_fails), client_test(test_forged),
		client_test(test_rotation),       client_test(test_discovery),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, google_setup, google_teardown);
}
