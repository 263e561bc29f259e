#include <config.h>

#include "ledger/commit_slots.h"

#include "base/clock.h"
#include "base/requester.h"

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

/* A transaction without a deadline is waited for as long as the queue allows. */
static int64_t
deadline(const struct ledger_transaction *t, int64_t since_ns)
{
	int64_t latest_ns = since_ns + COMMIT_TAKEN_MS * INT64_C(1000000);
	int64_t by_ns = t->requester != NULL ? t->requester->commit_by_ns : 0;

	return by_ns != 0 && by_ns < latest_ns ? by_ns : latest_ns;
}

/* Wait for the answer; after COMMIT_LEFT the slot is the leader's. */
static enum commit_outcome
await(struct commit_queue *queue, uint32_t slot, const struct ledger_transaction *t)
{
	int64_t now_ns = clock_monotonic_ns();
	struct commit_wait wait = {.since_ns = now_ns, .until_ns = deadline(t, now_ns)};

	waiter_init(&wait.waiter);
	atomic_store(&queue->waits[slot - queue->first], &wait);
	announce(queue, slot);
	waiter_wait(&wait.waiter);
	return wait.outcome;
}

bool
commit_queue_submit(struct commit_queue *queue, struct ledger_transaction *transaction,
		    struct fault *fault)
{
	enum commit_outcome outcome;
	uint32_t slot;

	if (atomic_load_explicit(&queue->head->stuck, memory_order_relaxed) != 0)
		return false;
	slot = reserve(queue);
	if (slot == NO_SLOT)
		return false;
	if (!commit_message_write(slots_message(queue, slot), transaction)) {
		atomic_store(&queue->head->states[slot], SLOT_FREE);
		return false;
	}
	outcome = await(queue, slot, transaction);
	if (outcome == COMMIT_LEFT) {
		(void)fault(fault, ERR_OUTCOME_UNKNOWN, NULL, NULL);
		return true;
	}
	if (outcome == COMMIT_ANSWERED)
		commit_message_result(slots_message(queue, slot), transaction, fault);
	atomic_store(&queue->head->states[slot], SLOT_FREE);
	return outcome == COMMIT_ANSWERED && fault->err != ERR_UNAVAILABLE;
}
