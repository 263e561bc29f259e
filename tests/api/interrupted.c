/*
 * Requests with an Idempotency-Key that call an outside server, whose process is killed at each
 * step: before the order has arrived, while it is executed, before the second commit, and after it.
 * After each step, a repetition continues with what the first request opened: one payment, which
 * has one name outside.
 */
#include "tests/support/cmocka.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/service.h"
#include "net/http.h"
#include "runtime/app.h"
#include "tests/support/outside_scene.h"
#include "tests/support/process.h"

enum { DEADLINE_S = 20 };

static PGconn *gate; /* blocks updates of a reserved key, while it has the lock */

static struct fake_server *
easypay_client_server(void)
{
	return easypay.server;
}

static struct fake_server *
fake_vendor_server(void)
{
	return vendor.server;
}

static void
bank_hangs(bool done)
{
	bank_fail(&bank, "POST", "/v1/payments/", PEER_HANGS, 200, NULL);
	bank.script.done = done;
}

static void
bank_recovers(bool done)
{
	(void)done;
	drop_payer_bank_behave(&bank);
}

static void
easypay_client_hangs(bool done)
{
	(void)done;
	easypay.script = (struct easypay_client_script){.manner = PEER_HANGS};
}

static void
easypay_client_recovers(bool done)
{
	easypay.script = (struct easypay_client_script){.absent = !done};
}

static void
fake_vendor_hangs(bool done)
{
	(void)done;
	vendor.script = (struct fake_vendor_script){.manner = PEER_HANGS};
}

static void
fake_vendor_recovers(bool done)
{
	vendor.script = (struct fake_vendor_script){.found = done ? "SUCCESSFUL" : NULL};
}

#define FROM(table) "SELECT count(*) FROM cowry." table

static const struct subject {
	const char *name;
	struct ask (*ask)(struct client *c);
	const char *count; /* how many have been opened */
	struct party party;
	void (*hangs)(bool done);
	void (*recovers)(bool done);
} subjects[] = {
	{"remittance",
	 remittance,
	 FROM("drop_payment"),
	 {bank_server, "/v1/payments/", "X-Request-ID: ", true},
	 bank_hangs,
	 bank_recovers},
	{"payment by QR code",
	 qr_payment,
	 FROM("drop_payment"),
	 {bank_server, "/v1/payments/", "X-Request-ID: ", true},
	 bank_hangs,
	 bank_recovers},
	{"debit",
	 debit,
	 FROM("payment"),
	 {easypay_client_server, "/paystack/transfer", "cw-", false},
	 easypay_client_hangs,
	 easypay_client_recovers},
	{"credit",
	 credit,
	 FROM("payment"),
	 {easypay_client_server, "/paystack/transaction/initialize", "cw-", false},
	 easypay_client_hangs,
	 easypay_client_recovers},
	{"booked withdrawal",
	 booked_withdrawal,
	 FROM("payment"),
	 {easypay_client_server, "/paystack/transfer", "cw-", false},
	 easypay_client_hangs,
	 easypay_client_recovers},
	{"unbooked withdrawal",
	 unbooked_withdrawal,
	 FROM("provider_order"),
	 {easypay_client_server, "/paystack/transfer", "cw-", false},
	 easypay_client_hangs,
	 easypay_client_recovers},
	{"deposit in naira",
	 naira_deposit,
	 FROM("payment"),
	 {easypay_client_server, "/paystack/transaction/initialize", "DEP-", false},
	 easypay_client_hangs,
	 easypay_client_recovers},
	{"purchase",
	 purchase,
	 FROM("purchase"),
	 {fake_vendor_server, "/", "\"reference\":\"", false},
	 fake_vendor_hangs,
	 fake_vendor_recovers},
};

static bool
in_time(time_t begun)
{
	static const struct timespec step = {0, 10000000};

	(void)nanosleep(&step, NULL);
	return time(NULL) - begun < DEADLINE_S;
}

static void
wait_for_order(const struct party *party, size_t since)
{
	time_t begun = time(NULL);
	bool one;

	while (orders(party, since, &one) == 0)
		assert_true(in_time(begun));
}

