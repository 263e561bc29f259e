/* The Idempotency-Key of requests that change something. */
#include "tests/support/cmocka.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "ledger/hold.h"
#include "tests/support/money.h"
#include "tests/support/poll.h"

static struct tenant acme;
static struct tenant other;

static int
setup(void **state)
{
	return tenants_setup(state, &acme, &other);
}

static struct answer
keyed(struct client *c, const char *method, const char *target, const char *credential,
      const char *key, const char *body)
{
	return client_send(c, &(struct ask){.method = method,
					    .target = target,
					    .credential = credential,
					    .idempotency_key = key,
					    .body = body});
}

static bool
replayed(const struct answer *a)
{
	const char *header = answer_header(a, "Idempotent-Replayed");

	return header != NULL && strcmp(header, "true") == 0;
}

static void
expect_same(const struct answer *again, const struct answer *first)
{
	expect_status(again, first->status);
	assert_true(replayed(again));
	assert_int_equal(again->body.length, first->body.length);
	assert_memory_equal(again->body.data, first->body.data, first->body.length);
}

static void
test_replay(void **state)
{
	struct client *c = *state;
	const char *body = client_json(c, "{'name':'Once'}");
	struct answer first = keyed(c, "POST", "/v1/projects", acme.owner.access, "key-1", body);
	struct answer a;

	expect_status(&first, 201);
	assert_false(replayed(&first));
	a = keyed(c, "POST", "/v1/projects", acme.owner.access, "key-1", body);
	expect_same(&a, &first);
	a = keyed(c, "POST", "/v1/projects", acme.owner.access, "key-1",
		  client_json(c, "{'name':'Twice'}"));
	expect_refusal(&a, 422, "IDEMPOTENCY_MISMATCH");
	a = keyed(c, "POST", "/v1/projects", acme.owner.access, "key-1",
		  client_json(c, "{'name': 'Once'}")); /* other bytes */
	expect_refusal(&a, 422, "IDEMPOTENCY_MISMATCH");
	a = keyed(c, "POST", "/v1/wallet-providers/add", acme.owner.access, "key-1", body);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = keyed(c, "POST", client_text(c, "/v1/projects/%s/accounts", acme.project),
		  acme.owner.access, "key-1", body);
	expect_refusal(&a, 422, "IDEMPOTENCY_MISMATCH"); /* another path */
	assert_string_equal(
		client_value(c, "SELECT count(*) FROM cowry.project WHERE name = 'Once'"), "1");
}

/* The same text from another sender is another key. */
static void
test_principals(void **state)
{
	struct client *c = *state;
	const char *body = client_json(c, "{'currency':'NGN'}");
	struct answer a = keyed(c, "POST", "/v1/wallets", acme.test_key, "shared", body);
	struct answer b = keyed(c, "POST", "/v1/wallets", acme.live_key, "shared", body);
	struct answer o = keyed(c, "POST", "/v1/wallets", other.test_key, "shared", body);

	expect_status(&a, 201);
	expect_status(&b, 201);
	expect_status(&o, 201);
	assert_false(replayed(&b) || replayed(&o));
	a = keyed(c, "POST", "/v1/wallets", acme.test_key, "shared", body);
	assert_true(replayed(&a));
	expect_text(&a, "data.wallet.projectId", acme.project);
}

/* And the same from each credential of one sender: a rotated API key, another session. */
static void
test_credentials(void **state)
{
	struct client *c = *state;
	const char *wallet = client_json(c, "{'currency':'NGN'}");
	const char *project = client_json(c, "{'name':'Of two sessions'}");
	const char *rotated = key_new(c, &acme.owner, acme.project, "'scope':'test','quota':null");
	struct person again = person_sign_in(c, acme.owner.email, PASSWORD);
	struct answer first = keyed(c, "POST", "/v1/wallets", acme.test_key, "rotated", wallet);
	struct answer a = keyed(c, "POST", "/v1/wallets", rotated, "rotated", wallet);

	expect_status(&first, 201);
	expect_same(&a, &first);
	first = keyed(c, "POST", "/v1/projects", acme.owner.access, "session", project);
	expect_status(&first, 201);
	a = keyed(c, "POST", "/v1/projects", again.access, "session", project);
	expect_same(&a, &first);
}

