/* Mail of the queue, sent by an SMTP server that works, fails, or does not answer. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "app/events/outbox.h"
#include "base/log.h"
#include "jobs/job.h"
#include "net/mail.h"
#include "runtime/app.h"
#include "tests/support/cmocka.h"
#include "tests/support/fixture.h"
#include "tests/support/keys.h"
#include "tests/support/process.h"
#include "tests/support/vectors.h"

enum { DEADLINE_MS = 20000, LIFETIME_S = 600 };

#define SUBJECT "Überweisung von 5 € bestätigt"
#define BODY    "Hello Zoë,\n\n.\n..two dots\n.end\nlines\n\n\xf0\x9f\x90\x9a\n"

static char home[FOLDER_MAX]; /* of the server */
static char spool[FOLDER_MAX];
static char url[64];
static char ca_file[FOLDER_PATH_MAX];
static pid_t server;
static int kept; /* messages that the server has by now */

static void
pause_a_little(void)
{
	(void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
}

static bool
wait_for_port(int64_t *port)
{
	char path[FOLDER_PATH_MAX];

	for (int ms = 0; ms < DEADLINE_MS && waitpid(server, NULL, WNOHANG) == 0; ms += 10) {
		size_t length = 0;
		char *text = read_whole(folder_path(path, home, "port"), &length);
		bool there = text != NULL && (*port = strtol(text, NULL, 10)) > 0;

		free(text);
		if (there)
			return true;
		pause_a_little();
	}
	return false;
}

static bool
start_server(void)
{
	char program[FOLDER_PATH_MAX];
	const char *source = getenv("srcdir");
	int64_t port = 0;

	(void)snprintf(program, sizeof(program), "%s/tests/support/smtp.py",
		       source != NULL ? source : ".");
	server = process_fork();
	if (server == 0) {
		(void)dup2(STDERR_FILENO, STDOUT_FILENO);
		(void)execl("/usr/bin/python3", "python3", program, home, (char *)NULL);
		_exit(127);
	}
	if (!wait_for_port(&port))
		return false;
	(void)snprintf(url, sizeof(url), "smtp://localhost:%d", (int)port);
	return true;
}

static int
setup(void **state)
{
	struct fixture *f;

	if (fixture_setup(state) != 0)
		return -1;
	f = *state;
	f->app.keys = test_keyring();
	f->config.smtp_url = url;
	f->config.smtp_user = "cowry";
	f->config.smtp_password = "correct-horse-42";
	f->config.smtp_ca_file = folder_path(ca_file, home, "cert.pem");
	f->config.mail_from = "cowry@pay.example";
	return f->app.keys != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	keyring_free(f->app.keys);
	return fixture_teardown(state);
}

static int
begin(void **state)
{
	struct fixture *f = *state;

	fixture_sql(f->superuser_url, "TRUNCATE cowry.job, cowry.mail");
	fault_clear(&f->ctx.fault);
	return 0;
}

static void
behave(const char *mode)
{
	assert_true(folder_write(home, "mode", mode, 0644));
}

static void
add(struct fixture *f, int64_t lifetime_s)
{
	assert_int_equal(outbox_add(&f->ctx, "zoe@example.com", SUBJECT, BODY, lifetime_s), ERR_OK);
}

/* Mail to a domain that can't exist is not even stored. */
static void
test_no_mailbox(void **state)
{
	struct fixture *f = *state;
	static const char count[] = "SELECT count(*) FROM cowry.mail";
	static const char *const nobody[] = {"proof@cowry.invalid", "proof@cowry.INVALID"};

	for (size_t i = 0; i < 2; i++)
		assert_int_equal(outbox_add(&f->ctx, nobody[i], SUBJECT, BODY, LIFETIME_S), ERR_OK);
	assert_string_equal(fixture_value(f->ctx.arena, f->superuser_url, count), "0");
	assert_int_equal(outbox_add(&f->ctx, "zoe@invalid.example", SUBJECT, BODY, LIFETIME_S),
			 ERR_OK);
	assert_string_equal(fixture_value(f->ctx.arena, f->superuser_url, count), "1");
}

/* What has become of the mail, and of its job. */
static const char *
run(struct fixture *f)
{
	bool found = false;

	fixture_sql(f->superuser_url, "UPDATE cowry.job SET due_at = now()");
	assert_int_equal(queue_run_one(&f->ctx, &queue_mail, &found), ERR_OK);
	assert_true(found);
	return fixture_value(f->ctx.arena, f->superuser_url,
			     "SELECT CASE WHEN sent_at IS NOT NULL THEN 'sent'"
			     " WHEN failed_at IS NOT NULL THEN 'given up' ELSE 'waits' END"
			     " || CASE WHEN body_sealed IS NULL THEN '' ELSE ' with its text' END"
			     " || (SELECT ', jobs: ' || count(*) FROM cowry.job) FROM cowry.mail");
}

#define SENT    "sent, jobs: 0"
#define GONE    "given up, jobs: 0"
#define WAITING "waits with its text, jobs: 1"

/* The text of the next message that the server has kept; NULL for none. */
static char *
next_message(void)
{
	char path[FOLDER_PATH_MAX];
	char name[32];
	size_t length = 0;
	char *text;

	(void)snprintf(name, sizeof(name), "%d.eml", kept + 1);
	text = read_whole(folder_path(path, home, name), &length);
	if (text != NULL)
		kept++;
	return text;
}

/* Byte for byte what was composed. */
static void
expect_arrived(struct fixture *f)
{
	struct mail mail = {.to = "zoe@example.com", .subject = SUBJECT, .body = BODY};
	const char *composed;
	char *text = next_message();

	assert_non_null(text);
	mail.id = fixture_value(f->ctx.arena, f->superuser_url, "SELECT public_id FROM cowry.mail");
	mail.date.us =
		strtoll(fixture_value(f->ctx.arena, f->superuser_url,
				      "SELECT (extract(epoch FROM created_at) * 1000000)::bigint"
				      "  FROM cowry.mail"),
			NULL, 10);
	assert_int_equal(
		mail_compose(f->ctx.arena, &f->ctx.fault, f->config.mail_from, &mail, &composed),
		ERR_OK);
	assert_string_equal(text, composed);
	free(text);
}

static void
test_arrives_as_composed(void **state)
{
	struct fixture *f = *state;

	behave("accept");
	add(f, LIFETIME_S);
	assert_string_equal(run(f), SENT);
	expect_arrived(f);
	assert_null(next_message());
}

static void
test_slow(void **state)
{
	struct fixture *f = *state;

	behave("slow");
	add(f, LIFETIME_S);
	assert_string_equal(run(f), SENT);
	expect_arrived(f);
}

/* Temporary failures are retried, and then the mail arrives. */
static void
test_tried_again(void **state)
{
	static const char *const modes[] = {"later", "full", "cut"};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(modes); i++) {
		(void)begin(state);
		behave(modes[i]);
		add(f, LIFETIME_S);
		assert_string_equal(run(f), WAITING);
		assert_string_equal(run(f), WAITING);
		assert_null(next_message());
		behave("accept");
		assert_string_equal(run(f), SENT);
		expect_arrived(f);
	}
}

