/* Events reach those who asked for them: signed, in order, at least once, and nobody else. */
#include "tests/support/cmocka.h"

#include <libpq-fe.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api/pocket/pocket.h"
#include "app/events/event_stream.h"
#include "app/events/sender.h"
#include "app/wallet/hold.h"
#include "base/arena.h"
#include "ledger/hold.h"
#include "net/http.h"
#include "runtime/app.h"
#include "tests/support/money.h"
#include "tests/support/poll.h"
#include "tests/support/webhook_receiver.h"
#include "json/reader.h"

static struct tenant acme;
static struct receiver *receiver;

static int
setup(void **state)
{
	static const struct http_options local = {
		.connect_timeout_ms = 1000,
		.total_timeout_ms = 1000,
		.answer_max = 262144,
		.at_once = 8,
		.plain = true,
	};
	static const struct http_options public = {
		.connect_timeout_ms = 1000,
		.total_timeout_ms = 1000,
		.answer_max = 262144,
		.at_once = 8,
		.public_only = true,
		.plain = true,
	};
	struct client *c;

	if (tenants_setup(state, &acme, NULL) != 0)
		return -1;
	c = *state;
	c->fixture->config.environment = "development";
	c->fixture->app.http_local = http_client_new(&local);
	c->fixture->app.http_public = http_client_new(&public);
	receiver = receiver_new();
	return c->app->http_local != NULL && c->app->http_public != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct client *c = *state;

	receiver_free(receiver);
	http_client_free(c->app->http_local);
	http_client_free(c->app->http_public);
	return client_teardown(state);
}

struct hook {
	const char *id;
	const char *path;
	const char *secret;
};

static struct hook
subscribe_to(struct client *c, const char *url, const char *types)
{
	const char *path = client_text(c, "/v1/projects/%s/webhooks", acme.project);
	struct answer a = client_call(
		c, "POST", path, acme.owner.access,
		client_json(c, "{'url':'%s','eventTypes':[%s],'mode':'test'}", url, types));
	struct hook hook;

	expect_status(&a, 201);
	hook.id = answer_at(&a, "data.id");
	hook.path = client_text(c, "%s/%s", path, hook.id);
	hook.secret = answer_at(&a, "data.secret");
	return hook;
}

static struct hook
subscribe(struct client *c, const char *types)
{
	return subscribe_to(c, client_text(c, "http://127.0.0.1:%d/hook", receiver_port(receiver)),
			    types);
}

static void
unsubscribe(struct client *c, const struct hook *hook)
{
	struct answer a = client_call(c, "DELETE", hook->path, acme.owner.access, NULL);

	expect_status(&a, 200);
	receiver_reset(receiver);
}

/* What stands in the body of a request. */
static const char *
told(struct client *c, size_t i, const char *path)
{
	struct received received = receiver_at(receiver, i);
	struct answer a = {.status = 200};
	struct fault fault = {0};

	assert_int_equal(json_read(c->scratch, &fault, received.body, received.length, &a.json),
			 ERR_OK);
	return answer_at(&a, path);
}

static const char *
delivery_state(struct client *c, const struct hook *hook, const char *what)
{
	return client_value(c,
			    "SELECT %s FROM cowry.webhook_delivery d JOIN"
			    " cowry.webhook_subscription s USING (subscription_id)"
			    " WHERE s.public_id = '%s' ORDER BY delivery_id LIMIT 1",
			    what, hook->id);
}

static const char *
digest_hex(struct client *c, const void *key, size_t key_length, const char *text)
{
	unsigned char digest[32];
	unsigned length = 0;

	assert_non_null(HMAC(EVP_sha256(), key, (int)key_length, (const unsigned char *)text,
			     strlen(text), digest, &length));
	return hex_encode(c->scratch, digest, length);
}

/* By other means than the product's: OpenSSL's own base64. */
static const char *
standard_signature(struct client *c, const char *secret, const char *message)
{
	unsigned char key[64];
	unsigned char digest[32];
	unsigned length = 0;
	char *text = arena_alloc(c->scratch, 64);

	assert_int_equal(strlen(secret), 6 + 44);
	assert_int_equal(EVP_DecodeBlock(key, (const unsigned char *)secret + 6, 44), 33);
	assert_non_null(HMAC(EVP_sha256(), key, 32, (const unsigned char *)message, strlen(message),
			     digest, &length));
	(void)EVP_EncodeBlock((unsigned char *)text, digest, 32);
	return client_text(c, "v1,%s", text);
}

