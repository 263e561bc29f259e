/*
 * combine.h - work of many threads done as one.
 *
 * A thread submits an item and sleeps until it is done. The first one becomes
 * the leader: it takes all that waits, runs the batch function, wakes everyone,
 * and hands the leadership on. No timer and no added latency: a batch is what
 * arrived while the last one was under way.
 */
#ifndef BASE_COMBINE_H
#define BASE_COMBINE_H

#include <stddef.h>

struct combiner;

/* What every item begins with; the combiner owns it from submit to return. */
struct combine_item {
	struct combine_item *next;
	int state;
};

/* Do n items; each gets its own result. Runs in the thread of one of them. */
typedef void combine_batch(void *arg, struct combine_item **items, size_t n);

/* NULL if the system has no memory. arg is handed to each batch. */
struct combiner *combiner_new(combine_batch *run, void *arg, size_t batch_max);
void combiner_free(struct combiner *combiner);

/* Return when the item was part of a finished batch. */
void combiner_submit(struct combiner *combiner, struct combine_item *item);

#endif
