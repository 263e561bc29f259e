/* Orders of statements as PDF: how many there may be, what happens to the job that makes them, and their end. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "app/wallet/statement_file.h"
#include "app/wallet/user_wallet.h"
#include "tests/support/statement_scene.h"

static void
test_same_order(void **state)
{
	struct client *c = *state;
	struct answer a = order(c, acme.test_key, wallet, day(c, 1));
	const char *id = answer_at(&a, "data.id");

	assert_null(answer_header(&a, "Idempotent-Replayed"));
	a = order(c, acme.test_key, wallet, day(c, 1));
	expect_status(&a, 202);
	expect_text(&a, "data.id", id);
	assert_string_equal(answer_header(&a, "Idempotent-Replayed"), "true");
	a = order(c, admin.access, wallet, day(c, 1));
	assert_string_not_equal(answer_at(&a, "data.id"), id);
	assert_true(run_job(c));
	a = order(c, acme.test_key, wallet, day(c, 1));
	assert_string_not_equal(answer_at(&a, "data.id"), id);
}

static void
test_idempotency(void **state)
{
	struct client *c = *state;
	struct ask ask = {.method = "POST",
			  .target = client_text(c, "/v1/wallets/%s/statements", wallet),
			  .credential = acme.test_key,
			  .idempotency_key = "statement-1",
			  .body = "{}"};
	struct answer a = client_send(c, &ask);
	const char *id = answer_at(&a, "data.id");

	expect_status(&a, 202);
	assert_true(run_job(c));
	a = client_send(c, &ask);
	expect_status(&a, 202);
	expect_text(&a, "data.id", id);
	expect_text(&a, "data.status", "queued");
	ask.body = client_json(c, "%s", day(c, 1));
	a = client_send(c, &ask);
	expect_refusal(&a, 422, "IDEMPOTENCY_MISMATCH");
}

/* Nor are there two that are the same, if they are ordered at once. */
static void
test_same_at_once(void **state)
{
	enum { ORDERS = 4 };
	struct client *c = *state;
	struct ask asks[ORDERS];
	int statuses[ORDERS];

	for (int i = 0; i < ORDERS; i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = client_text(c, "/v1/wallets/%s/statements", wallet),
			.credential = acme.test_key,
			.body = client_json(c, "%s", day(c, 1)),
		};
	client_at_once(c, asks, ORDERS, statuses);
	assert_int_equal(count_status(statuses, ORDERS, 202), ORDERS);
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.wallet_statement"), "1");
}

/* Five that are not ready, however many are ordered at once; a user and a project do not count together. */
static void
test_limit(void **state)
{
	enum { ORDERS = 8 };
	struct client *c = *state;
	struct ask asks[ORDERS];
	int statuses[ORDERS];
	struct answer a;

	for (int i = 0; i < ORDERS; i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = client_text(c, "/v1/wallets/%s/statements", wallet),
			.credential = acme.test_key,
			.body = client_json(c, "%s", day(c, i + 1)),
		};
	client_at_once(c, asks, ORDERS, statuses);
	assert_int_equal(count_status(statuses, ORDERS, 202), STATEMENTS_OPEN_MAX);
	assert_int_equal(count_status(statuses, ORDERS, 429), ORDERS - STATEMENTS_OPEN_MAX);
	a = order(c, acme.test_key, wallet, day(c, 20));
	expect_refusal(&a, 429, "TOO_MANY_STATEMENTS");
	assert_non_null(answer_header(&a, "Retry-After"));
	a = order(c, admin.access, wallet, day(c, 20));
	expect_status(&a, 202);
	assert_true(run_job(c));
	a = order(c, acme.test_key, wallet, day(c, 20));
	expect_status(&a, 202);
}

