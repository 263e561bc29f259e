/* Events are polled: in the order of publication, from a cursor that always leads on, with filters. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "api/pocket/pocket.h"
#include "app/wallet/hold.h"
#include "tests/support/money.h"
#include "tests/support/payment_scene.h"
#include "tests/support/webhook_receiver.h"

static struct person admin;

static int
setup(void **state)
{
	if (payment_setup(state) != 0)
		return -1;
	admin = person_admin(*state, "events-admin@example.com");
	return 0;
}

static const char *
webhooks_of(struct client *c, const struct tenant *tenant)
{
	return client_text(c, "/v1/projects/%s/webhooks", tenant->project);
}

/* Let the events of a tenant's test money be stored; the path of the webhook. */
static const char *
keep_events(struct client *c, const struct tenant *tenant, const char *types)
{
	struct answer a = client_call(
		c, "POST", webhooks_of(c, tenant), tenant->owner.access,
		client_json(c, "{'polled':true,'mode':'test','eventTypes':[%s]}", types));

	expect_status(&a, 201);
	return client_text(c, "%s/%s", webhooks_of(c, tenant), answer_at(&a, "data.id"));
}

static void
drop(struct client *c, const char *path, const struct tenant *tenant)
{
	struct answer a = client_call(c, "DELETE", path, tenant->owner.access, NULL);

	expect_status(&a, 200);
	client_sql(c, "DELETE FROM cowry.webhook_delivery; DELETE FROM cowry.event");
}

static struct answer
poll_events(struct client *c, const char *credential, const char *query)
{
	struct answer a =
		client_call(c, "GET", client_text(c, "/v1/events?%s", query), credential, NULL);

	expect_status(&a, 200);
	return a;
}

static void
expect_types(struct client *c, const struct answer *a, const char *types)
{
	const char *found = "";

	for (size_t i = 0; i < answer_count(a, "data"); i++)
		found = client_text(c, "%s%s%s", found, *found == '\0' ? "" : " ",
				    answer_at(a, client_text(c, "data.%zu.type", i)));
	assert_string_equal(found, types);
}

/* What is asked for finds these types, on one page. */
static void
expect_found(struct client *c, const char *credential, const char *query, const char *types)
{
	struct answer a = poll_events(c, credential, query);

	expect_types(c, &a, types);
	expect_text(&a, "pagination.hasNextPage", "false");
}

/* A client that only polls: its events are stored, and nothing is sent. */
static void
test_polled(void **state)
{
	struct client *c = *state;
	const char *unheard = wallet_new(c, acme.test_key, "NGN");
	const char *path = keep_events(c, &acme, "'*'");
	struct answer a = client_call(c, "GET", path, acme.owner.access, NULL);
	const char *wallet;

	expect_text(&a, "data.polled", "true");
	expect_text(&a, "data.url", "null");
	wallet = wallet_with(c, acme.test_key, "NGN", "12.50");
	stream_all(c);
	a = poll_events(c, acme.test_key, "");
	expect_types(c, &a, "wallet.created wallet.credited");
	assert_memory_equal(answer_at(&a, "data.1.id"), "evt_", 4);
	expect_text(&a, "data.1.version", "1");
	expect_text(&a, "data.1.data.walletId", wallet);
	expect_text(&a, "data.1.data.amount", "12.50");
	expect_text(&a, "data.1.data.mode", "test");
	expect_text(&a, "data.1.timestamp", answer_at(&a, "data.1.data.createdAt"));
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.webhook_delivery"), "0");
	expect_found(c, acme.test_key, client_text(c, "objectId=%s", unheard), "");
	drop(c, path, &acme);
	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	expect_found(c, acme.test_key, "", "");
}

/* There is always a cursor, which leads to what was published after it. */
static void
test_cursor(void **state)
{
	struct client *c = *state;
	const char *path = keep_events(c, &acme, "'wallet.created','wallet.frozen'");
	const char *wallet;
	const char *at;
	struct answer a = poll_events(c, acme.test_key, "");

	expect_text(&a, "pagination.hasNextPage", "false");
	at = answer_at(&a, "pagination.nextCursor");
	assert_string_equal(at, "0");
	for (int i = 0; i < 3; i++)
		(void)wallet_new(c, acme.test_key, "NGN");
	a = poll_events(c, acme.test_key, client_text(c, "cursor=%s", at));
	expect_types(c, &a, ""); /* not published yet */
	expect_text(&a, "pagination.nextCursor", at);
	stream_all(c);
	a = poll_events(c, acme.test_key, client_text(c, "limit=2&cursor=%s", at));
	expect_types(c, &a, "wallet.created wallet.created");
	expect_text(&a, "pagination.hasNextPage", "true");
	at = answer_at(&a, "pagination.nextCursor");
	assert_string_equal(at, answer_at(&a, "data.1.data.sequence"));
	a = poll_events(c, acme.test_key, client_text(c, "limit=1&cursor=%s", at));
	expect_types(c, &a, "wallet.created");
	expect_text(&a, "pagination.hasNextPage", "false");
	at = answer_at(&a, "pagination.nextCursor");
	wallet = answer_at(&a, "data.0.data.id");
	a = poll_events(c, acme.test_key, client_text(c, "cursor=%s", at));
	expect_types(c, &a, "");
	expect_text(&a, "pagination.nextCursor", at);
	a = client_call(c, "PATCH", client_text(c, "/v1/wallets/%s", wallet), acme.test_key,
			client_json(c, "{'status':'frozen'}"));
	expect_status(&a, 200);
	stream_all(c);
	expect_found(c, acme.test_key, client_text(c, "cursor=%s", at), "wallet.frozen");
	drop(c, path, &acme);
}

