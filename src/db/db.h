/*
 * db.h - statements and transactions on PostgreSQL.
 *
 * Every statement has a name (sql/queries/<room>/<noun>.sql), declared parameters and an expected
 * number of rows; there is no way to run other SQL. Results belong to the arena of the request.
 * Values are transferred in binary format.
 *
 * Outside a transaction a statement borrows a connection for its duration. db_transact() holds one:
 * BEGIN is sent with the first statement, and deferred statements are sent with COMMIT, so that a
 * typical write takes two round trips.
 *
 * A lost connection is reopened, with backoff, on whichever host is the primary (connect.h): while
 * the database is unavailable, calls fail at once with ERR_UNAVAILABLE. A connection lost during
 * COMMIT is ERR_OUTCOME_UNKNOWN and never repeated.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/text.h"
#include "db/statement.h"

struct db_pool;
struct metrics;

struct replica;

/* The database as operations use it. */
struct database {
	struct db_pool *pool;
	/* What statements outside of transactions are run on, unless it is away or too old (replica.h);
	 * NULL: none. */
	struct replica *replica;
	const struct database *primary; /* the database to continue with then */
	int64_t insist_s;               /* a job runner's: how long db_insist() tries; 0: once */
};

/* Asked about each new session, with a context whose statements run in it. False, with the reason in
 * problem, if it must not be used. */
typedef bool db_accept(void *arg, struct ctx *ctx, char problem[256]);

struct db_options {
	const char *conninfo;
	const char *application_name;
	int64_t connections;          /* maximum number; opened on first use */
	int64_t statement_timeout_ms; /* on the server, and slightly later in the client */
	int64_t connect_timeout_ms; /* for each host; also the maximum wait for a free connection */
	int64_t retry_most_ms;   /* longest pause between attempts to connect; 0: half a second */
	bool looks_up;           /* plans for few rows of large tables: of a server */
	bool reads_only;         /* by default, a server that is read-only will do */
	struct metrics *metrics; /* NULL: nothing is counted */
	db_accept *accept;       /* or NULL */
	void *accept_arg;
};

/* Opens nothing yet. conninfo must outlive the pool. */
struct db_pool *db_pool_new(const struct db_options *options);
void db_pool_free(struct db_pool *pool);
enum { DATABASE_PROBLEM_MAX = 256 };
/* False, with the reason, if sessions are shared with others by a pooler; true also if the database is
 * not available. */
bool db_pool_check(struct db_pool *pool, char problem[DATABASE_PROBLEM_MAX]);
/* A pool of one connection beside another, for work that must not wait for others: to the same database,
 * and asked about in the same way. application_name NULL: the same. */
struct db_pool *db_pool_beside(const struct db_pool *pool, const char *application_name);

/* A parameter; its kind must be the declared one. Texts and bytes are not copied. */
enum param_kind {
	PARAM_NULL,
	PARAM_INT, /* smallint, integer, bigint by declaration */
	PARAM_BOOL,
	PARAM_TEXT, /* text, bpchar, or json/jsonb by declaration */
	PARAM_UUID,
	PARAM_TIME, /* timestamptz */
	PARAM_BYTES,
	PARAM_INTS, /* arrays of the above, count items each */
	PARAM_BOOLS,
	PARAM_TEXTS, /* NULL items are SQL NULLs */
	PARAM_UUIDS, /* nil items are SQL NULLs */
	PARAM_TIMES, /* zero items are SQL NULLs */
	PARAM_BYTES_LIST,
};

struct param {
	enum param_kind kind;
	union {
		int64_t integer;
		bool boolean;
		const char *text;
		struct uuid uuid;
		struct instant time;
		struct bytes bytes;
		const int64_t *ints;
		const bool *bools;
		const char *const *texts;
		const struct uuid *uuids;
		const struct instant *times;
		const struct bytes *bytes_list;
	} value;
	size_t count; /* of array items */
};

