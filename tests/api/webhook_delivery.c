/* Events reach those who asked for them: signed, at least once, and nobody else. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/money.h"
#include "tests/support/webhook_scene.h"

static void
test_signatures(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.credited'");
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "12.5");
	struct received r;
	const char *at;

	stream_all(c);
	assert_int_equal(deliver_due(c), 1);
	assert_int_equal(receiver_count(receiver), 1);
	r = receiver_at(receiver, 0);
	assert_memory_equal(r.head, "POST /hook HTTP/1.1\r\n", 21);
	assert_string_equal(received_header(c, &r, "content-type"), "application/json");
	assert_memory_equal(received_header(c, &r, "user-agent"), "cowry/", 6);
	assert_memory_equal(received_header(c, &r, "traceparent"), "00-", 3);
	assert_string_equal(received_header(c, &r, "x-webhook-signature"),
			    digest_hex(c, hook.secret, strlen(hook.secret), r.body));
	at = received_header(c, &r, "webhook-timestamp");
	assert_true(llabs(atoll(at) - clock_system().us / SECOND_US) < 60);
	assert_string_equal(received_header(c, &r, "webhook-id"), told(c, 0, "id"));
	assert_string_equal(
		received_header(c, &r, "webhook-signature"),
		standard_signature(c, hook.secret,
				   client_text(c, "%s.%s.%s", told(c, 0, "id"), at, r.body)));
	assert_memory_equal(told(c, 0, "id"), "evt_", 4);
	assert_string_equal(told(c, 0, "type"), "wallet.credited");
	assert_string_equal(told(c, 0, "version"), "1");
	assert_string_equal(told(c, 0, "data.walletId"), wallet);
	assert_string_equal(told(c, 0, "data.amount"), "12.50");
	assert_string_equal(told(c, 0, "data.balance"), "12.50");
	assert_string_equal(told(c, 0, "data.mode"), "test");
	assert_non_null(told(c, 0, "data.sequence"));
	assert_string_equal(delivery_state(c, &hook, "status || ' ' || response_status"),
			    "delivered 200");
	unsubscribe(c, &hook);
}

/* Data stored by a client is delivered with the same values. */
static void
test_free_json(void **state)
{
	struct client *c = *state;
	static const char metadata[] = "{\"a\":[1e400,-0,\"\\u0000\",0.059877586043980635,1e-99]}";
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct hook hook;
	struct answer a;

	stream_all(c);
	hook = subscribe(c, "'wallet.debited','hold.created'");
	a = fund(c, "debit", acme.test_key, wallet, "1", "NGN", fresh_reference(c),
		 client_text(c, ",\"metadata\":%s", metadata));
	expect_status(&a, 201);
	a = hold(c, acme.test_key, wallet, "1", fresh_reference(c),
		 client_text(c, ",\"metadata\":%s", metadata));
	expect_status(&a, 201);
	stream_all(c);
	for (size_t i = 0; i < 2; i++) {
		(void)deliver_due(c);
		assert_non_null(strstr(receiver_at(receiver, i).body, metadata));
		assert_non_null(told(c, i, "data.sequence"));
		assert_string_equal(told(c, i, "data.mode"), "test");
	}
	unsubscribe(c, &hook);
}

/* For a day after a rotation both secrets sign. */
static void
test_rotation(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");
	struct answer a = client_call(c, "POST", client_text(c, "%s/rotate-secret", hook.path),
				      acme.owner.access, NULL);
	const char *fresh = answer_at(&a, "data.secret");
	const char *message;
	struct received r;

	expect_status(&a, 200);
	assert_string_not_equal(fresh, hook.secret);
	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	(void)deliver_due(c);
	r = receiver_at(receiver, 0);
	message = client_text(c, "%s.%s.%s", received_header(c, &r, "webhook-id"),
			      received_header(c, &r, "webhook-timestamp"), r.body);
	assert_string_equal(received_header(c, &r, "webhook-signature"),
			    client_text(c, "%s %s", standard_signature(c, fresh, message),
					standard_signature(c, hook.secret, message)));
	assert_string_equal(received_header(c, &r, "x-webhook-signature"),
			    digest_hex(c, fresh, strlen(fresh), r.body));
	assert_string_equal(received_header(c, &r, "x-webhook-signature-previous"),
			    digest_hex(c, hook.secret, strlen(hook.secret), r.body));
	client_sql(c,
		   "UPDATE cowry.webhook_subscription SET previous_until = now()"
		   " WHERE public_id = '%s'",
		   hook.id);
	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	(void)deliver_due(c);
	r = receiver_at(receiver, 1);
	assert_null(strchr(received_header(c, &r, "webhook-signature"), ' '));
	assert_null(received_header(c, &r, "x-webhook-signature-previous"));
	unsubscribe(c, &hook);
}

