/* A ledger in whose books the audit has found a difference: nothing is posted there until an administrator
 * has resolved it. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "tests/support/moolah_voucher.h"

static struct tenant acme;
static struct tenant other;
static struct person admin;
static struct person rich;

static int
setup(void **state)
{
	if (tenants_setup(state, &acme, &other) != 0)
		return -1;
	admin = person_admin(*state, "root@example.com");
	rich = person_with(*state, "rich@example.com", 100000);
	return 0;
}

/* What the audit stores for the ledger of an account; the id of the review. */
static const char *
stop(struct client *c, const char *where)
{
	return client_value(
		c,
		"WITH d AS (INSERT INTO cowry.book_difference (public_id, ledger_id, check_name,"
		" problem, stops, seen_round) SELECT gen_random_uuid(), min(ledger_id), 'balances',"
		" 'account ' || gen_random_uuid() || ': balance 1 instead of 2', true, 1 FROM cowry.account WHERE %s"
		" RETURNING public_id)"
		" INSERT INTO cowry.review (public_id, kind, subject, reason, detail)"
		" SELECT gen_random_uuid(), 'ledger', public_id, 'The books do not add up', '{}'"
		"   FROM d RETURNING public_id",
		where);
}

static struct answer
decide(struct client *c, const char *review, const char *what)
{
	return client_call(c, "POST", client_text(c, "/v1/admin/reviews/%s/%s", review, what),
			   admin.access, "{\"note\":\"explained\"}");
}

/* The code is in the envelope of the dialect. */
static void
expect_stopped(struct answer *a)
{
	expect_status(a, 503);
	assert_non_null(strstr(a->body.data, "\"LEDGER_STOPPED\""));
}

static void
test_stop(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "1000");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *live = wallet_with(c, acme.live_key, "NGN", "1000");
	const char *live_to = wallet_new(c, acme.live_key, "NGN");
	const char *foreign = wallet_with(c, other.test_key, "NGN", "1000");
	const char *foreign_to = wallet_new(c, other.test_key, "NGN");
	const char *earlier = fresh_reference(c);
	struct answer a = transfer(c, acme.test_key, from, to, "10", earlier, "");
	const char *review, *before;

	expect_status(&a, 201);
	review = stop(c, client_text(c, "public_id = '%s'", from));
	before = books(c);
	a = transfer(c, acme.test_key, from, to, "10", fresh_reference(c), "");
	expect_stopped(&a);
	a = fund(c, "credit", acme.test_key, from, "10", "NGN", fresh_reference(c), "");
	expect_stopped(&a);
	assert_string_equal(books(c), before);
	a = transfer(c, acme.test_key, from, to, "10", earlier, "");
	expect_status(&a, 200);
	a = transfer(c, acme.live_key, live, live_to, "10", fresh_reference(c), "");
	expect_status(&a, 201);
	a = transfer(c, other.test_key, foreign, foreign_to, "10", fresh_reference(c), "");
	expect_status(&a, 201);

	a = decide(c, review, "reject");
	expect_status(&a, 409);
	a = transfer(c, acme.test_key, from, to, "10", fresh_reference(c), "");
	expect_stopped(&a);
	a = decide(c, review, "approve");
	expect_status(&a, 200);
	a = transfer(c, acme.test_key, from, to, "10", fresh_reference(c), "");
	expect_status(&a, 201);
	assert_string_equal(
		client_value(c,
			     "SELECT detail->>'kind' FROM cowry.audit_log WHERE action ="
			     " 'review_approve' AND subject = '%s'",
			     review),
		"ledger");
}

/* A request that was refused may be sent again with its key. */
static void
test_idempotency_key(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "1000");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *review = stop(c, client_text(c, "public_id = '%s'", from));
	const char *reference = fresh_reference(c);
	const struct ask ask = {
		.method = "POST",
		.target = "/v1/wallets/transfer",
		.credential = acme.test_key,
		.idempotency_key = "once-more",
		.body = client_json(c,
				    "{'fromWalletId':'%s','toWalletId':'%s','amount':'10',"
				    "'currency':'NGN','reference':'%s'}",
				    from, to, reference),
	};
	struct answer a = client_send(c, &ask);

	expect_stopped(&a);
	a = decide(c, review, "approve");
	expect_status(&a, 200);
	a = client_send(c, &ask);
	expect_status(&a, 201);
}

static void
test_vouchers(void **state)
{
	struct client *c = *state;
	const char *review = stop(c, "currency = 'ZAR'");
	struct answer a =
		client_call(c, "POST", VOUCHERS "/issue", rich.access, "{\"original_amount\":5}");

	expect_stopped(&a);
	a = decide(c, review, "approve");
	expect_status(&a, 200);
	a = client_call(c, "POST", VOUCHERS "/issue", rich.access, "{\"original_amount\":5}");
	expect_status(&a, 201);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_stop),
		client_test(test_idempotency_key),
		client_test(test_vouchers),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
