/*
 * waiter.h - waits until another thread says that something is done.
 *
 * In a fiber (fiber.h) the thread runs others meanwhile; elsewhere it sleeps.
 */
#ifndef BASE_WAITER_H
#define BASE_WAITER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

struct fiber;

/* WAITS: it must be woken; before that, it sees by itself that it was. */
enum { WAITER_BEGUN, WAITER_WAITS, WAITER_WOKEN };

struct waiter {
	_Atomic uint32_t state;
	struct fiber *fiber; /* that waits; NULL: a thread */
};

/* For the caller, who will wait, once. */
void waiter_init(struct waiter *waiter);
/* Return once it was woken, before or after this call. */
void waiter_wait(struct waiter *waiter);
/* Once, from any thread. The waiter may be gone when this returns. What was written before is seen by the
 * one that waited. */
void waiter_wake(struct waiter *waiter);
/* The same for n of them, in this order, with as few threads woken as are needed. */
void waiter_wake_all(struct waiter *const *waiters, size_t n);
/* For fiber.c, after the fiber was left. False: it has been woken by now. */
bool waiter_begin(struct waiter *waiter) MUST_CHECK;

#endif
