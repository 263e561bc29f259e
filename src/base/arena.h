/*
 * arena.h - memory with one owner and one lifetime.
 *
 * A request owns one arena; everything it allocates lives until the arena is reset, so error paths
 * have nothing to free. Allocation never returns NULL: input limits bound what a request can
 * allocate, so running out is a bug and stops the process. Foreign objects (a PGresult) are
 * attached with arena_adopt().
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/attributes.h"

struct arena;

/* An arena of at most limit bytes. */
struct arena *arena_new(size_t limit) __attribute__((returns_nonnull));
/* Release everything, the arena included. NULL is allowed. */
void arena_free(struct arena *arena);
/* Release everything except some memory for the next request, which then allocates none. */
void arena_reset(struct arena *arena);

/* Zeroed memory, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size)
	__attribute__((malloc, returns_nonnull, alloc_size(2)));
/* Zeroed memory for count items of size bytes; the product is checked. */
void *arena_array(struct arena *arena, size_t count, size_t size)
	__attribute__((malloc, returns_nonnull, alloc_size(2, 3)));
/* The same, but not zeroed: for what is written before it is read. */
void *arena_room(struct arena *arena, size_t size)
	__attribute__((malloc, returns_nonnull, alloc_size(2)));
void *arena_copy(struct arena *arena, const void *bytes, size_t size)
	__attribute__((returns_nonnull));
char *arena_strdup(struct arena *arena, const char *s) __attribute__((returns_nonnull));
char *arena_strndup(struct arena *arena, const char *s, size_t n) __attribute__((returns_nonnull));
/* The texts one after the other; NULL is an empty one. */
char *arena_join(struct arena *arena, const char *const *texts, size_t count)
	__attribute__((returns_nonnull));
char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3)
	__attribute__((returns_nonnull));

/* Attach a foreign object: release(object) runs, last in first out, on reset and free. */
void arena_adopt(struct arena *arena, void *object, void (*release)(void *));

#endif
