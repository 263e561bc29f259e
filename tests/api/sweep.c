/*
 * The errors that every route has for the same reasons, tested on every route: the recorded answers
 * are compared with the documents (tests/openapi/check.mjs). Errors specific to a route are tested
 * in its own program.
 */
#include "tests/support/cmocka.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/access.h"
#include "api/dialects.h"
#include "app/people/user.h"
#include "base/arena.h"
#include "runtime/app.h"
#include "tests/support/moolah_user.h"
#include "tests/support/moolah_voucher.h"
#include "tests/support/poll.h"

#define NOBODY "0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55"

enum { LONG_TARGET = 5000, LONG_KEY = 256, DEADLINE_S = 20 };

static struct tenant acme;
static struct person admin;

static int
setup(void **state)
{
	struct client *c;

	if (tenants_setup(state, &acme, NULL) != 0)
		return -1;
	c = *state;
	admin = person_admin(c, "root@example.com");
	open_network(c);
	return 0;
}

static const char *
credential_of(const struct route *route)
{
	switch (route->access) {
	case ACCESS_PUBLIC:
		return NULL;
	case ACCESS_ADMIN:
		return admin.access;
	case ACCESS_PROJECT_KEY:
		return acme.test_key;
	case ACCESS_USER:
	case ACCESS_USER_OR_KEY:
	case ACCESS_USER_OR_PROJECT:
	case ACCESS_WALLET:
	case ACCESS_COOKIE:
	case ACCESS_OWNER:
		break;
	}
	return acme.owner.access;
}

/* The path with unknown ids. */
static const char *
path_of(struct client *c, const struct route *route)
{
	const char *path = "";

	for (const char *p = route->path; *p != '\0';) {
		size_t length = strcspn(p, "{");

		path = client_text(c, "%s%.*s%s", path, (int)length, p,
				   text_starts_with(p + length, "{currency") ? "RSD"
				   : p[length] == '{'                        ? NOBODY
									     : "");
		p += length;
		p += p[0] == '{' ? strcspn(p, "}") + 1 : 0;
	}
	return path;
}

/* The example body of the documentation. */
static const char *
example_of(struct client *c, const struct dialect *dialect, const struct route *route)
{
	const struct schema *body = route->in != NULL ? route->in : route->body.raw;
	struct bytes text;
	struct jw w;

	if (body == NULL)
		return NULL;
	jw_init(&w, c->scratch, 256);
	schema_example(body, dialect->amounts, &w, NULL);
	assert_true(jw_finish(&w, &text));
	return text.data;
}

/* A valid request of a route, except for its object. */
static struct ask
ask_of(struct client *c, const struct dialect *dialect, const struct route *route)
{
	bool network = strcmp(route->path, VOUCHERS "/easypay/settlement") == 0;

	return (struct ask){.method = method_text(route->method),
			    .target = path_of(c, route),
			    .credential = credential_of(route),
			    .api_key = network ? NETWORK_KEY : NULL,
			    .body = example_of(c, dialect, route)};
}

static bool
takes_key(const struct route *route)
{
	return route->method != GET && !route->ignores_key;
}

typedef void check_route(struct client *c, const struct dialect *dialect,
			 const struct route *route);

static void
for_each_route(struct client *c, check_route *check)
{
	for (size_t d = 0; dialects[d] != NULL; d++)
		for (size_t g = 0; dialects[d]->groups[g] != NULL; g++)
			for (const struct route *r = dialects[d]->groups[g]; r->path != NULL; r++) {
				check(c, dialects[d], r);
				arena_reset(c->scratch);
			}
}

static void
expect(struct client *c, const struct ask *ask, int status)
{
	struct answer a = client_send(c, ask);

	if (a.status != status)
		print_error("%s %.100s\n", ask->method, ask->target);
	expect_status(&a, status);
}

static void
check_sizes(struct client *c, const struct dialect *dialect, const struct route *route)
{
	struct ask large = ask_of(c, dialect, route);
	struct ask far = large;
	char *query = arena_alloc(c->scratch, LONG_TARGET + 1);

	large.body_too_large = true;
	expect(c, &large, 413);
	memset(query, 'x', LONG_TARGET);
	far.target = client_text(c, "%s?%s", far.target, query);
	expect(c, &far, 414);
}

static void
test_sizes(void **state)
{
	for_each_route(*state, check_sizes);
}

static void
check_type(struct client *c, const struct dialect *dialect, const struct route *route)
{
	struct ask ask = ask_of(c, dialect, route);

	if (route->method == GET)
		return;
	ask.body = "x";
	ask.encoding = "gzip";
	expect(c, &ask, 415);
	if (route->in == NULL && route->access != ACCESS_COOKIE)
		return;
	if (route->access == ACCESS_COOKIE) {
		ask.headers[HEADER_COOKIE] =
			client_text(c, TOKEN_COOKIE "=%s", credential_of(route));
		ask.credential = NULL;
	}
	ask.encoding = NULL;
	ask.type = "text/plain";
	expect(c, &ask, 415);
}

static void
test_types(void **state)
{
	for_each_route(*state, check_type);
}

