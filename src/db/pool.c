#include "db/pool.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fiber.h"
#include "base/metrics.h"
#include "db/connect.h"
#include "db/result.h"
#include "db/row.h"
#include "db/statement.h"

enum { BACKOFF_FIRST_MS = 25, BACKOFF_MOST_MS = 500 };

/* Idle connections, as a stack. */
struct stack {
	struct connection **items;
	size_t count;
};

struct db_pool {
	struct db_options options;
	struct connector *connector;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct stack open;
	struct stack closed;
	size_t in_use;       /* open connections in use */
	int64_t backoff_ms;  /* 0 while the database is available */
	int64_t retry_at_ns; /* when the next attempt may start */
	bool probing;        /* an attempt is in progress */
};

static void
push(struct stack *s, struct connection *c)
{
	s->items[s->count++] = c;
}

static struct connection *
pop(struct stack *s)
{
	return s->count > 0 ? s->items[--s->count] : NULL;
}

static bool
fill(struct db_pool *pool)
{
	size_t most = (size_t)pool->options.connections;

	pool->open.items = calloc(most, sizeof(struct connection *));
	pool->closed.items = calloc(most, sizeof(struct connection *));
	pool->connector = connector_new(&pool->options);
	if (pool->open.items == NULL || pool->closed.items == NULL || pool->connector == NULL)
		return false;
	for (size_t i = 0; i < most; i++) {
		struct connection *c = connection_new(&pool->options, pool->connector);

		if (c == NULL)
			return false;
		push(&pool->closed, c);
	}
	return true;
}

