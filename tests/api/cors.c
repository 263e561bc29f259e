/* CORS: requests, readable answers, and that nothing is allowed by default. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "runtime/app.h"
#include "tests/support/drop_users.h"
#include "tests/support/users.h"

#define APP   "https://app.example.com"
#define OTHER "https://other.example"

static struct person ann;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	ann = person_new(*state, "ann@example.com");
	return 0;
}

/* From here on in a test, as COWRY_ALLOWED_ORIGINS. */
static void
allow(struct client *c, const char *origins)
{
	c->fixture->config.allowed_origins = origins;
}

static struct answer
preflight(struct client *c, const char *origin, const char *method, const char *target)
{
	struct ask ask = {.method = "OPTIONS", .target = target};

	ask.headers[HEADER_ORIGIN] = origin;
	ask.headers[HEADER_REQUEST_METHOD] = method;
	return client_send(c, &ask);
}

static struct answer
ask_from(struct client *c, const char *origin, const char *method, const char *target,
	 const char *credential, const char *body)
{
	struct ask ask = {
		.method = method, .target = target, .credential = credential, .body = body};

	ask.headers[HEADER_ORIGIN] = origin;
	return client_send(c, &ask);
}

static void
expect_header(const struct answer *a, const char *name, const char *value)
{
	const char *found = answer_header(a, name);

	if (found == value || (found != NULL && value != NULL && strcmp(found, value) == 0))
		return;
	fail_msg("%s is %s, not %s", name, found != NULL ? found : "absent",
		 value != NULL ? value : "absent");
}

/* A path of each dialect, its method, and headers that a page may send. */
static const struct {
	const char *method;
	const char *target;
	const char *headers;
} paths[] = {
	{"POST", "/v1/auth/login",
	 "Authorization, Content-Type, X-Request-Id, Idempotency-Key, X-Idempotency-Key"},
	{"POST", "/v1/wallets/transfer",
	 "Authorization, Content-Type, X-Request-Id, X-Api-Key, Idempotency-Key, X-Idempotency-Key"},
	{"GET", "/v1/wallets/0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55?x=1",
	 "Authorization, Content-Type, X-Request-Id, X-Api-Key"},
	{"GET", "/api/v1/wallet/balance", "Authorization, Content-Type, X-Request-Id, X-Api-Key"},
	{"GET", "/api/wallet/balance", "Authorization, Content-Type, X-Request-Id"},
	{"POST", "/api/v1/vouchers/redeem",
	 "Authorization, Content-Type, X-Request-Id, Idempotency-Key, X-Idempotency-Key"},
	{"GET", "/api/rates", "Authorization, Content-Type, X-Request-Id"},
};

static void
test_off(void **state)
{
	struct client *c = *state;
	struct answer a = preflight(c, APP, "POST", "/v1/auth/login");

	expect_refusal(&a, 405, "METHOD_NOT_ALLOWED");
	expect_header(&a, "Access-Control-Allow-Origin", NULL);
	expect_header(&a, "Vary", NULL);
	a = ask_from(c, APP, "GET", "/v1/auth/me", ann.access, NULL);
	expect_status(&a, 200);
	expect_header(&a, "Access-Control-Allow-Origin", NULL);
	expect_header(&a, "Vary", NULL);
}

static void
test_preflight(void **state)
{
	struct client *c = *state;
	struct answer a;

	allow(c, "https://first.example, " APP);
	for (size_t i = 0; i < COUNT(paths); i++) {
		a = preflight(c, APP, paths[i].method, paths[i].target);
		expect_status(&a, 204);
		expect_header(&a, "Access-Control-Allow-Origin", APP);
		expect_header(&a, "Access-Control-Allow-Methods", paths[i].method);
		expect_header(&a, "Access-Control-Allow-Headers", paths[i].headers);
		expect_header(&a, "Access-Control-Allow-Credentials", NULL);
		expect_header(&a, "Access-Control-Max-Age", "600");
		expect_header(&a, "Vary",
			      "Origin, Access-Control-Request-Method, "
			      "Access-Control-Request-Headers");
		a = preflight(c, OTHER, paths[i].method, paths[i].target);
		expect_status(&a, 403);
		expect_header(&a, "Access-Control-Allow-Origin", NULL);
		a = preflight(c, APP, "BREW", paths[i].target);
		expect_status(&a, 405);
		assert_non_null(strstr(answer_header(&a, "Allow"), paths[i].method));
	}
	a = preflight(c, APP, "HEAD", "/api/rates");
	expect_status(&a, 204);
	expect_header(&a, "Access-Control-Allow-Methods", "HEAD");
	a = preflight(c, APP, "GET", "/v1/nothing");
	expect_refusal(&a, 404, "NOT_FOUND");
	/* Anything but a preflight request is a normal request. */
	a = preflight(c, NULL, "POST", "/v1/auth/login");
	expect_refusal(&a, 405, "METHOD_NOT_ALLOWED");
	a = preflight(c, APP, NULL, "/v1/auth/login");
	expect_refusal(&a, 405, "METHOD_NOT_ALLOWED");
}

