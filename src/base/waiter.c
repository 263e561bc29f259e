#include <config.h>

#include "base/waiter.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fiber.h"

void
waiter_init(struct waiter *waiter)
{
	atomic_init(&waiter->state, WAITER_BEGUN);
	waiter->fiber = fiber_current();
}

bool
waiter_begin(struct waiter *waiter)
{
	uint32_t begun = WAITER_BEGUN;

	return atomic_compare_exchange_strong(&waiter->state, &begun, WAITER_WAITS);
}

void
waiter_wait(struct waiter *waiter)
{
	if (atomic_load_explicit(&waiter->state, memory_order_acquire) == WAITER_WOKEN)
		return;
	if (waiter->fiber != NULL) {
		fiber_wait(waiter);
		return;
	}
	if (!waiter_begin(waiter))
		return;
	while (atomic_load_explicit(&waiter->state, memory_order_acquire) == WAITER_WAITS)
		(void)syscall(SYS_futex, &waiter->state, FUTEX_WAIT_PRIVATE, WAITER_WAITS, NULL,
			      NULL, 0);
}

/*
 * Wake a thread; of a fiber that has to be resumed, return it. The waiter may be freed as soon as its state has
 * changed: only its address is used after that, and waking an address without waiters is harmless.
 */
static struct fiber *
wake(struct waiter *waiter)
{
	_Atomic uint32_t *address = &waiter->state;
	struct fiber *fiber = waiter->fiber;

	if (atomic_exchange(address, WAITER_WOKEN) != WAITER_WAITS)
		return NULL;
	if (fiber == NULL)
		(void)syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	return fiber;
}

void
waiter_wake(struct waiter *waiter)
{
	waiter_wake_all(&waiter, 1);
}

void
waiter_wake_all(struct waiter *const *waiters, size_t n)
{
	struct fiber *first = NULL;
	struct fiber *last = NULL;

	for (size_t i = 0; i < n; i++) {
		struct fiber *fiber = wake(waiters[i]);

		if (fiber == NULL)
			continue;
		fiber_set_next(fiber, NULL);
		if (last != NULL)
			fiber_set_next(last, fiber);
		else
			first = fiber;
		last = fiber;
	}
	fiber_wake(first);
}
