#include <config.h>

#include "ledger/commit_places.h"

#include "base/clock.h"
#include "base/requester.h"

/* How often a thread that waits looks whether the leader moves. */
enum { LOOK_MS = 250 };

/* A place of ours that is free; NO_PLACE if there is none. */
static uint32_t
reserve(struct commit_queue *queue)
{
	uint32_t hint = atomic_fetch_add_explicit(&queue->hint, 1, memory_order_relaxed);

	for (uint32_t i = 0; i < COMMIT_PLACES; i++) {
		uint32_t place = queue->first + (hint + i) % COMMIT_PLACES;

		if (atomic_load_explicit(&queue->head->states[place], memory_order_relaxed) ==
			    PLACE_FREE &&
		    places_change(queue, place, PLACE_FREE, PLACE_FILLING))
			return place;
	}
	return NO_PLACE;
}

static void
announce(struct commit_queue *queue, uint32_t place)
{
	struct head *head = queue->head;

	queue->places[place].ticket = atomic_fetch_add(&head->tickets, 1);
	atomic_store(&head->states[place], PLACE_WAITING);
	(void)atomic_fetch_add(&head->arrivals, 1);
	if (atomic_load(&head->asleep) != 0)
		places_wake(&head->arrivals);
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

/* Wait for the answer. The state in which the place is left: PLACE_ANSWERED, PLACE_WAITING if it was withdrawn, or
 * PLACE_TAKEN if the answer is not waited for any longer. */
static uint32_t
await(struct commit_queue *queue, uint32_t place, const struct ledger_transaction *t)
{
	_Atomic uint32_t *state = &queue->head->states[place];
	int64_t since_ns = clock_monotonic_ns();

	for (;;) {
		uint32_t now = atomic_load(state);

		if (now == PLACE_ANSWERED)
			return now;
		places_sleep(state, now, LOOK_MS);
		if (now == PLACE_WAITING && is_stuck(queue, since_ns) &&
		    places_change(queue, place, PLACE_WAITING, PLACE_FREE)) {
			atomic_store(&queue->head->stuck, 1);
			return PLACE_WAITING;
		}
		if (now == PLACE_TAKEN && clock_monotonic_ns() > deadline(t, since_ns) &&
		    places_change(queue, place, PLACE_TAKEN, PLACE_LEFT))
			return PLACE_TAKEN;
	}
}

static void
take_result(struct commit_queue *queue, uint32_t place, struct ledger_transaction *t,
	    struct fault *fault)
{
	places_wake_next(queue, place);
	commit_message_result(places_message(queue, place), t, fault);
	atomic_store(&queue->head->states[place], PLACE_FREE);
}

bool
commit_queue_submit(struct commit_queue *queue, struct ledger_transaction *transaction,
		    struct fault *fault)
{
	uint32_t place;
	uint32_t state;

	if (atomic_load_explicit(&queue->head->stuck, memory_order_relaxed) != 0)
		return false;
	place = reserve(queue);
	if (place == NO_PLACE)
		return false;
	if (!commit_message_write(places_message(queue, place), transaction)) {
		atomic_store(&queue->head->states[place], PLACE_FREE);
		return false;
	}
	announce(queue, place);
	state = await(queue, place, transaction);
	if (state == PLACE_ANSWERED) {
		take_result(queue, place, transaction, fault);
		return fault->err != ERR_UNAVAILABLE;
	}
	if (state == PLACE_TAKEN)
		(void)fault(fault, ERR_OUTCOME_UNKNOWN, NULL, NULL);
	return state == PLACE_TAKEN;
}
