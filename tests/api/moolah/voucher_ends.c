/* Vouchers that are used up or expire: what is left of them returns to who issued them, once. */
#include "tests/support/cmocka.h"

#include "tests/support/moolah_voucher.h"

static struct person ada;
static struct person bob;

static int
setup(void **state)
{
	return vouchers_setup(state, &ada, &bob);
}

/* After the last redemption the voucher is used up, and the rest is returned to the issuer, at
 * once. */
static void
test_max_redemptions(void **state)
{
	struct client *c = *state;
	struct answer a = issue(c, &ada, "100", ",'max_redemptions':1");
	const char *id = answer_at(&a, "data.id");
	const char *code = answer_at(&a, "data.voucherCode");
	int64_t before = cents_of(c, &ada);
	struct answer summary = voucher_get(c, &ada, "/balance-summary");
	const char *active = answer_at(&summary, "data.active.value");

	a = redeem(c, &bob, code, "30", "");
	expect_status(&a, 200);
	expect_text(&a, "data.remaining_balance", "0.00");
	assert_int_equal(cents_of(c, &ada), before + 7000);
	a = redeem(c, &bob, code, "30", "");
	expect_words(&a, 400, "INSUFFICIENT_BALANCE",
		     "The voucher has reached its maximum number of redemptions");
	a = voucher_get(c, &ada, client_text(c, "/%s/redemptions", id));
	expect_text(&a, "data.max_redemptions", "1");
	expect_text(&a, "data.status", "redeemed");
	expect_text(&a, "data.refunded_amount", "70.00");
	a = voucher_get(c, &ada, client_text(c, "/code/%s", code));
	expect_text(&a, "data.status", "redeemed");
	expect_text(&a, "data.balance", "0.00");
	expect_text(&a, "data.refundedAmount", "70.00");
	a = client_call(c, "GET", "/api/v1/wallets/transactions?limit=1", ada.access, NULL);
	expect_text(&a, "data.transactions.0.subtype", "voucher_refund");
	expect_text(&a, "data.transactions.0.amount", "70");
	summary = voucher_get(c, &ada, "/balance-summary");
	assert_string_not_equal(answer_at(&summary, "data.active.value"), active);
	run_out(c, id);
	(void)expire(c);
	assert_int_equal(cents_of(c, &ada), before + 7000);
	a = issue(c, &ada, "100", ",'max_redemptions':1");
	a = redeem(c, &bob, answer_at(&a, "data.voucherCode"), "100", "");
	expect_status(&a, 200);
}

/* A wallet that can't receive money at that moment gets the rest later. */
static void
test_rest_waits(void **state)
{
	struct client *c = *state;
	struct answer a = issue(c, &ada, "100", ",'max_redemptions':1");
	const char *id = answer_at(&a, "data.id");
	const char *code = answer_at(&a, "data.voucherCode");
	int64_t before = cents_of(c, &ada);
	static const char set[] = "UPDATE cowry.account SET status = %d WHERE account_id ="
				  " (SELECT account_id FROM cowry.personal_wallet"
				  " JOIN cowry.users USING (user_id)"
				  " WHERE public_id = '%s' AND currency = 'ZAR')";

	client_sql(c, set, 1, ada.id);
	a = redeem(c, &bob, code, "30", "");
	expect_status(&a, 200);
	assert_true(expire(c));
	assert_int_equal(cents_of(c, &ada), before);
	client_sql(c, set, 0, ada.id);
	client_sql(c, "UPDATE cowry.voucher SET refund_after = now() WHERE voucher_id = %s", id);
	assert_true(expire(c));
	assert_int_equal(cents_of(c, &ada), before + 7000);
	a = voucher_get(c, &ada, client_text(c, "/code/%s", code));
	expect_text(&a, "data.status", "redeemed");
}

