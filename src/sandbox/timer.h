/*
 * timer.h - delayed work, done by a few threads.
 */
#ifndef SANDBOX_TIMER_H
#define SANDBOX_TIMER_H

#include <stdint.h>

struct timer;

/* arg belongs to the work, and may be released by free(arg) without running it. */
typedef void timer_work(void *arg);

/* NULL on failure. */
struct timer *timer_new(int threads);
/* Drop pending work, wait for running work. NULL is allowed. */
void timer_free(struct timer *timer);
void timer_add(struct timer *timer, int64_t delay_ms, timer_work *work, void *arg);

#endif
