/*
 * runner.h - the threads that run jobs.
 *
 * Each job has its own threads. They look for work when they are woken, and every second anyway, so
 * a lost wake-up only costs time. One more thread renews the claims.
 */
#ifndef JOBS_RUNNER_H
#define JOBS_RUNNER_H

#include "jobs/job.h"

struct runner;

/* Start the threads of a list that ends with a row without threads; app and list must outlive
 * them. NULL if one can't be started. */
struct runner *runner_start(const struct app *app, const struct job *list) MUST_CHECK;
/* Look at once for jobs of this kind of the queue; NULL: of every kind. */
void runner_wake(struct runner *runner, const char *kind);
/* Start no more jobs, and wait for running ones. True, with the runner freed, if they finished
 * in time; else its resources must stay, and this may be called once more. */
bool runner_stop(struct runner *runner, int64_t timeout_ms) MUST_CHECK;

#endif
