#include "db/connection.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/text.h"
#include "db/connect.h"
#include "db/param.h"
#include "db/result.h"

/* How much longer than the server's own time limit an answer may take. */
enum { GRACE_MS = 1000 };
/* An answer is late after this time: another server may be the primary by now. */
enum { LATE_MS = 1000, LOOK_AGAIN_MS = 250 };

/*
 * How long plans are kept, doubled each time. A plan that was made while a table was known to be empty fits
 * no large one, and the server itself looks again only when autovacuum has been there.
 */
enum { PLANS_FIRST_MS = 1000, PLANS_MOST_MS = 60000 };

enum preparation { UNPREPARED, PREPARING, PREPARED };

struct connection {
	const struct db_options *options;
	struct connector *connector;
	PGconn *pg; /* NULL while closed */
	char server[SESSION_SERVER_MAX];
	struct connector_news opened; /* as of then */
	bool dismissed;               /* by the server */
	bool read_only;               /* the server refused to write */
	int64_t plans_ms;             /* how long plans are kept */
	int64_t plans_until_ns;
	unsigned char prepared[STATEMENT_COUNT + 1];
};

/* A round trip in progress. */
struct trip {
	struct arena *arena;
	struct fault *fault;
	const struct db_call *calls;
	size_t count;
	int64_t look_ns; /* when to look for another server */
	int64_t deadline_ns;
	enum err err;  /* the first one */
	size_t failed; /* the call that it belongs to */
};

struct connection *
connection_new(const struct db_options *options, struct connector *connector)
{
	struct connection *c = calloc(1, sizeof *c);

	if (c != NULL) {
		c->options = options;
		c->connector = connector;
	}
	return c;
}

void
connection_free(struct connection *c)
{
	if (c == NULL)
		return;
	connection_close(c);
	free(c);
}

/* Between statements even an error arrives as a notice: the server ends the session. Other
 * notices are ignored. */
static void
take_notice(void *arg, const PGresult *notice)
{
	const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
	struct connection *c = arg;

	if (severity == NULL)
		return;
	if (text_equal(severity, "FATAL") || text_equal(severity, "PANIC"))
		c->dismissed = true;
}

bool
connection_open(struct connection *c, char problem[CONNECTION_PROBLEM_MAX])
{
	c->dismissed = false;
	c->read_only = false;
	c->plans_ms = PLANS_FIRST_MS;
	c->plans_until_ns = clock_monotonic_ns() + PLANS_FIRST_MS * INT64_C(1000000);
	c->opened = connector_news(c->connector);
	c->pg = connector_open(c->connector, c->server, problem);
	(void)PQsetNoticeReceiver(c->pg, take_notice, c);
	return c->pg != NULL;
}

void
connection_close(struct connection *c)
{
	PQfinish(c->pg);
	c->pg = NULL;
	memset(c->prepared, UNPREPARED, sizeof c->prepared);
}

bool
connection_is_open(const struct connection *c)
{
	return c->pg != NULL;
}

bool
connection_is_idle(const struct connection *c)
{
	return c->pg != NULL && PQtransactionStatus(c->pg) == PQTRANS_IDLE;
}

bool
connection_is_alive(struct connection *c)
{
	struct pollfd fd = {.fd = PQsocket(c->pg), .events = POLLIN};

	if (connector_news(c->connector).dropped != c->opened.dropped)
		return false;
	while (!c->dismissed && poll(&fd, 1, 0) > 0) {
		if (!PQconsumeInput(c->pg))
			return false;
		(void)PQisBusy(c->pg); /* parses received data */
	}
	return !c->dismissed;
}

int64_t
connection_process(const struct connection *c)
{
	return PQbackendPID(c->pg);
}

bool
connection_refused(const struct connection *c)
{
	return c->read_only;
}

/* Nothing is sent before all parameters are valid: a partial pipeline can't be undone. */
static enum err
encode_all(const struct trip *t, struct wire_params *wire)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct db_call *call = &t->calls[i];

		if (!params_encode(t->arena, statement_get(call->id), call->params, call->count,
				   &wire[i]))
			return result_bug(t->fault, call->id, "parameters do not fit");
	}
	return ERR_OK;
}