/* What failed is not stored, so it may be tried again. */
static void
test_failures(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *body = client_json(c,
				       "{'walletId':'%s','amount':'5','currency':'NGN',"
				       "'reference':'%s'}",
				       wallet, fresh_reference(c));
	struct answer a = keyed(c, "POST", "/v1/wallets/debit", acme.test_key, "retry", body);

	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = fund(c, "credit", acme.test_key, wallet, "5", "NGN", fresh_reference(c), "");
	a = keyed(c, "POST", "/v1/wallets/debit", acme.test_key, "retry", body);
	expect_status(&a, 201);
	assert_false(replayed(&a));
	a = keyed(c, "POST", "/v1/wallets/debit", acme.test_key, "retry", body);
	expect_status(&a, 201);
	assert_true(replayed(&a));
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "0.00");
}

/* The reference is idempotent too, with the same result, for clients without a key. */
static void
test_reference(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *placed;
	static const char *const paths[] = {"/v1/wallets/transfer", "/v1/wallets/credit",
					    "/v1/wallets/debit", "/v1/holds", NULL};
	struct answer a;

	for (size_t i = 0; i < COUNT(paths); i++) {
		const char *path = paths[i];
		const char *body = client_json(c,
					       "{'fromWalletId':'%s','toWalletId':'%s',"
					       "'walletId':'%s','amount':'5','currency':'NGN',"
					       "'reference':'%s'}",
					       from, to, from, fresh_reference(c));
		const char *key = client_text(c, "reference-%zu", i);

		if (path == NULL) {
			a = hold(c, acme.test_key, from, "5", fresh_reference(c), "");
			placed = answer_at(&a, "data.id");
			path = client_text(c, "/v1/holds/%s/capture", placed);
			body = "{}";
		}
		a = keyed(c, "POST", path, acme.test_key, key, body);
		assert_in_range(a.status, 200, 201);
		assert_false(replayed(&a));
		a = client_call(c, "POST", path, acme.test_key, body);
		expect_status(&a, 200);
		assert_true(replayed(&a));
	}
}

static void
test_other_methods(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *path = client_text(c, "/v1/wallets/%s", wallet);
	struct answer first = keyed(c, "PATCH", path, acme.test_key, "patch",
				    client_json(c, "{'status':'frozen'}"));
	struct answer a =
		client_call(c, "PATCH", path, acme.test_key, client_json(c, "{'status':'active'}"));

	a = keyed(c, "PATCH", path, acme.test_key, "patch", client_json(c, "{'status':'frozen'}"));
	expect_same(&a, &first);
	a = client_call(c, "GET", path, acme.test_key, NULL);
	expect_text(&a, "data.wallet.status", "active"); /* done once */
	a = keyed(c, "GET", path, acme.test_key, "patch", NULL);
	expect_text(&a, "data.wallet.status", "active"); /* reading needs no key */
	first = client_call(c, "POST", "/v1/api-key", acme.owner.access, "{}");
	path = client_text(c, "/v1/api-key/%s", answer_at(&first, "data.id"));
	first = keyed(c, "DELETE", path, acme.owner.access, "delete", NULL);
	expect_status(&first, 200);
	a = keyed(c, "DELETE", path, acme.owner.access, "delete", NULL);
	expect_same(&a, &first);
}

/* An answer without a body is an answer, too. */
static void
test_no_content(void **state)
{
	struct client *c = *state;
	struct person joe = person_new(c, "joe@example.com");
	const char *body = client_json(c, "{'refreshToken':'%s'}", joe.refresh);
	struct answer a = keyed(c, "POST", "/v1/auth/logout", NULL, "bye", body);

	expect_status(&a, 204);
	a = keyed(c, "POST", "/v1/auth/logout", NULL, "bye", body);
	expect_status(&a, 204);
	assert_true(replayed(&a));
}

/* Repeating a rotation after a lost answer is not a reuse. */
static void
test_refresh(void **state)
{
	struct client *c = *state;
	struct person ann = person_new(c, "ann@example.com");
	const char *body = client_json(c, "{'refreshToken':'%s'}", ann.refresh);
	struct answer first = keyed(c, "POST", "/v1/auth/refresh", NULL, "rotate", body);
	struct answer a = keyed(c, "POST", "/v1/auth/refresh", NULL, "rotate", body);

	expect_status(&first, 200);
	expect_same(&a, &first);
	a = client_call(c, "GET", "/v1/auth/me", answer_at(&first, "data.accessToken"), NULL);
	expect_status(&a, 200);
}

