#include <config.h>

#include "ledger/commit_places.h"

#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"

/* As the leader: the places are answered. Those of one process wake each other, as a tree whose root is
 * woken here; a place is answered after those that it wakes. */
static void
deliver_to_one(struct commit_queue *queue, const uint32_t *places, size_t n)
{
	for (size_t i = n; i-- > 0;) {
		struct place *place = &queue->places[places[i]];

		for (size_t k = 0; k < PLACE_WAKES; k++) {
			size_t next = PLACE_WAKES * i + k + 1;

			place->wakes[k] = next < n ? places[next] : NO_PLACE;
		}
		if (places_change(queue, places[i], PLACE_TAKEN, PLACE_ANSWERED))
			continue;
		places_wake_next(queue, places[i]); /* nobody waits here any longer */
		atomic_store(&queue->head->states[places[i]], PLACE_FREE);
	}
	places_wake(&queue->head->states[places[0]]);
}

static int
by_place(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Changes the order of the places. */
static void
deliver(struct commit_queue *queue, uint32_t *places, size_t n)
{
	qsort(places, n, sizeof(*places), by_place);
	for (size_t begun = 0, end = 0; begun < n; begun = end) {
		while (end < n && places[end] / COMMIT_PLACES == places[begun] / COMMIT_PLACES)
			end++;
		deliver_to_one(queue, places + begun, end - begun);
	}
}

static uint32_t
places_in_use(const struct commit_queue *queue)
{
	return atomic_load(&queue->head->parts) * COMMIT_PLACES;
}

/* After the death of a leader: it is unknown what became of what it had taken. */
static void
recover(struct commit_queue *queue)
{
	struct fault unknown = {.err = ERR_OK};
	uint32_t n = places_in_use(queue);

	(void)fault(&unknown, ERR_OUTCOME_UNKNOWN, NULL, NULL);
	for (uint32_t i = 0; i < n; i++) {
		if (places_change(queue, i, PLACE_LEFT, PLACE_FREE) ||
		    atomic_load(&queue->head->states[i]) != PLACE_TAKEN)
			continue;
		commit_message_fail(places_message(queue, i), &unknown);
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

/* A place whose transaction waits. */
struct waiting {
	uint64_t ticket;
	uint32_t place;
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
	uint32_t most = places_in_use(queue);
	struct waiting *found = NULL;
	size_t n = 0;

	for (uint32_t i = 0; i < most; i++) {
		if (atomic_load_explicit(&queue->head->states[i], memory_order_acquire) !=
		    PLACE_WAITING)
			continue;
		if (found == NULL)
			found = arena_array(arena, most - i, sizeof(*found));
		found[n++] = (struct waiting){queue->places[i].ticket, i};
	}
	if (n > 1)
		qsort(found, n, sizeof(*found), by_ticket);
	*count = n;
	return found;
}

static bool
take_place(struct commit_queue *queue, struct arena *arena, struct commit_batch *batch,
	   uint32_t place)
{
	struct ledger_transaction *t;

	if (!places_change(queue, place, PLACE_WAITING, PLACE_TAKEN))
		return false;
	t = commit_message_read(places_message(queue, place), arena);
	if (t == NULL) {
		struct fault malformed = {.err = ERR_OK};

		(void)fault(&malformed, ERR_INTERNAL, NULL, NULL);
		commit_message_fail(places_message(queue, place), &malformed);
		deliver_to_one(queue, &place, 1);
		return false;
	}
	batch->places[batch->count] = place;
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
	batch.places = arena_array(arena, n, sizeof(*batch.places));
	for (size_t i = 0; i < n; i++)
		(void)take_place(queue, arena, &batch, waiting[i].place);
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
		places_sleep(&head->arrivals, arrivals, (until_ns - now_ns) / 1000000 + 1);
		atomic_store(&head->asleep, 0);
	}
}

void
commit_queue_answer(struct commit_queue *queue, const struct commit_batch *batch,
		    const struct fault *faults)
{
	for (size_t i = 0; i < batch->count; i++)
		commit_message_answer(places_message(queue, batch->places[i]),
				      batch->transactions[i], &faults[i]);
	deliver(queue, batch->places, batch->count);
}
