/*
 * batcher.h - combines work of many requests into batches.
 *
 * A request submits an item and waits until it is done. The first one becomes the leader: it takes
 * all waiting items, runs the batch function, wakes everyone, and hands the leadership on. No timer
 * and no added latency: a batch consists of the items that arrived while the previous one was
 * running.
 */
#ifndef BASE_BATCHER_H
#define BASE_BATCHER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/waiter.h"

struct batcher;

/* Items of a batch. */
enum { BATCHER_MAX = 512 };

/* First member of every item; the batcher owns it from submit to return. */
struct batch_item {
	struct batch_item *next;
	bool leads;
	struct waiter waiter;
};

/* Process n items; each gets its own result. Runs in one of them. */
typedef void batch_work(void *arg, struct batch_item **items, size_t n);

/* NULL if out of memory. arg is passed to each batch, of at most batch_max items. */
struct batcher *batcher_new(batch_work *run, void *arg, size_t batch_max);
void batcher_free(struct batcher *batcher);

/* Returns when the item was part of a finished batch. */
void batcher_submit(struct batcher *batcher, struct batch_item *item);

#endif
