/* Ends the waits of this process: for answers, for a leader that moves, and for the deadline. */
#include <config.h>

#include "base/clock.h"
#include "ledger/commit_slots.h"

/* How often it is looked whether the leader moves. */
enum { LOOK_MS = 250 };

/* Whether the leader has taken nothing for too long since. */
static bool
is_stuck(struct commit_queue *queue, int64_t since_ns, int64_t now_ns)
{
	int64_t looked_ns = atomic_load(&queue->head->looked_ns);

	return now_ns - (looked_ns > since_ns ? looked_ns : since_ns) >
	       COMMIT_PATIENCE_MS * INT64_C(1000000);
}

/* Whether the wait ends, and how. */
static bool
has_ended(struct commit_queue *queue, uint32_t slot, struct commit_wait *wait, int64_t now_ns)
{
	uint32_t state = atomic_load(&queue->head->states[slot]);

	if (state == SLOT_ANSWERED) {
		wait->outcome = COMMIT_ANSWERED;
		return true;
	}
	if (state == SLOT_WAITING && is_stuck(queue, wait->since_ns, now_ns) &&
	    slots_change(queue, slot, SLOT_WAITING, SLOT_FILLING)) {
		atomic_store(&queue->head->stuck, 1);
		wait->outcome = COMMIT_WITHDRAWN;
		return true;
	}
	if (state == SLOT_TAKEN && now_ns > wait->until_ns &&
	    slots_change(queue, slot, SLOT_TAKEN, SLOT_LEFT)) {
		wait->outcome = COMMIT_LEFT;
		return true;
	}
	return false;
}

/* A slot whose wait has ended may be used again at once, so the wait is removed before. */
void
commit_queue_collect(struct commit_queue *queue)
{
	int64_t now_ns = clock_monotonic_ns();
	struct waiter *ended[COMMIT_SLOTS];
	size_t n = 0;

	(void)pthread_mutex_lock(&queue->collecting);
	for (uint32_t i = 0; i < COMMIT_SLOTS; i++) {
		struct commit_wait *wait = atomic_load(&queue->waits[i]);

		if (wait == NULL)
			continue;
		atomic_store(&queue->waits[i], NULL);
		if (has_ended(queue, queue->first + i, wait, now_ns))
			ended[n++] = &wait->waiter;
		else
			atomic_store(&queue->waits[i], wait);
	}
	(void)pthread_mutex_unlock(&queue->collecting);
	waiter_wake_all(ended, n);
}

void *
commit_queue_receive(void *arg)
{
	struct commit_queue *queue = arg;
	_Atomic uint32_t *answers = &queue->head->answers[queue->first / COMMIT_SLOTS];

	while (!atomic_load(&queue->closing)) {
		uint32_t before = atomic_load(answers);

		commit_queue_collect(queue);
		slots_sleep(answers, before, LOOK_MS);
	}
	return NULL;
}
