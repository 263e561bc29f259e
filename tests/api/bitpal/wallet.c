/* People's wallets: deposits by Paystack, who is a server of this program, transfers, histories. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/bitpal/bitpal.h"
#include "tests/support/bitpal_scene.h"

static void
test_deposit(void **state)
{
	struct client *c = *state;
	struct holder who = holder_new(c);
	struct answer a = deposit(c, &who, "5000.50");
	const char *reference = answer_at(&a, "data.reference");
	size_t n = fake_server_count(paystack.server) - 1;
	const char *body = fake_server_request(paystack.server, n)->body;
	char value[128];

	expect_status(&a, 200);
	expect_text(&a, "message", "Deposit initiated");
	expect_text(&a, "data.authorization_url", "https://checkout.paystack.com/abc");
	assert_true(text_starts_with(reference, "DEP_"));
	assert_int_equal(strspn(reference + 4, "0123456789"), 10);
	assert_int_equal(reference[14], '_');
	assert_int_equal(strspn(reference + 15, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), 8);
	assert_int_equal(strlen(reference), 23);
	assert_non_null(strstr(body, "\"amount\":500050,"));
	assert_non_null(strstr(body, client_text(c, "\"email\":\"%s\"", who.person.email)));
	assert_non_null(strstr(body, client_text(c, "\"reference\":\"%s\"", dashed(c, reference))));
	assert_non_null(strstr(body, "\"callback_url\":\"https://pay.example"));
	assert_string_equal(
		fake_server_header(paystack.server, n, "authorization", value, sizeof(value)),
		"Bearer " OWN_KEY);
	assert_string_equal(status_of(c, &who, reference), "pending");
	assert_string_equal(balance(c, &who), "0");
	a = webhook(c, "charge.success", reference, "500050");
	expect_status(&a, 200);
	assert_string_equal(a.body.data, "{\"status\":true}");
	assert_string_equal(status_of(c, &who, reference), "success");
	assert_string_equal(balance(c, &who), "5000.5");
	a = webhook(c, "charge.success", reference, "500050");
	expect_status(&a, 200);
	a = webhook(c, "charge.failed", reference, "500050");
	expect_status(&a, 200);
	assert_string_equal(balance(c, &who), "5000.5");
	assert_string_equal(status_of(c, &who, reference), "success");
}

static void
test_amounts(void **state)
{
	struct client *c = *state;
	struct holder who = holder_new(c);
	static const char *const amounts[] = {
		"99.99", "0", "-100", "100.001", "1000000000000000", "true", "null", "\"x\"", "[]",
	};
	struct answer a;

	for (size_t i = 0; i < COUNT(amounts); i++) {
		a = deposit(c, &who, amounts[i]);
		expect_status(&a, 400);
		if (a.status == 400 && answer_at(&a, "errors") != NULL)
			assert_true(answer_names(&a, "amount"));
		expect_text(&a, "data", "null");
	}
	a = deposit(c, &who, "1e3");
	expect_status(&a, 400);
	a = deposit(c, &who, "100");
	expect_status(&a, 200);
}

static const char *
events(struct client *c)
{
	return client_value(c, "SELECT count(*) FROM cowry.provider_event");
}

static void
test_forged(void **state)
{
	struct client *c = *state;
	struct holder who = holder_new(c);
	const char *reference = deposited(c, &who, "500");
	struct ask good = webhook_ask(c, "charge.success", reference, "50000", "NGN");
	struct ask bad = good;
	const char *before = events(c);
	struct answer a;

	bad.headers[HEADER_PAYSTACK_SIGNATURE] = NULL;
	a = client_send(c, &bad);
	expect_status(&a, 401);
	expect_text(&a, "status_code", "401");
	expect_text(&a, "status", "error");
	bad.headers[HEADER_PAYSTACK_SIGNATURE] = "";
	a = client_send(c, &bad);
	expect_status(&a, 401);
	bad = good;
	bad.body = client_text(c, "%s ", good.body);
	a = client_send(c, &bad);
	expect_status(&a, 401);
	bad = good;
	bad.body = NULL;
	a = client_send(c, &bad);
	expect_status(&a, 401);
	assert_string_equal(events(c), before);
	assert_string_equal(status_of(c, &who, reference), "pending");
	a = client_send(c, &good);
	expect_status(&a, 200);
	assert_string_equal(balance(c, &who), "500");
}

static void
test_other_s_deposits(void **state)
{
	struct client *c = *state;
	struct holder who = holder_new(c);
	struct holder other = holder_new(c);
	const char *reference = deposited(c, &who, "500");
	struct answer a = get(c, &other, client_text(c, "deposit/%s/status", reference));

	expect_status(&a, 404);
	expect_text(&a, "message", "Transaction not found");
	a = get(c, &who, "deposit/DEP_1_NOTHING0/status");
	expect_status(&a, 404);
	a = get(c, &who, "deposit/%20/status");
	expect_status(&a, 404);
}

static struct answer
send_money(struct client *c, const struct holder *who, const char *number, const char *amount)
{
	return client_call(c, "POST", WALLET "/transfer", who->person.access,
			   client_json(c, "{'wallet_number':'%s','amount':%s}", number, amount));
}

static void
test_transfer(void **state)
{
	struct client *c = *state;
	struct holder from = rich(c, "15000", "1500000");
	struct holder to = holder_new(c);
	struct answer a = send_money(c, &from, to.number, "3000.25");
	const char *reference = answer_at(&a, "data.reference");

	expect_status(&a, 200);
	expect_text(&a, "message", "Transfer completed");
	expect_text(&a, "data.amount", "3000.25");
	expect_text(&a, "data.recipient_wallet", to.number);
	assert_true(text_starts_with(reference, "TRF_"));
	assert_int_equal(strlen(reference), 27);
	assert_string_equal(reference + 23, "_OUT");
	assert_string_equal(balance(c, &from), "11999.75");
	assert_string_equal(balance(c, &to), "3000.25");
	a = get(c, &from, "transactions");
	expect_text(&a, "message", "Transactions retrieved");
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.type", "transfer_out");
	expect_text(&a, "data.0.amount", "3000.25");
	expect_text(&a, "data.0.status", "success");
	expect_text(&a, "data.0.reference", reference);
	expect_text(&a, "data.0.description", client_text(c, "Transfer to wallet %s", to.number));
	expect_text(&a, "data.1.type", "deposit");
	expect_text(&a, "data.1.description", "Deposit of \u20A615,000.00");
	a = get(c, &to, "transactions");
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.type", "transfer_in");
	expect_text(&a, "data.0.reference", client_text(c, "%.23s_IN", reference));
	expect_text(&a, "data.0.description",
		    client_text(c, "Transfer from wallet %s", from.number));
}

static void
limit(struct client *c, const struct person *admin, const char *wallet, const char *members)
{
	struct answer a = client_call(
		c, "POST", "/v1/admin/limits", admin->access,
		client_json(
			c, "{'mode':'live','scope':'wallet','subject':'%s','currency':'NGN',%s}",
			client_value(c,
				     "SELECT a.public_id FROM cowry.wallet w JOIN cowry.account a"
				     " USING (account_id) WHERE w.number = '%s'",
				     wallet),
			members));

	expect_status(&a, 201);
}

/* Who pays is told of the own limit, and nothing of that of the other one. */
static void
test_limits(void **state)
{
	struct client *c = *state;
	struct person admin = person_admin(c, "limits@example.com");
	struct holder from = rich(c, "15000", "1500000");
	struct holder to = holder_new(c);
	struct answer a;

	limit(c, &admin, from.number, "'measure':'amount','direction':'out','limit':'5000'");
	limit(c, &admin, to.number, "'measure':'balance','limit':'4000'");
	a = send_money(c, &from, to.number, "5001");
	expect_status(&a, 422);
	expect_text(&a, "message",
		    "The limit of the amount of a transaction is 5000.00 NGN, 5000.00 is left");
	a = send_money(c, &from, to.number, "4001");
	expect_status(&a, 422);
	expect_text(&a, "message", "The wallet can't receive this amount because of a limit");
	a = send_money(c, &from, to.number, "4000");
	expect_status(&a, 200);
}