/* Published events of a wallet that has none otherwise, from a number on; created at a time. */
static void
store_events(struct client *c, const char *wallet, const char *type, int first, int n,
	     const char *at)
{
	client_sql(c,
		   "INSERT INTO cowry.event (public_id, project_id, mode, object, type, data,"
		   " created_at, sequence)"
		   " SELECT gen_random_uuid(), l.project_id, l.mode, a.public_id, '%s',"
		   " json_build_object('id', a.public_id, 'currency', 'NGN', 'status', '%s',"
		   " 'createdAt', '2026-01-31T09:30:00.000Z', 'mode', l.mode, 'sequence', s),"
		   " '%s', s FROM cowry.account a JOIN cowry.ledger l USING (ledger_id)"
		   " CROSS JOIN generate_series(%d, %d) s WHERE a.public_id = '%s'",
		   type, strcmp(type, "wallet.frozen") == 0 ? "frozen" : "active", at, first,
		   first + n - 1, wallet);
}

/* A call looks at a thousand events, and says where it stopped. */
static void
test_many(void **state)
{
	enum { FIRST = 500000001 };
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *another = wallet_new(c, acme.test_key, "NGN");
	struct answer a;

	store_events(c, wallet, "wallet.frozen", FIRST, 1500, "2026-01-01");
	store_events(c, another, "wallet.activated", FIRST + 1500, 2, "2026-01-01");
	a = poll_events(c, acme.test_key, "type=wallet.activated");
	expect_types(c, &a, "");
	expect_text(&a, "pagination.hasNextPage", "true");
	expect_text(&a, "pagination.nextCursor", "500001000");
	expect_found(c, acme.test_key, "type=wallet.activated&cursor=500001000",
		     "wallet.activated wallet.activated");
	expect_found(c, acme.test_key, client_text(c, "objectId=%s", another),
		     "wallet.activated wallet.activated");
	a = poll_events(c, acme.test_key, client_text(c, "objectId=%s&limit=1", another));
	expect_types(c, &a, "wallet.activated");
	expect_text(&a, "pagination.nextCursor", "500001501");
	a = poll_events(c, acme.test_key, "limit=100");
	assert_int_equal(answer_count(&a, "data"), 100);
	expect_text(&a, "data.99.data.sequence", "500000100");
	client_sql(c, "DELETE FROM cowry.event");
}

/* Times are found without reading what is far before or after. */
static void
test_times(void **state)
{
	enum { FIRST = 500000001, MANY = 1200 };
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a;

	store_events(c, wallet, "wallet.created", FIRST, MANY, "2026-01-01 12:00Z");
	store_events(c, wallet, "wallet.frozen", FIRST + MANY, 1, "2026-01-02 12:00Z");
	store_events(c, wallet, "wallet.activated", FIRST + MANY + 1, MANY, "2026-01-03 12:00Z");
	expect_found(c, acme.test_key, "createdAt=2026-01-02", "wallet.frozen");
	expect_found(c, acme.test_key, "createdAt[gte]=2026-01-02&createdAt[lt]=2026-01-03",
		     "wallet.frozen");
	a = poll_events(c, acme.test_key, "createdAt[gt]=2026-01-02&limit=1");
	expect_text(&a, "data.0.data.sequence", "500001202");
	/* Where nothing is found, it is known from where on nothing was. */
	a = poll_events(c, acme.test_key, "createdAt[gte]=2026-01-04");
	expect_types(c, &a, "");
	assert_true(atoll(answer_at(&a, "pagination.nextCursor")) > FIRST + 2 * MANY - 10);
	expect_text(&a, "pagination.hasNextPage", "false");
	client_sql(c, "DELETE FROM cowry.event");
}

