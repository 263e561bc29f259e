/* Webhooks of providers: what is not genuine changes nothing, and what is, counts once. */
#include "tests/support/cmocka.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "api/pocket/pocket.h"
#include "base/arena.h"
#include "tests/support/easypay_client.h"

static struct easypay_client easypay;
static struct tenant acme;
static struct tenant other;

static const char *const names[] = {"paystack", "flutterwave", "paga", "fingra"};
enum { NAMES = COUNT(names) };

/* The project has its own accounts, with its own secrets. */
static void
configure(struct client *c, const struct tenant *t, const char *secret)
{
	for (size_t i = 0; i < NAMES; i++) {
		struct answer a = client_call(
			c, "POST", client_text(c, "/v1/projects/%s/providers", t->project),
			t->owner.access,
			client_json(c, "{'type':'%s','config':{'apiKey':'%s'}}", names[i], secret));

		expect_status(&a, 201);
	}
}

static int
setup(void **state)
{
	if (tenants_setup(state, &acme, &other) != 0)
		return -1;
	easypay_client_open(*state, &easypay);
	configure(*state, &acme, PROJECT_KEY);
	configure(*state, &other, "sk_test_of_somebody_else");
	return 0;
}

static int
teardown(void **state)
{
	easypay_client_close(&easypay);
	return client_teardown(state);
}

/* A pending deposit of 10 NGN; the reference that the provider knows. */
static const char *
pending(struct client *c, const char *key, const char *provider, const char *wallet)
{
	const char *reference = fresh_reference(c);
	struct answer a =
		fund(c, "credit", key, wallet, "10", "NGN", reference,
		     client_text(c, ",'provider':'%s','providerPayload':{'email':'a@example.com'}",
				 provider));

	expect_status(&a, 201);
	return easypay_client_reference(c, reference);
}

static const char *
forgeries(struct client *c, const char *provider)
{
	return client_value(c,
			    "SELECT coalesce(sum(count), 0) FROM cowry.provider_forgery"
			    " WHERE provider = '%s'",
			    provider);
}

/* All that a webhook may change. */
static const char *
traces(struct client *c)
{
	return client_value(
		c, "SELECT (SELECT coalesce(sum(hashtext(p::text)), 0) FROM cowry.payment p)"
		   " || ' ' || (SELECT count(*) FROM cowry.provider_event)"
		   " || ' ' || (SELECT count(*) FROM cowry.transaction)"
		   " || ' ' || (SELECT count(*) FROM cowry.review)");
}

static void
refuse(struct client *c, const struct easypay_client_webhook *webhook, const char *wallet)
{
	const char *before = traces(c);
	long long count = atoll(forgeries(c, webhook->provider));
	struct answer a = easypay_client_send(c, webhook);

	expect_refusal(&a, 401, "UNAUTHORIZED");
	assert_string_equal(traces(c), before);
	assert_string_equal(wallet_balance(c, acme.live_key, wallet, "ledger"), "0.00");
	assert_int_equal(atoll(forgeries(c, webhook->provider)), count + 1);
}

static struct easypay_client_webhook
signed_by(struct client *c, const char *provider, const char *reference, const char *secret)
{
	return easypay_client_webhook(c, provider, false, "success", reference, "10", "NGN",
				      secret);
}

