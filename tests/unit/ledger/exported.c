/* Exported months that were changed: the first posting that does not fit is named. */
#include <string.h>

#include "base/arena.h"
#include "ledger/exported.h"
#include "tests/support/cmocka.h"

enum { MEMORY_MAX = 1 << 20 };

/* Accounts 7, 8 and 9, of which 7 begins earlier. */
#define LINE_1 "10\t0\t1\tNGN\t7\t8\t100\t-500\t100\t4\t1\n"
#define LINE_2 "11\t0\t1\tNGN\t8\t9\t30\t70\t30\t2\t1\n"
#define LINE_3 "11\t1\t1\tNGN\t8\t9\t20\t50\t50\t3\t2\n"
#define LINE_4 "12\t0\t1\tNGN\t9\t8\t50\t0\t100\t3\t4\n"
#define LINE_5 "15\t0\t1\tNGN\t7\t9\t1\t-501\t1\t5\t4\n"

/* What is found in two files, with so many accounts at a time. */
static struct exported_result
check(struct arena *arena, const char *first, const char *second, int64_t accounts)
{
	FILE *a = tmpfile();
	FILE *b = tmpfile();
	const struct exported_file files[] = {{"a", a}, {"b", b}};
	struct exported_result result;

	assert_non_null(a);
	assert_non_null(b);
	assert_true(fputs(first, a) >= 0 && fputs(second, b) >= 0);
	assert_int_equal(exported_check(arena, files, 2, accounts, &result), ERR_OK);
	(void)fclose(a);
	(void)fclose(b);
	return result;
}

static void
test_intact(void **state)
{
	struct arena *arena = arena_new(MEMORY_MAX);
	struct exported_result result = check(arena, LINE_1 LINE_2 LINE_3, LINE_4 LINE_5, 0);

	(void)state;
	assert_int_equal(result.count, 0);
	assert_int_equal(result.postings, 5);
	assert_int_equal(result.transactions, 4);
	result = check(arena, "", "", 0);
	assert_int_equal(result.count, 0);
	assert_int_equal(result.postings, 0);
	arena_free(arena);
}

static const struct {
	const char *first;
	const char *second;
	const char *found;
} damages[] = {
	/* an amount */
	{LINE_1 "11\t0\t1\tNGN\t8\t9\t31\t70\t30\t2\t1\n" LINE_3, LINE_4 LINE_5,
	 "a:2: transaction 11, posting 2 of account 8: balance 70 instead of 69"},
	/* a balance */
	{LINE_1 LINE_2 "11\t1\t1\tNGN\t8\t9\t20\t51\t50\t3\t2\n", LINE_4 LINE_5,
	 "a:3: transaction 11, posting 3 of account 8: balance 51 instead of 50"},
	/* one is missing */
	{LINE_1 LINE_3, LINE_4 LINE_5, "a:2: transaction 11: line 1 instead of 0"},
	{LINE_1 LINE_2 LINE_3, LINE_5, "b:1: transaction 15, account 9: posting 4 instead of 3"},
	/* one more, the same twice, another order */
	{LINE_1 LINE_2 LINE_3 "11\t2\t1\tNGN\t8\t9\t1\t49\t51\t4\t3\n", LINE_4 LINE_5,
	 "b:1: transaction 12, account 9: posting 3 instead of 4"},
	{LINE_1 LINE_1 LINE_2 LINE_3, LINE_4, "a:2: transaction 10: line 0 instead of 1"},
	{LINE_2 LINE_3 LINE_1, LINE_4, "a:3: transaction 10 is after 11"},
	{LINE_4, LINE_1 LINE_2 LINE_3, "b:1: transaction 10 is after 12"},
	/* others */
	{LINE_1 LINE_2 "11\t1\t2\tNGN\t8\t9\t20\t50\t50\t3\t2\n", LINE_4,
	 "a:3: transaction 11: several ledgers or currencies"},
	{LINE_1 LINE_2 "11\t1\t1\tUSD\t8\t9\t20\t50\t50\t3\t2\n", LINE_4,
	 "a:3: transaction 11: several ledgers or currencies"},
	{LINE_1 "11\t0\t1\tNGN\t8\t8\t30\t70\t100\t2\t3\n", "",
	 "a:2: transaction 11: nothing is moved"},
	{LINE_1 "11\t0\t1\tNGN\t8\t9\t0\t100\t0\t2\t1\n", "",
	 "a:2: transaction 11: nothing is moved"},
	{LINE_1 "11\t0\t1\tNGN\t8\t9\n", "", "a:2: not a posting"},
	{LINE_1 "\n", "", "a:2: not a posting"},
	{"10\t0\t1\tNGN\t7\t8\t100\t-500\t100\t4\t1\t5\n", "", "a:1: not a posting"},
	{"10\t0\t1\tNGN\t7\t8\t100\t-500\t1e2\t4\t1\n", "", "a:1: not a posting"},
	{"10\t0\t1\tNGN\t7\t8\t100\t-500\t101\t4\t1\n", "",
	 "a:1: transaction 10, posting 1 of account 8: balance 101 instead of 100"},
};

static void
test_damages(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(damages); i++)
		for (int64_t accounts = 0; accounts < 3; accounts++) {
			struct arena *arena = arena_new(MEMORY_MAX);
			struct exported_result result =
				check(arena, damages[i].first, damages[i].second, accounts);

			assert_true(result.count > 0);
			if (accounts == 0)
				assert_string_equal(result.problems[0], damages[i].found);
			/* which account of it comes first depends on how many are followed */
			assert_memory_equal(result.problems[0], damages[i].found,
					    strcspn(damages[i].found, ","));
			arena_free(arena);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_intact),
		cmocka_unit_test(test_damages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
