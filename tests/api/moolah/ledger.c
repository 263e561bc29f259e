/* The general ledger: accounts, balanced entries, refusals, the trial balance. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/moolah/moolah.h"
#include "tests/support/money.h"

static struct person admin;
static struct person person;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	admin = person_admin(*state, "accountant@example.com");
	person = person_new(*state, "somebody@example.com");
	return 0;
}

static struct answer
account(struct client *c, const char *code, const char *type, const char *side)
{
	return client_call(c, "POST", "/api/v1/ledger/accounts", admin.access,
			   client_json(c,
				       "{'code':'%s','name':'Account %s','type':'%s',"
				       "'normalSide':'%s'}",
				       code, code, type, side));
}

static struct answer
entry(struct client *c, const char *reference, const char *lines, const char *more)
{
	return client_call(c, "POST", "/api/v1/ledger/journal-entries", admin.access,
			   client_json(c,
				       "{'reference':'%s','description':'Sale for cash',"
				       "'lines':[%s]%s}",
				       reference, lines, more));
}

static struct answer
get(struct client *c, const char *path)
{
	return client_call(c, "GET", client_text(c, "/api/v1/ledger/%s", path), admin.access, NULL);
}

#define LINE(code, dc, amount) "{'accountCode':'" code "','dc':'" dc "','amount':" amount "}"

static void
test_accounts(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(c, "POST", "/api/v1/ledger/accounts", admin.access,
				      client_json(c, "{'code':'1000','name':'Cash','type':'asset',"
						     "'normalSide':'debit'}"));

	expect_status(&a, 201);
	expect_text(&a, "success", "true");
	expect_text(&a, "data.code", "1000");
	expect_text(&a, "data.type", "asset");
	expect_text(&a, "data.normalSide", "debit");
	expect_text(&a, "data.isSystem", "false");
	a = account(c, "1000", "asset", "debit");
	expect_refusal(&a, 409, "CONFLICT");
	a = account(c, "2100", "liability", "credit");
	expect_refusal(&a, 409, "CONFLICT");
	a = account(c, "1001", "income", "debit");
	expect_refusal(&a, 400, "VALIDATION_ERROR");
	a = account(c, "1001", "asset", "left");
	expect_refusal(&a, 400, "VALIDATION_ERROR");
	a = account(c, "4000", "revenue", "credit");
	expect_status(&a, 201);
	a = get(c, "accounts");
	expect_status(&a, 200);
	expect_text(&a, "data.accounts.0.code", "1000");
	a = get(c, "accounts/9999");
	expect_refusal(&a, 404, "ACCOUNT_NOT_FOUND");
	a = client_call(c, "GET", "/api/v1/ledger/accounts", person.access, NULL);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "POST", "/api/v1/ledger/accounts", person.access,
			client_json(c, "{'code':'7','name':'x','type':'asset',"
				       "'normalSide':'debit'}"));
	expect_refusal(&a, 403, "FORBIDDEN");
}

static void
test_entry(void **state)
{
	struct client *c = *state;
	struct answer a =
		entry(c, "TEST-001",
		      LINE("1000", "debit", "100.00") "," LINE("4000", "credit", "100.00"), "");

	expect_status(&a, 201);
	expect_text(&a, "data.reference", "TEST-001");
	expect_text(&a, "data.currency", "ZAR");
	expect_text(&a, "data.total", "100");
	expect_text(&a, "data.lines.1.accountCode", "4000");
	a = get(c, "journal-entries/TEST-001");
	expect_status(&a, 200);
	expect_text(&a, "data.description", "Sale for cash");
	expect_text(&a, "data.lines.0.accountName", "Cash");
	expect_text(&a, "data.lines.0.dc", "debit");
	expect_text(&a, "data.lines.0.amount", "100");
	a = entry(c, "voucher/1/redeem-1",
		  LINE("1000", "debit", "1") "," LINE("4000", "credit", "1"), "");
	expect_field(&a, "reference"); /* the server's own */
	a = get(c, "journal-entries/TEST-404");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = get(c, "accounts/1000?limit=5");
	expect_text(&a, "data.balances.0.currency", "ZAR");
	expect_text(&a, "data.balances.0.balance", "100");
	expect_text(&a, "data.entries.0.reference", "TEST-001");
	expect_text(&a, "data.entries.0.dc", "debit");
	a = get(c, "accounts/4000");
	expect_text(&a, "data.balances.0.balance", "100");
	expect_text(&a, "data.entries.0.dc", "credit");
}

