#include <config.h>

#include "base/fiber.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/waiter.h"

#if THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif
#ifdef WITH_VALGRIND
#include <valgrind/valgrind.h>
#endif

/* How ThreadSanitizer and valgrind name a stack. */
struct stack {
	void *own;      /* ThreadSanitizer's context of the fiber */
	void *resumer;  /* that of the thread that runs it */
	unsigned range; /* valgrind's number */
};

struct fiber {
	ucontext_t inside;
	ucontext_t outside;    /* of the thread that runs it */
	struct waiter *waiter; /* it was left to wait; NULL: paused */
	struct fiber_options options;
	struct fiber *next; /* of a list, while it is ready */
	char *memory;       /* the inaccessible page, and the stack */
	size_t bytes;
	struct stack stack;
};

static _Thread_local struct fiber *running;

struct fiber *
fiber_current(void)
{
	return running;
}

/* They are told of stacks in functions that are inlined, since those of a switch begin and end on different ones. */
static inline __attribute__((always_inline)) void
stack_begin(struct stack *stack, char *memory, size_t bytes)
{
#if THREAD_SANITIZER
	stack->own = __tsan_create_fiber(0);
#endif
#ifdef WITH_VALGRIND
	stack->range = VALGRIND_STACK_REGISTER(memory, memory + bytes);
#endif
	(void)stack;
	(void)memory;
	(void)bytes;
}

static inline __attribute__((always_inline)) void
stack_end(struct stack *stack)
{
#if THREAD_SANITIZER
	__tsan_destroy_fiber(stack->own);
#endif
#ifdef WITH_VALGRIND
	VALGRIND_STACK_DEREGISTER(stack->range);
#endif
	(void)stack;
}

/* The thread is about to run the fiber. */
static inline __attribute__((always_inline)) void
stack_enter(struct stack *stack)
{
#if THREAD_SANITIZER
	stack->resumer = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(stack->own, 0);
#endif
	(void)stack;
}

/* The fiber is about to return to its thread. */
static inline __attribute__((always_inline)) void
stack_leave(struct stack *stack)
{
#if THREAD_SANITIZER
	__tsan_switch_to_fiber(stack->resumer, 0);
#endif
	(void)stack;
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
	stack_begin(&fiber->stack, fiber->inside.uc_stack.ss_sp, fiber->inside.uc_stack.ss_size);
	makecontext(&fiber->inside, begin, 0);
	return fiber;
}

void
fiber_free(struct fiber *fiber)
{
	if (fiber == NULL)
		return;
	stack_end(&fiber->stack);
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
		stack_enter(&fiber->stack);
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
	stack_leave(&fiber->stack);
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
