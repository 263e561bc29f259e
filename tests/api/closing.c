/*
 * Closing of accounts: obstacles, in each dialect that closes accounts; and deleted users do not
 * exist for senders of money.
 */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/drop/drop.h"
#include "api/moolah/moolah.h"
#include "jobs/job.h"
#include "ledger/ledger.h"
#include "runtime/app.h"
#include "tests/support/drop_payer.h"
#include "tests/support/drop_users.h"
#include "tests/support/easypay_client.h"
#include "tests/support/moolah_voucher.h"

static struct easypay_client easypay;
static struct bank bank;
static struct person admin;

static int
setup(void **state)
{
	struct client *c;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	easypay_client_open(c, &easypay);
	drop_payer_bank_open(c, &bank);
	admin = person_admin(c, "admin@example.com");
	return 0;
}

static int
teardown(void **state)
{
	easypay_client_close(&easypay);
	fake_server_release(bank.server);
	bank_close_down(&bank);
	return client_teardown(state);
}

static const char *
user_id(struct client *c, const struct person *who)
{
	return client_value(c, "SELECT user_id FROM cowry.users WHERE public_id = '%s'", who->id);
}

/* A user with a naira wallet; its number. */
static const char *
naira_number(struct client *c, const struct person *who)
{
	struct answer a = client_call(c, "GET", "/api/v1/wallet/balance", who->access, NULL);

	expect_status(&a, 200);
	return client_value(c,
			    "SELECT w.number FROM cowry.personal_wallet"
			    " JOIN cowry.wallet w USING (account_id)"
			    " WHERE currency = 'NGN' AND personal_wallet.user_id = %s",
			    user_id(c, who));
}

static struct answer
admin_moves(struct client *c, const char *which, const char *wallet, const char *amount)
{
	return client_call(c, "POST", client_text(c, "/v1/admin/wallets/%s", which), admin.access,
			   client_json(c,
				       "{'walletId':'%s','amount':'%s','currency':'NGN',"
				       "'reference':'%s','reason':'test'}",
				       wallet, amount, fresh_reference(c)));
}

static struct answer
send_naira(struct client *c, const struct person *from, const char *number, const char *amount)
{
	return client_call(c, "POST", "/api/v1/wallet/transfer", from->access,
			   client_json(c, "{'wallet_number':'%s','amount':%s}", number, amount));
}

static struct ask
ending_by_pocket(struct client *c, const struct person *who)
{
	return (struct ask){.method = "DELETE",
			    .target = client_text(c, "/v1/users/%s", who->id),
			    .credential = who->access};
}

static struct answer
end_by_pocket(struct client *c, const struct person *who)
{
	struct ask ask = ending_by_pocket(c, who);

	return client_send(c, &ask);
}

static struct answer
end_by_admin(struct client *c, const struct person *who)
{
	struct ask ask = ending_by_pocket(c, who);

	ask.credential = admin.access;
	return client_send(c, &ask);
}

static struct answer
end_by_drop(struct client *c, const struct person *who)
{
	return by_cookie(c, "DELETE", "/api/user/account", who->access, NULL);
}

/* Each way of ending an account names the obstacle, and changes nothing. */
static void
expect_in_the_way(struct client *c, const struct person *who, const char *code, const char *message)
{
	static const struct {
		struct answer (*end)(struct client *c, const struct person *who);
		const char *code;
		const char *list;
	} ways[] = {{end_by_pocket, "ACCOUNT_NOT_EMPTY", "errors"},
		    {end_by_admin, "ACCOUNT_NOT_EMPTY", "errors"},
		    {end_by_drop, "conflict", "details"}};

	for (size_t i = 0; i < COUNT(ways); i++) {
		struct answer a = ways[i].end(c, who);
		size_t n = answer_count(&a, ways[i].list);
		bool found = false;

		expect_refusal(&a, 409, ways[i].code);
		for (size_t v = 0; v < n && !found; v++)
			found = text_equal(answer_at(&a, client_text(c, "%s.%zu.code", ways[i].list,
								     v)),
					   code) &&
				text_equal(answer_at(&a, client_text(c, "%s.%zu.message",
								     ways[i].list, v)),
					   message);
		if (!found)
			fail_msg("%s is not in the way: %s", code, (const char *)a.body.data);
	}
	assert_string_equal(client_value(c, "SELECT status FROM cowry.users WHERE user_id = %s",
					 user_id(c, who)),
			    "active");
}

