/* Which events are published, once each, and in which order they are delivered, also in batches. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "app/wallet/hold.h"
#include "tests/support/money.h"
#include "tests/support/webhook_scene.h"

/* The first event of a wallet fails twice: later ones wait, those of other wallets don't. */
static void
test_order(void **state)
{
	struct client *c = *state;
	const char *slow = wallet_with(c, acme.test_key, "NGN", "100");
	const char *quick = wallet_new(c, acme.test_key, "NGN");
	struct hook hook;
	struct answer a;
	size_t n;
	int64_t last = 0;

	stream_all(c);
	hook = subscribe(c, "'wallet.debited','wallet.frozen','wallet.activated'");
	a = fund(c, "debit", acme.test_key, slow, "1", "NGN", fresh_reference(c), "");
	expect_status(&a, 201);
	stream_all(c);
	receiver_script(receiver, (struct receiver_answer){500, NULL, 0});
	assert_int_equal(deliver_due(c), 1);
	a = fund(c, "debit", acme.test_key, slow, "2", "NGN", fresh_reference(c), "");
	expect_status(&a, 201);
	a = client_call(c, "PATCH", client_text(c, "/v1/wallets/%s", slow), acme.test_key,
			client_json(c, "{'status':'frozen'}"));
	expect_status(&a, 200);
	a = client_call(c, "PATCH", client_text(c, "/v1/wallets/%s", quick), acme.test_key,
			client_json(c, "{'status':'frozen'}"));
	expect_status(&a, 200);
	stream_all(c);
	assert_int_equal(deliver_due(c), 1); /* only the other wallet's */
	assert_string_equal(told(c, 1, "data.id"), quick);
	receiver_script(receiver, (struct receiver_answer){503, NULL, 0});
	make_due(c);
	assert_int_equal(deliver_due(c), 1);
	make_due(c);
	assert_int_equal(deliver_due(c), 3);
	n = receiver_count(receiver);
	assert_int_equal(n, 6);
	assert_string_equal(receiver_at(receiver, 0).body, receiver_at(receiver, 3).body);
	assert_string_equal(told(c, 3, "data.amount"), "1.00");
	assert_string_equal(told(c, 4, "data.amount"), "2.00");
	assert_string_equal(told(c, 5, "type"), "wallet.frozen");
	for (size_t i = 3; i < n; i++) {
		assert_true(atoll(told(c, i, "data.sequence")) > last);
		last = atoll(told(c, i, "data.sequence"));
	}
	unsubscribe(c, &hook);
}

/* Refused, dry-run or rolled back operations have no events; and neither have types without a
 * subscription. */
static void
test_nothing_happened(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "10");
	const char *poor = wallet_new(c, acme.test_key, "NGN");
	const char *live;
	struct hook hook;
	struct answer a;

	stream_all(c);
	hook = subscribe(c, "'transfer.completed','wallet.debited','hold.created','hold.voided'");
	a = transfer(c, acme.test_key, poor, wallet, "1", fresh_reference(c), "");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = transfer(c, acme.test_key, wallet, poor, "1", fresh_reference(c), ",'dryRun':true");
	expect_status(&a, 201);
	a = hold(c, acme.test_key, wallet, "1", fresh_reference(c), ",'dryRun':true");
	expect_status(&a, 201);
	a = hold(c, acme.test_key, poor, "1", fresh_reference(c), "");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = client_call(c, "POST", "/v1/transactions/bulk", acme.test_key,
			client_json(c,
				    "{'atomic':true,'transactions':["
				    "{'type':'transfer','fromWalletId':'%s','toWalletId':'%s',"
				    "'amount':'1','currency':'NGN','reference':'%s'},"
				    "{'type':'transfer','fromWalletId':'%s','toWalletId':'%s',"
				    "'amount':'100','currency':'NGN','reference':'%s'}]}",
				    wallet, poor, fresh_reference(c), wallet, poor,
				    fresh_reference(c)));
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	live = wallet_with(c, acme.live_key, "NGN", "5"); /* another mode */
	a = fund(c, "debit", acme.live_key, live, "1", "NGN", fresh_reference(c), "");
	expect_status(&a, 201);
	stream_all(c);
	assert_int_equal(deliver_due(c), 0);
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.event e JOIN"
					 " cowry.webhook_subscription s ON s.created_at <="
					 " e.created_at WHERE s.public_id = '%s'",
					 hook.id),
			    "0");
	assert_int_equal(receiver_count(receiver), 0);
	unsubscribe(c, &hook);
}

