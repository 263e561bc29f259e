#include "jobs/crew.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "db/db.h"
#include "queue/claims.h"

enum { ARENA_MAX = 64 * 1024 * 1024, POLL_MS = 1000, PAUSE_AFTER_FAILURE_MS = 1000 };
enum { INSIST_S = 30 };

/* A duty and who waits for it. */
struct post {
	const struct duty *duty;
	pthread_cond_t call;
	uint64_t wakes;
};

struct hand {
	struct crew *crew;
	struct post *post;
	enum err failure; /* of the last run, so that a lasting one is logged once */
	pthread_t thread;
};

/* Who renews what the others have claimed, over a connection of its own. */
struct keeper {
	struct app app;
	pthread_cond_t call;
	pthread_t thread;
	bool runs;
};

struct crew {
	struct app app;
	struct keeper keeper;
	bool idle; /* all hands have left */
	pthread_mutex_t mutex;
	bool stop;
	struct post *posts;
	size_t post_count;
	struct hand *hands;
	size_t hand_count;
};

static const char *
duty_name(const struct duty *duty)
{
	return duty->kind != NULL ? duty->kind->name : duty->job->name;
}

static void
log_failure(struct hand *hand, const struct ctx *ctx, enum err err)
{
	if (err != hand->failure)
		log_event(LOG_LEVEL_ERROR, "job",
			  LOG_FIELDS({"job", duty_name(hand->post->duty), 0},
				     {"code", err_code(err), 0}, {"detail", ctx->fault.detail, 0}));
}

/* Run once; how many milliseconds to wait before the next time. */
static int64_t
run_once(struct hand *hand, struct arena *arena)
{
	const struct app *app = &hand->crew->app;
	const struct duty *duty = hand->post->duty;
	struct ctx ctx = {.app = app, .arena = arena, .now = app->now()};
	bool found = false;
	enum err err = duty->kind != NULL ? queue_run_one(&ctx, duty->kind, &found)
					  : duty->job->run(&ctx, &found);

	if (err != ERR_OK)
		log_failure(hand, &ctx, err);
	hand->failure = err;
	arena_reset(arena);
	if (err != ERR_OK)
		return PAUSE_AFTER_FAILURE_MS;
	if (found)
		return 0;
	return duty->kind != NULL ? POLL_MS : duty->job->pause_ms;
}

static struct timespec
after_ms(int64_t ms)
{
	int64_t ns = clock_monotonic_ns() + ms * 1000000;

	return (struct timespec){ns / 1000000000, ns % 1000000000};
}

/* What was said since seen was read is not waited for. False when the crew stops. */
static bool
wait_for_work(struct hand *hand, uint64_t seen, int64_t pause_ms)
{
	struct crew *crew = hand->crew;
	struct post *post = hand->post;
	struct timespec until = after_ms(pause_ms);
	bool stop;

	(void)pthread_mutex_lock(&crew->mutex);
	while (!crew->stop && pause_ms > 0 && post->wakes == seen &&
	       pthread_cond_timedwait(&post->call, &crew->mutex, &until) != ETIMEDOUT)
		;
	stop = crew->stop;
	(void)pthread_mutex_unlock(&crew->mutex);
	return !stop;
}

static uint64_t
wakes_of(struct hand *hand)
{
	uint64_t wakes;

	(void)pthread_mutex_lock(&hand->crew->mutex);
	wakes = hand->post->wakes;
	(void)pthread_mutex_unlock(&hand->crew->mutex);
	return wakes;
}

static void *
hand_main(void *arg)
{
	struct hand *hand = arg;
	struct arena *arena = arena_new(ARENA_MAX);
	uint64_t seen;
	int64_t pause_ms;

	do {
		seen = wakes_of(hand);
		pause_ms = run_once(hand, arena);
	} while (wait_for_work(hand, seen, pause_ms));
	arena_free(arena);
	return NULL;
}

static void *
keeper_main(void *arg)
{
	struct crew *crew = arg;
	struct arena *arena = arena_new(ARENA_MAX);

	(void)pthread_mutex_lock(&crew->mutex);
	while (!crew->idle) {
		struct ctx ctx = {.app = &crew->keeper.app, .arena = arena};
		struct timespec until = after_ms(CLAIM_RENEW_MS / 2);

		(void)pthread_mutex_unlock(&crew->mutex);
		(void)!claims_renew(&ctx, crew->app.claims); /* if not now, then the next time */
		arena_reset(arena);
		(void)pthread_mutex_lock(&crew->mutex);
		if (!crew->idle)
			(void)pthread_cond_timedwait(&crew->keeper.call, &crew->mutex, &until);
	}
	(void)pthread_mutex_unlock(&crew->mutex);
	arena_free(arena);
	return NULL;
}

