#include <config.h>

#include "bin/task.h"

#include <fcgiapp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fiber.h"
#include "base/waiter.h"

enum { REQUEST_ARENA_MAX = 64 * 1024 * 1024, STACK = 512 * 1024 };
/* As many tasks are kept as were under way at a time in the last one or two of these intervals. */
#define PEAK_NS INT64_C(1000000000)

struct task {
	struct tasks *tasks;
	struct task *next; /* in the list of ready or free ones */
	struct fiber *fiber;
	struct arena *arena;
	FCGX_Request fcgi;
	int fd;
};

/* A thread that is not needed. */
struct spare {
	struct spare *next;
	struct waiter waiter;
};

struct tasks {
	struct tasks_options options;
	struct spare *spares; /* the last one first: its memory is still in the caches */
	int64_t active;
	int64_t active_most;
	int64_t ended; /* tasks, as of the last look */
	int64_t ended_before;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* a task is ready or free, or the last one ended */
	struct task *ready;     /* in the order in which they became so */
	struct task **ready_end;
	struct task *free;
	int64_t free_count;
	int64_t under_way;
	int64_t peak; /* of those under way, since peak_ns */
	int64_t peak_before;
	int64_t peak_ns;
	int64_t sleeping; /* threads in pthread_cond_wait() */
	bool woken;       /* a thread was woken for what is ready, and has not come yet */
	atomic_long listening;
};

/* A spare thread, if one may be active. Called with the lock held; it is to be woken after that was released. */
static struct spare *
take_spare(struct tasks *tasks)
{
	struct spare *spare = tasks->spares;

	if (spare == NULL || tasks->active >= tasks->active_most)
		return NULL;
	tasks->spares = spare->next;
	tasks->active++;
	return spare;
}

/* The same, if there is something to do for it, or no thread listens. */
static struct spare *
need_spare(struct tasks *tasks)
{
	return tasks->ready != NULL || atomic_load(&tasks->listening) == 0 ? take_spare(tasks)
									   : NULL;
}

static void
wake_spare(struct spare *spare)
{
	if (spare != NULL)
		waiter_wake(&spare->waiter);
}

/* A thread sleeps in a task, so that another one takes its place, or has slept: it goes on at once, and may be one
 * too many until its task ends. */
static void
task_blocking(void *arg, bool begins)
{
	const struct task *task = arg;
	struct tasks *tasks = task->tasks;
	struct spare *spare = NULL;

	(void)pthread_mutex_lock(&tasks->lock);
	tasks->active += begins ? -1 : 1;
	if (begins)
		spare = need_spare(tasks);
	(void)pthread_mutex_unlock(&tasks->lock);
	wake_spare(spare);
}

/* Wait as long as other threads suffice. Called with the lock held. */
static void
stay_active(struct tasks *tasks)
{
	struct spare spare;

	if (tasks->active <= tasks->active_most)
		return;
	tasks->active--;
	spare.next = tasks->spares;
	/* cppcheck-suppress autoVariables ; it is woken only after it was taken off the list */
	tasks->spares = &spare;
	waiter_init(&spare.waiter);
	(void)pthread_mutex_unlock(&tasks->lock);
	waiter_wait(&spare.waiter);
	(void)pthread_mutex_lock(&tasks->lock);
}

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
	if (tasks->woken || atomic_load(&tasks->listening) == 0)
		return false;
	tasks->woken = true;
	return true;
}

/* They are all of one process. */
static void
tasks_ready(struct fiber *first)
{
	struct tasks *tasks = ((struct task *)fiber_arg(first))->tasks;
	bool wakes;

	(void)pthread_mutex_lock(&tasks->lock);
	for (struct fiber *fiber = first; fiber != NULL; fiber = fiber_next(fiber)) {
		struct task *task = fiber_arg(fiber);

		task->next = NULL;
		*tasks->ready_end = task;
		tasks->ready_end = &task->next;
	}
	if (tasks->sleeping > 0)
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
		task->fiber = fiber_new(&(struct fiber_options){.stack_bytes = STACK,
								.main = task_main,
								.ready = tasks_ready,
								.blocking = task_blocking,
								.arg = task});
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
	return task;
}

