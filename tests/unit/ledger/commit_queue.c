#include <config.h>

#include "ledger/commit_queue.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/requester.h"
#include "base/text.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/poll.h"
#include "tests/support/process.h"

enum { IDENTITY = 7, ARENA_MAX = 16 * 1024 * 1024, LONG_MS = 20000, DEADLINE_S = 20 };
enum { PROCESSES = 3, THREADS = 6, ROUNDS = 200, MOST = 5 };

/* A folder with a queue of this process. */
struct queue_scene {
	char folder[FOLDER_MAX];
	struct commit_queue *queue;
	struct arena *arena; /* of batches */
	bool leads;
};

static struct commit_queue *
opened(const char *folder)
{
	char problem[SHARED_FILE_PROBLEM_MAX];
	struct commit_queue *queue = commit_queue_open(folder, IDENTITY, problem);

	assert_non_null(queue);
	assert_string_equal(problem, "");
	return queue;
}

/* A folder that no process has used. */
static int
setup_folder(void **state)
{
	struct queue_scene *scene = calloc(1, sizeof(*scene));

	if (scene == NULL || !folder_make(scene->folder))
		return -1;
	scene->arena = arena_new(ARENA_MAX);
	*state = scene;
	return 0;
}

static int
setup(void **state)
{
	struct queue_scene *scene;

	if (setup_folder(state) != 0)
		return -1;
	scene = *state;
	scene->queue = opened(scene->folder);
	return 0;
}

static void
lead(struct queue_scene *scene)
{
	assert_true(commit_queue_lead(scene->queue, LONG_MS));
	scene->leads = true;
}

static int
setup_leading(void **state)
{
	if (setup(state) != 0)
		return -1;
	lead(*state);
	return 0;
}

static int
teardown(void **state)
{
	struct queue_scene *scene = *state;

	if (scene->leads)
		commit_queue_resign(scene->queue);
	commit_queue_close(scene->queue);
	arena_free(scene->arena);
	folder_remove(scene->folder);
	free(scene);
	return 0;
}

/* A transaction, and what it points to. */
struct order {
	struct ledger_transaction transaction;
	struct posting postings[2];
	struct posting_result results[2];
	struct requester requester;
	struct ledger_key key;
	struct fault fault;
};

static struct ledger_transaction *
order(struct order *order, int64_t number)
{
	*order = (struct order){.postings = {{.amount = number}, {.amount = number + 1}}};
	order->transaction = (struct ledger_transaction){
		.ledger_id = number,
		.currency = "NGN",
		.reference = "reference",
		.metadata = "{\"a\":1}",
		.postings = order->postings,
		.count = 2,
		.results = order->results,
	};
	order->key = (struct ledger_key){
		.principal = "principal", .key = "key", .status = 201, .lifetime_s = number};
	if (number % 3 == 0)
		order->transaction.key = &order->key;
	return &order->transaction;
}

static bool
submitted(struct commit_queue *queue, struct order *order)
{
	return commit_queue_submit(queue, &order->transaction, &order->fault);
}

static int64_t
key_number(const struct ledger_key *key)
{
	return key == NULL ? 0
			   : (int64_t)strlen(key->principal) + (int64_t)strlen(key->key) +
				     key->status + key->lifetime_s;
}

/* As a ledger does: results that depend on the transaction. */
static void
decide(struct ledger_transaction *t)
{
	t->transaction_id = t->ledger_id + 1000;
	t->created_at.us = t->ledger_id + 2000;
	t->replayed = t->ledger_id % 2 == 0;
	t->err = t->ledger_id % 5 == 0 ? ERR_INSUFFICIENT_FUNDS : ERR_OK;
	for (size_t i = 0; i < t->count; i++)
		t->results[i].from_balance = key_number(t->key) + t->postings[i].amount +
					     (int64_t)strlen(t->reference) +
					     (int64_t)strlen(t->metadata);
}

