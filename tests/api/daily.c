/* What is made for nothing and kept is limited a day: for each person or address, over all dialects. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "app/people/user.h"
#include "tests/support/drop_users.h"
#include "tests/support/moolah_user.h"

enum { MOST = 2 };

static int
setup(void **state)
{
	struct config *config;

	if (client_setup(state) != 0)
		return -1;
	config = &((struct client *)*state)->fixture->config;
	config->complaints_per_day = config->exports_per_day = config->creations_per_day = MOST;
	config->registrations_per_day = MOST;
	return 0;
}

/* Only limits that a test sets apply. */
static void
limit(struct client *c, bool limits)
{
	c->fixture->config.user_limits = limits;
	c->fixture->config.sign_in_per_minute = limits ? 1000000 : 0;
}

static void
expect_limited(const struct answer *a)
{
	int seconds;

	expect_status(a, 429);
	seconds = atoi(answer_header(a, "Retry-After"));
	assert_in_range(seconds, 1, 86400);
	assert_string_equal(answer_header(a, "RateLimit-Remaining"), "0");
}

static struct answer
complain(struct client *c, const char *token)
{
	return by_cookie(
		c, "POST", "/api/complaints", token,
		client_json(c, "{'category':'fees','subject':'High','description':'Too high'}"));
}

static void
test_complaints(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "jane-complains@example.com");
	struct dropper joe = dropper_new(c, "joe-complains@example.com");
	struct answer a;

	limit(c, true);
	for (int i = 0; i < MOST; i++) {
		a = complain(c, jane.token);
		expect_status(&a, 201);
	}
	a = complain(c, jane.token);
	expect_limited(&a);
	a = complain(c, joe.token);
	expect_status(&a, 201);
	client_sql(c, "UPDATE cowry.day_count SET day = day - 1");
	a = complain(c, jane.token);
	expect_status(&a, 201);
	c->fixture->config.complaints_per_day = 0;
	for (int i = 0; i < 2 * MOST; i++) {
		a = complain(c, jane.token);
		expect_status(&a, 201);
	}
	c->fixture->config.complaints_per_day = MOST;
	limit(c, false);
}

static void
test_exports(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "jane-exports@example.com");
	struct answer a;

	limit(c, true);
	for (int i = 0; i < MOST; i++) {
		a = by_cookie(c, "GET", "/api/user/data-export", jane.token, NULL);
		expect_status(&a, 200);
	}
	a = by_cookie(c, "GET", "/api/user/data-export", jane.token, NULL);
	expect_limited(&a);
	limit(c, false);
}

/* One counter for everything that a user creates, in any dialect. */
static void
test_creations(void **state)
{
	struct client *c = *state;
	struct tenant acme = tenant_new(c, "creations");
	const char *project = client_text(c, "/v1/projects/%s", acme.project);
	const struct ask asks[] = {
		{.target = "/v1/projects", .body = "{\"name\":\"One more\"}"},
		{.target = "/v1/api-key", .body = "{\"scope\":\"test\"}"},
		{.target = client_text(c, "%s/api-keys", project), .body = "{\"scope\":\"test\"}"},
		{.target = client_text(c, "%s/webhooks", project),
		 .body = "{\"url\":\"https://example.com/x\",\"eventTypes\":[\"*\"]}"},
		{.target = "/api/v1/keys/create",
		 .body = "{\"name\":\"x\",\"permissions\":[\"read\"],\"expiry\":\"1D\"}"},
		{.target = "/api/recipients",
		 .body = "{\"name\":\"Mama\",\"country\":\"RS\",\"currency\":\"RSD\","
			 "\"bankAccount\":\"RS35260005601001611379\"}"},
		{.target = "/api/consents",
		 .body = "{\"consentType\":\"marketing\",\"granted\":true}"},
		{.target = "/api/cards", .body = "{}"},
	};
	struct answer a;

	limit(c, true);
	for (int i = 0; i < MOST; i++) {
		a = client_call(c, "POST", asks[i].target, acme.owner.access, asks[i].body);
		expect_status(&a, 201);
	}
	for (size_t i = 0; i < COUNT(asks); i++) {
		a = client_call(c, "POST", asks[i].target, acme.owner.access, asks[i].body);
		expect_limited(&a);
	}
	limit(c, false);
}

static struct answer
register_at(struct client *c, int i, const char *address)
{
	const struct ask asks[] = {
		{.target = "/v1/auth/register",
		 .body = client_json(
			 c,
			 "{'name':'Jane','email':'daily%d@example.com','password':'" PASSWORD
			 "','country':'Nigeria','acceptTerms':true}",
			 i)},
		{.target = "/api/v1/auth/register",
		 .body = registration(c, "Andre Test", client_text(c, "daily%d@example.com", i),
				      client_text(c, "+2782555%04d", i),
				      identity_number(c, 7000 + i))},
		{.target = "/api/auth/register",
		 .body = client_json(
			 c,
			 "{'email':'daily%d@example.com','password':'" PASSWORD
			 "','firstName':'Jane','lastName':'Doe','dateOfBirth':'1995-03-15'}",
			 i)},
	};
	struct ask ask = asks[i % 3];

	ask.method = "POST";
	ask.address = address;
	return client_send(c, &ask);
}

static void
test_registrations(void **state)
{
	struct client *c = *state;
	struct answer a;

	limit(c, true);
	for (int i = 0; i < MOST; i++) {
		a = register_at(c, i, "203.0.113.7");
		expect_status(&a, 201);
	}
	for (int i = 0; i < 3; i++) {
		a = register_at(c, MOST + i, "203.0.113.7");
		expect_limited(&a);
	}
	a = register_at(c, 10, "203.0.113.8");
	expect_status(&a, 201);
	/* Without a limit of sign-ins, there is none of registrations. */
	limit(c, false);
	c->fixture->config.user_limits = true;
	a = register_at(c, 11, "203.0.113.7");
	expect_status(&a, 201);
	limit(c, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_complaints),   client_test(test_exports),
		client_test(test_creations),    client_test(test_registrations),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