/* What was sent is listed, and is found by its id, with the same bytes. */
static void
expect_listed_likewise(struct client *c, size_t n)
{
	const char *first = told(c, 0, "data.sequence");
	struct answer listed = client_call(
		c, "GET", client_text(c, "/v1/events?limit=100&cursor=%lld", atoll(first) - 1),
		acme.test_key, NULL);

	expect_status(&listed, 200);
	assert_int_equal(answer_count(&listed, "data"), n);
	for (size_t i = 0; i < n; i++) {
		const char *path = client_text(c, "/v1/events/%s", told(c, i, "id"));
		struct answer a = client_call(c, "GET", path, acme.test_key, NULL);

		expect_status(&a, 200);
		assert_non_null(strstr(a.body.data, receiver_at(receiver, i).body));
		assert_non_null(strstr(listed.body.data, receiver_at(receiver, i).body));
	}
}

/* Each kind of event once, with its object. */
static void
test_types(void **state)
{
	static const char *const expected[] = {
		"wallet.created",  "wallet.created",     "wallet.credited", "wallet.debited",
		"wallet.credited", "transfer.completed", "hold.created",    "wallet.debited",
		"hold.captured",   "hold.created",       "hold.voided",     "hold.created",
		"hold.expired",    "wallet.debited",     "wallet.credited", "transaction.reversed",
		"wallet.frozen",   "wallet.activated",
	};
	struct client *c = *state;
	struct hook hook = subscribe(c, "'*'");
	struct ctx ctx = app_ctx(c->app, c->scratch);
	const char *from = wallet_new(c, acme.test_key, "NGN");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *transaction;
	int64_t expired;
	struct answer a =
		fund(c, "credit", acme.test_key, from, "50", "NGN", fresh_reference(c), "");

	a = transfer(c, acme.test_key, from, to, "5", fresh_reference(c), "");
	transaction = answer_at(&a, "data.id");
	a = hold(c, acme.test_key, from, "5", fresh_reference(c), "");
	a = act(c, acme.test_key, "holds", answer_at(&a, "data.id"), "capture", "");
	expect_status(&a, 200);
	a = hold(c, acme.test_key, from, "5", fresh_reference(c), "");
	a = act(c, acme.test_key, "holds", answer_at(&a, "data.id"), "void", "");
	expect_status(&a, 200);
	a = hold(c, acme.test_key, from, "5", fresh_reference(c), "");
	client_sql(c, "UPDATE cowry.hold SET expires_at = clock_timestamp() WHERE public_id = '%s'",
		   answer_at(&a, "data.id"));
	assert_int_equal(wallet_hold_expire_due(&ctx, &expired), ERR_OK);
	assert_int_equal(expired, 1);
	a = act(c, acme.test_key, "transactions", transaction, "reverse", "");
	expect_status(&a, 201);
	for (int i = 0; i < 2; i++) {
		a = client_call(c, "PATCH", client_text(c, "/v1/wallets/%s", to), acme.test_key,
				client_json(c, "{'status':'%s'}", i == 0 ? "frozen" : "active"));
		expect_status(&a, 200);
	}
	stream_all(c);
	assert_int_equal(deliver_due(c), COUNT(expected));
	expect_listed_likewise(c, COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++)
		assert_string_equal(
			client_value(
				c,
				"SELECT type FROM cowry.event e JOIN cowry.webhook_delivery"
				" USING (event_id) JOIN cowry.webhook_subscription s USING"
				" (subscription_id) WHERE s.public_id = '%s' ORDER BY e.sequence"
				" OFFSET %zu LIMIT 1",
				hook.id, i),
			expected[i]);
	unsubscribe(c, &hook);
}

/* Each part is told with its own amount; the hold is active until the last one. */
static void
test_parts(void **state)
{
	static const char *const statuses[] = {"active", "captured"};
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "50");
	struct hook hook;
	struct answer a;
	const char *id;

	stream_all(c);
	hook = subscribe(c, "'hold.captured'");
	a = hold(c, acme.test_key, wallet, "5", fresh_reference(c), "");
	id = answer_at(&a, "data.id");
	a = act(c, acme.test_key, "holds", id, "capture",
		client_text(c, "'amount':'3','final':false,'reference':'%s'", fresh_reference(c)));
	expect_status(&a, 200);
	a = act(c, acme.test_key, "holds", id, "capture", "");
	expect_status(&a, 200);
	stream_all(c);
	assert_int_equal(deliver_due(c), COUNT(statuses));
	for (size_t i = 0; i < COUNT(statuses); i++) {
		assert_string_equal(told(c, i, "data.id"), id);
		assert_string_equal(told(c, i, "data.status"), statuses[i]);
		assert_string_equal(told(c, i, "data.amount"), i == 0 ? "3.00" : "2.00");
	}
	unsubscribe(c, &hook);
}

