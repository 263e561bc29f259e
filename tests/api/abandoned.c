/* A request that its client has given up is not carried out; a repetition elsewhere is answered correctly. */
#include "tests/support/cmocka.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/requester.h"
#include "ledger/hold.h"
#include "tests/support/easypay_client.h"
#include "tests/support/poll.h"

static struct easypay_client easypay;
static struct tenant acme;

static int
setup(void **state)
{
	if (tenants_setup(state, &acme, NULL) != 0)
		return -1;
	easypay_client_open(*state, &easypay);
	return 0;
}

static int
teardown(void **state)
{
	easypay_client_close(&easypay);
	/* A failed test leaves it behind. */
	(void)!system("umount -l \"$PGTMP/small\" 2>/dev/null");
	return client_teardown(state);
}

/* A connection between the web server (ends[0]) and a worker (ends[1]). */
struct line {
	int ends[2];
	struct requester requester;
};

static struct line
line_open(void)
{
	struct line line;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, line.ends), 0);
	line.requester = (struct requester){.fd = line.ends[1]};
	return line;
}

static void
hang_up(struct line *line)
{
	(void)close(line->ends[0]);
	line->ends[0] = -1;
}

static void
line_close(const struct line *line)
{
	if (line->ends[0] >= 0)
		(void)close(line->ends[0]);
	(void)close(line->ends[1]);
}

/* A route of each dialect that changes data and needs no credential. */
static const char *const targets[] = {"/v1/auth/register", "/api/v1/keys/create",
				      "/api/wallet/fund", "/api/v1/auth/register",
				      "/api/auth/register"};

static void
test_too_late_to_begin(void **state)
{
	struct client *c = *state;
	const struct requester late = {.fd = -1, .begin_by_ns = 1};

	for (size_t i = 0; i < COUNT(targets); i++) {
		struct answer a = client_send(c, &(struct ask){.method = "POST",
							       .target = targets[i],
							       .body = "{}",
							       .requester = &late});

		expect_status(&a, 503);
		assert_string_equal(answer_header(&a, "Retry-After"), "1");
		assert_non_null(strstr(a.body.data, "was not processed"));
	}
}

static void
test_hung_up_before(void **state)
{
	struct client *c = *state;
	struct line line = line_open();
	struct ask ask = {.method = "POST",
			  .target = "/v1/wallets",
			  .credential = acme.test_key,
			  .body = client_json(c, "{'currency':'NGN'}"),
			  .requester = &line.requester};
	struct answer a = client_send(c, &ask);
	const char *before;

	expect_status(&a, 201);
	hang_up(&line);
	before = books(c);
	a = client_send(c, &ask);
	expect_refusal(&a, 503, "REQUEST_EXPIRED");
	assert_string_equal(books(c), before);
	line_close(&line);
}

struct background {
	struct client client;
	struct ask ask;
	struct reply reply;
	pthread_t thread;
};

static void *
in_background(void *arg)
{
	struct background *background = arg;

	background->reply = client_exchange(&background->client, &background->ask);
	return NULL;
}

/* Another session holds what the request needs. */
static PGconn *
lock_accounts(struct client *c)
{
	PGconn *session = PQconnectdb(c->fixture->superuser_url);

	PQclear(PQexec(session, "BEGIN"));
	PQclear(PQexec(session, "SELECT 1 FROM cowry.account FOR UPDATE"));
	assert_int_equal(PQtransactionStatus(session), PQTRANS_INTRANS);
	return session;
}

/* Until a session waits for a lock. */
static void
await_waiter(struct client *c)
{
	struct poll poll = poll_for(20);

	while (atoi(client_value(c, "SELECT count(*) FROM pg_stat_activity WHERE"
				    " datname = current_database() AND wait_event_type = 'Lock'")) <
	       1)
		assert_true(poll_again(&poll));
}

/* The web server gives up while the transfer waits for its locks: the transfer is not posted. */
static void
give_up(struct client *c, const char *idempotency_key, bool by_time)
{
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	struct line line = line_open();
	struct background b = {
		.client = *c,
		.ask = {.method = "POST",
			.target = "/v1/wallets/transfer",
			.credential = acme.test_key,
			.idempotency_key = idempotency_key,
			.body = client_json(c,
					    "{'fromWalletId':'%s','toWalletId':'%s','amount':'40',"
					    "'currency':'NGN','reference':'%s'}",
					    from, to, fresh_reference(c)),
			.requester = &line.requester}};
	const char *before = books(c);
	struct answer a;
	PGconn *session;

	if (by_time)
		line.requester.commit_by_ns = clock_monotonic_ns() + 1000000;
	b.client.scratch = arena_new(1 << 24);
	session = lock_accounts(c);
	assert_int_equal(pthread_create(&b.thread, NULL, in_background, &b), 0);
	await_waiter(c);
	if (!by_time)
		hang_up(&line);
	PQclear(PQexec(session, "ROLLBACK"));
	assert_int_equal(pthread_join(b.thread, NULL), 0);
	PQfinish(session);
	assert_int_equal(b.reply.status, 503);
	assert_non_null(strstr(b.reply.body.data, "REQUEST_EXPIRED"));
	assert_string_equal(books(c), before);
	line_close(&line);
	arena_free(b.client.scratch);
	b.ask.requester = NULL;
	a = client_send(c, &b.ask);
	expect_status(&a, 201);
	assert_null(answer_header(&a, "Idempotent-Replayed"));
	assert_string_equal(wallet_balance(c, acme.test_key, from, "ledger"), "60.00");
}