static const char *
upper(struct client *c, const char *text)
{
	char *copy = arena_strdup(c->scratch, text);

	for (char *p = copy; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	return copy;
}

static void
test_forged(void **state)
{
	struct client *c = *state;

	for (size_t i = 0; i < NAMES; i++) {
		const char *wallet = wallet_new(c, acme.live_key, "NGN");
		const char *reference = pending(c, acme.live_key, names[i], wallet);
		struct easypay_client_webhook good = signed_by(c, names[i], reference, PROJECT_KEY);
		struct easypay_client_webhook bad = good;
		char *body = arena_strdup(c->scratch, good.body);

		bad.signature = NULL;
		refuse(c, &bad, wallet);
		bad.signature = "";
		refuse(c, &bad, wallet);
		bad.signature = "0";
		refuse(c, &bad, wallet);
		bad.signature = client_text(c, "%s0", good.signature);
		refuse(c, &bad, wallet);
		bad.signature =
			client_text(c, "%.*s", (int)strlen(good.signature) - 1, good.signature);
		refuse(c, &bad, wallet);
		bad.signature = upper(c, good.signature);
		refuse(c, &bad, wallet);
		/* Another tenant's secret, and the platform's: this is live money. */
		bad = signed_by(c, names[i], reference, "sk_test_of_somebody_else");
		refuse(c, &bad, wallet);
		bad = signed_by(c, names[i], reference, OWN_KEY);
		refuse(c, &bad, wallet);
		/* Flutterwave signs with a shared secret, which does not cover the content. */
		if (strcmp(names[i], "flutterwave") != 0) {
			strstr(body, "10")[0] = '9';
			bad = (struct easypay_client_webhook){names[i], body, good.signature};
			refuse(c, &bad, wallet);
			bad.body = client_text(c, "%s ", good.body);
			refuse(c, &bad, wallet);
			bad.body = client_text(c, "%.*s", (int)strlen(good.body) - 1, good.body);
			refuse(c, &bad, wallet);
		}
		bad = easypay_client_sign(c, names[i], "nonsense", "sk_test_of_nobody");
		refuse(c, &bad, wallet);
		bad = easypay_client_sign(c, names[i], "[]", "");
		refuse(c, &bad, wallet);
		{
			struct answer a = easypay_client_send(c, &good);

			expect_status(&a, 200);
		}
		assert_string_equal(wallet_balance(c, acme.live_key, wallet, "ledger"), "10.00");
	}
}

static void
test_twice_the_header(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.live_key, "NGN");
	struct easypay_client_webhook good = signed_by(
		c, "paystack", pending(c, acme.live_key, "paystack", wallet), PROJECT_KEY);
	struct ask ask = easypay_client_ask(c, &good);
	struct request request = {.method = "POST",
				  .target = ask.target,
				  .content_type = "application/json",
				  .address = "192.0.2.1",
				  .repeated_credentials = true,
				  .body = {good.body, strlen(good.body)}};
	struct reply reply;

	request.headers[HEADER_PAYSTACK_SIGNATURE] = good.signature;
	dispatch(c->app, c->scratch, &request, &reply);
	assert_int_equal(reply.status, 401);
	assert_string_equal(wallet_balance(c, acme.live_key, wallet, "ledger"), "0.00");
}

/* The same again, byte for byte, is noted and changes nothing; so is another one about the same. */
static void
test_replayed(void **state)
{
	struct client *c = *state;

	for (size_t i = 0; i < NAMES; i++) {
		const char *wallet = wallet_new(c, acme.live_key, "NGN");
		struct easypay_client_webhook good = signed_by(
			c, names[i], pending(c, acme.live_key, names[i], wallet), PROJECT_KEY);
		struct easypay_client_webhook spaced;
		const char *before;
		struct answer a = easypay_client_send(c, &good);

		expect_status(&a, 200);
		before = traces(c);
		a = easypay_client_send(c, &good);
		expect_status(&a, 200);
		assert_string_equal(traces(c), before);
		spaced = easypay_client_sign(c, names[i], client_text(c, "%s ", good.body),
					     PROJECT_KEY);
		a = easypay_client_send(c, &spaced);
		expect_status(&a, 200);
		assert_string_equal(wallet_balance(c, acme.live_key, wallet, "ledger"), "10.00");
	}
}

/* A webhook about another tenant's order changes nothing: it is not his order. */
static void
test_foreign_tenant(void **state)
{
	struct client *c = *state;
	const char *mine = wallet_new(c, acme.live_key, "NGN");
	const char *theirs = wallet_new(c, other.live_key, "NGN");
	struct easypay_client_webhook webhook = signed_by(
		c, "fingra", pending(c, acme.live_key, "fingra", mine), "sk_test_of_somebody_else");

	refuse(c, &webhook, mine);
	webhook = signed_by(c, "fingra", pending(c, other.live_key, "fingra", theirs), PROJECT_KEY);
	refuse(c, &webhook, mine);
	/* Nor is the same reference at another provider. */
	webhook = signed_by(c, "paystack", pending(c, acme.live_key, "fingra", mine), PROJECT_KEY);
	refuse(c, &webhook, mine);
}