static void
test_transfers_refused(void **state)
{
	struct client *c = *state;
	struct holder from = rich(c, "500", "50000");
	struct holder to = holder_new(c);
	static const char *const numbers[] = {"", "123456789012", "12345678901234", "123456789012a",
					      "1234 56789012"};
	static const char *const amounts[] = {"0", "-1", "1.001", "null", "\"x\""};
	struct answer a;

	for (size_t i = 0; i < COUNT(numbers); i++) {
		a = send_money(c, &from, numbers[i], "1");
		expect_status(&a, 400);
		assert_true(answer_names(&a, "wallet_number"));
	}
	for (size_t i = 0; i < COUNT(amounts); i++) {
		a = send_money(c, &from, to.number, amounts[i]);
		expect_status(&a, 400);
	}
	a = send_money(c, &from, "0000000000000", "1");
	expect_status(&a, 404);
	expect_text(&a, "message", "Recipient wallet not found");
	a = send_money(c, &from, from.number, "1");
	expect_status(&a, 400);
	expect_text(&a, "message", "Cannot transfer to own wallet");
	a = send_money(c, &from, to.number, "500.01");
	expect_status(&a, 422);
	expect_text(&a, "message", "Insufficient balance");
	expect_text(&a, "data", "null");
	client_sql(c,
		   "UPDATE cowry.account SET status = 1 WHERE account_id ="
		   " (SELECT account_id FROM cowry.wallet WHERE number = '%s')",
		   to.number);
	a = send_money(c, &from, to.number, "1");
	expect_status(&a, 422);
	assert_string_equal(balance(c, &from), "500");
	assert_string_equal(balance(c, &to), "0");
}

