/* process.h - child processes of a test, which do something with what they share with it. */
#ifndef TESTS_SUPPORT_PROCESS_H
#define TESTS_SUPPORT_PROCESS_H

#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/cmocka.h"

/* What a process does. It calls process_ready() once, then may end, or live until it is killed. */
typedef void process_role(void *arg, int ready);

static inline void
process_ready(int ready)
{
	(void)!write(ready, "r", 1);
}

/* Start one, and wait until it is ready; a role that returns is a success. */
static inline pid_t
process_start(process_role *role, void *arg)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		role(arg, ready[1]);
		_exit(0);
	}
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	return pid;
}

/* Wait until it ends; its status, or -1 if a signal ended it. */
static inline int
process_ended(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Wait until it stops itself by SIGSTOP. */
static inline void
process_await_stopped(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
}

static inline void
process_kill(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(process_ended(pid), -1);
}

#endif
