/* A deposit whose first attempt failed and whose second one was paid: credited once, in any
 * order. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "app/payment/payment.h"
#include "runtime/app.h"
#include "tests/support/easypay_client.h"
#include "tests/support/webhook_receiver.h"

static struct easypay_client easypay;
static struct tenant acme;

static int
setup(void **state)
{
	if (tenants_setup(state, &acme, NULL) != 0)
		return -1;
	easypay_client_open(*state, &easypay);
	return 0;
}

static int
teardown(void **state)
{
	easypay_client_close(&easypay);
	return client_teardown(state);
}

static int
begin(void **state)
{
	easypay.script = (struct easypay_client_script){0};
	return client_begin(state);
}

#define easypay_test(function) cmocka_unit_test_setup(function, begin)

static const char *const names[] = {"paystack", "flutterwave", "paga", "fingra"};

/* Of 10 NGN. */
static void
deposit_at(struct client *c, const char *provider, const char *wallet, const char *reference)
{
	struct answer a = fund(
		c, "credit", acme.test_key, wallet, "10", "NGN", reference,
		client_text(c, ",'provider':'%s','providerPayload':{'email':'ada@example.com'}",
			    provider));

	expect_status(&a, 201);
}

static void
tell_at(struct client *c, const char *provider, const char *outcome, const char *order,
	const char *amount)
{
	struct easypay_client_webhook webhook =
		easypay_client_webhook(c, provider, false, outcome, order, amount, "NGN", OWN_KEY);
	struct answer a = easypay_client_send(c, &webhook);

	expect_status(&a, 200);
}

static void
tell(struct client *c, const char *outcome, const char *reference)
{
	tell_at(c, "paystack", outcome, easypay_client_reference(c, reference), "10");
}

static const char *
status_of(struct client *c, const char *reference)
{
	return client_value(c,
			    "SELECT status FROM cowry.payment WHERE reference = '%s'"
			    " ORDER BY payment_id DESC LIMIT 1",
			    reference);
}

static void
expect_ledger(struct client *c, const char *wallet, const char *balance)
{
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), balance);
}

static void
make_older(struct client *c, const char *reference, const char *interval)
{
	client_sql(c,
		   "UPDATE cowry.payment SET created_at = created_at - interval '%s'"
		   " WHERE reference = '%s'",
		   interval, reference);
}

/* Whether there is nothing left to ask. */
static bool
look_up(struct client *c, const char *reference)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);
	struct uuid id;
	bool settled;

	assert_true(uuid_parse(
		&id, client_value(c, "SELECT public_id FROM cowry.payment WHERE reference = '%s'",
				  reference)));
	assert_int_equal(payment_look_up(&ctx, id, &settled), ERR_OK);
	return settled;
}

static void
test_at_all_four(void **state)
{
	struct client *c = *state;

	for (size_t i = 0; i < COUNT(names); i++) {
		const char *wallet = wallet_new(c, acme.test_key, "NGN");
		const char *reference = client_text(c, "card-%s", names[i]);
		const char *order;

		deposit_at(c, names[i], wallet, reference);
		order = easypay_client_reference(c, reference);
		tell_at(c, names[i], "failed", order, "10");
		assert_string_equal(status_of(c, reference), "failed");
		expect_ledger(c, wallet, "0.00");
		tell_at(c, names[i], "success", order, "10");
		assert_string_equal(status_of(c, reference), "completed");
		expect_ledger(c, wallet, "10.00");
		/* Told again, and of the first card once more, in other bytes. */
		tell_at(c, names[i], "success", order, "10");
		tell_at(c, names[i], "failed", order, "10.0");
		tell_at(c, names[i], "success", order, "10.0");
		assert_string_equal(status_of(c, reference), "completed");
		expect_ledger(c, wallet, "10.00");
	}
}