struct db_pool *
db_pool_new(const struct db_options *options)
{
	struct db_pool *pool = calloc(1, sizeof *pool);
	pthread_condattr_t monotonic;

	if (pool == NULL)
		return NULL;
	pool->options = *options;
	if (pool->options.retry_most_ms == 0)
		pool->options.retry_most_ms = BACKOFF_MOST_MS;
	(void)pthread_mutex_init(&pool->mutex, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&pool->changed, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	if (fill(pool))
		return pool;
	db_pool_free(pool);
	return NULL;
}

struct db_pool *
db_pool_beside(const struct db_pool *pool, const char *application_name)
{
	struct db_options options = pool->options;

	options.connections = 1;
	if (application_name != NULL)
		options.application_name = application_name;
	return db_pool_new(&options);
}

static void
drain(struct stack *s)
{
	if (s->items != NULL)
		for (struct connection *c = pop(s); c != NULL; c = pop(s))
			connection_free(c);
	free(s->items);
}

void
db_pool_free(struct db_pool *pool)
{
	if (pool == NULL)
		return;
	assert(pool->in_use == 0);
	drain(&pool->open);
	drain(&pool->closed);
	connector_free(pool->connector);
	(void)pthread_cond_destroy(&pool->changed);
	(void)pthread_mutex_destroy(&pool->mutex);
	free(pool);
}

/* An open connection that the server has not closed; the others become closed ones. */
static struct connection *
pop_alive(struct db_pool *pool)
{
	struct connection *c;

	while ((c = pop(&pool->open)) != NULL) {
		if (connection_is_alive(c))
			return c;
		connection_close(c);
		push(&pool->closed, c);
	}
	return NULL;
}

static bool
may_connect(const struct db_pool *pool)
{
	if (pool->closed.count == 0)
		return false;
	return pool->backoff_ms == 0 ||
	       (!pool->probing && clock_monotonic_ns() >= pool->retry_at_ns);
}

static bool
wait_for_change(struct db_pool *pool, int64_t deadline_ns)
{
	struct timespec until = {
		.tv_sec = (time_t)(deadline_ns / 1000000000),
		.tv_nsec = (long)(deadline_ns % 1000000000),
	};

	bool changed;

	fiber_block();
	changed = pthread_cond_timedwait(&pool->changed, &pool->mutex, &until) == 0;
	fiber_unblock();
	return changed;
}

/* Wait for a connection, open or to be opened; NULL with the reason. Called with the mutex. */
static struct connection *
pick(struct db_pool *pool, const char **why)
{
	int64_t deadline_ns = clock_monotonic_ns() + pool->options.connect_timeout_ms * 1000000;

	for (bool in_time = true;; in_time = wait_for_change(pool, deadline_ns)) {
		struct connection *c = pop_alive(pool);

		if (c != NULL)
			return c;
		if (may_connect(pool)) {
			pool->probing = pool->backoff_ms > 0;
			return pop(&pool->closed);
		}
		if (pool->backoff_ms > 0 && pool->in_use == 0) {
			*why = "waiting before the next attempt to connect";
			return NULL;
		}
		if (!in_time) {
			*why = "no connection became free in time";
			return NULL;
		}
	}
}

/* Record an attempt to connect. Called with the mutex. */
static void
attempted(struct db_pool *pool, struct connection *c, bool opened)
{
	pool->probing = false;
	if (opened) {
		pool->backoff_ms = 0;
		pool->in_use++;
	} else {
		push(&pool->closed, c);
		pool->backoff_ms *= 2;
		if (pool->backoff_ms == 0)
			pool->backoff_ms = BACKOFF_FIRST_MS;
		if (pool->backoff_ms > pool->options.retry_most_ms)
			pool->backoff_ms = pool->options.retry_most_ms;
		pool->retry_at_ns = clock_monotonic_ns() + pool->backoff_ms * 1000000;
	}
	(void)pthread_cond_broadcast(&pool->changed);
}

/* A session that is not accepted is closed, as if it could not be opened. */
static bool
accept_session(const struct db_pool *pool, struct connection *c,
	       char problem[CONNECTION_PROBLEM_MAX])
{
	if (session_accepted(&pool->options, c, problem))
		return true;
	connection_close(c);
	return false;
}

static enum err
take(struct db_pool *pool, struct fault *f, struct connection **out)
{
	char problem[CONNECTION_PROBLEM_MAX];
	const char *why = problem;
	struct connection *c;
	bool opened = true;

	(void)pthread_mutex_lock(&pool->mutex);
	c = pick(pool, &why);
	if (c != NULL && connection_is_open(c)) {
		pool->in_use++;
	} else if (c != NULL) {
		(void)pthread_mutex_unlock(&pool->mutex);
		opened = connection_open(c, problem) && accept_session(pool, c, problem);
		(void)pthread_mutex_lock(&pool->mutex);
		attempted(pool, c, opened);
	}
	(void)pthread_mutex_unlock(&pool->mutex);
	if (c == NULL || !opened)
		return result_lost(f, ERR_UNAVAILABLE, why);
	*out = c;
	return ERR_OK;
}

enum err
pool_take(struct db_pool *pool, struct fault *f, struct connection **out)
{
	struct metrics *metrics = pool->options.metrics;
	int64_t began_ns = metrics != NULL ? clock_monotonic_ns() : 0;
	enum err err = take(pool, f, out);

	if (metrics == NULL)
		return err;
	metrics_observe(metrics, METRIC_POOL_WAIT_SECONDS, 0, clock_monotonic_ns() - began_ns);
	if (err != ERR_OK)
		metrics_count(metrics, METRIC_POOL_FAILURES, 0, 0, 1);
	return err;
}

void
pool_give(struct db_pool *pool, struct connection *c)
{
	if (!connection_is_idle(c))
		connection_close(c);
	(void)pthread_mutex_lock(&pool->mutex);
	pool->in_use--;
	push(connection_is_open(c) ? &pool->open : &pool->closed, c);
	if (connection_is_open(c))
		(void)pthread_cond_signal(&pool->changed);
	else
		(void)pthread_cond_broadcast(&pool->changed);
	(void)pthread_mutex_unlock(&pool->mutex);
}

enum err
pool_run(struct db_pool *pool, struct ctx *ctx, const struct db_call *calls, size_t n)
{
	bool refused = false;
	enum err err;

	do {
		bool again = refused;
		struct connection *c = NULL;

		TRY(pool_take(pool, &ctx->fault, &c));
		err = connection_run(c, ctx->arena, &ctx->fault, calls, n);
		refused = !again && connection_refused(c);
		pool_give(pool, c);
	} while (refused);
	return err;
}

enum { CHECK_SESSIONS = 4, CHECK_ARENA_MAX = 64 * 1024 };

/* Whether the process of a session is the one that was announced: nobody is in between, or somebody who passes
 * everything on. */
static bool
is_direct(struct db_pool *pool)
{
	struct fault fault = {0};
	struct arena *arena = arena_new(CHECK_ARENA_MAX);
	struct rows rows = {0};
	const struct db_call call = {SQL_session_server_process, &rows, NULL, 0};
	struct connection *c = NULL;
	bool direct = false;

	if (pool_take(pool, &fault, &c) == ERR_OK) {
		direct = connection_run(c, arena, &fault, &call, 1) == ERR_OK &&
			 row_int(&rows, 0, 0) == connection_process(c);
		pool_give(pool, c);
	}
	arena_free(arena);
	return direct;
}

/* Each session is opened while the earlier ones are idle. A pooler that pools by transaction gives it one
 * of theirs on the server, or a new one, of which it opens one in advance at the most. */
bool
db_pool_check(struct db_pool *pool, char problem[CONNECTION_PROBLEM_MAX])
{
	struct connection *sessions[CHECK_SESSIONS] = {NULL};
	bool open = true;

	problem[0] = '\0';
	if (is_direct(pool))
		return true;
	for (size_t i = 0; i < CHECK_SESSIONS && open; i++) {
		sessions[i] = connection_new(&pool->options, pool->connector);
		open = sessions[i] != NULL && connection_open(sessions[i], problem);
	}
	for (size_t i = 0; i < CHECK_SESSIONS; i++)
		connection_free(sessions[i]);
	return open || strstr(problem, session_is_shared) == NULL;
}