/* Malformed parts: the credentials, the body, the query or the key, depending on the route. */
static void
check_malformed(struct client *c, const struct dialect *dialect, const struct route *route)
{
	struct ask ask = ask_of(c, dialect, route);
	char *key = arena_alloc(c->scratch, LONG_KEY + 1);

	if (route->access != ACCESS_PUBLIC) {
		ask.repeated_credentials = true;
	} else if (route->in != NULL) {
		ask.body = "{";
	} else if (route->query != NULL) {
		ask.target = client_text(c, "%s?a=%%zz", ask.target);
	} else if (takes_key(route)) {
		memset(key, 'k', LONG_KEY);
		ask.idempotency_key = key;
	} else if (route->method != GET) {
		ask.body_incomplete = true;
	} else {
		return;
	}
	expect(c, &ask, 400);
}

static void
test_malformed(void **state)
{
	for_each_route(*state, check_malformed);
}

/* A violation is 422 where the dialect uses that; a wrong type violates every rule. */
static void
check_rules(struct client *c, const struct dialect *dialect, const struct route *route)
{
	struct ask ask = ask_of(c, dialect, route);
	const struct schema *schema = route->in != NULL ? route->in : route->query;

	if (!dialect->unprocessable || route->body.violations_are_400 || schema == NULL)
		return;
	if (route->in != NULL)
		ask.body = client_json(c, "{'%s':[{}]}", schema->fields[0].name);
	else
		ask.target = client_text(c, "%s?%s=1&%s=1", ask.target, schema->fields[0].name,
					 schema->fields[0].name);
	expect(c, &ask, 422);
}

static void
test_rules(void **state)
{
	for_each_route(*state, check_rules);
}

static const char *limited_key;

static void
check_limited_key(struct client *c, const struct dialect *dialect, const struct route *route)
{
	struct ask ask = ask_of(c, dialect, route);

	if (!access_takes_key(route->access, PRINCIPAL_PROJECT_KEY))
		return;
	ask.credential = limited_key;
	expect(c, &ask, 403);
}

/* A key that is limited to another address is refused everywhere. */
static void
test_limited_keys(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(
		c, "POST", client_text(c, "/v1/projects/%s/api-keys", acme.project),
		acme.owner.access, "{\"quota\":null,\"allowedAddresses\":[\"203.0.113.7\"]}");

	expect_status(&a, 201);
	limited_key = arena_strdup(c->keep, answer_at(&a, "data.rawKey"));
	for_each_route(c, check_limited_key);
}

/* Values that must be right before the key is checked, if an example is not. */
static void
make_right(struct client *c, const struct route *route, struct ask *ask)
{
	client_sql(c, "DELETE FROM cowry.sign_in_guard"); /* wrong values of other routes */
	if (strcmp(route->path, "/v1/auth/login") == 0)
		ask->body = client_json(c, "{'email':'%s','password':'%s'}", acme.owner.email,
					PASSWORD);
	else if (strcmp(route->path, "/api/v1/auth/login") == 0)
		ask->body = client_json(c, "{'identifier':'%s','password':'%s'}", acme.owner.email,
					PASSWORD);
	else if (strcmp(route->path, "/api/v1/auth/refresh") == 0)
		ask->credential = person_sign_in(c, acme.owner.email, PASSWORD).access;
}

/* A key that was used by a caller can't be used for anything else of theirs. */
static void
use_key(struct client *c, const char *method, const char *target, const char *credential,
	const char *body)
{
	struct answer a = client_send(c, &(struct ask){.method = method,
						       .target = target,
						       .credential = credential,
						       .idempotency_key = "used",
						       .body = body});

	assert_true(a.status < 300);
}

static void
check_used_key(struct client *c, const struct dialect *dialect, const struct route *route)
{
	struct ask ask = ask_of(c, dialect, route);

	if (!takes_key(route))
		return;
	make_right(c, route, &ask);
	ask.idempotency_key = "used";
	expect(c, &ask, 422);
}

static void
test_used_keys(void **state)
{
	struct client *c = *state;

	use_key(c, "POST", "/v1/auth/request-verify-email", NULL, "{\"email\":\"a@example.com\"}");
	use_key(c, "POST", "/api/v1/auth/register", NULL,
		registration(c, "Ada", "ada@example.com", "+27825550001", identity_number(c, 1)));
	use_key(c, "POST", "/v1/api-key", acme.owner.access, "{}");
	use_key(c, "POST", "/v1/api-key", admin.access, "{}");
	use_key(c, "POST", "/v1/wallets", acme.test_key, "{\"currency\":\"KES\"}");
	for_each_route(c, check_used_key);
}

/* One of two that ask the same at once. */
struct twin {
	struct client client;
	struct ask ask;
	pthread_t thread;
	int status;
	atomic_bool done;
};

static void *
ask_as_twin(void *arg)
{
	struct twin *twin = arg;

	twin->status = client_exchange(&twin->client, &twin->ask).status;
	atomic_store(&twin->done, true);
	return NULL;
}

static void
command(PGconn *pg, const char *sql)
{
	PGresult *result = PQexec(pg, sql);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(pg));
	PQclear(result);
}