static void
expect_ended(struct client *c, const struct person *who)
{
	struct answer a = end_by_pocket(c, who);

	expect_status(&a, 204);
}

static void
test_balance(void **state)
{
	struct client *c = *state;
	struct person jane = person_new(c, "balance@example.com");
	const char *number = naira_number(c, &jane);
	struct answer a = admin_moves(c, "credit", number, "12.50");

	expect_status(&a, 201);
	expect_in_the_way(c, &jane, "BALANCE", "12.50 NGN in a wallet: withdraw or send it first");
	client_sql(c,
		   "UPDATE cowry.account SET held = 500 WHERE account_id ="
		   " (SELECT account_id FROM cowry.wallet WHERE number = '%s')",
		   number);
	expect_in_the_way(c, &jane, "HOLDS", "5.00 NGN held in a wallet for pending operations");
	client_sql(c,
		   "UPDATE cowry.account SET held = 0 WHERE account_id ="
		   " (SELECT account_id FROM cowry.wallet WHERE number = '%s')",
		   number);
	a = admin_moves(c, "debit", number, "12.50");
	expect_status(&a, 201);
	expect_ended(c, &jane);
}

static void
test_vouchers(void **state)
{
	struct client *c = *state;
	struct person jane = person_with(c, "vouchers@example.com", 2000);
	struct person joe = person_with(c, "redeemer@example.com", 1000);
	const char *code = issued_code(c, &jane, "20");
	struct answer a;

	expect_in_the_way(c, &jane, "VOUCHERS",
			  "20.00 ZAR on vouchers that are not fully redeemed");
	a = redeem(c, &joe, code, "20", "");
	expect_status(&a, 200);
	expect_ended(c, &jane);
}

static void
test_under_way(void **state)
{
	struct client *c = *state;
	struct person jane = person_new(c, "way@example.com");
	struct answer a =
		client_call(c, "POST", "/api/wallet/fund", jane.access, "{\"amount\":5000}");

	expect_status(&a, 200);
	expect_in_the_way(c, &jane, "FUNDINGS", "1 wallet fundings or deductions are pending");
	client_sql(c, "UPDATE cowry.funding SET status = 'expired', closed_at = now()");
	a = client_call(c, "POST", "/api/v1/wallet/deposit", jane.access, "{\"amount\":5000}");
	expect_status(&a, 200);
	expect_in_the_way(c, &jane, "PAYMENTS", "1 deposits or withdrawals are pending");
}

static void
test_bank_payment(void **state)
{
	struct client *c = *state;
	struct person jane = drop_payer_new(c, 1000000);
	struct answer a;

	a = client_call(c, "POST", "/api/transactions/remittance", jane.access,
			client_json(c, "{'recipientId':'%s','amount':1000}",
				    recipient_new(c, &jane, "RSD")));
	expect_status(&a, 201);
	expect_in_the_way(c, &jane, "TRANSACTIONS", "1 payments from a bank account are pending");
}

static void
test_project_money(void **state)
{
	struct client *c = *state;
	struct tenant vendor = tenant_new(c, "closing-shop");
	const char *test_wallet = wallet_with(c, vendor.test_key, "NGN", "5");
	const char *wallet = wallet_with(c, vendor.live_key, "NGN", "5");
	struct answer a;

	expect_in_the_way(c, &vendor.owner, "PROJECT_WALLETS",
			  "1 live wallets of your projects have money or pending payments");
	a = fund(c, "debit", vendor.live_key, wallet, "5", "NGN", fresh_reference(c), "");
	expect_status(&a, 201);
	expect_ended(c, &vendor.owner);
	assert_non_null(test_wallet);
}

