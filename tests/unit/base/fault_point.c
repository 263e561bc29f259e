#include "base/fault_point.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/cmocka.h"

/* A file with an order for the processes of a test. */
static void
write_order(char path[], const char *text)
{
	int fd = mkstemp(path);
	FILE *file;

	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(setenv("FAULT_POINT_FILE", path, 1), 0);
}

/* How a process ends that comes to the point. */
static int
status_at(const char *name)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		fault_point(name);
		_exit(7);
	}
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	if (WIFSTOPPED(status)) {
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, NULL, 0), child);
	}
	return status;
}

static void
test_the_first_at_the_point_is_killed(void **state)
{
	char path[] = "/tmp/cowry-fault.XXXXXX";
	int status;

	(void)state;
	write_order(path, "here kill");
	assert_int_equal(WEXITSTATUS(status_at("elsewhere")), 7);
	assert_int_equal(access(path, F_OK), 0);
	status = status_at("here");
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(WEXITSTATUS(status_at("here")), 7);
}

static void
test_it_may_be_stopped(void **state)
{
	char path[] = "/tmp/cowry-fault.XXXXXX";

	(void)state;
	write_order(path, "here stop");
	assert_true(WIFSTOPPED(status_at("here")));
}

static void
test_a_delay_goes_on(void **state)
{
	char path[] = "/tmp/cowry-fault.XXXXXX";

	(void)state;
	write_order(path, "here delay 1");
	assert_int_equal(WEXITSTATUS(status_at("here")), 7);
	assert_int_not_equal(access(path, F_OK), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_at_the_point_is_killed),
		cmocka_unit_test(test_it_may_be_stopped),
		cmocka_unit_test(test_a_delay_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
