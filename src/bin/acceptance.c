#include "bin/acceptance.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/operation/key_fingerprint.h"
#include "app/operation/sighting.h"
#include "base/arena.h"
#include "base/log.h"
#include "runtime/app.h"

enum { PROBLEM_MAX = 256, ARENA_MAX = 1 << 20, BEAT_S = 1, REPEAT_S = 60 };

struct acceptance {
	const struct config *config;
	const struct keyring *keys;
	bool is_server;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool lacks_keys;
	char problem[PROBLEM_MAX]; /* of the last refusal */
	int64_t logged_ns;         /* when it was logged */
	struct sighting seen;      /* the last beat that this process knows of */
	bool kept;                 /* and has kept in the file */
	const struct app *app;     /* NULL: not watching */
	pthread_t thread;
	bool stop;
};

struct acceptance *
acceptance_new(const struct config *config, const struct keyring *keys, bool is_server)
{
	struct acceptance *a = calloc(1, sizeof(*a));
	pthread_condattr_t monotonic;

	if (a == NULL)
		return NULL;
	a->config = config;
	a->keys = keys;
	a->is_server = is_server;
	a->kept = true;
	(void)pthread_mutex_init(&a->mutex, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&a->changed, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	return a;
}

void
acceptance_free(struct acceptance *a)
{
	if (a == NULL)
		return;
	(void)pthread_cond_destroy(&a->changed);
	(void)pthread_mutex_destroy(&a->mutex);
	free(a);
}

/* A refusal is logged when it is new, and once a minute. */
static bool
refuse(struct acceptance *a, const char *why, bool lacks_keys, char problem[PROBLEM_MAX])
{
	int64_t now_ns = clock_monotonic_ns();
	bool is_due;

	(void)snprintf(problem, PROBLEM_MAX, "%s", why);
	(void)pthread_mutex_lock(&a->mutex);
	a->lacks_keys = lacks_keys;
	is_due = strncmp(a->problem, problem, PROBLEM_MAX) != 0 ||
		 now_ns - a->logged_ns > REPEAT_S * INT64_C(1000000000);
	if (is_due)
		a->logged_ns = now_ns;
	(void)snprintf(a->problem, PROBLEM_MAX, "%s", problem);
	(void)pthread_mutex_unlock(&a->mutex);
	if (is_due && a->is_server)
		log_event(LOG_LEVEL_ERROR, "database_refused", LOG_FIELDS({"why", problem, 0}));
	return false;
}

static bool
has_keys(struct acceptance *a, struct ctx *ctx, char problem[PROBLEM_MAX])
{
	const char *why = NULL;
	bool recorded;

	if (key_fingerprint_check(ctx, a->keys, a->config->secrets_dir, &why, &recorded) != ERR_OK)
		return refuse(a, ctx->fault.detail, false, problem);
	return why == NULL || refuse(a, why, true, problem);
}

static enum err
judge(struct acceptance *a, struct ctx *ctx, instance_ask *ask, struct instance *instance,
      enum verdict *verdict)
{
	struct sighting own;
	enum err err;

	(void)pthread_mutex_lock(&a->mutex);
	own = a->seen;
	(void)pthread_mutex_unlock(&a->mutex);
	err = sighting_judge(ctx, ask, a->config->state_dir, &own, instance, verdict);
	(void)pthread_mutex_lock(&a->mutex);
	if (err == ERR_OK && !uuid_equal(a->seen.instance_id, own.instance_id))
		a->seen = own;
	(void)pthread_mutex_unlock(&a->mutex);
	return err;
}

static bool
note_promotion(struct acceptance *a, struct ctx *ctx, const struct instance *instance,
	       char problem[PROBLEM_MAX])
{
	if (instance_promoted(ctx, instance) != ERR_OK)
		return refuse(a, ctx->fault.detail, false, problem);
	log_event(LOG_LEVEL_WARN, "database_promoted",
		  LOG_FIELDS({"timeline", NULL, instance->here_timeline}));
	return true;
}

static bool
is_servable(struct acceptance *a, struct ctx *ctx, char problem[PROBLEM_MAX])
{
	struct instance instance;
	enum verdict verdict;

	if (judge(a, ctx, instance_look, &instance, &verdict) != ERR_OK)
		return refuse(a, ctx->fault.detail, false, problem);
	if (verdict_problem(verdict) != NULL)
		return refuse(a, verdict_problem(verdict), false, problem);
	return verdict != VERDICT_PROMOTED || note_promotion(a, ctx, &instance, problem);
}

bool
acceptance_ask(void *arg, struct ctx *ctx, char problem[PROBLEM_MAX])
{
	struct acceptance *a = arg;

	if (!has_keys(a, ctx, problem) || (a->is_server && !is_servable(a, ctx, problem)))
		return false;
	(void)pthread_mutex_lock(&a->mutex);
	a->problem[0] = '\0';
	a->lacks_keys = false;
	(void)pthread_mutex_unlock(&a->mutex);
	return true;
}

bool
acceptance_lacks_keys(struct acceptance *a, char problem[PROBLEM_MAX])
{
	bool lacks_keys;

	(void)pthread_mutex_lock(&a->mutex);
	(void)snprintf(problem, PROBLEM_MAX, "%s", a->problem);
	lacks_keys = a->lacks_keys;
	(void)pthread_mutex_unlock(&a->mutex);
	return lacks_keys;
}

static void
remember(struct acceptance *a, const struct sighting *seen)
{
	char problem[PROBLEM_MAX];
	bool kept = sighting_keep(a->config->state_dir, seen, problem);

	if (!kept && a->kept)
		log_event(LOG_LEVEL_WARN, "sighting_not_kept", LOG_FIELDS({"why", problem, 0}));
	a->kept = kept;
	(void)pthread_mutex_lock(&a->mutex);
	a->seen = *seen;
	(void)pthread_mutex_unlock(&a->mutex);
}

static void
beat(struct acceptance *a)
{
	struct ctx ctx = app_ctx(a->app, arena_new(ARENA_MAX));
	struct instance instance;
	enum verdict verdict;

	if (judge(a, &ctx, instance_beat, &instance, &verdict) == ERR_OK) {
		struct sighting seen = {instance.instance_id, instance.accepted_at, instance.beat};
		const char *why = verdict_problem(verdict);
		char problem[PROBLEM_MAX];

		if (why == NULL) {
			remember(a, &seen);
		} else {
			(void)refuse(a, why, false, problem);
			(void)kill(getpid(), SIGTERM);
		}
	}
	arena_free(ctx.arena);
}

/* False when it must stop. Called with the mutex. */
static bool
wait_for_beat(struct acceptance *a)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += BEAT_S;
	while (!a->stop && pthread_cond_timedwait(&a->changed, &a->mutex, &until) == 0)
		;
	return !a->stop;
}

static void *
watch(void *arg)
{
	struct acceptance *a = arg;

	/* Not at once: the first request would have to open a second session. */
	(void)pthread_mutex_lock(&a->mutex);
	while (wait_for_beat(a)) {
		(void)pthread_mutex_unlock(&a->mutex);
		beat(a);
		(void)pthread_mutex_lock(&a->mutex);
	}
	(void)pthread_mutex_unlock(&a->mutex);
	return NULL;
}

bool
acceptance_watch(struct acceptance *a, const struct app *app)
{
	a->app = app;
	if (pthread_create(&a->thread, NULL, watch, a) == 0)
		return true;
	a->app = NULL;
	return false;
}

void
acceptance_stop(struct acceptance *a)
{
	if (a == NULL || a->app == NULL)
		return;
	(void)pthread_mutex_lock(&a->mutex);
	a->stop = true;
	(void)pthread_cond_signal(&a->changed);
	(void)pthread_mutex_unlock(&a->mutex);
	(void)pthread_join(a->thread, NULL);
	a->app = NULL;
}
