/* Keys to people's wallets. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/bitpal/bitpal.h"
#include "base/arena.h"
#include "tests/support/money.h"

#define CREATE   "/api/v1/keys/create"
#define ROLLOVER "/api/v1/keys/rollover"
#define LIST     "/api/v1/keys/list"
#define BALANCE  "/api/v1/wallet/balance"

static struct person ada;
static struct person ben;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	ada = person_new(*state, "ada@example.com");
	ben = person_new(*state, "ben@example.com");
	return 0;
}

static struct answer
create(struct client *c, const struct person *person, const char *permissions, const char *expiry)
{
	return client_call(c, "POST", CREATE, person->access,
			   client_json(c, "{'name':'service','permissions':[%s],'expiry':'%s'}",
				       permissions, expiry));
}

/* A valid one; the key itself. */
static const char *
created(struct client *c, const struct person *person, const char *permissions, const char *expiry)
{
	struct answer a = create(c, person, permissions, expiry);

	expect_status(&a, 201);
	return answer_at(&a, "data.api_key");
}

/* The id of the newest key of a person. */
static const char *
newest(struct client *c, const struct person *person)
{
	struct answer a = client_call(c, "GET", LIST "?limit=1", person->access, NULL);

	expect_status(&a, 200);
	return answer_at(&a, "data.keys.0.id");
}

static struct answer
use(struct client *c, const char *key)
{
	return client_send(c, &(struct ask){.method = "GET", .target = BALANCE, .api_key = key});
}

static struct answer
revoke(struct client *c, const struct person *person, const char *id)
{
	return client_call(c, "DELETE", client_text(c, "/api/v1/keys/%s", id), person->access,
			   NULL);
}

/* Each test with a new user without keys. */
static struct person
somebody(struct client *c)
{
	return person_new(c, client_text(c, "%s@example.com", fresh_reference(c)));
}

static void
test_create(void **state)
{
	struct client *c = *state;
	struct answer a = create(c, &ada, "'deposit','transfer','read'", "1D");
	const char *key = answer_at(&a, "data.api_key");

	expect_status(&a, 201);
	expect_text(&a, "status_code", "201");
	expect_text(&a, "status", "success");
	expect_text(&a, "message", "API key created successfully");
	assert_int_equal(strlen(key), 20);
	assert_true(text_starts_with(key, "sk_live_"));
	assert_int_equal(strspn(key + 8, "0123456789abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
			 12);
	assert_non_null(answer_at(&a, "data.expires_at"));
	a = use(c, key);
	expect_status(&a, 200);
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.wallet_key k"
					 " WHERE k::text LIKE '%%%s%%'",
					 key + 8),
			    "0");
}

static void
test_orders(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *body;
		const char *field;
	} rows[] = {
		{"{'permissions':['read'],'expiry':'1D'}", "name"},
		{"{'name':'','permissions':['read'],'expiry':'1D'}", "name"},
		{"{'name':'x','expiry':'1D'}", "permissions"},
		{"{'name':'x','permissions':[],'expiry':'1D'}", "permissions"},
		{"{'name':'x','permissions':'read','expiry':'1D'}", "permissions"},
		{"{'name':'x','permissions':['admin'],'expiry':'1D'}", "permissions"},
		{"{'name':'x','permissions':['read',1],'expiry':'1D'}", "permissions"},
		{"{'name':'x','permissions':['READ'],'expiry':'1D'}", "permissions"},
		{"{'name':'x','permissions':['read']}", "expiry"},
		{"{'name':'x','permissions':['read'],'expiry':'2D'}", "expiry"},
		{"{'name':'x','permissions':['read'],'expiry':'1d'}", "expiry"},
		{"{'name':'x','permissions':['read'],'expiry':1}", "expiry"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer a = client_call(c, "POST", CREATE, ada.access,
					      client_json(c, "%s", rows[i].body));

		expect_status(&a, 400);
		expect_text(&a, "data", "null");
		assert_true(answer_names(&a, rows[i].field));
	}
}

