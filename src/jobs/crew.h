/*
 * crew.h - the threads that run jobs.
 *
 * Each duty has threads of its own. They look for work when they are woken, and every
 * second anyway, so a wake that is lost costs time and nothing else. One more thread renews
 * what they have claimed.
 */
#ifndef JOBS_CREW_H
#define JOBS_CREW_H

#include "jobs/job.h"

struct crew;

/* Start the threads of a list that ends with a row without threads; app and list must outlive
 * them. NULL if one can't be started. */
struct crew *crew_start(const struct app *app, const struct duty *list) MUST_CHECK;
/* Look at once for jobs of this kind of the queue; NULL: of every kind. */
void crew_wake(struct crew *crew, const char *kind);
/* Begin nothing more, and wait for what was begun. True, and the crew is gone, if that ended in
 * time; else what it uses must stay, and this may be called once more. */
bool crew_stop(struct crew *crew, int64_t patience_ms) MUST_CHECK;

#endif
