#include "db/result.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/text.h"

#define READ_ONLY "25006"

static const char disk_full[] = "53100";

/* The SQLSTATEs with a meaning for callers, compared by the characters given; all others are our
 * own bugs. */
static const struct {
	const char *state;
	enum err err;
} states[] = {
	{"40001", ERR_RETRY},            /* serialization failure */
	{"40P01", ERR_RETRY},            /* deadlock */
	{"23505", ERR_CONFLICT},         /* unique violation */
	{"23514", ERR_CONFLICT},         /* check violation */
	{"22003", ERR_AMOUNT_TOO_LARGE}, /* number out of range */
	{"22021", ERR_VALIDATION},       /* not in the encoding */
	{"22P05", ERR_VALIDATION},       /* not translatable */
	{"55P03", ERR_UNAVAILABLE},      /* lock timeout */
	{"57", ERR_UNAVAILABLE},         /* operators: time-outs, shutdown, crash, starting up */
	{"25P03", ERR_UNAVAILABLE},      /* idle in transaction for too long */
	{READ_ONLY, ERR_UNAVAILABLE},    /* a standby, or a primary during a switch-over */
	{"53", ERR_UNAVAILABLE},         /* resources: a full disk, memory, connections */
	{"58", ERR_UNAVAILABLE},         /* the operating system: input and output */
	{"08", ERR_UNAVAILABLE},         /* connection exceptions */
};

static enum err
state_error(const char *state)
{
	for (size_t i = 0; i < COUNT(states); i++)
		if (text_starts_with(state, states[i].state))
			return states[i].err;
	return ERR_INTERNAL;
}

/* The detail is one line for the log. */
static enum err
report(struct fault *f, enum err err, const char *about, const char *what, const char *constraint)
{
	(void)fault(f, err, NULL, NULL);
	(void)snprintf(f->detail, sizeof f->detail, "%s: %s", about, what);
	for (char *end = strchr(f->detail, '\n'); end != NULL; end = strchr(end, '\n'))
		*end = end[1] == '\0' ? '\0' : ' ';
	(void)snprintf(f->constraint, sizeof f->constraint, "%s",
		       constraint != NULL ? constraint : "");
	return err;
}

enum err
result_bug(struct fault *f, enum statement_id id, const char *what)
{
	return report(f, ERR_INTERNAL, statement_get(id)->name, what, NULL);
}

enum err
result_lost(struct fault *f, enum err err, const char *why)
{
	(void)report(f, err, "database", why[0] != '\0' ? why : "no answer in time", NULL);
	f->outage = true;
	return err;
}

bool
result_is_from_server(const PGresult *result)
{
	if (result == NULL)
		return false;
	return PQresultStatus(result) != PGRES_FATAL_ERROR ||
	       PQresultErrorField(result, PG_DIAG_SQLSTATE) != NULL;
}

bool
result_is_read_only(const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	return state != NULL && text_equal(state, READ_ONLY);
}

static enum err
server_error(struct fault *f, enum statement_id id, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	char what[sizeof f->detail];

	if (state == NULL)
		return result_bug(f, id, PQresStatus(PQresultStatus(result)));
	(void)snprintf(what, sizeof what, "%s %s", state, message != NULL ? message : "");
	f->outage = text_starts_with(state, "57P0") || text_starts_with(state, "53") ||
		    text_starts_with(state, "58") || result_is_read_only(result);
	f->full = text_equal(state, disk_full);
	return report(f, state_error(state), statement_get(id)->name, what,
		      PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME));
}

enum err
result_error(struct fault *f, enum statement_id id, const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
	    status == PGRES_PIPELINE_ABORTED)
		return ERR_OK;
	return server_error(f, id, result);
}

static void
release(void *result)
{
	PQclear(result);
}

void
result_keep(struct arena *arena, struct fault *f, PGresult *result, struct rows *rows)
{
	int64_t affected = 0;

	arena_adopt(arena, result, release);
	rows->result = result;
	rows->count = (size_t)PQntuples(result);
	rows->fault = f;
	rows->affected = 0;
	if (integer_parse(&affected, PQcmdTuples(result)) && affected > 0)
		rows->affected = (size_t)affected;
}

enum err
result_check(struct fault *f, enum statement_id id, const struct rows *rows)
{
	enum statement_returns returns = statement_get(id)->returns;

	if (returns == RETURNS_ONE && rows->count == 0)
		return report(f, ERR_NOT_FOUND, statement_get(id)->name, "no row", NULL);
	if ((returns == RETURNS_ONE || returns == RETURNS_MAYBE) && rows->count > 1)
		return result_bug(f, id, "more than one row");
	return ERR_OK;
}
