#include "db/migrate.h"

#include <libpq-fe.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "db/connect.h"
#include "db/migration_file.h"
#include "db/statement.h"

enum { PROBLEM_MAX = 512, MEMORY_MAX = 64 << 20 };
/* Everything that arrives after a waiting ALTER TABLE waits behind it: for this time at most. */
enum { LOCK_TIMEOUT_MS = 200, PAUSE_FIRST_MS = 100, PAUSE_MOST_MS = 3000 };
/* Between attempts to become the only run. */
enum { TURN_MS = 100 };
enum { CONNECT_TIMEOUT_MS = 10000 };

/* A run. Files are in order: file i has number i + 1. */
struct migration {
	const struct migrate_options *options;
	struct arena *arena;
	struct migration_file *files;
	size_t count;
	size_t applied;
	PGconn *pg;
	bool blocked;           /* the last statement failed because a lock was not free */
	const char *blockers;   /* transactions that have held locks since the first attempt */
	const char *blocked_by; /* the same, as text */
	char *problem;
};

static bool PRINTF_LIKE(2, 3) refuse(struct migration *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(m->problem, PROBLEM_MAX, fmt, args);
	va_end(args);
	for (char *end = strchr(m->problem, '\n'); end != NULL; end = strchr(end, '\n'))
		*end = end[1] == '\0' ? '\0' : ' ';
	return false;
}

/* In libpq's simple mode. */
static bool
connect_owner(struct migration *m)
{
	struct db_options options = {.conninfo = m->options->conninfo,
				     .application_name = "cowry-migrate",
				     .connect_timeout_ms = CONNECT_TIMEOUT_MS};
	struct connector *connector = connector_new(&options);
	char problem[CONNECTION_PROBLEM_MAX] = "out of memory";
	char server[SESSION_SERVER_MAX];

	if (connector != NULL)
		m->pg = connector_open(connector, server, problem);
	connector_free(connector);
	if (m->pg == NULL)
		return refuse(m, "%s", problem);
	if (PQexitPipelineMode(m->pg) != 1 || PQsetnonblocking(m->pg, 0) != 0)
		return refuse(m, "%s", PQerrorMessage(m->pg));
	return true;
}

static void
release(void *result)
{
	PQclear(result);
}

/* The line of a statement's text at the position of the error. */
static int
line_of(const char *text, const char *position)
{
	int64_t at = 0;
	int line = 1;

	if (position == NULL || !integer_parse(&at, position))
		return 0;
	for (int64_t i = 1; i < at && text[i - 1] != '\0'; i++)
		line += text[i - 1] == '\n';
	return line;
}

static bool
says_blocked(const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	return state != NULL && (text_equal(state, "55P03") || text_equal(state, "40P01"));
}

/* NULL with the problem if the statement failed. It stands in a file after some lines. */
static const PGresult *
accept_result(struct migration *m, PGresult *result, const char *name, const char *text,
	      int lines_before)
{
	ExecStatusType status = PQresultStatus(result);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	int line = line_of(text, PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION));

	arena_adopt(m->arena, result, release);
	m->blocked = says_blocked(result);
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return result;
	if (message == NULL)
		message = PQerrorMessage(m->pg);
	if (line > 0)
		(void)refuse(m, "%s:%d: %s", name, lines_before + line, message);
	else
		(void)refuse(m, "%s: %s", name, message);
	return NULL;
}

static const PGresult *
run(struct migration *m, enum statement_id id, const char *const *values)
{
	const struct statement *s = statement_get(id);

	return accept_result(
		m, PQexecParams(m->pg, s->text, s->count, s->types, values, NULL, NULL, 0), s->name,
		s->text, 0);
}

static bool
open_session(struct migration *m)
{
	return connect_owner(m) && run(m, SQL_migration_session, NULL) != NULL;
}

static bool
set_lock_timeout(struct migration *m, int64_t ms, bool in_transaction)
{
	const char *const values[] = {arena_printf(m->arena, "%lld", (long long)ms),
				      in_transaction ? "t" : "f"};

	return run(m, SQL_migration_lock_timeout, values) != NULL;
}