/* The wallet is not found by any of its names, and existing references find nothing, too. */
static void
test_unknown(void **state)
{
	struct client *c = *state;
	struct person jane = person_new(c, "unknown@example.com");
	struct person joe = person_new(c, "sender@example.com");
	const char *number = naira_number(c, &jane);
	const char *id = client_value(c,
				      "SELECT a.public_id FROM cowry.wallet w"
				      " JOIN cowry.account a USING (account_id)"
				      " WHERE w.number = '%s'",
				      number);
	const char *label =
		client_value(c, "SELECT label FROM cowry.wallet WHERE number = '%s'", number);
	struct answer a = admin_moves(c, "credit", naira_number(c, &joe), "100");

	expect_status(&a, 201);
	expect_ended(c, &jane);
	a = send_naira(c, &joe, number, "10");
	expect_status(&a, 404);
	expect_text(&a, "message", "Recipient wallet not found");
	a = admin_moves(c, "credit", number, "10");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = admin_moves(c, "credit", id, "10");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = admin_moves(c, "credit", label, "10");
	expect_refusal(&a, 404, "NOT_FOUND");
}

/* A first wallet is not created for a deleted user. */
static void
test_no_new_wallet(void **state)
{
	struct client *c = *state;
	struct person jane = person_new(c, "nowallet@example.com");
	struct ctx ctx = app_ctx(c->app, c->scratch);
	struct user_wallet wallet;
	int64_t id;

	expect_ended(c, &jane);
	assert_true(integer_parse(&id, user_id(c, &jane)));
	assert_int_equal(user_wallet(&ctx, id, currency_find("NGN"), &wallet), ERR_NOT_FOUND);
}

/* As in the previous release: the user is deleted, without looking at their money. */
static void
gone_before(struct client *c, const struct person *who)
{
	client_sql(c, "UPDATE cowry.users SET status = 'deleted' WHERE user_id = %s",
		   user_id(c, who));
	client_sql(c,
		   "UPDATE cowry.account SET status = 2 WHERE account_id IN"
		   " (SELECT account_id FROM cowry.person_account WHERE user_id = %s)",
		   user_id(c, who));
}

static void
test_late_deposit(void **state)
{
	struct client *c = *state;
	struct person jane = person_new(c, "late@example.com");
	struct answer a =
		client_call(c, "POST", "/api/v1/wallet/deposit", jane.access, "{\"amount\":5000}");
	const char *reference = answer_at(&a, "data.reference");
	struct easypay_client_webhook webhook;

	expect_status(&a, 200);
	gone_before(c, &jane);
	webhook = easypay_client_webhook(c, "paystack", false, "success",
					 easypay_client_reference(c, reference), "5000", "NGN",
					 OWN_KEY);
	a = easypay_client_send(c, &webhook);
	expect_status(&a, 200);
	assert_string_equal(client_value(c,
					 "SELECT p.status || ': ' || r.reason FROM cowry.payment p"
					 " JOIN cowry.review r ON r.subject = p.public_id"
					 " WHERE p.reference = '%s'",
					 reference),
			    "review: It was paid, but can't be posted: The wallet was closed");
	assert_string_equal(client_value(c,
					 "SELECT sum(balance) FROM cowry.account"
					 " JOIN cowry.person_account USING (account_id)"
					 " WHERE user_id = %s",
					 user_id(c, &jane)),
			    "0");
}

static void
run_retention(struct client *c)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);
	bool found = true;

	for (int i = 0; found && i < 20; i++)
		assert_int_equal(job_retention.run(&ctx, &found), ERR_OK);
	assert_false(found);
}

static struct answer
decide(struct client *c, const struct person *about, const char *verdict)
{
	const char *review = client_value(c,
					  "SELECT public_id FROM cowry.review"
					  " WHERE kind = 'closed_account' AND status = 'open'"
					  " AND subject = '%s'",
					  about->id);

	return client_call(c, "POST", client_text(c, "/v1/admin/reviews/%s/%s", review, verdict),
			   admin.access, "{\"note\":\"seen\"}");
}

