#include "db/race.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fiber.h"
#include "base/text.h"

/*
 * The next host is tried after this time. One that has refused is asked again after it, as long as
 * another is silent: a standby may have been promoted.
 */
enum { NEXT_AFTER_MS = 250 };
/* The time-out is for silence: a server that answers slowly gets so many times as much in all. */
enum { SLOW_FACTOR = 5 };
/* An idle connection is probed, because a server that was cut off says nothing. */
enum { KEEPALIVE_IDLE_S = 5, KEEPALIVE_INTERVAL_S = 2, KEEPALIVE_COUNT = 3 };

enum phase { WAITING, CONNECTING, PREPARING, COMPLETE };

/* One host. */
struct attempt {
	const struct host *host;
	enum phase phase;
	bool failed;         /* at least once */
	int64_t start_ns;    /* while WAITING: when it begins */
	int64_t deadline_ns; /* otherwise: until when the server may be silent */
	int64_t last_ns;     /* and when it ends, whatever the server says */
	short events;        /* that its socket waits for */
	struct session session;
	char problem[CONNECTION_PROBLEM_MAX];
};

struct race {
	const struct db_options *options;
	const char *session_attrs;
	struct attempt attempts[HOSTS_MAX];
	size_t count;
};

static const char *
or_default(const char *text, const char *instead)
{
	return text[0] != '\0' ? text : instead;
}

/* Which servers are used if the connection string does not say. */
static const char *
default_attrs(const struct race *race)
{
	return race->options->reads_only ? "any" : "read-write";
}

/* Values before "dbname" are defaults, which the connection string may replace; those after it
 * replace what it says. libpq ignores what is empty. */
static PGconn *
start(const struct race *race, const struct host *host)
{
	char user_timeout[32];
	char idle[32];
	char interval[32];
	char count[32];
	const char *const names[] = {"tcp_user_timeout",
				     "keepalives_idle",
				     "keepalives_interval",
				     "keepalives_count",
				     "dbname",
				     "host",
				     "hostaddr",
				     "port",
				     "application_name",
				     "client_encoding",
				     "target_session_attrs",
				     NULL};
	const char *const values[] = {user_timeout,
				      idle,
				      interval,
				      count,
				      race->options->conninfo,
				      host->name,
				      host->address,
				      host->port,
				      race->options->application_name,
				      "UTF8",
				      or_default(race->session_attrs, default_attrs(race)),
				      NULL};

	(void)snprintf(user_timeout, sizeof user_timeout, "%" PRId64,
		       race->options->statement_timeout_ms);
	(void)snprintf(idle, sizeof idle, "%d", KEEPALIVE_IDLE_S);
	(void)snprintf(interval, sizeof interval, "%d", KEEPALIVE_INTERVAL_S);
	(void)snprintf(count, sizeof count, "%d", KEEPALIVE_COUNT);
	return PQconnectStartParams(names, values, 1);
}

/* By default libpq writes notices to standard error, which is for log lines only. */
static void
ignore_notice(void *arg, const PGresult *notice)
{
	(void)arg;
	(void)notice;
}

/* It is asked again while others are under way. */
static void
fail(struct attempt *a, const char *why)
{
	(void)snprintf(a->problem, sizeof a->problem, "%s", why);
	PQfinish(a->session.pg);
	a->session.pg = NULL;
	a->failed = true;
	a->phase = WAITING;
	a->start_ns = clock_monotonic_ns() + NEXT_AFTER_MS * INT64_C(1000000);
}

static void
fail_by_libpq(struct attempt *a)
{
	const PGconn *pg = a->session.pg;

	fail(a, a->session.problem[0] != '\0'
			? a->session.problem
			: or_default(pg != NULL ? PQerrorMessage(pg) : "out of memory",
				     "no connection"));
}

static int64_t
timeout_ns(const struct race *race)
{
	return race->options->connect_timeout_ms * INT64_C(1000000);
}

static void
extend(const struct race *race, struct attempt *a)
{
	int64_t until_ns = clock_monotonic_ns() + timeout_ns(race);

	a->deadline_ns = until_ns < a->last_ns ? until_ns : a->last_ns;
}

static void
begin(const struct race *race, struct attempt *a)
{
	a->session = (struct session){0};
	if (a->host->unknown) {
		fail(a, "the host's name is unknown");
		return;
	}
	a->session.pg = start(race, a->host);
	a->phase = CONNECTING;
	a->events = POLLOUT;
	a->last_ns = clock_monotonic_ns() + SLOW_FACTOR * timeout_ns(race);
	extend(race, a);
	if (a->session.pg == NULL || PQstatus(a->session.pg) == CONNECTION_BAD)
		fail_by_libpq(a);
	else
		(void)PQsetNoticeReceiver(a->session.pg, ignore_notice, NULL);
}

static void
prepare(struct attempt *a)
{
	switch (session_continue(&a->session)) {
	case SESSION_READY:
		a->phase = COMPLETE;
		break;
	case SESSION_BUSY:
		a->events = a->session.unsent ? POLLIN | POLLOUT : POLLIN;
		break;
	case SESSION_FAILED:
		fail_by_libpq(a);
		break;
	}
}