static struct hook
subscribe_batches(struct client *c, const char *types, int size)
{
	struct hook hook = subscribe(c, types);
	struct answer a = client_call(c, "PATCH", hook.path, acme.owner.access,
				      client_json(c, "{'batchSize':%d}", size));

	expect_status(&a, 200);
	return hook;
}

static void
credit_often(struct client *c, const char *wallet, int n)
{
	for (int i = 1; i <= n; i++) {
		struct answer a = fund(c, "credit", acme.test_key, wallet, client_text(c, "%d", i),
				       "NGN", fresh_reference(c), "");

		expect_status(&a, 201);
	}
}

/* Many events in a request, with its own id and both signatures; those of an object in order. */
static void
test_batch(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct hook hook;
	struct received r;

	stream_all(c);
	hook = subscribe_batches(c, "'wallet.credited'", 4);
	credit_often(c, wallet, 10);
	stream_all(c);
	assert_int_equal(deliver_due(c), 10);
	assert_int_equal(receiver_count(receiver), 3);
	for (size_t i = 0; i < 10; i++) {
		const char *amount = client_text(c, "data.events.%zu.data.amount", i % 4);

		assert_string_equal(told(c, i / 4, amount), client_text(c, "%zu.00", i + 1));
	}
	r = receiver_at(receiver, 0);
	assert_string_equal(told(c, 0, "type"), "batch");
	assert_string_equal(told(c, 0, "version"), "1");
	assert_memory_equal(told(c, 0, "id"), "bat_", 4);
	assert_string_equal(received_header(c, &r, "webhook-id"), told(c, 0, "id"));
	assert_memory_equal(told(c, 0, "data.events.0.id"), "evt_", 4);
	assert_string_equal(told(c, 0, "data.events.0.type"), "wallet.credited");
	assert_string_equal(received_header(c, &r, "x-webhook-signature"),
			    digest_hex(c, hook.secret, strlen(hook.secret), r.body));
	assert_string_equal(
		received_header(c, &r, "webhook-signature"),
		standard_signature(c, hook.secret,
				   client_text(c, "%s.%s.%s", told(c, 0, "id"),
					       received_header(c, &r, "webhook-timestamp"),
					       r.body)));
	/* A single one has the same form. */
	credit_often(c, wallet, 1);
	stream_all(c);
	assert_int_equal(deliver_due(c), 1);
	assert_string_equal(told(c, 3, "type"), "batch");
	assert_string_equal(told(c, 3, "data.events.0.data.amount"), "1.00");
	unsubscribe(c, &hook);
}

/* A request that fails is repeated with the same events, each with the same bytes and in order. */
static void
test_batch_fails(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct hook hook;

	stream_all(c);
	hook = subscribe_batches(c, "'wallet.credited'", 100);
	credit_often(c, wallet, 3);
	stream_all(c);
	receiver_script(receiver, (struct receiver_answer){500, NULL, 0});
	assert_int_equal(deliver_due(c), 3);
	assert_string_equal(
		client_value(c, "SELECT string_agg(concat_ws(' ', status, attempts, tries,"
				" next_at > now() + interval '40 s'), ', ' ORDER BY sequence)"
				"  FROM cowry.webhook_delivery WHERE status = 'pending'"),
		"pending 1 1 t, pending 1 1, pending 1 1");
	assert_int_equal(deliver_due(c), 0);
	credit_often(c, wallet, 1);
	stream_all(c);
	make_due(c);
	assert_int_equal(deliver_due(c), 4);
	assert_int_equal(receiver_count(receiver), 2);
	for (size_t i = 0; i < 3; i++) {
		const char *id = client_text(c, "data.events.%zu.id", i);

		assert_string_equal(told(c, 0, id), told(c, 1, id));
	}
	assert_string_equal(told(c, 1, "data.events.3.data.amount"), "1.00");
	assert_string_equal(client_value(c,
					 "SELECT string_agg(d.attempts::text, ' ' ORDER BY"
					 " d.sequence) FROM cowry.webhook_delivery d JOIN"
					 " cowry.webhook_subscription s USING (subscription_id)"
					 " WHERE s.public_id = '%s'",
					 hook.id),
			    "2 2 2 1");
	unsubscribe(c, &hook);
}

/* Data that were dumped from a cluster with higher xids. */
static void
test_restored(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.credited'");

	client_sql(c, "UPDATE cowry.event_feed SET next_xid = '99999999999'");
	(void)wallet_with(c, acme.test_key, "NGN", "5");
	stream_all(c);
	assert_int_equal(deliver_due(c), 1);
	unsubscribe(c, &hook);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_order),    client_test(test_nothing_happened),
		client_test(test_types),    client_test(test_parts),
		client_test(test_batch),    client_test(test_batch_fails),
		client_test(test_restored), client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, webhook_setup, webhook_teardown);
}
