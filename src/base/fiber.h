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
/* What a fiber waited for has come: call fiber_resume() soon, in whichever thread. Must not wait. */
typedef void fiber_ready(void *arg);

/* Not begun. The stack is at least this large, with an inaccessible page below it. NULL if there is no memory. */
struct fiber *fiber_new(size_t stack_bytes, fiber_main *main, fiber_ready *ready, void *arg);
/* While it is paused. NULL is allowed. */
void fiber_free(struct fiber *fiber);

/* Run it until it pauses or waits. False: it waits, so it may be running in another thread by now. */
bool fiber_resume(struct fiber *fiber) MUST_CHECK;
/* In a fiber: let fiber_resume() return true, and continue with its next call. */
void fiber_pause(void);

/* The one that runs in this thread; NULL outside of them. */
struct fiber *fiber_current(void);
/* For waiter.c. In a fiber: wait. */
void fiber_wait(struct waiter *waiter);
/* For waiter.c. It was woken while it waited. */
void fiber_wake(struct fiber *fiber);

#endif