/* Lines of many accounts, some of them on both sides, become postings with the same sums. */
static void
test_many_lines(void **state)
{
	struct client *c = *state;
	struct answer a = account(c, "5000", "expense", "debit");

	expect_status(&a, 201);
	a = account(c, "3000", "equity", "credit");
	expect_status(&a, 201);
	a = entry(
		c, "MANY-1",
		"{'accountCode':'5000','dc':'debit','amount':'70.10','memo':'rent'}," LINE(
			"1000", "debit",
			"29.90") "," LINE("1000", "debit",
					  "10") "," LINE("3000", "credit",
							 "105.00") "," LINE("3000", "debit",
									    "5") "," LINE("1000",
											  "credit",
											  "10.00"),
		"");
	expect_status(&a, 201);
	assert_int_equal(answer_count(&a, "data.lines"), 6);
	a = get(c, "journal-entries?reference=MANY-1");
	assert_int_equal(answer_count(&a, "data.entries"), 1);
	assert_int_equal(answer_count(&a, "data.entries.0.lines"), 6);
	expect_text(&a, "data.entries.0.lines.0.memo", "rent");
	expect_text(&a, "data.entries.0.total", "115");
	a = get(c, "accounts/3000");
	expect_text(&a, "data.balances.0.balance", "100");
	a = get(c, "accounts/1000");
	expect_text(&a, "data.balances.0.balance", "129.9");
	a = entry(c, "USD-1", LINE("1000", "debit", "1") "," LINE("4000", "credit", "1"),
		  ",'currency':'usd'");
	expect_status(&a, 201);
	a = get(c, "accounts/1000");
	assert_int_equal(answer_count(&a, "data.balances"), 2);
}

static void
test_refused(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *lines;
		const char *more;
		int status;
		const char *code;
	} cases[] = {
		{LINE("1000", "debit", "100.00") "," LINE("4000", "credit", "99.99"), "", 400,
		 "UNBALANCED_ENTRY"},
		{LINE("1000", "debit", "5") "," LINE("9999", "credit", "5"), "", 404,
		 "ACCOUNT_NOT_FOUND"},
		{LINE("1000", "debit", "5"), "", 400, "VALIDATION_ERROR"},
		{LINE("1000", "debit", "0") "," LINE("4000", "credit", "0"), "", 400,
		 "VALIDATION_ERROR"},
		{LINE("1000", "debit", "-5") "," LINE("4000", "credit", "-5"), "", 400,
		 "VALIDATION_ERROR"},
		{LINE("1000", "debit", "5.001") "," LINE("4000", "credit", "5.001"), "", 400,
		 "VALIDATION_ERROR"},
		{LINE("1000", "debit", "1e2") "," LINE("4000", "credit", "1e2"), "", 400,
		 "VALIDATION_ERROR"},
		{LINE("1000", "debit", "5") ",{'accountCode':'4000','dc':'credit','amount':5,"
					    "'currency':'USD'}",
		 "", 400, "VALIDATION_ERROR"},
		{LINE("1000", "debit", "5") "," LINE("4000", "credit", "5"), ",'currency':'XYZ'",
		 400, "VALIDATION_ERROR"},
		{LINE("1000", "debit", "5") "," LINE("4000", "debit", "5"), "", 400,
		 "UNBALANCED_ENTRY"},
		{LINE("1000", "debit", "5") "," LINE("1000", "credit", "5"), "", 400,
		 "UNBALANCED_ENTRY"},
		{LINE("2100", "debit", "5") "," LINE("4000", "credit", "5"), "", 400,
		 "CONTROL_ACCOUNT"},
		{LINE("1300", "debit", "5") "," LINE("4000", "credit", "5"), "", 400,
		 "CONTROL_ACCOUNT"},
		{LINE("1000", "left", "5") "," LINE("4000", "credit", "5"), "", 400,
		 "VALIDATION_ERROR"},
		{LINE("1000", "debit", "999999999999999") "," LINE("4000", "credit",
								   "999999999999998.99"),
		 "", 400, "UNBALANCED_ENTRY"},
	};
	const char *before = books(c);
	struct answer a;

	for (size_t i = 0; i < COUNT(cases); i++) {
		a = entry(c, "REFUSED-1", cases[i].lines, cases[i].more);
		expect_refusal(&a, cases[i].status, cases[i].code);
		assert_string_equal(books(c), before);
	}
	a = entry(c, "TEST-001",
		  LINE("1000", "debit", "100.00") "," LINE("4000", "credit", "100.00"), "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = entry(c, "TEST-001", LINE("1000", "debit", "1") "," LINE("4000", "credit", "1"), "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	assert_string_equal(books(c), before);
	a = client_call(c, "GET", "/api/v1/ledger/trial-balance", person.access, NULL);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "GET", "/api/v1/ledger/journal-entries", NULL, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

/* One entry of many that have the same reference is posted, and the money adds up. */
static void
test_at_once(void **state)
{
	struct client *c = *state;
	struct ask asks[8];
	int statuses[8];
	struct answer a;

	for (size_t i = 0; i < COUNT(asks); i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = "/api/v1/ledger/journal-entries",
			.credential = admin.access,
			.body = client_json(c,
					    "{'reference':'RACE','description':'r','lines':["
					    "{'accountCode':'1000','dc':'debit','amount':%d},"
					    "{'accountCode':'4000','dc':'credit','amount':%d}]}",
					    (int)i % 2 + 1, (int)i % 2 + 1),
		};
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 201), 1);
	assert_int_equal(count_status(statuses, COUNT(asks), 409), COUNT(asks) - 1);
	a = get(c, "journal-entries?reference=RACE");
	assert_int_equal(answer_count(&a, "data.entries"), 1);
}

