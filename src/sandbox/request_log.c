#include "sandbox/request_log.h"

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

struct request_log {
	pthread_mutex_t mutex;
	int64_t count; /* total number ever; a ring buffer */
	struct line lines[JOURNAL_MAX];
};

struct request_log *
request_log_new(void)
{
	struct request_log *request_log = calloc(1, sizeof(*request_log));

	if (request_log != NULL)
		(void)pthread_mutex_init(&request_log->mutex, NULL);
	return request_log;
}

void
request_log_free(struct request_log *request_log)
{
	if (request_log == NULL)
		return;
	for (size_t i = 0; i < JOURNAL_MAX; i++)
		arena_free(request_log->lines[i].memory);
	(void)pthread_mutex_destroy(&request_log->mutex);
	free(request_log);
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
request_log_begin(struct request_log *request_log, const struct request_log_entry *entry)
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
	(void)pthread_mutex_lock(&request_log->mutex);
	line.id = ++request_log->count;
	slot = &request_log->lines[line.id % JOURNAL_MAX];
	arena_free(slot->memory);
	*slot = line;
	(void)pthread_mutex_unlock(&request_log->mutex);
	return line.id;
}

void
request_log_end(struct request_log *request_log, int64_t id, int status)
{
	struct line *line = &request_log->lines[id % JOURNAL_MAX];

	(void)pthread_mutex_lock(&request_log->mutex);
	if (line->id == id) {
		line->ended = true;
		line->status = status;
	}
	(void)pthread_mutex_unlock(&request_log->mutex);
}

void
request_log_note(struct request_log *request_log, int64_t id, const char *note)
{
	struct line *line = &request_log->lines[id % JOURNAL_MAX];

	(void)pthread_mutex_lock(&request_log->mutex);
	if (line->id == id)
		line->note = note;
	(void)pthread_mutex_unlock(&request_log->mutex);
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
request_log_write(struct request_log *request_log, const char *provider, struct jw *w,
		  const char *name)
{
	int64_t first;

	(void)pthread_mutex_lock(&request_log->mutex);
	first = request_log->count > JOURNAL_MAX ? request_log->count - JOURNAL_MAX + 1 : 1;
	jw_list(w, name);
	for (int64_t id = first; id <= request_log->count; id++) {
		const struct line *line = &request_log->lines[id % JOURNAL_MAX];

		if (provider == NULL ||
		    (line->provider != NULL && strcmp(line->provider, provider) == 0))
			write_line(w, line);
	}
	jw_close(w);
	(void)pthread_mutex_unlock(&request_log->mutex);
}