static void
test_signatures(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.credited'");
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "12.5");
	struct received r;
	const char *at;

	stream_all(c);
	assert_int_equal(deliver_due(c), 1);
	assert_int_equal(receiver_count(receiver), 1);
	r = receiver_at(receiver, 0);
	assert_memory_equal(r.head, "POST /hook HTTP/1.1\r\n", 21);
	assert_string_equal(received_header(c, &r, "content-type"), "application/json");
	assert_memory_equal(received_header(c, &r, "user-agent"), "cowry/", 6);
	assert_memory_equal(received_header(c, &r, "traceparent"), "00-", 3);
	assert_string_equal(received_header(c, &r, "x-webhook-signature"),
			    digest_hex(c, hook.secret, strlen(hook.secret), r.body));
	at = received_header(c, &r, "webhook-timestamp");
	assert_true(llabs(atoll(at) - clock_system().us / SECOND_US) < 60);
	assert_string_equal(received_header(c, &r, "webhook-id"), told(c, 0, "id"));
	assert_string_equal(
		received_header(c, &r, "webhook-signature"),
		standard_signature(c, hook.secret,
				   client_text(c, "%s.%s.%s", told(c, 0, "id"), at, r.body)));
	assert_memory_equal(told(c, 0, "id"), "evt_", 4);
	assert_string_equal(told(c, 0, "type"), "wallet.credited");
	assert_string_equal(told(c, 0, "version"), "1");
	assert_string_equal(told(c, 0, "data.walletId"), wallet);
	assert_string_equal(told(c, 0, "data.amount"), "12.50");
	assert_string_equal(told(c, 0, "data.balance"), "12.50");
	assert_string_equal(told(c, 0, "data.mode"), "test");
	assert_non_null(told(c, 0, "data.sequence"));
	assert_string_equal(delivery_state(c, &hook, "status || ' ' || response_status"),
			    "delivered 200");
	unsubscribe(c, &hook);
}

/* Data stored by a client is delivered with the same values. */
static void
test_free_json(void **state)
{
	struct client *c = *state;
	static const char metadata[] = "{\"a\":[1e400,-0,\"\\u0000\",0.059877586043980635,1e-99]}";
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct hook hook;
	struct answer a;

	stream_all(c);
	hook = subscribe(c, "'wallet.debited','hold.created'");
	a = fund(c, "debit", acme.test_key, wallet, "1", "NGN", fresh_reference(c),
		 client_text(c, ",\"metadata\":%s", metadata));
	expect_status(&a, 201);
	a = hold(c, acme.test_key, wallet, "1", fresh_reference(c),
		 client_text(c, ",\"metadata\":%s", metadata));
	expect_status(&a, 201);
	stream_all(c);
	for (size_t i = 0; i < 2; i++) {
		(void)deliver_due(c);
		assert_non_null(strstr(receiver_at(receiver, i).body, metadata));
		assert_non_null(told(c, i, "data.sequence"));
		assert_string_equal(told(c, i, "data.mode"), "test");
	}
	unsubscribe(c, &hook);
}

/* For a day after a rotation both secrets sign. */
static void
test_rotation(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");
	struct answer a = client_call(c, "POST", client_text(c, "%s/rotate-secret", hook.path),
				      acme.owner.access, NULL);
	const char *fresh = answer_at(&a, "data.secret");
	const char *message;
	struct received r;

	expect_status(&a, 200);
	assert_string_not_equal(fresh, hook.secret);
	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	(void)deliver_due(c);
	r = receiver_at(receiver, 0);
	message = client_text(c, "%s.%s.%s", received_header(c, &r, "webhook-id"),
			      received_header(c, &r, "webhook-timestamp"), r.body);
	assert_string_equal(received_header(c, &r, "webhook-signature"),
			    client_text(c, "%s %s", standard_signature(c, fresh, message),
					standard_signature(c, hook.secret, message)));
	assert_string_equal(received_header(c, &r, "x-webhook-signature"),
			    digest_hex(c, fresh, strlen(fresh), r.body));
	assert_string_equal(received_header(c, &r, "x-webhook-signature-previous"),
			    digest_hex(c, hook.secret, strlen(hook.secret), r.body));
	client_sql(c,
		   "UPDATE cowry.webhook_subscription SET previous_until = now()"
		   " WHERE public_id = '%s'",
		   hook.id);
	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	(void)deliver_due(c);
	r = receiver_at(receiver, 1);
	assert_null(strchr(received_header(c, &r, "webhook-signature"), ' '));
	assert_null(received_header(c, &r, "x-webhook-signature-previous"));
	unsubscribe(c, &hook);
}

/* The first event of a wallet fails twice: later ones wait, those of other wallets don't. */
static void
test_order(void **state)
{
	struct client *c = *state;
	const char *slow = wallet_with(c, acme.test_key, "NGN", "100");
	const char *quick = wallet_new(c, acme.test_key, "NGN");
	struct hook hook;
	struct answer a;
	size_t n;
	int64_t last = 0;

	stream_all(c);
	hook = subscribe(c, "'wallet.debited','wallet.frozen','wallet.activated'");
	a = fund(c, "debit", acme.test_key, slow, "1", "NGN", fresh_reference(c), "");
	expect_status(&a, 201);
	stream_all(c);
	receiver_script(receiver, (struct receiver_answer){500, NULL, 0});
	assert_int_equal(deliver_due(c), 1);
	a = fund(c, "debit", acme.test_key, slow, "2", "NGN", fresh_reference(c), "");
	expect_status(&a, 201);
	a = client_call(c, "PATCH", client_text(c, "/v1/wallets/%s", slow), acme.test_key,
			client_json(c, "{'status':'frozen'}"));
	expect_status(&a, 200);
	a = client_call(c, "PATCH", client_text(c, "/v1/wallets/%s", quick), acme.test_key,
			client_json(c, "{'status':'frozen'}"));
	expect_status(&a, 200);
	stream_all(c);
	assert_int_equal(deliver_due(c), 1); /* only the other wallet's */
	assert_string_equal(told(c, 1, "data.id"), quick);
	receiver_script(receiver, (struct receiver_answer){503, NULL, 0});
	make_due(c);
	assert_int_equal(deliver_due(c), 1);
	make_due(c);
	assert_int_equal(deliver_due(c), 3);
	n = receiver_count(receiver);
	assert_int_equal(n, 6);
	assert_string_equal(receiver_at(receiver, 0).body, receiver_at(receiver, 3).body);
	assert_string_equal(told(c, 3, "data.amount"), "1.00");
	assert_string_equal(told(c, 4, "data.amount"), "2.00");
	assert_string_equal(told(c, 5, "type"), "wallet.frozen");
	for (size_t i = 3; i < n; i++) {
		assert_true(atoll(told(c, i, "data.sequence")) > last);
		last = atoll(told(c, i, "data.sequence"));
	}
	unsubscribe(c, &hook);
}

