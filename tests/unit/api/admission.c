#include "api/admission.h"

#include "tests/support/cmocka.h"

enum { LARGE = 1024 * 1024 };

/* A quarter of the threads is reserved for authenticated callers. */
static void
leaves_threads_to_others(void **state)
{
	struct admission *admission = admission_new(8);

	(void)state;
	assert_non_null(admission);
	for (int i = 0; i < 6; i++)
		assert_true(admission_enter(admission, true, 100));
	assert_false(admission_enter(admission, true, 100));
	for (int i = 0; i < 100; i++)
		assert_true(admission_enter(admission, false, 16384));
	admission_leave(admission, true, 100);
	assert_true(admission_enter(admission, true, 0));
	assert_false(admission_enter(admission, true, 0));
	admission_free(admission);
}

static void
bounds_large_bodies(void **state)
{
	struct admission *admission = admission_new(1);

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_true(admission_enter(admission, i == 0, LARGE));
	assert_false(admission_enter(admission, false, 16385));
	assert_true(admission_enter(admission, false, 16384));
	admission_leave(admission, true, LARGE);
	/* Refused calls take nothing. */
	assert_false(admission_enter(admission, true, LARGE + 1));
	assert_true(admission_enter(admission, true, LARGE));
	admission_free(admission);
}

/* As many long answers as a quarter of the threads, and one at least. */
static void
bounds_long_answers(void **state)
{
	static const struct {
		int64_t threads;
		int places;
	} rows[] = {{1, 1}, {7, 1}, {8, 2}, {32, 8}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct admission *admission = admission_new(rows[i].threads);

		for (int n = 0; n < rows[i].places; n++)
			assert_true(admission_enter_long(admission));
		assert_false(admission_enter_long(admission));
		assert_true(admission_enter(admission, true, 0));
		admission_leave_long(admission);
		assert_true(admission_enter_long(admission));
		assert_false(admission_enter_long(admission));
		admission_free(admission);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_threads_to_others),
		cmocka_unit_test(bounds_large_bodies),
		cmocka_unit_test(bounds_long_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
