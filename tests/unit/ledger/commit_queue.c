#include <config.h>

#include "ledger/commit_queue.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/requester.h"
#include "base/text.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/poll.h"

enum { IDENTITY = 7, ARENA_MAX = 16 * 1024 * 1024, LONG_MS = 20000, DEADLINE_S = 20 };
enum { PROCESSES = 3, THREADS = 6, ROUNDS = 200, MOST = 5 };

static struct commit_queue *
opened(const char *folder)
{
	char problem[SHARED_FILE_PROBLEM_MAX];
	struct commit_queue *queue = commit_queue_open(folder, IDENTITY, problem);

	assert_non_null(queue);
	assert_string_equal(problem, "");
	return queue;
}

/* A transaction, and what it points to. */
struct order {
	struct ledger_transaction transaction;
	struct posting postings[2];
	struct posting_result results[2];
	struct requester requester;
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
	return &order->transaction;
}

static bool
submitted(struct commit_queue *queue, struct order *order)
{
	return commit_queue_submit(queue, &order->transaction, &order->fault);
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
		t->results[i].from_balance = t->postings[i].amount + (int64_t)strlen(t->reference) +
					     (int64_t)strlen(t->metadata);
}

static bool
is_right(const struct order *order)
{
	struct order expected;

	memcpy(&expected, order, sizeof(expected));
	expected.transaction.postings = expected.postings;
	expected.transaction.results = expected.results;
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

/* A process that does something with the queue. */
typedef void role(const char *folder, struct commit_queue *queue, int ready);

static pid_t
start(const char *folder, role *act)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		act(folder, opened(folder), ready[1]);
		_exit(0);
	}
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	return pid;
}

static void
report(int ready)
{
	(void)!write(ready, "r", 1);
}