static void
test_expiry(void **state)
{
	struct client *c = *state;
	const char *body = client_json(c, "{'currency':'NGN'}");
	struct answer first = keyed(c, "POST", "/v1/wallets", acme.test_key, "day", body);
	struct answer a;

	assert_string_equal(client_value(c, "SELECT round(extract(epoch FROM expires_at -"
					    " created_at)) FROM cowry.idempotency"
					    " WHERE key = 'day'"),
			    "86400");
	client_sql(c, "UPDATE cowry.idempotency SET expires_at = now() WHERE key = 'day'");
	a = keyed(c, "POST", "/v1/wallets", acme.test_key, "day", body);
	expect_status(&a, 201);
	assert_false(replayed(&a));
	assert_string_not_equal(answer_at(&a, "data.wallet.id"),
				answer_at(&first, "data.wallet.id"));
	first = keyed(c, "POST", "/v1/wallets", acme.test_key, "day", body);
	expect_same(&first, &a);
}

static void
test_malformed_keys(void **state)
{
	struct client *c = *state;
	char longest[257];
	const char *body = client_json(c, "{'currency':'NGN'}");
	const char *const bad[] = {"", "a\tb", "caf\u00e9", "a\x7f", longest};
	struct answer a;

	memset(longest, 'k', sizeof(longest));
	longest[256] = '\0';
	for (size_t i = 0; i < COUNT(bad); i++) {
		a = keyed(c, "POST", "/v1/wallets", acme.test_key, bad[i], body);
		expect_refusal(&a, 400, "BAD_REQUEST");
	}
	longest[255] = '\0';
	a = keyed(c, "POST", "/v1/wallets", acme.test_key, longest, body);
	expect_status(&a, 201);
	a = keyed(c, "POST", "/v1/wallets", acme.test_key, "any printable ~ !'\"\\;--", body);
	expect_status(&a, 201);
}

/* Two keys that differ are none; where no key is asked for, they are nobody's concern. */
static void
test_contradicting_keys(void **state)
{
	struct client *c = *state;
	struct ask ask = {.method = "POST",
			  .target = "/v1/wallets",
			  .credential = acme.test_key,
			  .idempotency_key = "one-of-two",
			  .contradicting_keys = true,
			  .body = client_json(c, "{'currency':'NGN'}")};
	struct answer a = client_send(c, &ask);

	expect_refusal(&a, 400, "BAD_REQUEST");
	ask.method = "GET";
	ask.body = NULL;
	a = client_send(c, &ask);
	expect_status(&a, 200);
}

/* A dry run is no request to remember. */
static void
test_dry_run(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *reference = fresh_reference(c);
	static const char body[] = "{'walletId':'%s','amount':'5','currency':'NGN',"
				   "'reference':'%s','dryRun':%s}";
	struct answer a = keyed(c, "POST", "/v1/wallets/credit", acme.test_key, "dry",
				client_json(c, body, wallet, reference, "true"));

	expect_status(&a, 201);
	a = keyed(c, "POST", "/v1/wallets/credit", acme.test_key, "dry",
		  client_json(c, body, wallet, reference, "false"));
	expect_status(&a, 201);
	assert_false(replayed(&a));
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "5.00");
}

/* Secrets in answers are not found in stored data. */
static void
test_sealed(void **state)
{
	struct client *c = *state;
	struct answer key = keyed(c, "POST", "/v1/api-key", acme.owner.access, "secret", "{}");
	struct answer login =
		keyed(c, "POST", "/v1/auth/login", NULL, "login",
		      client_json(c, "{'email':'%s','password':'" PASSWORD "'}", acme.owner.email));
	const char *const secrets[] = {answer_at(&key, "data.rawKey"),
				       answer_at(&login, "data.accessToken"),
				       answer_at(&login, "data.refreshToken"), PASSWORD};

	expect_status(&key, 201);
	expect_status(&login, 200);
	for (size_t i = 0; i < COUNT(secrets); i++)
		assert_string_equal(
			client_value(c,
				     "SELECT count(*) FROM cowry.idempotency i WHERE"
				     " position(convert_to('%s', 'UTF8') IN body_sealed) > 0 OR"
				     " position('%s' IN i::text) > 0",
				     secrets[i], secrets[i]),
			"0");
	login = keyed(c, "POST", "/v1/api-key", acme.owner.access, "secret", "{}");
	expect_same(&login, &key);
}

