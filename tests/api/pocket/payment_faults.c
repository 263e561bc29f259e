/* Payments through a provider that answers late, wrongly, or not at all. */
#include "tests/support/cmocka.h"

#include "base/arena.h"
#include "jobs/job.h"
#include "queue/queue.h"
#include "tests/support/payment_scene.h"

struct early {
	struct client client;
	bool withdrawal;
	const char *outcome;
	int status;
};

/* From the provider's own thread, while our call waits for its answer. */
static void
send_early(void *arg, const char *reference)
{
	struct early *early = arg;
	struct client *c = &early->client;
	struct easypay_client_webhook webhook = easypay_client_webhook(
		c, "paystack", early->withdrawal, early->outcome, reference, "10", "NGN", OWN_KEY);
	struct ask ask = easypay_client_ask(c, &webhook);

	early->status = client_exchange(c, &ask).status;
}

static struct early
early_of(struct client *c, bool withdrawal, const char *outcome)
{
	struct early early = {*c, withdrawal, outcome, 0};

	early.client.scratch = arena_new(16 << 20);
	return early;
}

/* The provider reports the result before it has answered the order. */
static void
test_webhook_before_answer(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct early early = early_of(c, false, "success");
	struct answer a;

	easypay.script.meanwhile = send_early;
	easypay.script.arg = &early;
	a = deposit(c, wallet, "10", "early-1");
	expect_status(&a, 201);
	assert_int_equal(early.status, 200);
	expect_text(&a, "data.status", "completed");
	expect_text(&a, "data.provider.checkoutUrl", "https://pay.test/x");
	expect_balance(c, wallet, "110.00", "0.00");
	arena_free(early.client.scratch);
	/* Then the answer gets lost. */
	early = early_of(c, true, "success");
	easypay.script.manner = PEER_RESETS;
	a = withdraw(c, wallet, "10", "early-2");
	expect_status(&a, 201);
	expect_text(&a, "data.status", "completed");
	expect_balance(c, wallet, "100.00", "0.00");
	arena_free(early.client.scratch);
	/* Or contradicts it: the report of the payment counts. */
	early = early_of(c, false, "success");
	easypay.script =
		(struct easypay_client_script){.status = 400,
					       .body = "{\"status\":false,\"message\":\"No\"}",
					       .meanwhile = send_early,
					       .arg = &early};
	a = deposit(c, wallet, "10", "early-3");
	expect_status(&a, 201);
	expect_text(&a, "data.status", "completed");
	expect_balance(c, wallet, "110.00", "0.00");
	arena_free(early.client.scratch);
	/* A failure is told early. */
	early = early_of(c, true, "failed");
	easypay.script = (struct easypay_client_script){.meanwhile = send_early, .arg = &early};
	a = withdraw(c, wallet, "10", "early-4");
	expect_refusal(&a, 422, "PROVIDER_REFUSED");
	expect_balance(c, wallet, "110.00", "0.00");
	arena_free(early.client.scratch);
}

static void
test_time_out(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a;

	easypay.script.manner = PEER_HANGS;
	a = withdraw(c, wallet, "60", "slow-1");
	expect_status(&a, 201);
	expect_text(&a, "data.status", "pending");
	expect_balance(c, wallet, "100.00", "60.00");
	fake_server_release(easypay.server);
	easypay.script.manner = PEER_ANSWERS;
	assert_false(look_up(c, "slow-1"));
	easypay.script.state = "success";
	easypay.script.amount = "6000";
	assert_true(look_up(c, "slow-1"));
	expect_balance(c, wallet, "40.00", "0.00");
	assert_true(look_up(c, "slow-1"));
	a = tell(c, true, "success", "slow-1", "60", "NGN");
	expect_status(&a, 200);
	expect_balance(c, wallet, "40.00", "0.00");
}

