#include <config.h>

#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attributes.h"

/* In sanitizer builds unallocated memory is poisoned, with a gap between blocks. */
#if ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#define POISON(address, size)   ASAN_POISON_MEMORY_REGION(address, size)
#define UNPOISON(address, size) ASAN_UNPOISON_MEMORY_REGION(address, size)
enum { GAP = 16 };
#else
#define POISON(address, size)   ((void)(address), (void)(size))
#define UNPOISON(address, size) ((void)(address), (void)(size))
enum { GAP = 0 };
#endif

enum {
	BLOCK_MIN = 16 * 1024,
	BLOCK_MAX = 1024 * 1024,
	KEPT_MAX = 64 * 1024,
	SHORT_TEXT = 256,
};

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
	struct block *first;   /* kept on reset, as are those behind it up to KEPT_MAX */
	struct block *current; /* those before it are full, those behind it empty */
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

static void
free_blocks(struct block *block)
{
	while (block != NULL) {
		struct block *next = block->next;

		block_free(block);
		block = next;
	}
}

void
arena_reset(struct arena *arena)
{
	struct block *last = arena->first;
	size_t kept = last->size;

	run_cleanups(arena);
	while (last->next != NULL && last->next->size <= KEPT_MAX - kept) {
		last = last->next;
		kept += last->size;
	}
	free_blocks(last->next);
	last->next = NULL;
	for (struct block *block = arena->first; block != NULL; block = block->next) {
		block->used = 0;
		POISON(block->data, block->size);
	}
	arena->current = arena->first;
	arena->taken = 0;
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	run_cleanups(arena);
	free_blocks(arena->first);
	free(arena);
}

/* A further block that has room for size bytes: one that was kept, or a new one. They double so that large
 * answers stay cheap. */
static void
grow(struct arena *arena, size_t size)
{
	struct block *rest = arena->current->next;
	size_t next = arena->current->size * 2;

	if (rest == NULL || rest->size < size) {
		if (next > BLOCK_MAX)
			next = BLOCK_MAX;
		if (next < size)
			next = size;
		arena->current->next = block_new(next);
		arena->current->next->next = rest;
	}
	arena->current = arena->current->next;
}

/* Room in the current block for size bytes and the gap, within the limit. */
static __attribute__((noinline)) void
make_room(struct arena *arena, size_t size, size_t whole)
{
	if (size > arena->limit || whole > arena->limit - arena->taken)
		stop("limit exceeded", size, arena->taken, arena->limit);
	grow(arena, whole);
}

void *
arena_room(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	size_t whole = (size + GAP + align - 1) / align * align;
	struct block *block = arena->current;
	void *memory;

	if (size > arena->limit || whole > arena->limit - arena->taken ||
	    whole > block->size - block->used) {
		make_room(arena, size, whole);
		block = arena->current;
	}
	memory = block->data + block->used;
	block->used += whole;
	arena->taken += whole;
	UNPOISON(memory, size);
	return memory;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	return memset(arena_room(arena, size), 0, size);
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
	void *copy = arena_room(arena, size);

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
	char *copy = arena_room(arena, length + 1);

	memcpy(copy, s, length);
	copy[length] = '\0';
	return copy;
}

char *
arena_join(struct arena *arena, const char *const *texts, size_t count)
{
	size_t length = 0;
	char *joined;
	char *at;

	for (size_t i = 0; i < count; i++)
		length += texts[i] != NULL ? strlen(texts[i]) : 0;
	joined = arena_room(arena, length + 1);
	at = joined;
	for (size_t i = 0; i < count; i++)
		if (texts[i] != NULL)
			at = stpcpy(at, texts[i]);
	*at = '\0';
	return joined;
}

/* Most texts are formatted once: into a buffer, from which they are copied. */
char *
arena_printf(struct arena *arena, const char *fmt, ...)
{
	char short_text[SHORT_TEXT];
	va_list args;
	char *text;
	int length;

	va_start(args, fmt);
	length = vsnprintf(short_text, sizeof(short_text), fmt, args);
	va_end(args);
	if (length < 0)
		stop("bad format", 0, arena->taken, arena->limit);
	if ((size_t)length < sizeof(short_text))
		return arena_copy(arena, short_text, (size_t)length + 1);
	text = arena_room(arena, (size_t)length + 1);
	va_start(args, fmt);
	(void)vsnprintf(text, (size_t)length + 1, fmt, args);
	va_end(args);
	return text;
}

void
arena_adopt(struct arena *arena, void *object, void (*release)(void *))
{
	struct cleanup *cleanup = arena_room(arena, sizeof(*cleanup));

	cleanup->object = object;
	cleanup->release = release;
	cleanup->next = arena->cleanups;
	arena->cleanups = cleanup;
}