/* In test mode the sandbox signs as the platform; and the account's own secret is still valid. */
static void
test_sandbox_signs(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	static const char *const secrets[] = {OWN_KEY, PROJECT_KEY};

	for (size_t i = 0; i < 2; i++) {
		struct easypay_client_webhook webhook = signed_by(
			c, "paystack", pending(c, acme.test_key, "paystack", wallet), secrets[i]);
		struct answer a = easypay_client_send(c, &webhook);

		expect_status(&a, 200);
	}
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "20.00");
}

/* A replaced secret is no longer valid; the new one is, also for older orders. */
static void
test_new_secret(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.live_key, "NGN");
	const char *reference = pending(c, acme.live_key, "paga", wallet);
	const char *path = client_text(c, "/v1/projects/%s/providers", acme.project);
	struct easypay_client_webhook webhook;
	struct answer a =
		client_call(c, "POST", path, acme.owner.access,
			    client_json(c,
					"{'type':'paga','isActive':false,'config':{'apiKey':'%s',"
					"'webhookSecret':'agreed-on-by-phone'}}",
					PROJECT_KEY));

	expect_status(&a, 200);
	webhook = signed_by(c, "paga", reference, PROJECT_KEY);
	refuse(c, &webhook, wallet);
	webhook = signed_by(c, "paga", reference, "agreed-on-by-phone");
	a = easypay_client_send(c, &webhook);
	expect_status(&a, 200);
	assert_string_equal(wallet_balance(c, acme.live_key, wallet, "ledger"), "10.00");
	a = client_call(c, "POST", path, acme.owner.access,
			client_json(c, "{'type':'paga','config':{'apiKey':'%s'}}", PROJECT_KEY));
	expect_status(&a, 200);
}

/* About none of our orders: signed with the platform's secret, so it is genuine. */
static void
test_nothing_of_ours(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.live_key, "NGN");

	for (size_t i = 0; i < NAMES; i++) {
		struct easypay_client_webhook webhook =
			signed_by(c, names[i], "somebody-elses-reference", OWN_KEY);
		struct answer a = easypay_client_send(c, &webhook);

		expect_status(&a, 200);
		webhook = signed_by(c, names[i], "somebody-elses-reference", PROJECT_KEY);
		refuse(c, &webhook, wallet);
		webhook = easypay_client_sign(
			c, names[i],
			client_json(c, "{'event':'customer.created','data':{'x':%d}}", (int)i),
			OWN_KEY);
		a = easypay_client_send(c, &webhook);
		expect_status(&a, 200);
	}
}

/* An incoming payment is not an outgoing one, whatever is reported. */
static void
test_wrong_direction(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.live_key, "NGN");
	const char *reference = pending(c, acme.live_key, "paystack", wallet);
	struct easypay_client_webhook webhook = easypay_client_webhook(
		c, "paystack", true, "success", reference, "10", "NGN", PROJECT_KEY);
	struct answer a = easypay_client_send(c, &webhook);

	expect_status(&a, 200);
	assert_string_equal(wallet_balance(c, acme.live_key, wallet, "ledger"), "0.00");
	assert_string_equal(client_value(c,
					 "SELECT status FROM cowry.payment"
					 " WHERE provider_reference = '%s'",
					 reference),
			    "review");
}

/* The body of a webhook with something else at its beginning. */
static const char *
with(struct client *c, const char *body, const char *members)
{
	assert_int_equal(body[0], '{');
	return client_text(c, "{%s,%s", members, body + 1);
}

static const char *
filled(struct client *c, const char *open, const char *middle, const char *close, size_t n)
{
	size_t m = strlen(middle);
	char *text = arena_alloc(c->scratch, strlen(open) + n * m + strlen(close) + 1);
	char *at = stpcpy(text, open);

	for (size_t i = 0; i < n; i++, at += m)
		memcpy(at, middle, m + 1);
	(void)strcpy(at, close);
	return text;
}

static const char *
nested(struct client *c, size_t depth)
{
	return client_text(c, "%s%s", filled(c, "\"odd\":", "[", "", depth),
			   filled(c, "", "]", "", depth));
}

