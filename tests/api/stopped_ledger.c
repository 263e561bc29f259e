/* A ledger in whose books the audit has found a difference: nothing is posted there until an administrator
 * has resolved it. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "tests/support/drop_payer.h"
#include "tests/support/moolah_voucher.h"
#include "tests/support/otp_wallet.h"

static struct tenant acme;
static struct tenant other;
static struct person admin;
static struct person rich;
static struct bank bank;

static int
setup(void **state)
{
	if (tenants_setup(state, &acme, &other) != 0)
		return -1;
	admin = person_admin(*state, "root@example.com");
	rich = person_with(*state, "rich@example.com", 100000);
	drop_payer_bank_open(*state, &bank);
	return 0;
}

static int
teardown(void **state)
{
	fake_server_release(bank.server);
	bank_close_down(&bank);
	return client_teardown(state);
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

/* The message is in the envelope of each dialect. */
static void
expect_stopped(struct answer *a)
{
	expect_status(a, 503);
	assert_non_null(strstr(a->body.data, "Nothing is posted in this ledger until"));
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

/* People in the dialects for them. */
static struct person buyer;
static struct person payer;
static const char *seller_number;
static const char *merchant;

static const char *
number_of(struct client *c, const struct person *who)
{
	return client_value(c,
			    "SELECT w.number FROM cowry.wallet w JOIN cowry.users u USING (user_id)"
			    " JOIN cowry.account a USING (account_id)"
			    " WHERE u.public_id = '%s' AND a.currency = 'NGN'",
			    who->id);
}

static void
make_people(struct client *c)
{
	struct person seller = person_new(c, "seller@example.com");

	buyer = person_new(c, "buyer@example.com");
	otp_complete(c, &buyer, "fund", "5000");
	otp_complete(c, &seller, "fund", "100");
	seller_number = number_of(c, &seller);
	drop_payer_bank_behave(&bank);
	payer = drop_payer_new(c, 5000000);
	merchant = merchant_new(c, "Kebab");
}

static struct answer
issue_voucher(struct client *c)
{
	return client_call(c, "POST", VOUCHERS "/issue", rich.access, "{\"original_amount\":5}");
}

static struct answer
send_naira(struct client *c)
{
	return client_call(c, "POST", "/api/v1/wallet/transfer", buyer.access,
			   client_json(c, "{'wallet_number':'%s','amount':100}", seller_number));
}

static struct answer
confirm_funding(struct client *c)
{
	const char *reference = otp_start(c, &buyer, "fund", "100");

	return otp_verify(c, &buyer, reference, mailed_code(c, buyer.email));
}

static struct answer
pay_merchant(struct client *c)
{
	return client_call(c, "POST", "/api/transactions/qr-payment", payer.access,
			   client_json(c, "{'merchantId':'%s','amount':5}", merchant));
}

static void
test_people(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *where;
		struct answer (*ask)(struct client *c);
		int status;
	} rows[] = {
		{"currency = 'ZAR'", issue_voucher, 201},
		{"currency = 'NGN'", send_naira, 200},
		{"currency = 'NGN'", confirm_funding, 200},
		{"currency = 'NOK'", pay_merchant, 201},
	};

	make_people(c);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *review = stop(c, rows[i].where);
		const char *before = books(c);
		struct answer a = rows[i].ask(c);

		expect_stopped(&a);
		assert_string_equal(books(c), before);
		a = decide(c, review, "approve");
		expect_status(&a, 200);
		a = rows[i].ask(c);
		expect_status(&a, rows[i].status);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_stop),
		client_test(test_idempotency_key),
		client_test(test_people),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