/* One that the previous release left at its last redemption. */
static void
test_stuck_before(void **state)
{
	struct client *c = *state;
	struct answer a = issue(c, &ada, "50", ",'max_redemptions':2");
	const char *id = answer_at(&a, "data.id");
	const char *code = answer_at(&a, "data.voucherCode");
	int64_t before = cents_of(c, &ada);

	a = redeem(c, &bob, code, "20", "");
	expect_status(&a, 200);
	client_sql(c,
		   "UPDATE cowry.voucher SET max_redemptions = 1, refund_after = now()"
		   " WHERE voucher_id = %s",
		   id);
	assert_true(expire(c));
	assert_int_equal(cents_of(c, &ada), before + 3000);
	a = voucher_get(c, &ada, client_text(c, "/code/%s", code));
	expect_text(&a, "data.status", "redeemed");
}

/* The clock decides, whether the job has run or not. */
static void
test_expired(void **state)
{
	struct client *c = *state;
	struct answer a = issue(c, &ada, "80", "");
	const char *id = answer_at(&a, "data.id");
	const char *code = answer_at(&a, "data.voucherCode");
	int64_t before = cents_of(c, &ada);

	a = redeem(c, &bob, code, "30", "");
	expect_status(&a, 200);
	run_out(c, id);
	a = redeem(c, &bob, code, "10", "");
	expect_words(&a, 400, "VOUCHER_EXPIRED", "The voucher has expired");
	assert_true(expire(c));
	assert_false(expire(c));
	a = redeem(c, &bob, code, "10", "");
	expect_refusal(&a, 400, "VOUCHER_EXPIRED");
	assert_int_equal(cents_of(c, &ada), before + 5000);
	a = voucher_get(c, &ada, "?status=expired&limit=1");
	expect_text(&a, "data.vouchers.0.id", id);
	assert_string_equal(client_value(c,
					 "SELECT type FROM cowry.transaction"
					 " WHERE reference = 'voucher/%s/expire'",
					 id),
			    "voucher_refund");
}

static void
set_status(struct client *c, const struct person *who, int status)
{
	client_sql(c,
		   "UPDATE cowry.account SET status = %d WHERE account_id ="
		   " (SELECT account_id FROM cowry.personal_wallet JOIN cowry.users USING (user_id)"
		   " WHERE email_key = '%s' AND currency = 'ZAR')",
		   status, who->email);
}

/* A frozen wallet can't receive money: the voucher keeps it until it can, and delays no other. */
static void
test_frozen(void **state)
{
	struct client *c = *state;
	struct person eve = person_with(c, "eve@example.com", 20000);
	struct answer a = issue(c, &eve, "100", "");
	const char *id = answer_at(&a, "data.id");
	const char *code = answer_at(&a, "data.voucherCode");
	struct answer other = issue(c, &ada, "10", "");
	int64_t before = cents_of(c, &ada);

	set_status(c, &eve, 1);
	a = voucher_post(c, &eve, "issue", "'original_amount':5");
	expect_refusal(&a, 422, "WALLET_INACTIVE");
	a = redeem(c, &eve, code, "10", "");
	expect_refusal(&a, 422, "WALLET_INACTIVE");
	run_out(c, id);
	run_out(c, answer_at(&other, "data.id"));
	assert_true(expire(c));
	assert_int_equal(cents_of(c, &ada), before + 1000);
	assert_int_equal(cents_of(c, &eve), 10000);
	a = voucher_get(c, &eve, client_text(c, "/code/%s", code));
	expect_text(&a, "data.status", "expired");
	expect_text(&a, "data.balance", "100.00");
	a = redeem(c, &bob, code, "10", "");
	expect_refusal(&a, 400, "VOUCHER_EXPIRED");
	assert_false(expire(c)); /* not at once again */
	client_books_hold(state);
	set_status(c, &eve, 0);
	client_sql(c, "UPDATE cowry.voucher SET refund_after = now() WHERE voucher_id = %s", id);
	assert_true(expire(c));
	assert_int_equal(cents_of(c, &eve), 20000);
	assert_false(expire(c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_max_redemptions), client_test(test_rest_waits),
		client_test(test_stuck_before),    client_test(test_expired),
		client_test(test_frozen),          client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