/* The server has it, but never confirms: better twice than never. */
static void
test_no_answer(void **state)
{
	struct fixture *f = *state;

	behave("silent");
	add(f, LIFETIME_S);
	assert_string_equal(run(f), WAITING);
	expect_arrived(f);
	behave("accept");
	assert_string_equal(run(f), SENT);
	expect_arrived(f);
}

static void
test_refused_for_good(void **state)
{
	static const char *const modes[] = {"refuse", "unwanted"};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(modes); i++) {
		(void)begin(state);
		behave(modes[i]);
		add(f, LIFETIME_S);
		assert_string_equal(run(f), GONE);
		assert_null(next_message());
	}
}

/* Wrong settings are not the mail's fault. */
static void
test_wrong_settings(void **state)
{
	struct fixture *f = *state;

	behave("accept");
	add(f, LIFETIME_S);
	f->config.smtp_password = "wrong";
	assert_string_equal(run(f), WAITING);
	f->config.smtp_password = "correct-horse-42";
	f->config.smtp_ca_file = "";
	assert_string_equal(run(f), WAITING);
	f->config.smtp_ca_file = ca_file;
	f->config.smtp_url = "smtp://127.0.0.1:9";
	assert_string_equal(run(f), WAITING);
	assert_non_null(strstr(
		fixture_value(f->ctx.arena, f->superuser_url, "SELECT problem FROM cowry.job"),
		"smtp"));
	f->config.smtp_url = url;
	assert_null(next_message());
	assert_string_equal(run(f), SENT);
	expect_arrived(f);
}

