/* process.h - child processes of a test, which do something with what they share with it. */
#ifndef TESTS_SUPPORT_PROCESS_H
#define TESTS_SUPPORT_PROCESS_H

#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/cmocka.h"
#include "tests/support/poll.h"

/* What a process does. It calls process_ready() once, then may end, or live until it is killed. */
typedef void process_role(void *arg, int ready);

static inline void
process_ready(int ready)
{
	(void)!write(ready, "r", 1);
}

/* Does the thread of this process sleep? One that has ended does no harm either. */
static inline bool
process_thread_sleeps(const char *thread)
{
	char path[sizeof("/proc/self/task//stat") + NAME_MAX];
	char text[256];
	size_t length;
	const char *name_end;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%s/stat", thread);
	file = fopen(path, "re");
	if (file == NULL)
		return true;
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	(void)fclose(file);
	name_end = strrchr(text, ')');
	return name_end == NULL || strncmp(name_end, ") S", 3) == 0;
}

static inline bool
process_is_idle(void)
{
	char self[sizeof("4294967295")];
	DIR *threads = opendir("/proc/self/task");
	const struct dirent *entry;
	bool idle = true;

	assert_non_null(threads);
	(void)snprintf(self, sizeof(self), "%u", (unsigned)gettid());
	while ((entry = readdir(threads)) != NULL)
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, self) != 0)
			idle = idle && process_thread_sleeps(entry->d_name);
	(void)closedir(threads);
	return idle;
}

/* Until the other threads of this process sleep: locks of the allocator that one of them holds
 * while it starts would be held in a child for ever. */
static inline void
process_await_idle(void)
{
	struct poll poll = poll_for(20);

	while (!process_is_idle())
		assert_true(poll_again(&poll));
}

/* Fork. The child ends with the test: one that lives on holds the test's output open, which is waited for. */
static inline pid_t
process_fork(void)
{
	pid_t pid;

	process_await_idle();
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

/* Start one, and wait until it is ready; a role that returns is a success. */
static inline pid_t
process_start(process_role *role, void *arg)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = process_fork();
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
