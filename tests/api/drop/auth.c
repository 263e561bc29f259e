/* Registration, cookie sessions, and requests from other sites. */
#include "tests/support/cmocka.h"

#include "api/drop/drop.h"
#include "tests/support/drop_users.h"

static void
test_register(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(
		c, "POST", "/api/auth/register", NULL,
		client_json(c,
			    "{'email':'Jane@Example.com','password':'%s','firstName':'Jane',"
			    "'lastName':'van der Doe','phone':'+4712345678',"
			    "'dateOfBirth':'1995-03-15'}",
			    PASSWORD));
	const char *token = token_set(c, &a);

	expect_status(&a, 201);
	assert_true(is_drop_id(answer_at(&a, "data.id"), "usr_"));
	expect_text(&a, "data.email", "Jane@Example.com");
	expect_text(&a, "data.firstName", "Jane");
	expect_text(&a, "data.lastName", "van der Doe");
	expect_text(&a, "data.dateOfBirth", "1995-03-15");
	expect_text(&a, "data.kycStatus", "pending");
	expect_text(&a, "data.password", NULL);
	assert_non_null(answer_at(&a, "data.createdAt"));
	assert_non_null(token);
	a = by_cookie(c, "GET", "/api/auth/me", token, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.firstName", "Jane");
	expect_text(&a, "data.totalBalance", "0");
	assert_int_equal(answer_count(&a, "data.bankAccounts"), 0);
	/* The same person on the platform's own API. */
	a = client_call(c, "GET", "/v1/auth/me", token, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.name", "Jane van der Doe");
	expect_text(&a, "data.kycStatus", "pending");
}

static void
test_taken(void **state)
{
	struct client *c = *state;
	struct answer a;

	(void)dropper_new(c, "taken@example.com");
	a = drop_register(c, "TAKEN@example.com", "Other", "One");
	expect_refusal(&a, 409, "conflict");
	expect_text(&a, "message", "The email address is already registered");
	assert_null(answer_header(&a, "Set-Cookie"));
	for (int i = 0; i < 2; i++) {
		a = client_call(c, "POST", "/api/auth/register", NULL,
				client_json(c,
					    "{'email':'phone%d@example.com','password':'%s',"
					    "'firstName':'A','lastName':'B','phone':'+4799999999',"
					    "'dateOfBirth':'1995-03-15'}",
					    i, PASSWORD));
		expect_status(&a, i == 0 ? 201 : 409);
	}
}

/* One member of a good registration replaced. */
static struct answer
register_with(struct client *c, const char *name, const char *value)
{
	static const char *const members[][2] = {
		{"email", "\"rules@example.com\""}, {"password", "\"correct-horse-42\""},
		{"firstName", "\"Jane\""},          {"lastName", "\"Doe\""},
		{"phone", "\"+4712312312\""},       {"dateOfBirth", "\"1995-03-15\""},
	};
	const char *body = "{";

	for (size_t i = 0; i < COUNT(members); i++) {
		bool chosen = strcmp(members[i][0], name) == 0;

		if (chosen && value == NULL)
			continue;
		body = client_text(c, "%s%s\"%s\":%s", body, body[1] == '\0' ? "" : ",",
				   members[i][0], chosen ? value : members[i][1]);
	}
	return client_call(c, "POST", "/api/auth/register", NULL, client_text(c, "%s}", body));
}

static void
test_rules(void **state)
{
	static const char *const bad[][2] = {
		{"email", "\"x\""},
		{"email", "7"},
		{"email", NULL},
		{"password", "\"short1\""},
		{"password", "\"onlyletters\""},
		{"password", "\"1234567890\""},
		{"password", "\"password1\""},
		{"password", NULL},
		{"firstName", "\"\""},
		{"firstName", "\"   \""},
		{"firstName", "\"123\""},
		{"firstName", "\"-'\""},
		{"firstName", "\"\xf0\x9f\x98\x80\""},
		{"firstName", "\"\xe2\x80\x94\""},
		{"firstName", "\"<b>Jane</b>\""},
		{"firstName", "\"Jane<script>\""},
		{"firstName", "\"&#60;script\""},
		{"firstName", "\"JavaScript:alert(1)\""},
		{"firstName", NULL},
		{"lastName", "\"<i>\""},
		{"lastName", NULL},
		{"phone", "\"12345678\""},
		{"phone", "\"+1234567\""},
		{"phone", "\"+1234567890123456\""},
		{"phone", "\"+47 123 45 678\""},
		{"dateOfBirth", "\"1995-02-30\""},
		{"dateOfBirth", "\"15.03.1995\""},
		{"dateOfBirth", "\"1995-03-15T00:00:00Z\""},
		{"dateOfBirth", "\"1850-01-01\""},
		{"dateOfBirth", "\"2999-01-01\""},
		{"dateOfBirth", NULL},
	};
	struct client *c = *state;

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct answer a = register_with(c, bad[i][0], bad[i][1]);

		expect_status(&a, 422);
		expect_text(&a, "error", "validation_error");
		expect_text(&a, "details.0.field", bad[i][0]);
		assert_non_null(answer_at(&a, "details.0.message"));
		assert_non_null(answer_at(&a, "details.0.code"));
		assert_null(answer_header(&a, "Set-Cookie"));
	}
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.users WHERE email_key = "
					    "'rules@example.com'"),
			    "0");
}