/* The view of the wallet's owner: the payment under its reference, in the ledger as well. */
static void
test_shown(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *path;
	const char *failed_at;
	struct answer a;

	deposit_at(c, "paystack", wallet, "shown-1");
	tell(c, "failed", "shown-1");
	path = client_text(c, "/v1/payments/%s",
			   client_value(c, "SELECT public_id FROM cowry.payment"
					   " WHERE reference = 'shown-1'"));
	a = client_call(c, "GET", path, acme.test_key, NULL);
	expect_text(&a, "data.status", "failed");
	expect_text(&a, "data.transactionId", "null");
	failed_at = answer_at(&a, "data.settledAt");
	tell(c, "success", "shown-1");
	a = client_call(c, "GET", path, acme.test_key, NULL);
	expect_text(&a, "data.status", "completed");
	assert_string_not_equal(answer_at(&a, "data.transactionId"), "null");
	assert_true(strcmp(answer_at(&a, "data.settledAt"), failed_at) >= 0);
	assert_string_equal(client_value(c, "SELECT problem IS NULL FROM cowry.payment"
					    " WHERE reference = 'shown-1'"),
			    "t");
	a = client_call(c, "GET", client_text(c, "/v1/wallets/%s/transactions", wallet),
			acme.test_key, NULL);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.reference", "shown-1");
	a = client_call(c, "GET", "/v1/payments?status=failed", acme.test_key, NULL);
	assert_int_equal(answer_count(&a, "data"), 0);
}

/* Subscribers receive both, in order. */
static void
test_told(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a = client_call(
		c, "POST", client_text(c, "/v1/projects/%s/webhooks", acme.project),
		acme.owner.access,
		client_json(c, "{'url':'https://hooks.example.com/x','eventTypes':['*'],"
			       "'mode':'test'}"));

	expect_status(&a, 201);
	deposit_at(c, "paystack", wallet, "told-1");
	tell(c, "failed", "told-1");
	stream_all(c);
	tell(c, "success", "told-1");
	stream_all(c);
	assert_string_equal(
		client_value(c, "SELECT string_agg(type, ' ' ORDER BY sequence) FROM cowry.event"
				" WHERE data::text LIKE '%%told-1%%' AND type LIKE 'payment.%%'"),
		"payment.pending payment.failed payment.completed");
}

/* The reference was free in between: its new owner keeps it, and both are credited. */
static void
test_reference_taken(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *first;
	const char *second;

	deposit_at(c, "paystack", wallet, "taken-1");
	first = easypay_client_reference(c, "taken-1");
	tell_at(c, "paystack", "failed", first, "10");
	deposit_at(c, "paystack", wallet, "taken-1");
	second = easypay_client_reference(c, "taken-1");
	assert_string_not_equal(first, second);
	tell_at(c, "paystack", "success", first, "10");
	expect_ledger(c, wallet, "10.00");
	tell_at(c, "paystack", "success", second, "10");
	expect_ledger(c, wallet, "20.00");
	assert_string_equal(client_value(c,
					 "SELECT t.reference FROM cowry.payment p"
					 "  JOIN cowry.transaction t USING (transaction_id)"
					 " WHERE p.provider_reference = '%s'",
					 second),
			    "taken-1");
}

/* The same by look-up: it continues until the deposit has lapsed. */
static void
test_look_up(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");

	deposit_at(c, "paystack", wallet, "asked-1");
	easypay.script = (struct easypay_client_script){.state = "failed", .amount = "1000"};
	assert_false(look_up(c, "asked-1"));
	assert_string_equal(status_of(c, "asked-1"), "failed");
	assert_false(look_up(c, "asked-1"));
	easypay.script.state = "success";
	assert_true(look_up(c, "asked-1"));
	assert_string_equal(status_of(c, "asked-1"), "completed");
	expect_ledger(c, wallet, "10.00");
	deposit_at(c, "paystack", wallet, "asked-2");
	tell(c, "failed", "asked-2");
	easypay.script.state = "failed";
	make_older(c, "asked-2", "8 days");
	assert_true(look_up(c, "asked-2"));
	tell(c, "success", "asked-2");
	assert_string_equal(status_of(c, "asked-2"), "completed");
	expect_ledger(c, wallet, "20.00");
}

