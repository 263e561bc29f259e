#include <config.h>

#include "base/waiter.h"

#include <linux/futex.h>
#include <stddef.h>
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

/* The waiter may be freed as soon as its state has changed: only its address is used after that, and waking
 * an address without waiters is harmless. */
void
waiter_wake(struct waiter *waiter)
{
	_Atomic uint32_t *address = &waiter->state;
	struct fiber *fiber = waiter->fiber;

	if (atomic_exchange(address, WAITER_WOKEN) != WAITER_WAITS)
		return;
	if (fiber != NULL)
		fiber_wake(fiber);
	else
		(void)syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
