/*
 * batcher.h - work of many threads done as one.
 *
 * A thread submits an item and sleeps until it is done. The first one becomes
 * the leader: it takes all that waits, runs the batch function, wakes everyone,
 * and hands the leadership on. No timer and no added latency: a batch is what
 * arrived while the last one was under way.
 */
#ifndef BASE_BATCHER_H
#define BASE_BATCHER_H

#include <stddef.h>

struct batcher;

/* What every item begins with; the batcher owns it from submit to return. */
struct batch_item {
	struct batch_item *next;
	int state;
};

/* Do n items; each gets its own result. Runs in the thread of one of them. */
typedef void batch_work(void *arg, struct batch_item **items, size_t n);

/* NULL if the system has no memory. arg is handed to each batch. */
struct batcher *batcher_new(batch_work *run, void *arg, size_t batch_max);
void batcher_free(struct batcher *batcher);

/* Return when the item was part of a finished batch. */
void batcher_submit(struct batcher *batcher, struct batch_item *item);

#endif