/* We gave it up ourselves: the money is credited nevertheless. */
static void
test_given_up(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");

	deposit_at(c, "paystack", wallet, "given-up-1");
	make_older(c, "given-up-1", "8 days");
	easypay.script.state = "abandoned";
	assert_true(look_up(c, "given-up-1"));
	assert_string_equal(status_of(c, "given-up-1"), "failed");
	tell(c, "success", "given-up-1");
	assert_string_equal(status_of(c, "given-up-1"), "completed");
	deposit_at(c, "paystack", wallet, "given-up-2");
	make_older(c, "given-up-2", "25 hours");
	easypay.script = (struct easypay_client_script){.absent = true};
	assert_true(look_up(c, "given-up-2"));
	assert_string_equal(status_of(c, "given-up-2"), "failed");
	tell(c, "success", "given-up-2");
	assert_string_equal(status_of(c, "given-up-2"), "completed");
	expect_ledger(c, wallet, "20.00");
}

/* Another amount, returned money, and rejected deposits are put in review. */
static void
test_for_a_person(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct person root = person_admin(c, "root@example.com");
	struct answer a;

	deposit_at(c, "paystack", wallet, "person-1");
	tell(c, "failed", "person-1");
	tell_at(c, "paystack", "success", easypay_client_reference(c, "person-1"), "9.99");
	assert_string_equal(status_of(c, "person-1"), "review");
	deposit_at(c, "paystack", wallet, "person-2");
	tell(c, "failed", "person-2");
	easypay.script = (struct easypay_client_script){.state = "reversed", .amount = "1000"};
	assert_true(look_up(c, "person-2"));
	assert_string_equal(status_of(c, "person-2"), "failed");
	tell(c, "success", "person-2");
	assert_string_equal(status_of(c, "person-2"), "review");
	a = client_call(c, "GET", "/v1/admin/reviews?status=open", root.access, NULL);
	expect_text(&a, "data.1.detail.reference", "person-1");
	a = client_call(c, "POST",
			client_text(c, "/v1/admin/reviews/%s/reject", answer_at(&a, "data.1.id")),
			root.access, "{}");
	expect_status(&a, 200);
	assert_string_equal(status_of(c, "person-1"), "failed");
	tell(c, "success", "person-1");
	assert_string_equal(status_of(c, "person-1"), "review");
	expect_ledger(c, wallet, "0.00");
}

static void
test_at_once(void **state)
{
	enum { SAME = 16 };
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct easypay_client_webhook webhooks[SAME];
	struct ask asks[SAME];
	int statuses[SAME];

	deposit_at(c, "paystack", wallet, "at-once-1");
	tell(c, "failed", "at-once-1");
	for (size_t i = 0; i < SAME; i++) {
		webhooks[i] = easypay_client_webhook(
			c, "paystack", false, i % 4 == 0 ? "failed" : "success",
			easypay_client_reference(c, "at-once-1"), "10", "NGN", OWN_KEY);
		webhooks[i] = easypay_client_sign(
			c, "paystack", client_text(c, "%s%*s", webhooks[i].body, (int)i + 1, ""),
			OWN_KEY);
		asks[i] = easypay_client_ask(c, &webhooks[i]);
	}
	client_at_once(c, asks, SAME, statuses);
	assert_int_equal(count_status(statuses, SAME, 200), SAME);
	expect_ledger(c, wallet, "10.00");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		easypay_test(test_at_all_four),  easypay_test(test_shown),
		easypay_test(test_told),         easypay_test(test_reference_taken),
		easypay_test(test_look_up),      easypay_test(test_given_up),
		easypay_test(test_for_a_person), easypay_test(test_at_once),
		easypay_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
