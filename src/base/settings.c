#include <config.h>

#include "base/settings.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/config_names.h"
#include "base/env_file.h"
#include "base/text.h"

enum { FILE_ARENA_MAX = 16 * 1024 * 1024, SNAPSHOT_ARENA_MAX = 1024 * 1024 };

struct snapshot {
	struct config config;
	struct arena *arena; /* of its texts */
	int64_t users;
	struct snapshot *next;
};

struct settings {
	pthread_mutex_t mutex;
	struct snapshot *current; /* first of those that are in use */
};

static void
snapshot_free(struct snapshot *snapshot)
{
	if (snapshot != NULL)
		arena_free(snapshot->arena);
	free(snapshot);
}

/* The environment does not change while it is read: it is only set at the start. */
static const char *
value_of(const void *file, const char *name)
{
	const char *value = getenv(name); /* NOLINT(concurrency-mt-unsafe) */

	return value != NULL ? value : env_file_value(file, name);
}

static void
own_texts(struct snapshot *snapshot)
{
	const struct config_row *row;

	for (size_t i = 0; (row = config_row(i)) != NULL; i++)
		if (row->kind == CONFIG_TEXT || row->kind == CONFIG_SECRET) {
			const char **text = config_text(&snapshot->config, row);

			*text = arena_strdup(snapshot->arena, *text);
		}
}

static bool
read_file(struct arena *arena, struct env_file *file, char problem[256])
{
	const char *path = getenv("COWRY_ENV_FILE"); /* NOLINT(concurrency-mt-unsafe) */

	if (path == NULL || path[0] == '\0')
		return true;
	return env_file_read(arena, path, file, problem) == ENV_FILE_READ &&
	       config_names_check_file(file, path, problem);
}

/* As they are now, checked; NULL if they can't be used. */
static struct snapshot *
read_snapshot(struct arena *arena, struct env_file *file, char problem[256])
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

	if (snapshot == NULL) {
		(void)snprintf(problem, 256, "out of memory");
		return NULL;
	}
	snapshot->arena = arena_new(SNAPSHOT_ARENA_MAX);
	if (!read_file(arena, file, problem) ||
	    !config_load_from(&snapshot->config, value_of, file, problem) ||
	    !config_check(&snapshot->config, problem)) {
		snapshot_free(snapshot);
		return NULL;
	}
	own_texts(snapshot);
	return snapshot;
}

/* The variables that are not Cowry's. */
static void
set_others(const struct env_file *file)
{
	for (const struct env_assignment *a = file->first; a != NULL; a = a->next)
		if (!text_starts_with(a->name, "COWRY_"))
			/* NOLINTNEXTLINE(concurrency-mt-unsafe): before threads begin */
			(void)setenv(a->name, env_file_value(file, a->name), 0);
}

struct settings *
settings_new(char problem[256])
{
	struct settings *settings = calloc(1, sizeof(*settings));
	struct arena *arena = arena_new(FILE_ARENA_MAX);
	struct env_file file = {0};

	if (settings == NULL || !config_names_check(environ, problem)) {
		free(settings);
		arena_free(arena);
		return NULL;
	}
	(void)pthread_mutex_init(&settings->mutex, NULL);
	settings->current = read_snapshot(arena, &file, problem);
	if (settings->current != NULL)
		set_others(&file);
	arena_free(arena);
	if (settings->current != NULL)
		return settings;
	settings_free(settings);
	return NULL;
}

void
settings_free(struct settings *settings)
{
	struct snapshot *next;

	if (settings == NULL)
		return;
	for (struct snapshot *snapshot = settings->current; snapshot != NULL; snapshot = next) {
		next = snapshot->next;
		snapshot_free(snapshot);
	}
	(void)pthread_mutex_destroy(&settings->mutex);
	free(settings);
}

const struct config *
settings_hold(struct settings *settings)
{
	struct snapshot *snapshot;

	(void)pthread_mutex_lock(&settings->mutex);
	snapshot = settings->current;
	snapshot->users++;
	(void)pthread_mutex_unlock(&settings->mutex);
	return &snapshot->config;
}

/* Take out what nobody uses, but the current one; with the mutex held. */
static struct snapshot *
take_unused(struct settings *settings)
{
	struct snapshot **at = &settings->current->next;
	struct snapshot *unused;

	while (*at != NULL && (*at)->users > 0)
		at = &(*at)->next;
	unused = *at;
	if (unused != NULL)
		*at = unused->next;
	return unused;
}

void
settings_release(struct settings *settings, const struct config *config)
{
	struct snapshot *unused;
	struct snapshot *snapshot;

	(void)pthread_mutex_lock(&settings->mutex);
	snapshot = settings->current;
	while (&snapshot->config != config)
		snapshot = snapshot->next;
	snapshot->users--;
	unused = snapshot->users == 0 ? take_unused(settings) : NULL;
	(void)pthread_mutex_unlock(&settings->mutex);
	snapshot_free(unused);
}

static void
add_name(char names[SETTINGS_NAMES_MAX], const char *name)
{
	size_t length = strlen(names);

	(void)snprintf(names + length, SETTINGS_NAMES_MAX - length, "%s%s", length > 0 ? " " : "",
		       name);
}

/* What is not live stays; what differs is reported. */
static void
keep_others(struct snapshot *fresh, const struct config *old, struct settings_changes *changes)
{
	const struct config_row *row;

	for (size_t i = 0; (row = config_row(i)) != NULL; i++) {
		if (config_same(&fresh->config, old, row))
			continue;
		add_name(row->live ? changes->taken : changes->waiting, row->variable);
		if (!row->live)
			config_copy(&fresh->config, old, row);
	}
	own_texts(fresh);
}

bool
settings_reload(struct settings *settings, struct settings_changes *changes, char problem[256])
{
	const struct config *old = settings_hold(settings);
	struct arena *arena = arena_new(FILE_ARENA_MAX);
	struct env_file file = {0};
	struct snapshot *fresh = read_snapshot(arena, &file, problem);

	*changes = (struct settings_changes){0};
	arena_free(arena);
	if (fresh != NULL) {
		keep_others(fresh, old, changes);
		if (!config_check(&fresh->config, problem)) {
			snapshot_free(fresh);
			fresh = NULL;
		}
	}
	if (fresh != NULL) {
		(void)pthread_mutex_lock(&settings->mutex);
		fresh->next = settings->current;
		settings->current = fresh;
		(void)pthread_mutex_unlock(&settings->mutex);
	}
	settings_release(settings, old);
	return fresh != NULL;
}
