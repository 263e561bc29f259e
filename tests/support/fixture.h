/*
 * fixture.h - a separate migrated database for each test program.
 *
 * The first program in a cluster migrates a template; each creates its database from that and drops
 * it at the end. Run within tests/with-postgres.
 */
#ifndef TESTS_SUPPORT_FIXTURE_H
#define TESTS_SUPPORT_FIXTURE_H

#include "base/arena.h"
#include "base/config.h"
#include "base/ctx.h"
#include "db/db.h"
#include "runtime/app.h"

enum { FIXTURE_URL_MAX = 512 };

struct fixture {
	struct config config;
	struct db_options options;
	struct app app;
	struct ctx ctx;
	char name[64]; /* of the database */
	char url[FIXTURE_URL_MAX];
	char owner_url[FIXTURE_URL_MAX];
	char auditor_url[FIXTURE_URL_MAX];
	char superuser_url[FIXTURE_URL_MAX];
};

/* For cmocka_run_group_tests: *state becomes a struct fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* A context with an arena of its own, for another thread. */
struct ctx fixture_ctx(const struct fixture *fixture);
void fixture_ctx_end(struct ctx *ctx);

/* Run SQL in the test's database as a role; stops the program if that fails. */
void fixture_sql(const char *url, const char *sql);
/* The first value that SQL returns, "" for none; in the arena. */
const char *fixture_value(struct arena *arena, const char *url, const char *sql);

#endif