/* Months and years are calendar units, the others are fixed durations. */
static void
test_expiries(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *expiry;
		const char *interval;
	} rows[] = {{"1H", "1 hour"}, {"1D", "1 day"}, {"1M", "1 month"}, {"1Y", "1 year"}};
	struct person person = somebody(c);

	for (size_t i = 0; i < COUNT(rows); i++) {
		(void)created(c, &person, "'read'", rows[i].expiry);
		assert_string_equal(
			client_value(
				c,
				"SELECT expires_at = created_at AT TIME ZONE 'UTC' + interval '%s'"
				" FROM (SELECT expires_at AT TIME ZONE 'UTC' AS expires_at,"
				" created_at FROM cowry.wallet_key"
				" ORDER BY wallet_key_id DESC LIMIT 1) k",
				rows[i].interval),
			"t");
	}
}

static void
test_list(void **state)
{
	struct client *c = *state;
	struct person person = somebody(c);
	const char *key = created(c, &person, "'read','deposit'", "1D");
	struct answer a = client_call(c, "GET", LIST, person.access, NULL);

	expect_status(&a, 200);
	expect_text(&a, "message", "API keys retrieved");
	expect_text(&a, "data.keys.0.name", "service");
	expect_text(&a, "data.keys.0.key_prefix", arena_strndup(c->scratch, key, 12));
	expect_text(&a, "data.keys.0.permissions.0", "deposit");
	expect_text(&a, "data.keys.0.permissions.1", "read");
	expect_text(&a, "data.keys.0.permissions.2", NULL);
	expect_text(&a, "data.keys.0.is_active", "true");
	expect_text(&a, "data.keys.0.is_revoked", "false");
	expect_text(&a, "data.keys.0.is_expired", "false");
	expect_text(&a, "data.keys.0.last_used_at", "null");
	expect_text(&a, "data.total", "1");
	expect_text(&a, "data.active_count", "1");
	(void)use(c, key);
	(void)created(c, &person, "'transfer'", "1H");
	a = client_call(c, "GET", LIST "?limit=1&offset=1", person.access, NULL);
	assert_int_equal(answer_count(&a, "data.keys"), 1);
	expect_text(&a, "data.keys.0.key_prefix", arena_strndup(c->scratch, key, 12));
	assert_string_not_equal(answer_at(&a, "data.keys.0.last_used_at"), "null");
	expect_text(&a, "data.total", "2");
	a = client_call(c, "GET", LIST "?offset=2", person.access, NULL);
	assert_int_equal(answer_count(&a, "data.keys"), 0);
	expect_text(&a, "data.active_count", "2");
	a = client_call(c, "GET", LIST "?limit=0", person.access, NULL);
	expect_status(&a, 400);
	a = client_call(c, "GET", LIST "?offset=-1", person.access, NULL);
	expect_status(&a, 400);
	a = client_call(c, "GET", LIST, ben.access, NULL);
	expect_text(&a, "data.total", "0");
}

static void
test_revoke(void **state)
{
	struct client *c = *state;
	struct person person = somebody(c);
	const char *key = created(c, &person, "'read'", "1D");
	const char *id = newest(c, &person);
	struct answer a = revoke(c, &ben, id);

	expect_status(&a, 404);
	expect_text(&a, "message", "API key not found");
	a = use(c, key);
	expect_status(&a, 200);
	a = revoke(c, &person, id);
	expect_status(&a, 200);
	expect_text(&a, "message", "API key revoked successfully");
	expect_text(&a, "data", "null");
	a = use(c, key);
	expect_status(&a, 401);
	a = client_call(c, "GET", LIST, person.access, NULL);
	expect_text(&a, "data.keys.0.is_revoked", "true");
	expect_text(&a, "data.keys.0.is_active", "false");
	expect_text(&a, "data.active_count", "0");
	a = revoke(c, &person, id);
	expect_status(&a, 200);
	a = revoke(c, &person, NOBODY);
	expect_status(&a, 404);
	a = revoke(c, &person, "no-uuid");
	expect_status(&a, 404);
}

