/*
 * task.h - the requests under way in a process, each in a fiber of its own (base/fiber.h).
 *
 * A request that waits for others holds memory, but no thread: threads run those that need one.
 */
#ifndef BIN_TASK_H
#define BIN_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

struct FCGX_Request;
struct arena;
struct task;
struct tasks;

/* Serve one request on the connection. */
typedef void task_serve(void *context, struct FCGX_Request *fcgi, struct arena *arena, int fd);
/* Wake one of the threads that have announced to wait (tasks_next); one that has not begun to wait yet
 * must not miss it. */
typedef void task_wake(void *context);

/* How many more threads run a task: 1 or -1. */
typedef void task_busy(void *context, int change);

struct tasks_options {
	int64_t least; /* are made at the start, and kept */
	int64_t most;  /* at a time */
	task_serve *serve;
	task_wake *wake;
	task_busy *busy; /* or NULL */
	void *context;
};

/* NULL if there is no memory for the least number. */
struct tasks *tasks_new(const struct tasks_options *options);
/* None is under way. NULL is allowed. */
void tasks_free(struct tasks *tasks);

/* One that was waiting and can go on; if there is none, NULL, and the caller is taken to wait from now on. */
struct task *tasks_next(struct tasks *tasks);
/* The caller does not wait any more. */
void tasks_awake(struct tasks *tasks);
/* One for a request on the connection. If as many as may be are under way, the caller runs others before. */
struct task *tasks_begin(struct tasks *tasks, int fd) __attribute__((returns_nonnull));
/* Run it until it ends or waits. */
void tasks_run(struct tasks *tasks, struct task *task);
/* Run those that can go on, until none is under way in any thread. */
void tasks_finish(struct tasks *tasks);

#endif
