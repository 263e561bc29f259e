/* How a process is scheduled, tried in children: a policy belongs to a thread. */
#include <sched.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bin/scheduling.h"
#include "tests/support/cmocka.h"

/* The policy in a child that began with one. */
static int
policy_after(int before)
{
	const struct sched_param priority = {0};
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		if (sched_setscheduler(0, before, &priority) != 0)
			_exit(UINT8_MAX);
		scheduling_begin();
		_exit(sched_getscheduler(0));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_wakes_do_not_interrupt(void **state)
{
	(void)state;
	assert_int_equal(policy_after(SCHED_OTHER), SCHED_BATCH);
}

static void
test_keeps_what_an_operator_chose(void **state)
{
	(void)state;
	assert_int_equal(policy_after(SCHED_IDLE), SCHED_IDLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wakes_do_not_interrupt),
		cmocka_unit_test(test_keeps_what_an_operator_chose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