/* Five retries, at growing intervals, then failed permanently; and the waiting ones follow. */
static void
test_retries(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct hook hook;
	int64_t minutes = 1;

	stream_all(c);
	hook = subscribe(c, "'wallet.credited'");
	for (int i = 0; i < 2; i++) {
		struct answer a = fund(c, "credit", acme.test_key, wallet, "1", "NGN",
				       fresh_reference(c), "");

		expect_status(&a, 201);
	}
	stream_all(c);
	receiver_set(receiver, (struct receiver_answer){500, NULL, 0});
	for (int i = 0; i < 5; i++, minutes *= 4) {
		int64_t wait;

		assert_int_equal(deliver_due(c), 1);
		assert_string_equal(delivery_state(c, &hook, "status || ' ' || attempts"),
				    client_text(c, "pending %d", i + 1));
		wait = atoll(delivery_state(c, &hook,
					    "round(extract(epoch FROM next_at - attempted_at))"));
		assert_true(wait >= minutes * 44 && wait <= minutes * 76);
		assert_int_equal(deliver_due(c), 0);
		make_due(c);
	}
	receiver_script(receiver, (struct receiver_answer){500, NULL, 0});
	receiver_set(receiver, (struct receiver_answer){200, NULL, 0});
	assert_int_equal(deliver_due(c), 2);
	assert_string_equal(delivery_state(c, &hook, "status || ' ' || attempts || d.problem"),
			    "failed 6The answer did not report success");
	assert_int_equal(receiver_count(receiver), 7);
	unsubscribe(c, &hook);
}

static void
test_too_old(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");

	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	client_sql(c, "UPDATE cowry.webhook_delivery SET begun_at = now() - interval '1 day'"
		      " WHERE status = 'pending'");
	receiver_set(receiver, (struct receiver_answer){500, NULL, 0});
	assert_int_equal(deliver_due(c), 1);
	assert_string_equal(delivery_state(c, &hook, "status || ' ' || attempts"), "failed 1");
	make_due(c);
	assert_int_equal(deliver_due(c), 0);
	unsubscribe(c, &hook);
}

static void
test_replay(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");
	const char *path;
	struct answer a;

	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	path = client_text(c, "%s/deliveries/%s/replay", hook.path,
			   delivery_state(c, &hook, "d.public_id"));
	a = client_call(c, "POST", path, acme.owner.access, NULL);
	expect_refusal(&a, 409, "CONFLICT");
	assert_int_equal(deliver_due(c), 1);
	a = client_call(c, "POST", path, acme.owner.access, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.status", "pending");
	assert_int_equal(deliver_due(c), 1);
	assert_int_equal(receiver_count(receiver), 2);
	assert_string_equal(receiver_at(receiver, 0).body, receiver_at(receiver, 1).body);
	assert_string_equal(delivery_state(c, &hook, "status || ' ' || attempts"), "delivered 2");
	unsubscribe(c, &hook);
}

/* Refused, dry-run or rolled back operations have no events; and neither have types without a
 * subscription. */
static void
test_nothing_happened(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "10");
	const char *poor = wallet_new(c, acme.test_key, "NGN");
	const char *live;
	struct hook hook;
	struct answer a;

	stream_all(c);
	hook = subscribe(c, "'transfer.completed','wallet.debited','hold.created','hold.voided'");
	a = transfer(c, acme.test_key, poor, wallet, "1", fresh_reference(c), "");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = transfer(c, acme.test_key, wallet, poor, "1", fresh_reference(c), ",'dryRun':true");
	expect_status(&a, 201);
	a = hold(c, acme.test_key, wallet, "1", fresh_reference(c), ",'dryRun':true");
	expect_status(&a, 201);
	a = hold(c, acme.test_key, poor, "1", fresh_reference(c), "");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = client_call(c, "POST", "/v1/transactions/bulk", acme.test_key,
			client_json(c,
				    "{'atomic':true,'transactions':["
				    "{'type':'transfer','fromWalletId':'%s','toWalletId':'%s',"
				    "'amount':'1','currency':'NGN','reference':'%s'},"
				    "{'type':'transfer','fromWalletId':'%s','toWalletId':'%s',"
				    "'amount':'100','currency':'NGN','reference':'%s'}]}",
				    wallet, poor, fresh_reference(c), wallet, poor,
				    fresh_reference(c)));
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	live = wallet_with(c, acme.live_key, "NGN", "5"); /* another mode */
	a = fund(c, "debit", acme.live_key, live, "1", "NGN", fresh_reference(c), "");
	expect_status(&a, 201);
	stream_all(c);
	assert_int_equal(deliver_due(c), 0);
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.event e JOIN"
					 " cowry.webhook_subscription s ON s.created_at <="
					 " e.created_at WHERE s.public_id = '%s'",
					 hook.id),
			    "0");
	assert_int_equal(receiver_count(receiver), 0);
	unsubscribe(c, &hook);
}