/* Flaws beside the decisive fields are ignored. */
static void
test_oddities(void **state)
{
	struct client *c = *state;
	const char *const odd[] = {
		"\"odd\":1,\"odd\":2",
		"\"odd\":\"\\u0000\",\"\\u0000\":1",
		"\"odd\":\"\\ud800\"",
		"\"odd\":\"\xFF\xC0 \t\x01\"",
		"\"odd\":[1e400,-0,12345678901234567890123,0.1e-9999999999]",
		nested(c, 20),
		nested(c, 100),
		filled(c, "\"odd\":\"", "0123456789", "\"", 7168),
		filled(c, "\"odd\":\"", "0123456789", "\"", 100000),
		filled(c, "\"odd\":[0", ",{}", "]", 5000),
		filled(c, "\"odd\":[0", ",{}", "]", 20000),
	};

	for (size_t i = 0; i <= COUNT(odd); i++) {
		const char *provider = names[i % NAMES];
		const char *wallet = wallet_new(c, acme.live_key, "NGN");
		const char *reference = pending(c, acme.live_key, provider, wallet);
		const char *body = signed_by(c, provider, reference, PROJECT_KEY).body;
		struct easypay_client_webhook webhook;
		struct answer a;

		body = i < COUNT(odd) ? with(c, body, odd[i])
				      : client_text(c, "\xEF\xBB\xBF%s", body);
		webhook = easypay_client_sign(c, provider, body, "sk_test_of_somebody_else");
		refuse(c, &webhook, wallet);
		webhook = easypay_client_sign(c, provider, body, PROJECT_KEY);
		a = easypay_client_send(c, &webhook);
		expect_status(&a, 200);
		assert_string_equal(wallet_balance(c, acme.live_key, wallet, "ledger"), "10.00");
	}
}

/* "pending", and whether it is looked up soon. */
static const char *
standing(struct client *c, const char *reference)
{
	return client_value(c,
			    "SELECT p.status || CASE WHEN j.due_at < now() + interval '15 s'"
			    " THEN ', looked up' ELSE '' END"
			    " FROM cowry.payment p LEFT JOIN cowry.job j ON j.kind ="
			    " 'payment_lookup' AND j.subject = p.public_id::text"
			    " WHERE p.provider_reference = '%s'",
			    reference);
}

/* A decisive field is repeated: it is undefined which one is meant, so the provider is queried. */
static void
test_unclear(void **state)
{
	static const struct {
		const char *members;
		const char *standing;
	} rows[] = {
		{"'amount':1000,'amount':1000.0,'currency':'NGN','currency':'NGN'", "completed"},
		{"'amount':1000,'amount':100000,'currency':'NGN'", "pending, looked up"},
		{"'amount':100000,'amount':1000,'currency':'NGN'", "pending, looked up"},
		{"'amount':1000,'currency':'NGN','currency':'USD'", "pending, looked up"},
		{"'amount':1000,'currency':'NGN','status':'failed'", "pending, looked up"},
		{"'amount':1000,'currency':'NG\\u0000N'", "pending, looked up"},
	};
	struct client *c = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *wallet = wallet_new(c, acme.live_key, "NGN");
		const char *reference = pending(c, acme.live_key, "paystack", wallet);
		struct easypay_client_webhook webhook = easypay_client_sign(
			c, "paystack",
			client_json(c,
				    "{'event':'charge.success','data':{'status':'success',"
				    "'reference':'%s',%s}}",
				    reference, rows[i].members),
			PROJECT_KEY);
		struct answer a = easypay_client_send(c, &webhook);

		expect_status(&a, 200);
		assert_string_equal(standing(c, reference), rows[i].standing);
	}
}

static const char *
events(struct client *c)
{
	return client_value(c, "SELECT count(*) FROM cowry.provider_event");
}

