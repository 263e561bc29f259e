#include "sandbox/timer.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

enum { THREADS_MAX = 16 };

struct task {
	int64_t due_ns;
	timer_work *work;
	void *arg;
	struct task *next;
};

struct timer {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct task *first; /* in the order in which they are due */
	bool stop;
	int count;
	pthread_t threads[THREADS_MAX];
};

/* The first due task; waits for it. NULL at the end. */
static struct task *
next_task(struct timer *timer)
{
	struct task *task = NULL;

	(void)pthread_mutex_lock(&timer->mutex);
	while (!timer->stop && task == NULL) {
		task = timer->first;
		if (task == NULL) {
			(void)pthread_cond_wait(&timer->changed, &timer->mutex);
		} else if (task->due_ns > clock_monotonic_ns()) {
			struct timespec until = {task->due_ns / 1000000000,
						 task->due_ns % 1000000000};

			(void)pthread_cond_timedwait(&timer->changed, &timer->mutex, &until);
			task = NULL;
		} else {
			timer->first = task->next;
		}
	}
	if (timer->stop)
		task = NULL;
	(void)pthread_mutex_unlock(&timer->mutex);
	return task;
}

static void *
thread_main(void *arg)
{
	struct timer *timer = arg;
	struct task *task;

	while ((task = next_task(timer)) != NULL) {
		task->work(task->arg);
		free(task);
	}
	return NULL;
}

struct timer *
timer_new(int threads)
{
	struct timer *timer = calloc(1, sizeof(*timer));
	pthread_condattr_t monotonic;

	if (timer == NULL)
		return NULL;
	(void)pthread_mutex_init(&timer->mutex, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&timer->changed, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	while (timer->count < threads && timer->count < THREADS_MAX) {
		if (pthread_create(&timer->threads[timer->count], NULL, thread_main, timer) != 0) {
			timer_free(timer);
			return NULL;
		}
		timer->count++;
	}
	return timer;
}

void
timer_free(struct timer *timer)
{
	struct task *task;

	if (timer == NULL)
		return;
	(void)pthread_mutex_lock(&timer->mutex);
	timer->stop = true;
	(void)pthread_cond_broadcast(&timer->changed);
	(void)pthread_mutex_unlock(&timer->mutex);
	for (int i = 0; i < timer->count; i++)
		(void)pthread_join(timer->threads[i], NULL);
	while ((task = timer->first) != NULL) {
		timer->first = task->next;
		free(task->arg);
		free(task);
	}
	(void)pthread_cond_destroy(&timer->changed);
	(void)pthread_mutex_destroy(&timer->mutex);
	free(timer);
}

void
timer_add(struct timer *timer, int64_t delay_ms, timer_work *work, void *arg)
{
	struct task *task = malloc(sizeof(*task));
	struct task **at = &timer->first;

	if (task == NULL)
		abort();
	*task = (struct task){clock_monotonic_ns() + delay_ms * 1000000, work, arg, NULL};
	(void)pthread_mutex_lock(&timer->mutex);
	while (*at != NULL && (*at)->due_ns <= task->due_ns)
		at = &(*at)->next;
	task->next = *at;
	*at = task;
	(void)pthread_cond_broadcast(&timer->changed);
	(void)pthread_mutex_unlock(&timer->mutex);
}
