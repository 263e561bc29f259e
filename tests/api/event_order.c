/* Events are ordered and chosen by their place in the journal, whatever the clock does. */
#include "tests/support/cmocka.h"

#include "api/pocket/pocket.h"
#include "ledger/hold.h"
#include "tests/support/money.h"
#include "tests/support/webhook_receiver.h"

static struct tenant acme;

static int
setup(void **state)
{
	return tenants_setup(state, &acme, NULL);
}

/* Subscribe to all test events; the subscription's id. */
static const char *
subscribe(struct client *c)
{
	struct answer a =
		client_call(c, "POST", client_text(c, "/v1/projects/%s/webhooks", acme.project),
			    acme.owner.access,
			    client_json(c, "{'url':'https://hooks.example.com/',"
					   "'eventTypes':['*'],'mode':'test'}"));

	expect_status(&a, 201);
	return answer_at(&a, "data.id");
}

static void
unsubscribe(struct client *c, const char *id)
{
	struct answer a = client_call(
		c, "DELETE", client_text(c, "/v1/projects/%s/webhooks/%s", acme.project, id),
		acme.owner.access, NULL);

	expect_status(&a, 200);
}

/* The types of what is to be delivered to a subscription, in order. */
static const char *
planned(struct client *c, const char *id)
{
	return client_value(c,
			    "SELECT coalesce(string_agg(e.type, ' ' ORDER BY d.sequence), '')"
			    " FROM cowry.webhook_delivery d JOIN cowry.event e USING (event_id)"
			    " JOIN cowry.webhook_subscription s USING (subscription_id)"
			    " WHERE s.public_id = '%s'",
			    id);
}

static const char *
held_and_captured(struct client *c, const char *wallet, const char *between)
{
	struct answer a = hold(c, acme.test_key, wallet, "1", fresh_reference(c), "");

	expect_status(&a, 201);
	if (between != NULL)
		client_sql(c, "%s", between);
	a = act(c, acme.test_key, "holds", answer_at(&a, "data.id"), "capture", "");
	expect_status(&a, 200);
	return wallet;
}

/* The clock was an hour ahead when the subscription was made, and has stepped back since. */
static void
test_subscribed_ahead(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "5");
	const char *id;

	stream_all(c);
	id = subscribe(c);
	client_sql(c, "UPDATE cowry.webhook_subscription"
		      " SET created_at = created_at + interval '1 hour'");
	client_sql(c, "UPDATE cowry.event_feed SET next_at = next_at + interval '1 hour'");
	(void)held_and_captured(c, wallet, NULL);
	stream_all(c);
	assert_string_equal(planned(c, id), "hold.created wallet.debited hold.captured");
	unsubscribe(c, id);
}

/* It steps back between two events of an object, which are published together: there is something in
 * the journal before the first. */
static void
test_stepped_between(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "5");
	const char *id;
	struct answer a;

	stream_all(c);
	id = subscribe(c);
	a = fund(c, "credit", acme.test_key, wallet, "2", "NGN", fresh_reference(c), "");
	expect_status(&a, 201);
	(void)held_and_captured(c, wallet,
				"UPDATE cowry.event SET created_at = created_at + interval '1 hour'"
				" WHERE sequence IS NULL");
	stream_all(c);
	assert_string_equal(planned(c, id),
			    "wallet.credited hold.created wallet.debited hold.captured");
	unsubscribe(c, id);
}

/* Earlier events are not delivered, even if the clock has stepped back before the subscription. */
static void
test_done_before(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "5");
	const char *first;
	const char *second;

	stream_all(c);
	first = subscribe(c);
	(void)held_and_captured(c, wallet, NULL);
	second = subscribe(c);
	client_sql(c,
		   "UPDATE cowry.webhook_subscription"
		   " SET created_at = created_at - interval '1 hour' WHERE public_id = '%s'",
		   second);
	(void)held_and_captured(c, wallet, NULL);
	stream_all(c);
	assert_string_equal(planned(c, first), "hold.created wallet.debited hold.captured"
					       " hold.created wallet.debited hold.captured");
	assert_string_equal(planned(c, second), "hold.created wallet.debited hold.captured");
	unsubscribe(c, first);
	unsubscribe(c, second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_subscribed_ahead),
		client_test(test_stepped_between),
		client_test(test_done_before),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
