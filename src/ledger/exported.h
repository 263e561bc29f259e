/*
 * exported.h - checks of exported months (app/operation/archive.h), without a database.
 *
 * The files are those of successive months, in their order. Each posting must continue the histories of
 * its two accounts, and the postings of a transaction must be complete. What was before the first file
 * is not known: an account may begin there with any number and balance. A file does not show a transaction
 * that was taken out with everything that depends on it.
 *
 * The files are read once for two million accounts.
 */
#ifndef LEDGER_EXPORTED_H
#define LEDGER_EXPORTED_H

#include <stdint.h>
#include <stdio.h>

#include "base/attributes.h"
#include "base/fault.h"

struct arena;

struct exported_file {
	const char *name;
	FILE *file; /* at its beginning; one that can be read again */
};

struct exported_result {
	int64_t postings;
	int64_t transactions;
	const char **problems; /* each a sentence, the first ones of the files */
	size_t count;
};

/* accounts_most: how many histories are followed at a time; 0: two million. ERR_UNAVAILABLE without
 * memory. Problems are in the arena. */
enum err exported_check(struct arena *arena, const struct exported_file *files, size_t n,
			int64_t accounts_most, struct exported_result *out) MUST_CHECK;

#endif
