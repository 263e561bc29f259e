/* Credit and debit through a provider: what is ordered, once, and what clients see of it. */
#include "tests/support/cmocka.h"

#include "api/pocket/pocket.h"
#include "tests/support/payment_scene.h"

static void
test_deposit(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a = deposit(c, wallet, "1000.50", "dep-1");
	const char *id;

	expect_status(&a, 201);
	expect_text(&a, "data.status", "pending");
	expect_text(&a, "data.type", "credit");
	expect_text(&a, "data.amount", "1000.50");
	expect_text(&a, "data.walletId", wallet);
	expect_text(&a, "data.reference", "dep-1");
	expect_text(&a, "data.provider.name", "paystack");
	expect_text(&a, "data.provider.reference", easypay_client_reference(c, "dep-1"));
	expect_text(&a, "data.provider.authorization_url", "https://pay.test/x");
	expect_text(&a, "data.provider.checkoutUrl", "https://pay.test/x");
	expect_text(&a, "data.provider.data.authorization_url", "https://pay.test/x");
	assert_null(answer_at(&a, "data.provider.data.checkoutUrl"));
	id = answer_at(&a, "data.id");
	expect_balance(c, wallet, "0.00", "0.00");
	a = tell(c, false, "success", "dep-1", "1000.50", "NGN");
	expect_status(&a, 200);
	expect_balance(c, wallet, "1000.50", "0.00");
	a = client_call(c, "GET", client_text(c, "/v1/payments/%s", id), acme.test_key, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.status", "completed");
	assert_string_not_equal(answer_at(&a, "data.transactionId"), "null");
	assert_string_not_equal(answer_at(&a, "data.settledAt"), "null");
	/* The very same webhook, and another one about the same, change nothing. */
	(void)tell(c, false, "success", "dep-1", "1000.50", "NGN");
	(void)tell(c, false, "failed", "dep-1", "1000.50", "NGN");
	expect_balance(c, wallet, "1000.50", "0.00");
	assert_string_equal(status_of(c, "dep-1"), "completed");
	a = client_call(c, "GET", client_text(c, "/v1/wallets/%s/transactions", wallet),
			acme.test_key, NULL);
	expect_text(&a, "data.0.reference", "dep-1");
	expect_text(&a, "data.0.type", "credit");
}

static void
test_at_all_four(void **state)
{
	static const char *const names[] = {"paystack", "flutterwave", "paga", "fingra"};
	static const char payload[] = "'email':'ada@example.com','account_bank':'044',"
				      "'account_number':'0690000031','bank_code':'044',"
				      "'accountNumber':'0690000031','bankCode':'044'";
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");

	for (size_t i = 0; i < 4; i++) {
		const char *in = client_text(c, "four-in-%s", names[i]);
		const char *out = client_text(c, "four-out-%s", names[i]);
		const char *more = client_text(c, ",'provider':'%s','providerPayload':{%s}",
					       names[i], payload);
		struct easypay_client_webhook webhook;
		struct answer a =
			fund(c, "credit", acme.test_key, wallet, "25.50", "NGN", in, more);

		expect_status(&a, 201);
		assert_non_null(answer_at(&a, "data.provider.checkoutUrl"));
		webhook = easypay_client_webhook(c, names[i], false, "success",
						 easypay_client_reference(c, in), "25.50", "NGN",
						 OWN_KEY);
		a = easypay_client_send(c, &webhook);
		expect_status(&a, 200);
		assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "25.50");
		a = fund(c, "debit", acme.test_key, wallet, "25.50", "NGN", out, more);
		expect_status(&a, 201);
		expect_text(&a, "data.status", "pending");
		assert_string_equal(wallet_balance(c, acme.test_key, wallet, "held"), "25.50");
		webhook = easypay_client_webhook(c, names[i], true, "success",
						 easypay_client_reference(c, out), "25.50", "NGN",
						 OWN_KEY);
		a = easypay_client_send(c, &webhook);
		expect_status(&a, 200);
		assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "0.00");
		assert_string_equal(wallet_balance(c, acme.test_key, wallet, "held"), "0.00");
	}
}

static void
test_withdrawal(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a = withdraw(c, wallet, "60", "wdr-1");

	expect_status(&a, 201);
	expect_text(&a, "data.status", "pending");
	expect_text(&a, "data.type", "debit");
	expect_balance(c, wallet, "100.00", "60.00");
	a = withdraw(c, wallet, "60", "wdr-2");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = transfer(c, acme.test_key, wallet, wallet_new(c, acme.test_key, "NGN"), "60",
		     fresh_reference(c), "");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = tell(c, true, "success", "wdr-1", "60", "NGN");
	expect_status(&a, 200);
	expect_balance(c, wallet, "40.00", "0.00");
	a = withdraw(c, wallet, "40", "wdr-2");
	expect_status(&a, 201);
	a = tell(c, true, "failed", "wdr-2", "40", "NGN");
	expect_status(&a, 200);
	expect_balance(c, wallet, "40.00", "0.00");
	assert_string_equal(status_of(c, "wdr-2"), "failed");
	/* Failed: the reference is free again. */
	a = withdraw(c, wallet, "30", "wdr-2");
	expect_status(&a, 201);
	expect_balance(c, wallet, "40.00", "30.00");
}

