/* app.h - the services of a process. Built in main, constant afterwards. */
#ifndef RUNTIME_APP_H
#define RUNTIME_APP_H

#include "base/clock.h"
#include "base/ctx.h"
#include "db/db.h"

struct admission;
struct batcher;
struct claims;
struct committer;
struct config;
struct google;
struct http_client;
struct key_cache;
struct keyring;
struct password_gate;
struct router;

struct app {
	const struct config *config;
	struct keyring *keys;
	struct database database;
	struct committer *committer;  /* group commit of postings */
	struct batcher *key_checks;   /* combined look-ups of API keys */
	struct key_cache *key_cache;  /* what they stand for */
	struct batcher *wallet_reads; /* combined reads of wallets */
	struct password_gate *passwords;
	struct router *router;
	struct admission *admission; /* how much is under work at once */
	struct http_client *http;    /* calls to providers */
	struct google *google;       /* what Google has published about itself */
	/* Where customers want to hear of events: public addresses, and in development any for test
	 * mode. The job runner's; NULL elsewhere. */
	struct http_client *http_public;
	struct http_client *http_local;
	struct claims *claims; /* what a job runner has claimed; NULL elsewhere */
	clock_now *now;
	int64_t started_ns; /* clock_monotonic_ns() at start */
	char name
		[48]; /* what the database knows this process by; it also tells the keys that we have */
};

/* A context for work of the process itself: nobody asks, and the time is now. */
struct ctx app_ctx(const struct app *app, struct arena *arena);

#endif