/* Five retries, at growing intervals, then failed permanently; and the waiting ones follow. */
static void
test_retries(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct hook hook;
	int64_t minutes = 1;

	stream_all(c);
	hook = subscribe(c, "'wallet.credited'");
	for (int i = 0; i < 2; i++) {
		struct answer a = fund(c, "credit", acme.test_key, wallet, "1", "NGN",
				       fresh_reference(c), "");

		expect_status(&a, 201);
	}
	stream_all(c);
	receiver_set(receiver, (struct receiver_answer){500, NULL, 0});
	for (int i = 0; i < 5; i++, minutes *= 4) {
		int64_t wait;

		assert_int_equal(deliver_due(c), 1);
		assert_string_equal(delivery_state(c, &hook, "status || ' ' || attempts"),
				    client_text(c, "pending %d", i + 1));
		wait = atoll(delivery_state(c, &hook,
					    "round(extract(epoch FROM next_at - attempted_at))"));
		assert_true(wait >= minutes * 44 && wait <= minutes * 76);
		assert_int_equal(deliver_due(c), 0);
		make_due(c);
	}
	receiver_script(receiver, (struct receiver_answer){500, NULL, 0});
	receiver_set(receiver, (struct receiver_answer){200, NULL, 0});
	assert_int_equal(deliver_due(c), 2);
	assert_string_equal(delivery_state(c, &hook, "status || ' ' || attempts || d.problem"),
			    "failed 6The answer did not report success");
	assert_int_equal(receiver_count(receiver), 7);
	unsubscribe(c, &hook);
}

static void
test_too_old(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");

	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	client_sql(c, "UPDATE cowry.webhook_delivery SET begun_at = now() - interval '1 day'"
		      " WHERE status = 'pending'");
	receiver_set(receiver, (struct receiver_answer){500, NULL, 0});
	assert_int_equal(deliver_due(c), 1);
	assert_string_equal(delivery_state(c, &hook, "status || ' ' || attempts"), "failed 1");
	make_due(c);
	assert_int_equal(deliver_due(c), 0);
	unsubscribe(c, &hook);
}

/* It was scheduled by a clock that was an hour ahead, in a lane of a runner that has ended since. */
static void
test_clock_steps_back(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");
	struct ctx ctx = app_ctx(c->app, c->scratch);

	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	client_sql(c, "UPDATE cowry.webhook_delivery SET next_at = next_at + interval '1 hour'"
		      " WHERE status = 'pending'");
	client_sql(c,
		   "INSERT INTO cowry.webhook_lane (subscription_id, holder, held_until)"
		   " SELECT max(subscription_id), gen_random_uuid(), now() + interval '1 hour'"
		   " FROM cowry.webhook_subscription"
		   " ON CONFLICT (subscription_id) DO UPDATE SET held_until = excluded.held_until");
	assert_int_equal(deliver_due(c), 0);
	assert_int_equal(
		db_run(&ctx, SQL_schedule_move, NULL, PARAMS(p_int(3600 * SECOND_US), p_int(0))),
		ERR_OK);
	assert_int_equal(deliver_due(c), 1);
	assert_string_equal(delivery_state(c, &hook, "status"), "delivered");
	unsubscribe(c, &hook);
}

