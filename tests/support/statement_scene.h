/* statement_scene.h - a wallet with three lines, its statements as PDF, and the job that makes them. */
#ifndef TESTS_SUPPORT_STATEMENT_SCENE_H
#define TESTS_SUPPORT_STATEMENT_SCENE_H

#include "base/arena.h"
#include "base/text.h"
#include "jobs/job.h"
#include "runtime/app.h"
#include "tests/support/money.h"

static struct tenant acme;
static struct tenant other;
static struct person admin;
static const char *wallet; /* with three lines */

static inline int
statement_setup(void **state)
{
	struct client *c;
	struct answer a;

	if (tenants_setup(state, &acme, &other) != 0)
		return -1;
	c = *state;
	admin = person_admin(c, "statement-files-admin@example.com");
	wallet = arena_strdup(c->keep, wallet_with(c, acme.test_key, "NGN", "100"));
	for (int i = 0; i < 2; i++) {
		a = transfer(c, acme.test_key, wallet, wallet_new(c, acme.test_key, "NGN"), "1.25",
			     fresh_reference(c), "");
		expect_status(&a, 201);
	}
	return 0;
}

/* No statements of the test before. */
static inline int
statement_begin_test(void **state)
{
	struct client *c = *state;
	int failed = client_begin(state);

	client_sql(c, "DELETE FROM cowry.wallet_statement; DELETE FROM cowry.job");
	return failed;
}

#define statement_test(function) cmocka_unit_test_setup(function, statement_begin_test)

static inline struct answer
order(struct client *c, const char *credential, const char *of, const char *body)
{
	return client_call(c, "POST", client_text(c, "/v1/wallets/%s/statements", of), credential,
			   client_json(c, "%s", body));
}

static inline struct answer
look(struct client *c, const char *credential, const char *of, const char *id)
{
	return client_call(c, "GET", client_text(c, "/v1/wallets/%s/statements/%s", of, id),
			   credential, NULL);
}

/* As the job runner does; false if there is no job. */
static inline bool
run_job(struct client *c)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);
	bool found;

	client_sql(c, "UPDATE cowry.job SET due_at = clock_timestamp() WHERE parked_at IS NULL");
	assert_int_equal(queue_run_one(&ctx, &queue_statement, &found), ERR_OK);
	return found;
}

/* A statement of a wallet that is ready. */
static inline struct answer
made(struct client *c, const char *of)
{
	struct answer a = order(c, acme.test_key, of, "{}");

	expect_status(&a, 202);
	assert_true(run_job(c));
	a = look(c, acme.test_key, of, answer_at(&a, "data.id"));
	expect_status(&a, 200);
	expect_text(&a, "data.status", "ready");
	return a;
}

/* What the public address of the server is followed by. */
static inline const char *
file_path(struct client *c, const struct answer *a, size_t i)
{
	const char *url = answer_at(a, client_text(c, "data.files.%zu.url", i));
	const char *base = c->app->config->public_url;

	assert_true(text_starts_with(url, base));
	return url + strlen(base);
}

static inline struct answer
fetch(struct client *c, const char *path)
{
	return client_call(c, "GET", path, NULL, NULL);
}

/* A day of January, which no other order has. */
static inline const char *
day(struct client *c, int number)
{
	return client_text(c, "{'from':'2020-01-%02d','to':'2020-01-%02d'}", number, number);
}

static inline void
expect_no_file(struct client *c, const char *path)
{
	struct answer a = fetch(c, path);

	expect_refusal(&a, 404, "NOT_FOUND");
}

static inline void
delete_statements(struct client *c)
{
	client_sql(c, "DELETE FROM cowry.wallet_statement");
}

#endif