static void
pause_ms(int64_t ms)
{
	struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	(void)nanosleep(&pause, NULL);
}

/* Compare the applied migrations with the files: they must be the first ones, unchanged. */
static bool
compare(struct migration *m)
{
	const PGresult *rows = run(m, SQL_migration_table_exists, NULL);

	if (rows == NULL)
		return false;
	if (text_equal(PQgetvalue(rows, 0, 0), "f"))
		return true;
	rows = run(m, SQL_migration_list, NULL);
	if (rows == NULL)
		return false;
	m->applied = (size_t)PQntuples(rows);
	if (m->applied > m->count)
		return refuse(m, "%s was applied, but is not in %s",
			      PQgetvalue(rows, (int)m->count, 1), m->options->dir);
	for (int i = 0; i < PQntuples(rows); i++) {
		const struct migration_file *file = &m->files[i];

		if (!text_equal(PQgetvalue(rows, i, 1), file->name))
			return refuse(m, "%s was applied as %s", file->name,
				      PQgetvalue(rows, i, 1));
		if (!text_equal(PQgetvalue(rows, i, 2), file->sha256))
			return refuse(m, "%s was changed after it was applied", file->name);
	}
	return true;
}

static bool
record(struct migration *m, size_t i)
{
	const char *values[] = {arena_printf(m->arena, "%zu", i + 1), m->files[i].name,
				m->files[i].sha256};

	return run(m, SQL_migration_insert, values) != NULL;
}

/* One attempt in a transaction. Here and in run_pieces, a text of several statements is run. */
static bool
apply_transaction(struct migration *m, size_t i)
{
	const struct migration_file *file = &m->files[i];

	if (run(m, SQL_transaction_begin, NULL) == NULL ||
	    !set_lock_timeout(m, LOCK_TIMEOUT_MS, true))
		return false;
	if (accept_result(m, PQexec(m->pg, file->text), file->name, file->text, 0) == NULL)
		return false;
	if (PQtransactionStatus(m->pg) != PQTRANS_INTRANS)
		return refuse(m, "%s: must not end its transaction", file->name);
	return record(m, i) && run(m, SQL_transaction_commit, NULL) != NULL;
}

/* Who has held locks since the first attempt; m->blocked is kept. */
static bool
look_for_blockers(struct migration *m)
{
	const char *const values[] = {m->blockers};
	const PGresult *rows;

	if (run(m, SQL_transaction_rollback, NULL) == NULL)
		return false;
	rows = run(m, SQL_migration_blockers, values);
	if (rows == NULL)
		return false;
	m->blockers = PQgetvalue(rows, 0, 0);
	m->blocked_by = PQgetvalue(rows, 0, 1);
	m->blocked = true;
	return true;
}

/* Attempts until the locks are free. Between them the traffic that waited can pass. */
static bool
apply_patiently(struct migration *m, size_t i)
{
	const struct migrate_options *o = m->options;
	int64_t deadline_ns = clock_monotonic_ns() + o->wait_ms * 1000000;
	int64_t ms = PAUSE_FIRST_MS;

	m->blockers = NULL;
	while (!apply_transaction(m, i)) {
		if (!m->blocked || !look_for_blockers(m))
			return false;
		if (clock_monotonic_ns() >= deadline_ns)
			return refuse(m,
				      "%s: a lock was not free for %lld s; run this again when "
				      "these transactions have ended: %s",
				      m->files[i].name, (long long)o->wait_ms / 1000,
				      m->blocked_by);
		if (o->progress != NULL)
			o->progress(o->arg, m->files[i].name, MIGRATE_WAITS);
		pause_ms(ms / 2 + arc4random_uniform((uint32_t)ms));
		ms = ms * 2 < PAUSE_MOST_MS ? ms * 2 : PAUSE_MOST_MS;
	}
	return true;
}

/* Indexes that an interrupted run has left. */
static bool
drop_invalid_indexes(struct migration *m, const struct migration_file *file)
{
	const char *const values[] = {file->text};
	const PGresult *rows = run(m, SQL_migration_invalid_indexes, values);

	if (rows == NULL)
		return false;
	for (int i = 0; i < PQntuples(rows); i++)
		if (accept_result(m, PQexec(m->pg, PQgetvalue(rows, i, 1)), file->name, "", 0) ==
		    NULL)
			return false;
	return true;
}

