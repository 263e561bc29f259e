#include <config.h>

#include "base/batcher.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "tests/support/cmocka.h"

enum { THREADS = 12, ROUNDS = 2000, BATCH_MAX = 5 };

struct item {
	struct batch_item link; /* first: the batcher hands out pointers to it */
	int done;
};

/* What the batch function saw; asserts are for the main thread only. */
struct witness {
	struct batcher *batcher;
	pthread_barrier_t start;
	int rounds;
	atomic_int leading;
	atomic_bool overlapped;
	atomic_bool oversized;
	atomic_int items;
	atomic_int batches;
	atomic_int largest;
	atomic_int wrong; /* items not done exactly once when submit returned */
};

static void
run(void *arg, struct batch_item **items, size_t n)
{
	struct witness *witness = arg;

	if (atomic_fetch_add(&witness->leading, 1) != 0)
		atomic_store(&witness->overlapped, true);
	if (n < 1 || n > BATCH_MAX)
		atomic_store(&witness->oversized, true);
	if ((int)n > atomic_load(&witness->largest))
		atomic_store(&witness->largest, (int)n);
	for (size_t i = 0; i < n; i++)
		((struct item *)(void *)items[i])->done++;
	atomic_fetch_add(&witness->items, (int)n);
	atomic_fetch_add(&witness->batches, 1);
	(void)sched_yield();
	atomic_fetch_sub(&witness->leading, 1);
}

static void *
submit_items(void *arg)
{
	struct witness *witness = arg;

	(void)pthread_barrier_wait(&witness->start);
	for (int i = 0; i < witness->rounds; i++) {
		struct item item = {.done = 0};

		batcher_submit(witness->batcher, &item.link);
		if (item.done != 1)
			atomic_fetch_add(&witness->wrong, 1);
	}
	return NULL;
}

static void
run_threads(struct witness *witness, int rounds)
{
	pthread_t threads[THREADS];

	witness->rounds = rounds;
	witness->batcher = batcher_new(run, witness, BATCH_MAX);
	assert_non_null(witness->batcher);
	assert_int_equal(pthread_barrier_init(&witness->start, NULL, THREADS), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, submit_items, witness), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	(void)pthread_barrier_destroy(&witness->start);
	batcher_free(witness->batcher);
	assert_false(atomic_load(&witness->overlapped));
	assert_false(atomic_load(&witness->oversized));
	assert_int_equal(atomic_load(&witness->wrong), 0);
	assert_int_equal(atomic_load(&witness->items), THREADS * rounds);
}

static void
does_every_item_once(void **state)
{
	struct witness witness = {0};

	(void)state;
	run_threads(&witness, ROUNDS);
	assert_true(atomic_load(&witness.largest) > 1);
}

/* A thread leads once for the one item that it has: further batches had other leaders. */
static void
hands_the_leadership_on(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		struct witness witness = {0};

		run_threads(&witness, 1);
		assert_true(atomic_load(&witness.batches) >= (THREADS + BATCH_MAX - 1) / BATCH_MAX);
	}
}

static void
serves_a_single_thread(void **state)
{
	struct witness witness = {0};
	struct batcher *batcher = batcher_new(run, &witness, 0);
	struct item item = {.done = 0};

	(void)state;
	assert_non_null(batcher);
	for (int i = 1; i <= 3; i++) {
		batcher_submit(batcher, &item.link);
		assert_int_equal(item.done, i);
	}
	batcher_free(batcher);
	batcher_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_every_item_once),
		cmocka_unit_test(hands_the_leadership_on),
		cmocka_unit_test(serves_a_single_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