static bool
start_keeper(struct crew *crew)
{
	struct keeper *keeper = &crew->keeper;

	keeper->app = crew->app;
	keeper->app.pool = db_pool_beside(crew->app.pool);
	if (keeper->app.pool == NULL)
		return false;
	keeper->runs = pthread_create(&keeper->thread, NULL, keeper_main, crew) == 0;
	return keeper->runs;
}

static void
stop_keeper(struct crew *crew)
{
	(void)pthread_mutex_lock(&crew->mutex);
	crew->idle = true;
	(void)pthread_cond_signal(&crew->keeper.call);
	(void)pthread_mutex_unlock(&crew->mutex);
	if (crew->keeper.runs)
		(void)pthread_join(crew->keeper.thread, NULL);
	db_pool_free(crew->keeper.app.pool);
}

static void
crew_free(struct crew *crew)
{
	for (size_t i = 0; i < crew->post_count; i++)
		(void)pthread_cond_destroy(&crew->posts[i].call);
	(void)pthread_cond_destroy(&crew->keeper.call);
	(void)pthread_mutex_destroy(&crew->mutex);
	claims_free(crew->app.claims);
	free(crew->posts);
	free(crew->hands);
	free(crew);
}

static void
init_call(pthread_cond_t *call)
{
	pthread_condattr_t monotonic;

	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(call, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
}

static struct crew *
crew_new(const struct app *app, const struct duty *list)
{
	struct crew *crew = calloc(1, sizeof(*crew));
	size_t posts = 0;
	size_t hands = 0;

	assert(list[0].threads > 0);
	if (crew == NULL)
		return NULL;
	for (; list[posts].threads > 0; posts++)
		hands += list[posts].threads;
	crew->app = *app;
	crew->app.claims = claims_new(hands);
	crew->app.insist_s = INSIST_S;
	(void)pthread_mutex_init(&crew->mutex, NULL);
	init_call(&crew->keeper.call);
	crew->posts = calloc(posts, sizeof(*crew->posts));
	crew->hands = calloc(hands, sizeof(*crew->hands));
	if (crew->app.claims != NULL && crew->posts != NULL && crew->hands != NULL)
		return crew;
	crew_free(crew);
	return NULL;
}

static struct post *
add_post(struct crew *crew, const struct duty *duty)
{
	struct post *post = &crew->posts[crew->post_count++];

	post->duty = duty;
	init_call(&post->call);
	return post;
}

static bool
start_hands(struct crew *crew, struct post *post)
{
	for (size_t i = 0; i < post->duty->threads; i++) {
		struct hand *hand = &crew->hands[crew->hand_count];

		*hand = (struct hand){.crew = crew, .post = post};
		if (pthread_create(&hand->thread, NULL, hand_main, hand) != 0)
			return false;
		crew->hand_count++;
	}
	return true;
}

struct crew *
crew_start(const struct app *app, const struct duty *list)
{
	struct crew *crew = crew_new(app, list);

	if (crew == NULL || !start_keeper(crew))
		return NULL;
	for (; list->threads > 0; list++)
		if (!start_hands(crew, add_post(crew, list)))
			return NULL;
	return crew;
}

void
crew_wake(struct crew *crew, const char *kind)
{
	(void)pthread_mutex_lock(&crew->mutex);
	for (size_t i = 0; i < crew->post_count; i++) {
		struct post *post = &crew->posts[i];

		if (post->duty->kind == NULL ||
		    (kind != NULL && !text_equal(kind, post->duty->kind->name)))
			continue;
		post->wakes++;
		(void)pthread_cond_broadcast(&post->call);
	}
	(void)pthread_mutex_unlock(&crew->mutex);
}

bool
crew_stop(struct crew *crew, int64_t patience_ms)
{
	struct timespec until = after_ms(patience_ms);

	(void)pthread_mutex_lock(&crew->mutex);
	crew->stop = true;
	for (size_t i = 0; i < crew->post_count; i++)
		(void)pthread_cond_broadcast(&crew->posts[i].call);
	(void)pthread_mutex_unlock(&crew->mutex);
	for (; crew->hand_count > 0; crew->hand_count--)
		if (pthread_clockjoin_np(crew->hands[crew->hand_count - 1].thread, NULL,
					 CLOCK_MONOTONIC, &until) != 0)
			return false;
	stop_keeper(crew);
	crew_free(crew);
	return true;
}