static bool
is_right(const struct order *order)
{
	struct order expected;

	memcpy(&expected, order, sizeof(expected));
	expected.transaction.postings = expected.postings;
	expected.transaction.results = expected.results;
	if (expected.transaction.key != NULL)
		expected.transaction.key = &expected.key;
	memset(expected.results, 0, sizeof(expected.results));
	decide(&expected.transaction);
	return order->fault.err == ERR_OK && order->transaction.err == expected.transaction.err &&
	       order->transaction.replayed == expected.transaction.replayed &&
	       order->transaction.transaction_id == expected.transaction.transaction_id &&
	       order->transaction.created_at.us == expected.transaction.created_at.us &&
	       memcmp(order->results, expected.results, sizeof(expected.results)) == 0;
}

/* Take what waits, once, and answer it. The number of transactions. */
static size_t
serve(struct commit_queue *queue, size_t most, int64_t within_ms)
{
	struct arena *arena = arena_new(ARENA_MAX);
	struct commit_batch batch = commit_queue_take(queue, arena, most, within_ms);
	struct fault *faults = arena_array(arena, batch.count, sizeof(*faults));

	for (size_t i = 0; i < batch.count; i++)
		decide(batch.transactions[i]);
	if (batch.count > 0)
		commit_queue_answer(queue, &batch, faults);
	arena_free(arena);
	return batch.count;
}

/* A thread that submits an order, and what became of it. */
struct submitter {
	struct commit_queue *queue;
	struct order order;
	bool posted;
	pthread_t thread;
};

static void *
submit_one(void *arg)
{
	struct submitter *s = arg;

	s->posted = submitted(s->queue, &s->order);
	return NULL;
}

static void
begin(struct submitter *s, struct commit_queue *queue, int64_t number)
{
	*s = (struct submitter){.queue = queue};
	(void)order(&s->order, number);
	assert_int_equal(pthread_create(&s->thread, NULL, submit_one, s), 0);
}

static void
finish(struct submitter *s)
{
	assert_int_equal(pthread_join(s->thread, NULL), 0);
}

static void *
submit_many(void *arg)
{
	static atomic_int next = 1;
	int wrong = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct order o;

		(void)order(&o, atomic_fetch_add(&next, 1));
		wrong += !submitted(arg, &o) || !is_right(&o);
	}
	return wrong == 0 ? NULL : arg;
}

static void
many_threads(void *folder, int ready)
{
	struct commit_queue *queue = opened(folder);
	pthread_t threads[THREADS];
	int failed = 0;

	process_ready(ready);
	for (size_t i = 0; i < THREADS; i++)
		failed += pthread_create(&threads[i], NULL, submit_many, queue) != 0;
	for (size_t i = 0; i < THREADS; i++) {
		void *wrong = NULL;

		(void)pthread_join(threads[i], &wrong);
		failed += wrong != NULL;
	}
	_exit(failed);
}

/* Threads of several processes: each transaction is taken once, and has its own result. */
static void
test_many(void **state)
{
	struct queue_scene *scene = *state;
	struct commit_queue *queue = scene->queue;
	pid_t processes[PROCESSES];
	size_t served = 0;

	for (size_t i = 0; i < PROCESSES; i++)
		processes[i] = process_start(many_threads, scene->folder);
	while (served < (size_t)PROCESSES * THREADS * ROUNDS) {
		size_t n = serve(queue, MOST, LONG_MS);

		assert_in_range(n, 1, MOST);
		served += n;
	}
	for (size_t i = 0; i < PROCESSES; i++)
		assert_int_equal(process_ended(processes[i]), 0);
	assert_int_equal(serve(queue, MOST, 0), 0);
}

static void
test_fault(void **state)
{
	struct queue_scene *scene = *state;
	struct commit_queue *queue = scene->queue;
	struct commit_batch batch;
	struct fault refusal = {.retry_after_s = 3, .outage = true, .broken = "a condition"};
	struct submitter s;

	begin(&s, queue, 1);
	batch = commit_queue_take(queue, scene->arena, MOST, LONG_MS);
	assert_int_equal(batch.count, 1);
	(void)fault(&refusal, ERR_CONFLICT, NULL, "Somebody else was faster");
	commit_queue_answer(queue, &batch, &refusal);
	finish(&s);
	assert_true(s.posted);
	assert_int_equal(s.order.fault.err, ERR_CONFLICT);
	assert_string_equal(s.order.fault.message, "Somebody else was faster");
	assert_int_equal(s.order.fault.retry_after_s, 3);
	assert_true(s.order.fault.outage);
	assert_null(s.order.fault.broken);
}