/* Each kind of event once, with its object. */
static void
test_types(void **state)
{
	static const char *const expected[] = {
		"wallet.created",  "wallet.created",     "wallet.credited", "wallet.debited",
		"wallet.credited", "transfer.completed", "hold.created",    "wallet.debited",
		"hold.captured",   "hold.created",       "hold.voided",     "hold.created",
		"hold.expired",    "wallet.debited",     "wallet.credited", "transaction.reversed",
		"wallet.frozen",   "wallet.activated",
	};
	struct client *c = *state;
	struct hook hook = subscribe(c, "'*'");
	struct ctx ctx = app_ctx(c->app, c->scratch);
	const char *from = wallet_new(c, acme.test_key, "NGN");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *transaction;
	int64_t expired;
	struct answer a =
		fund(c, "credit", acme.test_key, from, "50", "NGN", fresh_reference(c), "");

	a = transfer(c, acme.test_key, from, to, "5", fresh_reference(c), "");
	transaction = answer_at(&a, "data.id");
	a = hold(c, acme.test_key, from, "5", fresh_reference(c), "");
	a = act(c, acme.test_key, "holds", answer_at(&a, "data.id"), "capture", "");
	expect_status(&a, 200);
	a = hold(c, acme.test_key, from, "5", fresh_reference(c), "");
	a = act(c, acme.test_key, "holds", answer_at(&a, "data.id"), "void", "");
	expect_status(&a, 200);
	a = hold(c, acme.test_key, from, "5", fresh_reference(c), "");
	client_sql(c, "UPDATE cowry.hold SET expires_at = clock_timestamp() WHERE public_id = '%s'",
		   answer_at(&a, "data.id"));
	assert_int_equal(wallet_hold_expire_due(&ctx, &expired), ERR_OK);
	assert_int_equal(expired, 1);
	a = act(c, acme.test_key, "transactions", transaction, "reverse", "");
	expect_status(&a, 201);
	for (int i = 0; i < 2; i++) {
		a = client_call(c, "PATCH", client_text(c, "/v1/wallets/%s", to), acme.test_key,
				client_json(c, "{'status':'%s'}", i == 0 ? "frozen" : "active"));
		expect_status(&a, 200);
	}
	stream_all(c);
	assert_int_equal(deliver_due(c), COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++)
		assert_string_equal(
			client_value(
				c,
				"SELECT type FROM cowry.event e JOIN cowry.webhook_delivery"
				" USING (event_id) JOIN cowry.webhook_subscription s USING"
				" (subscription_id) WHERE s.public_id = '%s' ORDER BY e.sequence"
				" OFFSET %zu LIMIT 1",
				hook.id, i),
			expected[i]);
	unsubscribe(c, &hook);
}

static void
test_redirect(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");

	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	receiver_set(receiver,
		     (struct receiver_answer){307,
					      client_text(c, "http://127.0.0.1:%d/elsewhere",
							  receiver_port(receiver)),
					      0});
	assert_int_equal(deliver_due(c), 1);
	assert_int_equal(receiver_count(receiver), 1);
	assert_string_equal(delivery_state(c, &hook, "status || ' ' || response_status"),
			    "pending 307");
	unsubscribe(c, &hook);
}