static void
test_group_commit(void **state)
{
	give_up(*state, NULL, false);
	give_up(*state, NULL, true);
}

static void
test_transaction(void **state)
{
	give_up(*state, "given-up-1", false);
	give_up(*state, "given-up-2", true);
}

/* A batch has room for those whose client still waits. */
static void
test_neighbours(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	enum { CLIENTS = 8 };
	struct line lines[CLIENTS];
	struct background b[CLIENTS];
	PGconn *session = lock_accounts(c);

	for (size_t i = 0; i < CLIENTS; i++) {
		lines[i] = line_open();
		b[i] = (struct background){
			.client = *c,
			.ask = {.method = "POST",
				.target = "/v1/wallets/transfer",
				.credential = acme.test_key,
				.body = client_json(
					c,
					"{'fromWalletId':'%s','toWalletId':'%s','amount':'1',"
					"'currency':'NGN','reference':'%s'}",
					from, to, fresh_reference(c)),
				.requester = &lines[i].requester}};
		b[i].client.scratch = arena_new(1 << 24);
		assert_int_equal(pthread_create(&b[i].thread, NULL, in_background, &b[i]), 0);
	}
	await_waiter(c);
	for (size_t i = 0; i < CLIENTS; i += 2)
		hang_up(&lines[i]);
	PQclear(PQexec(session, "ROLLBACK"));
	PQfinish(session);
	for (size_t i = 0; i < CLIENTS; i++) {
		assert_int_equal(pthread_join(b[i].thread, NULL), 0);
		assert_int_equal(b[i].reply.status, i % 2 == 0 ? 503 : 201);
		arena_free(b[i].client.scratch);
		line_close(&lines[i]);
	}
	assert_string_equal(wallet_balance(c, acme.test_key, from, "ledger"), "96.00");
}

static void
hang_up_meanwhile(void *arg, const char *reference)
{
	(void)reference;
	hang_up(arg);
}

/* After a provider was called, its answer is recorded, even if the client has disconnected. */
static void
test_outside(void **state)
{
	struct client *c = *state;
	struct line line = line_open();
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *reference = fresh_reference(c);
	struct ask ask = {.method = "POST",
			  .target = "/v1/wallets/credit",
			  .credential = acme.test_key,
			  .body = client_json(c,
					      "{'walletId':'%s','amount':'10','currency':'NGN',"
					      "'reference':'%s','provider':'paystack',"
					      "'providerPayload':{'email':'ada@example.com'}}",
					      wallet, reference),
			  .requester = &line.requester};
	struct answer a;

	easypay.script =
		(struct easypay_client_script){.meanwhile = hang_up_meanwhile, .arg = &line};
	a = client_send(c, &ask);
	expect_status(&a, 201);
	assert_int_equal(line.ends[0], -1);
	easypay.script = (struct easypay_client_script){0};
	line_close(&line);
	assert_string_equal(client_value(c,
					 "SELECT status || ' ' || checkout_url FROM cowry.payment"
					 " WHERE reference = '%s'",
					 reference),
			    "pending https://pay.test/x");
}

/* A database that is out of space counts as unavailable: the same request can be sent again. Health
 * checks are told of a full disk. */