/* Half an answer, none at all, a 500, nonsense: the outcome is unknown, so nothing is concluded. */
static void
test_unknown(void **state)
{
	static const struct easypay_client_script scripts[] = {
		{.manner = PEER_HALVES},
		{.manner = PEER_CLOSES},
		{.manner = PEER_RESETS},
		{.status = 500, .body = "{\"status\":false,\"message\":\"oops\"}"},
		{.status = 502, .body = "<html>"},
		{.status = 200, .body = "nonsense"},
		{.status = 200, .body = "{\"status\":\"who knows\"}"},
		{.status = 409, .body = "{\"status\":false,\"message\":\"wait\"}"},
		{.status = 400,
		 .body = "{\"status\":false,\"message\":\"Duplicate Transaction Reference\"}"},
	};
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");

	for (size_t i = 0; i < COUNT(scripts); i++) {
		const char *in = client_text(c, "unknown-in-%zu", i);
		const char *out = client_text(c, "unknown-out-%zu", i);
		struct answer a;

		easypay.script = scripts[i];
		a = deposit(c, wallet, "10", in);
		expect_status(&a, 201);
		expect_text(&a, "data.status", "pending");
		a = withdraw(c, wallet, "10", out);
		expect_status(&a, 201);
		expect_balance(c, wallet, "100.00", "10.00");
		/* The look-ups fail as well: still nothing. */
		assert_false(look_up(c, in));
		fake_server_settle(easypay.server);
		easypay.script =
			(struct easypay_client_script){.state = "success", .amount = "1000"};
		assert_true(look_up(c, in));
		expect_balance(c, wallet, "110.00", "10.00");
		assert_true(look_up(c, out));
		expect_balance(c, wallet, "100.00", "0.00");
	}
}

static void
test_refused(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a;

	easypay.script = (struct easypay_client_script){
		.status = 400, .body = "{\"status\":false,\"message\":\"Your balance is low\"}"};
	a = deposit(c, wallet, "10", "refused-1");
	expect_refusal(&a, 422, "PROVIDER_REFUSED");
	expect_text(&a, "message", "Your balance is low");
	a = withdraw(c, wallet, "10", "refused-2");
	expect_refusal(&a, 422, "PROVIDER_REFUSED");
	expect_balance(c, wallet, "100.00", "0.00");
	assert_string_equal(status_of(c, "refused-2"), "failed");
	assert_string_equal(client_value(c, "SELECT problem FROM cowry.payment"
					    " WHERE reference = 'refused-2'"),
			    "Your balance is low");
	/* The reference is free, for the ledger too. */
	a = fund(c, "debit", acme.test_key, wallet, "10", "NGN", "refused-2", "");
	expect_status(&a, 201);
	easypay.script = (struct easypay_client_script){0};
	a = deposit(c, wallet, "10", "refused-1");
	expect_status(&a, 201);
	/* What it needs is missing: not even asked. */
	a = fund(c, "credit", acme.test_key, wallet, "10", "NGN", "refused-3",
		 ",'provider':'paystack'");
	expect_refusal(&a, 422, "PROVIDER_REFUSED");
}

static void
test_out_of_reach(void **state)
{
	struct client *c = *state;
	struct config *config = &c->fixture->config;
	const char *url = config->sandbox_url;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a;

	config->sandbox_url = "http://127.0.0.1:1";
	a = withdraw(c, wallet, "10", "away-1");
	expect_refusal(&a, 502, "PROVIDER_UNAVAILABLE");
	assert_non_null(answer_header(&a, "Retry-After"));
	expect_balance(c, wallet, "100.00", "0.00");
	assert_string_equal(status_of(c, "away-1"), "failed");
	config->sandbox_url = url;
	a = withdraw(c, wallet, "10", "away-1");
	expect_status(&a, 201);
}

static void
make_older(struct client *c, const char *reference, const char *interval)
{
	client_sql(c,
		   "UPDATE cowry.payment SET created_at = created_at - interval '%s'"
		   " WHERE reference = '%s'",
		   interval, reference);
}