static void
test_names_of_the_world(void **state)
{
	static const char *const names[] = {"\"Zo\xc3\xab\"", "\"\xe6\x9d\x8e\"", "\"O'Brien\"",
					    "\"\xd0\x90\xd0\xbd\xd0\xb0\"", "\"J\""};
	struct client *c = *state;

	for (size_t i = 0; i < COUNT(names); i++) {
		struct answer a = client_call(
			c, "POST", "/api/auth/register", NULL,
			client_text(c,
				    "{\"email\":\"name%zu@example.com\",\"password\":\"%s\","
				    "\"firstName\":%s,\"lastName\":\"X\","
				    "\"dateOfBirth\":\"1995-03-15\"}",
				    i, PASSWORD, names[i]));

		expect_status(&a, 201);
	}
}

static void
test_age(void **state)
{
	struct client *c = *state;
	const char *today = client_value(
		c, "SELECT to_char(now() AT TIME ZONE 'UTC' - interval '18 years', 'YYYY-MM-DD')");
	const char *tomorrow = client_value(
		c,
		"SELECT to_char(now() AT TIME ZONE 'UTC' - interval '18 years' + interval '1 day',"
		" 'YYYY-MM-DD')");
	struct answer a = register_with(c, "dateOfBirth", client_text(c, "\"%s\"", tomorrow));

	expect_status(&a, 422);
	expect_text(&a, "details.0.field", "dateOfBirth");
	expect_text(&a, "details.0.code", "AGE");
	a = register_with(c, "dateOfBirth", client_text(c, "\"%s\"", today));
	expect_status(&a, 201);
}

static void
test_not_json(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(c, "POST", "/api/auth/register", NULL, "{");

	expect_refusal(&a, 400, "bad_request");
	a = client_call(c, "POST", "/api/auth/register", NULL, "[]");
	expect_refusal(&a, 400, "bad_request");
	a = client_send(c, &(struct ask){.method = "POST",
					 .target = "/api/auth/login",
					 .type = "text/plain",
					 .body = "{}"});
	expect_refusal(&a, 415, "unsupported_media_type");
}