/* Genuine, but unreadable: it is stored, and all candidates are looked up. */
static void
test_unreadable(void **state)
{
	struct client *c = *state;
	const char *theirs =
		pending(c, other.live_key, "paga", wallet_new(c, other.live_key, "NGN"));
	const char *const bodies[] = {
		"nonsense",
		"[]",
		"{\"event\":",
		"{\"event\":{}}",
		"{\"event\":\"wallet.fund\",\"event\":\"wallet.withdraw\",\"data\":{}}",
		"{\"event\":\"wallet.fund\",\"data\":{},\"data\":[]}",
		client_json(c, "{'event':'wallet.fund',"
			       "'data':{'referenceNumber':'a','referenceNumber':'b'}}"),
		filled(c, "{\"odd\":[0", ",0", "]}", 100000),
	};

	for (size_t i = 0; i < COUNT(bodies); i++) {
		const char *mine =
			pending(c, acme.live_key, "paga", wallet_new(c, acme.live_key, "NGN"));
		struct easypay_client_webhook webhook =
			easypay_client_sign(c, "paga", bodies[i], "sk_test_of_nobody");
		long long before = atoll(events(c));
		struct answer a = easypay_client_send(c, &webhook);

		expect_refusal(&a, 401, "UNAUTHORIZED");
		assert_string_equal(standing(c, mine), "pending");
		webhook = easypay_client_sign(c, "paga", bodies[i], PROJECT_KEY);
		a = easypay_client_send(c, &webhook);
		expect_status(&a, 200);
		assert_int_equal(atoll(events(c)), before + 1);
		assert_string_equal(standing(c, mine), "pending, looked up");
		assert_string_equal(standing(c, theirs), "pending");
		mine = pending(c, acme.live_key, "paga", wallet_new(c, acme.live_key, "NGN"));
		a = easypay_client_send(c, &webhook); /* the same again */
		expect_status(&a, 200);
		assert_int_equal(atoll(events(c)), before + 1);
		assert_string_equal(standing(c, mine), "pending");
	}
}

/* Numbers that we refuse from clients: beside the amount they are harmless, as the amount they
 * have their exact value. */
static void
test_odd_numbers(void **state)
{
	static const struct {
		const char *amount;
		const char *fees;
		const char *status;
	} rows[] = {
		{"1000", "1.5e-7", "completed"},
		{"1000", "0.30000000000000000004", "completed"},
		{"1000", "-0", "completed"},
		{"1e3", "0", "completed"},
		{"1.001e3", "0", "review"},
		{"1000.00000000000000000000000000", "0", "completed"},
		{"1000.00000000000000000000000001", "0", "review"},
		{"9999999999999999999", "0", "review"},
	};
	struct client *c = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *wallet = wallet_new(c, acme.live_key, "NGN");
		const char *reference = pending(c, acme.live_key, "paystack", wallet);
		struct easypay_client_webhook webhook = easypay_client_sign(
			c, "paystack",
			client_json(c,
				    "{'event':'charge.success','data':{'status':'success',"
				    "'reference':'%s','amount':%s,'currency':'NGN','fees':%s}}",
				    reference, rows[i].amount, rows[i].fees),
			PROJECT_KEY);
		struct answer a = easypay_client_send(c, &webhook);

		expect_status(&a, 200);
		assert_string_equal(client_value(c,
						 "SELECT status FROM cowry.payment"
						 " WHERE provider_reference = '%s'",
						 reference),
				    rows[i].status);
	}
}

static void
test_size(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.live_key, "NGN");
	const char *reference = pending(c, acme.live_key, "fingra", wallet);
	const char *body = signed_by(c, "fingra", reference, PROJECT_KEY).body;
	size_t room = WEBHOOK_BODY_MAX - strlen(body) - strlen("\"x\":\"\",");
	struct easypay_client_webhook webhook;
	struct answer a;

	webhook = easypay_client_sign(c, "fingra",
				      with(c, body, filled(c, "\"x\":\"", "0", "\"", room + 1)),
				      PROJECT_KEY);
	a = easypay_client_send(c, &webhook);
	expect_refusal(&a, 413, "BODY_TOO_LARGE");
	webhook = easypay_client_sign(
		c, "fingra", with(c, body, filled(c, "\"x\":\"", "0", "\"", room)), PROJECT_KEY);
	a = easypay_client_send(c, &webhook);
	expect_status(&a, 200);
	assert_string_equal(wallet_balance(c, acme.live_key, wallet, "ledger"), "10.00");
	webhook = easypay_client_sign(c, "paystack", "", OWN_KEY);
	a = easypay_client_send(c, &webhook);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

static void
test_routes(void **state)
{
	client_covered(*state, pocket_provider_webhooks, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_forged),          client_test(test_twice_the_header),
		client_test(test_replayed),        client_test(test_foreign_tenant),
		client_test(test_sandbox_signs),   client_test(test_new_secret),
		client_test(test_nothing_of_ours), client_test(test_wrong_direction),
		client_test(test_odd_numbers),     client_test(test_size),
		client_test(test_oddities),        client_test(test_unclear),
		client_test(test_unreadable),      client_test(client_books_hold),
		client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
