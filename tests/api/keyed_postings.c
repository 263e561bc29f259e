/*
 * The Idempotency-Key of a request whose answer is what the ledger says of its posting: stored by group commit, without
 * the answer, which is rebuilt when the key is repeated, and stored then.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/support/cmocka.h"
#include "tests/support/money.h"

enum { AT_ONCE = 8 };

#define NO_TRANSACTION "0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55"

static struct tenant acme;
static struct tenant other;

static int
setup(void **state)
{
	return tenants_setup(state, &acme, &other);
}

static struct ask
keyed(const char *target, const char *key, const char *body)
{
	return (struct ask){.method = "POST",
			    .target = target,
			    .credential = acme.test_key,
			    .idempotency_key = key,
			    .body = body};
}

static struct answer
send(struct client *c, const char *target, const char *key, const char *body)
{
	struct ask ask = keyed(target, key, body);

	return client_send(c, &ask);
}

static const char *
credit_of(struct client *c, const char *wallet, const char *amount, const char *reference)
{
	return client_json(c, "{'walletId':'%s','amount':'%s','currency':'NGN','reference':'%s'}",
			   wallet, amount, reference);
}

static void
expect_same(const struct answer *again, const struct answer *first)
{
	const char *header = answer_header(again, "Idempotent-Replayed");

	expect_status(again, first->status);
	assert_non_null(header);
	assert_string_equal(header, "true");
	assert_int_equal(again->body.length, first->body.length);
	assert_memory_equal(again->body.data, first->body.data, first->body.length);
}

/* What is stored with the key: its status, the length of the answer, and the status of what was posted. */
static void
stored_is(struct client *c, const char *key, const char *expected)
{
	assert_string_equal(
		client_value(c,
			     "SELECT concat_ws(' ', status, least(length(body_sealed), 1), "
			     "coalesce(posted, 0)) FROM cowry.idempotency WHERE key = '%s'",
			     key),
		expected);
}

/* Repeat the request: the first time the answer is rebuilt, the second time it is read. */
static void
expect_repeated(struct client *c, const char *target, const char *key, const char *body,
		const struct answer *first)
{
	struct answer a = send(c, target, key, body);

	expect_same(&a, first);
	a = send(c, target, key, body);
	expect_same(&a, first);
}

static void
test_answers(void **state)
{
	struct client *c = *state;
	const char *from = wallet_new(c, acme.test_key, "NGN");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *credit = credit_of(c, from, "9.50", fresh_reference(c));
	const char *debit = credit_of(c, from, "1.25", fresh_reference(c));
	const char *payment =
		client_json(c,
			    "{'fromWalletId':'%s','toWalletId':'%s','amount':'2',"
			    "'currency':'NGN','reference':'%s','metadata':{'a':'\u00e9'}}",
			    from, to, fresh_reference(c));
	struct answer credited = send(c, "/v1/wallets/credit", "credit", credit);
	struct answer debited = send(c, "/v1/wallets/debit", "debit", debit);
	struct answer moved = send(c, "/v1/wallets/transfer", "transfer", payment);

	expect_status(&credited, 201);
	expect_status(&debited, 201);
	expect_status(&moved, 201);
	assert_null(answer_header(&moved, "Idempotent-Replayed"));
	stored_is(c, "transfer", "0 0 201");
	expect_repeated(c, "/v1/wallets/credit", "credit", credit, &credited);
	expect_repeated(c, "/v1/wallets/debit", "debit", debit, &debited);
	expect_repeated(c, "/v1/wallets/transfer", "transfer", payment, &moved);
	stored_is(c, "transfer", "201 1 0");
	assert_string_equal(wallet_balance(c, acme.test_key, from, "ledger"), "6.25");
	assert_string_equal(wallet_balance(c, acme.test_key, to, "ledger"), "2.00");
}

static void
test_reversal(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer credited = send(c, "/v1/wallets/credit", "to be reversed",
				      credit_of(c, wallet, "4", fresh_reference(c)));
	const char *target =
		client_text(c, "/v1/transactions/%s/reverse", answer_at(&credited, "data.id"));
	struct answer reversed = send(c, target, "reversal", "{}");

	expect_status(&reversed, 201);
	stored_is(c, "reversal", "0 0 201");
	expect_repeated(c, target, "reversal", "{}", &reversed);
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "0.00");
}