static void
test_login(void **state)
{
	static const char *const incomplete[] = {
		"{}",
		"{'email':'login@example.com'}",
		"{'password':'x'}",
		"{'email':'','password':'x'}",
		"{'email':7,'password':'x'}",
	};
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "login@example.com");
	struct answer a;

	for (size_t i = 0; i < COUNT(incomplete); i++) {
		a = client_call(c, "POST", "/api/auth/login", NULL,
				client_json(c, "%s", incomplete[i]));
		expect_refusal(&a, 400, "bad_request");
	}
	a = client_call(c, "POST", "/api/auth/login", NULL,
			client_json(c, "{'email':'login@example.com','password':'wrong'}"));
	expect_refusal(&a, 401, "unauthorized");
	a = client_call(c, "POST", "/api/auth/login", NULL,
			client_json(c, "{'email':'nobody@example.com','password':'%s'}", PASSWORD));
	expect_refusal(&a, 401, "unauthorized");
	a = client_call(c, "POST", "/api/auth/login", NULL,
			client_json(c, "{'email':'LOGIN@example.com','password':'%s'}", PASSWORD));
	expect_status(&a, 200);
	expect_text(&a, "data.id", jane.id);
	expect_text(&a, "data.kycStatus", "pending");
	a = by_cookie(c, "GET", "/api/auth/me", token_set(c, &a), NULL);
	expect_status(&a, 200);
}

/* A sign-in that loses a race at its first COMMIT sets one cookie, that of the attempt that counts. */
static void
test_lost_race(void **state)
{
	struct client *c = *state;
	struct dropper who = dropper_new(c, "race@example.com");
	struct answer a;
	size_t cookies = 0;

	client_sql(c, "CREATE SEQUENCE cowry.attempts;"
		      " CREATE FUNCTION cowry.lose_once() RETURNS trigger LANGUAGE plpgsql"
		      " SECURITY DEFINER AS $$ BEGIN IF nextval('cowry.attempts') = 1 THEN"
		      " RAISE serialization_failure; END IF; RETURN NULL; END $$;"
		      " CREATE CONSTRAINT TRIGGER lose_once AFTER INSERT ON cowry.session"
		      " DEFERRABLE INITIALLY DEFERRED"
		      " FOR EACH ROW EXECUTE FUNCTION cowry.lose_once()");
	a = client_call(c, "POST", "/api/auth/login", NULL,
			client_json(c, "{'email':'%s','password':'%s'}", who.email, PASSWORD));
	client_sql(c, "DROP TRIGGER lose_once ON cowry.session");
	expect_status(&a, 200);
	assert_string_equal(client_value(c, "SELECT last_value FROM cowry.attempts"), "2");
	for (size_t i = 0; i < a.reply.header_count; i++)
		cookies += strcmp(a.reply.headers[i].name, "Set-Cookie") == 0;
	assert_int_equal(cookies, 1);
}

/* Who registered elsewhere is somebody here, with the parts of their name. */
static void
test_one_user_base(void **state)
{
	struct client *c = *state;
	struct person ada = person_new(c, "ada@example.com");
	struct answer a = client_call(c, "GET", "/api/auth/me", ada.access, NULL);

	expect_status(&a, 200);
	assert_true(is_drop_id(answer_at(&a, "data.id"), "usr_"));
	expect_text(&a, "data.firstName", "Ada");
	expect_text(&a, "data.lastName", "");
	client_sql(c, "UPDATE cowry.users SET name = 'Ada King Lovelace', kyc_status = 'verified' "
		      "WHERE email_key = 'ada@example.com'");
	a = client_call(c, "POST", "/api/auth/login", NULL,
			client_json(c, "{'email':'ada@example.com','password':'%s'}", PASSWORD));
	expect_text(&a, "data.firstName", "Ada");
	expect_text(&a, "data.lastName", "King Lovelace");
	expect_text(&a, "data.kycStatus", "approved");
}

static void
test_logout(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "logout@example.com");
	struct answer other =
		client_call(c, "POST", "/api/auth/login", NULL,
			    client_json(c, "{'email':'%s','password':'%s'}", jane.email, PASSWORD));
	struct answer a = by_cookie(c, "POST", "/api/auth/logout", jane.token, NULL);

	expect_status(&a, 200);
	expect_text(&a, "message", "Logged out");
	assert_string_equal(token_set(c, &a), "");
	a = by_cookie(c, "GET", "/api/auth/me", jane.token, NULL);
	expect_refusal(&a, 401, "unauthorized");
	a = by_cookie(c, "GET", "/api/auth/me", token_set(c, &other), NULL);
	expect_refusal(&a, 401, "unauthorized");
	a = by_cookie(c, "POST", "/api/auth/logout", jane.token, NULL);
	expect_refusal(&a, 401, "unauthorized");
}