static void
expire(struct client *c, const char *id, const char *when)
{
	client_sql(c,
		   "UPDATE cowry.wallet_key SET expires_at = now() + interval '%s'"
		   " WHERE public_id = '%s'",
		   when, id);
}

static const char *
is_active(struct client *c, const char *id)
{
	return client_value(c, "SELECT is_active FROM cowry.wallet_key WHERE public_id = '%s'", id);
}

/* Marked when it is used, although that is refused; and when keys are listed. */
static void
test_expiry(void **state)
{
	struct client *c = *state;
	struct person person = somebody(c);
	const char *key = created(c, &person, "'read'", "1H");
	const char *id = newest(c, &person);
	struct answer a;

	expire(c, id, "-1 second");
	assert_string_equal(is_active(c, id), "t");
	a = use(c, key);
	expect_status(&a, 401);
	assert_string_equal(is_active(c, id), "f");
	(void)created(c, &person, "'read'", "1H");
	id = newest(c, &person);
	expire(c, id, "-1 second");
	a = client_call(c, "GET", LIST, person.access, NULL);
	expect_text(&a, "data.keys.0.is_active", "false");
	expect_text(&a, "data.keys.0.is_expired", "true");
	expect_text(&a, "data.keys.0.is_revoked", "false");
	expect_text(&a, "data.active_count", "0");
	expect_text(&a, "data.total", "2");
	assert_string_equal(is_active(c, id), "f");
}

static void
test_limit(void **state)
{
	struct client *c = *state;
	struct person person = somebody(c);
	const char *id;
	struct answer a;

	for (int i = 0; i < 5; i++)
		(void)created(c, &person, "'read'", "1D");
	id = newest(c, &person);
	a = create(c, &person, "'read'", "1D");
	expect_status(&a, 400);
	expect_text(&a, "message", "Maximum of 5 active API keys");
	expect_text(&a, "data", "null");
	a = client_call(c, "POST", ROLLOVER, person.access,
			client_json(c, "{'expired_key_id':'%s','expiry':'1M'}", id));
	expect_status(&a, 400);
	expect_text(&a, "message", "Maximum of 5 active API keys");
	a = revoke(c, &person, id);
	expect_status(&a, 200);
	(void)created(c, &person, "'read'", "1D");
	expire(c, newest(c, &person), "-1 second");
	(void)created(c, &person, "'read'",
		      "1D"); /* an expired one does not count towards the limit */
	a = create(c, &person, "'read'", "1D");
	expect_status(&a, 400);
}

static void
test_limit_at_once(void **state)
{
	struct client *c = *state;
	struct person person = somebody(c);
	struct ask asks[12];
	int statuses[COUNT(asks)];

	for (size_t i = 0; i < COUNT(asks); i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = CREATE,
			.credential = person.access,
			.body = client_json(c, "{'name':'x','permissions':['read'],'expiry':'1D'}"),
		};
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 201), 5);
	assert_int_equal(count_status(statuses, COUNT(asks), 400), COUNT(asks) - 5);
}

static struct answer
roll_over(struct client *c, const struct person *person, const char *id)
{
	return client_call(c, "POST", ROLLOVER, person->access,
			   client_json(c, "{'expired_key_id':'%s','expiry':'1M'}", id));
}

