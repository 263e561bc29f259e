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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_threads_to_others),
		cmocka_unit_test(bounds_large_bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
