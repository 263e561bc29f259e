#include <config.h>

#include "base/combine.h"

#include <linux/futex.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WAITING, DONE, LEADS };

struct combiner {
	combine_batch *run;
	void *arg;
	size_t batch_max;
	pthread_mutex_t lock;
	bool led; /* guarded by lock, as is the queue */
	struct combine_item *first;
	struct combine_item **last;
	struct combine_item *batch[]; /* belongs to the leader */
};

struct combiner *
combiner_new(combine_batch *run, void *arg, size_t batch_max)
{
	struct combiner *combiner;
	size_t items = batch_max > 0 ? batch_max : 1;

	combiner = calloc(1, sizeof(*combiner) + items * sizeof(struct combine_item *));
	if (combiner == NULL)
		return NULL;
	if (pthread_mutex_init(&combiner->lock, NULL) != 0) {
		free(combiner);
		return NULL;
	}
	combiner->run = run;
	combiner->arg = arg;
	combiner->batch_max = items;
	combiner->last = &combiner->first;
	return combiner;
}

void
combiner_free(struct combiner *combiner)
{
	if (combiner == NULL)
		return;
	(void)pthread_mutex_destroy(&combiner->lock);
	free(combiner);
}

/* Sleep until somebody changes the state; each waiter has a futex of its own. */
static int
wait_state(struct combine_item *item)
{
	int state;

	while ((state = __atomic_load_n(&item->state, __ATOMIC_ACQUIRE)) == WAITING)
		(void)syscall(SYS_futex, &item->state, FUTEX_WAIT_PRIVATE, WAITING, NULL, NULL, 0);
	return state;
}

/*
 * The item may be gone as soon as its state is stored: only its address is used
 * after that, and waking an address where nobody waits does no harm.
 */
static void
wake(struct combine_item *item, int state)
{
	int *address = &item->state;

	__atomic_store_n(address, state, __ATOMIC_RELEASE);
	(void)syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* Called with the lock held. The item that waited longest, or NULL. */
static struct combine_item *
pop(struct combiner *combiner)
{
	struct combine_item *item = combiner->first;

	if (item == NULL)
		return NULL;
	combiner->first = item->next;
	if (combiner->first == NULL)
		combiner->last = &combiner->first;
	item->next = NULL;
	return item;
}

/* Queue the item unless nobody leads; then the caller does. */
static bool
lead_or_queue(struct combiner *combiner, struct combine_item *item)
{
	bool leads;

	(void)pthread_mutex_lock(&combiner->lock);
	leads = !combiner->led;
	if (leads) {
		combiner->led = true;
	} else {
		*combiner->last = item;
		combiner->last = &item->next;
	}
	(void)pthread_mutex_unlock(&combiner->lock);
	return leads;
}

/* The leader's own item and what waits, chained by next and listed in batch. */
static size_t
gather(struct combiner *combiner, struct combine_item *own)
{
	struct combine_item *tail = own;
	size_t n = 0;

	combiner->batch[n++] = own;
	(void)pthread_mutex_lock(&combiner->lock);
	while (n < combiner->batch_max) {
		struct combine_item *item = pop(combiner);

		if (item == NULL)
			break;
		tail->next = item;
		tail = item;
		combiner->batch[n++] = item;
	}
	(void)pthread_mutex_unlock(&combiner->lock);
	return n;
}

/* From here on the next leader owns the batch list. */
static void
hand_on(struct combiner *combiner)
{
	struct combine_item *next;

	(void)pthread_mutex_lock(&combiner->lock);
	next = pop(combiner);
	if (next == NULL)
		combiner->led = false;
	(void)pthread_mutex_unlock(&combiner->lock);
	if (next != NULL)
		wake(next, LEADS);
}

void
combiner_submit(struct combiner *combiner, struct combine_item *item)
{
	struct combine_item *done;
	size_t n;

	item->next = NULL;
	item->state = WAITING;
	if (!lead_or_queue(combiner, item) && wait_state(item) == DONE)
		return;
	n = gather(combiner, item);
	combiner->run(combiner->arg, combiner->batch, n);
	done = item->next;
	hand_on(combiner);
	while (done != NULL) {
		struct combine_item *next = done->next;

		wake(done, DONE);
		done = next;
	}
}