static void
test_rollover(void **state)
{
	struct client *c = *state;
	struct person person = somebody(c);
	const char *old = created(c, &person, "'deposit','read'", "1M");
	const char *id = newest(c, &person);
	struct answer a = roll_over(c, &person, id);

	expect_status(&a, 400);
	expire(c, id, "23 hours");
	a = roll_over(c, &ben, id);
	expect_status(&a, 404);
	a = roll_over(c, &person, id);
	expect_status(&a, 201);
	expect_text(&a, "message", "API key rolled over successfully");
	assert_string_not_equal(answer_at(&a, "data.api_key"), old);
	a = use(c, answer_at(&a, "data.api_key"));
	expect_status(&a, 200);
	a = use(c, old); /* it is not revoked */
	expect_status(&a, 200);
	a = client_call(c, "GET", LIST, person.access, NULL);
	expect_text(&a, "data.keys.0.name", "service");
	expect_text(&a, "data.keys.0.permissions.0", "deposit");
	expect_text(&a, "data.keys.0.permissions.1", "read");
	expire(c, id, "-1 day");
	a = roll_over(c, &person, id);
	expect_status(&a, 201);
	a = roll_over(c, &person, "FGH2485K6KK79GKG9GKGK");
	expect_status(&a, 404);
	a = roll_over(c, &person, NOBODY);
	expect_status(&a, 404);
	a = client_call(c, "POST", ROLLOVER, person.access, client_json(c, "{'expiry':'1M'}"));
	expect_status(&a, 400);
	assert_true(answer_names(&a, "expired_key_id"));
}

/* Actions that a key can never do, whatever its permissions. */
static void
test_tokens_only(void **state)
{
	struct client *c = *state;
	struct person person = somebody(c);
	const char *key = created(c, &person, "'deposit','transfer','read'", "1D");
	const char *id = newest(c, &person);
	const char *body = client_json(c,
				       "{'name':'x','permissions':['read'],'expiry':'1D',"
				       "'expired_key_id':'%s'}",
				       id);
	struct ask asks[] = {
		{.method = "POST", .target = CREATE, .body = body},
		{.method = "POST", .target = ROLLOVER, .body = body},
		{.method = "GET", .target = LIST},
		{.method = "DELETE", .target = client_text(c, "/api/v1/keys/%s", id)},
		{.method = "GET", .target = "/v1/auth/me"},
		{.method = "GET", .target = "/v1/projects"},
	};

	for (size_t i = 0; i < COUNT(asks); i++) {
		struct answer a;

		asks[i].api_key = key;
		a = client_send(c, &asks[i]);
		expect_status(&a, 403);
		asks[i].api_key = "sk_live_000000000000";
		a = client_send(c, &asks[i]);
		expect_status(&a, 401);
		asks[i].api_key = NULL;
		a = client_send(c, &asks[i]);
		expect_status(&a, 401);
	}
}

static void
test_permissions(void **state)
{
	struct client *c = *state;
	struct person person = somebody(c);
	static const struct {
		const char *method;
		const char *target;
		const char *body;
		const char *permission;
	} rows[] = {
		{"GET", BALANCE, NULL, "read"},
		{"GET", "/api/v1/wallet/transactions", NULL, "read"},
		{"GET", "/api/v1/wallet/deposit/DEP_1_X/status", NULL, "read"},
		{"POST", "/api/v1/wallet/deposit", "{}", "deposit"},
		{"POST", "/api/v1/wallet/transfer", "{}", "transfer"},
	};
	static const char *const permissions[] = {"read", "deposit", "transfer"};

	for (size_t p = 0; p < COUNT(permissions); p++) {
		const char *key = created(c, &person, client_text(c, "'%s'", permissions[p]), "1D");

		for (size_t i = 0; i < COUNT(rows); i++) {
			struct answer a = client_send(c, &(struct ask){.method = rows[i].method,
								       .target = rows[i].target,
								       .api_key = key,
								       .body = rows[i].body});

			if (strcmp(rows[i].permission, permissions[p]) == 0) {
				assert_true(a.status != 401 && a.status != 403);
				continue;
			}
			expect_status(&a, 403);
			expect_text(&a, "message",
				    client_text(c, "Missing required permission: %s",
						rows[i].permission));
			expect_text(&a, "data", "null");
		}
	}
}