/* Put one call into the output buffer, and its statement before its first use. */
static bool
send_call(struct connection *c, enum statement_id id, const struct wire_params *wire)
{
	static const int binary[STATEMENT_PARAMS_MAX] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
							 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
	const struct statement *s = statement_get(id);

	if (c->prepared[id] == UNPREPARED) {
		if (!PQsendPrepare(c->pg, s->name, s->text, s->count, s->types))
			return false;
		c->prepared[id] = PREPARING;
	}
	return PQsendQueryPrepared(c->pg, s->name, s->count, wire->values, wire->lengths, binary,
				   1) == 1;
}

static bool
send_all(struct connection *c, const struct trip *t, const struct wire_params *wire)
{
	for (size_t i = 0; i < t->count; i++)
		if (!send_call(c, t->calls[i].id, &wire[i]))
			return false;
	return PQpipelineSync(c->pg) == 1;
}

/*
 * Wait for the socket; 0 if the answer is not to be waited for any longer. A server that is frozen or
 * cut off would be waited for until the deadline, and others may have taken its place long before.
 */
static short
await(struct connection *c, struct trip *t, int events)
{
	for (;;) {
		int64_t until_ns = t->look_ns < t->deadline_ns ? t->look_ns : t->deadline_ns;
		short ready = wait_for(PQsocket(c->pg), events, until_ns);

		if (ready != 0)
			return ready;
		if (until_ns == t->deadline_ns) {
			connector_drop(c->connector);
			return 0;
		}
		connector_look(c->connector, c->server);
		if (connector_news(c->connector).moved != c->opened.moved)
			return 0;
		t->look_ns = clock_monotonic_ns() + LOOK_AGAIN_MS * INT64_C(1000000);
	}
}

static bool
flush(struct connection *c, struct trip *t)
{
	int rest;

	while ((rest = PQflush(c->pg)) > 0) {
		short ready = await(c, t, POLLIN | POLLOUT);

		if (ready == 0 || ((ready & POLLIN) != 0 && !PQconsumeInput(c->pg)))
			return false;
	}
	return rest == 0;
}

/* The next result, NULL between those of two statements. False when none will come. */
static bool
next_result(struct connection *c, struct trip *t, PGresult **out)
{
	while (PQisBusy(c->pg))
		if (await(c, t, POLLIN) == 0 || !PQconsumeInput(c->pg))
			return false;
	*out = PQgetResult(c->pg);
	return true;
}

static void
note(struct trip *t, size_t i, enum err err)
{
	if (err == ERR_OK || t->err != ERR_OK)
		return;
	t->err = err;
	t->failed = i;
}

static void
note_error(struct connection *c, struct trip *t, size_t i, const PGresult *result)
{
	if (t->err != ERR_OK)
		return;
	note(t, i, result_error(t->fault, t->calls[i].id, result));
	c->read_only = c->read_only || result_is_read_only(result);
}

/*
 * The answer to a statement: one result and an end mark. False at the end of the session, with the
 * server's last error in *out if there was one.
 */
static bool
receive(struct connection *c, struct trip *t, PGresult **out)
{
	PGresult *end = NULL;

	*out = NULL;
	if (!next_result(c, t, out))
		return false;
	if (result_is_from_server(*out)) {
		if (next_result(c, t, &end) && end == NULL)
			return true;
	} else {
		PQclear(*out);
		*out = NULL;
	}
	PQclear(end);
	return false;
}

static bool
receive_prepare(struct connection *c, struct trip *t, size_t i)
{
	enum statement_id id = t->calls[i].id;
	PGresult *result;
	bool more = receive(c, t, &result);

	if (result != NULL && PQresultStatus(result) == PGRES_COMMAND_OK)
		c->prepared[id] = PREPARED;
	else
		c->prepared[id] = UNPREPARED;
	if (result != NULL)
		note_error(c, t, i, result);
	PQclear(result);
	return more;
}

static bool
receive_call(struct connection *c, struct trip *t, size_t i)
{
	const struct db_call *call = &t->calls[i];
	PGresult *result;
	bool more = receive(c, t, &result);

	if (result == NULL)
		return false;
	note_error(c, t, i, result);
	if (call->rows == NULL) {
		PQclear(result);
		return more;
	}
	result_keep(t->arena, t->fault, result, call->rows);
	if (t->err == ERR_OK)
		note(t, i, result_check(t->fault, call->id, call->rows));
	return more;
}

