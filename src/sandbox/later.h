/*
 * later.h - work that is due at a time, done by a few threads.
 */
#ifndef SANDBOX_LATER_H
#define SANDBOX_LATER_H

#include <stdint.h>

struct later;

/* arg belongs to the work, which must be fit to be dropped by free(arg) instead. */
typedef void later_work(void *arg);

/* NULL if the system can't. */
struct later *later_new(int threads);
/* Drop what is not done yet, finish what was begun. NULL is allowed. */
void later_free(struct later *later);
void later_add(struct later *later, int64_t delay_ms, later_work *work, void *arg);

#endif
