/*
 * timer.h - work that is due at a time, done by a few threads.
 */
#ifndef SANDBOX_TIMER_H
#define SANDBOX_TIMER_H

#include <stdint.h>

struct timer;

/* arg belongs to the work, which must be fit to be dropped by free(arg) instead. */
typedef void timer_work(void *arg);

/* NULL if the system can't. */
struct timer *timer_new(int threads);
/* Drop what is not done yet, finish what was begun. NULL is allowed. */
void timer_free(struct timer *timer);
void timer_add(struct timer *timer, int64_t delay_ms, timer_work *work, void *arg);

#endif