/* 20 KB are read and discarded; an endless answer, or none, is a failure. */
static void
test_answers(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");

	receiver_script(receiver, (struct receiver_answer){204, NULL, 0});
	receiver_script(receiver, (struct receiver_answer){202, NULL, 20480});
	receiver_script(receiver, (struct receiver_answer){200, NULL, 1048576});
	receiver_script(receiver, (struct receiver_answer){0, NULL, 0});
	for (int i = 0; i < 4; i++)
		(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	assert_int_equal(deliver_due(c), 4);
	assert_string_equal(client_value(c,
					 "SELECT string_agg(d.status, ' ' ORDER BY attempted_at)"
					 " FROM cowry.webhook_delivery d JOIN"
					 " cowry.webhook_subscription s USING (subscription_id)"
					 " WHERE s.public_id = '%s'",
					 hook.id),
			    "delivered delivered pending pending");
	unsubscribe(c, &hook);
}

/* Calls of a sender last as long as the test wants. */
static struct http_client *
patient_client(void)
{
	static const struct http_options patient = {
		.connect_timeout_ms = 1000,
		.total_timeout_ms = 60000,
		.answer_max = 262144,
		.at_once = 8,
		.plain = true,
	};
	struct http_client *client = http_client_new(&patient);

	assert_non_null(client);
	return client;
}

/* Rounds of a sender, until a receiver has so many requests. */
static void
run_until(struct client *c, struct sender *sender, struct receiver *at, size_t count)
{
	struct poll poll = poll_for(20);
	struct ctx ctx = app_ctx(c->app, c->scratch);
	bool busy;

	while (receiver_count(at) < count) {
		assert_true(poll_again(&poll));
		sender_wake(sender);
		assert_int_equal(sender_round(&ctx, sender, &busy), ERR_OK);
	}
}

/* A receiver that does not answer gets a few requests at a time, and delays nobody else. */
static void
test_slow_receiver(void **state)
{
	struct client *c = *state;
	struct app *app = &c->fixture->app;
	struct http_client *usual = app->http_local;
	struct receiver *mute = receiver_new();
	struct hook slow;
	struct hook quick;
	struct sender *sender;

	app->http_local = patient_client();
	slow = subscribe_to(c, client_text(c, "http://127.0.0.1:%d/", receiver_port(mute)),
			    "'wallet.created'");
	quick = subscribe(c, "'wallet.created'");
	receiver_set(mute, (struct receiver_answer){0, NULL, 0});
	for (int i = 0; i < 20; i++)
		(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	sender = sender_new(c->app);
	run_until(c, sender, mute, 6);
	run_until(c, sender, receiver, 20);
	assert_int_equal(receiver_count(mute), 6);
	sender_free(sender);
	http_client_free(app->http_local);
	app->http_local = usual;
	unsubscribe(c, &slow);
	unsubscribe(c, &quick);
	receiver_free(mute);
}

/* What another runner holds is left to it, until it has not renewed that for some seconds. */
static void
test_held_by_another(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");

	for (int i = 0; i < 7; i++)
		(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	client_sql(c,
		   "INSERT INTO cowry.webhook_lane (subscription_id, holder, held_until)"
		   " SELECT subscription_id, gen_random_uuid(), now() + interval '1 minute'"
		   "   FROM cowry.webhook_subscription WHERE public_id = '%s'",
		   hook.id);
	assert_int_equal(deliver_due(c), 0);
	client_sql(c, "UPDATE cowry.webhook_lane SET held_until = now()");
	assert_int_equal(deliver_due(c), 7);
	assert_int_equal(receiver_count(receiver), 7);
	unsubscribe(c, &hook);
}

/* What a runner left is taken up by another one, and by a runner of this release if it was of the one
 * before. */
static void
test_left_attempts(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");

	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	client_sql(c, "UPDATE cowry.webhook_delivery SET busy_since = now()"
		      " WHERE status = 'pending'");
	assert_int_equal(deliver_due(c), 0);
	client_sql(c, "UPDATE cowry.webhook_delivery SET busy_since = now() - interval '16 seconds'"
		      " WHERE status = 'pending'");
	assert_int_equal(deliver_due(c), 1);
	assert_string_equal(delivery_state(c, &hook, "status || coalesce(busy_since::text, '')"),
			    "delivered");
	unsubscribe(c, &hook);
}

enum { RUNNERS = 3, OBJECTS = 8, EVENTS_EACH = 25 };

struct runner_of_many {
	struct client client;
	pthread_t thread;
	enum err err;
	bool busy;
};

static void *
run_for_a_while(void *arg)
{
	struct runner_of_many *runner = arg;
	struct ctx ctx = app_ctx(runner->client.app, runner->client.scratch);
	struct sender *sender = sender_new(runner->client.app);

	for (runner->busy = true; runner->busy && runner->err == ERR_OK;)
		runner->err = sender_round(&ctx, sender, &runner->busy);
	if (runner->err == ERR_OK)
		runner->err = sender_finish(&ctx, sender);
	sender_free(sender);
	return NULL;
}

/* The events of each object as they were received: no one twice, none before an earlier one. */
static void
expect_order(struct client *c, size_t n)
{
	const char *wallets[OBJECTS] = {NULL};
	int64_t last[OBJECTS] = {0};

	assert_int_equal(receiver_count(receiver), n);
	for (size_t i = 0; i < n; i++) {
		const char *wallet = told(c, i, "data.walletId");
		int64_t sequence = atoll(told(c, i, "data.sequence"));
		size_t at = 0;

		while (wallets[at] != NULL && strcmp(wallets[at], wallet) != 0)
			at++;
		assert_true(at < OBJECTS);
		wallets[at] = wallet;
		assert_true(sequence > last[at]);
		last[at] = sequence;
	}
}

/* Several runners deliver everything once, and in order, also where an object has many events. */
static void
test_several_runners(void **state)
{
	struct client *c = *state;
	struct runner_of_many runners[RUNNERS];
	const char *wallets[OBJECTS];
	struct hook hook;

	for (size_t i = 0; i < OBJECTS; i++)
		wallets[i] = wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	hook = subscribe(c, "'wallet.credited'");
	for (size_t i = 0; i < (size_t)OBJECTS * EVENTS_EACH; i++) {
		struct answer a = fund(c, "credit", acme.test_key, wallets[i * 5 % OBJECTS], "1",
				       "NGN", fresh_reference(c), "");

		expect_status(&a, 201);
	}
	stream_all(c);
	for (size_t i = 0; i < RUNNERS; i++) {
		runners[i] = (struct runner_of_many){.client = *c};
		runners[i].client.scratch = arena_new(64 << 20);
		assert_int_equal(
			pthread_create(&runners[i].thread, NULL, run_for_a_while, &runners[i]), 0);
	}
	for (size_t i = 0; i < RUNNERS; i++) {
		assert_int_equal(pthread_join(runners[i].thread, NULL), 0);
		assert_int_equal(runners[i].err, ERR_OK);
		arena_free(runners[i].client.scratch);
	}
	expect_order(c, (size_t)OBJECTS * EVENTS_EACH);
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.webhook_delivery"
					    " WHERE status = 'pending'"),
			    "0");
	unsubscribe(c, &hook);
}

static struct hook
subscribe_batches(struct client *c, const char *types, int size)
{
	struct hook hook = subscribe(c, types);
	struct answer a = client_call(c, "PATCH", hook.path, acme.owner.access,
				      client_json(c, "{'batchSize':%d}", size));

	expect_status(&a, 200);
	return hook;
}

static void
credit_often(struct client *c, const char *wallet, int n)
{
	for (int i = 1; i <= n; i++) {
		struct answer a = fund(c, "credit", acme.test_key, wallet, client_text(c, "%d", i),
				       "NGN", fresh_reference(c), "");

		expect_status(&a, 201);
	}
}

/* Many events in a request, with its own id and both signatures; those of an object in order. */
static void
test_batch(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct hook hook;
	struct received r;

	stream_all(c);
	hook = subscribe_batches(c, "'wallet.credited'", 4);
	credit_often(c, wallet, 10);
	stream_all(c);
	assert_int_equal(deliver_due(c), 10);
	assert_int_equal(receiver_count(receiver), 3);
	for (size_t i = 0; i < 10; i++) {
		const char *amount = client_text(c, "data.events.%zu.data.amount", i % 4);

		assert_string_equal(told(c, i / 4, amount), client_text(c, "%zu.00", i + 1));
	}
	r = receiver_at(receiver, 0);
	assert_string_equal(told(c, 0, "type"), "batch");
	assert_string_equal(told(c, 0, "version"), "1");
	assert_memory_equal(told(c, 0, "id"), "bat_", 4);
	assert_string_equal(received_header(c, &r, "webhook-id"), told(c, 0, "id"));
	assert_memory_equal(told(c, 0, "data.events.0.id"), "evt_", 4);
	assert_string_equal(told(c, 0, "data.events.0.type"), "wallet.credited");
	assert_string_equal(received_header(c, &r, "x-webhook-signature"),
			    digest_hex(c, hook.secret, strlen(hook.secret), r.body));
	assert_string_equal(
		received_header(c, &r, "webhook-signature"),
		standard_signature(c, hook.secret,
				   client_text(c, "%s.%s.%s", told(c, 0, "id"),
					       received_header(c, &r, "webhook-timestamp"),
					       r.body)));
	/* A single one has the same form. */
	credit_often(c, wallet, 1);
	stream_all(c);
	assert_int_equal(deliver_due(c), 1);
	assert_string_equal(told(c, 3, "type"), "batch");
	assert_string_equal(told(c, 3, "data.events.0.data.amount"), "1.00");
	unsubscribe(c, &hook);
}

/* A request that fails is repeated with the same events, each with the same bytes and in order. */
static void
test_batch_fails(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct hook hook;

	stream_all(c);
	hook = subscribe_batches(c, "'wallet.credited'", 100);
	credit_often(c, wallet, 3);
	stream_all(c);
	receiver_script(receiver, (struct receiver_answer){500, NULL, 0});
	assert_int_equal(deliver_due(c), 3);
	assert_string_equal(
		client_value(c, "SELECT string_agg(concat_ws(' ', status, attempts, tries,"
				" next_at > now() + interval '40 s'), ', ' ORDER BY sequence)"
				"  FROM cowry.webhook_delivery WHERE status = 'pending'"),
		"pending 1 1 t, pending 1 1, pending 1 1");
	assert_int_equal(deliver_due(c), 0);
	credit_often(c, wallet, 1);
	stream_all(c);
	make_due(c);
	assert_int_equal(deliver_due(c), 4);
	assert_int_equal(receiver_count(receiver), 2);
	for (size_t i = 0; i < 3; i++) {
		const char *id = client_text(c, "data.events.%zu.id", i);

		assert_string_equal(told(c, 0, id), told(c, 1, id));
	}
	assert_string_equal(told(c, 1, "data.events.3.data.amount"), "1.00");
	assert_string_equal(client_value(c,
					 "SELECT string_agg(d.attempts::text, ' ' ORDER BY"
					 " d.sequence) FROM cowry.webhook_delivery d JOIN"
					 " cowry.webhook_subscription s USING (subscription_id)"
					 " WHERE s.public_id = '%s'",
					 hook.id),
			    "2 2 2 1");
	unsubscribe(c, &hook);
}

static void
test_gone(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");
	struct answer a;

	receiver_set(receiver, (struct receiver_answer){410, NULL, 0});
	for (int i = 0; i < 20; i++)
		(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	(void)deliver_due(c);
	/* Only those that were under way when the first answer came. */
	assert_in_range(receiver_count(receiver), 1, 6);
	a = client_call(c, "GET", hook.path, acme.owner.access, NULL);
	expect_text(&a, "data.status", "inactive");
	expect_text(&a, "data.problem", "The receiver answered 410 Gone");
	a = client_call(c, "GET", client_text(c, "%s/deliveries?status=failed&limit=50", hook.path),
			acme.owner.access, NULL);
	assert_int_equal(answer_count(&a, "data"), 20);
	unsubscribe(c, &hook);
}

/* Pending deliveries of a deleted subscription are not sent. */
static void
test_deleted(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.created'");

	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	unsubscribe(c, &hook);
	make_due(c);
	(void)deliver_due(c);
	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	assert_int_equal(deliver_due(c), 0);
	assert_int_equal(receiver_count(receiver), 0);
	assert_string_equal(delivery_state(c, &hook, "status || ' ' || attempts"), "failed 0");
}

/* Outside of development, the connected address decides, whatever the name. */
static void
test_private_address(void **state)
{
	struct client *c = *state;
	struct app *app = &c->fixture->app;
	struct http_client *local = app->http_local;
	struct hook by_name = subscribe_to(c, "https://localhost/hook", "'wallet.created'");
	struct hook by_address = subscribe_to(c, "https://127.0.0.1/hook", "'wallet.created'");

	app->http_local = NULL;
	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	assert_int_equal(deliver_due(c), 2);
	app->http_local = local;
	assert_int_equal(receiver_count(receiver), 0);
	assert_string_equal(delivery_state(c, &by_address, "d.status || d.problem"),
			    "pendingThe address is not public");
	assert_string_equal(delivery_state(c, &by_name, "d.status || d.problem"),
			    "pendingThe address is not public");
	unsubscribe(c, &by_name);
	unsubscribe(c, &by_address);
}

/* Problems that the owner of a receiver can fix are named. */
static void
test_no_connection(void **state)
{
	struct client *c = *state;
	struct hook nobody = subscribe_to(c, "http://127.0.0.1:1/hook", "'wallet.created'");

	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	assert_int_equal(deliver_due(c), 1);
	assert_string_equal(delivery_state(c, &nobody, "d.status || ': ' || d.problem"),
			    "pending: The connection was refused");
	unsubscribe(c, &nobody);
}

enum { MOVERS = 6, MOVES = 60, WALLETS = 4 };

struct mover {
	struct client client;
	const char *const *wallets;
	unsigned number;
	pthread_t thread;
};

static void *
move_about(void *arg)
{
	struct mover *mover = arg;
	struct client *c = &mover->client;

	for (unsigned i = 0; i < MOVES; i++) {
		unsigned from = (mover->number + i) % WALLETS;
		struct ask ask = {
			.method = "POST",
			.target = "/v1/wallets/transfer",
			.credential = acme.test_key,
			.body = client_json(c,
					    "{'fromWalletId':'%s','toWalletId':'%s','amount':'%u',"
					    "'currency':'NGN','reference':'m-%u-%u'}",
					    mover->wallets[from],
					    mover->wallets[(from + 1 + i % 3) % WALLETS], 1 + i % 9,
					    mover->number, i),
		};

		(void)client_exchange(c, &ask);
		arena_reset(c->scratch);
	}
	return NULL;
}

struct reader {
	struct client *c;
	pthread_t thread;
	bool failed;
};

static void *
stream_along(void *arg)
{
	struct reader *reader = arg;

	for (int i = 0; i < 150; i++) {
		struct ctx ctx = app_ctx(reader->c->app, arena_new(64 << 20));
		bool found;

		reader->failed |= event_stream_read(&ctx, &found) != ERR_OK;
		arena_free(ctx.arena);
	}
	return NULL;
}

/* While many post and two readers read, every posting is published once, each wallet's in order. */
static void
test_concurrent_readers(void **state)
{
	struct client *c = *state;
	struct mover movers[MOVERS];
	const char *wallets[WALLETS];
	struct hook hook;
	const char *count = "SELECT count(*) FROM cowry.transaction WHERE reference LIKE 'm-%%'";
	struct reader readers[2];
	const char *posted;

	for (size_t i = 0; i < WALLETS; i++)
		wallets[i] = wallet_with(c, acme.test_key, "NGN", "20");
	stream_all(c);
	hook = subscribe(c, "'*'");
	for (unsigned i = 0; i < MOVERS; i++) {
		movers[i] = (struct mover){*c, wallets, i, 0};
		movers[i].client.scratch = arena_new(64 << 20);
		assert_int_equal(pthread_create(&movers[i].thread, NULL, move_about, &movers[i]),
				 0);
	}
	for (size_t i = 0; i < COUNT(readers); i++) {
		readers[i] = (struct reader){c, 0, false};
		assert_int_equal(
			pthread_create(&readers[i].thread, NULL, stream_along, &readers[i]), 0);
	}
	for (size_t i = 0; i < COUNT(readers); i++) {
		assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
		assert_false(readers[i].failed);
	}
	for (size_t i = 0; i < MOVERS; i++) {
		assert_int_equal(pthread_join(movers[i].thread, NULL), 0);
		arena_free(movers[i].client.scratch);
	}
	stream_all(c);
	posted = client_value(c, "%s", count);
	assert_true(atoi(posted) > 50);
	assert_string_equal(
		client_value(c, "SELECT count(*) FROM cowry.event WHERE type ="
				" 'transfer.completed' AND data->>'reference' LIKE 'm-%%'"),
		posted);
	assert_string_equal(
		client_value(c, "SELECT count(DISTINCT (t.public_id, e.type, e.object)) FROM"
				" cowry.transaction t JOIN cowry.event e ON t.public_id::text ="
				" e.data->>'transactionId' WHERE reference LIKE 'm-%%'"),
		client_text(c, "%d", 2 * atoi(posted)));
	/* The balances in the events of a wallet are those of its history, in order. */
	assert_string_equal(
		client_value(
			c,
			"SELECT count(*) FROM (SELECT e.object, row_number() OVER (PARTITION BY"
			" e.object ORDER BY e.sequence) AS told, row_number() OVER (PARTITION BY"
			" e.object ORDER BY CASE WHEN p.from_id = a.account_id THEN"
			" p.from_sequence ELSE p.to_sequence END) AS posted FROM cowry.event e"
			" JOIN cowry.account a ON a.public_id = e.object JOIN cowry.transaction t"
			" ON t.public_id::text = e.data->>'transactionId' JOIN cowry.posting p"
			" USING (transaction_id) WHERE t.reference LIKE 'm-%%') x"
			" WHERE told <> posted"),
		"0");
	receiver_reset(receiver);
	(void)deliver_due(c);
	assert_string_equal(
		client_value(c,
			     "SELECT count(*) FROM cowry.webhook_delivery d JOIN"
			     " cowry.webhook_subscription s USING (subscription_id) WHERE"
			     " s.public_id = '%s' AND d.status <> 'delivered'",
			     hook.id),
		"0");
	assert_int_equal(receiver_count(receiver), 3 * atoi(posted));
	unsubscribe(c, &hook);
}

/* Data that were dumped from a cluster with higher xids. */
static void
test_restored(void **state)
{
	struct client *c = *state;
	struct hook hook = subscribe(c, "'wallet.credited'");

	client_sql(c, "UPDATE cowry.event_feed SET next_xid = '99999999999'");
	(void)wallet_with(c, acme.test_key, "NGN", "5");
	stream_all(c);
	assert_int_equal(deliver_due(c), 1);
	unsubscribe(c, &hook);
}

static void *
transfer_keyed(void *arg)
{
	struct mover *mover = arg;
	struct ask ask = {
		.method = "POST",
		.target = "/v1/wallets/transfer",
		.credential = acme.test_key,
		.idempotency_key = "held-up-0001", /* in a transaction of its own */
		.body = client_json(&mover->client,
				    "{'fromWalletId':'%s','toWalletId':'%s','amount':'1',"
				    "'currency':'NGN','reference':'held-up'}",
				    mover->wallets[0], mover->wallets[1]),
	};

	(void)client_exchange(&mover->client, &ask);
	return NULL;
}

static void
wait_until(struct client *c, const char *condition)
{
	struct poll poll = poll_for(20);

	while (strcmp(client_value(c, "SELECT %s", condition), "t") != 0)
		assert_true(poll_again(&poll));
}

/* One that got its number early and commits late is neither overtaken nor lost. */
static void
test_late_commit(void **state)
{
	struct client *c = *state;
	const char *wallets[] = {wallet_with(c, acme.test_key, "NGN", "5"),
				 wallet_new(c, acme.test_key, "NGN")};
	const char *third = wallet_with(c, acme.test_key, "NGN", "5");
	struct mover mover = {*c, wallets, 0, 0};
	struct ctx ctx = app_ctx(c->app, c->scratch);
	PGconn *blocker = PQconnectdb(c->fixture->superuser_url);
	struct hook hook;
	struct answer a;
	bool found;

	stream_all(c);
	hook = subscribe(c, "'transfer.completed'");
	PQclear(PQexec(blocker, "BEGIN"));
	/* Another use of this reference waits for the end of this transaction, with its number
	 * assigned. */
	PQclear(PQexec(blocker,
		       client_text(c,
				   "INSERT INTO cowry.transaction (transaction_id, public_id,"
				   " ledger_id, reference, type, content, created_at) SELECT -1,"
				   " gen_random_uuid(), ledger_id, 'held-up', 'x',"
				   " decode(repeat('00', 32), 'hex'), now() FROM cowry.account"
				   " WHERE public_id = '%s'",
				   third)));
	assert_int_equal(PQtransactionStatus(blocker), PQTRANS_INTRANS);
	mover.client.scratch = arena_new(64 << 20);
	assert_int_equal(pthread_create(&mover.thread, NULL, transfer_keyed, &mover), 0);
	wait_until(c, "EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
		      " AND wait_event_type = 'Lock')");
	a = transfer(c, acme.test_key, third, wallet_new(c, acme.test_key, "NGN"), "2",
		     fresh_reference(c), "");
	expect_status(&a, 201);
	for (int i = 0; i < 10; i++)
		assert_int_equal(event_stream_read(&ctx, &found), ERR_OK);
	assert_int_equal(deliver_due(c), 0);
	PQclear(PQexec(blocker, "ROLLBACK"));
	PQfinish(blocker);
	assert_int_equal(pthread_join(mover.thread, NULL), 0);
	arena_free(mover.client.scratch);
	stream_all(c);
	assert_int_equal(deliver_due(c), 2);
	assert_string_equal(told(c, 0, "data.reference"), "held-up");
	assert_string_equal(told(c, 1, "data.amount"), "2.00");
	unsubscribe(c, &hook);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_signatures),
		client_test(test_rotation),
		client_test(test_order),
		client_test(test_retries),
		client_test(test_too_old),
		client_test(test_replay),
		client_test(test_nothing_happened),
		client_test(test_types),
		client_test(test_redirect),
		client_test(test_answers),
		client_test(test_slow_receiver),
		client_test(test_held_by_another),
		client_test(test_left_attempts),
		client_test(test_several_runners),
		client_test(test_batch),
		client_test(test_batch_fails),
		client_test(test_gone),
		client_test(test_deleted),
		client_test(test_private_address),
		client_test(test_no_connection),
		client_test(test_concurrent_readers),
		client_test(test_late_commit),
		client_test(test_restored),
		client_test(test_free_json),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
