/*
 * records.h - other data of providers: customers, recipients, accounts, wallets.
 *
 * A record is the JSON object that the provider shows, under a code and an alias. Thread-safe;
 * limited in size, oldest records are dropped.
 */
#ifndef SANDBOX_RECORDS_H
#define SANDBOX_RECORDS_H

#include <stddef.h>

#include "base/attributes.h"

struct arena;
struct records;

struct record {
	int provider;
	const char *kind;  /* a constant */
	const char *code;  /* its name at the provider */
	const char *alias; /* an alias: an email address, an account number */
	const char *json;
};

enum { RECORDS_SHOWN_MAX = 50 }; /* of a list */

struct records *records_new(void);
void records_free(struct records *records);

void records_add(struct records *records, const struct record *record);
/* The newest with that code or alias, in the arena; NULL if there is none. */
const struct record *records_find(struct records *records, struct arena *arena, int provider,
				  const char *kind, const char *name) MUST_CHECK;
/* The JSON of all of a kind, newest first, in the arena. */
size_t records_list(struct records *records, struct arena *arena, int provider, const char *kind,
		    const char ***out);

#endif
