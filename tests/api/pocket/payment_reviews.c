/* Payments whose provider reports what was not ordered, or contradicts itself: reviewed. */
#include "tests/support/cmocka.h"

#include <stdlib.h>

#include "tests/support/payment_scene.h"

struct decision {
	struct uuid id;
	bool approved;
};

static enum err
decide_in_transaction(struct ctx *ctx, void *arg)
{
	const struct decision *decision = arg;

	return payment_decide(ctx, decision->id, decision->approved);
}

static enum err
decide(struct client *c, const char *reference, bool approved)
{
	struct ctx ctx = ctx_of(c);
	struct decision decision = {payment_id(c, reference), approved};

	return db_transact(&ctx, decide_in_transaction, &decision);
}

static size_t
reviews(struct client *c, const char *reference)
{
	char id[UUID_TEXT_MAX];

	return (size_t)atoi(client_value(c,
					 "SELECT count(*) FROM cowry.review WHERE subject = '%s'"
					 " AND status = 'open'",
					 uuid_text(id, payment_id(c, reference))));
}

static void
test_other_amount(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a = deposit(c, wallet, "10", "less-1");

	expect_status(&a, 201);
	a = tell(c, false, "success", "less-1", "9.99", "NGN");
	expect_status(&a, 200);
	assert_string_equal(status_of(c, "less-1"), "review");
	assert_int_equal(reviews(c, "less-1"), 1);
	expect_balance(c, wallet, "0.00", "0.00");
	/* The reference stays reserved; a later correction is for the review too. */
	a = fund(c, "credit", acme.test_key, wallet, "10", "NGN", "less-1", "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	(void)tell(c, false, "success", "less-1", "10", "NGN");
	expect_balance(c, wallet, "0.00", "0.00");
	assert_int_equal(decide(c, "less-1", true), ERR_OK);
	expect_balance(c, wallet, "9.99", "0.00");
	assert_int_equal(decide(c, "less-1", true), ERR_CONFLICT);
	/* Another currency can't be posted at all. */
	a = deposit(c, wallet, "10", "less-2");
	expect_status(&a, 201);
	(void)tell(c, false, "success", "less-2", "10", "USD");
	assert_string_equal(status_of(c, "less-2"), "review");
	assert_int_equal(decide(c, "less-2", true), ERR_CURRENCY_MISMATCH);
	assert_int_equal(decide(c, "less-2", false), ERR_OK);
	assert_string_equal(status_of(c, "less-2"), "failed");
	/* Nor one that nobody knows. */
	a = deposit(c, wallet, "10", "less-3");
	expect_status(&a, 201);
	(void)tell(c, false, "success", "less-3", "10", "XQX");
	assert_string_equal(status_of(c, "less-3"), "review");
	assert_int_equal(decide(c, "less-3", true), ERR_CONFLICT);
	expect_balance(c, wallet, "9.99", "0.00");
	/* By look-up it is the same. */
	a = deposit(c, wallet, "10", "less-4");
	expect_status(&a, 201);
	easypay.script = (struct easypay_client_script){.state = "success", .amount = "999"};
	assert_true(look_up(c, "less-4"));
	assert_string_equal(status_of(c, "less-4"), "review");
	expect_balance(c, wallet, "9.99", "0.00");
}

/* As administrators do it. */
static void
test_review(void **state)
{
	struct client *c = *state;
	struct person root = person_admin(c, "root@example.com");
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a = deposit(c, wallet, "10", "admin-1");
	const char *path;

	expect_status(&a, 201);
	(void)tell(c, false, "success", "admin-1", "12.50", "NGN");
	a = client_call(c, "GET", "/v1/admin/reviews?kind=payment&status=open", root.access, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.0.detail.asked", "10.00");
	expect_text(&a, "data.0.detail.paid", "12.50");
	expect_text(&a, "data.0.detail.providerReference", easypay_client_reference(c, "admin-1"));
	path = client_text(c, "/v1/admin/reviews/%s/approve", answer_at(&a, "data.0.id"));
	a = client_call(c, "POST", path, acme.owner.access, "{}");
	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "POST", path, root.access, "{\"note\":\"he paid more\"}");
	expect_status(&a, 200);
	expect_balance(c, wallet, "12.50", "0.00");
	assert_string_equal(status_of(c, "admin-1"), "completed");
	a = client_call(c, "POST", path, root.access, "{}");
	expect_refusal(&a, 409, "CONFLICT");
	expect_balance(c, wallet, "12.50", "0.00");
}

/* More was paid out than requested: the wallet pays it, if an administrator approves and it can. */
static void
test_other_amount_out(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a = withdraw(c, wallet, "60", "more-1");

	expect_status(&a, 201);
	(void)tell(c, true, "success", "more-1", "61", "NGN");
	assert_string_equal(status_of(c, "more-1"), "review");
	expect_balance(c, wallet, "100.00", "60.00");
	assert_int_equal(decide(c, "more-1", true), ERR_OK);
	expect_balance(c, wallet, "39.00", "0.00");
	a = withdraw(c, wallet, "39", "more-2");
	expect_status(&a, 201);
	(void)tell(c, true, "success", "more-2", "40", "NGN");
	assert_int_equal(decide(c, "more-2", true), ERR_INSUFFICIENT_FUNDS);
	expect_balance(c, wallet, "39.00", "39.00");
	a = withdraw(c, wallet, "39", "more-3");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	assert_int_equal(decide(c, "more-2", false), ERR_OK);
	expect_balance(c, wallet, "39.00", "0.00");
	a = withdraw(c, wallet, "39", "more-3");
	expect_status(&a, 201);
	(void)tell(c, true, "success", "more-3", "38", "NGN");
	assert_int_equal(decide(c, "more-3", true), ERR_OK);
	expect_balance(c, wallet, "1.00", "0.00");
}

static void
test_late_success(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a = deposit(c, wallet, "10", "late-1");

	expect_status(&a, 201);
	(void)tell(c, false, "failed", "late-1", "10", "NGN");
	assert_string_equal(status_of(c, "late-1"), "failed");
	/* The reference is used by another transaction by now. */
	a = fund(c, "credit", acme.test_key, wallet, "5", "NGN", "late-1", "");
	expect_status(&a, 201);
	(void)tell(c, false, "success", "late-1", "10", "NGN");
	assert_string_equal(status_of(c, "late-1"), "completed");
	expect_balance(c, wallet, "115.00", "0.00");
	assert_string_equal(client_value(c,
					 "SELECT t.reference LIKE 'late-1/%%' FROM cowry.payment p"
					 " JOIN cowry.transaction t USING (transaction_id)"
					 " WHERE p.reference = 'late-1'"),
			    "t");
	/* Paid out after it was released: the wallet pays again. */
	a = withdraw(c, wallet, "15", "late-2");
	expect_status(&a, 201);
	(void)tell(c, true, "failed", "late-2", "15", "NGN");
	expect_balance(c, wallet, "115.00", "0.00");
	(void)tell(c, true, "success", "late-2", "15", "NGN");
	assert_string_equal(status_of(c, "late-2"), "review");
	assert_int_equal(decide(c, "late-2", true), ERR_OK);
	expect_balance(c, wallet, "100.00", "0.00");
}

/* A plain posting won the race for the reference: the amount paid is posted nevertheless. */
static void
test_lost_race_for_the_reference(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a = deposit(c, wallet, "10", "race-1");

	expect_status(&a, 201);
	client_sql(c, "DELETE FROM cowry.reserved_reference WHERE reference = 'race-1'");
	a = fund(c, "credit", acme.test_key, wallet, "5", "NGN", "race-1", "");
	expect_status(&a, 201);
	client_sql(c, "INSERT INTO cowry.reserved_reference (ledger_id, reference, holder)"
		      " SELECT ledger_id, reference, public_id FROM cowry.payment"
		      " WHERE reference = 'race-1'");
	/* The winner is answered as before. */
	a = fund(c, "credit", acme.test_key, wallet, "5", "NGN", "race-1", "");
	expect_status(&a, 200);
	a = tell(c, false, "success", "race-1", "10", "NGN");
	expect_status(&a, 200);
	expect_balance(c, wallet, "15.00", "0.00");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.reserved_reference"
					    " WHERE reference = 'race-1'"),
			    "0");
}