static void
test_refresh(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "refresh@example.com");
	struct answer a = by_cookie(c, "POST", "/api/auth/refresh", jane.token, NULL);
	const char *token = token_set(c, &a);

	expect_status(&a, 200);
	expect_text(&a, "data.userId", jane.id);
	expect_text(&a, "data.email", jane.email);
	expect_text(&a, "data.role", "user");
	assert_string_not_equal(token, jane.token);
	a = by_cookie(c, "POST", "/api/auth/refresh", jane.token, NULL);
	expect_refusal(&a, 401, "unauthorized");
	a = by_cookie(c, "GET", "/api/auth/me", token, NULL);
	expect_status(&a, 200);
}

/* A token is exchanged once. */
static void
test_refresh_at_once(void **state)
{
	enum { TRIES = 6 };
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "racing@example.com");
	struct ask asks[TRIES];
	int statuses[TRIES];

	for (size_t i = 0; i < TRIES; i++) {
		asks[i] = (struct ask){.method = "POST", .target = "/api/auth/refresh"};
		asks[i].headers[HEADER_COOKIE] = client_text(c, TOKEN_COOKIE "=%s", jane.token);
	}
	client_at_once(c, asks, TRIES, statuses);
	assert_int_equal(count_status(statuses, TRIES, 200), 1);
	assert_int_equal(count_status(statuses, TRIES, 401), TRIES - 1);
}

static void
test_bad_cookies(void **state)
{
	static const char *const cookies[] = {
		"",
		"drop_token=",
		"drop_token",
		"drop_token=x",
		"xdrop_token=%s",
		"Drop_Token=%s",
		"other=%s",
	};
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "cookies@example.com");

	for (size_t i = 0; i < COUNT(cookies); i++) {
		struct ask ask = {.method = "GET", .target = "/api/auth/me"};
		const char *value = strchr(cookies[i], '%');
		struct answer a;

		ask.headers[HEADER_COOKIE] =
			value == NULL ? cookies[i]
				      : client_text(c, "%.*s%s", (int)(value - cookies[i]),
						    cookies[i], jane.token);
		a = client_send(c, &ask);
		expect_refusal(&a, 401, "unauthorized");
	}
	/* The cookie is not accepted anywhere else. */
	struct answer a = by_cookie(c, "GET", "/v1/auth/me", jane.token, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = by_cookie(c, "GET", "/api/v1/wallet/balance", jane.token, NULL);
	expect_status(&a, 401);
}

/* Values of a browser's origin headers, and whether changes are allowed with them. */
static void
test_origins(void **state)
{
	static const char ours[] = "https://localhost:8443";
	static const struct {
		const char *origin;
		const char *site;
		bool allowed;
	} cases[] = {
		{NULL, NULL, true},
		{ours, NULL, true},
		{"https://LOCALHOST:8443", NULL, true},
		{ours, "same-origin", true},
		{NULL, "same-origin", true},
		{NULL, "none", true},
		{ours, "none", true},
		{NULL, "same-site", true},
		{ours, "same-site", true},
		{"https://shop.localhost:8443", "same-site", false},
		{NULL, "cross-site", false},
		{ours, "cross-site", false},
		{"https://evil.example", "cross-site", false},
		{"https://evil.example", NULL, false},
		{"https://evil.example", "same-origin", false},
		{"https://evil.example", "none", false},
		{"null", NULL, false},
		{"null", "cross-site", false},
		{"null", "none", false},
		{"", NULL, false},
		{"http://localhost:8443", NULL, false},
		{"https://localhost", NULL, false},
		{"https://localhost:84430", NULL, false},
		{"https://localhost:8443.evil.example", NULL, false},
		{"https://localhost:8443/", NULL, false},
	};
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "origins@example.com");

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ask ask = {.method = "PATCH",
				  .target = "/api/settings",
				  .body = "{\"language\":\"en\"}"};
		struct answer a;

		ask.headers[HEADER_COOKIE] = client_text(c, TOKEN_COOKIE "=%s", jane.token);
		ask.headers[HEADER_ORIGIN] = cases[i].origin;
		ask.headers[HEADER_FETCH_SITE] = cases[i].site;
		a = client_send(c, &ask);
		if (a.status != (cases[i].allowed ? 200 : 403))
			print_error("case %zu\n", i);
		expect_status(&a, cases[i].allowed ? 200 : 403);
		if (!cases[i].allowed)
			expect_text(&a, "error", "forbidden");
		/* Reading changes nothing, and other origins can't read the answer. */
		ask.method = "GET";
		ask.body = NULL;
		a = client_send(c, &ask);
		expect_status(&a, 200);
		/* Browsers do not send this header automatically. */
		ask.method = "PATCH";
		ask.body = "{\"language\":\"nb\"}";
		ask.credential = jane.token;
		a = client_send(c, &ask);
		expect_status(&a, 200);
		ask.headers[HEADER_COOKIE] = NULL;
		a = client_send(c, &ask);
		expect_status(&a, 200);
	}
}