static void
connect_further(const struct race *race, struct attempt *a)
{
	PostgresPollingStatusType status = PQconnectPoll(a->session.pg);

	if (status == PGRES_POLLING_OK && session_begin(&a->session, race->options)) {
		a->phase = PREPARING;
		prepare(a);
	} else if (status == PGRES_POLLING_READING) {
		a->events = POLLIN;
	} else if (status == PGRES_POLLING_WRITING) {
		a->events = POLLOUT;
	} else {
		fail_by_libpq(a);
	}
}

/* Whether any has not failed yet. */
static bool
is_open(const struct race *race)
{
	for (size_t i = 0; i < race->count; i++)
		if (!race->attempts[i].failed)
			return true;
	return false;
}

/* Begin what is due. A host that was not tried begins early if none of those before it is under
 * way. */
static void
begin_due(struct race *race)
{
	int64_t now_ns = clock_monotonic_ns();
	bool under_way = false;

	for (size_t i = 0; i < race->count; i++) {
		struct attempt *a = &race->attempts[i];

		if (a->phase == WAITING && (now_ns >= a->start_ns || (!a->failed && !under_way)))
			begin(race, a);
		under_way = under_way || a->phase != WAITING;
	}
}

/* Until a socket is ready, an attempt is due, or its deadline has passed. */
static void
wait_for_any(struct race *race)
{
	struct pollfd fds[HOSTS_MAX];
	int64_t next_ns = INT64_MAX;
	int64_t left_ms;
	int ready;

	for (size_t i = 0; i < race->count; i++) {
		const struct attempt *a = &race->attempts[i];
		int64_t at_ns = a->phase == WAITING ? a->start_ns : a->deadline_ns;

		fds[i] = (struct pollfd){.fd = a->phase == WAITING ? -1 : PQsocket(a->session.pg),
					 .events = a->events};
		next_ns = at_ns < next_ns ? at_ns : next_ns;
	}
	left_ms = (next_ns - clock_monotonic_ns() + 999999) / 1000000;
	fiber_block();
	ready = poll(fds, (nfds_t)race->count, left_ms > 0 ? (int)left_ms : 0);
	fiber_unblock();
	if (ready < 0)
		return;
	for (size_t i = 0; i < race->count; i++) {
		struct attempt *a = &race->attempts[i];

		if (a->phase == WAITING)
			continue;
		if ((fds[i].revents & POLLIN) != 0)
			extend(race, a);
		if (fds[i].revents != 0 && a->phase == CONNECTING)
			connect_further(race, a);
		else if (fds[i].revents != 0)
			prepare(a);
		else if (clock_monotonic_ns() >= a->deadline_ns)
			fail(a, "no connection in time");
	}
}

static struct attempt *
winner(struct race *race)
{
	for (size_t i = 0; i < race->count; i++)
		if (race->attempts[i].phase == COMPLETE)
			return &race->attempts[i];
	return NULL;
}

static struct attempt *
run(struct race *race)
{
	int64_t now_ns = clock_monotonic_ns();

	for (size_t i = 0; i < race->count; i++)
		race->attempts[i].start_ns = now_ns + (int64_t)i * NEXT_AFTER_MS * 1000000;
	while (winner(race) == NULL && is_open(race)) {
		begin_due(race);
		if (is_open(race))
			wait_for_any(race);
	}
	return winner(race);
}

/* What each host said. */
static void
explain(const struct race *race, char problem[CONNECTION_PROBLEM_MAX])
{
	size_t length = 0;

	problem[0] = '\0';
	for (size_t i = 0; i < race->count && length < CONNECTION_PROBLEM_MAX - 1; i++) {
		const char *text = race->attempts[i].problem;
		int size = (int)strcspn(text, "\n");

		(void)snprintf(problem + length, CONNECTION_PROBLEM_MAX - length, "%s%.*s",
			       i > 0 ? "; " : "", size, text);
		length = strlen(problem);
	}
}

static void
finish_others(struct race *race, const struct attempt *won)
{
	for (size_t i = 0; i < race->count; i++)
		if (&race->attempts[i] != won)
			PQfinish(race->attempts[i].session.pg);
}

/* All hosts, with the given target_session_attrs. */
static PGconn *
run_for(const struct db_options *options, const struct hosts *hosts, const char *session_attrs,
	struct host *used, char server[SESSION_SERVER_MAX], char problem[CONNECTION_PROBLEM_MAX])
{
	struct race race = {
		.options = options, .session_attrs = session_attrs, .count = hosts->count};
	struct attempt *won;

	for (size_t i = 0; i < race.count; i++)
		race.attempts[i].host = &hosts->items[i];
	won = run(&race);
	finish_others(&race, won);
	if (won == NULL) {
		explain(&race, problem);
		return NULL;
	}
	*used = *won->host;
	(void)snprintf(server, SESSION_SERVER_MAX, "%s", won->session.server);
	return won->session.pg;
}

PGconn *
race_run(const struct db_options *options, const struct hosts *hosts, struct host *used,
	 char server[SESSION_SERVER_MAX], char problem[CONNECTION_PROBLEM_MAX])
{
	PGconn *pg;

	if (!text_equal(hosts->session_attrs, "prefer-standby"))
		return run_for(options, hosts, hosts->session_attrs, used, server, problem);
	pg = run_for(options, hosts, "standby", used, server, problem);
	return pg != NULL ? pg : run_for(options, hosts, "any", used, server, problem);
}
