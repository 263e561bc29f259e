#include <config.h>

#include "base/fiber.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/waiter.h"

struct fiber {
	ucontext_t inside;
	ucontext_t outside;    /* of the thread that runs it */
	struct waiter *waiter; /* it was left to wait; NULL: paused */
	struct fiber_options options;
	struct fiber *next; /* of a list, while it is ready */
	char *memory;       /* the inaccessible page, and the stack */
	size_t bytes;
};

static _Thread_local struct fiber *running;

struct fiber *
fiber_current(void)
{
	return running;
}

static void
begin(void)
{
	running->options.main(running->options.arg);
	abort(); /* it has no thread to return to */
}

static bool
make_stack(struct fiber *fiber, size_t stack_bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	fiber->bytes = page + (stack_bytes + page - 1) / page * page;
	fiber->memory = mmap(NULL, fiber->bytes, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (fiber->memory == MAP_FAILED)
		return false;
	fiber->inside.uc_stack.ss_sp = fiber->memory + page;
	fiber->inside.uc_stack.ss_size = fiber->bytes - page;
	if (mprotect(fiber->memory, page, PROT_NONE) == 0)
		return true;
	(void)munmap(fiber->memory, fiber->bytes);
	return false;
}

/* Apart, since getcontext() might return twice. */
static __attribute__((noinline)) bool
make_context(struct fiber *fiber)
{
	return getcontext(&fiber->inside) == 0;
}

struct fiber *
fiber_new(const struct fiber_options *options)
{
	struct fiber *fiber = calloc(1, sizeof(*fiber));

	if (fiber == NULL || !make_context(fiber) || !make_stack(fiber, options->stack_bytes)) {
		free(fiber);
		return NULL;
	}
	fiber->options = *options;
	makecontext(&fiber->inside, begin, 0);
	return fiber;
}

void
fiber_free(struct fiber *fiber)
{
	if (fiber == NULL)
		return;
	(void)munmap(fiber->memory, fiber->bytes);
	free(fiber);
}

/* A wait begins only here, when the fiber has been left: from then on another thread may resume it. */
bool
fiber_resume(struct fiber *fiber)
{
	struct waiter *waiter;

	do {
		running = fiber;
		(void)swapcontext(&fiber->outside, &fiber->inside);
		running = NULL;
		waiter = fiber->waiter;
		fiber->waiter = NULL;
	} while (waiter != NULL && !waiter_begin(waiter));
	return waiter == NULL;
}

static void
leave(struct fiber *fiber)
{
	(void)swapcontext(&fiber->inside, &fiber->outside);
}

void
fiber_pause(void)
{
	leave(running);
}

void
fiber_wait(struct waiter *waiter)
{
	struct fiber *fiber = running;

	fiber->waiter = waiter;
	leave(fiber);
}

void
fiber_wake(struct fiber *first)
{
	if (first != NULL)
		first->options.ready(first);
}

static void
tell(bool begins)
{
	const struct fiber *fiber = running;

	if (fiber != NULL && fiber->options.blocking != NULL)
		fiber->options.blocking(fiber->options.arg, begins);
}

void
fiber_block(void)
{
	tell(true);
}

void
fiber_unblock(void)
{
	tell(false);
}

struct fiber *
fiber_next(const struct fiber *fiber)
{
	return fiber->next;
}

void
fiber_set_next(struct fiber *fiber, struct fiber *next)
{
	fiber->next = next;
}

void *
fiber_arg(const struct fiber *fiber)
{
	return fiber->options.arg;
}