/* Each sees those of its project and mode. */
static void
test_whose(void **state)
{
	struct client *c = *state;
	const char *mine = keep_events(c, &acme, "'*'");
	const char *theirs = keep_events(c, &other, "'*'");
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *path;
	struct answer a;

	(void)wallet_with(c, other.test_key, "NGN", "1");
	stream_all(c);
	a = poll_events(c, acme.test_key, "");
	expect_types(c, &a, "wallet.created");
	path = client_text(c, "/v1/events/%s", answer_at(&a, "data.0.id"));
	expect_found(c, other.test_key, "", "wallet.created wallet.credited");
	expect_found(c, acme.live_key, "", "");
	expect_found(c, other.test_key, client_text(c, "objectId=%s", wallet), "");
	expect_found(c, acme.owner.access, "", "");
	expect_found(c, admin.access, client_text(c, "projectId=%s&mode=test", acme.project),
		     "wallet.created");
	expect_found(c, admin.access, client_text(c, "projectId=%s", acme.project), "");
	a = client_call(c, "GET", path, acme.test_key, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.data.id", wallet);
	a = client_call(c, "GET", path, admin.access, NULL);
	expect_status(&a, 200);
	for (size_t i = 0; i < 3; i++) {
		const char *const strangers[] = {acme.live_key, other.test_key, acme.owner.access};

		a = client_call(c, "GET", path, strangers[i], NULL);
		expect_refusal(&a, 404, "NOT_FOUND");
	}
	a = client_call(c, "GET", path, NULL, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	drop(c, theirs, &other);
	drop(c, mine, &acme);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *query;
		const char *field;
	} rows[] = {
		{"cursor=-1", "cursor"},
		{"cursor=x", "cursor"},
		{"cursor=99999999999999999999", "cursor"},
		{"limit=0", "limit"},
		{"limit=101", "limit"},
		{"type=wallet.*", "type"},
		{"type=*", "type"},
		{"type=", "type"},
		{"objectId=7", "objectId"},
		{"createdAt=yesterday", "createdAt"},
		{"createdAt[ge]=2026-01-01", "createdAt[ge]"},
		{"after=1", "after"},
		{"mode=test", "mode"},
		{"projectId=" NOBODY, "projectId"},
	};
	struct client *c = *state;
	struct answer a;

	for (size_t i = 0; i < COUNT(rows); i++) {
		a = client_call(c, "GET", client_text(c, "/v1/events?%s", rows[i].query),
				acme.test_key, NULL);
		expect_field(&a, rows[i].field);
	}
	a = client_call(c, "GET", "/v1/events", admin.access, NULL);
	expect_field(&a, "projectId");
	a = client_call(c, "GET", "/v1/events?projectId=" NOBODY, admin.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET", "/v1/events", NULL, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	for (size_t i = 0; i < 4; i++) {
		const char *const ids[] = {NOBODY, ("evt_" NOBODY), "evt_", "evt_x"};

		a = client_call(c, "GET", client_text(c, "/v1/events/%s", ids[i]), acme.test_key,
				NULL);
		expect_refusal(&a, 404, "NOT_FOUND");
	}
	a = client_call(c, "POST", webhooks_of(c, &acme), acme.owner.access,
			client_json(c, "{'polled':true,'url':'https://hooks.example.com/',"
				       "'eventTypes':['*']}"));
	expect_field(&a, "url");
	a = client_call(c, "POST", webhooks_of(c, &acme), acme.owner.access,
			client_json(c, "{'polled':false,'eventTypes':['*']}"));
	expect_field(&a, "url");
}

/* What is polled may get a receiver, which is told of what happens from then on. */
static void
test_receiver_later(void **state)
{
	struct client *c = *state;
	const char *path = keep_events(c, &acme, "'wallet.created','wallet.credited'");
	struct answer a;

	(void)wallet_new(c, acme.test_key, "NGN");
	a = client_call(c, "PATCH", path, acme.owner.access, client_json(c, "{'batchSize':10}"));
	expect_text(&a, "data.polled", "true");
	a = client_call(c, "PATCH", path, acme.owner.access,
			client_json(c, "{'url':'http://10.0.0.1/'}"));
	expect_field(&a, "url");
	a = client_call(c, "PATCH", path, acme.owner.access,
			client_json(c, "{'url':'https://hooks.example.com/'}"));
	expect_status(&a, 200);
	expect_text(&a, "data.polled", "false");
	expect_text(&a, "data.url", "https://hooks.example.com/");
	(void)wallet_with(c, acme.test_key, "NGN", "1");
	stream_all(c);
	expect_found(c, acme.test_key, "", "wallet.created wallet.created wallet.credited");
	assert_string_equal(client_value(c, "SELECT string_agg(e.type, ' ' ORDER BY e.sequence)"
					    " FROM cowry.webhook_delivery JOIN cowry.event e"
					    " USING (event_id)"),
			    "wallet.created wallet.credited");
	drop(c, path, &acme);
}

static void
test_routes(void **state)
{
	client_covered(*state, pocket_events, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		payment_test(test_polled),         payment_test(test_cursor),
		payment_test(test_many),           payment_test(test_times),
		payment_test(test_whose),          payment_test(test_refused),
		payment_test(test_receiver_later), payment_test(client_books_hold),
		payment_test(test_routes),
	};

	return cmocka_run_group_tests(tests, setup, payment_teardown);
}