/* A leader that can't post: the worker may be able to. */
static void
test_unavailable(void **state)
{
	struct queue_scene *scene = *state;
	struct commit_queue *queue = scene->queue;
	struct commit_batch batch;
	struct fault away = {.err = ERR_UNAVAILABLE};
	struct submitter s;

	begin(&s, queue, 1);
	batch = commit_queue_take(queue, scene->arena, MOST, LONG_MS);
	commit_queue_answer(queue, &batch, &away);
	finish(&s);
	assert_false(s.posted);
}

static void
take_and_wait(void *folder, int ready)
{
	struct commit_queue *queue = opened(folder);
	struct arena *arena = arena_new(ARENA_MAX);

	if (!commit_queue_lead(queue, LONG_MS))
		_exit(1);
	process_ready(ready);
	(void)commit_queue_take(queue, arena, MOST, LONG_MS);
	(void)kill(getpid(), SIGSTOP);
	(void)pause();
}

/* What a leader had taken when it died is unknown, at once; the next one serves the others. */
static void
test_leader_dies(void **state)
{
	struct queue_scene *scene = *state;
	struct commit_queue *queue = scene->queue;
	struct submitter taken;
	struct submitter later;
	pid_t leader = process_start(take_and_wait, scene->folder);

	assert_false(commit_queue_lead(queue, 10));
	begin(&taken, queue, 1);
	process_await_stopped(leader);
	process_kill(leader);
	lead(scene);
	finish(&taken);
	assert_true(taken.posted);
	assert_int_equal(taken.order.fault.err, ERR_OUTCOME_UNKNOWN);
	begin(&later, queue, 2);
	assert_int_equal(serve(queue, MOST, LONG_MS), 1);
	finish(&later);
	assert_true(later.posted && is_right(&later.order));
}

static bool
is_served(struct commit_queue *queue, int64_t number)
{
	struct order o;

	(void)order(&o, number);
	return submitted(queue, &o) && is_right(&o);
}

static void
stop_then_serve(void *folder, int ready)
{
	struct commit_queue *queue = opened(folder);

	if (!commit_queue_lead(queue, LONG_MS))
		_exit(1);
	process_ready(ready);
	(void)kill(getpid(), SIGSTOP);
	for (;;)
		(void)serve(queue, MOST, 10);
}

/* A leader that does not move is not waited for; once it moves, it leads again. */
static void
test_frozen_leader(void **state)
{
	struct queue_scene *scene = *state;
	struct poll poll = poll_for(DEADLINE_S);
	struct commit_queue *queue = scene->queue;
	int64_t began_ns;
	struct order o;
	pid_t leader = process_start(stop_then_serve, scene->folder);

	process_await_stopped(leader);
	(void)order(&o, 1);
	assert_false(submitted(queue, &o));
	began_ns = clock_monotonic_ns();
	for (int i = 0; i < 100; i++)
		assert_false(submitted(queue, &o));
	assert_true(clock_monotonic_ns() - began_ns < COMMIT_PATIENCE_MS * INT64_C(1000000));
	assert_int_equal(kill(leader, SIGCONT), 0);
	while (!is_served(queue, 2))
		assert_true(poll_again(&poll));
	process_kill(leader);
}

