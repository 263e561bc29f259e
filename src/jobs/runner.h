/*
 * runner.h - the threads that run jobs.
 *
 * Each job has threads of its own. They look for work when they are woken, and every
 * second anyway, so a wake that is lost costs time and nothing else. One more thread renews
 * what they have claimed.
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
/* Begin nothing more, and wait for what was begun. True, and the runner is gone, if that ended in
 * time; else what it uses must stay, and this may be called once more. */
bool runner_stop(struct runner *runner, int64_t timeout_ms) MUST_CHECK;

#endif
