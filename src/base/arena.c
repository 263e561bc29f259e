#include <config.h>

#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONED 1
#endif

/* In sanitizer builds unallocated memory is poisoned, with a gap between blocks. */
#ifdef ARENA_POISONED
#include <sanitizer/asan_interface.h>
#define POISON(address, size)   ASAN_POISON_MEMORY_REGION(address, size)
#define UNPOISON(address, size) ASAN_UNPOISON_MEMORY_REGION(address, size)
enum { GAP = 16 };
#else
#define POISON(address, size)   ((void)(address), (void)(size))
#define UNPOISON(address, size) ((void)(address), (void)(size))
enum { GAP = 0 };
#endif

enum { BLOCK_MIN = 16 * 1024, BLOCK_MAX = 1024 * 1024 };

struct block {
	struct block *next;
	size_t size;
	size_t used;
	alignas(max_align_t) unsigned char data[];
};

struct cleanup {
	struct cleanup *next;
	void *object;
	void (*release)(void *);
};

struct arena {
	struct block *first;   /* kept on reset */
	struct block *current; /* the newest; older ones are full */
	struct cleanup *cleanups;
	size_t limit;
	size_t taken; /* bytes allocated, of limit */
};

static _Noreturn void
stop(const char *why, size_t asked, size_t taken, size_t limit)
{
	(void)fprintf(stderr, "arena: %s: %zu bytes requested, %zu of %zu used\n", why, asked,
		      taken, limit);
	abort();
}

static struct block *
block_new(size_t size)
{
	struct block *block = malloc(sizeof(*block) + size);

	if (block == NULL)
		stop("out of memory", size, 0, 0);
	block->next = NULL;
	block->size = size;
	block->used = 0;
	POISON(block->data, size);
	return block;
}

static void
block_free(struct block *block)
{
	UNPOISON(block->data, block->size);
	free(block);
}

struct arena *
arena_new(size_t limit)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		stop("out of memory", sizeof(*arena), 0, limit);
	arena->limit = limit;
	arena->first = block_new(BLOCK_MIN);
	arena->current = arena->first;
	return arena;
}

static void
run_cleanups(struct arena *arena)
{
	while (arena->cleanups != NULL) {
		struct cleanup *cleanup = arena->cleanups;

		arena->cleanups = cleanup->next;
		cleanup->release(cleanup->object);
	}
}

void
arena_reset(struct arena *arena)
{
	struct block *block = arena->first->next;

	run_cleanups(arena);
	while (block != NULL) {
		struct block *next = block->next;

		block_free(block);
		block = next;
	}
	arena->first->next = NULL;
	arena->first->used = 0;
	POISON(arena->first->data, arena->first->size);
	arena->current = arena->first;
	arena->taken = 0;
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	arena_reset(arena);
	block_free(arena->first);
	free(arena);
}

/* A further block that has room for size bytes; blocks double so that large answers stay cheap. */
static void
grow(struct arena *arena, size_t size)
{
	size_t next = arena->current->size * 2;

	if (next > BLOCK_MAX)
		next = BLOCK_MAX;
	if (next < size)
		next = size;
	arena->current->next = block_new(next);
	arena->current = arena->current->next;
}

/* Uninitialised memory, for callers that fill all of it. */
static void *
take(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	size_t whole;
	void *memory;

	if (size > arena->limit)
		stop("limit exceeded", size, arena->taken, arena->limit);
	whole = (size + GAP + align - 1) / align * align;
	if (whole > arena->limit - arena->taken)
		stop("limit exceeded", size, arena->taken, arena->limit);
	if (whole > arena->current->size - arena->current->used)
		grow(arena, whole);
	memory = arena->current->data + arena->current->used;
	arena->current->used += whole;
	arena->taken += whole;
	UNPOISON(memory, size);
	return memory;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	return memset(take(arena, size), 0, size);
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		stop("size overflows", count, arena->taken, arena->limit);
	return arena_alloc(arena, total);
}

void *
arena_copy(struct arena *arena, const void *bytes, size_t size)
{
	void *copy = take(arena, size);

	if (size > 0)
		memcpy(copy, bytes, size);
	return copy;
}

char *
arena_strdup(struct arena *arena, const char *s)
{
	return arena_copy(arena, s, strlen(s) + 1);
}

char *
arena_strndup(struct arena *arena, const char *s, size_t n)
{
	size_t length = strnlen(s, n);
	char *copy = take(arena, length + 1);

	memcpy(copy, s, length);
	copy[length] = '\0';
	return copy;
}

char *
arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args;
	char *text;
	int length;

	va_start(args, fmt);
	length = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (length < 0)
		stop("bad format", 0, arena->taken, arena->limit);
	text = take(arena, (size_t)length + 1);
	va_start(args, fmt);
	(void)vsnprintf(text, (size_t)length + 1, fmt, args);
	va_end(args);
	return text;
}

void
arena_adopt(struct arena *arena, void *object, void (*release)(void *))
{
	struct cleanup *cleanup = take(arena, sizeof(*cleanup));

	cleanup->object = object;
	cleanup->release = release;
	cleanup->next = arena->cleanups;
	arena->cleanups = cleanup;
}
