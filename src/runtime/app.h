/* app.h - the services of a process. Built in main, constant afterwards. */
#ifndef RUNTIME_APP_H
#define RUNTIME_APP_H

#include "base/clock.h"
#include "base/ctx.h"
#include "db/db.h"

struct acceptance;
struct admission;
struct batcher;
struct claims;
struct committer;
struct config;
struct sender;
struct google;
struct fee_cache;
struct http_client;
struct key_cache;
struct keyring;
struct metrics;
struct password_gate;
struct router;
struct settings;
struct storage;

struct app {
	const struct config *config;
	struct settings *settings; /* of a server, which can read them again; NULL elsewhere */
	struct keyring *keys;
	struct database database;
	struct acceptance *acceptance; /* whether we may use it */
	struct database reads;         /* for routes that bear staleness, if it has a replica */
	struct committer *committer;   /* group commit of postings */
	struct batcher *key_checks;    /* combined look-ups of API keys */
	struct key_cache *key_cache;   /* what they stand for */
	struct fee_cache *fee_cache;   /* what this process knows of fees */
	struct batcher *wallet_reads;  /* combined reads of wallets */
	struct password_gate *passwords;
	struct router *router;
	struct admission *admission; /* how much is under work at once */
	struct storage *storage;     /* whether the database has room */
	struct http_client *http;    /* calls to providers */
	struct metrics *metrics;     /* NULL: nothing is counted */
	struct google *google;       /* what Google has published about itself */
	/* Where customers want to hear of events: public addresses, and in development any for test
	 * mode. The job runner's; NULL elsewhere. */
	struct http_client *http_public;
	struct http_client *http_local;
	struct sender *sender; /* what delivers there */
	struct claims *claims; /* what a job runner has claimed; NULL elsewhere */
	clock_now *now;
	int64_t started_ns; /* clock_monotonic_ns() at start */
	char name
		[48]; /* what the database knows this process by; it also tells the keys that we have */
};

/* The services with the settings of now, for one request or job; they stay until app_leave(). */
struct app app_enter(const struct app *app);
void app_leave(const struct app *entered);

/* A context for work of the process itself: nobody asks, and the time is now. */
struct ctx app_ctx(const struct app *app, struct arena *arena);

#endif
