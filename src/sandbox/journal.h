/*
 * journal.h - calls to the sandbox and webhooks sent, for tests to read.
 *
 * Thread-safe; the oldest entries are dropped. Neither keys nor any other header is recorded.
 */
#ifndef SANDBOX_JOURNAL_H
#define SANDBOX_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "json/writer.h"

struct journal;

struct journal_entry {
	bool sent; /* a webhook; else a call */
	const char *provider;
	const char *method;
	const char *path;
	const char *note; /* the fault, the event; or NULL */
	struct bytes body;
};

struct journal *journal_new(void);
void journal_free(struct journal *journal);

/* Record the start; the number is for journal_end(). */
int64_t journal_begin(struct journal *journal, const struct journal_entry *entry);
/* Record the end; 0: without an answer. */
void journal_end(struct journal *journal, int64_t id, int status);
/* Record the injected fault. note is a constant. */
void journal_note(struct journal *journal, int64_t id, const char *note);
/* All entries, or those of a provider, newest last, as a list. */
void journal_write(struct journal *journal, const char *provider, struct jw *w, const char *name);

#endif