static void
test_full_disk(void **state)
{
	struct client *c = *state;
	static const char *const states[] = {"53000", "53100", "53200", "53300", "53400",
					     "58000", "58030", "25006", "57P01"};
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *reference = fresh_reference(c);
	bool full = false; /* a worker remembers it */
	struct answer a;

	for (size_t i = 0; i < COUNT(states); i++) {
		client_sql(c,
			   "CREATE OR REPLACE FUNCTION public.full_disk() RETURNS trigger LANGUAGE"
			   " plpgsql AS $$BEGIN RAISE EXCEPTION 'could not extend file'"
			   " USING ERRCODE = '%s'; END$$",
			   states[i]);
		client_sql(c,
			   "CREATE OR REPLACE TRIGGER full_disk BEFORE INSERT ON"
			   " cowry.transaction FOR EACH ROW EXECUTE FUNCTION public.full_disk()");
		a = transfer(c, acme.test_key, from, to, "40", reference, "");
		expect_refusal(&a, 503, "SERVICE_UNAVAILABLE");
		assert_null(strstr(a.body.data, "extend"));
		full = full || text_equal(states[i], "53100");
		assert_string_equal(answer_header(&a, "Retry-After"),
				    text_equal(states[i], "53100") ? "30" : "1");
		a = client_call(c, "GET", "/api/health", NULL, NULL);
		expect_status(&a, full ? 503 : 200);
		client_sql(c, "DROP TRIGGER full_disk ON cowry.transaction");
	}
	a = transfer(c, acme.test_key, from, to, "40", reference, "");
	expect_status(&a, 201);
	client_sql(c, "DROP FUNCTION public.full_disk()");
}

/* A shell command; whether it succeeded. */
static bool
shell(struct client *c, const char *command)
{
	return system(client_text(c, "folder=%s/small; %s", getenv("PGTMP"), command)) == 0;
}

/* The same on a file system that is really full, which only root can make. */
static void
test_small_disk(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "1000");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	struct answer a = {.status = 201};

	if (geteuid() != 0 || !shell(c, "mkdir -p $folder && mount -t tmpfs -o size=4m none $folder"
					" && mkdir $folder/data && chown $PGOWNER $folder/data")) {
		(void)fprintf(stderr, "a small file system can't be mounted: not tested\n");
		return;
	}
	client_sql(c, "CREATE TABLESPACE small LOCATION '%s/small/data'", getenv("PGTMP"));
	client_sql(c, "ALTER TABLE cowry.posting SET TABLESPACE small");
	(void)shell(c, "cat /dev/zero >$folder/filler 2>/dev/null");
	for (size_t i = 0; i < 500 && a.status == 201; i++)
		a = transfer(c, acme.test_key, from, to, "1", fresh_reference(c), "");
	expect_refusal(&a, 503, "SERVICE_UNAVAILABLE");
	assert_string_equal(answer_header(&a, "Retry-After"), "30");
	(void)shell(c, "rm $folder/filler");
	a = transfer(c, acme.test_key, from, to, "1", fresh_reference(c), "");
	expect_status(&a, 201);
	client_sql(c, "ALTER TABLE cowry.posting SET TABLESPACE pg_default");
	client_sql(c, "DROP TABLESPACE small");
	assert_true(shell(c, "umount $folder"));
}

/* Requests with an incomplete or encoded body do nothing. */
static void
test_bodies(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *encoding;
		int status;
	} rows[] = {
		{"identity", 400}, {"Identity", 400},       {" identity , identity", 400},
		{"gzip", 415},     {"identity, gzip", 415}, {"gzip, identity", 415},
		{"identit", 415},  {"identityx", 415},      {"br", 415},
	};
	struct answer a;

	for (size_t i = 0; i < COUNT(rows) * COUNT(targets); i++) {
		struct ask ask = {.method = "POST",
				  .target = targets[i % COUNT(targets)],
				  .credential = acme.owner.access,
				  .encoding = rows[i / COUNT(targets)].encoding,
				  .body = "{\"never\":"};

		a = client_send(c, &ask);
		expect_status(&a, rows[i / COUNT(targets)].status);
		ask.encoding = NULL;
		ask.body = NULL;
		ask.body_incomplete = true;
		a = client_send(c, &ask);
		expect_status(&a, 400);
		assert_non_null(strstr(a.body.data, "Content-Length"));
	}
}

/* A capture with an incomplete body does nothing. */
static void
test_incomplete_capture(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a = hold(c, acme.test_key, wallet, "80", fresh_reference(c), "");
	struct ask ask = {.method = "POST",
			  .target =
				  client_text(c, "/v1/holds/%s/capture", answer_at(&a, "data.id")),
			  .credential = acme.test_key,
			  .body_incomplete = true};
	const char *before = books(c);

	a = client_send(c, &ask);
	expect_refusal(&a, 400, "BAD_REQUEST");
	assert_string_equal(books(c), before);
	ask.body_incomplete = false;
	ask.body = client_json(c, "{'amount':'5'}");
	a = client_send(c, &ask);
	expect_status(&a, 200);
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "95.00");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_too_late_to_begin),
		client_test(test_hung_up_before),
		client_test(test_group_commit),
		client_test(test_transaction),
		client_test(test_neighbours),
		client_test(test_full_disk),
		client_test(test_small_disk),
		client_test(test_outside),
		client_test(test_bodies),
		client_test(test_incomplete_capture),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
