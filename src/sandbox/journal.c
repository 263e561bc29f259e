#include "sandbox/journal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"

enum { JOURNAL_MAX = 512, ENTRY_BYTES_MAX = 1024 * 1024, BODY_SHOWN_MAX = 16 * 1024 };

struct line {
	int64_t id;
	struct instant time;
	bool sent;
	bool ended;
	int status;
	const char *provider;
	const char *method;
	const char *path;
	const char *note;
	const char *body;
	struct arena *memory;
};

struct journal {
	pthread_mutex_t mutex;
	int64_t count; /* total number ever; a ring buffer */
	struct line lines[JOURNAL_MAX];
};

struct journal *
journal_new(void)
{
	struct journal *journal = calloc(1, sizeof(*journal));

	if (journal != NULL)
		(void)pthread_mutex_init(&journal->mutex, NULL);
	return journal;
}

void
journal_free(struct journal *journal)
{
	if (journal == NULL)
		return;
	for (size_t i = 0; i < JOURNAL_MAX; i++)
		arena_free(journal->lines[i].memory);
	(void)pthread_mutex_destroy(&journal->mutex);
	free(journal);
}

/* The text if it is valid in JSON; NULL otherwise. */
static const char *
shown(struct arena *arena, const char *text, size_t length)
{
	if (length > BODY_SHOWN_MAX || !utf8_valid(text, length))
		return NULL;
	return arena_strndup(arena, text, length);
}

static const char *
shown_text(struct arena *arena, const char *text)
{
	return text != NULL ? shown(arena, text, strlen(text)) : NULL;
}

int64_t
journal_begin(struct journal *journal, const struct journal_entry *entry)
{
	struct arena *memory = arena_new(ENTRY_BYTES_MAX);
	struct line line = {
		.time = clock_system(),
		.sent = entry->sent,
		.provider = shown_text(memory, entry->provider),
		.method = shown_text(memory, entry->method),
		.path = shown_text(memory, entry->path),
		.note = shown_text(memory, entry->note),
		.memory = memory,
	};
	struct line *slot;

	if (entry->body.length > 0)
		line.body = shown(memory, entry->body.data, entry->body.length);
	(void)pthread_mutex_lock(&journal->mutex);
	line.id = ++journal->count;
	slot = &journal->lines[line.id % JOURNAL_MAX];
	arena_free(slot->memory);
	*slot = line;
	(void)pthread_mutex_unlock(&journal->mutex);
	return line.id;
}

void
journal_end(struct journal *journal, int64_t id, int status)
{
	struct line *line = &journal->lines[id % JOURNAL_MAX];

	(void)pthread_mutex_lock(&journal->mutex);
	if (line->id == id) {
		line->ended = true;
		line->status = status;
	}
	(void)pthread_mutex_unlock(&journal->mutex);
}

void
journal_note(struct journal *journal, int64_t id, const char *note)
{
	struct line *line = &journal->lines[id % JOURNAL_MAX];

	(void)pthread_mutex_lock(&journal->mutex);
	if (line->id == id)
		line->note = note;
	(void)pthread_mutex_unlock(&journal->mutex);
}

static void
write_line(struct jw *w, const struct line *line)
{
	char time[INSTANT_TEXT_MAX];

	jw_object(w, NULL);
	jw_integer(w, "id", line->id);
	jw_text(w, "time", instant_text(time, line->time));
	jw_text(w, "direction", line->sent ? "sent" : "asked");
	jw_text(w, "provider", line->provider);
	jw_text(w, "method", line->method);
	jw_text(w, "path", line->path);
	jw_text(w, "note", line->note);
	jw_text(w, "body", line->body);
	if (line->ended)
		jw_integer(w, "status", line->status);
	else
		jw_null(w, "status");
	jw_close(w);
}

void
journal_write(struct journal *journal, const char *provider, struct jw *w, const char *name)
{
	int64_t first;

	(void)pthread_mutex_lock(&journal->mutex);
	first = journal->count > JOURNAL_MAX ? journal->count - JOURNAL_MAX + 1 : 1;
	jw_list(w, name);
	for (int64_t id = first; id <= journal->count; id++) {
		const struct line *line = &journal->lines[id % JOURNAL_MAX];

		if (provider == NULL ||
		    (line->provider != NULL && strcmp(line->provider, provider) == 0))
			write_line(w, line);
	}
	jw_close(w);
	(void)pthread_mutex_unlock(&journal->mutex);
}
