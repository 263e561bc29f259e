#include "base/fiber.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "base/batcher.h"
#include "base/waiter.h"
#include "tests/support/cmocka.h"

enum { STACK = 64 * 1024, FIBERS = 200, THREADS = 4, ROUNDS = 50, BATCH_MAX = 16, DEPTH = 16 };
enum { SUM = DEPTH * (DEPTH + 1) / 2 }; /* what deep() returns */

/* The fibers that can go on. */
static struct {
	pthread_mutex_t lock;
	struct work *first;
} ready = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct work {
	struct fiber *fiber;
	struct work *next; /* ready */
	struct waiter waiter;
	int waits; /* before the next pause */
	int pauses;
	int sum;
	struct batcher *batcher;
	int wrong;
};

static void
push(struct work *work)
{
	(void)pthread_mutex_lock(&ready.lock);
	work->next = ready.first;
	ready.first = work;
	(void)pthread_mutex_unlock(&ready.lock);
}

static void
push_all(struct fiber *first)
{
	for (struct fiber *next; first != NULL; first = next) {
		next = fiber_next(first);
		push(fiber_arg(first));
	}
}

static struct fiber *
made(fiber_main *main, struct work *work)
{
	struct fiber *fiber = fiber_new(&(struct fiber_options){
		.stack_bytes = STACK, .main = main, .ready = push_all, .arg = work});

	assert_non_null(fiber);
	return fiber;
}

static struct work *
pop(void)
{
	struct work *work;

	(void)pthread_mutex_lock(&ready.lock);
	work = ready.first;
	if (work != NULL)
		ready.first = work->next;
	(void)pthread_mutex_unlock(&ready.lock);
	return work;
}

/* Locals of several frames survive a wait. */
static int
deep(struct work *work, int depth)
{
	volatile int local = depth;

	if (depth < DEPTH)
		return deep(work, depth + 1) + local;
	waiter_init(&work->waiter);
	waiter_wait(&work->waiter);
	return local;
}

static void
wait_and_pause(void *arg)
{
	struct work *work = arg;

	for (;;) {
		for (int i = 0; i < work->waits; i++) {
			work->sum += deep(work, 0);
			work->wrong += fiber_current() != work->fiber;
		}
		work->pauses++;
		fiber_pause();
	}
}

static void
test_pauses_and_waits(void **state)
{
	struct work work = {.waits = 0};

	(void)state;
	work.fiber = made(wait_and_pause, &work);
	for (int i = 1; i <= 3; i++) {
		assert_true(fiber_resume(work.fiber));
		assert_int_equal(work.pauses, i);
		assert_null(fiber_current());
	}
	work.waits = 2;
	assert_false(fiber_resume(work.fiber));
	assert_null(pop());
	waiter_wake(&work.waiter);
	assert_ptr_equal(pop(), &work);
	assert_false(fiber_resume(work.fiber));
	waiter_wake(&work.waiter);
	assert_ptr_equal(pop(), &work);
	assert_true(fiber_resume(work.fiber));
	assert_int_equal(work.pauses, 4);
	assert_int_equal(work.sum, 2 * SUM);
	assert_int_equal(work.wrong, 0);
	fiber_free(work.fiber);
}

static void
wake_and_wait(void *arg)
{
	struct work *work = arg;

	waiter_init(&work->waiter);
	waiter_wake(&work->waiter);
	waiter_wait(&work->waiter);
	work->pauses++;
	fiber_pause();
}

/* What is woken before it waits goes on at once. */
static void
test_woken_before(void **state)
{
	struct work work = {.waits = 0};

	(void)state;
	work.fiber = made(wake_and_wait, &work);
	assert_true(fiber_resume(work.fiber));
	assert_int_equal(work.pauses, 1);
	assert_null(pop());
	fiber_free(work.fiber);
}

struct item {
	struct batch_item link; /* first: the batcher hands out pointers to it */
	int done;
};

static void
do_batch(void *arg, struct batch_item **items, size_t n)
{
	(void)arg;
	for (size_t i = 0; i < n; i++)
		((struct item *)(void *)items[i])->done++;
	(void)sched_yield();
}

static void
submit_items(void *arg)
{
	struct work *work = arg;

	for (int i = 0; i < ROUNDS; i++) {
		struct item item = {.done = 0};

		batcher_submit(work->batcher, &item.link);
		work->wrong += item.done != 1;
	}
	work->pauses++;
	fiber_pause();
}

static atomic_int left;

static void *
resume_ready(void *arg)
{
	(void)arg;
	while (atomic_load(&left) > 0) {
		struct work *work = pop();

		if (work == NULL)
			(void)sched_yield();
		else if (fiber_resume(work->fiber))
			atomic_fetch_sub(&left, 1);
	}
	return NULL;
}

/* Many fibers, few threads: each fiber goes on in whichever thread finds it, and does what it had begun. */
static void
test_many(void **state)
{
	static struct work works[FIBERS];
	struct batcher *batcher = batcher_new(do_batch, NULL, BATCH_MAX);
	pthread_t threads[THREADS];

	(void)state;
	assert_non_null(batcher);
	for (size_t i = 0; i < FIBERS; i++) {
		works[i].batcher = batcher;
		works[i].fiber = made(submit_items, &works[i]);
		push(&works[i]);
	}
	atomic_store(&left, FIBERS);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, resume_ready, NULL), 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (size_t i = 0; i < FIBERS; i++) {
		assert_int_equal(works[i].pauses, 1);
		assert_int_equal(works[i].wrong, 0);
		fiber_free(works[i].fiber);
	}
	batcher_free(batcher);
}

static void *
wake(void *arg)
{
	waiter_wake(arg);
	return NULL;
}

/* Outside of fibers the thread sleeps. */
static void
test_thread_waits(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct waiter waiter;
		pthread_t thread;

		waiter_init(&waiter);
		assert_int_equal(pthread_create(&thread, NULL, wake, &waiter), 0);
		waiter_wait(&waiter);
		assert_int_equal(pthread_join(thread, NULL), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pauses_and_waits),
		cmocka_unit_test(test_woken_before),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_thread_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
