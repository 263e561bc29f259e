#include <config.h>

#include "bin/task.h"

#include <fcgiapp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/fiber.h"

enum { REQUEST_ARENA_MAX = 64 * 1024 * 1024, STACK = 512 * 1024 };
/* A thread that resumes a task wakes another one if at least so many others can go on. */
enum { SHARED_FROM = 8 };
/* So many are kept for further requests, beside the least number. */
enum { KEPT = 128 };

struct task {
	struct tasks *tasks;
	struct task *next; /* in the list of ready or free ones */
	struct fiber *fiber;
	struct arena *arena;
	FCGX_Request fcgi;
	int fd;
};

struct tasks {
	struct tasks_options options;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* a task is ready or free, or the last one ended */
	struct task *ready;     /* in the order in which they became so */
	struct task **ready_end;
	struct task *free;
	int64_t ready_count;
	int64_t free_count;
	int64_t under_way;
	int64_t listening; /* threads in pthread_cond_wait() */
	bool woken;        /* a thread was woken, and has not come yet */
	atomic_long idle;  /* threads that wait elsewhere */
};

/* The work of a fiber: a request between two pauses. */
static void
task_main(void *arg)
{
	struct task *task = arg;
	const struct tasks_options *options = &task->tasks->options;

	for (;;) {
		options->serve(options->context, &task->fcgi, task->arena, task->fd);
		fiber_pause();
	}
}

/* Whether a thread should be woken for what is ready. Called with the lock held. */
static bool
should_wake(struct tasks *tasks)
{
	if (tasks->woken || atomic_load(&tasks->idle) == 0)
		return false;
	tasks->woken = true;
	return true;
}

static void
task_ready(void *arg)
{
	struct task *task = arg;
	struct tasks *tasks = task->tasks;
	bool wakes;

	task->next = NULL;
	(void)pthread_mutex_lock(&tasks->lock);
	*tasks->ready_end = task;
	tasks->ready_end = &task->next;
	tasks->ready_count++;
	if (tasks->listening > 0)
		(void)pthread_cond_signal(&tasks->changed);
	wakes = should_wake(tasks);
	(void)pthread_mutex_unlock(&tasks->lock);
	if (wakes)
		tasks->options.wake(tasks->options.context);
}

static void
task_free(struct task *task)
{
	if (task->fiber != NULL)
		FCGX_Free(&task->fcgi, 1);
	fiber_free(task->fiber);
	arena_free(task->arena);
	free(task);
}

/* libfcgi gets its connections from us, and accepts none. */
static struct task *
task_new(struct tasks *tasks)
{
	struct task *task = calloc(1, sizeof(*task));

	if (task == NULL)
		return NULL;
	task->tasks = tasks;
	task->arena = arena_new(REQUEST_ARENA_MAX);
	if (FCGX_InitRequest(&task->fcgi, -1, 0) == 0) {
		task->fcgi.ipcFd = -1;
		task->fiber = fiber_new(STACK, task_main, task_ready, task);
		if (task->fiber != NULL)
			return task;
		FCGX_Free(&task->fcgi, 1);
	}
	task_free(task);
	return NULL;
}

/* Called with the lock held. */
static void
put_free(struct tasks *tasks, struct task *task)
{
	task->next = tasks->free;
	tasks->free = task;
	tasks->free_count++;
}

/* Called with the lock held. */
static struct task *
take_free(struct tasks *tasks)
{
	struct task *task = tasks->free;

	if (task != NULL) {
		tasks->free = task->next;
		tasks->free_count--;
	}
	return task;
}

/* Called with the lock held. */
static struct task *
take_ready(struct tasks *tasks)
{
	struct task *task = tasks->ready;

	if (task == NULL)
		return NULL;
	tasks->ready = task->next;
	if (tasks->ready == NULL)
		tasks->ready_end = &tasks->ready;
	tasks->ready_count--;
	return task;
}

