/* What senders of several job runners deliver at once, and what one leaves to another. */
#include "tests/support/cmocka.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "app/events/sender.h"
#include "tests/support/money.h"
#include "tests/support/poll.h"
#include "tests/support/webhook_scene.h"

/* Calls of a sender last as long as the test wants. */
static struct http_client *
patient_client(void)
{
	static const struct http_options patient = {
		.connect_timeout_ms = 1000,
		.total_timeout_ms = 60000,
		.answer_max = 262144,
		.at_once = 8,
		.plain = true,
	};
	struct http_client *client = http_client_new(&patient);

	assert_non_null(client);
	return client;
}

/* Rounds of a sender, until a receiver has so many requests. */
static void
run_until(struct client *c, struct sender *sender, struct receiver *at, size_t count)
{
	struct poll poll = poll_for(20);
	struct ctx ctx = app_ctx(c->app, c->scratch);
	bool busy;

	while (receiver_count(at) < count) {
		assert_true(poll_again(&poll));
		sender_wake(sender);
		assert_int_equal(sender_round(&ctx, sender, &busy), ERR_OK);
	}
}

/* A receiver that does not answer gets a few requests at a time, and delays nobody else. */
static void
test_slow_receiver(void **state)
{
	struct client *c = *state;
	struct app *app = &c->fixture->app;
	struct http_client *usual = app->http_local;
	struct receiver *mute = receiver_new();
	struct hook slow;
	struct hook quick;
	struct sender *sender;

	app->http_local = patient_client();
	slow = subscribe_to(c, client_text(c, "http://127.0.0.1:%d/", receiver_port(mute)),
			    "'wallet.created'");
	quick = subscribe(c, "'wallet.created'");
	receiver_set(mute, (struct receiver_answer){0, NULL, 0});
	for (int i = 0; i < 20; i++)
		(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	sender = sender_new(c->app);
	run_until(c, sender, mute, 6);
	run_until(c, sender, receiver, 20);
	assert_int_equal(receiver_count(mute), 6);
	sender_free(sender);
	http_client_free(app->http_local);
	app->http_local = usual;
	unsubscribe(c, &slow);
	unsubscribe(c, &quick);
	receiver_free(mute);
}

/* What another runner holds is left to it, until it has not renewed that for some seconds. */
static void
test_held_by_another(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");

	for (int i = 0; i < 7; i++)
		(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	client_sql(c,
		   "INSERT INTO cowry.webhook_lane (subscription_id, holder, held_until)"
		   " SELECT subscription_id, gen_random_uuid(), now() + interval '1 minute'"
		   "   FROM cowry.webhook_subscription WHERE public_id = '%s'",
		   hook.id);
	assert_int_equal(deliver_due(c), 0);
	client_sql(c, "UPDATE cowry.webhook_lane SET held_until = now()");
	assert_int_equal(deliver_due(c), 7);
	assert_int_equal(receiver_count(receiver), 7);
	unsubscribe(c, &hook);
}

/* What a runner left is taken up by another one, and by a runner of this release if it was of the one
 * before. */
static void
test_left_attempts(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");

	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	client_sql(c, "UPDATE cowry.webhook_delivery SET busy_since = now()"
		      " WHERE status = 'pending'");
	assert_int_equal(deliver_due(c), 0);
	client_sql(c, "UPDATE cowry.webhook_delivery SET busy_since = now() - interval '16 seconds'"
		      " WHERE status = 'pending'");
	assert_int_equal(deliver_due(c), 1);
	assert_string_equal(delivery_state(c, &hook, "status || coalesce(busy_since::text, '')"),
			    "delivered");
	unsubscribe(c, &hook);
}

enum { RUNNERS = 3, OBJECTS = 8, EVENTS_EACH = 25 };

struct runner_of_many {
	struct client client;
	pthread_t thread;
	enum err err;
	bool busy;
};

static void *
run_for_a_while(void *arg)
{
	struct runner_of_many *runner = arg;
	struct ctx ctx = app_ctx(runner->client.app, runner->client.scratch);
	struct sender *sender = sender_new(runner->client.app);

	for (runner->busy = true; runner->busy && runner->err == ERR_OK;)
		runner->err = sender_round(&ctx, sender, &runner->busy);
	if (runner->err == ERR_OK)
		runner->err = sender_finish(&ctx, sender);
	sender_free(sender);
	return NULL;
}

/* The events of each object as they were received: no one twice, none before an earlier one. */
static void
expect_order(struct client *c, size_t n)
{
	const char *wallets[OBJECTS] = {NULL};
	int64_t last[OBJECTS] = {0};

	assert_int_equal(receiver_count(receiver), n);
	for (size_t i = 0; i < n; i++) {
		const char *wallet = told(c, i, "data.walletId");
		int64_t sequence = atoll(told(c, i, "data.sequence"));
		size_t at = 0;

		while (wallets[at] != NULL && strcmp(wallets[at], wallet) != 0)
			at++;
		assert_true(at < OBJECTS);
		wallets[at] = wallet;
		assert_true(sequence > last[at]);
		last[at] = sequence;
	}
}

/* Several runners deliver everything once, and in order, also where an object has many events. */
static void
test_several_runners(void **state)
{
	struct client *c = *state;
	struct runner_of_many runners[RUNNERS];
	const char *wallets[OBJECTS];
	struct hook hook;

	for (size_t i = 0; i < OBJECTS; i++)
		wallets[i] = wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	hook = subscribe(c, "'wallet.credited'");
	for (size_t i = 0; i < (size_t)OBJECTS * EVENTS_EACH; i++) {
		struct answer a = fund(c, "credit", acme.test_key, wallets[i * 5 % OBJECTS], "1",
				       "NGN", fresh_reference(c), "");

		expect_status(&a, 201);
	}
	stream_all(c);
	for (size_t i = 0; i < RUNNERS; i++) {
		runners[i] = (struct runner_of_many){.client = *c};
		runners[i].client.scratch = arena_new(64 << 20);
		assert_int_equal(
			pthread_create(&runners[i].thread, NULL, run_for_a_while, &runners[i]), 0);
	}
	for (size_t i = 0; i < RUNNERS; i++) {
		assert_int_equal(pthread_join(runners[i].thread, NULL), 0);
		assert_int_equal(runners[i].err, ERR_OK);
		arena_free(runners[i].client.scratch);
	}
	expect_order(c, (size_t)OBJECTS * EVENTS_EACH);
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.webhook_delivery"
					    " WHERE status = 'pending'"),
			    "0");
	unsubscribe(c, &hook);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_slow_receiver), client_test(test_held_by_another),
		client_test(test_left_attempts), client_test(test_several_runners),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, webhook_setup, webhook_teardown);
}