/* Cents on the account of amounts payable by the operator. */
static int64_t
payable(struct client *c)
{
	int64_t minor;

	assert_true(
		integer_parse(&minor, client_value(c, "SELECT coalesce(sum(a.balance), 0)"
						      " FROM cowry.account a JOIN cowry.ledger l"
						      " USING (ledger_id) WHERE a.kind = 11"
						      " AND l.project_id IS NULL"
						      " AND a.currency = 'ZAR'")));
	return minor;
}

/* The refund of an expired voucher, and the rest of a wallet, are put in review, once. */
static void
test_left_behind(void **state)
{
	struct client *c = *state;
	struct person jane = person_with(c, "left@example.com", 5000);
	struct answer a = issue(c, &jane, "20", "");
	int64_t before = payable(c);

	gone_before(c, &jane);
	run_out(c, NULL);
	(void)expire(c);
	assert_false(expire(c));
	run_retention(c);
	a = client_call(c, "GET", "/v1/admin/reviews?kind=closed_account&status=open", admin.access,
			NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.0.subjectId", jane.id);
	expect_text(&a, "data.0.detail.left.0.amount", "20.00");
	expect_text(&a, "data.0.detail.left.1.amount", "30.00");
	a = decide(c, &jane, "approve");
	expect_status(&a, 200);
	assert_int_equal(payable(c), before + 5000);
	assert_int_equal(cents_of(c, &jane), 0);
	run_retention(c);
	assert_string_equal(client_value(c,
					 "SELECT string_agg(status, ',') FROM cowry.review"
					 " WHERE subject = '%s'",
					 jane.id),
			    "approved");
}

/* If rejected, it stays, and is not put in review again. */
static void
test_left_where_it_is(void **state)
{
	struct client *c = *state;
	struct person jane = person_with(c, "stays@example.com", 700);
	struct answer a;

	gone_before(c, &jane);
	run_retention(c);
	a = decide(c, &jane, "reject");
	expect_status(&a, 200);
	run_retention(c);
	assert_int_equal(cents_of(c, &jane), 700);
	assert_string_equal(
		client_value(c, "SELECT count(*) FROM cowry.review WHERE subject = '%s'", jane.id),
		"1");
}

enum { RACES = 8, SENDERS = 5 };

/* Concurrent: either the money arrives and the account stays, or neither. */
static void
test_race(void **state)
{
	struct client *c = *state;
	struct person joe = person_new(c, "racer@example.com");
	struct answer a = admin_moves(c, "credit", naira_number(c, &joe), "1000");

	expect_status(&a, 201);
	for (int i = 0; i < RACES; i++) {
		struct person jane = person_new(c, client_text(c, "race%d@example.com", i));
		const char *number = naira_number(c, &jane);
		struct ask asks[SENDERS + 1];
		int statuses[SENDERS + 1];
		size_t sent;

		for (size_t s = 0; s < SENDERS; s++)
			asks[s] = (struct ask){
				.method = "POST",
				.target = "/api/v1/wallet/transfer",
				.credential = joe.access,
				.body = client_json(c, "{'wallet_number':'%s','amount':1}",
						    number)};
		asks[SENDERS] = ending_by_pocket(c, &jane);
		client_at_once(c, asks, SENDERS + 1, statuses);
		sent = count_status(statuses, SENDERS, 200);
		assert_int_equal(sent + count_status(statuses, SENDERS, 404), SENDERS);
		assert_int_equal(statuses[SENDERS], sent > 0 ? 409 : 204);
		assert_string_equal(
			client_value(c,
				     "SELECT balance || ' ' || status FROM cowry.account"
				     " JOIN cowry.wallet USING (account_id)"
				     " WHERE number = '%s'",
				     number),
			client_text(c, "%zu %d", 100 * sent, sent > 0 ? 0 : 2));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_balance),       client_test(test_vouchers),
		client_test(test_under_way),     client_test(test_bank_payment),
		client_test(test_project_money), client_test(test_unknown),
		client_test(test_no_new_wallet), client_test(test_late_deposit),
		client_test(test_left_behind),   client_test(test_left_where_it_is),
		client_test(test_race),          client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