/* All lines are of the mode; debits and credits of each currency are equal. */
static void
expect_balanced(struct client *c, const struct answer *a, const char *mode)
{
	expect_status(a, 200);
	expect_text(a, "data.mode", mode);
	for (size_t i = 0; i < answer_count(a, "data.balances"); i++)
		expect_text(a, client_text(c, "data.balances.%zu.mode", i), mode);
	for (size_t i = 0; i < answer_count(a, "data.totals"); i++)
		assert_string_equal(answer_at(a, client_text(c, "data.totals.%zu.debits", i)),
				    answer_at(a, client_text(c, "data.totals.%zu.credits", i)));
}

static void
test_trial_balance(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "trial");
	struct answer a;

	(void)wallet_with(c, t.test_key, "NGN", "12.34");
	(void)wallet_with(c, t.live_key, "JPY", "7");
	a = get(c, "trial-balance");
	expect_status(&a, 200);
	expect_balanced(c, &a, "live");
	assert_true(answer_count(&a, "data.totals") >= 3);
	assert_non_null(strstr(a.body.data, "\"code\":\"2100\""));
	assert_non_null(strstr(a.body.data, "\"code\":\"1000\""));
	a = get(c, "trial-balance?mode=test");
	expect_balanced(c, &a, "test");
	assert_non_null(strstr(a.body.data, "\"NGN\""));
	a = get(c, "trial-balance?mode=both");
	expect_field(&a, "mode");
}

/* Test money beyond the range of an account: reported exactly, and not among live money. */
static void
test_wide_sums(void **state)
{
	struct client *c = *state;
	struct tenant tenants[] = {tenant_new(c, "wide1"), tenant_new(c, "wide2")};
	struct answer a;

	for (size_t i = 0; i < COUNT(tenants); i++)
		(void)wallet_with(c, tenants[i].test_key, "CLF", "900000000000000");
	a = get(c, "trial-balance?mode=test");
	expect_balanced(c, &a, "test");
	assert_string_equal(answer_at(&a, "data.totals.0.currency"), "CLF");
	assert_string_equal(answer_at(&a, "data.totals.0.debits"), "1800000000000000");
	assert_string_equal(answer_at(&a, "data.totals.0.credits"), "1800000000000000");
	a = get(c, "accounts/2100?mode=test");
	expect_status(&a, 200);
	expect_text(&a, "data.balances.0.currency", "CLF");
	expect_text(&a, "data.balances.0.mode", "test");
	expect_text(&a, "data.balances.0.balance", "1800000000000000");
	a = get(c, "accounts/1100?mode=test");
	expect_text(&a, "data.balances.0.balance", "1800000000000000");
	expect_text(&a, "data.entries.0.mode", "test");
	a = get(c, "trial-balance");
	expect_balanced(c, &a, "live");
	assert_null(strstr(a.body.data, "CLF"));
	a = get(c, "accounts/1100");
	expect_status(&a, 200);
	assert_null(strstr(a.body.data, "CLF"));
	assert_null(strstr(a.body.data, "\"test\""));
}

static void
test_covered(void **state)
{
	client_covered(*state, moolah_ledger, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_accounts),   client_test(test_entry),
		client_test(test_many_lines), client_test(test_refused),
		client_test(test_at_once),    client_test(test_trial_balance),
		client_test(test_wide_sums),  client_test(client_books_hold),
		client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
