/*
 * request_log.h - calls to the sandbox and webhooks sent, for tests to read.
 *
 * Thread-safe; the oldest entries are dropped. Neither keys nor any other header is recorded.
 */
#ifndef SANDBOX_REQUEST_LOG_H
#define SANDBOX_REQUEST_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "json/writer.h"

struct request_log;

struct request_log_entry {
	bool sent; /* a webhook; else a call */
	const char *provider;
	const char *method;
	const char *path;
	const char *note; /* the fault, the event; or NULL */
	struct bytes body;
};

struct request_log *request_log_new(void);
void request_log_free(struct request_log *request_log);

/* Record the start; the number is for request_log_end(). */
int64_t request_log_begin(struct request_log *request_log, const struct request_log_entry *entry);
/* Record the end; 0: without an answer. */
void request_log_end(struct request_log *request_log, int64_t id, int status);
/* Record the injected fault. note is a constant. */
void request_log_note(struct request_log *request_log, int64_t id, const char *note);
/* All entries, or those of a provider, newest last, as a list. */
void request_log_write(struct request_log *request_log, const char *provider, struct jw *w,
		       const char *name);

#endif
