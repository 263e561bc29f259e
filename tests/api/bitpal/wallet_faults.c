/* People's wallets while Paystack is odd or away, and with many requests at once. */
#include "tests/support/cmocka.h"

#include "tests/support/bitpal_scene.h"

/* The requested amount is credited, once; anything else is recorded and reviewed. */
static void
test_odd_webhooks(void **state)
{
	struct client *c = *state;
	struct holder who = holder_new(c);
	const char *reference = deposited(c, &who, "500");
	struct ask ask = webhook_ask(c, "charge.success", reference, "50000", "USD");
	struct answer a = client_send(c, &ask);

	expect_status(&a, 200);
	assert_string_equal(status_of(c, &who, reference), "pending");
	reference = deposited(c, &who, "500");
	a = webhook(c, "charge.success", reference, "49999");
	expect_status(&a, 200);
	assert_string_equal(status_of(c, &who, reference), "pending");
	a = webhook(c, "charge.success", "DEP_1_UNKNOWN0", "50000");
	expect_status(&a, 200);
	a = webhook(c, "customeridentification.success", reference, "50000");
	expect_status(&a, 200);
	reference = deposited(c, &who, "500");
	a = webhook(c, "charge.failed", reference, "50000");
	expect_status(&a, 200);
	assert_string_equal(status_of(c, &who, reference), "failed");
	assert_string_equal(balance(c, &who), "0");
	/* A second card, under the same reference. */
	a = webhook(c, "charge.success", reference, "50000");
	expect_status(&a, 200);
	assert_string_equal(status_of(c, &who, reference), "success");
	assert_string_equal(balance(c, &who), "500");
}

static void
test_webhooks_at_once(void **state)
{
	struct client *c = *state;
	struct holder who = holder_new(c);
	const char *reference = deposited(c, &who, "500");
	struct ask asks[8];
	int statuses[COUNT(asks)];

	for (size_t i = 0; i < COUNT(asks); i++)
		asks[i] = webhook_ask(c, "charge.success", reference, "50000", "NGN");
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 200), COUNT(asks));
	assert_string_equal(balance(c, &who), "500");
}

/* The only deposit of a person. */
static const char *
only_status(struct client *c, const struct holder *who)
{
	struct answer a = get(c, who, "transactions");

	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.type", "deposit");
	return answer_at(&a, "data.0.status");
}

static void
test_paystack_down(void **state)
{
	struct client *c = *state;
	static const struct {
		struct fake_server_reply reply;
		int status;
	} rows[] = {
		{{.manner = PEER_CLOSES}, 504},
		{{.manner = PEER_RESETS}, 504},
		{{.manner = PEER_HALVES, .status = 200, .body = TAKEN}, 504},
		{{.status = 503, .body = "busy"}, 504},
		{{.status = 400, .body = "{\"status\":false,\"message\":\"Invalid amount\"}"}, 422},
	};
	struct holder who;
	struct answer a;

	for (size_t i = 0; i < COUNT(rows); i++) {
		who = holder_new(c);
		paystack.initialize = rows[i].reply;
		a = deposit(c, &who, "500");
		expect_status(&a, rows[i].status);
		expect_text(&a, "data", "null");
		assert_string_equal(only_status(c, &who), "failed");
	}
	paystack.initialize = taken;
	who = holder_new(c);
	c->fixture->config.paystack_url = "http://127.0.0.1:1";
	a = deposit(c, &who, "500");
	expect_status(&a, 502);
	assert_string_equal(only_status(c, &who), "failed");
	c->fixture->config.paystack_url = fake_server_url(paystack.server);
	assert_string_equal(balance(c, &who), "0");
	client_sql(c, "UPDATE cowry.provider_config SET is_active = false");
	a = deposit(c, &who, "500");
	expect_status(&a, 503);
	expect_text(&a, "message", "Deposits are not available right now");
	client_sql(c, "UPDATE cowry.provider_config SET is_active = true");
}

/* More than the balance, in many concurrent requests; and money that moves in a circle. */
static void
test_races(void **state)
{
	struct client *c = *state;
	struct holder from = rich(c, "1000", "100000");
	struct holder to = rich(c, "1000", "100000");
	struct ask asks[10];
	int statuses[COUNT(asks)];

	for (size_t i = 0; i < COUNT(asks); i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = WALLET "/transfer",
			.credential = from.person.access,
			.body = client_json(c, "{'wallet_number':'%s','amount':300}", to.number)};
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 200), 3);
	assert_int_equal(count_status(statuses, COUNT(asks), 422), COUNT(asks) - 3);
	assert_string_equal(balance(c, &from), "100");
	assert_string_equal(balance(c, &to), "1900");
	for (size_t i = 0; i < COUNT(asks); i++) {
		asks[i].credential = i % 2 == 0 ? from.person.access : to.person.access;
		asks[i].body = client_json(c, "{'wallet_number':'%s','amount':10}",
					   i % 2 == 0 ? to.number : from.number);
	}
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 200), COUNT(asks));
	assert_string_equal(balance(c, &from), "100");
	assert_string_equal(balance(c, &to), "1900");
}

/* A user registered in any dialect gets a wallet on first use. */
static void
test_first_look(void **state)
{
	struct client *c = *state;
	struct person person = person_new(c, client_text(c, "%s@example.com", fresh_reference(c)));
	struct ask asks[6];
	int statuses[COUNT(asks)];

	for (size_t i = 0; i < COUNT(asks); i++)
		asks[i] = (struct ask){
			.method = "GET", .target = WALLET "/balance", .credential = person.access};
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 200), COUNT(asks));
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.wallet w JOIN cowry.users u"
					 " USING (user_id) WHERE u.email = '%s'",
					 person.email),
			    "1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_odd_webhooks),  client_test(test_webhooks_at_once),
		client_test(test_paystack_down), client_test(test_races),
		client_test(test_first_look),    client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, bitpal_setup, bitpal_teardown);
}