static void
test_replay(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");
	const char *path;
	struct answer a;

	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	path = client_text(c, "%s/deliveries/%s/replay", hook.path,
			   delivery_state(c, &hook, "d.public_id"));
	a = client_call(c, "POST", path, acme.owner.access, NULL);
	expect_refusal(&a, 409, "CONFLICT");
	assert_int_equal(deliver_due(c), 1);
	a = client_call(c, "POST", path, acme.owner.access, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.status", "pending");
	assert_int_equal(deliver_due(c), 1);
	assert_int_equal(receiver_count(receiver), 2);
	assert_string_equal(receiver_at(receiver, 0).body, receiver_at(receiver, 1).body);
	assert_string_equal(delivery_state(c, &hook, "status || ' ' || attempts"), "delivered 2");
	unsubscribe(c, &hook);
}

static void
test_redirect(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");

	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	receiver_set(receiver,
		     (struct receiver_answer){307,
					      client_text(c, "http://127.0.0.1:%d/elsewhere",
							  receiver_port(receiver)),
					      0});
	assert_int_equal(deliver_due(c), 1);
	assert_int_equal(receiver_count(receiver), 1);
	assert_string_equal(delivery_state(c, &hook, "status || ' ' || response_status"),
			    "pending 307");
	unsubscribe(c, &hook);
}

/* 20 KB are read and discarded; an endless answer, or none, is a failure. */
static void
test_answers(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");

	receiver_script(receiver, (struct receiver_answer){204, NULL, 0});
	receiver_script(receiver, (struct receiver_answer){202, NULL, 20480});
	receiver_script(receiver, (struct receiver_answer){200, NULL, 1048576});
	receiver_script(receiver, (struct receiver_answer){0, NULL, 0});
	for (int i = 0; i < 4; i++)
		(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	assert_int_equal(deliver_due(c), 4);
	assert_string_equal(client_value(c,
					 "SELECT string_agg(d.status, ' ' ORDER BY attempted_at)"
					 " FROM cowry.webhook_delivery d JOIN"
					 " cowry.webhook_subscription s USING (subscription_id)"
					 " WHERE s.public_id = '%s'",
					 hook.id),
			    "delivered delivered pending pending");
	unsubscribe(c, &hook);
}

static void
test_gone(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");
	struct answer a;

	receiver_set(receiver, (struct receiver_answer){410, NULL, 0});
	for (int i = 0; i < 20; i++)
		(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	(void)deliver_due(c);
	/* Only those that were under way when the first answer came. */
	assert_in_range(receiver_count(receiver), 1, 6);
	a = client_call(c, "GET", hook.path, acme.owner.access, NULL);
	expect_text(&a, "data.status", "inactive");
	expect_text(&a, "data.problem", "The receiver answered 410 Gone");
	a = client_call(c, "GET", client_text(c, "%s/deliveries?status=failed&limit=50", hook.path),
			acme.owner.access, NULL);
	assert_int_equal(answer_count(&a, "data"), 20);
	unsubscribe(c, &hook);
}

/* Pending deliveries of a deleted subscription are not sent. */
static void
test_deleted(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");

	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	unsubscribe(c, &hook);
	make_due(c);
	(void)deliver_due(c);
	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	assert_int_equal(deliver_due(c), 0);
	assert_int_equal(receiver_count(receiver), 0);
	assert_string_equal(delivery_state(c, &hook, "status || ' ' || attempts"), "failed 0");
}

/* Outside of development, the connected address decides, whatever the name. */
static void
test_private_address(void **state)
{
	struct client *c = *state;
	struct app *app = &c->fixture->app;
	struct http_client *local = app->http_local;
	struct hook by_name = subscribe_to(c, "https://localhost/hook", "'wallet.created'");
	struct hook by_address = subscribe_to(c, "https://127.0.0.1/hook", "'wallet.created'");

	app->http_local = NULL;
	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	assert_int_equal(deliver_due(c), 2);
	app->http_local = local;
	assert_int_equal(receiver_count(receiver), 0);
	assert_string_equal(delivery_state(c, &by_address, "d.status || d.problem"),
			    "pendingThe address is not public");
	assert_string_equal(delivery_state(c, &by_name, "d.status || d.problem"),
			    "pendingThe address is not public");
	unsubscribe(c, &by_name);
	unsubscribe(c, &by_address);
}

/* Problems that the owner of a receiver can fix are named. */
static void
test_no_connection(void **state)
{
	struct client *c = *state;
	struct hook nobody = subscribe_to(c, "http://127.0.0.1:1/hook", "'wallet.created'");

	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	assert_int_equal(deliver_due(c), 1);
	assert_string_equal(delivery_state(c, &nobody, "d.status || ': ' || d.problem"),
			    "pending: The connection was refused");
	unsubscribe(c, &nobody);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_signatures),       client_test(test_rotation),
		client_test(test_retries),          client_test(test_too_old),
		client_test(test_replay),           client_test(test_redirect),
		client_test(test_answers),          client_test(test_gone),
		client_test(test_deleted),          client_test(test_private_address),
		client_test(test_no_connection),    client_test(test_free_json),
		client_test(test_clock_steps_back), client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, webhook_setup, webhook_teardown);
}
