/*
 * ctx.h - context of every operation: memory, the error, the caller, and the services of the
 * process. Passed as a parameter; there are no globals.
 */
#ifndef BASE_CTX_H
#define BASE_CTX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/trace.h"

struct app;
struct arena;
struct ledger_key;
struct database;
struct db;
struct requester;

enum { REQUEST_ID_MAX = 65, ADDRESS_MAX = 46 };

/* Mode of an API key: test keys see test money only. */
enum mode { MODE_TEST = 1, MODE_LIVE };

extern const char *const mode_words[];

enum principal_kind {
	PRINCIPAL_NONE,        /* anonymous: a public route */
	PRINCIPAL_USER,        /* a user, by an access token */
	PRINCIPAL_USER_KEY,    /* a user, by a personal API key */
	PRINCIPAL_PROJECT_KEY, /* a project, by one of its API keys */
	PRINCIPAL_WALLET_KEY,  /* a user, by a wallet key with permissions */
};

/* The caller. Ids are the internal ones; user_id is the owner's for keys. */
struct principal {
	enum principal_kind kind;
	int64_t user_id;
	struct uuid user_public_id;
	int64_t session_id; /* PRINCIPAL_USER */
	int64_t key_id;     /* keys */
	int64_t project_id; /* PRINCIPAL_PROJECT_KEY */
	struct uuid project_public_id;
	int64_t ledger_id; /* PRINCIPAL_PROJECT_KEY: the ledger of its project and mode */
	enum mode mode;
	unsigned permissions; /* PRINCIPAL_WALLET_KEY: enum permission */
	bool admin;
	bool must_enrol; /* an administrator who first needs a second factor */
	/* A cached key: whether it is still valid must be checked together with the first query. */
	bool unverified;
};

struct ctx {
	const struct app *app;           /* the services of the process: runtime/app.h */
	const struct database *database; /* app's, or another one */
	struct arena *arena;
	struct db *db; /* the connection of the open transaction; NULL outside */
	struct principal who;
	/* To be stored with the next posting by group commit, which takes it from here; NULL: none. */
	const struct ledger_key *key;
	const struct requester
		*requester; /* the waiting client; NULL: none, and the work is always done */
	struct instant now; /* of this request; for money, the database's clock is used */
	struct fault fault;
	char request_id[REQUEST_ID_MAX];
	struct trace trace;        /* of the request or job; none: no id */
	char address[ADDRESS_MAX]; /* of the client, as seen by nginx */
};

#endif
