#include <config.h>

#include "ledger/commit_slots.h"

#include "base/clock.h"
#include "base/requester.h"

/* How often a thread that waits looks whether the leader moves. */
enum { LOOK_MS = 250 };

/* A slot of ours that is free; NO_SLOT if there is none. */
static uint32_t
reserve(struct commit_queue *queue)
{
	uint32_t hint = atomic_fetch_add_explicit(&queue->hint, 1, memory_order_relaxed);

	for (uint32_t i = 0; i < COMMIT_SLOTS; i++) {
		uint32_t slot = queue->first + (hint + i) % COMMIT_SLOTS;

		if (atomic_load_explicit(&queue->head->states[slot], memory_order_relaxed) ==
			    SLOT_FREE &&
		    slots_change(queue, slot, SLOT_FREE, SLOT_FILLING))
			return slot;
	}
	return NO_SLOT;
}

static void
announce(struct commit_queue *queue, uint32_t slot)
{
	struct head *head = queue->head;

	queue->slots[slot].ticket = atomic_fetch_add(&head->tickets, 1);
	atomic_store(&head->states[slot], SLOT_WAITING);
	(void)atomic_fetch_add(&head->arrivals, 1);
	if (atomic_load(&head->asleep) != 0)
		slots_wake(&head->arrivals);
}

/* Whether the leader has taken nothing for too long since. */
static bool
is_stuck(struct commit_queue *queue, int64_t since_ns)
{
	int64_t looked_ns = atomic_load(&queue->head->looked_ns);

	return clock_monotonic_ns() - (looked_ns > since_ns ? looked_ns : since_ns) >
	       COMMIT_PATIENCE_MS * INT64_C(1000000);
}

static int64_t
deadline(const struct ledger_transaction *t, int64_t since_ns)
{
	int64_t latest_ns = since_ns + COMMIT_TAKEN_MS * INT64_C(1000000);
	int64_t by_ns = t->requester != NULL ? t->requester->commit_by_ns : 0;

	return by_ns != 0 && by_ns < latest_ns ? by_ns : latest_ns;
}

/* Wait for the answer. The state in which the slot is left: SLOT_ANSWERED, SLOT_WAITING if it was withdrawn, or
 * SLOT_TAKEN if the answer is not waited for any longer. */
static uint32_t
await(struct commit_queue *queue, uint32_t slot, const struct ledger_transaction *t)
{
	_Atomic uint32_t *state = &queue->head->states[slot];
	int64_t since_ns = clock_monotonic_ns();

	for (;;) {
		uint32_t now = atomic_load(state);

		if (now == SLOT_ANSWERED)
			return now;
		slots_sleep(state, now, LOOK_MS);
		if (now == SLOT_WAITING && is_stuck(queue, since_ns) &&
		    slots_change(queue, slot, SLOT_WAITING, SLOT_FREE)) {
			atomic_store(&queue->head->stuck, 1);
			return SLOT_WAITING;
		}
		if (now == SLOT_TAKEN && clock_monotonic_ns() > deadline(t, since_ns) &&
		    slots_change(queue, slot, SLOT_TAKEN, SLOT_LEFT))
			return SLOT_TAKEN;
	}
}

static void
take_result(struct commit_queue *queue, uint32_t slot, struct ledger_transaction *t,
	    struct fault *fault)
{
	slots_wake_next(queue, slot);
	commit_message_result(slots_message(queue, slot), t, fault);
	atomic_store(&queue->head->states[slot], SLOT_FREE);
}

bool
commit_queue_submit(struct commit_queue *queue, struct ledger_transaction *transaction,
		    struct fault *fault)
{
	uint32_t slot;
	uint32_t state;

	if (atomic_load_explicit(&queue->head->stuck, memory_order_relaxed) != 0)
		return false;
	slot = reserve(queue);
	if (slot == NO_SLOT)
		return false;
	if (!commit_message_write(slots_message(queue, slot), transaction)) {
		atomic_store(&queue->head->states[slot], SLOT_FREE);
		return false;
	}
	announce(queue, slot);
	state = await(queue, slot, transaction);
	if (state == SLOT_ANSWERED) {
		take_result(queue, slot, transaction, fault);
		return fault->err != ERR_UNAVAILABLE;
	}
	if (state == SLOT_TAKEN)
		(void)fault(fault, ERR_OUTCOME_UNKNOWN, NULL, NULL);
	return state == SLOT_TAKEN;
}