static int
ended(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
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
many_threads(const char *folder, struct commit_queue *queue, int ready)
{
	pthread_t threads[THREADS];
	int failed = 0;

	(void)folder;
	report(ready);
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
	char folder[FOLDER_MAX];
	struct commit_queue *queue;
	pid_t processes[PROCESSES];
	size_t served = 0;

	(void)state;
	assert_true(folder_make(folder));
	queue = opened(folder);
	assert_true(commit_queue_lead(queue, LONG_MS));
	for (size_t i = 0; i < PROCESSES; i++)
		processes[i] = start(folder, many_threads);
	while (served < (size_t)PROCESSES * THREADS * ROUNDS) {
		size_t n = serve(queue, MOST, LONG_MS);

		assert_in_range(n, 1, MOST);
		served += n;
	}
	for (size_t i = 0; i < PROCESSES; i++)
		assert_int_equal(ended(processes[i]), 0);
	assert_int_equal(serve(queue, MOST, 0), 0);
	commit_queue_resign(queue);
	commit_queue_close(queue);
	folder_remove(folder);
}

static void
test_fault(void **state)
{
	char folder[FOLDER_MAX];
	struct commit_queue *queue;
	struct commit_batch batch;
	struct arena *arena = arena_new(ARENA_MAX);
	struct fault refusal = {.retry_after_s = 3, .outage = true, .broken = "a condition"};
	struct submitter s;

	(void)state;
	assert_true(folder_make(folder));
	queue = opened(folder);
	assert_true(commit_queue_lead(queue, LONG_MS));
	begin(&s, queue, 1);
	batch = commit_queue_take(queue, arena, MOST, LONG_MS);
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
	commit_queue_resign(queue);
	commit_queue_close(queue);
	arena_free(arena);
	folder_remove(folder);
}

/* A leader that can't post: the worker may be able to. */
static void
test_unavailable(void **state)
{
	char folder[FOLDER_MAX];
	struct commit_queue *queue;
	struct commit_batch batch;
	struct arena *arena = arena_new(ARENA_MAX);
	struct fault away = {.err = ERR_UNAVAILABLE};
	struct submitter s;

	(void)state;
	assert_true(folder_make(folder));
	queue = opened(folder);
	assert_true(commit_queue_lead(queue, LONG_MS));
	begin(&s, queue, 1);
	batch = commit_queue_take(queue, arena, MOST, LONG_MS);
	commit_queue_answer(queue, &batch, &away);
	finish(&s);
	assert_false(s.posted);
	commit_queue_resign(queue);
	commit_queue_close(queue);
	arena_free(arena);
	folder_remove(folder);
}

static void
take_and_wait(const char *folder, struct commit_queue *queue, int ready)
{
	struct arena *arena = arena_new(ARENA_MAX);

	(void)folder;
	if (!commit_queue_lead(queue, LONG_MS))
		_exit(1);
	report(ready);
	(void)commit_queue_take(queue, arena, MOST, LONG_MS);
	(void)kill(getpid(), SIGSTOP);
	(void)pause();
}

static void
await_stopped(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
}

static void
kill_process(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(ended(pid), -1);
}

/* What a leader had taken when it died is unknown, at once; the next one serves the others. */
static void
test_leader_dies(void **state)
{
	char folder[FOLDER_MAX];
	struct commit_queue *queue;
	struct submitter taken;
	struct submitter later;
	pid_t leader;

	(void)state;
	assert_true(folder_make(folder));
	queue = opened(folder);
	leader = start(folder, take_and_wait);
	assert_false(commit_queue_lead(queue, 10));
	begin(&taken, queue, 1);
	await_stopped(leader);
	kill_process(leader);
	assert_true(commit_queue_lead(queue, LONG_MS));
	finish(&taken);
	assert_true(taken.posted);
	assert_int_equal(taken.order.fault.err, ERR_OUTCOME_UNKNOWN);
	begin(&later, queue, 2);
	assert_int_equal(serve(queue, MOST, LONG_MS), 1);
	finish(&later);
	assert_true(later.posted && is_right(&later.order));
	commit_queue_resign(queue);
	commit_queue_close(queue);
	folder_remove(folder);
}

static bool
is_served(struct commit_queue *queue, int64_t number)
{
	struct order o;

	(void)order(&o, number);
	return submitted(queue, &o) && is_right(&o);
}

static void
stop_then_serve(const char *folder, struct commit_queue *queue, int ready)
{
	(void)folder;
	if (!commit_queue_lead(queue, LONG_MS))
		_exit(1);
	report(ready);
	(void)kill(getpid(), SIGSTOP);
	for (;;)
		(void)serve(queue, MOST, 10);
}

/* A leader that does not move is not waited for; once it moves, it leads again. */
static void
test_frozen_leader(void **state)
{
	char folder[FOLDER_MAX];
	struct poll poll = poll_for(DEADLINE_S);
	struct commit_queue *queue;
	int64_t began_ns;
	struct order o;
	pid_t leader;

	(void)state;
	assert_true(folder_make(folder));
	queue = opened(folder);
	leader = start(folder, stop_then_serve);
	await_stopped(leader);
	(void)order(&o, 1);
	assert_false(submitted(queue, &o));
	began_ns = clock_monotonic_ns();
	for (int i = 0; i < 100; i++)
		assert_false(submitted(queue, &o));
	assert_true(clock_monotonic_ns() - began_ns < COMMIT_PATIENCE_MS * INT64_C(1000000));
	assert_int_equal(kill(leader, SIGCONT), 0);
	while (!is_served(queue, 2))
		assert_true(poll_again(&poll));
	kill_process(leader);
	commit_queue_close(queue);
	folder_remove(folder);
}

/* What a leader has taken is waited for until the deadline; its slot is free afterwards. */
static void
test_taken_too_long(void **state)
{
	char folder[FOLDER_MAX];
	struct commit_queue *queue;
	struct commit_batch batch;
	struct arena *arena = arena_new(ARENA_MAX);
	struct submitter s = {.posted = false};
	struct fault none = {.err = ERR_OK};

	(void)state;
	assert_true(folder_make(folder));
	queue = opened(folder);
	s.queue = queue;
	(void)order(&s.order, 1);
	s.order.requester.fd = -1;
	s.order.requester.commit_by_ns = clock_monotonic_ns() + INT64_C(300000000);
	s.order.transaction.requester = &s.order.requester;
	assert_true(commit_queue_lead(queue, LONG_MS));
	assert_int_equal(pthread_create(&s.thread, NULL, submit_one, &s), 0);
	batch = commit_queue_take(queue, arena, MOST, LONG_MS);
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
	commit_queue_resign(queue);
	commit_queue_close(queue);
	arena_free(arena);
	folder_remove(folder);
}

static void
submit_and_wait(const char *folder, struct commit_queue *queue, int ready)
{
	struct order o;

	(void)folder;
	(void)order(&o, 1);
	report(ready);
	(void)submitted(queue, &o);
}

/* The slots of a worker that died are those of the next one. */
static void
test_worker_dies(void **state)
{
	char folder[FOLDER_MAX];
	struct commit_queue *leader;
	struct commit_queue *next;
	struct commit_batch batch;
	struct arena *arena = arena_new(ARENA_MAX);
	struct fault none = {.err = ERR_OK};
	struct submitter s;

	(void)state;
	assert_true(folder_make(folder));
	leader = opened(folder);
	assert_true(commit_queue_lead(leader, LONG_MS));
	kill_process(start(folder, submit_and_wait));
	batch = commit_queue_take(leader, arena, MOST, 0);
	next = opened(folder);
	begin(&s, next, 3);
	if (batch.count > 0)
		commit_queue_answer(leader, &batch, &none);
	for (size_t served = 0; served == 0;)
		served = serve(leader, MOST, LONG_MS);
	finish(&s);
	assert_true(s.posted && is_right(&s.order));
	commit_queue_resign(leader);
	commit_queue_close(leader);
	commit_queue_close(next);
	arena_free(arena);
	folder_remove(folder);
}

/* What does not fit, and what nobody takes. */
static void
test_not_taken(void **state)
{
	static char large[5000];
	char folder[FOLDER_MAX];
	char problem[SHARED_FILE_PROBLEM_MAX];
	struct commit_queue *queue;
	struct commit_queue *other;
	struct order o;

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	assert_true(folder_make(folder));
	queue = opened(folder);
	other = commit_queue_open(folder, IDENTITY + 1, problem);
	assert_non_null(other);
	assert_true(commit_queue_lead(queue, LONG_MS));
	assert_true(commit_queue_lead(other, LONG_MS));
	order(&o, 1)->metadata = large;
	assert_false(submitted(queue, &o));
	(void)order(&o, 1);
	assert_false(submitted(other, &o));
	assert_int_equal(serve(queue, MOST, 0), 0);
	commit_queue_resign(queue);
	commit_queue_resign(other);
	commit_queue_close(queue);
	commit_queue_close(other);
	folder_remove(folder);
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
lead_and_wait(const char *folder, struct commit_queue *queue, int ready)
{
	(void)folder;
	if (commit_queue_lead(queue, LONG_MS))
		report(ready);
	(void)pause();
}

/* A file that was left behind, as after a power failure, begins anew. */
static void
test_left_behind(void **state)
{
	char folder[FOLDER_MAX];
	struct commit_queue *queue;
	pid_t leader;
	pid_t worker;

	(void)state;
	assert_true(folder_make(folder));
	leader = start(folder, lead_and_wait);
	worker = start(folder, submit_and_wait);
	kill_process(leader);
	kill_process(worker);
	queue = opened(folder);
	assert_true(commit_queue_lead(queue, LONG_MS));
	assert_int_equal(serve(queue, MOST, 0), 0);
	commit_queue_resign(queue);
	commit_queue_close(queue);
	folder_remove(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),          cmocka_unit_test(test_fault),
		cmocka_unit_test(test_unavailable),   cmocka_unit_test(test_leader_dies),
		cmocka_unit_test(test_frozen_leader), cmocka_unit_test(test_taken_too_long),
		cmocka_unit_test(test_worker_dies),   cmocka_unit_test(test_not_taken),
		cmocka_unit_test(test_no_file),       cmocka_unit_test(test_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
