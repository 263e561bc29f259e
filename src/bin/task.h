/*
 * task.h - the requests under way in a process, each in a fiber of its own (base/fiber.h), and the threads
 * that run them.
 *
 * A request that waits for others holds memory, but no thread. Of the threads only some are active at a
 * time, those that ran last: each that is woken in vain costs more than a short wait. One that sleeps in a
 * task (fiber_block) is replaced.
 */
#ifndef BIN_TASK_H
#define BIN_TASK_H

#include <stdbool.h>
#include <stdint.h>

struct FCGX_Request;
struct arena;
struct task;
struct tasks;

/* Serve one request on the connection. */
typedef void task_serve(void *context, struct FCGX_Request *fcgi, struct arena *arena, int fd);
/* Wake a thread that listens (tasks_next). One that is about to must not miss it. */
typedef void task_wake(void *context);
/* How many more threads run a task: 1 or -1. */
typedef void task_busy(void *context, int change);

struct tasks_options {
	int64_t active; /* threads */
	int64_t least;  /* tasks that are made at the start, and kept */
	int64_t most;   /* tasks at a time */
	task_serve *serve;
	task_wake *wake;
	task_busy *busy; /* or NULL */
	void *context;   /* of these functions */
};

/* NULL if there is no memory for the least number of tasks. */
struct tasks *tasks_new(const struct tasks_options *options);
/* None is under way. NULL is allowed. */
void tasks_free(struct tasks *tasks);

/* Called by a thread before all else. */
void tasks_join(struct tasks *tasks);
/* Sleep as long as other threads suffice, and return a task that can go on; if there is none, NULL, and from then
 * on the caller listens for connections with input, and to task_wake. was_woken: it comes since it was. */
struct task *tasks_next(struct tasks *tasks, bool was_woken);
/* The caller does not listen any more. */
void tasks_awake(struct tasks *tasks);
/* A task for a request on the connection. If as many as may be are under way, the caller runs others before. */
struct task *tasks_begin(struct tasks *tasks, int fd) __attribute__((returns_nonnull));
/* Run it until it ends or waits. */
void tasks_run(struct tasks *tasks, struct task *task);
/* Run those that can go on, until none is under way in any thread. */
void tasks_finish(struct tasks *tasks);

/* To be called now and then: if no thread listens, and no task has ended since the last call, threads sleep
 * where it is not known, and one more may be active. Tasks that are not needed any more are freed. */
void tasks_look(struct tasks *tasks);
/* Let all threads be active, since they are about to leave. */
void tasks_release(struct tasks *tasks);

#endif
