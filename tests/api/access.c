/* Credentials that were valid a moment ago: keys in the cache, tokens, and the rights of a user. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "base/arena.h"
#include "runtime/app.h"
#include "tests/support/money.h"

static struct tenant acme;

static int
setup(void **state)
{
	return tenants_setup(state, &acme, NULL);
}

/* Each request of a project's key, valid or not, that a cached key might be accepted for. */
static void
refuse_all(struct client *c, const char *key, const char *wallet, const char *to)
{
	const char *before = books(c);
	const char *const ids[] = {wallet, NOBODY};
	static const char *const gets[] = {"", "/balance", "/balance?at=2030-01-01",
					   "/transactions"};
	struct answer a;

	for (size_t i = 0; i < COUNT(ids) * COUNT(gets); i++) {
		a = client_call(c, "GET",
				client_text(c, "/v1/wallets/%s%s", ids[i % 2], gets[i / 2]), key,
				NULL);
		expect_refusal(&a, 401, "UNAUTHORIZED");
	}
	for (size_t i = 0; i < COUNT(ids); i++) {
		a = transfer(c, key, ids[i], to, "1", fresh_reference(c), "");
		expect_refusal(&a, 401, "UNAUTHORIZED");
		a = transfer(c, key, ids[i], to, "1", fresh_reference(c), ",'dryRun':true");
		expect_refusal(&a, 401, "UNAUTHORIZED");
		a = fund(c, "credit", key, ids[i], "1", "NGN", fresh_reference(c), "");
		expect_refusal(&a, 401, "UNAUTHORIZED");
		a = fund(c, "debit", key, ids[i], "1000", "NGN", fresh_reference(c), "");
		expect_refusal(&a, 401, "UNAUTHORIZED");
		a = fund(c, "debit", key, ids[i], "1.001", "NGN", "x", "");
		expect_refusal(&a, 401, "UNAUTHORIZED");
		a = fund(c, "credit", key, ids[i], "1", "NGN", fresh_reference(c),
			 ",'provider':'paga'");
		expect_refusal(&a, 401, "UNAUTHORIZED");
		a = hold(c, key, ids[i], "1", fresh_reference(c), "");
		expect_refusal(&a, 401, "UNAUTHORIZED");
	}
	a = client_send(c, &(struct ask){.method = "POST",
					 .target = "/v1/wallets/credit",
					 .credential = key,
					 .idempotency_key = "revoked",
					 .body = client_json(c,
							     "{'walletId':'%s','amount':'1',"
							     "'currency':'NGN','reference':'%s'}",
							     wallet, fresh_reference(c))});
	expect_refusal(&a, 401, "UNAUTHORIZED");
	assert_string_equal(books(c), before);
}

/* A key that was valid a moment ago, and is cached, is refused as soon as it is invalid. */
static void
test_remembered_keys(void **state)
{
	struct client *c = *state;
	static const char *const ends[] = {
		"api_key SET revoked_at = now()",
		"api_key SET expires_at = now()",
		"users SET status = 'suspended'",
	};

	for (size_t i = 0; i < COUNT(ends); i++) {
		struct tenant t = tenant_new(c, client_text(c, "forgotten-%zu", i));
		const char *wallet = wallet_with(c, t.test_key, "NGN", "100");
		const char *to = wallet_new(c, t.test_key, "NGN");
		const char *reference = fresh_reference(c);
		struct answer a = transfer(c, t.test_key, wallet, to, "1", reference, "");

		expect_status(&a, 201);
		assert_string_equal(wallet_balance(c, t.test_key, wallet, "ledger"), "99.00");
		client_sql(c,
			   "UPDATE cowry.%s WHERE user_id = (SELECT user_id FROM cowry.users"
			   " WHERE email = '%s')",
			   ends[i], t.owner.email);
		refuse_all(c, t.test_key, wallet, to);
		a = transfer(c, t.test_key, wallet, to, "1", reference, "");
		expect_refusal(&a, 401, "UNAUTHORIZED"); /* not even the first answer again */
	}
}

/* An access token is invalid after its expiry, or when its user is no longer active. */
static struct instant
tomorrow(void)
{
	struct instant now = clock_system();

	now.us += 86400 * SECOND_US;
	return now;
}

static void
test_old_token(void **state)
{
	struct client *c = *state;
	struct app app = *c->app;
	struct client later = *c;
	struct answer a;

	app.now = tomorrow;
	later.app = &app;
	a = client_call(&later, "GET", "/v1/auth/me", acme.owner.access, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "GET", "/v1/auth/me", acme.owner.access, NULL);
	expect_status(&a, 200);
}

/* Rights are read from the database at each request, not from the token. */
static void
test_demoted(void **state)
{
	struct client *c = *state;
	struct person boss = person_admin(c, "boss@example.com");
	struct person again = person_sign_in(c, boss.email, PASSWORD);
	struct answer a = client_call(c, "POST", "/v1/wallet-providers/add", again.access, "{}");

	expect_field(&a, "type");
	client_sql(c, "UPDATE cowry.users SET role = 'team' WHERE email = 'boss@example.com'");
	a = client_call(c, "POST", "/v1/wallet-providers/add", again.access, "{}");
	expect_refusal(&a, 403, "FORBIDDEN");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_remembered_keys),
		client_test(test_old_token),
		client_test(test_demoted),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
