#include <config.h>

#include "ledger/commit_slots.h"

#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"

/* As the leader: the slots are answered. Those of one process wake each other, as a tree whose root is
 * woken here; a slot is answered after those that it wakes. */
static void
deliver_to_one(struct commit_queue *queue, const uint32_t *slots, size_t n)
{
	for (size_t i = n; i-- > 0;) {
		struct slot *slot = &queue->slots[slots[i]];

		for (size_t k = 0; k < SLOT_WAKES; k++) {
			size_t next = SLOT_WAKES * i + k + 1;

			slot->wakes[k] = next < n ? slots[next] : NO_SLOT;
		}
		if (slots_change(queue, slots[i], SLOT_TAKEN, SLOT_ANSWERED))
			continue;
		slots_wake_next(queue, slots[i]); /* nobody waits here any longer */
		atomic_store(&queue->head->states[slots[i]], SLOT_FREE);
	}
	slots_wake(&queue->head->states[slots[0]]);
}

static int
by_slot(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Changes the order of the slots. */
static void
deliver(struct commit_queue *queue, uint32_t *slots, size_t n)
{
	qsort(slots, n, sizeof(*slots), by_slot);
	for (size_t begun = 0, end = 0; begun < n; begun = end) {
		while (end < n && slots[end] / COMMIT_SLOTS == slots[begun] / COMMIT_SLOTS)
			end++;
		deliver_to_one(queue, slots + begun, end - begun);
	}
}

static uint32_t
slots_in_use(const struct commit_queue *queue)
{
	return atomic_load(&queue->head->parts) * COMMIT_SLOTS;
}

/* After the death of a leader: it is unknown what became of what it had taken. */
static void
recover(struct commit_queue *queue)
{
	struct fault unknown = {.err = ERR_OK};
	uint32_t n = slots_in_use(queue);

	(void)fault(&unknown, ERR_OUTCOME_UNKNOWN, NULL, NULL);
	for (uint32_t i = 0; i < n; i++) {
		if (slots_change(queue, i, SLOT_LEFT, SLOT_FREE) ||
		    atomic_load(&queue->head->states[i]) != SLOT_TAKEN)
			continue;
		commit_message_fail(slots_message(queue, i), &unknown);
		deliver_to_one(queue, &i, 1);
	}
}

bool
commit_queue_lead(struct commit_queue *queue, int64_t within_ms)
{
	pthread_mutex_t *leader = &queue->head->leader;
	int64_t until_ns = clock_monotonic_ns() + within_ms * INT64_C(1000000);
	struct timespec until = {until_ns / 1000000000, until_ns % 1000000000};
	int error = pthread_mutex_clocklock(leader, CLOCK_MONOTONIC, &until);

	if (error == EOWNERDEAD) {
		(void)pthread_mutex_consistent(leader);
		recover(queue);
	}
	return error == 0 || error == EOWNERDEAD;
}

void
commit_queue_resign(struct commit_queue *queue)
{
	(void)pthread_mutex_unlock(&queue->head->leader);
}

/* A slot whose transaction waits. */
struct waiting {
	uint64_t ticket;
	uint32_t slot;
};

static int
by_ticket(const void *a, const void *b)
{
	const struct waiting *x = a;
	const struct waiting *y = b;

	return (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

static struct waiting *
find_waiting(struct commit_queue *queue, struct arena *arena, size_t *count)
{
	uint32_t most = slots_in_use(queue);
	struct waiting *found = NULL;
	size_t n = 0;

	for (uint32_t i = 0; i < most; i++) {
		if (atomic_load_explicit(&queue->head->states[i], memory_order_acquire) !=
		    SLOT_WAITING)
			continue;
		if (found == NULL)
			found = arena_array(arena, most - i, sizeof(*found));
		found[n++] = (struct waiting){queue->slots[i].ticket, i};
	}
	if (n > 1)
		qsort(found, n, sizeof(*found), by_ticket);
	*count = n;
	return found;
}

static bool
take_slot(struct commit_queue *queue, struct arena *arena, struct commit_batch *batch,
	  uint32_t slot)
{
	struct ledger_transaction *t;

	if (!slots_change(queue, slot, SLOT_WAITING, SLOT_TAKEN))
		return false;
	t = commit_message_read(slots_message(queue, slot), arena);
	if (t == NULL) {
		struct fault malformed = {.err = ERR_OK};

		(void)fault(&malformed, ERR_INTERNAL, NULL, NULL);
		commit_message_fail(slots_message(queue, slot), &malformed);
		deliver_to_one(queue, &slot, 1);
		return false;
	}
	batch->slots[batch->count] = slot;
	batch->transactions[batch->count++] = t;
	return true;
}

/* What waits now. */
static struct commit_batch
take_oldest(struct commit_queue *queue, struct arena *arena, size_t most)
{
	struct commit_batch batch = {.count = 0};
	size_t n;
	const struct waiting *waiting = find_waiting(queue, arena, &n);

	if (n == 0)
		return batch;
	if (n > most)
		n = most;
	batch.transactions = arena_array(arena, n, sizeof(struct ledger_transaction *));
	batch.slots = arena_array(arena, n, sizeof(*batch.slots));
	for (size_t i = 0; i < n; i++)
		(void)take_slot(queue, arena, &batch, waiting[i].slot);
	return batch;
}

struct commit_batch
commit_queue_take(struct commit_queue *queue, struct arena *arena, size_t most, int64_t within_ms)
{
	struct head *head = queue->head;
	int64_t until_ns = clock_monotonic_ns() + within_ms * INT64_C(1000000);

	for (;;) {
		uint32_t arrivals = atomic_load(&head->arrivals);
		struct commit_batch batch = take_oldest(queue, arena, most);
		int64_t now_ns = clock_monotonic_ns();

		atomic_store(&head->looked_ns, now_ns);
		atomic_store(&head->stuck, 0);
		if (batch.count > 0 || now_ns >= until_ns)
			return batch;
		atomic_store(&head->asleep, 1);
		slots_sleep(&head->arrivals, arrivals, (until_ns - now_ns) / 1000000 + 1);
		atomic_store(&head->asleep, 0);
	}
}

void
commit_queue_answer(struct commit_queue *queue, const struct commit_batch *batch,
		    const struct fault *faults)
{
	for (size_t i = 0; i < batch->count; i++)
		commit_message_answer(slots_message(queue, batch->slots[i]), batch->transactions[i],
				      &faults[i]);
	deliver(queue, batch->slots, batch->count);
}
