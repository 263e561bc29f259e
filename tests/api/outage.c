/*
 * The database is unavailable for three seconds while deliveries, mails and look-ups are in
 * progress: five seconds after its return all of them are done, and outside effects are not
 * repeated.
 */
#include "tests/support/cmocka.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "app/events/outbox.h"
#include "app/events/sender.h"
#include "base/arena.h"
#include "jobs/runner.h"
#include "net/http.h"
#include "queue/queue.h"
#include "runtime/app.h"
#include "tests/support/easypay_client.h"
#include "tests/support/folder.h"
#include "tests/support/webhook_receiver.h"

enum { AWAY_MS = 3000, BUDGET_MS = 5000, DEADLINE_MS = 60000, PATIENCE_MS = 60000 };
enum { AT_ONCE = 6, WALLETS = 9, LIFETIME_S = 300 };

static const struct job list[] = {
	{.periodic = &job_webhook_delivery, .threads = 1},
	{.kind = &queue_payment_lookup, .threads = 2},
	{.kind = &queue_mail, .threads = 2},
	{0},
};

static struct easypay_client easypay;
static struct tenant acme;
static struct fake_server *receiver;
static char spool[FOLDER_MAX];
/* Outside servers do not answer while this is false. */
static atomic_bool answering;
static atomic_int asked;

