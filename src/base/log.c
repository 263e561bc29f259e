#include <config.h>

#include "base/log.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/clock.h"
#include "base/text.h"

enum {
	LINE_MAX_BYTES = 4096,
	CLOSING = 3,      /* a quotation mark, a brace and the line feed always fit */
	FIELD_ROOM = 128, /* a field is only started if this much is left */
	ESCAPE_MAX = 6,
};

/* Set before threads are started; only the level may change afterwards. */
static struct {
	char program[32];
	atomic_int least;
	bool journal;
} settings = {.program = "cowry", .least = LOG_LEVEL_INFO};

/* Of syslog(3): debugging, information, warning, error. */
static const char *const priorities[] = {"<7>", "<6>", "<4>", "<3>"};

static const char *const level_names[] = {"debug", "info", "warn", "error", NULL};

struct line {
	size_t length;
	char text[LINE_MAX_BYTES];
};

/* systemd names the device and inode of the stream that it has connected to the journal; standard error
 * may have been redirected since. */
static bool
is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM"); /* NOLINT(concurrency-mt-unsafe) */
	struct stat status;
	char own[64];

	if (stream == NULL || fstat(STDERR_FILENO, &status) != 0)
		return false;
	(void)snprintf(own, sizeof own, "%ju:%ju", (uintmax_t)status.st_dev,
		       (uintmax_t)status.st_ino);
	return text_equal(stream, own);
}

void
log_open(const char *program, enum log_level least)
{
	(void)snprintf(settings.program, sizeof(settings.program), "%s", program);
	settings.journal = is_journal();
	log_set_level(least);
}

const char *
log_priority(enum log_level level)
{
	return settings.journal ? priorities[level] : "";
}

void
log_set_level(enum log_level least)
{
	atomic_store_explicit(&settings.least, (int)least, memory_order_relaxed);
}

enum log_level
log_level_parse(const char *name)
{
	int level = text_index(level_names, name);

	return level < 0 ? LOG_LEVEL_INFO : (enum log_level)level;
}

static bool
put(struct line *line, const char *bytes, size_t length)
{
	if (length > sizeof(line->text) - CLOSING - line->length)
		return false;
	memcpy(line->text + line->length, bytes, length);
	line->length += length;
	return true;
}

/* One character in its JSON form; invalid UTF-8 becomes U+FFFD. */
static bool
put_character(struct line *line, const char *character, size_t length)
{
	unsigned char c = (unsigned char)*character;
	char escape[ESCAPE_MAX + 1];

	if (length == 0)
		return put(line, "\\ufffd", ESCAPE_MAX);
	if (c == '"' || c == '\\')
		return put(line, (const char[]){'\\', *character}, 2);
	if (c >= 0x20 && c != 0x7F)
		return put(line, character, length);
	(void)snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)c);
	return put(line, escape, ESCAPE_MAX);
}

/* A quoted text, truncated at the end of the line; the closing mark always fits. */
static void
put_text(struct line *line, const char *text)
{
	size_t left = strlen(text);

	(void)put(line, "\"", 1);
	while (left > 0) {
		size_t n = utf8_next(text, left);

		if (!put_character(line, text, n))
			break;
		text += n > 0 ? n : 1;
		left -= n > 0 ? n : 1;
	}
	line->text[line->length++] = '"';
}

static void
put_field(struct line *line, const struct log_field *field, bool first)
{
	char buf[INTEGER_TEXT_MAX];
	const char *digits;

	if (line->length + strlen(field->name) * ESCAPE_MAX + FIELD_ROOM > sizeof(line->text))
		return;
	(void)put(line, first ? "{" : ",", 1);
	put_text(line, field->name);
	(void)put(line, ":", 1);
	if (field->text != NULL) {
		put_text(line, field->text);
		return;
	}
	digits = integer_text(buf, field->number);
	(void)put(line, digits, strlen(digits));
}

/* If the log can't be written, there is no way to report it. */
static void
write_line(const struct line *line)
{
	ssize_t written;

	do
		written = write(STDERR_FILENO, line->text, line->length);
	while (written < 0 && errno == EINTR);
}

/* Apart from log_event(), most of whose calls write nothing and need no room for a line. */
static __attribute__((noinline)) void
write_event(enum log_level level, const char *event, const struct log_field *fields)
{
	char time[INSTANT_TEXT_MAX];
	struct line line UNINITIALIZED;
	const struct log_field head[] = {
		{"time", instant_text(time, clock_system()), 0},
		{"level", level_names[level], 0},
		{"program", settings.program, 0},
		{"pid", NULL, getpid()},
		{"event", event, 0},
		{NULL, NULL, 0},
	};

	line.length = 0;
	(void)put(&line, log_priority(level), strlen(log_priority(level)));
	for (const struct log_field *field = head; field->name != NULL; field++)
		put_field(&line, field, field == head);
	for (const struct log_field *field = fields; field != NULL && field->name != NULL; field++)
		put_field(&line, field, false);
	line.text[line.length++] = '}';
	line.text[line.length++] = '\n';
	write_line(&line);
}

void
log_event(enum log_level level, const char *event, const struct log_field *fields)
{
	if ((int)level >= atomic_load_explicit(&settings.least, memory_order_relaxed))
		write_event(level, event, fields);
}
