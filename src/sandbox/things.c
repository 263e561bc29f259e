#include "sandbox/things.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { THINGS_MAX = 1024 };

struct things {
	pthread_mutex_t mutex;
	size_t count; /* of all that ever were; they go round */
	struct arena *memory[THINGS_MAX];
	struct thing items[THINGS_MAX];
};

enum { THING_BYTES_MAX = 1024 * 1024 };

struct things *
things_new(void)
{
	struct things *things = calloc(1, sizeof(*things));

	if (things != NULL)
		(void)pthread_mutex_init(&things->mutex, NULL);
	return things;
}

void
things_free(struct things *things)
{
	if (things == NULL)
		return;
	for (size_t i = 0; i < THINGS_MAX; i++)
		arena_free(things->memory[i]);
	(void)pthread_mutex_destroy(&things->mutex);
	free(things);
}

static struct thing
copy(struct arena *arena, const struct thing *thing)
{
	return (struct thing){
		.provider = thing->provider,
		.kind = thing->kind,
		.code = arena_strdup(arena, thing->code),
		.alias = arena_strdup(arena, thing->alias != NULL ? thing->alias : ""),
		.json = arena_strdup(arena, thing->json),
	};
}

void
things_add(struct things *things, const struct thing *thing)
{
	struct arena *memory = arena_new(THING_BYTES_MAX);
	struct thing item = copy(memory, thing);
	size_t at;

	(void)pthread_mutex_lock(&things->mutex);
	at = things->count++ % THINGS_MAX;
	arena_free(things->memory[at]);
	things->memory[at] = memory;
	things->items[at] = item;
	(void)pthread_mutex_unlock(&things->mutex);
}

/* The i-th newest of a kind; NULL where the i-th newest is another, or there is none. */
static const struct thing *
newest(const struct things *things, size_t i, int provider, const char *kind)
{
	const struct thing *thing = &things->items[(things->count - 1 - i) % THINGS_MAX];

	return thing->provider == provider && strcmp(thing->kind, kind) == 0 ? thing : NULL;
}

static size_t
kept(const struct things *things)
{
	return things->count < THINGS_MAX ? things->count : THINGS_MAX;
}

const struct thing *
things_find(struct things *things, struct arena *arena, int provider, const char *kind,
	    const char *name)
{
	const struct thing *found = NULL;
	struct thing item;

	(void)pthread_mutex_lock(&things->mutex);
	for (size_t i = 0; i < kept(things) && found == NULL; i++) {
		const struct thing *thing = newest(things, i, provider, kind);

		if (thing == NULL ||
		    (strcmp(thing->code, name) != 0 && strcmp(thing->alias, name) != 0))
			continue;
		item = copy(arena, thing);
		found = arena_copy(arena, &item, sizeof(item));
	}
	(void)pthread_mutex_unlock(&things->mutex);
	return found;
}

size_t
things_list(struct things *things, struct arena *arena, int provider, const char *kind,
	    const char ***out)
{
	size_t n = 0;

	(void)pthread_mutex_lock(&things->mutex);
	*out = arena_array(arena, kept(things) + 1, sizeof(**out));
	for (size_t i = 0; i < kept(things); i++) {
		const struct thing *thing = newest(things, i, provider, kind);

		if (thing != NULL)
			(*out)[n++] = arena_strdup(arena, thing->json);
	}
	(void)pthread_mutex_unlock(&things->mutex);
	return n;
}
