/* Credit and debit through a provider: correct under every fault that a provider can show. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "api/pocket/pocket.h"
#include "app/payment/payment.h"
#include "base/arena.h"
#include "jobs/job.h"
#include "queue/queue.h"
#include "runtime/app.h"
#include "tests/support/easypay_client.h"

static struct easypay_client easypay;
static struct tenant acme;
static struct tenant other;

static int
setup(void **state)
{
	if (tenants_setup(state, &acme, &other) != 0)
		return -1;
	easypay_client_open(*state, &easypay);
	return 0;
}

static int
teardown(void **state)
{
	easypay_client_close(&easypay);
	return client_teardown(state);
}

static int
begin(void **state)
{
	easypay.script = (struct easypay_client_script){0};
	return client_begin(state);
}

#define easypay_test(function) cmocka_unit_test_setup(function, begin)

static struct answer
deposit(struct client *c, const char *wallet, const char *amount, const char *reference)
{
	return fund(c, "credit", acme.test_key, wallet, amount, "NGN", reference,
		    ",'provider':'paystack','providerPayload':{'email':'ada@example.com'}");
}

static struct answer
withdraw(struct client *c, const char *wallet, const char *amount, const char *reference)
{
	return fund(c, "debit", acme.test_key, wallet, amount, "NGN", reference,
		    ",'provider':'paystack','providerPayload':{'recipient':'RCP_1'}");
}

/* Paystack's report about the order with a client's reference. */
static struct answer
tell(struct client *c, bool withdrawal, const char *outcome, const char *reference,
     const char *amount, const char *currency)
{
	struct easypay_client_webhook webhook = easypay_client_webhook(
		c, "paystack", withdrawal, outcome, easypay_client_reference(c, reference), amount,
		currency, OWN_KEY);

	return easypay_client_send(c, &webhook);
}

/* A reference that is also safe in SQL. */
static const char *
status_of(struct client *c, const char *reference)
{
	return client_value(c,
			    "SELECT status FROM cowry.payment WHERE reference = '%s'"
			    " ORDER BY payment_id DESC LIMIT 1",
			    reference);
}

static void
expect_balance(struct client *c, const char *wallet, const char *ledger, const char *held)
{
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), ledger);
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "held"), held);
}

static struct ctx
ctx_of(struct client *c)
{
	return app_ctx(c->app, c->scratch);
}

static struct uuid
payment_id(struct client *c, const char *reference)
{
	struct uuid id;

	assert_true(uuid_parse(&id, client_value(c,
						 "SELECT public_id FROM cowry.payment"
						 " WHERE reference = '%s'"
						 " ORDER BY payment_id DESC LIMIT 1",
						 reference)));
	return id;
}

/* Whether it is settled. */
static bool
look_up(struct client *c, const char *reference)
{
	struct ctx ctx = ctx_of(c);
	bool settled;

	assert_int_equal(payment_look_up(&ctx, payment_id(c, reference), &settled), ERR_OK);
	return settled;
}

static void
make_older(struct client *c, const char *reference, const char *interval)
{
	client_sql(c,
		   "UPDATE cowry.payment SET created_at = created_at - interval '%s'"
		   " WHERE reference = '%s'",
		   interval, reference);
}

struct decision {
	struct uuid id;
	bool approved;
};

static enum err
decide_in_transaction(struct ctx *ctx, void *arg)
{
	const struct decision *decision = arg;

	return payment_decide(ctx, decision->id, decision->approved);
}

static enum err
decide(struct client *c, const char *reference, bool approved)
{
	struct ctx ctx = ctx_of(c);
	struct decision decision = {payment_id(c, reference), approved};

	return db_transact(&ctx, decide_in_transaction, &decision);
}

static size_t
reviews(struct client *c, const char *reference)
{
	char id[UUID_TEXT_MAX];

	return (size_t)atoi(client_value(c,
					 "SELECT count(*) FROM cowry.review WHERE subject = '%s'"
					 " AND status = 'open'",
					 uuid_text(id, payment_id(c, reference))));
}

