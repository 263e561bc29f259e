#include "base/batcher.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct batcher {
	batch_work *run;
	void *arg;
	size_t batch_max;
	pthread_mutex_t lock;
	bool led; /* guarded by lock, as is the queue */
	struct batch_item *first;
	struct batch_item **last;
	struct batch_item *batch[]; /* belongs to the leader */
};

struct batcher *
batcher_new(batch_work *run, void *arg, size_t batch_max)
{
	struct batcher *batcher;
	size_t items = batch_max < 1 ? 1 : batch_max < BATCHER_MAX ? batch_max : BATCHER_MAX;

	batcher = calloc(1, sizeof(*batcher) + items * sizeof(struct batch_item *));
	if (batcher == NULL)
		return NULL;
	if (pthread_mutex_init(&batcher->lock, NULL) != 0) {
		free(batcher);
		return NULL;
	}
	batcher->run = run;
	batcher->arg = arg;
	batcher->batch_max = items;
	batcher->last = &batcher->first;
	return batcher;
}

void
batcher_free(struct batcher *batcher)
{
	if (batcher == NULL)
		return;
	(void)pthread_mutex_destroy(&batcher->lock);
	free(batcher);
}

/* Called with the lock held. The item that waited longest, or NULL. */
static struct batch_item *
pop(struct batcher *batcher)
{
	struct batch_item *item = batcher->first;

	if (item == NULL)
		return NULL;
	batcher->first = item->next;
	if (batcher->first == NULL)
		batcher->last = &batcher->first;
	item->next = NULL;
	return item;
}

/* Queue the item unless there is no leader; then the caller becomes the leader. */
static bool
lead_or_queue(struct batcher *batcher, struct batch_item *item)
{
	bool leads;

	(void)pthread_mutex_lock(&batcher->lock);
	leads = !batcher->led;
	if (leads) {
		batcher->led = true;
	} else {
		*batcher->last = item;
		batcher->last = &item->next;
	}
	(void)pthread_mutex_unlock(&batcher->lock);
	return leads;
}

/* The leader's own item and the waiting ones. */
static size_t
gather(struct batcher *batcher, struct batch_item *own)
{
	size_t n = 0;

	batcher->batch[n++] = own;
	(void)pthread_mutex_lock(&batcher->lock);
	while (n < batcher->batch_max) {
		struct batch_item *item = pop(batcher);

		if (item == NULL)
			break;
		batcher->batch[n++] = item;
	}
	(void)pthread_mutex_unlock(&batcher->lock);
	return n;
}

/* The item of the next leader, if there is one. */
static struct batch_item *
hand_on(struct batcher *batcher)
{
	struct batch_item *next;

	(void)pthread_mutex_lock(&batcher->lock);
	next = pop(batcher);
	if (next == NULL)
		batcher->led = false;
	(void)pthread_mutex_unlock(&batcher->lock);
	if (next != NULL)
		next->leads = true;
	return next;
}

/* End a batch of n: the others in it are done, and the next leader, who goes first, owns the list. */
static void
finish(struct batcher *batcher, size_t n)
{
	struct waiter *woken[BATCHER_MAX];
	struct batch_item *next;

	for (size_t i = 1; i < n; i++)
		woken[i] = &batcher->batch[i]->waiter;
	next = hand_on(batcher);
	if (next != NULL)
		woken[0] = &next->waiter;
	waiter_wake_all(next != NULL ? woken : woken + 1, next != NULL ? n : n - 1);
}

void
batcher_submit(struct batcher *batcher, struct batch_item *item)
{
	size_t n;

	item->next = NULL;
	item->leads = false;
	waiter_init(&item->waiter);
	if (!lead_or_queue(batcher, item)) {
		waiter_wait(&item->waiter);
		if (!item->leads)
			return;
	}
	n = gather(batcher, item);
	batcher->run(batcher->arg, batcher->batch, n);
	finish(batcher, n);
}