struct tasks *
tasks_new(const struct tasks_options *options)
{
	struct tasks *tasks = calloc(1, sizeof(*tasks));

	if (tasks == NULL)
		return NULL;
	tasks->options = *options;
	tasks->active_most = options->active;
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

/* Another thread is woken for what is left: each of them may take long. */
struct task *
tasks_next(struct tasks *tasks, bool was_woken)
{
	struct spare *spare = NULL;
	struct task *task;
	bool wakes = false;

	(void)pthread_mutex_lock(&tasks->lock);
	if (was_woken)
		tasks->woken = false;
	stay_active(tasks);
	task = take_ready(tasks);
	if (task == NULL)
		(void)atomic_fetch_add(&tasks->listening, 1);
	else
		spare = need_spare(tasks);
	if (task != NULL && tasks->ready != NULL)
		wakes = should_wake(tasks);
	(void)pthread_mutex_unlock(&tasks->lock);
	wake_spare(spare);
	if (wakes)
		tasks->options.wake(tasks->options.context);
	return task;
}

void
tasks_awake(struct tasks *tasks)
{
	(void)atomic_fetch_sub(&tasks->listening, 1);
}

/* A free one, or a new one; NULL if as many as may be, or as memory allows, are under way. Called with the lock
 * held. */
static struct task *
find_free(struct tasks *tasks)
{
	struct task *task = take_free(tasks);

	if (task == NULL && tasks->under_way < tasks->options.most)
		task = task_new(tasks);
	if (task == NULL)
		return NULL;
	if (++tasks->under_way > tasks->peak)
		tasks->peak = tasks->under_way;
	return task;
}

/* Sleep until something changes. Called with the lock held. */
static void
sleep_once(struct tasks *tasks)
{
	tasks->sleeping++;
	(void)pthread_cond_wait(&tasks->changed, &tasks->lock);
	tasks->sleeping--;
}

/* Run a task that is ready, or else sleep until something changes. Called with the lock held. */
static void
run_another(struct tasks *tasks)
{
	struct task *task = take_ready(tasks);

	if (task == NULL) {
		sleep_once(tasks);
		return;
	}
	(void)pthread_mutex_unlock(&tasks->lock);
	tasks_run(tasks, task);
	(void)pthread_mutex_lock(&tasks->lock);
}

struct task *
tasks_begin(struct tasks *tasks, int fd)
{
	struct spare *spare;
	struct task *task;

	(void)pthread_mutex_lock(&tasks->lock);
	while ((task = find_free(tasks)) == NULL)
		run_another(tasks);
	spare = need_spare(tasks);
	(void)pthread_mutex_unlock(&tasks->lock);
	wake_spare(spare);
	task->fd = fd;
	return task;
}

/* How many tasks are kept. Called with the lock held. */
static int64_t
wanted(struct tasks *tasks)
{
	int64_t now_ns = clock_monotonic_ns();
	int64_t most;

	if (now_ns - tasks->peak_ns > PEAK_NS) {
		tasks->peak_before = tasks->peak;
		tasks->peak = tasks->under_way + 1;
		tasks->peak_ns = now_ns;
	}
	most = tasks->peak > tasks->peak_before ? tasks->peak : tasks->peak_before;
	return most > tasks->options.least ? most : tasks->options.least;
}

/* Take those that are not kept off the free ones. Called with the lock held. */
static struct task *
take_unwanted(struct tasks *tasks)
{
	int64_t left = tasks->free_count + tasks->under_way - wanted(tasks);
	struct task *all = NULL;

	while (left-- > 0 && tasks->free != NULL) {
		struct task *task = take_free(tasks);

		task->next = all;
		all = task;
	}
	return all;
}

static void
free_all(struct task *task)
{
	while (task != NULL) {
		struct task *next = task->next;

		task_free(task);
		task = next;
	}
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
	tasks->ended++;
	if (tasks->sleeping > 0)
		(void)pthread_cond_broadcast(&tasks->changed);
	put_free(tasks, task);
	(void)pthread_mutex_unlock(&tasks->lock);
}

void
tasks_join(struct tasks *tasks)
{
	(void)pthread_mutex_lock(&tasks->lock);
	tasks->active++;
	(void)pthread_mutex_unlock(&tasks->lock);
}

void
tasks_release(struct tasks *tasks)
{
	struct spare *spare;

	(void)pthread_mutex_lock(&tasks->lock);
	tasks->active_most = INT64_MAX;
	while ((spare = take_spare(tasks)) != NULL)
		waiter_wake(&spare->waiter);
	(void)pthread_mutex_unlock(&tasks->lock);
}

void
tasks_look(struct tasks *tasks)
{
	struct spare *spare = NULL;
	struct task *unwanted;
	bool waits;

	(void)pthread_mutex_lock(&tasks->lock);
	waits = atomic_load(&tasks->listening) > 0;
	if (waits && tasks->active_most > tasks->options.active && tasks->active_most < INT64_MAX)
		tasks->active_most--;
	if (!waits && tasks->ended == tasks->ended_before && tasks->spares != NULL) {
		tasks->active_most++;
		spare = take_spare(tasks);
	}
	tasks->ended_before = tasks->ended;
	unwanted = take_unwanted(tasks);
	(void)pthread_mutex_unlock(&tasks->lock);
	wake_spare(spare);
	free_all(unwanted);
}

void
tasks_finish(struct tasks *tasks)
{
	(void)pthread_mutex_lock(&tasks->lock);
	while (tasks->under_way > 0)
		run_another(tasks);
	(void)pthread_mutex_unlock(&tasks->lock);
}
