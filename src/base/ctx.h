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

struct arena;
struct claims;
struct batcher;
struct committer;
struct config;
struct db;
struct db_pool;
struct google;
struct http_client;
struct key_cache;
struct keyring;
struct password_gate;
struct requester;
struct router;

enum { REQUEST_ID_MAX = 65, ADDRESS_MAX = 46 };

/* Mode of an API key: test keys see test money only. */
enum mode { MODE_TEST, MODE_LIVE };

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
	/* A cached key: whether it is still valid must be checked together with the first query. */
	bool unverified;
};

/* The services of a process; created in main, constant afterwards. */
struct app {
	const struct config *config;
	struct keyring *keys;
	struct db_pool *pool;
	struct committer *committer;  /* group commit of postings */
	struct batcher *key_checks;   /* combined look-ups of API keys */
	struct key_cache *key_cache;  /* cache of their owners */
	struct batcher *wallet_reads; /* combined reads of wallets */
	struct password_gate *passwords;
	struct router *router;
	struct admission *admission; /* limits of concurrent work */
	struct http_client *http;    /* calls to providers */
	struct google *google;       /* cache of Google's documents */
	/* Destinations of webhooks: public addresses, and in development any for test mode. The
	 * job runner's; NULL elsewhere. */
	struct http_client *http_public;
	struct http_client *http_local;
	struct claims *claims; /* claims of a job runner; NULL elsewhere */
	int64_t insist_s;      /* a job runner's: how long db_insist() tries; 0: once */
	clock_now *now;
	int64_t started_ns; /* clock_monotonic_ns() at start */
	char name[48]; /* the name of this process in the database; it also identifies its keys */
};

struct ctx {
	const struct app *app;
	struct arena *arena;
	struct db *db; /* the connection of the open transaction; NULL outside */
	struct principal who;
	const struct requester
		*requester; /* the waiting client; NULL: none, and the work is always done */
	struct instant now; /* of this request; for money, the database's clock is used */
	struct fault fault;
	char request_id[REQUEST_ID_MAX];
	char address[ADDRESS_MAX]; /* of the client, as seen by nginx */
};

#endif
