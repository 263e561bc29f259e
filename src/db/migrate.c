#include "db/migrate.h"

#include <dirent.h>
#include <libpq-fe.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/text.h"
#include "db/statement.h"

enum {
	PROBLEM_MAX = 512,
	NUMBER_DIGITS = 4,
	DIGEST_SIZE = 32,
	MEMORY_MAX = 64 << 20,
};

struct file {
	const char *name; /* NNNN_subject.sql */
	const char *text;
	const char *sha256;
};

/* A run. Files are in order: file i has number i + 1. */
struct migration {
	struct arena *arena;
	const char *dir;
	struct file *files;
	size_t count;
	size_t applied;
	PGconn *pg;
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

static int
number_of(const char *name)
{
	int number = 0;

	for (int i = 0; i < NUMBER_DIGITS; i++) {
		if (name[i] < '0' || name[i] > '9')
			return 0;
		number = 10 * number + (name[i] - '0');
	}
	return name[NUMBER_DIGITS] == '_' ? number : 0;
}

static int
is_migration(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 4 && text_equal(entry->d_name + length - 4, ".sql");
}

/* Files whose numbers are 1, 2, 3 and so on; anything else is an error. */
static bool
list_files(struct migration *m)
{
	struct dirent **entries = NULL;
	int n = scandir(m->dir, &entries, is_migration, alphasort);
	bool good = true;

	if (n < 0)
		return refuse(m, "%s: can't be read", m->dir);
	m->files = arena_array(m->arena, (size_t)n + 1, sizeof *m->files);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		m->files[i].name = arena_strdup(m->arena, name);
		if (good && number_of(name) != i + 1)
			good = refuse(m, "%s/%s: number %04d was expected", m->dir, name, i + 1);
		free(entries[i]);
	}
	free(entries);
	m->count = (size_t)n;
	return good;
}

static bool
read_file(struct migration *m, struct file *file)
{
	const char *path = arena_printf(m->arena, "%s/%s", m->dir, file->name);
	FILE *stream = fopen(path, "rbe");
	unsigned char digest[DIGEST_SIZE];
	struct stat info;
	size_t size = 0;
	char *text = NULL;

	if (stream == NULL)
		return refuse(m, "%s: can't be read", path);
	if (fstat(fileno(stream), &info) == 0 && info.st_size < MEMORY_MAX / 4) {
		text = arena_alloc(m->arena, (size_t)info.st_size + 1);
		size = fread(text, 1, (size_t)info.st_size, stream);
	}
	(void)fclose(stream);
	if (text == NULL || size != (size_t)info.st_size || strlen(text) != size)
		return refuse(m, "%s: not a text file that can be read", path);
	if (EVP_Digest(text, size, digest, NULL, EVP_sha256(), NULL) != 1)
		return refuse(m, "%s: no digest", path);
	file->text = text;
	file->sha256 = hex_encode(m->arena, digest, sizeof digest);
	return true;
}

static bool
load(struct migration *m)
{
	if (!list_files(m))
		return false;
	for (size_t i = 0; i < m->count; i++)
		if (!read_file(m, &m->files[i]))
			return false;
	return true;
}

static void
ignore_notice(void *arg, const PGresult *notice)
{
	(void)arg;
	(void)notice;
}

static bool
open_session(struct migration *m, const char *conninfo)
{
	const char *const names[] = {"dbname", "application_name", "client_encoding", "options",
				     NULL};
	const char *const values[] = {conninfo, "cowry-migrate", "UTF8",
				      "-c search_path=cowry -c TimeZone=UTC", NULL};

	m->pg = PQconnectdbParams(names, values, 1);
	if (PQstatus(m->pg) != CONNECTION_OK)
		return refuse(m, "%s", PQerrorMessage(m->pg));
	(void)PQsetNoticeReceiver(m->pg, ignore_notice, NULL);
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

/* NULL with the problem if the statement failed. */
static const PGresult *
accept_result(struct migration *m, PGresult *result, const char *name, const char *text)
{
	ExecStatusType status = PQresultStatus(result);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	int line = line_of(text, PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION));

	arena_adopt(m->arena, result, release);
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return result;
	if (message == NULL)
		message = PQerrorMessage(m->pg);
	if (line > 0)
		(void)refuse(m, "%s:%d: %s", name, line, message);
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
		s->text);
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
			      PQgetvalue(rows, (int)m->count, 1), m->dir);
	for (int i = 0; i < PQntuples(rows); i++) {
		const struct file *file = &m->files[i];

		if (!text_equal(PQgetvalue(rows, i, 1), file->name))
			return refuse(m, "%s was applied as %s", file->name,
				      PQgetvalue(rows, i, 1));
		if (!text_equal(PQgetvalue(rows, i, 2), file->sha256))
			return refuse(m, "%s was changed after it was applied", file->name);
	}
	return true;
}

/* The only place that runs a text of several statements. */
static bool
apply_file(struct migration *m, size_t i)
{
	const struct file *file = &m->files[i];
	const char *values[] = {arena_printf(m->arena, "%zu", i + 1), file->name, file->sha256};

	if (run(m, SQL_transaction_begin, NULL) == NULL)
		return false;
	if (accept_result(m, PQexec(m->pg, file->text), file->name, file->text) == NULL)
		return false;
	if (PQtransactionStatus(m->pg) != PQTRANS_INTRANS)
		return refuse(m, "%s: must not end its transaction", file->name);
	return run(m, SQL_migration_insert, values) != NULL &&
	       run(m, SQL_transaction_commit, NULL) != NULL;
}

static bool
apply_all(struct migration *m, migrate_progress *progress, void *arg)
{
	if (run(m, SQL_migration_lock, NULL) == NULL || !compare(m))
		return false;
	if (m->applied == 0) {
		const PGresult *rows = run(m, SQL_migration_table_exists, NULL);

		if (rows == NULL)
			return false;
		if (text_equal(PQgetvalue(rows, 0, 0), "f") &&
		    run(m, SQL_migration_table_create, NULL) == NULL)
			return false;
	}
	for (size_t i = m->applied; i < m->count; i++) {
		if (progress != NULL)
			progress(arg, m->files[i].name, false);
		if (!apply_file(m, i))
			return false;
		if (progress != NULL)
			progress(arg, m->files[i].name, true);
	}
	return true;
}

static struct migration
prepare(const char *dir, char problem[PROBLEM_MAX])
{
	problem[0] = '\0';
	return (struct migration){.arena = arena_new(MEMORY_MAX), .dir = dir, .problem = problem};
}

static void
finish(struct migration *m)
{
	PQfinish(m->pg);
	arena_free(m->arena);
}

bool
migrate_apply(const char *conninfo, const char *dir, migrate_progress *progress, void *arg,
	      char problem[PROBLEM_MAX])
{
	struct migration m = prepare(dir, problem);
	bool done = load(&m) && open_session(&m, conninfo) && apply_all(&m, progress, arg);

	finish(&m);
	return done;
}

int
migrate_pending(const char *conninfo, const char *dir, char problem[PROBLEM_MAX])
{
	struct migration m = prepare(dir, problem);
	bool done = load(&m) && open_session(&m, conninfo) && compare(&m);
	int pending = done ? (int)(m.count - m.applied) : -1;

	finish(&m);
	return pending;
}
