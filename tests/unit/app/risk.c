/* Every rule on both sides of its limit, their sums, and the document that lists them. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "app/funding/risk.h"
#include "base/arena.h"
#include "tests/support/vectors.h"

enum { DAY_S = 86400, WEEK_S = 7 * DAY_S, YEAR_S = 365 * DAY_S };

#define NGN INT64_C(100)

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* A long-standing user with usual behaviour. */
static struct risk_facts
usual(void)
{
	return (struct risk_facts){.amount = 5000 * NGN,
				   .completed = 3,
				   .average = 5000 * NGN,
				   .account_age_s = YEAR_S};
}

static void
expect(struct risk_facts facts, enum risk_level level, const char *names, int line)
{
	const char *found;

	if (risk_assess(arena, &facts, &found) != level || strcmp(found, names) != 0)
		fail_msg("line %d: %s", line, found);
}

#define expect(facts, level, names) expect(facts, level, names, __LINE__)

static void
test_usual(void **state)
{
	struct risk_facts newcomer = {.amount = 5000 * NGN};

	(void)state;
	expect(usual(), RISK_LOW, "");
	expect(newcomer, RISK_LOW, "");
}

static void
test_amount(void **state)
{
	struct risk_facts f = usual();

	(void)state;
	f.amount = 25000 * NGN;
	expect(f, RISK_LOW, "");
	f.amount = 25001 * NGN;
	expect(f, RISK_MEDIUM, "amount_above_average");
	f.amount = 100000 * NGN;
	expect(f, RISK_MEDIUM, "amount_above_average");
	f.amount = 100001 * NGN;
	expect(f, RISK_HIGH, "amount_above_average,amount_far_above_average");
	f.completed = 2; /* too few for an average */
	expect(f, RISK_LOW, "");
}

static void
test_number(void **state)
{
	struct risk_facts f = usual();

	(void)state;
	f.started = 9;
	expect(f, RISK_LOW, "");
	f.started = 10;
	expect(f, RISK_MEDIUM, "many_fundings");
	f.started = 29;
	expect(f, RISK_MEDIUM, "many_fundings");
	f.started = 30;
	expect(f, RISK_HIGH, "many_fundings,very_many_fundings");
}

static void
test_failed_codes(void **state)
{
	struct risk_facts f = usual();

	(void)state;
	f.failed_codes = 2;
	expect(f, RISK_LOW, "");
	f.failed_codes = 3;
	expect(f, RISK_MEDIUM, "failed_codes");
	f.failed_codes = 5;
	expect(f, RISK_MEDIUM, "failed_codes");
	f.failed_codes = 6;
	expect(f, RISK_HIGH, "failed_codes,many_failed_codes");
}

static void
test_age(void **state)
{
	struct risk_facts f = {.account_age_s = DAY_S - 1};

	(void)state;
	f.amount = 100000 * NGN;
	expect(f, RISK_LOW, "");
	f.amount = 100000 * NGN + 1;
	expect(f, RISK_MEDIUM, "new_account_large_amount");
	f.account_age_s = DAY_S;
	expect(f, RISK_LOW, "");
	f.amount = 1000000 * NGN;
	expect(f, RISK_LOW, "");
	f.amount = 1000000 * NGN + 1;
	expect(f, RISK_MEDIUM, "young_account_very_large_amount");
	f.account_age_s = DAY_S - 1;
	expect(f, RISK_HIGH, "new_account_large_amount,young_account_very_large_amount");
	f.account_age_s = WEEK_S;
	expect(f, RISK_LOW, "");
}

static void
test_address(void **state)
{
	struct risk_facts f = usual();

	(void)state;
	f.new_address = true;
	expect(f, RISK_MEDIUM, "new_address");
	f.failed_codes = 3;
	expect(f, RISK_HIGH, "failed_codes,new_address");
}

/* The document has a row for each rule, with its points. */
static void
test_document(void **state)
{
	const char *source = getenv("srcdir") != NULL ? getenv("srcdir") : ".";
	size_t length;
	char *text = read_whole(arena_printf(arena, "%s/src/api/otp/README.md", source), &length);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; risk_rule(i) != NULL; i++)
		if (strstr(text, arena_printf(arena, "\n| `%s` | %lld | ", risk_rule(i)->name,
					      (long long)risk_rule(i)->points)) == NULL)
			fail_msg("%s is not in the document", risk_rule(i)->name);
	assert_non_null(strstr(text, arena_printf(arena, "from %d `medium`, from %d `high`",
						  RISK_MEDIUM_POINTS, RISK_HIGH_POINTS)));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual),    cmocka_unit_test(test_amount),
		cmocka_unit_test(test_number),   cmocka_unit_test(test_failed_codes),
		cmocka_unit_test(test_age),      cmocka_unit_test(test_address),
		cmocka_unit_test(test_document),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
