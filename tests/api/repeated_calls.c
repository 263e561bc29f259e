/* Requests with an Idempotency-Key that call an outside server, repeated after they were refused or
 * with another credential. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "tests/support/outside_scene.h"

/* A payment refused by the bank stays refused under the key; the amount is free for another one. */
static void
test_refusal_is_final(void **state)
{
	struct client *c = *state;
	struct ask ask = remittance(c);
	struct answer first;
	struct answer again;

	ask.idempotency_key = fresh_reference(c);
	bank_fail(&bank, "POST", "/v1/payments/", PEER_ANSWERS, 400,
		  bank_error(c, "PRODUCT_INVALID", "no"));
	first = client_send(c, &ask);
	assert_true(first.status >= 400 && first.status < 500);
	drop_payer_bank_behave(&bank);
	again = client_send(c, &ask);
	assert_int_equal(again.status, first.status);
	assert_memory_equal(again.body.data, first.body.data, first.body.length);
	ask.idempotency_key = fresh_reference(c);
	again = client_send(c, &ask);
	expect_status(&again, 201);
}

/* A provider that could not be reached has done nothing: the same key may be retried. */
static void
test_nothing_done(void **state)
{
	struct client *c = *state;
	struct ask ask = debit(c);
	const char *url = c->fixture->config.paystack_url;
	const char *sandbox = c->fixture->config.sandbox_url;
	struct answer a;

	ask.idempotency_key = fresh_reference(c);
	c->fixture->config.sandbox_url = c->fixture->config.paystack_url = "http://127.0.0.1:1";
	a = client_send(c, &ask);
	c->fixture->config.paystack_url = url;
	c->fixture->config.sandbox_url = sandbox;
	expect_status(&a, 502);
	a = client_send(c, &ask);
	expect_status(&a, 201);
	assert_null(answer_header(&a, "Idempotent-Replayed"));
}

/* What came of the call can't be stored: the request ends, and the next one with its key goes on
 * with what it opened although the process of the first is still there. */
static void
test_not_stored(void **state)
{
	struct client *c = *state;
	struct ask ask = remittance(c);
	size_t since = fake_server_count(bank.server);
	struct answer a;
	bool one;

	ask.idempotency_key = fresh_reference(c);
	client_sql(c, "CREATE FUNCTION cowry.refuse_answer() RETURNS trigger LANGUAGE plpgsql AS"
		      " $$ BEGIN RAISE disk_full; END $$;"
		      " CREATE TRIGGER refuse_answer BEFORE UPDATE ON cowry.idempotency"
		      " FOR EACH ROW WHEN (NEW.status <> 0)"
		      " EXECUTE FUNCTION cowry.refuse_answer()");
	a = client_send(c, &ask);
	client_sql(c, "DROP TRIGGER refuse_answer ON cowry.idempotency");
	expect_status(&a, 503);
	assert_int_equal(orders(&bank_party, since, &one), 1);
	a = client_send(c, &ask);
	expect_status(&a, 201);
	(void)orders(&bank_party, since, &one);
	assert_true(one);
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.idempotency"
					 " WHERE key = '%s' AND status = 201",
					 ask.idempotency_key),
			    "1");
}

/* A key belongs to its owner: a rotated API key, or another session, is the same sender. */
static void
test_other_credential(void **state)
{
	struct client *c = *state;
	struct ask ask = credit(c);
	struct answer first;
	struct answer again;

	ask.idempotency_key = fresh_reference(c);
	first = client_send(c, &ask);
	expect_status(&first, 201);
	ask.credential = key_new(c, &acme.owner, acme.project, "'scope':'test','quota':null");
	again = client_send(c, &ask);
	assert_non_null(answer_header(&again, "Idempotent-Replayed"));
	assert_memory_equal(again.body.data, first.body.data, first.body.length);
	ask.credential = acme.live_key;
	again = client_send(c, &ask);
	assert_null(answer_header(&again, "Idempotent-Replayed"));
}

static void
test_other_session(void **state)
{
	struct client *c = *state;
	struct person who = drop_payer_new(c, 500000);
	struct ask ask = post("/api/transactions/remittance", who.access,
			      client_json(c, "{'recipientId':'%s','amount':1000}",
					  recipient_new(c, &who, "RSD")));
	struct answer first;
	struct answer again;

	ask.idempotency_key = fresh_reference(c);
	first = client_send(c, &ask);
	expect_status(&first, 201);
	ask.credential = person_sign_in(c, who.email, PASSWORD).access;
	again = client_send(c, &ask);
	assert_non_null(answer_header(&again, "Idempotent-Replayed"));
	assert_int_equal(again.body.length, first.body.length);
	assert_memory_equal(again.body.data, first.body.data, first.body.length);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		outside_test(test_refusal_is_final), outside_test(test_nothing_done),
		outside_test(test_not_stored),       outside_test(test_other_credential),
		outside_test(test_other_session),    outside_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, outside_setup, outside_teardown);
}