/* What is kept has a limit, too. */
static void
test_kept(void **state)
{
	struct client *c = *state;
	struct answer a = made(c, wallet);

	client_sql(c, "UPDATE cowry.wallet_statement SET lines = %d", STATEMENT_KEPT_LINES_MAX - 2);
	a = order(c, acme.test_key, wallet, "{}");
	expect_refusal(&a, 429, "TOO_MANY_STATEMENTS");
	a = order(c, acme.test_key, wallet, day(c, 1));
	expect_status(&a, 202);
	client_sql(c, "UPDATE cowry.wallet_statement SET expires_at = clock_timestamp()"
		      " WHERE expires_at IS NOT NULL");
	a = order(c, acme.test_key, wallet, "{}");
	expect_status(&a, 202);
}

/* What a runner had done before it was killed is not shown, and gone with the next attempt. */
static void
test_killed(void **state)
{
	struct client *c = *state;
	struct answer a = order(c, acme.test_key, wallet, "{}");
	const char *id = answer_at(&a, "data.id");

	client_sql(c, "UPDATE cowry.wallet_statement SET status = 'running', attempt = 1,"
		      " lines_done = 2");
	client_sql(
		c,
		"INSERT INTO cowry.statement_file (statement_id, number, public_id, lines, bytes)"
		" SELECT statement_id, 1, '" NOBODY "', 2, 100 FROM cowry.wallet_statement");
	a = look(c, acme.test_key, wallet, id);
	expect_text(&a, "data.status", "running");
	expect_text(&a, "data.linesDone", "2");
	assert_int_equal(answer_count(&a, "data.files"), 0);
	assert_true(run_job(c));
	a = look(c, acme.test_key, wallet, id);
	expect_text(&a, "data.status", "ready");
	assert_int_equal(answer_count(&a, "data.files"), 1);
	expect_text(&a, "data.files.0.lines", "3");
	assert_string_equal(client_value(c, "SELECT attempt FROM cowry.wallet_statement"), "2");
}

/* A runner that was too slow, and whose job another one has taken, adds nothing any more. */
static void
test_overtaken(void **state)
{
	struct client *c = *state;
	struct answer a = order(c, acme.test_key, wallet, "{}");

	client_sql(c,
		   "CREATE FUNCTION cowry.overtake() RETURNS trigger LANGUAGE plpgsql AS"
		   " $$BEGIN NEW.attempt := NEW.attempt + 1; RETURN NEW; END$$;"
		   "CREATE TRIGGER overtake BEFORE UPDATE OF lines_done ON cowry.wallet_statement"
		   " FOR EACH ROW WHEN (NEW.lines_done = 3) EXECUTE FUNCTION cowry.overtake()");
	assert_true(run_job(c));
	client_sql(c, "DROP TRIGGER overtake ON cowry.wallet_statement;"
		      "DROP FUNCTION cowry.overtake");
	a = look(c, acme.test_key, wallet, answer_at(&a, "data.id"));
	expect_text(&a, "data.status", "running");
	assert_int_equal(answer_count(&a, "data.files"), 0);
}

/* Nobody wants it any more. */
static void
test_gone(void **state)
{
	struct client *c = *state;
	struct answer a = order(c, acme.test_key, wallet, "{}");

	expect_status(&a, 202);
	delete_statements(c);
	assert_true(run_job(c));
	assert_false(run_job(c));
}

static void
falsify(struct client *c, const char *what)
{
	client_sql(c, "SET session_replication_role = replica; UPDATE cowry.posting %s", what);
}

/* Books that do not add up are shown to nobody. */
static void
test_wrong_books(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "77");
	struct answer a = order(c, acme.test_key, from, "{}");
	const char *id = answer_at(&a, "data.id");

	falsify(c, "SET amount = 7701 WHERE amount = 7700");
	for (int i = 0; i < queue_statement.tries_max; i++) {
		a = look(c, acme.test_key, from, id);
		expect_text(&a, "data.status", i == 0 ? "queued" : "running");
		assert_true(run_job(c));
	}
	falsify(c, "SET amount = 7700 WHERE amount = 7701");
	assert_false(run_job(c));
	a = look(c, acme.test_key, from, id);
	expect_text(&a, "data.status", "failed");
	assert_int_equal(answer_count(&a, "data.files"), 0);
	assert_non_null(answer_at(&a, "data.expiresAt"));
	client_sql(c, "UPDATE cowry.job SET parked_at = NULL, attempts = 0"); /* the operator */
	assert_true(run_job(c));
	a = look(c, acme.test_key, from, id);
	expect_text(&a, "data.status", "ready");
}