static void
test_deposit(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a = deposit(c, wallet, "1000.50", "dep-1");
	const char *id;

	expect_status(&a, 201);
	expect_text(&a, "data.status", "pending");
	expect_text(&a, "data.type", "credit");
	expect_text(&a, "data.amount", "1000.50");
	expect_text(&a, "data.walletId", wallet);
	expect_text(&a, "data.reference", "dep-1");
	expect_text(&a, "data.provider.name", "paystack");
	expect_text(&a, "data.provider.reference", easypay_client_reference(c, "dep-1"));
	expect_text(&a, "data.provider.authorization_url", "https://pay.test/x");
	expect_text(&a, "data.provider.checkoutUrl", "https://pay.test/x");
	expect_text(&a, "data.provider.data.authorization_url", "https://pay.test/x");
	assert_null(answer_at(&a, "data.provider.data.checkoutUrl"));
	id = answer_at(&a, "data.id");
	expect_balance(c, wallet, "0.00", "0.00");
	a = tell(c, false, "success", "dep-1", "1000.50", "NGN");
	expect_status(&a, 200);
	expect_balance(c, wallet, "1000.50", "0.00");
	a = client_call(c, "GET", client_text(c, "/v1/payments/%s", id), acme.test_key, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.status", "completed");
	assert_string_not_equal(answer_at(&a, "data.transactionId"), "null");
	assert_string_not_equal(answer_at(&a, "data.settledAt"), "null");
	/* The very same webhook, and another one about the same, change nothing. */
	(void)tell(c, false, "success", "dep-1", "1000.50", "NGN");
	(void)tell(c, false, "failed", "dep-1", "1000.50", "NGN");
	expect_balance(c, wallet, "1000.50", "0.00");
	assert_string_equal(status_of(c, "dep-1"), "completed");
	a = client_call(c, "GET", client_text(c, "/v1/wallets/%s/transactions", wallet),
			acme.test_key, NULL);
	expect_text(&a, "data.0.reference", "dep-1");
	expect_text(&a, "data.0.type", "credit");
}

static void
test_at_all_four(void **state)
{
	static const char *const names[] = {"paystack", "flutterwave", "paga", "fingra"};
	static const char payload[] = "'email':'ada@example.com','account_bank':'044',"
				      "'account_number':'0690000031','bank_code':'044',"
				      "'accountNumber':'0690000031','bankCode':'044'";
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");

	for (size_t i = 0; i < 4; i++) {
		const char *in = client_text(c, "four-in-%s", names[i]);
		const char *out = client_text(c, "four-out-%s", names[i]);
		const char *more = client_text(c, ",'provider':'%s','providerPayload':{%s}",
					       names[i], payload);
		struct easypay_client_webhook webhook;
		struct answer a =
			fund(c, "credit", acme.test_key, wallet, "25.50", "NGN", in, more);

		expect_status(&a, 201);
		assert_non_null(answer_at(&a, "data.provider.checkoutUrl"));
		webhook = easypay_client_webhook(c, names[i], false, "success",
						 easypay_client_reference(c, in), "25.50", "NGN",
						 OWN_KEY);
		a = easypay_client_send(c, &webhook);
		expect_status(&a, 200);
		assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "25.50");
		a = fund(c, "debit", acme.test_key, wallet, "25.50", "NGN", out, more);
		expect_status(&a, 201);
		expect_text(&a, "data.status", "pending");
		assert_string_equal(wallet_balance(c, acme.test_key, wallet, "held"), "25.50");
		webhook = easypay_client_webhook(c, names[i], true, "success",
						 easypay_client_reference(c, out), "25.50", "NGN",
						 OWN_KEY);
		a = easypay_client_send(c, &webhook);
		expect_status(&a, 200);
		assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "0.00");
		assert_string_equal(wallet_balance(c, acme.test_key, wallet, "held"), "0.00");
	}
}

static void
test_withdrawal(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a = withdraw(c, wallet, "60", "wdr-1");

	expect_status(&a, 201);
	expect_text(&a, "data.status", "pending");
	expect_text(&a, "data.type", "debit");
	expect_balance(c, wallet, "100.00", "60.00");
	a = withdraw(c, wallet, "60", "wdr-2");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = transfer(c, acme.test_key, wallet, wallet_new(c, acme.test_key, "NGN"), "60",
		     fresh_reference(c), "");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = tell(c, true, "success", "wdr-1", "60", "NGN");
	expect_status(&a, 200);
	expect_balance(c, wallet, "40.00", "0.00");
	a = withdraw(c, wallet, "40", "wdr-2");
	expect_status(&a, 201);
	a = tell(c, true, "failed", "wdr-2", "40", "NGN");
	expect_status(&a, 200);
	expect_balance(c, wallet, "40.00", "0.00");
	assert_string_equal(status_of(c, "wdr-2"), "failed");
	/* Failed: the reference is free again. */
	a = withdraw(c, wallet, "30", "wdr-2");
	expect_status(&a, 201);
	expect_balance(c, wallet, "40.00", "30.00");
}