/* Wait until all requests wait for the lock, or have their answers. */
static void
await_standstill(struct client *c, const struct twin twins[2])
{
	struct poll poll = poll_for(DEADLINE_S);
	int waiting = 0;
	int done = 0;

	while (waiting + done < 2) {
		assert_true(poll_again(&poll));
		done = atomic_load(&twins[0].done) + atomic_load(&twins[1].done);
		waiting = atoi(client_value(
			c, "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation ="
			   " 'cowry.idempotency'::regclass"));
	}
}

/* Two requests with one key: while the keys are locked, the first holds it. */
static void
check_twins(struct client *c, const struct dialect *dialect, const struct route *route)
{
	struct twin twins[2] = {{.ask = ask_of(c, dialect, route)}};
	PGconn *pg;

	/* The others have no transaction of their own (tests/api/keyed_postings.c), or wait for each
	 * other before (tests/api/pocket/email.c). */
	if (!takes_key(route) || route->answers_from_ledger || route->alone)
		return;
	make_right(c, route, &twins[0].ask);
	pg = PQconnectdb(c->fixture->superuser_url);
	command(pg, "BEGIN; LOCK TABLE cowry.idempotency IN ACCESS EXCLUSIVE MODE");
	twins[0].ask.idempotency_key = client_text(c, "twins %p", (const void *)route);
	twins[1].ask = twins[0].ask;
	for (int i = 0; i < 2; i++) {
		twins[i].client = *c;
		twins[i].client.scratch = arena_new(8 << 20);
		assert_int_equal(pthread_create(&twins[i].thread, NULL, ask_as_twin, &twins[i]), 0);
	}
	await_standstill(c, twins);
	command(pg, "COMMIT");
	PQfinish(pg);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(twins[i].thread, NULL), 0);
		arena_free(twins[i].client.scratch);
	}
	if (twins[0].status != 409 && twins[1].status != 409)
		fail_msg("%s %s: %d and %d", twins[0].ask.method, route->path, twins[0].status,
			 twins[1].status);
}

static void
test_twins(void **state)
{
	for_each_route(*state, check_twins);
}

/* Calls of routes that count them, until it is too much. */
static void
check_rates(struct client *c, const struct dialect *dialect, const struct route *route)
{
	struct ask ask = ask_of(c, dialect, route);
	int64_t most =
		route->limits.per_user > 0 ? route->limits.per_user : route->limits.per_address;
	struct reply reply = {.status = 0};

	if (route->limits.rate != RATE_NONE) {
		ask.credential = NULL; /* these are counted before authentication */
		most = 1;
	}
	for (int64_t i = 0; most > 0 && i <= 2 * most + 1 && reply.status != 429; i++)
		reply = client_exchange(c, &ask);
	if (most > 0 && reply.status != 429)
		fail_msg("%s %s: %d", ask.method, route->path, reply.status);
}

static void
test_rates(void **state)
{
	struct client *c = *state;

	c->fixture->config.sign_in_per_minute = 1;
	c->fixture->config.user_limits = true;
	for_each_route(c, check_rates);
	c->fixture->config.sign_in_per_minute = 0;
	c->fixture->config.user_limits = false;
}

static void
exchange(struct client *c, const struct dialect *dialect, const struct route *route)
{
	struct ask ask = ask_of(c, dialect, route);

	if (route->access == ACCESS_PROJECT_KEY)
		ask.credential = acme.live_key; /* which is not remembered yet */
	(void)client_exchange(c, &ask);
}

/* The same server with another database: one that has no tables, or none at all. */
static void
sweep_database(struct client *c, const char *conninfo)
{
	struct app app = *c->app;
	struct client lame = *c;
	struct db_options options = c->fixture->options;

	options.conninfo = conninfo;
	app.database.pool = db_pool_new(&options);
	lame.app = &app;
	for_each_route(&lame, exchange);
	db_pool_free(app.database.pool);
}

static void
test_faults(void **state)
{
	struct client *c = *state;
	char conninfo[FIXTURE_URL_MAX + 32];

	c->fixture->config.google_client_id = "cowry";
	(void)snprintf(conninfo, sizeof(conninfo), "%s dbname=postgres", c->fixture->url);
	sweep_database(c, conninfo);
	sweep_database(c, "host=/nonexistent connect_timeout=2");
}

/* What is switched off is not there. */
static void
check_switched_off(struct client *c, const struct dialect *dialect, const struct route *route)
{
	struct ask ask = ask_of(c, dialect, route);

	if (route->allow.enabled != NULL)
		expect(c, &ask, 404);
}

static void
test_switched_off(void **state)
{
	struct client *c = *state;

	c->fixture->config.drop_cards = false;
	c->fixture->config.otp_funding = "off";
	for_each_route(c, check_switched_off);
	c->fixture->config.drop_cards = true;
	c->fixture->config.otp_funding = "open";
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_sizes),        client_test(test_types),
		client_test(test_malformed),    client_test(test_rules),
		client_test(test_limited_keys), client_test(test_used_keys),
		client_test(test_twins),        client_test(test_rates),
		client_test(test_switched_off), client_test(test_faults),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