struct tasks *
tasks_new(const struct tasks_options *options)
{
	struct tasks *tasks = calloc(1, sizeof(*tasks));

	if (tasks == NULL)
		return NULL;
	tasks->options = *options;
	tasks->ready_end = &tasks->ready;
	(void)pthread_mutex_init(&tasks->lock, NULL);
	(void)pthread_cond_init(&tasks->changed, NULL);
	while (tasks->free_count < options->least) {
		struct task *task = task_new(tasks);

		if (task == NULL) {
			tasks_free(tasks);
			return NULL;
		}
		put_free(tasks, task);
	}
	return tasks;
}

void
tasks_free(struct tasks *tasks)
{
	struct task *task;

	if (tasks == NULL)
		return;
	while ((task = take_free(tasks)) != NULL)
		task_free(task);
	(void)pthread_cond_destroy(&tasks->changed);
	(void)pthread_mutex_destroy(&tasks->lock);
	free(tasks);
}

struct task *
tasks_next(struct tasks *tasks)
{
	struct task *task;
	bool wakes = false;

	(void)pthread_mutex_lock(&tasks->lock);
	tasks->woken = false;
	task = take_ready(tasks);
	if (task == NULL)
		(void)atomic_fetch_add(&tasks->idle, 1);
	else if (tasks->ready_count >= SHARED_FROM)
		wakes = should_wake(tasks);
	(void)pthread_mutex_unlock(&tasks->lock);
	if (wakes)
		tasks->options.wake(tasks->options.context);
	return task;
}

void
tasks_awake(struct tasks *tasks)
{
	(void)atomic_fetch_sub(&tasks->idle, 1);
}

/* A free one, or a new one; NULL if as many as may be, or as memory allows, are under way. Called with the lock
 * held. */
static struct task *
find_free(struct tasks *tasks)
{
	struct task *task = take_free(tasks);

	if (task == NULL && tasks->under_way < tasks->options.most)
		task = task_new(tasks);
	if (task != NULL)
		tasks->under_way++;
	return task;
}

/* Sleep until something changes. Called with the lock held. */
static void
listen_once(struct tasks *tasks)
{
	tasks->listening++;
	(void)pthread_cond_wait(&tasks->changed, &tasks->lock);
	tasks->listening--;
}

/* Run a task that is ready, or else sleep until something changes. Called with the lock held. */
static void
run_another(struct tasks *tasks)
{
	struct task *task = take_ready(tasks);

	if (task == NULL) {
		listen_once(tasks);
		return;
	}
	(void)pthread_mutex_unlock(&tasks->lock);
	tasks_run(tasks, task);
	(void)pthread_mutex_lock(&tasks->lock);
}

struct task *
tasks_begin(struct tasks *tasks, int fd)
{
	struct task *task;

	(void)pthread_mutex_lock(&tasks->lock);
	while ((task = find_free(tasks)) == NULL)
		run_another(tasks);
	(void)pthread_mutex_unlock(&tasks->lock);
	task->fd = fd;
	return task;
}

static bool
resume(struct tasks *tasks, struct task *task)
{
	const struct tasks_options *options = &tasks->options;
	bool paused;

	if (options->busy != NULL)
		options->busy(options->context, 1);
	paused = fiber_resume(task->fiber);
	if (options->busy != NULL)
		options->busy(options->context, -1);
	return paused;
}

void
tasks_run(struct tasks *tasks, struct task *task)
{
	if (!resume(tasks, task))
		return;
	(void)pthread_mutex_lock(&tasks->lock);
	tasks->under_way--;
	if (tasks->listening > 0)
		(void)pthread_cond_broadcast(&tasks->changed);
	if (tasks->free_count < tasks->options.least + KEPT) {
		put_free(tasks, task);
		task = NULL;
	}
	(void)pthread_mutex_unlock(&tasks->lock);
	if (task != NULL)
		task_free(task);
}

void
tasks_finish(struct tasks *tasks)
{
	(void)pthread_mutex_lock(&tasks->lock);
	while (tasks->under_way > 0)
		run_another(tasks);
	(void)pthread_mutex_unlock(&tasks->lock);
}