/* What can't be read any more is not tried again. */
static void
test_archived(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "78");
	struct answer a = order(c, acme.test_key, from, "{}");

	falsify(c, "SET to_sequence = 1000 WHERE amount = 7800");
	assert_true(run_job(c));
	falsify(c, "SET to_sequence = 1 WHERE amount = 7800");
	assert_false(run_job(c));
	a = look(c, acme.test_key, from, answer_at(&a, "data.id"));
	expect_text(&a, "data.status", "failed");
}

static void
expire_since(struct client *c, const char *ago)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);
	bool found;

	client_sql(
		c,
		"UPDATE cowry.wallet_statement SET expires_at = clock_timestamp() - interval '%s'",
		ago);
	assert_int_equal(statement_file_forget(&ctx, &found), ERR_OK);
	assert_false(found);
}

static const char *
kept_rows(struct client *c)
{
	return client_value(c, "SELECT (SELECT count(*) FROM cowry.wallet_statement) || ' ' ||"
			       " (SELECT count(*) FROM cowry.statement_file) || ' ' ||"
			       " (SELECT count(*) FROM cowry.statement_piece)");
}

/* A download that began in time may take an hour. */
static void
test_expired(void **state)
{
	struct client *c = *state;
	struct answer a = made(c, wallet);

	expire_since(c, "59 minutes");
	expect_no_file(c, file_path(c, &a, 0));
	assert_string_equal(kept_rows(c), "1 1 1");
	expire_since(c, "61 minutes");
	assert_string_equal(kept_rows(c), "0 0 0");
}

/* An empty wallet of a user. */
static const char *
personal_wallet(struct client *c, const struct person *who)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);
	const char *id =
		client_value(c, "SELECT user_id FROM cowry.users WHERE public_id = '%s'", who->id);
	struct user_wallet own;

	assert_int_equal(user_wallet(&ctx, strtol(id, NULL, 10), currency_find("ZAR"), &own),
			 ERR_OK);
	return client_value(c,
			    "SELECT a.public_id FROM cowry.account a JOIN cowry.wallet w USING"
			    " (account_id) WHERE w.user_id = %s",
			    id);
}

/* Files go with the account: of a project's owner, and of a user with a wallet. */
static void
test_erased(void **state)
{
	struct client *c = *state;
	struct tenant leaving = tenant_new(c, "leaving");
	struct person user = person_new(c, "leaving-user@example.com");
	struct answer a = order(c, leaving.test_key, wallet_new(c, leaving.test_key, "NGN"), "{}");
	const char *path;

	expect_status(&a, 202);
	a = order(c, user.access, personal_wallet(c, &user), "{}");
	expect_status(&a, 202);
	assert_true(run_job(c));
	assert_true(run_job(c));
	a = look(c, user.access, answer_at(&a, "data.walletId"), answer_at(&a, "data.id"));
	path = file_path(c, &a, 0);
	assert_string_equal(kept_rows(c), "2 2 2");
	a = client_call(c, "DELETE", client_text(c, "/v1/users/%s", user.id), admin.access, NULL);
	expect_status(&a, 204);
	assert_string_equal(kept_rows(c), "1 1 1");
	expect_no_file(c, path);
	a = client_call(c, "DELETE", client_text(c, "/v1/users/%s", leaving.owner.id), admin.access,
			NULL);
	expect_status(&a, 204);
	assert_string_equal(kept_rows(c), "0 0 0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		statement_test(test_same_order),  statement_test(test_same_at_once),
		statement_test(test_idempotency), statement_test(test_limit),
		statement_test(test_kept),        statement_test(test_killed),
		statement_test(test_overtaken),   statement_test(test_gone),
		statement_test(test_wrong_books), statement_test(test_archived),
		statement_test(test_expired),     statement_test(test_erased),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, statement_setup, client_teardown);
}