/* A payment through a provider has left the ledger: no reversal returns it. */
static void
test_not_reversed(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a = withdraw(c, wallet, "60", "final-1");

	expect_status(&a, 201);
	a = tell(c, true, "success", "final-1", "60", "NGN");
	expect_status(&a, 200);
	a = client_call(c, "GET", client_text(c, "/v1/wallets/%s/transactions", wallet),
			acme.test_key, NULL);
	expect_text(&a, "data.0.reference", "final-1");
	a = act(c, acme.test_key, "transactions", answer_at(&a, "data.0.id"), "reverse", "");
	expect_refusal(&a, 422, "NOT_REVERSIBLE");
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "40.00");
}

/* The money of a withdrawal stays held until its outcome is known: neither time nor a client
 * releases it. */
static void
test_hold_is_not_a_clients(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a = withdraw(c, wallet, "60", "wd-held");
	const char *id = client_value(c, "SELECT h.public_id FROM cowry.hold h"
					 " JOIN cowry.payment p USING (hold_id)"
					 " WHERE p.reference = 'wd-held'");

	expect_status(&a, 201);
	assert_string_equal(client_value(c,
					 "SELECT expires_at > now() + interval '50 years'"
					 " FROM cowry.hold WHERE public_id = '%s'",
					 id),
			    "t");
	a = act(c, acme.test_key, "holds", id, "void", "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = act(c, acme.test_key, "holds", id, "capture", "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET", client_text(c, "/v1/holds/%s", id), acme.test_key, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	expect_balance(c, wallet, "100.00", "60.00");
}

static void
test_same_order_again(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a = deposit(c, wallet, "10", "again-1");
	const char *id = answer_at(&a, "data.id");
	size_t calls;

	expect_status(&a, 201);
	calls = fake_server_count(easypay.server);
	a = deposit(c, wallet, "10", "again-1");
	expect_status(&a, 200);
	expect_text(&a, "data.id", id);
	assert_string_equal(answer_header(&a, "Idempotent-Replayed"), "true");
	expect_text(&a, "data.provider.checkoutUrl", "https://pay.test/x");
	assert_int_equal(fake_server_count(easypay.server), calls);
	a = deposit(c, wallet, "11", "again-1");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	/* Pending, and the ledger has no transaction yet: the reference is reserved
	 * nevertheless. */
	a = fund(c, "credit", acme.test_key, wallet, "10", "NGN", "again-1", "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = tell(c, false, "success", "again-1", "10", "NGN");
	expect_status(&a, 200);
	a = fund(c, "credit", acme.test_key, wallet, "10", "NGN", "again-1", "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = deposit(c, wallet, "10", "again-1");
	expect_status(&a, 200);
	expect_text(&a, "data.status", "completed");
	expect_balance(c, wallet, "10.00", "0.00");
	/* The other way round. */
	a = fund(c, "credit", acme.test_key, wallet, "10", "NGN", "again-2", "");
	expect_status(&a, 201);
	a = deposit(c, wallet, "10", "again-2");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	/* An idempotency key returns the first answer, and calls nobody. */
	calls = fake_server_count(easypay.server);
	for (int i = 0; i < 2; i++) {
		a = client_send(
			c, &(struct ask){.method = "POST",
					 .target = "/v1/wallets/credit",
					 .credential = acme.test_key,
					 .idempotency_key = "deposit-key-1",
					 .body = client_json(
						 c,
						 "{'walletId':'%s','amount':'10','currency':'NGN',"
						 "'reference':'again-3','provider':'paystack',"
						 "'providerPayload':{'email':'a@example.com'}}",
						 wallet)});
		expect_status(&a, 201);
	}
	assert_int_equal(fake_server_count(easypay.server), calls + 1);
}

static void
test_many_at_once(void **state)
{
	enum { SAME = 20 };
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a = deposit(c, wallet, "10", "many-1");
	struct easypay_client_webhook webhook;
	struct ask asks[SAME];
	int statuses[SAME];

	expect_status(&a, 201);
	webhook =
		easypay_client_webhook(c, "paystack", false, "success",
				       easypay_client_reference(c, "many-1"), "10", "NGN", OWN_KEY);
	for (size_t i = 0; i < SAME; i++)
		asks[i] = easypay_client_ask(c, &webhook);
	client_at_once(c, asks, SAME, statuses);
	assert_int_equal(count_status(statuses, SAME, 200), SAME);
	expect_balance(c, wallet, "10.00", "0.00");
	/* And 20 orders under one reference are one. */
	for (size_t i = 0; i < SAME; i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = "/v1/wallets/credit",
			.credential = acme.test_key,
			.body = client_json(c,
					    "{'walletId':'%s','amount':'7','currency':'NGN',"
					    "'reference':'many-2','provider':'paystack',"
					    "'providerPayload':{'email':'a@example.com'}}",
					    wallet)};
	client_at_once(c, asks, SAME, statuses);
	assert_int_equal(count_status(statuses, SAME, 201), 1);
	assert_int_equal(count_status(statuses, SAME, 200), SAME - 1);
}

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
test_other_amount(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a = deposit(c, wallet, "10", "less-1");

	expect_status(&a, 201);
	a = tell(c, false, "success", "less-1", "9.99", "NGN");
	expect_status(&a, 200);
	assert_string_equal(status_of(c, "less-1"), "review");
	assert_int_equal(reviews(c, "less-1"), 1);
	expect_balance(c, wallet, "0.00", "0.00");
	/* The reference stays reserved; a later correction is for the review too. */
	a = fund(c, "credit", acme.test_key, wallet, "10", "NGN", "less-1", "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	(void)tell(c, false, "success", "less-1", "10", "NGN");
	expect_balance(c, wallet, "0.00", "0.00");
	assert_int_equal(decide(c, "less-1", true), ERR_OK);
	expect_balance(c, wallet, "9.99", "0.00");
	assert_int_equal(decide(c, "less-1", true), ERR_CONFLICT);
	/* Another currency can't be posted at all. */
	a = deposit(c, wallet, "10", "less-2");
	expect_status(&a, 201);
	(void)tell(c, false, "success", "less-2", "10", "USD");
	assert_string_equal(status_of(c, "less-2"), "review");
	assert_int_equal(decide(c, "less-2", true), ERR_CURRENCY_MISMATCH);
	assert_int_equal(decide(c, "less-2", false), ERR_OK);
	assert_string_equal(status_of(c, "less-2"), "failed");
	/* Nor one that nobody knows. */
	a = deposit(c, wallet, "10", "less-3");
	expect_status(&a, 201);
	(void)tell(c, false, "success", "less-3", "10", "XQX");
	assert_string_equal(status_of(c, "less-3"), "review");
	assert_int_equal(decide(c, "less-3", true), ERR_CONFLICT);
	expect_balance(c, wallet, "9.99", "0.00");
	/* By look-up it is the same. */
	a = deposit(c, wallet, "10", "less-4");
	expect_status(&a, 201);
	easypay.script = (struct easypay_client_script){.state = "success", .amount = "999"};
	assert_true(look_up(c, "less-4"));
	assert_string_equal(status_of(c, "less-4"), "review");
	expect_balance(c, wallet, "9.99", "0.00");
}

/* As administrators do it. */
static void
test_review(void **state)
{
	struct client *c = *state;
	struct person root = person_admin(c, "root@example.com");
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a = deposit(c, wallet, "10", "admin-1");
	const char *path;

	expect_status(&a, 201);
	(void)tell(c, false, "success", "admin-1", "12.50", "NGN");
	a = client_call(c, "GET", "/v1/admin/reviews?kind=payment&status=open", root.access, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.0.detail.asked", "10.00");
	expect_text(&a, "data.0.detail.paid", "12.50");
	expect_text(&a, "data.0.detail.providerReference", easypay_client_reference(c, "admin-1"));
	path = client_text(c, "/v1/admin/reviews/%s/approve", answer_at(&a, "data.0.id"));
	a = client_call(c, "POST", path, acme.owner.access, "{}");
	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "POST", path, root.access, "{\"note\":\"he paid more\"}");
	expect_status(&a, 200);
	expect_balance(c, wallet, "12.50", "0.00");
	assert_string_equal(status_of(c, "admin-1"), "completed");
	a = client_call(c, "POST", path, root.access, "{}");
	expect_refusal(&a, 409, "CONFLICT");
	expect_balance(c, wallet, "12.50", "0.00");
}

/* More was paid out than requested: the wallet pays it, if an administrator approves and it can. */
static void
test_other_amount_out(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a = withdraw(c, wallet, "60", "more-1");

	expect_status(&a, 201);
	(void)tell(c, true, "success", "more-1", "61", "NGN");
	assert_string_equal(status_of(c, "more-1"), "review");
	expect_balance(c, wallet, "100.00", "60.00");
	assert_int_equal(decide(c, "more-1", true), ERR_OK);
	expect_balance(c, wallet, "39.00", "0.00");
	a = withdraw(c, wallet, "39", "more-2");
	expect_status(&a, 201);
	(void)tell(c, true, "success", "more-2", "40", "NGN");
	assert_int_equal(decide(c, "more-2", true), ERR_INSUFFICIENT_FUNDS);
	expect_balance(c, wallet, "39.00", "39.00");
	a = withdraw(c, wallet, "39", "more-3");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	assert_int_equal(decide(c, "more-2", false), ERR_OK);
	expect_balance(c, wallet, "39.00", "0.00");
	a = withdraw(c, wallet, "39", "more-3");
	expect_status(&a, 201);
	(void)tell(c, true, "success", "more-3", "38", "NGN");
	assert_int_equal(decide(c, "more-3", true), ERR_OK);
	expect_balance(c, wallet, "1.00", "0.00");
}

static void
test_late_success(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a = deposit(c, wallet, "10", "late-1");

	expect_status(&a, 201);
	(void)tell(c, false, "failed", "late-1", "10", "NGN");
	assert_string_equal(status_of(c, "late-1"), "failed");
	/* The reference is used by another transaction by now. */
	a = fund(c, "credit", acme.test_key, wallet, "5", "NGN", "late-1", "");
	expect_status(&a, 201);
	(void)tell(c, false, "success", "late-1", "10", "NGN");
	assert_string_equal(status_of(c, "late-1"), "completed");
	expect_balance(c, wallet, "115.00", "0.00");
	assert_string_equal(client_value(c,
					 "SELECT t.reference LIKE 'late-1/%%' FROM cowry.payment p"
					 " JOIN cowry.transaction t USING (transaction_id)"
					 " WHERE p.reference = 'late-1'"),
			    "t");
	/* Paid out after it was released: the wallet pays again. */
	a = withdraw(c, wallet, "15", "late-2");
	expect_status(&a, 201);
	(void)tell(c, true, "failed", "late-2", "15", "NGN");
	expect_balance(c, wallet, "115.00", "0.00");
	(void)tell(c, true, "success", "late-2", "15", "NGN");
	assert_string_equal(status_of(c, "late-2"), "review");
	assert_int_equal(decide(c, "late-2", true), ERR_OK);
	expect_balance(c, wallet, "100.00", "0.00");
}

/* A plain posting won the race for the reference: the amount paid is posted nevertheless. */
static void
test_lost_race_for_the_reference(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a = deposit(c, wallet, "10", "race-1");

	expect_status(&a, 201);
	client_sql(c, "DELETE FROM cowry.reserved_reference WHERE reference = 'race-1'");
	a = fund(c, "credit", acme.test_key, wallet, "5", "NGN", "race-1", "");
	expect_status(&a, 201);
	client_sql(c, "INSERT INTO cowry.reserved_reference (ledger_id, reference, holder)"
		      " SELECT ledger_id, reference, public_id FROM cowry.payment"
		      " WHERE reference = 'race-1'");
	/* The winner is answered as before. */
	a = fund(c, "credit", acme.test_key, wallet, "5", "NGN", "race-1", "");
	expect_status(&a, 200);
	a = tell(c, false, "success", "race-1", "10", "NGN");
	expect_status(&a, 200);
	expect_balance(c, wallet, "15.00", "0.00");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.reserved_reference"
					    " WHERE reference = 'race-1'"),
			    "0");
}

static void
test_reversal(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct easypay_client_webhook again;
	struct answer a = withdraw(c, wallet, "60", "back-1");

	expect_status(&a, 201);
	(void)tell(c, true, "success", "back-1", "60", "NGN");
	(void)tell(c, true, "reversed", "back-1", "60", "NGN");
	assert_string_equal(status_of(c, "back-1"), "review");
	assert_int_equal(reviews(c, "back-1"), 1);
	expect_balance(c, wallet, "40.00", "0.00");
	/* It was returned. */
	assert_int_equal(decide(c, "back-1", false), ERR_OK);
	expect_balance(c, wallet, "100.00", "0.00");
	assert_string_equal(status_of(c, "back-1"), "failed");
	/* And now it was paid out after all? A reversed payment can't be approved again. */
	again = easypay_client_webhook(c, "paystack", true, "success",
				       easypay_client_reference(c, "back-1"), "60", "NGN", OWN_KEY);
	again = easypay_client_sign(c, "paystack", client_text(c, "%s ", again.body), OWN_KEY);
	a = easypay_client_send(c, &again);
	expect_status(&a, 200);
	assert_string_equal(status_of(c, "back-1"), "review");
	assert_int_equal(decide(c, "back-1", true), ERR_CONFLICT);
	assert_int_equal(decide(c, "back-1", false), ERR_OK);
	expect_balance(c, wallet, "100.00", "0.00");
	/* It did not. */
	a = withdraw(c, wallet, "60", "back-2");
	expect_status(&a, 201);
	(void)tell(c, true, "success", "back-2", "60", "NGN");
	(void)tell(c, true, "failed", "back-2", "60", "NGN");
	assert_int_equal(decide(c, "back-2", true), ERR_OK);
	expect_balance(c, wallet, "40.00", "0.00");
	assert_string_equal(status_of(c, "back-2"), "completed");
	/* Without success before: it simply failed. */
	a = withdraw(c, wallet, "40", "back-3");
	expect_status(&a, 201);
	(void)tell(c, true, "reversed", "back-3", "40", "NGN");
	assert_string_equal(status_of(c, "back-3"), "failed");
	expect_balance(c, wallet, "40.00", "0.00");
}

/* A deposit that can't be posted was paid nevertheless. */
static void
test_frozen_wallet(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a = deposit(c, wallet, "10", "frozen-1");

	expect_status(&a, 201);
	a = withdraw(c, wallet, "60", "frozen-2");
	expect_status(&a, 201);
	client_sql(c, "UPDATE cowry.account SET status = 1 WHERE public_id = '%s'", wallet);
	a = deposit(c, wallet, "10", "frozen-3");
	expect_refusal(&a, 422, "WALLET_INACTIVE");
	(void)tell(c, false, "success", "frozen-1", "10", "NGN");
	assert_string_equal(status_of(c, "frozen-1"), "review");
	(void)tell(c, true, "success", "frozen-2", "60", "NGN");
	assert_string_equal(status_of(c, "frozen-2"), "review");
	expect_balance(c, wallet, "100.00", "60.00");
	a = fund(c, "credit", acme.test_key, wallet, "1", "NGN", "frozen-1", "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	assert_int_equal(decide(c, "frozen-1", true), ERR_WALLET_INACTIVE);
	client_sql(c, "UPDATE cowry.account SET status = 0 WHERE public_id = '%s'", wallet);
	assert_int_equal(decide(c, "frozen-1", true), ERR_OK);
	assert_int_equal(decide(c, "frozen-2", true), ERR_OK);
	expect_balance(c, wallet, "50.00", "0.00");
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

static void
test_dry_run(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	const char *before = books(c);
	size_t calls = fake_server_count(easypay.server);
	struct answer a = fund(c, "debit", acme.test_key, wallet, "60", "NGN", "dry-1",
			       ",'provider':'paystack','dryRun':true");

	expect_status(&a, 201);
	expect_text(&a, "data.status", "pending");
	expect_text(&a, "data.dryRun", "true");
	a = fund(c, "debit", acme.test_key, wallet, "101", "NGN", "dry-1",
		 ",'provider':'paystack','dryRun':true");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	assert_int_equal(fake_server_count(easypay.server), calls);
	assert_string_equal(books(c), before);
	assert_string_equal(status_of(c, "dry-1"), "");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.reserved_reference"
					    " WHERE reference = 'dry-1'"),
			    "0");
}

static void
test_bad_orders(void **state)
{
	static const char more[] =
		",'provider':'paystack','providerPayload':{'email':'a@example.com'}";
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *theirs = wallet_new(c, other.test_key, "NGN");
	const char *before = books(c);
	struct answer a;

	a = fund(c, "credit", acme.test_key, theirs, "1", "NGN", "bad-1", more);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = fund(c, "debit", acme.test_key, NOBODY, "1", "NGN", "bad-1", more);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = fund(c, "credit", acme.test_key, operator_account(c, wallet), "1", "NGN", "bad-1",
		 more);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = fund(c, "credit", acme.live_key, wallet, "1", "NGN", "bad-1", more);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = fund(c, "credit", acme.test_key, wallet, "1", "USD", "bad-1", more);
	expect_refusal(&a, 422, "CURRENCY_MISMATCH");
	a = fund(c, "credit", acme.test_key, wallet, "1.001", "NGN", "bad-1", more);
	expect_field(&a, "amount");
	a = fund(c, "credit", acme.test_key, wallet, "1", "NGN", "bad-1", ",'provider':'monobank'");
	expect_field(&a, "provider");
	a = fund(c, "credit", acme.owner.access, wallet, "1", "NGN", "bad-1", more);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	assert_string_equal(books(c), before);
	assert_string_equal(status_of(c, "bad-1"), "");
}

static void
test_list(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "lister");
	const char *wallet = wallet_new(c, t.test_key, "NGN");
	struct answer a;

	for (int i = 0; i < 3; i++) {
		a = fund(c, "credit", t.test_key, wallet, "1", "NGN", client_text(c, "list-%d", i),
			 ",'provider':'paystack','providerPayload':{'email':'a@example.com'}");
		expect_status(&a, 201);
	}
	a = client_call(c, "GET", "/v1/payments?limit=2", t.test_key, NULL);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.reference", "list-2");
	a = client_call(c, "GET",
			client_text(c, "/v1/payments?limit=2&cursor=%s",
				    answer_at(&a, "pagination.nextCursor")),
			t.test_key, NULL);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.reference", "list-0");
	a = client_call(c, "GET", "/v1/payments?status=completed", t.test_key, NULL);
	assert_int_equal(answer_count(&a, "data"), 0);
	a = client_call(c, "GET", "/v1/payments?status=lost", t.test_key, NULL);
	expect_field(&a, "status");
	a = client_call(c, "GET", "/v1/payments", t.live_key, NULL);
	assert_int_equal(answer_count(&a, "data"), 0);
	a = client_call(c, "GET", client_text(c, "/v1/payments/%s", NOBODY), t.test_key, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET",
			client_text(c, "/v1/payments/%s",
				    client_value(c, "SELECT public_id FROM cowry.payment"
						    " WHERE reference = 'list-0'")),
			other.test_key, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
}

static void
test_routes(void **state)
{
	client_covered(*state, pocket_payments, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		easypay_test(test_deposit),
		easypay_test(test_at_all_four),
		easypay_test(test_withdrawal),
		easypay_test(test_not_reversed),
		easypay_test(test_hold_is_not_a_clients),
		easypay_test(test_same_order_again),
		easypay_test(test_many_at_once),
		easypay_test(test_webhook_before_answer),
		easypay_test(test_time_out),
		easypay_test(test_unknown),
		easypay_test(test_refused),
		easypay_test(test_out_of_reach),
		easypay_test(test_other_amount),
		easypay_test(test_review),
		easypay_test(test_other_amount_out),
		easypay_test(test_late_success),
		easypay_test(test_lost_race_for_the_reference),
		easypay_test(test_reversal),
		easypay_test(test_frozen_wallet),
		easypay_test(test_absent),
		easypay_test(test_lapsed),
		easypay_test(test_queue),
		easypay_test(test_done_at_once),
		easypay_test(test_dry_run),
		easypay_test(test_bad_orders),
		easypay_test(test_list),
		easypay_test(client_books_hold),
		easypay_test(test_routes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
