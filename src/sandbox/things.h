/*
 * things.h - what providers keep beside payments: customers, recipients, accounts, wallets.
 *
 * A thing is the JSON object that the provider shows, under a code and another name. Safe
 * for all threads; holds so many and forgets the oldest.
 */
#ifndef SANDBOX_THINGS_H
#define SANDBOX_THINGS_H

#include <stddef.h>

#include "base/attributes.h"

struct arena;
struct things;

struct thing {
	int provider;
	const char *kind;  /* a constant */
	const char *code;  /* its name at the provider */
	const char *alias; /* another one: an e-mail address, an account number */
	const char *json;
};

enum { THINGS_SHOWN_MAX = 50 }; /* of a list */

struct things *things_new(void);
void things_free(struct things *things);

void things_add(struct things *things, const struct thing *thing);
/* The newest with that code or alias, in the arena; NULL if there is none. */
const struct thing *things_find(struct things *things, struct arena *arena, int provider,
				const char *kind, const char *name) MUST_CHECK;
/* The JSON of all of a kind, newest first, in the arena. */
size_t things_list(struct things *things, struct arena *arena, int provider, const char *kind,
		   const char ***out);

#endif