static void
test_idempotency(void **state)
{
	struct client *c = *state;
	struct holder from = rich(c, "500", "50000");
	struct holder to = holder_new(c);
	struct ask ask = {
		.method = "POST",
		.target = WALLET "/transfer",
		.credential = from.person.access,
		.idempotency_key = "once",
		.body = client_json(c, "{'wallet_number':'%s','amount':100}", to.number),
	};
	struct answer a = client_send(c, &ask);
	const char *reference = answer_at(&a, "data.reference");

	expect_status(&a, 200);
	a = client_send(c, &ask);
	expect_status(&a, 200);
	expect_text(&a, "data.reference", reference);
	ask.body = client_json(c, "{'wallet_number':'%s','amount':101}", to.number);
	a = client_send(c, &ask);
	expect_status(&a, 422);
	assert_string_equal(balance(c, &to), "100");
	ask.target = WALLET "/deposit";
	ask.idempotency_key = "deposit";
	ask.body = client_json(c, "{'amount':100}");
	a = client_send(c, &ask);
	expect_status(&a, 200);
	reference = answer_at(&a, "data.reference");
	a = client_send(c, &ask);
	expect_status(&a, 200);
	expect_text(&a, "data.reference", reference);
}

/* A key can do what it permits, in its owner's wallet. */
static void
test_keys(void **state)
{
	struct client *c = *state;
	struct holder from = rich(c, "500", "50000");
	struct holder to = holder_new(c);
	struct answer a = client_call(c, "POST", "/api/v1/keys/create", from.person.access,
				      client_json(c, "{'name':'x','permissions':['transfer',"
						     "'deposit'],'expiry':'1H'}"));
	struct ask ask = {.method = "POST", .api_key = answer_at(&a, "data.api_key")};

	expect_status(&a, 201);
	ask.target = WALLET "/transfer";
	ask.body = client_json(c, "{'wallet_number':'%s','amount':1}", to.number);
	a = client_send(c, &ask);
	expect_status(&a, 200);
	ask.target = WALLET "/deposit";
	ask.body = client_json(c, "{'amount':100}");
	a = client_send(c, &ask);
	expect_status(&a, 200);
	assert_string_equal(status_of(c, &from, answer_at(&a, "data.reference")), "pending");
	assert_string_equal(balance(c, &from), "499");
}

static void
test_history(void **state)
{
	struct client *c = *state;
	struct holder who = rich(c, "1234567", "123456700");
	struct person admin = person_admin(c, client_text(c, "%s@example.com", fresh_reference(c)));
	const char *pending = deposited(c, &who, "100");
	struct answer a = client_call(
		c, "POST", "/v1/admin/wallets/credit", admin.access,
		client_json(c,
			    "{'walletId':'%s','amount':'0.50','currency':'NGN','reference':'%s',"
			    "'reason':'a gift'}",
			    who.number, fresh_reference(c)));

	expect_status(&a, 201);
	a = get(c, &who, "transactions");
	assert_int_equal(answer_count(&a, "data"), 3);
	expect_text(&a, "data.0.type", "admin_credit");
	expect_text(&a, "data.0.description", "Admin credit of \u20A60.50");
	expect_text(&a, "data.0.amount", "0.5");
	expect_text(&a, "data.1.reference", pending);
	expect_text(&a, "data.1.status", "pending");
	expect_text(&a, "data.1.description", "Deposit of \u20A6100.00");
	expect_text(&a, "data.2.description", "Deposit of \u20A61,234,567.00");
	expect_text(&a, "data.2.amount", "1234567");
	a = get(c, &who, "transactions?limit=1&offset=1");
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.reference", pending);
	a = get(c, &who, "transactions?offset=3");
	assert_int_equal(answer_count(&a, "data"), 0);
	a = get(c, &who, "transactions?limit=101");
	expect_status(&a, 400);
	assert_true(answer_names(&a, "limit"));
	a = get(c, &who, "transactions?limit=0");
	expect_status(&a, 400);
	a = get(c, &who, "transactions?offset=x");
	expect_status(&a, 400);
}

static void
test_strangers(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(c, "GET", WALLET "/balance", NULL, NULL);

	expect_status(&a, 401);
	a = client_call(c, "GET", WALLET "/balance", "nonsense", NULL);
	expect_status(&a, 401);
	expect_text(&a, "status_code", "401");
	expect_text(&a, "data", "null");
}

static void
test_covered(void **state)
{
	client_covered(*state, bitpal_wallet, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_deposit),      client_test(test_amounts),
		client_test(test_forged),       client_test(test_other_s_deposits),
		client_test(test_transfer),     client_test(test_transfers_refused),
		client_test(test_limits),       client_test(test_idempotency),
		client_test(test_keys),         client_test(test_history),
		client_test(test_strangers),    client_test(test_covered),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, bitpal_setup, bitpal_teardown);
}