/* If both are sent, the user is the caller. */
static void
test_both(void **state)
{
	struct client *c = *state;
	struct person person = somebody(c);
	const char *key = created(c, &ada, "'deposit'", "1D");
	struct ask ask = {.method = "GET", .target = BALANCE, .credential = person.access};
	static const char *const keys[] = {"sk_live_000000000000", "nonsense", "qp_x"};
	struct answer a;

	ask.api_key = key;
	a = client_send(c, &ask);
	expect_status(&a, 200);
	for (size_t i = 0; i < COUNT(keys); i++) {
		ask.api_key = keys[i];
		a = client_send(c, &ask);
		expect_status(&a, 200);
	}
	ask.credential = "eyJhbGciOiJub25lIn0.e30."; /* a bad token is not made good by a key */
	ask.api_key = created(c, &person, "'read'", "1D");
	a = client_send(c, &ask);
	expect_status(&a, 401);
	ask.credential = person.access;
	ask.target = LIST;
	a = client_send(c, &ask);
	expect_status(&a, 200);
	ask.api_key = "qp_x"; /* elsewhere the caller is ambiguous */
	a = client_send(c, &ask);
	expect_status(&a, 400);
	a = client_call(c, "GET", BALANCE, created(c, &person, "'read'", "1D"), NULL);
	expect_status(&a, 200); /* as a bearer */
}

static void
test_strangers(void **state)
{
	struct client *c = *state;
	static const char *const keys[] = {
		"sk_live_",
		"sk_live_00000000000",
		"sk_live_0000000000000",
		"sk_live_00000000000-",
		"sk_test_000000000000",
		"SK_LIVE_000000000000",
		"sk_live_%00",
		"",
	};
	struct person person = somebody(c);
	const char *key;
	struct answer a;

	for (size_t i = 0; i < COUNT(keys); i++) {
		a = use(c, keys[i]);
		expect_status(&a, 401);
	}
	a = client_call(c, "GET", BALANCE, NULL, NULL);
	expect_status(&a, 401);
	a = use(c, key_new(c, &ada, NULL, "")); /* another kind of key */
	expect_status(&a, 401);
	key = created(c, &person, "'read'", "1D");
	a = use(c, key);
	expect_status(&a, 200);
	client_sql(c, "UPDATE cowry.users SET status = 'suspended' WHERE email = '%s'",
		   person.email);
	a = use(c, key);
	expect_status(&a, 401);
}

static const char *
last_used(struct client *c, const char *id)
{
	return client_value(c, "SELECT last_used_at FROM cowry.wallet_key WHERE public_id = '%s'",
			    id);
}

static void
test_last_use(void **state)
{
	struct client *c = *state;
	struct person person = somebody(c);
	const char *key = created(c, &person, "'read'", "1D");
	const char *id = newest(c, &person);
	const char *first;

	(void)use(c, key);
	first = last_used(c, id);
	assert_string_not_equal(first, "");
	(void)use(c, key);
	assert_string_equal(last_used(c, id), first);
	client_sql(c,
		   "UPDATE cowry.wallet_key SET last_used_at = now() - interval '61 seconds'"
		   " WHERE public_id = '%s'",
		   id);
	(void)use(c, key);
	assert_string_equal(client_value(c,
					 "SELECT last_used_at > now() - interval '30 seconds' FROM"
					 " cowry.wallet_key WHERE public_id = '%s'",
					 id),
			    "t");
}

static void
test_covered(void **state)
{
	client_covered(*state, bitpal_keys, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_create),      client_test(test_orders),
		client_test(test_expiries),    client_test(test_list),
		client_test(test_revoke),      client_test(test_expiry),
		client_test(test_limit),       client_test(test_limit_at_once),
		client_test(test_rollover),    client_test(test_tokens_only),
		client_test(test_permissions), client_test(test_both),
		client_test(test_strangers),   client_test(test_last_use),
		client_test(test_covered),     client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