/* What a leader has taken is waited for until the deadline; its slot is free afterwards. */
static void
test_taken_too_long(void **state)
{
	struct queue_scene *scene = *state;
	struct commit_queue *queue = scene->queue;
	struct commit_batch batch;
	struct submitter s = {.posted = false};
	struct fault none = {.err = ERR_OK};

	s.queue = queue;
	(void)order(&s.order, 1);
	s.order.requester.fd = -1;
	s.order.requester.commit_by_ns = clock_monotonic_ns() + INT64_C(300000000);
	s.order.transaction.requester = &s.order.requester;
	assert_int_equal(pthread_create(&s.thread, NULL, submit_one, &s), 0);
	batch = commit_queue_take(queue, scene->arena, MOST, LONG_MS);
	assert_int_equal(batch.count, 1);
	assert_int_equal(batch.transactions[0]->requester->commit_by_ns,
			 s.order.requester.commit_by_ns);
	finish(&s);
	assert_true(s.posted);
	assert_int_equal(s.order.fault.err, ERR_OUTCOME_UNKNOWN);
	commit_queue_answer(queue, &batch, &none);
	for (int i = 0; i < 2 * COMMIT_SLOTS; i++) {
		begin(&s, queue, i);
		assert_int_equal(serve(queue, MOST, LONG_MS), 1);
		finish(&s);
		assert_true(s.posted && is_right(&s.order));
	}
}

static void
submit_and_wait(void *folder, int ready)
{
	struct commit_queue *queue = opened(folder);
	struct order o;

	(void)order(&o, 1);
	process_ready(ready);
	(void)submitted(queue, &o);
}

/* The slots of a worker that died are those of the next one. */
static void
test_worker_dies(void **state)
{
	struct queue_scene *scene = *state;
	struct commit_queue *leader = scene->queue;
	struct commit_queue *next;
	struct commit_batch batch;
	struct fault none = {.err = ERR_OK};
	struct submitter s;

	process_kill(process_start(submit_and_wait, scene->folder));
	batch = commit_queue_take(leader, scene->arena, MOST, 0);
	next = opened(scene->folder);
	begin(&s, next, 3);
	if (batch.count > 0)
		commit_queue_answer(leader, &batch, &none);
	for (size_t served = 0; served == 0;)
		served = serve(leader, MOST, LONG_MS);
	finish(&s);
	assert_true(s.posted && is_right(&s.order));
	commit_queue_close(next);
}

/* What does not fit, and what nobody takes. */
static void
test_not_taken(void **state)
{
	static char large[5000];
	struct queue_scene *scene = *state;
	char problem[SHARED_FILE_PROBLEM_MAX];
	struct commit_queue *queue = scene->queue;
	struct commit_queue *other = commit_queue_open(scene->folder, IDENTITY + 1, problem);
	struct order o;

	memset(large, 'x', sizeof(large) - 1);
	assert_non_null(other);
	assert_true(commit_queue_lead(other, LONG_MS));
	order(&o, 1)->metadata = large;
	assert_false(submitted(queue, &o));
	(void)order(&o, 1);
	assert_false(submitted(other, &o));
	assert_int_equal(serve(queue, MOST, 0), 0);
	commit_queue_resign(other);
	commit_queue_close(other);
}

static void
test_no_file(void **state)
{
	char problem[SHARED_FILE_PROBLEM_MAX];

	(void)state;
	assert_null(commit_queue_open("", IDENTITY, problem));
	assert_string_equal(problem, "");
	assert_null(commit_queue_open("/nowhere", IDENTITY, problem));
	assert_non_null(strstr(problem, "/nowhere"));
}

static void
lead_and_wait(void *folder, int ready)
{
	struct commit_queue *queue = opened(folder);

	if (commit_queue_lead(queue, LONG_MS))
		process_ready(ready);
	(void)pause();
}

/* A file that was left behind, as after a power failure, is initialised again. */
static void
test_left_behind(void **state)
{
	struct queue_scene *scene = *state;
	pid_t leader = process_start(lead_and_wait, scene->folder);
	pid_t worker = process_start(submit_and_wait, scene->folder);

	process_kill(leader);
	process_kill(worker);
	scene->queue = opened(scene->folder);
	lead(scene);
	assert_int_equal(serve(scene->queue, MOST, 0), 0);
}

#define queue_test(function)   cmocka_unit_test_setup_teardown(function, setup, teardown)
#define leading_test(function) cmocka_unit_test_setup_teardown(function, setup_leading, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		leading_test(test_many),
		leading_test(test_fault),
		leading_test(test_unavailable),
		queue_test(test_leader_dies),
		queue_test(test_frozen_leader),
		leading_test(test_taken_too_long),
		leading_test(test_worker_dies),
		leading_test(test_not_taken),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test_setup_teardown(test_left_behind, setup_folder, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