struct param p_null(void);
struct param p_int(int64_t value);
struct param p_bool(bool value);
/* NULL is SQL's NULL; so are a nil uuid and a zero time. */
struct param p_text(const char *value);
/* An enum by its table of words (base/word.h); 0 is SQL's NULL. */
struct param p_word(const char *const *words, unsigned value);
struct param p_uuid(struct uuid value);
struct param p_time(struct instant value);
/* A time that is always given. */
struct param p_at(struct instant value);
/* A bound, or NULL: its first instant for "from", the last for "until". */
struct param p_from(struct moment value);
struct param p_until(struct moment value);
struct param p_bytes(const void *data, size_t length);
/* 0 is SQL's NULL: for references to a row. */
struct param p_id(int64_t value);
struct param p_ints(const int64_t *items, size_t count);
struct param p_bools(const bool *items, size_t count);
struct param p_texts(const char *const *items, size_t count);
struct param p_uuids(const struct uuid *items, size_t count);
struct param p_times(const struct instant *items, size_t count);
struct param p_bytes_list(const struct bytes *items, size_t count);

/* The parameters of a call: db_run(ctx, SQL_x, &rows, PARAMS(p_int(1), p_text("a"))). */
#define PARAMS(...)                            \
	((const struct param[]){__VA_ARGS__}), \
		(sizeof((const struct param[]){__VA_ARGS__}) / sizeof(struct param))
#define NO_PARAMS NULL, 0

struct rows {
	void *result;        /* PGresult; NULL before a run */
	size_t count;        /* rows returned */
	size_t affected;     /* rows changed, for statements that return none */
	struct fault *fault; /* of the request, where a value that can't be read is reported */
};

/* Run a statement. rows may be NULL where nothing is returned. A statement declared to return
 * one row gives ERR_NOT_FOUND where there is none. */
enum err db_run(struct ctx *ctx, enum statement_id id, struct rows *rows,
		const struct param *params, size_t count) MUST_CHECK;

/* One of several statements that are sent together. */
struct db_call {
	enum statement_id id;
	struct rows *rows;
	const struct param *params;
	size_t count;
};

/* Run several statements in one round trip; outside db_transact they are one implicit
 * transaction. The number of rows is checked where they are requested. */
enum err db_pipeline(struct ctx *ctx, const struct db_call *calls, size_t n) MUST_CHECK;

/* Inside db_transact: run this with COMMIT, or before the next statement. Its rows are
 * discarded; the parameters must stay valid until the commit. */
void db_defer(struct ctx *ctx, enum statement_id id, const struct param *params, size_t count);

typedef enum err db_work(struct ctx *ctx, void *arg);

/*
 * Do work in one transaction (READ COMMITTED); retried a few times with jitter, after a deadlock or
 * serialisation failure, and once after the server has become read-only. Work must therefore be
 * restartable. Within another transaction it joins that one. If the requester has gone, it is rolled
 * back: ERR_EXPIRED.
 */
enum err db_transact(struct ctx *ctx, db_work *work, void *arg) MUST_CHECK;
/*
 * Do work that must not be lost while the database is unavailable, such as recording the result of
 * an outside call: retried, with pauses, for half a minute in a job runner. In a process with a
 * waiting client (insist_s is 0) it is tried once. An attempt may have succeeded before it is
 * repeated, so the work must be idempotent. Not within a transaction.
 */
enum err db_insist(struct ctx *ctx, db_work *work, void *arg) MUST_CHECK;
/* The same, for work in one transaction. */
enum err db_persist(struct ctx *ctx, db_work *work, void *arg) MUST_CHECK;
/* Like db_transact, but always rolled back: a dry run. Not within a transaction. */
enum err db_dry_run(struct ctx *ctx, db_work *work, void *arg) MUST_CHECK;

/* Round trip to the database in nanoseconds. */
enum err db_ping(struct ctx *ctx, int64_t *latency_ns) MUST_CHECK;

#endif
