#include "sandbox/records.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { THINGS_MAX = 1024 };

struct records {
	pthread_mutex_t mutex;
	size_t count; /* total number ever; a ring buffer */
	struct arena *memory[THINGS_MAX];
	struct record items[THINGS_MAX];
};

enum { THING_BYTES_MAX = 1024 * 1024 };

struct records *
records_new(void)
{
	struct records *records = calloc(1, sizeof(*records));

	if (records != NULL)
		(void)pthread_mutex_init(&records->mutex, NULL);
	return records;
}

void
records_free(struct records *records)
{
	if (records == NULL)
		return;
	for (size_t i = 0; i < THINGS_MAX; i++)
		arena_free(records->memory[i]);
	(void)pthread_mutex_destroy(&records->mutex);
	free(records);
}

static struct record
copy(struct arena *arena, const struct record *record)
{
	return (struct record){
		.provider = record->provider,
		.kind = record->kind,
		.code = arena_strdup(arena, record->code),
		.alias = arena_strdup(arena, record->alias != NULL ? record->alias : ""),
		.json = arena_strdup(arena, record->json),
	};
}

void
records_add(struct records *records, const struct record *record)
{
	struct arena *memory = arena_new(THING_BYTES_MAX);
	struct record item = copy(memory, record);
	size_t at;

	(void)pthread_mutex_lock(&records->mutex);
	at = records->count++ % THINGS_MAX;
	arena_free(records->memory[at]);
	records->memory[at] = memory;
	records->items[at] = item;
	(void)pthread_mutex_unlock(&records->mutex);
}

/* The i-th newest of a kind; NULL if the i-th newest is of another kind, or missing. */
static const struct record *
newest(const struct records *records, size_t i, int provider, const char *kind)
{
	const struct record *record = &records->items[(records->count - 1 - i) % THINGS_MAX];

	return record->provider == provider && strcmp(record->kind, kind) == 0 ? record : NULL;
}

static size_t
kept(const struct records *records)
{
	return records->count < THINGS_MAX ? records->count : THINGS_MAX;
}

const struct record *
records_find(struct records *records, struct arena *arena, int provider, const char *kind,
	     const char *name)
{
	const struct record *found = NULL;
	struct record item;

	(void)pthread_mutex_lock(&records->mutex);
	for (size_t i = 0; i < kept(records) && found == NULL; i++) {
		const struct record *record = newest(records, i, provider, kind);

		if (record == NULL ||
		    (strcmp(record->code, name) != 0 && strcmp(record->alias, name) != 0))
			continue;
		item = copy(arena, record);
		found = arena_copy(arena, &item, sizeof(item));
	}
	(void)pthread_mutex_unlock(&records->mutex);
	return found;
}

size_t
records_list(struct records *records, struct arena *arena, int provider, const char *kind,
	     const char ***out)
{
	size_t n = 0;

	(void)pthread_mutex_lock(&records->mutex);
	*out = arena_array(arena, kept(records) + 1, sizeof(**out));
	for (size_t i = 0; i < kept(records); i++) {
		const struct record *record = newest(records, i, provider, kind);

		if (record != NULL)
			(*out)[n++] = arena_strdup(arena, record->json);
	}
	(void)pthread_mutex_unlock(&records->mutex);
	return n;
}
