/*
 * fiber.h - a stack of its own for work that waits (waiter.h), so that it holds no thread meanwhile.
 *
 * Any thread may run a fiber, one at a time, and another one after each wait: code in fibers must not hold
 * a mutex while it waits, and no address of thread-local data (errno is one) may be used across a wait.
 */
#ifndef BASE_FIBER_H
#define BASE_FIBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

struct fiber;
struct waiter;

/* Work in pieces: calls fiber_pause() between two of them, and never returns. */
typedef void fiber_main(void *arg);
/* What fibers waited for has come: call fiber_resume() for each soon, in whichever thread. Must not wait. The
 * fibers are linked by fiber_next(). */
typedef void fiber_ready(struct fiber *first);
/* The fiber's thread is about to sleep in the system, or has slept. Must not wait. */
typedef void fiber_blocking(void *arg, bool begins);

struct fiber_options {
	size_t stack_bytes; /* at least; with an inaccessible page below it */
	fiber_main *main;
	fiber_ready *ready;
	fiber_blocking *blocking; /* or NULL */
	void *arg;
};

/* Not begun. NULL if there is no memory. */
struct fiber *fiber_new(const struct fiber_options *options);
/* While it is paused. NULL is allowed. */
void fiber_free(struct fiber *fiber);

/* Run it until it pauses or waits. False: it waits, so it may be running in another thread by now. */
bool fiber_resume(struct fiber *fiber) MUST_CHECK;
/* In a fiber: let fiber_resume() return true, and continue with its next call. */
void fiber_pause(void);

/* Around calls in which a thread sleeps: for a socket, another thread, or a second of work. Outside of fibers they
 * do nothing. */
void fiber_block(void);
void fiber_unblock(void);

/* The one that runs in this thread; NULL outside of them. */
struct fiber *fiber_current(void);
/* For waiter.c. In a fiber: wait. */
void fiber_wait(struct waiter *waiter);
/* For waiter.c. They were woken while they waited; they are linked, in order. NULL is allowed. */
void fiber_wake(struct fiber *first);
/* The next one of a list. */
struct fiber *fiber_next(const struct fiber *fiber);
void fiber_set_next(struct fiber *fiber, struct fiber *next);
/* What was given to fiber_new(). */
void *fiber_arg(const struct fiber *fiber);

#endif