/* For successes and errors, the page can read the answer, and the headers with the reason. */
static void
test_answers(void **state)
{
	struct client *c = *state;
	struct answer a;

	allow(c, APP);
	a = ask_from(c, APP, "GET", "/v1/auth/me", ann.access, NULL);
	expect_status(&a, 200);
	expect_header(&a, "Access-Control-Allow-Origin", APP);
	expect_header(&a, "Access-Control-Allow-Credentials", NULL);
	expect_header(&a, "Vary", "Origin");
	assert_non_null(strstr(answer_header(&a, "Access-Control-Expose-Headers"), "X-Request-Id"));
	assert_non_null(strstr(answer_header(&a, "Access-Control-Expose-Headers"), "Retry-After"));
	for (size_t i = 0; i < COUNT(paths); i++) {
		if (strcmp(paths[i].target, "/api/rates") == 0)
			continue;
		a = ask_from(c, APP, paths[i].method, paths[i].target, NULL,
			     strcmp(paths[i].method, "POST") == 0 ? "{" : NULL);
		assert_true(a.status >= 400);
		expect_header(&a, "Access-Control-Allow-Origin", APP);
		a = ask_from(c, OTHER, paths[i].method, paths[i].target, NULL, NULL);
		assert_true(a.status >= 400);
		expect_header(&a, "Access-Control-Allow-Origin", NULL);
		expect_header(&a, "Vary", "Origin");
	}
	a = ask_from(c, APP, "GET", "/v1/nothing", NULL, NULL);
	expect_status(&a, 404);
	expect_header(&a, "Access-Control-Allow-Origin", APP);
	a = ask_from(c, APP, "PUT", "/v1/auth/login", NULL, NULL);
	expect_status(&a, 405);
	expect_header(&a, "Access-Control-Allow-Origin", APP);
	a = ask_from(c, NULL, "GET", "/v1/auth/me", ann.access, NULL);
	expect_status(&a, 200);
	expect_header(&a, "Access-Control-Allow-Origin", NULL);
	expect_header(&a, "Vary", "Origin");
}

/* Any origin may call routes without cookies; those with cookies are for listed origins. */
static void
test_any(void **state)
{
	struct client *c = *state;
	struct answer a;

	allow(c, "*");
	a = preflight(c, OTHER, "POST", "/api/v1/vouchers/redeem");
	expect_status(&a, 204);
	expect_header(&a, "Access-Control-Allow-Origin", "*");
	expect_header(&a, "Access-Control-Allow-Credentials", NULL);
	a = ask_from(c, "null", "GET", "/v1/auth/me", ann.access, NULL);
	expect_header(&a, "Access-Control-Allow-Origin", "*");
	expect_header(&a, "Access-Control-Allow-Credentials", NULL);
	a = preflight(c, OTHER, "GET", "/api/auth/me");
	expect_status(&a, 403);
	expect_header(&a, "Access-Control-Allow-Origin", NULL);
	a = ask_from(c, OTHER, "GET", "/api/auth/me", NULL, NULL);
	expect_status(&a, 401);
	expect_header(&a, "Access-Control-Allow-Origin", NULL);
	allow(c, "* " APP);
	a = preflight(c, APP, "GET", "/api/auth/me");
	expect_status(&a, 204);
	expect_header(&a, "Access-Control-Allow-Origin", APP);
	expect_header(&a, "Access-Control-Allow-Credentials", "true");
	a = preflight(c, OTHER, "POST", "/api/auth/login");
	expect_status(&a, 403);
}

/* With the cookie, a listed origin has the rights of our own page; any other has none. */
static void
test_cookie(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "jane@example.com");
	struct ask ask = {
		.method = "PATCH", .target = "/api/settings", .body = "{\"language\":\"en\"}"};
	struct answer a;

	ask.headers[HEADER_COOKIE] = client_text(c, TOKEN_COOKIE "=%s", jane.token);
	ask.headers[HEADER_FETCH_SITE] = "cross-site";
	ask.headers[HEADER_ORIGIN] = APP;
	allow(c, OTHER " *");
	a = client_send(c, &ask);
	expect_status(&a, 403);
	expect_header(&a, "Access-Control-Allow-Origin", NULL);
	allow(c, APP);
	a = client_send(c, &ask);
	expect_status(&a, 200);
	expect_header(&a, "Access-Control-Allow-Origin", APP);
	expect_header(&a, "Access-Control-Allow-Credentials", "true");
	ask.headers[HEADER_ORIGIN] = OTHER;
	a = client_send(c, &ask);
	expect_status(&a, 403);
	a = ask_from(c, APP, "POST", "/api/auth/login", NULL,
		     "{\"email\":\"jane@example.com\",\"password\":\"" PASSWORD "\"}");
	expect_status(&a, 200);
	expect_header(&a, "Access-Control-Allow-Origin", APP);
	expect_header(&a, "Access-Control-Allow-Credentials", "true");
}

/* Preflight requests are not counted as attempts. */
static void
test_not_throttled(void **state)
{
	struct client *c = *state;
	struct answer a;

	allow(c, APP);
	c->fixture->config.sign_in_per_minute = 2;
	for (int i = 0; i < 5; i++) {
		a = preflight(c, APP, "POST", "/v1/auth/login");
		expect_status(&a, 204);
	}
	c->fixture->config.sign_in_per_minute = 0;
}

static int
begin(void **state)
{
	struct client *c = *state;

	allow(c, "");
	return client_begin(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_off, begin),
		cmocka_unit_test_setup(test_preflight, begin),
		cmocka_unit_test_setup(test_answers, begin),
		cmocka_unit_test_setup(test_any, begin),
		cmocka_unit_test_setup(test_cookie, begin),
		cmocka_unit_test_setup(test_not_throttled, begin),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
