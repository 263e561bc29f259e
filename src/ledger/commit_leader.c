#include <config.h>

#include "ledger/commit_slots.h"

#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault_point.h"

#if THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif

/* The slot is answered; unless nobody waits for it any longer. */
static void
answer(struct commit_queue *queue, uint32_t slot)
{
	if (!slots_change(queue, slot, SLOT_TAKEN, SLOT_ANSWERED))
		atomic_store(&queue->head->states[slot], SLOT_FREE);
}

/* The process that owns the part sees that slots of it are answered. */
static void
notify(struct commit_queue *queue, uint32_t part)
{
	if (part == queue->first / COMMIT_SLOTS)
		commit_queue_collect(queue);
	else
		slots_notify(queue, part);
}

/* One notification for each process. */
static void
deliver(struct commit_queue *queue, const uint32_t *slots, size_t n)
{
	bool concerned[SHARED_FILE_PARTS] = {false};

	for (size_t i = 0; i < n; i++) {
		answer(queue, slots[i]);
		FAULT_POINT("leader-answering");
		concerned[slots[i] / COMMIT_SLOTS] = true;
	}
	for (uint32_t part = 0; part < SHARED_FILE_PARTS; part++)
		if (concerned[part])
			notify(queue, part);
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
		deliver(queue, &i, 1);
	}
}

/* ThreadSanitizer, which does not know pthread_mutex_clocklock(), is told. */
static int
lock_until(pthread_mutex_t *mutex, const struct timespec *until)
{
	int error;

#if THREAD_SANITIZER
	__tsan_mutex_pre_lock(mutex, __tsan_mutex_try_lock);
#endif
	error = pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, until);
#if THREAD_SANITIZER
	unsigned failed = error == 0 || error == EOWNERDEAD ? 0 : __tsan_mutex_try_lock_failed;

	__tsan_mutex_post_lock(mutex, __tsan_mutex_try_lock | failed, 0);
#endif
	return error;
}

bool
commit_queue_lead(struct commit_queue *queue, int64_t within_ms)
{
	pthread_mutex_t *leader = &queue->head->leader;
	int64_t until_ns = clock_monotonic_ns() + within_ms * INT64_C(1000000);
	struct timespec until = {until_ns / 1000000000, until_ns % 1000000000};
	int error = lock_until(leader, &until);

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
		deliver(queue, &slot, 1);
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