/* The key belongs to one request, whether its answer is stored or not. */
static void
test_mismatch(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *body = credit_of(c, wallet, "5", fresh_reference(c));
	const char *another = credit_of(c, wallet, "5", fresh_reference(c));
	struct answer a = send(c, "/v1/wallets/credit", "one", body);

	expect_status(&a, 201);
	for (int i = 0; i < 2; i++) {
		a = send(c, "/v1/wallets/credit", "one", another);
		expect_refusal(&a, 422, "IDEMPOTENCY_MISMATCH");
		a = send(c, "/v1/wallets/debit", "one", body);
		expect_refusal(&a, 422, "IDEMPOTENCY_MISMATCH");
		/* Which would be refused in any case. */
		a = send(c, "/v1/transactions/" NO_TRANSACTION "/reverse", "one", "{}");
		expect_refusal(&a, 422, "IDEMPOTENCY_MISMATCH");
		a = send(c, "/v1/wallets/credit", "one", body);
		expect_status(&a, 201);
	}
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "5.00");
}

/* A reference that was used before: the answer is the ledger's, 200, and so is each repetition. */
static void
test_known_reference(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *body = credit_of(c, wallet, "5", fresh_reference(c));
	struct answer first = send(c, "/v1/wallets/credit", "first key", body);
	struct answer second = send(c, "/v1/wallets/credit", "second key", body);

	expect_status(&first, 201);
	expect_status(&second, 200);
	stored_is(c, "second key", "200 1 0");
	expect_repeated(c, "/v1/wallets/credit", "second key", body, &second);
	expect_repeated(c, "/v1/wallets/credit", "first key", body, &first);
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "5.00");
}

/* What is refused is not stored, and may be tried again, with another request too. */
static void
test_refused(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a =
		send(c, "/v1/wallets/debit", "poor", credit_of(c, wallet, "5", fresh_reference(c)));

	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = send(c, "/v1/wallets/credit", "poor", credit_of(c, wallet, "5", fresh_reference(c)));
	expect_status(&a, 201);
	stored_is(c, "poor", "0 0 201");
}

static void
test_expired(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a =
		send(c, "/v1/wallets/credit", "old", credit_of(c, wallet, "5", fresh_reference(c)));

	expect_status(&a, 201);
	client_sql(c, "UPDATE cowry.idempotency SET expires_at = now() - interval '1 second' "
		      "WHERE key = 'old'");
	a = send(c, "/v1/wallets/credit", "old", credit_of(c, wallet, "6", fresh_reference(c)));
	expect_status(&a, 201);
	stored_is(c, "old", "0 0 201");
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "11.00");
}

/* Many at once under one key: it is posted once, and all get the answer, or are told to wait. */
static void
test_at_once(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *body = credit_of(c, wallet, "5", fresh_reference(c));
	struct ask asks[AT_ONCE];
	int statuses[AT_ONCE];

	for (size_t i = 0; i < AT_ONCE; i++)
		asks[i] = keyed("/v1/wallets/credit", "stampede", body);
	client_at_once(c, asks, AT_ONCE, statuses);
	assert_true(count_status(statuses, AT_ONCE, 201) >= 1);
	assert_int_equal(count_status(statuses, AT_ONCE, 201) +
				 count_status(statuses, AT_ONCE, 409),
			 AT_ONCE);
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "5.00");
}

/* The same with different requests: one is posted, and the others are refused. */
static void
test_different_at_once(void **state)
{
	struct client *c = *state;
	const char *wallets[AT_ONCE];
	struct ask asks[AT_ONCE];
	int statuses[AT_ONCE];
	int64_t sum = 0;

	for (size_t i = 0; i < AT_ONCE; i++) {
		wallets[i] = wallet_new(c, acme.test_key, "NGN");
		asks[i] = keyed("/v1/wallets/credit", "different",
				credit_of(c, wallets[i], "5", fresh_reference(c)));
	}
	client_at_once(c, asks, AT_ONCE, statuses);
	assert_int_equal(count_status(statuses, AT_ONCE, 201), 1);
	assert_int_equal(count_status(statuses, AT_ONCE, 422) +
				 count_status(statuses, AT_ONCE, 409),
			 AT_ONCE - 1);
	for (size_t i = 0; i < AT_ONCE; i++)
		sum += atoi(wallet_balance(c, acme.test_key, wallets[i], "ledger"));
	assert_int_equal(sum, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_answers),      client_test(test_reversal),
		client_test(test_mismatch),     client_test(test_known_reference),
		client_test(test_refused),      client_test(test_expired),
		client_test(test_at_once),      client_test(test_different_at_once),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
