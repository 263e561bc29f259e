/* The balance and the history of the naira wallet. */
#include "tests/support/cmocka.h"

#include "api/otp/otp.h"
#include "tests/support/otp_wallet.h"

static struct person root;
static struct person ann;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	root = person_admin(*state, "root@example.com");
	ann = person_new(*state, "ann@example.com");
	return 0;
}

static struct answer
get(struct client *c, const struct person *who, const char *what)
{
	return client_call(c, "GET", client_text(c, "/api/wallet/%s", what),
			   who != NULL ? who->access : NULL, NULL);
}

static const char *
number_of(struct client *c, const struct person *who)
{
	return client_value(c,
			    "SELECT w.number FROM cowry.wallet w JOIN cowry.users u USING (user_id)"
			    " JOIN cowry.account a USING (account_id)"
			    " WHERE u.email = '%s' AND a.currency = 'NGN'",
			    who->email);
}

static void
test_balance(void **state)
{
	struct client *c = *state;
	struct answer a = get(c, &ann, "balance");

	expect_status(&a, 200);
	expect_text(&a, "success", "true");
	expect_text(&a, "balance", "0");
	expect_text(&a, "availableBalance", "0");
	expect_text(&a, "currency", "NGN");
	expect_text(&a, "status", "active");
	otp_complete(c, &ann, "fund", "5000.5");
	(void)otp_start(c, &ann, "deduct", "1000");
	a = get(c, &ann, "balance/");
	expect_text(&a, "balance", "5000.5");
	expect_text(&a, "availableBalance", "4000.5");
	a = get(c, NULL, "balance");
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

/* Only a deduction requires a code explicitly. */
static void
test_requires_otp(void **state)
{
	struct client *c = *state;
	struct person bob = person_new(c, "bob@example.com");
	struct answer a = otp_post(c, &bob, "fund", "'amount':200");

	expect_status(&a, 200);
	assert_null(answer_at(&a, "requiresOTP"));
	a = otp_verify(c, &bob, answer_at(&a, "transactionReference"), mailed_code(c, bob.email));
	expect_status(&a, 200);
	a = otp_post(c, &bob, "deduct", "'amount':100");
	expect_status(&a, 200);
	expect_text(&a, "requiresOTP", "true");
	expect_text(&a, "nextStep", "otp_verification");
}

static void
test_history(void **state)
{
	struct client *c = *state;
	struct person cat = person_new(c, "cat@example.com");
	struct answer a = get(c, &cat, "transactions");
	const char *reference;
	const char *number;

	expect_status(&a, 200);
	expect_text(&a, "success", "true");
	assert_int_equal(answer_count(&a, "transactions"), 0);
	expect_text(&a, "pagination.page", "1");
	expect_text(&a, "pagination.limit", "20");
	expect_text(&a, "pagination.total", "0");
	expect_text(&a, "pagination.pages", "0");
	reference = otp_start(c, &cat, "fund", "5000");
	a = otp_verify(c, &cat, reference, mailed_code(c, cat.email));
	number = answer_at(&a, "transactionId");
	otp_complete(c, &cat, "deduct", "1500.25");
	a = client_call(c, "POST", "/v1/admin/wallets/credit", root.access,
			client_json(c,
				    "{'walletId':'%s','amount':'1','currency':'NGN',"
				    "'reference':'gift-1','reason':'Ticket'}",
				    number_of(c, &cat)));
	expect_status(&a, 201);
	a = get(c, &cat, "transactions");
	assert_int_equal(answer_count(&a, "transactions"), 3);
	expect_text(&a, "transactions.0.type", "admin_credit");
	expect_text(&a, "transactions.0.direction", "in");
	expect_text(&a, "transactions.0.previous_balance", "3499.75");
	expect_text(&a, "transactions.0.new_balance", "3500.75");
	expect_text(&a, "transactions.1.type", "purchase");
	expect_text(&a, "transactions.1.direction", "out");
	expect_text(&a, "transactions.1.amount", "1500.25");
	expect_text(&a, "transactions.1.previous_balance", "5000");
	expect_text(&a, "transactions.1.new_balance", "3499.75");
	expect_text(&a, "transactions.2.type", "funding");
	expect_text(&a, "transactions.2.transaction_id", number);
	expect_text(&a, "transactions.2.reference", reference);
	expect_text(&a, "transactions.2.currency", "NGN");
	expect_text(&a, "transactions.2.status", "completed");
	a = get(c, &cat, "transactions?limit=1&page=3");
	assert_int_equal(answer_count(&a, "transactions"), 1);
	expect_text(&a, "transactions.0.type", "funding");
	expect_text(&a, "pagination.pages", "3");
	a = get(c, &cat, "transactions?limit=51");
	expect_refusal(&a, 400, "VALIDATION_FAILED");
	a = get(c, NULL, "transactions");
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

static void
test_covered(void **state)
{
	client_covered(*state, otp_wallet, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_balance), client_test(test_requires_otp),
		client_test(test_history), client_test(client_books_hold),
		client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
