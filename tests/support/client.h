/*
 * client.h - a client of the API within the test's own process.
 *
 * Requests go through dispatch() as in the worker, against the database of the fixture. Common
 * properties of all answers are checked for every answer: it is JSON in the envelope of its
 * dialect, has a request id, and is not a server error.
 */
#ifndef TESTS_SUPPORT_CLIENT_H
#define TESTS_SUPPORT_CLIENT_H

#include "api/dispatch.h"
#include "tests/support/fixture.h"

struct json_object;
struct coverage;

struct client {
	struct fixture *fixture;
	const struct app *app;
	struct arena *keep;    /* for the whole program */
	struct arena *scratch; /* for one test */
	struct coverage *coverage;
	int answers; /* the file that they are recorded in; -1: none */
};

/* For cmocka_run_group_tests: *state becomes a struct client. */
int client_setup(void **state);
int client_teardown(void **state);
/* Before each test: data of the previous one is deleted. */
int client_begin(void **state);
#define client_test(function) cmocka_unit_test_setup(function, client_begin)

/* A request. What is NULL is not sent; a body is JSON unless type says otherwise. */
struct ask {
	const char *method;
	const char *target;
	const char *credential; /* the Bearer value */
	const char *api_key;    /* x-api-key */
	const char *idempotency_key;
	const char *type;
	const char *encoding; /* Content-Encoding */
	const char *address;
	const char *headers[HEADER_COUNT]; /* by enum request_header */
	const char *body;
	size_t length; /* of body; 0: up to its NUL */
	bool body_too_large;
	bool body_incomplete;
	const struct requester *requester; /* NULL: it always waits */
	bool repeated_credentials;
	bool contradicting_keys;
	/* Called before the second part of an answer in parts is asked for. */
	void (*meanwhile)(struct client *c);
};

struct answer {
	int status;
	struct bytes body;
	size_t parts;
	bool broken_off; /* there was no end of an answer in parts, so it is not read as JSON */
	struct json_object *json; /* NULL for 204 */
	struct reply reply;
};

/* Answers in parts are put together: also client_exchange(). */
struct answer client_send(struct client *c, const struct ask *ask);
/* The usual request. */
struct answer client_call(struct client *c, const char *method, const char *target,
			  const char *credential, const char *body);
/* Without any check, so that another thread may ask; its client has a scratch of its own. */
struct reply client_exchange(struct client *c, const struct ask *ask);
/* Send n requests from as many threads at once; their statuses. */
void client_at_once(struct client *c, const struct ask *asks, size_t n, int *statuses);
/* How many of them are this one. */
size_t count_status(const int *statuses, size_t n, int status);

/* The value of a header, or NULL. */
const char *answer_header(const struct answer *answer, const char *name);
/* The value at a path such as "data.0.id": its text, "null" for null, NULL if it is absent. */
const char *answer_at(const struct answer *answer, const char *path);
size_t answer_count(const struct answer *answer, const char *path);
/* Whether the errors of a refusal name the field. */
bool answer_names(const struct answer *answer, const char *field);

/* Text in the scratch; json writes ' as ", so that bodies can be read. */
const char *client_text(struct client *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
const char *client_json(struct client *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Run SQL as the superuser; the first value of what it returns. */
void client_sql(struct client *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Run a file of sql/migrations once more. */
void client_migrate(struct client *c, const char *file);
/* A long history of two wallets, the second of which has none yet (post_many.sql). */
void client_post_many(struct client *c, const char *payer, const char *payee, int n);
/* From now on all calls are counted in one minute, at any time. */
void client_stop_minute(struct client *c);
const char *client_value(struct client *c, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Assertions that show the answer where they fail. */
void expect_status_at(const struct answer *answer, int status, const char *file, int line);
void expect_text_at(const struct answer *answer, const char *path, const char *text,
		    const char *file, int line);
void expect_refusal_at(const struct answer *answer, int status, const char *code, const char *file,
		       int line);
void expect_field_at(const struct answer *answer, const char *field, const char *file, int line);
#define expect_status(answer, status)   expect_status_at(answer, status, __FILE__, __LINE__)
#define expect_text(answer, path, text) expect_text_at(answer, path, text, __FILE__, __LINE__)
#define expect_refusal(answer, status, code) \
	expect_refusal_at(answer, status, code, __FILE__, __LINE__)
/* 400 VALIDATION_FAILED, or its form in the dialect, that names the field. */
#define expect_field(answer, field) expect_field_at(answer, field, __FILE__, __LINE__)

/* The last tests of each program: every check of the ledger passes, and each row of a table of
 * routes, or each with a tag, had an answer below 400 and one above. tests/api/routes.c lists
 * the programs and their rows. */
void client_books_hold(void **state);
void client_covered(struct client *c, const struct route *routes, const char *tag);

#endif
