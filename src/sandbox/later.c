#include "sandbox/later.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

enum { THREADS_MAX = 16 };

struct task {
	int64_t due_ns;
	later_work *work;
	void *arg;
	struct task *next;
};

struct later {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct task *first; /* in the order in which they are due */
	bool stop;
	int count;
	pthread_t threads[THREADS_MAX];
};

/* The first task that is due; waits for it. NULL at the end. */
static struct task *
next_task(struct later *later)
{
	struct task *task = NULL;

	(void)pthread_mutex_lock(&later->mutex);
	while (!later->stop && task == NULL) {
		task = later->first;
		if (task == NULL) {
			(void)pthread_cond_wait(&later->changed, &later->mutex);
		} else if (task->due_ns > clock_monotonic_ns()) {
			struct timespec until = {task->due_ns / 1000000000,
						 task->due_ns % 1000000000};

			(void)pthread_cond_timedwait(&later->changed, &later->mutex, &until);
			task = NULL;
		} else {
			later->first = task->next;
		}
	}
	if (later->stop)
		task = NULL;
	(void)pthread_mutex_unlock(&later->mutex);
	return task;
}

static void *
thread_main(void *arg)
{
	struct later *later = arg;
	struct task *task;

	while ((task = next_task(later)) != NULL) {
		task->work(task->arg);
		free(task);
	}
	return NULL;
}

struct later *
later_new(int threads)
{
	struct later *later = calloc(1, sizeof(*later));
	pthread_condattr_t monotonic;

	if (later == NULL)
		return NULL;
	(void)pthread_mutex_init(&later->mutex, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&later->changed, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	while (later->count < threads && later->count < THREADS_MAX) {
		if (pthread_create(&later->threads[later->count], NULL, thread_main, later) != 0) {
			later_free(later);
			return NULL;
		}
		later->count++;
	}
	return later;
}

void
later_free(struct later *later)
{
	struct task *task;

	if (later == NULL)
		return;
	(void)pthread_mutex_lock(&later->mutex);
	later->stop = true;
	(void)pthread_cond_broadcast(&later->changed);
	(void)pthread_mutex_unlock(&later->mutex);
	for (int i = 0; i < later->count; i++)
		(void)pthread_join(later->threads[i], NULL);
	while ((task = later->first) != NULL) {
		later->first = task->next;
		free(task->arg);
		free(task);
	}
	(void)pthread_cond_destroy(&later->changed);
	(void)pthread_mutex_destroy(&later->mutex);
	free(later);
}

void
later_add(struct later *later, int64_t delay_ms, later_work *work, void *arg)
{
	struct task *task = malloc(sizeof(*task));
	struct task **at = &later->first;

	if (task == NULL)
		abort();
	*task = (struct task){clock_monotonic_ns() + delay_ms * 1000000, work, arg, NULL};
	(void)pthread_mutex_lock(&later->mutex);
	while (*at != NULL && (*at)->due_ns <= task->due_ns)
		at = &(*at)->next;
	task->next = *at;
	*at = task;
	(void)pthread_cond_broadcast(&later->changed);
	(void)pthread_mutex_unlock(&later->mutex);
}