static bool
receive_all(struct connection *c, struct trip *t)
{
	PGresult *sync = NULL;
	bool synced;

	for (size_t i = 0; i < t->count; i++) {
		if (c->prepared[t->calls[i].id] == PREPARING && !receive_prepare(c, t, i))
			return false;
		if (!receive_call(c, t, i))
			return false;
	}
	if (!next_result(c, t, &sync))
		return false;
	synced = PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
	PQclear(sync);
	return synced;
}

/*
 * The session is lost. It is unknown whether a COMMIT that was sent happened, unless the server
 * reported an earlier failure.
 */
static enum err
lose(struct connection *c, struct trip *t, bool sent)
{
	size_t last = t->count - 1;
	bool told = t->err != ERR_OK && t->failed < last;
	enum err err = t->err;

	if (sent && !told && t->calls[last].id == SQL_transaction_commit)
		err = ERR_OUTCOME_UNKNOWN;
	if (err == ERR_OK || err == ERR_OUTCOME_UNKNOWN)
		err = result_lost(t->fault, err == ERR_OK ? ERR_UNAVAILABLE : err,
				  PQerrorMessage(c->pg));
	connection_close(c);
	return err;
}

static enum err
run_trip(struct connection *c, struct arena *arena, struct fault *f, const struct db_call *calls,
	 size_t n, int64_t now_ns)
{
	int64_t limit_ms = c->options->statement_timeout_ms + GRACE_MS;
	struct trip t = {
		.arena = arena,
		.fault = f,
		.calls = calls,
		.count = n,
		.look_ns = now_ns + LATE_MS * INT64_C(1000000),
		.deadline_ns = now_ns + limit_ms * 1000000,
	};
	struct wire_params *wire;

	if (c->pg == NULL)
		return result_lost(f, ERR_UNAVAILABLE, "the connection was lost before");
	wire = arena_array(arena, n, sizeof *wire);
	TRY(encode_all(&t, wire));
	if (!send_all(c, &t, wire))
		return lose(c, &t, false);
	if (!flush(c, &t) || !receive_all(c, &t))
		return lose(c, &t, true);
	if (c->read_only) {
		connector_drop(c->connector);
		connection_close(c);
	}
	return t.err;
}

/* Between transactions, after a second, two, four, and so on. */
static bool
plans_are_old(struct connection *c, int64_t now_ns)
{
	if (now_ns < c->plans_until_ns || !connection_is_idle(c))
		return false;
	c->plans_ms = c->plans_ms < PLANS_MOST_MS / 2 ? c->plans_ms * 2 : PLANS_MOST_MS;
	c->plans_until_ns = now_ns + c->plans_ms * 1000000;
	return true;
}

/* Plans are discarded in a round trip of their own: within the same one, they would precede a BEGIN, whose
 * isolation level may only be set before any statement. */
static enum err
run_all(struct connection *c, struct arena *arena, struct fault *f, const struct db_call *calls,
	size_t n, int64_t now_ns)
{
	static const struct db_call discard = {.id = SQL_plans_discard};

	if (plans_are_old(c, now_ns)) {
		TRY(run_trip(c, arena, f, &discard, 1, now_ns));
		now_ns = clock_monotonic_ns();
	}
	return run_trip(c, arena, f, calls, n, now_ns);
}

enum err
connection_run(struct connection *c, struct arena *arena, struct fault *f,
	       const struct db_call *calls, size_t n)
{
	struct metrics *metrics = c->options->metrics;
	int64_t began_ns = clock_monotonic_ns();
	enum err err;

	if (metrics == NULL || c->pg == NULL)
		return run_all(c, arena, f, calls, n, began_ns);
	err = run_all(c, arena, f, calls, n, began_ns);
	metrics_observe(metrics, METRIC_DATABASE_SECONDS,
			calls[n - 1].id == SQL_transaction_commit ? TRIP_COMMIT : TRIP_QUERY,
			clock_monotonic_ns() - began_ns);
	if (c->pg == NULL)
		metrics_count(metrics, METRIC_DATABASE_LOST, 0, 0, 1);
	return err;
}
