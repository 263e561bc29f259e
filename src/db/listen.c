#include "db/listen.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "db/connect.h"

struct listener {
	const struct db_options *options;
	struct connector *connector;
	enum statement_id listen;
	PGconn *pg; /* NULL while closed */
};

struct listener *
listener_new(const struct db_options *options, enum statement_id listen)
{
	struct listener *l = calloc(1, sizeof *l);

	if (l == NULL)
		return NULL;
	l->options = options;
	l->listen = listen;
	l->connector = connector_new(options);
	if (l->connector != NULL)
		return l;
	free(l);
	return NULL;
}

static void
close_session(struct listener *l)
{
	PQfinish(l->pg);
	l->pg = NULL;
}

void
listener_free(struct listener *l)
{
	if (l == NULL)
		return;
	close_session(l);
	connector_free(l->connector);
	free(l);
}

/* Until the whole query is sent and the whole answer is received. */
static bool
exchange(PGconn *pg, int64_t deadline_ns)
{
	int rest;

	while ((rest = PQflush(pg)) > 0 || PQisBusy(pg)) {
		int events = rest > 0 ? POLLIN | POLLOUT : POLLIN;

		if (wait_for(PQsocket(pg), events, deadline_ns) == 0 || !PQconsumeInput(pg))
			return false;
	}
	return rest == 0;
}

static bool
run_listen(struct listener *l)
{
	int64_t deadline_ns =
		clock_monotonic_ns() + l->options->connect_timeout_ms * INT64_C(1000000);
	bool good = PQsendQuery(l->pg, statement_get(l->listen)->text) == 1;
	PGresult *result;

	while (good && (good = exchange(l->pg, deadline_ns)) &&
	       (result = PQgetResult(l->pg)) != NULL) {
		good = PQresultStatus(result) == PGRES_COMMAND_OK;
		PQclear(result);
	}
	return good;
}

bool
listener_open(struct listener *l, char problem[CONNECTION_PROBLEM_MAX])
{
	char server[SESSION_SERVER_MAX];
	const char *why;

	l->pg = connector_open(l->connector, server, problem);
	if (l->pg == NULL)
		return false;
	if (PQexitPipelineMode(l->pg) == 1 && run_listen(l))
		return true;
	why = PQerrorMessage(l->pg);
	(void)snprintf(problem, CONNECTION_PROBLEM_MAX, "%s",
		       why[0] != '\0' ? why : "no answer in time");
	close_session(l);
	return false;
}

void
listener_check(struct listener *l)
{
	if (l->pg != NULL && !run_listen(l))
		close_session(l);
}

int
listener_fd(const struct listener *l)
{
	return PQsocket(l->pg);
}

bool
listener_next(struct listener *l, char payload[LISTEN_PAYLOAD_MAX])
{
	PGnotify *said;

	if (l->pg == NULL)
		return false;
	said = PQnotifies(l->pg);
	if (said == NULL) {
		bool open = PQconsumeInput(l->pg) == 1;

		said = PQnotifies(l->pg);
		if (!open && said == NULL)
			close_session(l);
	}
	if (said == NULL)
		return false;
	(void)snprintf(payload, LISTEN_PAYLOAD_MAX, "%s", said->extra);
	PQfreemem(said);
	return true;
}
