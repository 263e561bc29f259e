#include "db/connect.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"

enum { OPTIONS_MAX = 1024, IDLE_IN_TRANSACTION_MS = 10000 };

short
wait_for(int fd, int events, int64_t deadline_ns)
{
	struct pollfd waiting = {.fd = fd, .events = (short)events};
	int ready;

	do {
		int64_t left_ms = (deadline_ns - clock_monotonic_ns() + 999999) / 1000000;

		if (left_ms <= 0)
			return 0;
		ready = poll(&waiting, 1, left_ms > INT32_MAX ? INT32_MAX : (int)left_ms);
	} while (ready < 0 && errno == EINTR);
	return ready > 0 ? waiting.revents : 0;
}

/* "options" of conninfo are appended, so that the operator's settings take precedence. */
static void
own_options(char out[OPTIONS_MAX], const char *conninfo)
{
	PQconninfoOption *all = PQconninfoParse(conninfo, NULL);

	out[0] = '\0';
	for (PQconninfoOption *o = all; o != NULL && o->keyword != NULL; o++)
		if (text_equal(o->keyword, "options") && o->val != NULL)
			(void)snprintf(out, OPTIONS_MAX, "%s", o->val);
	PQconninfoFree(all);
}

/* Settings are sent in the startup packet: no further round trip. */
static void
session_options(char out[2 * OPTIONS_MAX], const struct db_options *options)
{
	char own[OPTIONS_MAX];

	own_options(own, options->conninfo);
	(void)snprintf(out, (size_t)2 * OPTIONS_MAX,
		       "-c statement_timeout=%" PRId64 " -c lock_timeout=%" PRId64
		       " -c idle_in_transaction_session_timeout=%d"
		       " -c default_transaction_isolation=read\\ committed"
		       " -c plan_cache_mode=force_generic_plan"
		       " -c search_path=cowry -c TimeZone=UTC %s",
		       options->statement_timeout_ms, options->statement_timeout_ms / 2,
		       IDLE_IN_TRANSACTION_MS, own);
}

static PGconn *
start(const struct db_options *options)
{
	char settings[2 * OPTIONS_MAX];
	char tcp_timeout[32];
	const char *const names[] = {"dbname",          "options",          "application_name",
				     "client_encoding", "tcp_user_timeout", NULL};
	const char *const values[] = {
		options->conninfo, settings, options->application_name, "UTF8", tcp_timeout, NULL};

	session_options(settings, options);
	(void)snprintf(tcp_timeout, sizeof tcp_timeout, "%" PRId64, options->statement_timeout_ms);
	return PQconnectStartParams(names, values, 1);
}

static bool
finish(PGconn *pg, int64_t deadline_ns)
{
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	if (PQstatus(pg) == CONNECTION_BAD)
		return false;
	while (status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING) {
		int events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;

		if (wait_for(PQsocket(pg), events, deadline_ns) == 0)
			return false;
		status = PQconnectPoll(pg);
	}
	return status == PGRES_POLLING_OK;
}

/* By default libpq writes notices to standard error, which is for log lines only. */
static void
ignore_notice(void *arg, const PGresult *notice)
{
	(void)arg;
	(void)notice;
}

PGconn *
connect_session(const struct db_options *options, char problem[CONNECTION_PROBLEM_MAX])
{
	int64_t deadline_ns = clock_monotonic_ns() + options->connect_timeout_ms * 1000000;
	PGconn *pg = start(options);
	const char *why;

	(void)PQsetNoticeReceiver(pg, ignore_notice, NULL);
	if (pg != NULL && finish(pg, deadline_ns) && PQsetnonblocking(pg, 1) == 0 &&
	    PQenterPipelineMode(pg) == 1)
		return pg;
	why = pg != NULL ? PQerrorMessage(pg) : "out of memory";
	(void)snprintf(problem, CONNECTION_PROBLEM_MAX, "%s",
		       why[0] != '\0' ? why : "no connection in time");
	PQfinish(pg);
	return NULL;
}
