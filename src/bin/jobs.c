/* cowry-jobs - does everything that waits: mail, expiries, retention. */
#include <config.h>

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "bin/start.h"
#include "jobs/job.h"
#include "json/reader.h"

static const char program[] = "cowry-jobs";

enum { ARENA_MAX = 64 * 1024 * 1024, PAUSE_AFTER_FAILURE_MS = 1000 };

/* A thread of its own for each kind of job, so that a slow one holds up nothing else. */
struct runner {
	const struct app *app;
	const struct job *job;
	pthread_mutex_t *mutex;
	pthread_cond_t *stopped;
	const bool *stop;
	pthread_t thread;
};

/* Run once; how many milliseconds to wait before the next time. */
static int64_t
run_once(const struct runner *runner, struct arena *arena)
{
	struct ctx ctx = {.app = runner->app, .arena = arena, .now = runner->app->now()};
	bool found = false;

	if (runner->job->run(&ctx, &found) != ERR_OK) {
		log_event(LOG_LEVEL_ERROR, "job",
			  LOG_FIELDS({"job", runner->job->name, 0},
				     {"code", err_code(ctx.fault.err), 0},
				     {"detail", ctx.fault.detail, 0}));
		arena_reset(arena);
		return PAUSE_AFTER_FAILURE_MS;
	}
	arena_reset(arena);
	return found ? 0 : runner->job->pause_ms;
}

static struct timespec
after_ms(int64_t ms)
{
	int64_t ns = clock_monotonic_ns() + ms * 1000000;

	return (struct timespec){ns / 1000000000, ns % 1000000000};
}

static void *
runner_main(void *arg)
{
	struct runner *runner = arg;
	struct arena *arena = arena_new(ARENA_MAX);
	bool stop = false;

	json_thread_init();
	while (!stop) {
		int64_t pause_ms = run_once(runner, arena);
		struct timespec until = after_ms(pause_ms);

		(void)pthread_mutex_lock(runner->mutex);
		while (!*runner->stop && pause_ms > 0 &&
		       pthread_cond_timedwait(runner->stopped, runner->mutex, &until) != ETIMEDOUT)
			;
		stop = *runner->stop;
		(void)pthread_mutex_unlock(runner->mutex);
	}
	arena_free(arena);
	return NULL;
}

static const struct job *const jobs[] = {&job_mail, &job_token_request, &job_hold_expiry,
					 &job_retention};
enum { JOBS = sizeof(jobs) / sizeof(jobs[0]) };

/* Run all kinds of job until a signal asks to stop; what was begun is finished. */
static void
run_all(const struct app *app, const sigset_t *signals)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_condattr_t monotonic;
	pthread_cond_t stopped;
	bool stop = false;
	struct runner runners[JOBS];
	int number;

	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&stopped, &monotonic);
	for (size_t i = 0; i < JOBS; i++) {
		runners[i] = (struct runner){app, jobs[i], &mutex, &stopped, &stop, 0};
		if (pthread_create(&runners[i].thread, NULL, runner_main, &runners[i]) != 0)
			start_failed(program, "a thread can't be started");
	}
	(void)sigwait(signals, &number);
	(void)pthread_mutex_lock(&mutex);
	stop = true;
	(void)pthread_cond_broadcast(&stopped);
	(void)pthread_mutex_unlock(&mutex);
	for (size_t i = 0; i < JOBS; i++)
		(void)pthread_join(runners[i].thread, NULL);
	(void)pthread_cond_destroy(&stopped);
	(void)pthread_condattr_destroy(&monotonic);
}

int
main(int argc, char **argv)
{
	struct config config;
	struct app app;
	sigset_t signals;

	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		(void)printf("%s %s\n", program, PACKAGE_VERSION);
		return 0;
	}
	start_config(&config, program);
	start_check(&config, program);
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	start_app(&app, &config, program, config.database_url);
	log_event(LOG_LEVEL_INFO, "started", NULL);
	run_all(&app, &signals);
	log_event(LOG_LEVEL_INFO, "stopped", NULL);
	stop_app(&app);
	curl_global_cleanup();
	return 0;
}
