/*
 * ledger_stage.h - many threads of two processes (two committers) on the same accounts.
 *
 * The answers are counted. COWRY_TEST_SEED changes the order.
 */
#ifndef TESTS_SUPPORT_LEDGER_STAGE_H
#define TESTS_SUPPORT_LEDGER_STAGE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger.h"
#include "tests/support/books.h"
#include "tests/support/cmocka.h"

enum { THREADS = 12, WALLETS_MAX = 10, DEADLINE_S = 20 };

/* What the threads of a test share. */
struct stage {
	struct books *books;
	struct uuid wallets[WALLETS_MAX];
	const char *reference;
	struct uuid hold;
	int64_t reverses;
	int64_t reversible;
	pthread_barrier_t start;
	atomic_int answers[ERR_COUNT]; /* how often each was given */
	atomic_int replayed;
	atomic_int expired;
};

/* One thread; no asserts in here. */
struct actor {
	struct stage *stage;
	struct ctx ctx;
	size_t index;
	unsigned seed;
	void (*act)(struct actor *actor);
};

static inline unsigned
base_seed(void)
{
	const char *text = getenv("COWRY_TEST_SEED");

	return text != NULL ? (unsigned)strtoul(text, NULL, 10) : 1;
}

static inline size_t
random_below(struct actor *actor, size_t n)
{
	return (size_t)rand_r(&actor->seed) % n;
}

static inline void
count(struct actor *actor, enum err err)
{
	(void)atomic_fetch_add(&actor->stage->answers[err], 1);
}

static inline void *
run_actor(void *arg)
{
	struct actor *actor = arg;

	(void)pthread_barrier_wait(&actor->stage->start);
	actor->act(actor);
	return NULL;
}

/* A new setup; its wallets begin with the balance. */
static inline void
set_stage(struct stage *stage, struct books *books, size_t wallets, int64_t balance)
{
	memset(stage, 0, sizeof(*stage));
	stage->books = books;
	stage->reference = books_reference(books->ctx);
	for (size_t i = 0; i < wallets; i++)
		stage->wallets[i] = books_wallet(books, balance);
	assert_int_equal(pthread_barrier_init(&stage->start, NULL, THREADS + 1), 0);
}

struct cast {
	struct actor actors[THREADS];
	pthread_t threads[THREADS];
};

/* Every thread acts, every second one in another process. They wait for the first barrier. */
static inline void
begin(struct stage *stage, struct cast *cast, void (*act)(struct actor *actor))
{
	for (size_t i = 0; i < THREADS; i++) {
		cast->actors[i] = (struct actor){
			.stage = stage,
			.ctx = books_ctx(stage->books, i % PROCESSES),
			.index = i,
			.seed = base_seed() * THREADS + (unsigned)i,
			.act = act,
		};
		assert_int_equal(
			pthread_create(&cast->threads[i], NULL, run_actor, &cast->actors[i]), 0);
	}
}

static inline void
end(struct stage *stage, struct cast *cast)
{
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(cast->threads[i], NULL), 0);
		fixture_ctx_end(&cast->actors[i].ctx);
	}
	(void)pthread_barrier_destroy(&stage->start);
}

static inline void
play(struct stage *stage, void (*act)(struct actor *actor))
{
	struct cast cast;

	begin(stage, &cast, act);
	(void)pthread_barrier_wait(&stage->start);
	end(stage, &cast);
}

static inline void
submit(struct actor *actor, struct ledger_transaction *t)
{
	enum err err;

	fault_clear(&actor->ctx.fault);
	ledger_content(&actor->ctx, t);
	err = ledger_submit(&actor->ctx, t);
	count(actor, err);
	if (err == ERR_OK && t->replayed)
		(void)atomic_fetch_add(&actor->stage->replayed, 1);
}

static inline int64_t
total(const struct stage *stage)
{
	int64_t sum = 0;

	for (size_t i = 0; i < WALLETS_MAX; i++)
		if (!uuid_is_nil(stage->wallets[i]))
			sum += books_balance(stage->books, stage->wallets[i]);
	return sum;
}

#endif