/* Wait until the database says so. */
static void
wait_for(struct client *c, const char *condition, const char *name)
{
	time_t begun = time(NULL);

	while (strcmp(client_value(c,
				   "SELECT %s FROM pg_stat_activity WHERE"
				   " application_name = '%s'",
				   condition, name),
		      "t") != 0)
		assert_true(in_time(begun));
}

static void
run_sql(PGconn *pg, const char *sql)
{
	PGresult *result = PQexec(pg, sql);

	assert_true(PQresultStatus(result) == PGRES_COMMAND_OK ||
		    PQresultStatus(result) == PGRES_TUPLES_OK);
	PQclear(result);
}

/* A separate worker, as far as the database and outside servers can tell. */
static _Noreturn void
be_worker(struct client *c, const struct ask *ask)
{
	static const struct http_options outside = {.connect_timeout_ms = 1000,
						    .total_timeout_ms = 20000,
						    .answer_max = 262144,
						    .at_once = 8,
						    .plain = true};
	struct app app = *c->app;
	struct db_options options = c->fixture->options;
	struct client own = *c;
	struct reply reply;

	(void)snprintf(app.name, sizeof app.name, "worker-%ld", (long)getpid());
	options.application_name = app.name;
	app.database.pool = db_pool_new(&options);
	app.http = http_client_new(&outside);
	if (app.database.pool == NULL || app.http == NULL || !service_open(&app))
		_exit(2);
	own.app = &app;
	reply = client_exchange(&own, ask);
	_exit(reply.status < 300 ? 0 : 1);
}

struct worker {
	pid_t pid;
	char name[32];
};

static struct worker
start_worker(struct client *c, const struct ask *ask)
{
	struct worker worker = {.pid = process_fork()};

	if (worker.pid == 0)
		be_worker(c, ask);
	(void)snprintf(worker.name, sizeof worker.name, "worker-%ld", (long)worker.pid);
	return worker;
}

enum step { BEFORE_CALL, DURING_CALL, BEFORE_COMMIT, AFTER_COMMIT, STEPS };

static const char *const step_names[STEPS] = {"before the call", "during the call",
					      "before the second commit",
					      "after the second commit"};

static void
interrupt(struct client *c, const struct subject *subject, const struct ask *ask, enum step step,
	  size_t since)
{
	struct worker worker;

	if (step == BEFORE_CALL || step == DURING_CALL)
		subject->hangs(step == DURING_CALL);
	if (step == BEFORE_COMMIT)
		run_sql(gate, "SELECT pg_advisory_lock(4711)");
	worker = start_worker(c, ask);
	if (step == AFTER_COMMIT) {
		assert_int_equal(process_ended(worker.pid), 0);
	} else {
		wait_for_order(&subject->party, since);
		if (step == BEFORE_COMMIT)
			wait_for(c, "coalesce(bool_or(wait_event_type = 'Lock'), false)",
				 worker.name);
		else /* while it really runs, nobody else may continue it */
			assert_int_equal(client_send(c, ask).status, 409);
		process_kill(worker.pid);
	}
	if (step == BEFORE_COMMIT)
		run_sql(gate, "SELECT pg_advisory_unlock(4711)");
	wait_for(c, "count(*) = 0", worker.name);
	subject->recovers(step != BEFORE_CALL);
}

/* As if this much time had passed since. */
static void
let_time_pass(struct client *c, const char *interval)
{
	client_sql(c,
		   "UPDATE cowry.idempotency SET created_at = created_at - interval '%s',"
		   " expires_at = expires_at - interval '%s',"
		   " runs_until = runs_until - interval '%s'",
		   interval, interval, interval);
}

static void
try_step(struct client *c, const struct subject *subject, enum step step, bool later)
{
	struct ask ask = subject->ask(c);
	size_t since = fake_server_count(subject->party.server());
	int before = atoi(client_value(c, "%s", subject->count));
	struct answer first;
	struct answer again;
	int opened;
	bool one;

	ask.idempotency_key = fresh_reference(c);
	interrupt(c, subject, &ask, step, since);
	if (later)
		let_time_pass(c, "10 minutes");
	first = client_send(c, &ask);
	again = client_send(c, &ask);
	(void)orders(&subject->party, since, &one);
	opened = atoi(client_value(c, "%s", subject->count)) - before;
	if (first.status >= 300 || again.status != first.status || !one || opened != 1)
		fail_msg("%s, killed %s, repeated %s: %d %.*s, %d opened, %s", subject->name,
			 step_names[step], later ? "later" : "at once", first.status,
			 (int)first.body.length, (const char *)first.body.data, opened,
			 one ? "one name" : "several names");
	assert_non_null(answer_header(&again, "Idempotent-Replayed"));
	assert_int_equal(again.body.length, first.body.length);
	assert_memory_equal(again.body.data, first.body.data, first.body.length);
}