/* A payment through a provider has left the ledger: no reversal returns it. */
static void
test_not_reversed(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a = withdraw(c, wallet, "60", "final-1");

	expect_status(&a, 201);
	a = tell(c, true, "success", "final-1", "60", "NGN");
	expect_status(&a, 200);
	a = client_call(c, "GET", client_text(c, "/v1/wallets/%s/transactions", wallet),
			acme.test_key, NULL);
	expect_text(&a, "data.0.reference", "final-1");
	a = act(c, acme.test_key, "transactions", answer_at(&a, "data.0.id"), "reverse", "");
	expect_refusal(&a, 422, "NOT_REVERSIBLE");
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "40.00");
}

/* The money of a withdrawal stays held until its outcome is known: neither time nor a client
 * releases it. */
static void
test_hold_is_not_a_clients(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a = withdraw(c, wallet, "60", "wd-held");
	const char *id = client_value(c, "SELECT h.public_id FROM cowry.hold h"
					 " JOIN cowry.payment p USING (hold_id)"
					 " WHERE p.reference = 'wd-held'");

	expect_status(&a, 201);
	assert_string_equal(client_value(c,
					 "SELECT expires_at > now() + interval '50 years'"
					 " FROM cowry.hold WHERE public_id = '%s'",
					 id),
			    "t");
	a = act(c, acme.test_key, "holds", id, "void", "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = act(c, acme.test_key, "holds", id, "capture", "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET", client_text(c, "/v1/holds/%s", id), acme.test_key, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	expect_balance(c, wallet, "100.00", "60.00");
}

static void
test_same_order_again(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a = deposit(c, wallet, "10", "again-1");
	const char *id = answer_at(&a, "data.id");
	size_t calls;

	expect_status(&a, 201);
	calls = fake_server_count(easypay.server);
	a = deposit(c, wallet, "10", "again-1");
	expect_status(&a, 200);
	expect_text(&a, "data.id", id);
	assert_string_equal(answer_header(&a, "Idempotent-Replayed"), "true");
	expect_text(&a, "data.provider.checkoutUrl", "https://pay.test/x");
	assert_int_equal(fake_server_count(easypay.server), calls);
	a = deposit(c, wallet, "11", "again-1");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	/* Pending, and the ledger has no transaction yet: the reference is reserved
	 * nevertheless. */
	a = fund(c, "credit", acme.test_key, wallet, "10", "NGN", "again-1", "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = tell(c, false, "success", "again-1", "10", "NGN");
	expect_status(&a, 200);
	a = fund(c, "credit", acme.test_key, wallet, "10", "NGN", "again-1", "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = deposit(c, wallet, "10", "again-1");
	expect_status(&a, 200);
	expect_text(&a, "data.status", "completed");
	expect_balance(c, wallet, "10.00", "0.00");
	/* The other way round. */
	a = fund(c, "credit", acme.test_key, wallet, "10", "NGN", "again-2", "");
	expect_status(&a, 201);
	a = deposit(c, wallet, "10", "again-2");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	/* An idempotency key returns the first answer, and calls nobody. */
	calls = fake_server_count(easypay.server);
	for (int i = 0; i < 2; i++) {
		a = client_send(
			c, &(struct ask){.method = "POST",
					 .target = "/v1/wallets/credit",
					 .credential = acme.test_key,
					 .idempotency_key = "deposit-key-1",
					 .body = client_json(
						 c,
						 "{'walletId':'%s','amount':'10','currency':'NGN',"
						 "'reference':'again-3','provider':'paystack',"
						 "'providerPayload':{'email':'a@example.com'}}",
						 wallet)});
		expect_status(&a, 201);
	}
	assert_int_equal(fake_server_count(easypay.server), calls + 1);
}

static void
test_many_at_once(void **state)
{
	enum { SAME = 20 };
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a = deposit(c, wallet, "10", "many-1");
	struct easypay_client_webhook webhook;
	struct ask asks[SAME];
	int statuses[SAME];

	expect_status(&a, 201);
	webhook =
		easypay_client_webhook(c, "paystack", false, "success",
				       easypay_client_reference(c, "many-1"), "10", "NGN", OWN_KEY);
	for (size_t i = 0; i < SAME; i++)
		asks[i] = easypay_client_ask(c, &webhook);
	client_at_once(c, asks, SAME, statuses);
	assert_int_equal(count_status(statuses, SAME, 200), SAME);
	expect_balance(c, wallet, "10.00", "0.00");
	/* And 20 orders under one reference are one. */
	for (size_t i = 0; i < SAME; i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = "/v1/wallets/credit",
			.credential = acme.test_key,
			.body = client_json(c,
					    "{'walletId':'%s','amount':'7','currency':'NGN',"
					    "'reference':'many-2','provider':'paystack',"
					    "'providerPayload':{'email':'a@example.com'}}",
					    wallet)};
	client_at_once(c, asks, SAME, statuses);
	assert_int_equal(count_status(statuses, SAME, 201), 1);
	assert_int_equal(count_status(statuses, SAME, 200), SAME - 1);
}

static void
test_dry_run(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	const char *before = books(c);
	size_t calls = fake_server_count(easypay.server);
	struct answer a = fund(c, "debit", acme.test_key, wallet, "60", "NGN", "dry-1",
			       ",'provider':'paystack','dryRun':true");

	expect_status(&a, 201);
	expect_text(&a, "data.status", "pending");
	expect_text(&a, "data.dryRun", "true");
	a = fund(c, "debit", acme.test_key, wallet, "101", "NGN", "dry-1",
		 ",'provider':'paystack','dryRun':true");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	assert_int_equal(fake_server_count(easypay.server), calls);
	assert_string_equal(books(c), before);
	assert_string_equal(status_of(c, "dry-1"), "");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.reserved_reference"
					    " WHERE reference = 'dry-1'"),
			    "0");
}

static void
test_bad_orders(void **state)
{
	static const char more[] =
		",'provider':'paystack','providerPayload':{'email':'a@example.com'}";
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *theirs = wallet_new(c, other.test_key, "NGN");
	const char *before = books(c);
	struct answer a;

	a = fund(c, "credit", acme.test_key, theirs, "1", "NGN", "bad-1", more);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = fund(c, "debit", acme.test_key, NOBODY, "1", "NGN", "bad-1", more);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = fund(c, "credit", acme.test_key, operator_account(c, wallet), "1", "NGN", "bad-1",
		 more);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = fund(c, "credit", acme.live_key, wallet, "1", "NGN", "bad-1", more);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = fund(c, "credit", acme.test_key, wallet, "1", "USD", "bad-1", more);
	expect_refusal(&a, 422, "CURRENCY_MISMATCH");
	a = fund(c, "credit", acme.test_key, wallet, "1.001", "NGN", "bad-1", more);
	expect_field(&a, "amount");
	a = fund(c, "credit", acme.test_key, wallet, "1", "NGN", "bad-1", ",'provider':'monobank'");
	expect_field(&a, "provider");
	a = fund(c, "credit", acme.owner.access, wallet, "1", "NGN", "bad-1", more);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	assert_string_equal(books(c), before);
	assert_string_equal(status_of(c, "bad-1"), "");
}

static void
test_list(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "lister");
	const char *wallet = wallet_new(c, t.test_key, "NGN");
	struct answer a;

	for (int i = 0; i < 3; i++) {
		a = fund(c, "credit", t.test_key, wallet, "1", "NGN", client_text(c, "list-%d", i),
			 ",'provider':'paystack','providerPayload':{'email':'a@example.com'}");
		expect_status(&a, 201);
	}
	a = client_call(c, "GET", "/v1/payments?limit=2", t.test_key, NULL);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.reference", "list-2");
	a = client_call(c, "GET",
			client_text(c, "/v1/payments?limit=2&cursor=%s",
				    answer_at(&a, "pagination.nextCursor")),
			t.test_key, NULL);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.reference", "list-0");
	a = client_call(c, "GET", "/v1/payments?status=completed", t.test_key, NULL);
	assert_int_equal(answer_count(&a, "data"), 0);
	a = client_call(c, "GET", "/v1/payments?status=lost", t.test_key, NULL);
	expect_field(&a, "status");
	a = client_call(c, "GET", "/v1/payments", t.live_key, NULL);
	assert_int_equal(answer_count(&a, "data"), 0);
	a = client_call(c, "GET", client_text(c, "/v1/payments/%s", NOBODY), t.test_key, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET",
			client_text(c, "/v1/payments/%s",
				    client_value(c, "SELECT public_id FROM cowry.payment"
						    " WHERE reference = 'list-0'")),
			other.test_key, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
}

static void
test_routes(void **state)
{
	client_covered(*state, pocket_payments, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		payment_test(test_deposit),
		payment_test(test_at_all_four),
		payment_test(test_withdrawal),
		payment_test(test_not_reversed),
		payment_test(test_hold_is_not_a_clients),
		payment_test(test_same_order_again),
		payment_test(test_many_at_once),
		payment_test(test_dry_run),
		payment_test(test_bad_orders),
		payment_test(test_list),
		payment_test(client_books_hold),
		payment_test(test_routes),
	};

	return cmocka_run_group_tests(tests, payment_setup, payment_teardown);
}
