/*
 * log.h - one JSON line per event on standard error.
 *
 * A line is written by one write(2), so lines of threads never mix. Values are escaped; callers
 * never pass secrets: values that must not be logged are listed in src/README.md, and a test
 * searches for planted ones. If standard error is the journal of systemd, each line begins with its
 * priority (sd-daemon(3)), which the journal removes.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/* A name and either a text or, when text is NULL, a number. */
struct log_field {
	const char *name;
	const char *text;
	int64_t number;
};

/* The value of "program" in each line, and the least level written. Before threads are started. */
void log_open(const char *program, enum log_level least);
/* The least level, from now on. Of any thread. */
void log_set_level(enum log_level least);
/* Level by its name ("debug", "info", "warn", "error"); info for anything else. */
enum log_level log_level_parse(const char *name);

/* What a line of another form on standard error must begin with: a priority for the journal, or
 * nothing. */
const char *log_priority(enum log_level level);

/* fields ends with a row whose name is NULL; fields may be NULL. Lines over 4 KiB are cut. */
void log_event(enum log_level level, const char *event, const struct log_field *fields);
/* The fields of a log line as a literal: LOG_FIELDS({"path", path, 0}, {"status", NULL, 200}). */
#define LOG_FIELDS(...)              \
	((const struct log_field[]){ \
		__VA_ARGS__,         \
		{NULL, NULL, 0},     \
	})

#endif