static void
test_reversal(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct easypay_client_webhook again;
	struct answer a = withdraw(c, wallet, "60", "back-1");

	expect_status(&a, 201);
	(void)tell(c, true, "success", "back-1", "60", "NGN");
	(void)tell(c, true, "reversed", "back-1", "60", "NGN");
	assert_string_equal(status_of(c, "back-1"), "review");
	assert_int_equal(reviews(c, "back-1"), 1);
	expect_balance(c, wallet, "40.00", "0.00");
	/* It was returned. */
	assert_int_equal(decide(c, "back-1", false), ERR_OK);
	expect_balance(c, wallet, "100.00", "0.00");
	assert_string_equal(status_of(c, "back-1"), "failed");
	/* And now it was paid out after all? A reversed payment can't be approved again. */
	again = easypay_client_webhook(c, "paystack", true, "success",
				       easypay_client_reference(c, "back-1"), "60", "NGN", OWN_KEY);
	again = easypay_client_sign(c, "paystack", client_text(c, "%s ", again.body), OWN_KEY);
	a = easypay_client_send(c, &again);
	expect_status(&a, 200);
	assert_string_equal(status_of(c, "back-1"), "review");
	assert_int_equal(decide(c, "back-1", true), ERR_CONFLICT);
	assert_int_equal(decide(c, "back-1", false), ERR_OK);
	expect_balance(c, wallet, "100.00", "0.00");
	/* It did not. */
	a = withdraw(c, wallet, "60", "back-2");
	expect_status(&a, 201);
	(void)tell(c, true, "success", "back-2", "60", "NGN");
	(void)tell(c, true, "failed", "back-2", "60", "NGN");
	assert_int_equal(decide(c, "back-2", true), ERR_OK);
	expect_balance(c, wallet, "40.00", "0.00");
	assert_string_equal(status_of(c, "back-2"), "completed");
	/* Without success before: it simply failed. */
	a = withdraw(c, wallet, "40", "back-3");
	expect_status(&a, 201);
	(void)tell(c, true, "reversed", "back-3", "40", "NGN");
	assert_string_equal(status_of(c, "back-3"), "failed");
	expect_balance(c, wallet, "40.00", "0.00");
}

