#include "db/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "db/statement.h"

enum { NUMBER_TEXT_MAX = 24, STATEMENTS = 2 };

const char session_is_shared[] =
	"the connection pooler gives a session to several clients: it must "
	"pool by session (pool_mode = session), and reset it";

static const char idle_in_transaction_timeout[] = "10s";

static bool
send_statement(PGconn *pg, enum statement_id id, const char *const *values)
{
	const struct statement *s = statement_get(id);

	return PQsendQueryParams(pg, s->text, s->count, s->types, values, NULL, NULL, 0) == 1 &&
	       PQpipelineSync(pg) == 1;
}

bool
session_begin(struct session *s, const struct db_options *options)
{
	char statement[NUMBER_TEXT_MAX];
	char lock[NUMBER_TEXT_MAX];
	const char *const values[] = {statement, lock, idle_in_transaction_timeout, s->mark,
				      options->looks_up ? "off" : "on"};

	(void)snprintf(statement, sizeof statement, "%" PRId64, options->statement_timeout_ms);
	(void)snprintf(lock, sizeof lock, "%" PRId64, options->statement_timeout_ms / 2);
	(void)snprintf(s->mark, sizeof s->mark, "%08x%08x", arc4random(), arc4random());
	return PQsetnonblocking(s->pg, 1) == 0 && PQenterPipelineMode(s->pg) == 1 &&
	       send_statement(s->pg, SQL_session_settings, values) &&
	       send_statement(s->pg, SQL_session_mark, NULL);
}

static bool
refuse(struct session *s, const char *why)
{
	(void)snprintf(s->problem, sizeof s->problem, "%s", why != NULL ? why : "");
	return false;
}

/* A refusal waits for the end of both statements. Leaving earlier would make a pooler close the connection
 * to the server, and the next attempt would get one in which nothing is found. */
static void
expect_mark(struct session *s, const char *found, const char *expected)
{
	if (!text_equal(found, expected))
		(void)refuse(s, session_is_shared);
}

/* One row of either statement. */
static bool
take_row(struct session *s, const PGresult *row)
{
	const char *mark;

	if (PQresultStatus(row) != PGRES_TUPLES_OK || PQntuples(row) != 1)
		return refuse(s, PQresultErrorField(row, PG_DIAG_MESSAGE_PRIMARY));
	mark = PQgetvalue(row, 0, 0);
	if (s->synced == 0) {
		(void)snprintf(s->server, sizeof s->server, "%s", PQgetvalue(row, 0, 1));
		expect_mark(s, mark, "");
	} else {
		expect_mark(s, mark, s->mark);
	}
	return true;
}

static bool
take_result(struct session *s, const PGresult *result)
{
	if (PQresultStatus(result) != PGRES_PIPELINE_SYNC)
		return take_row(s, result);
	s->synced++;
	return true;
}

enum session_state
session_continue(struct session *s)
{
	int rest = PQflush(s->pg);

	s->unsent = rest > 0;
	if (rest < 0 || PQconsumeInput(s->pg) != 1)
		return SESSION_FAILED;
	while (s->synced < STATEMENTS && !PQisBusy(s->pg)) {
		PGresult *result = PQgetResult(s->pg);
		bool good = result == NULL || take_result(s, result);

		PQclear(result);
		if (!good)
			return SESSION_FAILED;
	}
	if (s->synced < STATEMENTS)
		return SESSION_BUSY;
	return s->problem[0] == '\0' ? SESSION_READY : SESSION_FAILED;
}
