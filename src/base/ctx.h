/*
 * ctx.h - what every operation is given: memory, the error, who asks, and the
 * services of the process. No globals: this is how things are passed down.
 */
#ifndef BASE_CTX_H
#define BASE_CTX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/id.h"

struct app;
struct arena;
struct database;
struct db;
struct requester;

enum { REQUEST_ID_MAX = 65, ADDRESS_MAX = 46 };

/* How far an API key reaches: test keys see test money only. */
enum mode { MODE_TEST = 1, MODE_LIVE };

extern const char *const mode_words[];

enum principal_kind {
	PRINCIPAL_NONE,        /* nobody: a public route */
	PRINCIPAL_USER,        /* a person, by an access token */
	PRINCIPAL_USER_KEY,    /* a person, by a personal API key */
	PRINCIPAL_PROJECT_KEY, /* a project, by one of its API keys */
	PRINCIPAL_WALLET_KEY,  /* a person, by a key to their wallet with some permissions */
};

/* Who asks. Ids are the internal ones; user_id is the owner's for keys. */
struct principal {
	enum principal_kind kind;
	int64_t user_id;
	struct uuid user_public_id;
	int64_t session_id; /* PRINCIPAL_USER */
	int64_t key_id;     /* keys */
	int64_t project_id; /* PRINCIPAL_PROJECT_KEY */
	struct uuid project_public_id;
	int64_t ledger_id; /* PRINCIPAL_PROJECT_KEY: the books of its project and mode */
	enum mode mode;
	unsigned permissions; /* PRINCIPAL_WALLET_KEY: enum permission */
	bool admin;
	/* A key that was good in an earlier request: whether it still is must be asked together with
	 * the first query. */
	bool unverified;
};

struct ctx {
	const struct app *app;           /* the services of the process: runtime/app.h */
	const struct database *database; /* app's, or another one */
	struct arena *arena;
	struct db *db; /* the connection of the open transaction; NULL outside */
	struct principal who;
	const struct requester
		*requester; /* who waits; NULL: nobody, and it is done all the same */
	struct instant now; /* of this request; the database's clock decides about money */
	struct fault fault;
	char request_id[REQUEST_ID_MAX];
	char address[ADDRESS_MAX]; /* the client's, as nginx saw it */
};

#endif