static void
test_stale(void **state)
{
	struct fixture *f = *state;

	add(f, LIFETIME_S);
	fixture_sql(f->superuser_url, "UPDATE cowry.mail SET expires_at = now()");
	assert_string_equal(run(f), GONE);
	assert_null(next_message());
}

/* A file for each, where no server is configured. */
static void
test_spool(void **state)
{
	struct fixture *f = *state;
	char path[FOLDER_PATH_MAX];
	const char *id;

	add(f, LIFETIME_S);
	f->config.smtp_url = "";
	f->config.mail_dir = spool;
	assert_string_equal(run(f), SENT);
	f->config.smtp_url = url;
	id = fixture_value(f->ctx.arena, f->superuser_url,
			   "SELECT public_id || '.eml' FROM cowry.mail");
	assert_int_equal(access(folder_path(path, spool, id), R_OK), 0);
}

/* A mail that was sent or removed is nothing to do; an invalid id never will be. */
static void
test_nothing_to_send(void **state)
{
	struct fixture *f = *state;

	behave("accept");
	add(f, LIFETIME_S);
	assert_string_equal(run(f), SENT);
	expect_arrived(f);
	fixture_sql(f->superuser_url, "INSERT INTO cowry.job (kind, subject, due_at)"
				      " SELECT 'mail', public_id, now() FROM cowry.mail");
	assert_string_equal(run(f), SENT);
	assert_null(next_message());
	fixture_sql(f->superuser_url,
		    "INSERT INTO cowry.job (kind, subject, due_at) VALUES ('mail', 'x', now())");
	assert_string_equal(run(f), "sent, jobs: 1");
	assert_string_equal(
		fixture_value(f->ctx.arena, f->superuser_url,
			      "SELECT parked_at IS NOT NULL AND problem <> '' FROM cowry.job"),
		"t");
}

static enum err
add_and_fail(struct ctx *ctx, void *arg)
{
	(void)arg;
	TRY(outbox_add(ctx, "zoe@example.com", SUBJECT, BODY, LIFETIME_S));
	return fault(&ctx->fault, ERR_CONFLICT, NULL, NULL);
}

static void
test_rolled_back(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_transact(&f->ctx, add_and_fail, NULL), ERR_CONFLICT);
	assert_string_equal(fixture_value(f->ctx.arena, f->superuser_url,
					  "SELECT (SELECT count(*) FROM cowry.mail) +"
					  " (SELECT count(*) FROM cowry.job)"),
			    "0");
}

#define smtp_test(function) cmocka_unit_test_setup(function, begin)

static int
run_all(void)
{
	const struct CMUnitTest tests[] = {
		smtp_test(test_arrives_as_composed),
		smtp_test(test_slow),
		smtp_test(test_tried_again),
		smtp_test(test_no_answer),
		smtp_test(test_refused_for_good),
		smtp_test(test_wrong_settings),
		smtp_test(test_no_mailbox),
		smtp_test(test_stale),
		smtp_test(test_spool),
		smtp_test(test_nothing_to_send),
		smtp_test(test_rolled_back),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

int
main(void)
{
	int failed = 1;

	log_open("test", LOG_LEVEL_ERROR);
	if (!folder_make(home) || !folder_make(spool))
		return 1;
	if (start_server()) {
		failed = run_all();
		(void)kill(server, SIGTERM);
		(void)waitpid(server, NULL, 0);
	} else {
		(void)printf("1..0 # SKIP no SMTP server: python3-aiosmtpd is missing\n");
		failed = 0;
	}
	folder_remove(home);
	folder_remove(spool);
	return failed;
}