/* "Unknown order" counts after a day; an acknowledged one is put in review. */
static void
test_absent(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a;

	easypay.script.manner = PEER_RESETS;
	a = withdraw(c, wallet, "10", "absent-1");
	expect_status(&a, 201);
	easypay.script.manner = PEER_ANSWERS;
	a = withdraw(c, wallet, "20", "absent-2");
	expect_status(&a, 201);
	a = deposit(c, wallet, "10", "absent-3");
	expect_status(&a, 201);
	easypay.script.absent = true;
	assert_false(look_up(c, "absent-1"));
	assert_false(look_up(c, "absent-2"));
	expect_balance(c, wallet, "100.00", "30.00");
	make_older(c, "absent-1", "25 hours");
	make_older(c, "absent-2", "25 hours");
	make_older(c, "absent-3", "25 hours");
	assert_true(look_up(c, "absent-1"));
	assert_string_equal(status_of(c, "absent-1"), "failed");
	assert_true(look_up(c, "absent-2"));
	assert_string_equal(status_of(c, "absent-2"), "review");
	assert_true(look_up(c, "absent-3"));
	assert_string_equal(status_of(c, "absent-3"), "failed");
	expect_balance(c, wallet, "100.00", "20.00");
	/* It had only been late. */
	(void)tell(c, true, "success", "absent-1", "10", "NGN");
	assert_string_equal(status_of(c, "absent-1"), "review");
	expect_balance(c, wallet, "100.00", "20.00");
}

static void
test_lapsed(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a = deposit(c, wallet, "10", "lapsed-1");

	expect_status(&a, 201);
	a = withdraw(c, wallet, "10", "lapsed-2");
	expect_status(&a, 201);
	easypay.script.state = "abandoned";
	assert_false(look_up(c, "lapsed-1"));
	make_older(c, "lapsed-1", "8 days");
	make_older(c, "lapsed-2", "8 days");
	assert_true(look_up(c, "lapsed-1"));
	assert_string_equal(status_of(c, "lapsed-1"), "failed");
	assert_false(look_up(c, "lapsed-2"));
	expect_balance(c, wallet, "100.00", "10.00");
}

/* The queue asks by itself. */
static void
test_queue(void **state)
{
	struct client *c = *state;
	struct ctx ctx = ctx_of(c);
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a;
	bool found = true;

	client_sql(c, "DELETE FROM cowry.job WHERE kind = 'payment_lookup'");
	a = deposit(c, wallet, "10", "queue-1");
	expect_status(&a, 201);
	assert_int_equal(queue_run_one(&ctx, &queue_payment_lookup, &found), ERR_OK);
	assert_false(found);
	client_sql(c, "UPDATE cowry.job SET due_at = now() WHERE kind = 'payment_lookup'");
	assert_int_equal(queue_run_one(&ctx, &queue_payment_lookup, &found), ERR_OK);
	assert_true(found);
	assert_string_equal(status_of(c, "queue-1"), "pending");
	easypay.script = (struct easypay_client_script){.state = "success", .amount = "1000"};
	client_sql(c, "UPDATE cowry.job SET due_at = now() WHERE kind = 'payment_lookup'");
	assert_int_equal(queue_run_one(&ctx, &queue_payment_lookup, &found), ERR_OK);
	assert_string_equal(status_of(c, "queue-1"), "completed");
	expect_balance(c, wallet, "10.00", "0.00");
	assert_string_equal(
		client_value(c, "SELECT count(*) FROM cowry.job WHERE kind = 'payment_lookup'"),
		"0");
}

/* Done at once: a withdrawal by the provider's report, a deposit by the look-up that follows. */
static void
test_done_at_once(void **state)
{
	static const char done[] = "{\"status\":true,\"message\":\"ok\",\"data\":"
				   "{\"transfer_code\":\"T1\",\"status\":\"success\"}}";
	static const char failed[] = "{\"status\":true,\"message\":\"ok\",\"data\":"
				     "{\"transfer_code\":\"T1\",\"status\":\"failed\"}}";
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a;

	easypay.script.body = done;
	a = withdraw(c, wallet, "10", "once-1");
	expect_status(&a, 201);
	expect_text(&a, "data.status", "completed");
	expect_balance(c, wallet, "90.00", "0.00");
	easypay.script.body = failed;
	a = withdraw(c, wallet, "10", "once-2");
	expect_refusal(&a, 422, "PROVIDER_REFUSED");
	expect_balance(c, wallet, "90.00", "0.00");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		payment_test(test_webhook_before_answer),
		payment_test(test_time_out),
		payment_test(test_unknown),
		payment_test(test_refused),
		payment_test(test_out_of_reach),
		payment_test(test_absent),
		payment_test(test_lapsed),
		payment_test(test_queue),
		payment_test(test_done_at_once),
		payment_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, payment_setup, payment_teardown);
}