/* A page of another site learns nothing about the session, and nothing happens. */
static void
test_foreign_changes_nothing(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "csrf@example.com");
	struct ask ask = {.method = "DELETE", .target = "/api/user/account"};
	struct answer a;

	ask.headers[HEADER_COOKIE] = client_text(c, TOKEN_COOKIE "=%s", jane.token);
	ask.headers[HEADER_ORIGIN] = "https://evil.example";
	a = client_send(c, &ask);
	expect_status(&a, 403);
	ask.method = "POST";
	ask.target = "/api/auth/logout";
	a = client_send(c, &ask);
	expect_status(&a, 403);
	/* A form of another site, with a hidden origin. */
	ask.headers[HEADER_ORIGIN] = NULL;
	ask.body = "a=b";
	ask.type = "application/x-www-form-urlencoded";
	a = client_send(c, &ask);
	expect_refusal(&a, 415, "unsupported_media_type");
	a = by_cookie(c, "GET", "/api/auth/me", jane.token, NULL);
	expect_status(&a, 200);
}

/* A cookie is not stored with an answer: the same sign-in twice is two sessions. */
static void
test_never_replayed(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "again@example.com");
	const char *tokens[2];

	for (size_t i = 0; i < 2; i++) {
		struct answer a = client_send(
			c, &(struct ask){.method = "POST",
					 .target = "/api/auth/login",
					 .idempotency_key = "same",
					 .body = client_json(c, "{'email':'%s','password':'%s'}",
							     jane.email, PASSWORD)});

		expect_status(&a, 200);
		tokens[i] = token_set(c, &a);
		assert_non_null(tokens[i]);
	}
	assert_string_not_equal(tokens[0], tokens[1]);
}

/* The limit counts by address and minute. */
static void
test_limits(void **state)
{
	struct client *c = *state;
	struct answer a = {.status = 0};
	int tries = 0;

	c->fixture->config.sign_in_per_minute = 10;
	while (a.status != 429 && tries++ < 25) /* a minute may end in between */
		a = client_call(c, "POST", "/api/auth/login", NULL, "{}");
	expect_refusal(&a, 429, "rate_limited");
	assert_true(tries >= 11);
	a = client_send(c, &(struct ask){.method = "POST",
					 .target = "/api/auth/login",
					 .address = "192.0.2.77",
					 .body = "{}"});
	expect_status(&a, 400);
	c->fixture->config.sign_in_per_minute = 0;
}

static void
test_routes(void **state)
{
	client_covered(*state, drop_auth, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_register),
		client_test(test_taken),
		client_test(test_rules),
		client_test(test_names_of_the_world),
		client_test(test_age),
		client_test(test_not_json),
		client_test(test_login),
		client_test(test_lost_race),
		client_test(test_one_user_base),
		client_test(test_logout),
		client_test(test_refresh),
		client_test(test_refresh_at_once),
		client_test(test_bad_cookies),
		client_test(test_origins),
		client_test(test_foreign_changes_nothing),
		client_test(test_never_replayed),
		client_test(test_limits),
		client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