struct background {
	struct client client;
	struct ask ask;
	struct reply reply;
};

static void *
in_background(void *arg)
{
	struct background *background = arg;

	background->reply = client_exchange(&background->client, &background->ask);
	return NULL;
}

/* Wait until the other thread has taken the lock of its key. */
static void
wait_for_lock(struct client *c)
{
	struct poll poll = poll_for(20);

	while (strcmp(client_value(c, "SELECT count(*) FROM pg_locks l JOIN pg_database d ON"
				      " d.oid = l.database WHERE locktype = 'advisory' AND granted"
				      " AND datname = current_database()"),
		      "1") != 0)
		assert_true(poll_again(&poll));
}

static void
run_sql(PGconn *pg, const char *sql)
{
	PGresult *result = PQexec(pg, sql);

	assert_true(PQresultStatus(result) == PGRES_COMMAND_OK ||
		    PQresultStatus(result) == PGRES_TUPLES_OK);
	PQclear(result);
}

/* While the first one runs, the second is told so; afterwards it gets the answer. */
static void
test_running(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *body = client_json(c,
				       "{'transactions':[{'type':'credit','walletId':'%s',"
				       "'amount':'5','currency':'NGN','reference':'%s'}]}",
				       wallet, fresh_reference(c));
	struct background first = {
		.client = *c,
		.ask = {.method = "POST",
			.target = "/v1/transactions/bulk",
			.credential = acme.test_key,
			.idempotency_key = "both",
			.body = body},
	};
	PGconn *blocker = PQconnectdb(c->fixture->superuser_url);
	pthread_t thread;
	struct answer a;

	run_sql(blocker, "BEGIN");
	run_sql(blocker,
		client_text(c, "SELECT FROM cowry.account WHERE public_id = '%s' FOR UPDATE",
			    wallet));
	first.client.scratch = arena_new(1 << 24);
	assert_int_equal(pthread_create(&thread, NULL, in_background, &first), 0);
	wait_for_lock(c);
	a = client_send(c, &first.ask);
	run_sql(blocker, "ROLLBACK");
	PQfinish(blocker);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(first.reply.status, 201);
	arena_free(first.client.scratch);
	expect_refusal(&a, 409, "IDEMPOTENCY_IN_PROGRESS");
	a = client_send(c, &first.ask);
	expect_status(&a, 201);
	assert_true(replayed(&a));
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "5.00");
}

/* Many at once under one key: it is executed once, and each gets the answer or is told to wait. */
static void
test_at_once(void **state)
{
	enum { AT_ONCE = 8 };
	struct client *c = *state;
	struct ask asks[AT_ONCE];
	int statuses[AT_ONCE];
	static const char count[] = "SELECT count(*) FROM cowry.wallet";
	int before = atoi(client_value(c, "%s", count));

	for (size_t i = 0; i < AT_ONCE; i++)
		asks[i] = (struct ask){.method = "POST",
				       .target = "/v1/wallets",
				       .credential = acme.test_key,
				       .idempotency_key = "stampede",
				       .body = "{\"currency\":\"NGN\"}"};
	client_at_once(c, asks, AT_ONCE, statuses);
	assert_true(count_status(statuses, AT_ONCE, 201) >= 1);
	assert_int_equal(count_status(statuses, AT_ONCE, 201) +
				 count_status(statuses, AT_ONCE, 409),
			 AT_ONCE);
	assert_int_equal(atoi(client_value(c, "%s", count)), before + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_replay),         client_test(test_principals),
		client_test(test_credentials),    client_test(test_contradicting_keys),
		client_test(test_failures),       client_test(test_reference),
		client_test(test_other_methods),  client_test(test_no_content),
		client_test(test_refresh),        client_test(test_expiry),
		client_test(test_malformed_keys), client_test(test_dry_run),
		client_test(test_sealed),         client_test(test_running),
		client_test(test_at_once),        client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