static void
pause_ms(long ms)
{
	(void)nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static void
wait_to_answer(void *arg)
{
	(void)arg;
	atomic_fetch_add(&asked, 1);
	for (int ms = 0; ms < DEADLINE_MS && !atomic_load(&answering); ms += 5)
		pause_ms(5);
}

static struct fake_server_reply
receive(void *arg, size_t n, const struct fake_server_request *request)
{
	(void)n;
	(void)request;
	wait_to_answer(arg);
	return (struct fake_server_reply){.status = 200};
}

static int
setup(void **state)
{
	static const struct http_options options = {
		.connect_timeout_ms = 1000,
		.total_timeout_ms = DEADLINE_MS,
		.answer_max = 262144,
		.at_once = 16,
		.plain = true,
	};
	struct client *c;

	if (!folder_make(spool) || tenants_setup(state, &acme, NULL) != 0)
		return -1;
	c = *state;
	easypay_client_open(c, &easypay);
	receiver = fake_server_start(receive, NULL);
	c->fixture->config.environment = "development";
	c->fixture->config.mail_dir = spool;
	c->fixture->app.http_local = http_client_new(&options);
	c->fixture->app.http_public = http_client_new(&options);
	return receiver != NULL && c->app->http_local != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct client *c = *state;

	fake_server_stop(receiver);
	easypay_client_close(&easypay);
	http_client_free(c->app->http_local);
	http_client_free(c->app->http_public);
	folder_remove(spool);
	return client_teardown(state);
}

static int
begin(void **state)
{
	easypay.script = (struct easypay_client_script){0};
	atomic_store(&answering, true);
	atomic_store(&asked, 0);
	return client_begin(state);
}

#define outage_test(function) cmocka_unit_test_setup(function, begin)

/* Refuse new connections, and end existing ones. */
static void
let_in(struct client *c, bool open)
{
	const char *super = getenv("COWRY_DATABASE_SUPERUSER_URL");
	const char *name = c->fixture->name;

	fixture_sql(super, client_text(c, "ALTER DATABASE %s ALLOW_CONNECTIONS %s", name,
				       open ? "true" : "false"));
	if (!open)
		fixture_sql(super, client_text(c,
					       "SELECT pg_terminate_backend(pid)"
					       "  FROM pg_stat_activity WHERE datname = '%s'",
					       name));
}

/* Milliseconds until the condition is true; DEADLINE_MS if it never is. */
static int64_t
until(struct client *c, const char *sql)
{
	int64_t begun_ns = clock_monotonic_ns();
	int64_t ms = 0;

	while (ms < DEADLINE_MS && strcmp(client_value(c, "%s", sql), "t") != 0) {
		pause_ms(20);
		ms = (clock_monotonic_ns() - begun_ns) / 1000000;
	}
	return ms;
}

static void
subscribe(struct client *c)
{
	struct answer a = client_call(
		c, "POST", client_text(c, "/v1/projects/%s/webhooks", acme.project),
		acme.owner.access,
		client_json(c, "{'url':'%s/hook','eventTypes':['wallet.created'],'mode':'test'}",
			    fake_server_url(receiver)));

	expect_status(&a, 201);
}

/* A mail server that accepts connections and never answers; its port. */
static int
mute_server(int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

/* A deposit that is due for a look-up, a mail being sent, and more events than can be delivered
 * at once. */
static void
begin_work(struct client *c)
{
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct ctx ctx = app_ctx(c->app, c->scratch);
	struct answer a = fund(c, "credit", acme.test_key, wallet, "10", "NGN", "away-1",
			       ",'provider':'paystack','providerPayload':{'email':'a@b.example'}");

	expect_status(&a, 201);
	easypay.script = (struct easypay_client_script){
		.state = "success", .amount = "1000", .asked = wait_to_answer};
	subscribe(c);
	for (int i = 0; i < WALLETS; i++)
		(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	client_sql(c, "DELETE FROM cowry.mail; DELETE FROM cowry.job WHERE kind = 'mail';"
		      "UPDATE cowry.job SET due_at = now()");
	assert_int_equal(outbox_add(&ctx, "zoe@example.com", "A code", "123456", LIFETIME_S),
			 ERR_OK);
}

static void
test_outage(void **state)
{
	struct client *c = *state;
	struct config *config = &c->fixture->config;
	struct runner *runner;
	int port;
	int mute = mute_server(&port);

	begin_work(c);
	atomic_store(&answering, false);
	config->smtp_url = client_text(c, "smtp://127.0.0.1:%d", port);
	runner = runner_start(c->app, list);
	assert_non_null(runner);
	/* Six deliveries, the look-up and the mail are in progress; the other deliveries wait. */
	assert_true(until(c, "SELECT count(*) = 2 AND count(*) FILTER (WHERE kind = 'mail') = 1"
			     "  FROM cowry.job WHERE claimed_until > now()") < DEADLINE_MS);
	for (int ms = 0; ms < DEADLINE_MS && atomic_load(&asked) < AT_ONCE + 1; ms += 5)
		pause_ms(5);
	let_in(c, false);
	config->smtp_url = "";
	(void)close(mute);
	atomic_store(&answering, true);
	pause_ms(AWAY_MS);
	let_in(c, true);
	assert_true(until(c,
			  "SELECT (SELECT count(*) FROM cowry.webhook_delivery"
			  "         WHERE status = 'delivered') = 9"
			  "   AND (SELECT count(*) FROM cowry.mail WHERE sent_at IS NULL) = 0"
			  "   AND (SELECT status FROM cowry.payment) = 'completed'") < BUDGET_MS);
	assert_true(runner_stop(runner, PATIENCE_MS));
	/* Outside effects happened once. */
	assert_int_equal(fake_server_count(receiver), WALLETS);
	assert_int_equal(atomic_load(&asked), WALLETS + 1);
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.webhook_delivery"
					    " WHERE attempts <> 1"),
			    "0");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.job"), "0");
}

/* Of concurrent attempts, by runners that lost what they held, the first outcome counts and the others
 * change nothing. */
static void
test_one_outcome(void **state)
{
	enum { RUNNERS = 3 };
	struct client *c = *state;
	struct ctx ctx = app_ctx(c->app, c->scratch);
	struct sender *senders[RUNNERS];
	size_t before = fake_server_count(receiver);
	bool busy;

	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	atomic_store(&answering, false);
	for (size_t i = 0; i < RUNNERS; i++) {
		client_sql(c, "UPDATE cowry.webhook_lane SET held_until = '-infinity'");
		senders[i] = sender_new(c->app);
		assert_int_equal(sender_round(&ctx, senders[i], &busy), ERR_OK);
		assert_true(busy);
	}
	assert_true(fake_server_wait(receiver, before + RUNNERS));
	atomic_store(&answering, true);
	for (size_t i = 0; i < RUNNERS; i++) {
		assert_int_equal(sender_finish(&ctx, senders[i]), ERR_OK);
		sender_free(senders[i]);
	}
	assert_string_equal(client_value(c, "SELECT status || ' ' || attempts"
					    "  FROM cowry.webhook_delivery"
					    " ORDER BY delivery_id DESC LIMIT 1"),
			    "delivered 1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		outage_test(test_outage),
		outage_test(test_one_outcome),
		outage_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