/* A deposit that can't be posted was paid nevertheless. */
static void
test_frozen_wallet(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a = deposit(c, wallet, "10", "frozen-1");

	expect_status(&a, 201);
	a = withdraw(c, wallet, "60", "frozen-2");
	expect_status(&a, 201);
	client_sql(c, "UPDATE cowry.account SET status = 1 WHERE public_id = '%s'", wallet);
	a = deposit(c, wallet, "10", "frozen-3");
	expect_refusal(&a, 422, "WALLET_INACTIVE");
	(void)tell(c, false, "success", "frozen-1", "10", "NGN");
	assert_string_equal(status_of(c, "frozen-1"), "review");
	(void)tell(c, true, "success", "frozen-2", "60", "NGN");
	assert_string_equal(status_of(c, "frozen-2"), "review");
	expect_balance(c, wallet, "100.00", "60.00");
	a = fund(c, "credit", acme.test_key, wallet, "1", "NGN", "frozen-1", "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	assert_int_equal(decide(c, "frozen-1", true), ERR_WALLET_INACTIVE);
	client_sql(c, "UPDATE cowry.account SET status = 0 WHERE public_id = '%s'", wallet);
	assert_int_equal(decide(c, "frozen-1", true), ERR_OK);
	assert_int_equal(decide(c, "frozen-2", true), ERR_OK);
	expect_balance(c, wallet, "50.00", "0.00");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		payment_test(test_other_amount),
		payment_test(test_review),
		payment_test(test_other_amount_out),
		payment_test(test_late_success),
		payment_test(test_lost_race_for_the_reference),
		payment_test(test_reversal),
		payment_test(test_frozen_wallet),
		payment_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, payment_setup, payment_teardown);
}