static bool
has_valid_indexes(struct migration *m, const struct migration_file *file)
{
	const char *const values[] = {file->text};
	const PGresult *rows = run(m, SQL_migration_invalid_indexes, values);

	if (rows == NULL)
		return false;
	return PQntuples(rows) == 0 ||
	       refuse(m, "%s: the index %s is not valid", file->name, PQgetvalue(rows, 0, 0));
}

static int
lines_in(const char *text, const char *end)
{
	int lines = 0;

	for (; text < end; text++)
		lines += *text == '\n';
	return lines;
}

static bool
run_pieces(struct migration *m, const struct migration_file *file)
{
	const char *rest = file->text;
	const char *text;

	while ((text = migration_statement(m->arena, &rest)) != NULL) {
		const char *begin = rest - strlen(text);

		if (accept_result(m, PQexec(m->pg, text), file->name, text,
				  lines_in(file->text, begin)) == NULL)
			return false;
		if (PQtransactionStatus(m->pg) != PQTRANS_IDLE)
			return refuse(m, "%s: must not begin a transaction", file->name);
	}
	return true;
}

/* Statements that take no lock for which others wait; they may themselves wait. What fails is
 * repeated from the beginning by the next run. */
static bool
apply_alone(struct migration *m, size_t i)
{
	const struct migration_file *file = &m->files[i];

	return set_lock_timeout(m, m->options->wait_ms, false) && drop_invalid_indexes(m, file) &&
	       run_pieces(m, file) && has_valid_indexes(m, file) && record(m, i);
}

/* One run at a time. It must not wait in a statement: CREATE INDEX CONCURRENTLY of the other run
 * would wait for this one. */
static bool
take_turn(struct migration *m)
{
	for (;; pause_ms(TURN_MS)) {
		const PGresult *rows = run(m, SQL_migration_lock, NULL);

		if (rows == NULL || text_equal(PQgetvalue(rows, 0, 0), "t"))
			return rows != NULL;
	}
}

static bool
create_table(struct migration *m)
{
	const PGresult *rows = run(m, SQL_migration_table_exists, NULL);

	return rows != NULL && (text_equal(PQgetvalue(rows, 0, 0), "t") ||
				run(m, SQL_migration_table_create, NULL) != NULL);
}

static bool
apply_all(struct migration *m)
{
	const struct migrate_options *o = m->options;

	if (!take_turn(m) || !compare(m) || !create_table(m))
		return false;
	for (size_t i = m->applied; i < m->count; i++) {
		if (o->progress != NULL)
			o->progress(o->arg, m->files[i].name, MIGRATE_BEGINS);
		if (!(m->files[i].alone ? apply_alone(m, i) : apply_patiently(m, i)))
			return false;
		if (o->progress != NULL)
			o->progress(o->arg, m->files[i].name, MIGRATE_DONE);
	}
	return true;
}

static struct migration
prepare(const struct migrate_options *options, char problem[PROBLEM_MAX])
{
	problem[0] = '\0';
	return (struct migration){
		.options = options, .arena = arena_new(MEMORY_MAX), .problem = problem};
}

static bool
load(struct migration *m)
{
	return migration_files(m->arena, m->options->dir, &m->files, &m->count, m->problem);
}

static void
finish(struct migration *m)
{
	PQfinish(m->pg);
	arena_free(m->arena);
}

bool
migrate_apply(const struct migrate_options *options, char problem[PROBLEM_MAX])
{
	struct migration m = prepare(options, problem);
	bool done = load(&m) && open_session(&m) && apply_all(&m);

	finish(&m);
	return done;
}

int
migrate_pending(const struct migrate_options *options, char problem[PROBLEM_MAX])
{
	struct migration m = prepare(options, problem);
	bool done = load(&m) && open_session(&m) && compare(&m);
	int pending = done ? (int)(m.count - m.applied) : -1;

	finish(&m);
	return pending;
}
