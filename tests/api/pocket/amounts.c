/* Amounts and references: accepted forms, and how they are shown. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "tests/support/money.h"

static struct tenant acme;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	acme = tenant_new(*state, "acme");
	return 0;
}

static void
expect_balance(struct client *c, const char *wallet, const char *amount)
{
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), amount);
}

static void
test_decimals(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *currency;
		const char *good;
		const char *shown;
		const char *bad;
	} rows[] = {
		{"JPY", "7", "7", "7.0"},
		{"NGN", "0.01", "0.01", "0.001"},
		{"KWD", "1.5", "1.500", "1.0000"},
		{"CLF", "2.0001", "2.0001", "2.00010"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *wallet = wallet_new(c, acme.test_key, rows[i].currency);
		struct answer a = fund(c, "credit", acme.test_key, wallet, rows[i].good,
				       rows[i].currency, fresh_reference(c), "");

		expect_status(&a, 201);
		expect_text(&a, "data.amount", rows[i].shown);
		expect_text(&a, "data.balance", rows[i].shown);
		a = fund(c, "credit", acme.test_key, wallet, rows[i].bad, rows[i].currency,
			 fresh_reference(c), "");
		expect_field(&a, "amount");
		expect_balance(c, wallet, rows[i].shown);
	}
}

static void
test_amounts(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	static const char *const bad[] = {
		"''",
		"'0'",
		"'0.00'",
		"'-1'",
		"'+1'",
		"'1e3'",
		"'1E3'",
		"'NaN'",
		"'.5'",
		"'5.'",
		"'01'",
		"' 1'",
		"'1 '",
		"'1,000'",
		"'0x1'",
		"'Infinity'",
		"'1.001'",
		"0",
		"0.00",
		"-1",
		"1.001",
		"'1.0.0'",
		"'1\\n'",
		"'\u0661'",
		"'1000000000000000'",
		"1000000000000000",
		"true",
		"[]",
		"{}",
		"null",
	};
	static const char *const good[][2] = {{"'1000'", "1000.00"},
					      {"1000", "1000.00"},
					      {"0.5", "0.50"},
					      {"1.50", "1.50"},
					      {"'999999999999999.99'", "999999999999999.99"}};
	struct answer a;

	for (size_t i = 0; i < COUNT(bad); i++) {
		a = client_call(c, "POST", "/v1/wallets/credit", acme.test_key,
				client_json(c,
					    "{'walletId':'%s','amount':%s,'currency':'NGN',"
					    "'reference':'%s'}",
					    wallet, bad[i], fresh_reference(c)));
		expect_field(&a, "amount");
	}
	for (size_t i = 0; i < COUNT(good); i++) {
		a = client_call(c, "POST", "/v1/wallets/credit", acme.test_key,
				client_json(c,
					    "{'walletId':'%s','amount':%s,'currency':'NGN',"
					    "'reference':'%s'}",
					    wallet, good[i][0], fresh_reference(c)));
		expect_status(&a, 201);
		expect_text(&a, "data.amount", good[i][1]);
	}
}

/* 64 bits of minor units are the limit; larger amounts change nothing. */
static void
test_overflow(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "CLF");
	struct answer a = fund(c, "credit", acme.test_key, wallet, "999999999999999", "CLF",
			       fresh_reference(c), "");

	expect_field(&a, "amount");
	a = fund(c, "credit", acme.test_key, wallet, "900000000000000", "CLF", fresh_reference(c),
		 "");
	expect_status(&a, 201);
	a = fund(c, "credit", acme.test_key, wallet, "900000000000000", "CLF", fresh_reference(c),
		 "");
	expect_refusal(&a, 422, "AMOUNT_TOO_LARGE");
	expect_balance(c, wallet, "900000000000000.0000");
	a = fund(c, "debit", acme.test_key, wallet, "900000000000000", "CLF", fresh_reference(c),
		 "");
	expect_status(&a, 201);
}

static void
test_references(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	static const char *const bad[] = {"", "abcd", "a b c", "ab/cd", "caf\u00e9s", "ab,cd"};
	static const char *const good[] = {"abcde", "A.b-c_d=e:9", "....."};
	char longest[122];
	struct answer a;

	memset(longest, 'x', sizeof(longest));
	longest[121] = '\0';
	for (size_t i = 0; i < COUNT(bad); i++) {
		a = fund(c, "credit", acme.test_key, wallet, "1", "NGN", bad[i], "");
		expect_field(&a, "reference");
	}
	for (size_t i = 0; i < COUNT(good); i++) {
		a = fund(c, "credit", acme.test_key, wallet, "1", "NGN", good[i], "");
		expect_status(&a, 201);
	}
	a = fund(c, "credit", acme.test_key, wallet, "1", "NGN", longest, "");
	expect_field(&a, "reference");
	longest[120] = '\0';
	a = fund(c, "credit", acme.test_key, wallet, "1", "NGN", longest, "");
	expect_status(&a, 201);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_decimals),     client_test(test_amounts),
		client_test(test_overflow),     client_test(test_references),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