static void
test_each_step(void **state)
{
	struct client *c = *state;

	for (size_t i = 0; i < COUNT(subjects); i++)
		for (int step = BEFORE_CALL; step < STEPS; step++) {
			try_step(c, &subjects[i], (enum step)step, false);
			try_step(c, &subjects[i], (enum step)step, true);
		}
}

/* The job runner may settle it in between: the repetition shows that. */
static void
test_settled_meanwhile(void **state)
{
	struct client *c = *state;
	struct ask ask = remittance(c);
	size_t since = fake_server_count(bank.server);
	struct answer a;

	ask.idempotency_key = fresh_reference(c);
	interrupt(c, &subjects[0], &ask, DURING_CALL, since);
	bank.script.payment = "ACSC";
	settle_due(c);
	settle_due(c);
	let_time_pass(c, "10 minutes");
	a = client_send(c, &ask);
	expect_status(&a, 201);
	expect_text(&a, "data.status", "completed");
}

/* Whoever reserves a key for the first time waits at the gate and then loses a race. */
static void
set_trap(struct client *c)
{
	client_sql(c, "CREATE SEQUENCE cowry.attempts;"
		      " CREATE FUNCTION cowry.lose_once() RETURNS trigger LANGUAGE plpgsql"
		      " SECURITY DEFINER AS $$ BEGIN IF nextval('cowry.attempts') = 1 THEN"
		      " PERFORM pg_advisory_xact_lock(4711); RAISE deadlock_detected; END IF;"
		      " RETURN NEW; END $$;"
		      " CREATE TRIGGER lose_once BEFORE INSERT ON cowry.idempotency"
		      " FOR EACH ROW EXECUTE FUNCTION cowry.lose_once()");
}

/* A request loses a race after it has opened a payment, and another one with its key is answered
 * before it starts again: it gives that answer, and nobody outside hears of what it had opened. */
static void
test_answered_between_attempts(void **state)
{
	struct client *c = *state;
	struct ask ask = remittance(c);
	struct worker worker;
	struct answer a;
	size_t since;
	bool one;

	ask.idempotency_key = fresh_reference(c);
	a = client_send(c, &ask);
	expect_status(&a, 201);
	client_sql(c,
		   "CREATE TABLE cowry.answered AS SELECT * FROM cowry.idempotency"
		   " WHERE key = '%s'; DELETE FROM cowry.idempotency WHERE key = '%s'",
		   ask.idempotency_key, ask.idempotency_key);
	set_trap(c);
	since = fake_server_count(bank.server);
	run_sql(gate, "SELECT pg_advisory_lock(4711)");
	worker = start_worker(c, &ask);
	wait_for(c, "coalesce(bool_or(wait_event_type = 'Lock'), false)", worker.name);
	client_sql(c, "INSERT INTO cowry.idempotency SELECT * FROM cowry.answered");
	run_sql(gate, "SELECT pg_advisory_unlock(4711)");
	assert_int_equal(process_ended(worker.pid), 0);
	client_sql(c, "DROP TRIGGER lose_once ON cowry.idempotency; DROP TABLE cowry.answered");
	assert_int_equal(orders(&bank_party, since, &one), 0);
}

static int
setup(void **state)
{
	struct client *c;

	if (outside_setup(state) != 0)
		return -1;
	c = *state;
	client_sql(c, "CREATE FUNCTION cowry.wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS"
		      " $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END $$;"
		      " CREATE TRIGGER wait_at_gate BEFORE UPDATE ON cowry.idempotency"
		      " FOR EACH ROW EXECUTE FUNCTION cowry.wait_at_gate()");
	gate = PQconnectdb(c->fixture->superuser_url);
	return PQstatus(gate) == CONNECTION_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	PQfinish(gate);
	return outside_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		outside_test(test_each_step),
		outside_test(test_settled_meanwhile),
		outside_test(test_answered_between_attempts),
		outside_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
