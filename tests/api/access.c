/* Who may do what: every route against every kind of credential. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "base/arena.h"
#include "ledger/hold.h"
#include "runtime/app.h"
#include "tests/support/drop_payer.h"
#include "tests/support/moolah_voucher.h"
#include "tests/support/webhook_receiver.h"

enum who {
	NO_ONE,
	GARBAGE_TOKEN,
	GARBAGE_KEY,
	OWNER,
	OTHER,
	ADMIN,
	USER_KEY,
	TEST_KEY,
	LIVE_KEY,
	OTHER_KEY,
	WALLET_KEY,
	REVOKED_KEY,
	EXPIRED_KEY,
	SUSPENDED,
	SUSPENDED_KEY,
	SUSPENDED_PROJECT_KEY,
	SIGNED_OUT,
	WHO_COUNT
};

static const char *credentials[WHO_COUNT];
static struct tenant acme;

/* The values of ids in paths. */
static struct {
	const char *wallet;
	const char *hold;
	const char *transaction;
	const char *project_key;
	const char *user_key;
	const char *customer;
	const char *wallet_key;
	const char *payment;
	const char *webhook;
	const char *delivery;
	const char *voucher;
	const char *code;
	const char *recipient;
	const char *bank_account;
	const char *drop_payment;
} mine;

static const char *
kept(struct client *c, const struct answer *a)
{
	return arena_strdup(c->keep, answer_at(a, "data.id"));
}

/* A failed one, because nothing listens there. */
static void
make_payment(struct client *c)
{
	struct answer a = client_call(
		c, "POST", client_text(c, "/v1/projects/%s/providers", acme.project),
		acme.owner.access,
		client_json(c, "{'type':'paystack','config':{'apiKey':'sk_test_xxx'}}"));

	expect_status(&a, 201);
	c->fixture->config.sandbox_url = "http://127.0.0.1:1";
	a = fund(c, "credit", acme.test_key, mine.wallet, "1", "NGN", "access-1",
		 ",'provider':'paystack','providerPayload':{'email':'a@example.com'}");
	expect_refusal(&a, 502, "PROVIDER_UNAVAILABLE");
	a = client_call(c, "GET", "/v1/payments", acme.test_key, NULL);
	mine.payment = arena_strdup(c->keep, answer_at(&a, "data.0.id"));
}

/* One pending payment, which can be cancelled. */
static void
make_voucher(struct client *c)
{
	struct answer a;

	give(c, &acme.owner, 5000);
	a = issue_easypay(c, &acme.owner, "50");
	mine.voucher = kept(c, &a);
	mine.code = arena_strdup(c->keep, answer_at(&a, "data.easypay_code"));
}

/* A failed payment from a bank account, because nothing listens at the bank. */
static void
make_drop_payment(struct client *c)
{
	struct config *config = &c->fixture->config;
	const char *bank_url = config->bank_url;
	struct answer a;

	mine.bank_account =
		arena_strdup(c->keep, drop_payer_account(c, &acme.owner, 5000000, true));
	client_sql(c, "UPDATE cowry.users SET kyc_status = 'verified' WHERE public_id = '%s'",
		   acme.owner.id);
	mine.recipient = arena_strdup(c->keep, recipient_new(c, &acme.owner, "RSD"));
	config->bank_url = "http://127.0.0.1:1";
	config->clearing_account = "86011117947";
	a = client_call(c, "POST", "/api/transactions/remittance", acme.owner.access,
			client_json(c, "{'recipientId':'%s','amount':1000}", mine.recipient));
	expect_refusal(&a, 503, "service_unavailable");
	config->bank_url = bank_url;
	a = client_call(c, "GET", "/api/transactions", acme.owner.access, NULL);
	mine.drop_payment = arena_strdup(c->keep, answer_at(&a, "data.0.id"));
}

static void
make_objects(struct client *c)
{
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a;

	mine.wallet = wallet_with(c, acme.test_key, "NGN", "100");
	a = hold(c, acme.test_key, mine.wallet, "10", fresh_reference(c), "");
	mine.hold = kept(c, &a);
	a = transfer(c, acme.test_key, from, mine.wallet, "10", fresh_reference(c), "");
	mine.transaction = kept(c, &a);
	a = client_call(c, "POST", client_text(c, "/v1/projects/%s/api-keys", acme.project),
			acme.owner.access, "{}");
	mine.project_key = kept(c, &a);
	a = client_call(c, "POST", "/v1/api-key", acme.owner.access, "{}");
	mine.user_key = kept(c, &a);
	a = client_call(c, "POST", client_text(c, "/v1/projects/%s/accounts", acme.project),
			acme.owner.access, client_json(c, "{'name':'Ada'}"));
	mine.customer = kept(c, &a);
	a = client_call(c, "GET", "/api/v1/keys/list", acme.owner.access, NULL);
	mine.wallet_key = arena_strdup(c->keep, answer_at(&a, "data.keys.0.id"));
	make_payment(c);
	make_voucher(c);
	make_drop_payment(c);
	a = client_call(c, "POST", client_text(c, "/v1/projects/%s/webhooks", acme.project),
			acme.owner.access,
			client_json(c, "{'url':'https://hooks.example.com/','mode':'test',"
				       "'eventTypes':['wallet.created']}"));
	mine.webhook = kept(c, &a);
	(void)wallet_new(c, acme.test_key, "NGN");
	stream_all(c);
	mine.delivery = arena_strdup(
		c->keep, client_value(c, "SELECT public_id FROM cowry.webhook_delivery"));
}

/* A key of the owner's wallet, with all permissions. */
static const char *
wallet_key(struct client *c)
{
	struct answer a = client_call(c, "POST", "/api/v1/keys/create", acme.owner.access,
				      client_json(c, "{'name':'x','expiry':'1Y','permissions':"
						     "['read','deposit','transfer']}"));

	expect_status(&a, 201);
	return arena_strdup(c->keep, answer_at(&a, "data.api_key"));
}

/* Reading a wallet for the first time creates it. */
static void
look_at_wallets(struct client *c)
{
	static const enum who people[] = {OWNER, OTHER, ADMIN};

	for (size_t i = 0; i < COUNT(people); i++) {
		struct answer a = client_call(c, "GET", "/api/v1/wallet/balance",
					      credentials[people[i]], NULL);

		expect_status(&a, 200);
	}
}

static void
end_key(struct client *c, const char *key, const char *column)
{
	client_sql(c,
		   "UPDATE cowry.api_key SET %s = now() WHERE api_key_id ="
		   " (SELECT max(api_key_id) FROM cowry.api_key) AND prefix = left('%s', 9)",
		   column, key);
}

static int
setup(void **state)
{
	struct client *c;
	struct tenant other;
	struct tenant suspended;
	struct person gone;
	struct answer a;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	acme = tenant_new(c, "acme");
	other = tenant_new(c, "other");
	suspended = tenant_new(c, "suspended");
	gone = person_new(c, "gone@example.com");
	a = client_call(c, "POST", "/v1/auth/logout", NULL,
			client_json(c, "{'refreshToken':'%s'}", gone.refresh));
	credentials[GARBAGE_TOKEN] = "eyJhbGciOiJub25lIn0.e30.";
	credentials[GARBAGE_KEY] = "qp_0000000000000000000000000000000000000000000";
	credentials[OWNER] = acme.owner.access;
	credentials[OTHER] = other.owner.access;
	credentials[ADMIN] = person_admin(c, "root@example.com").access;
	credentials[USER_KEY] = key_new(c, &acme.owner, NULL, "'quota':null");
	credentials[TEST_KEY] = acme.test_key;
	credentials[LIVE_KEY] = acme.live_key;
	credentials[OTHER_KEY] = other.test_key;
	credentials[REVOKED_KEY] = key_new(c, &acme.owner, acme.project, "");
	end_key(c, credentials[REVOKED_KEY], "revoked_at");
	credentials[EXPIRED_KEY] = key_new(c, &acme.owner, acme.project, "");
	end_key(c, credentials[EXPIRED_KEY], "expires_at");
	credentials[SUSPENDED] = suspended.owner.access;
	credentials[SUSPENDED_KEY] = key_new(c, &suspended.owner, NULL, "");
	credentials[SUSPENDED_PROJECT_KEY] = suspended.test_key;
	client_sql(c, "UPDATE cowry.users SET status = 'suspended' WHERE email_key ="
		      " 'suspended@example.com'");
	credentials[SIGNED_OUT] = gone.access;
	credentials[WALLET_KEY] = wallet_key(c);
	look_at_wallets(c);
	make_objects(c);
	return a.status == 204 ? 0 : -1;
}

/* 0: allowed. */
static int
expected(enum access access, enum who who)
{
	bool user = who == OWNER || who == OTHER || who == ADMIN;
	bool project_key = who == TEST_KEY || who == LIVE_KEY || who == OTHER_KEY;

	if (access == ACCESS_PUBLIC)
		return 0;
	if (!user && !project_key && who != USER_KEY && who != WALLET_KEY)
		return 401;
	switch (access) {
	case ACCESS_USER:
	case ACCESS_COOKIE:
		return user ? 0 : 403;
	case ACCESS_ADMIN:
		return who == ADMIN ? 0 : 403;
	case ACCESS_USER_OR_KEY:
		return project_key || who == WALLET_KEY ? 403 : 0;
	case ACCESS_PROJECT_KEY:
		return project_key ? 0 : 401;
	case ACCESS_USER_OR_PROJECT:
		return user || project_key ? 0 : 403;
	case ACCESS_WALLET:
		return user || who == WALLET_KEY ? 0 : 401;
	case ACCESS_PUBLIC:
		break;
	}
	return 0;
}

/* The path with the callback's value for each parameter. */
static const char *
fill(struct client *c, const struct route *route,
     const char *value(const struct route *route, const char *name))
{
	const char *path = "";
	const char *p = route->path;

	while (*p != '\0') {
		size_t length = strcspn(p, "{");

		path = client_text(c, "%s%.*s", path, (int)length, p);
		p += length;
		if (*p == '\0')
			break;
		path = client_text(c, "%s%s", path, value(route, p));
		p += strcspn(p, "}") + 1;
	}
	return path;
}

static const char *
nobody(const struct route *route, const char *name)
{
	(void)route;
	(void)name;
	return NOBODY;
}

static void
for_each_route(struct client *c, void (*check)(struct client *c, const struct route *route))
{
	for (size_t d = 0; dialects[d] != NULL; d++)
		for (size_t g = 0; dialects[d]->groups[g] != NULL; g++)
			for (const struct route *r = dialects[d]->groups[g]; r->path != NULL; r++)
				check(c, r);
}

/* Routes that end the credential itself. */
static bool
ends_session(const struct route *route)
{
	static const char *const paths[] = {"/api/auth/logout", "/api/auth/refresh",
					    "/api/user/account", "/api/v1/auth/refresh", NULL};

	return text_index(paths, route->path) >= 0;
}

static void
check_doors(struct client *c, const struct route *route)
{
	const char *path = fill(c, route, nobody);

	if (route->access == ACCESS_PUBLIC &&
	    (route->allow.check != NULL || strstr(route->path, "webhook") != NULL))
		return; /* opened by a signature */
	if (text_starts_with(route->path, "/api/merchants/") && route->method == GET)
		return; /* the caller must be a merchant: tests/api/drop/merchants.c */
	for (int who = 0; who < WHO_COUNT; who++) {
		int status = expected(route->access, (enum who)who);
		struct answer a;
		bool refused;

		if (status == 0 && ends_session(route))
			continue;
		a = client_call(c, method_text(route->method), path, credentials[who],
				route->in != NULL ? "{}" : NULL);
		refused = a.status == 401 || a.status == 403;
		if (status != 0 ? a.status != status : refused)
			print_error("%s %s by %d\n", method_text(route->method), path, who);
		if (status != 0)
			expect_refusal(&a, status, status == 401 ? "UNAUTHORIZED" : "FORBIDDEN");
		else
			assert_false(refused);
	}
}

static void
test_doors(void **state)
{
	for_each_route(*state, check_doors);
}

static const char *
my_object(const struct route *route, const char *name)
{
	if (text_starts_with(name, "{projectId}") || strcmp(route->path, "/v1/projects/{id}") == 0)
		return acme.project;
	if (text_starts_with(route->path, "/v1/users/"))
		return acme.owner.id;
	if (text_starts_with(name, "{deliveryId}"))
		return mine.delivery;
	if (strstr(route->path, "/webhooks/{id}") != NULL)
		return mine.webhook;
	if (text_starts_with(route->path, "/v1/wallets/"))
		return mine.wallet;
	if (text_starts_with(route->path, "/v1/holds/"))
		return mine.hold;
	if (text_starts_with(route->path, "/v1/payments/"))
		return mine.payment;
	if (text_starts_with(route->path, "/v1/transactions/"))
		return mine.transaction;
	if (text_starts_with(route->path, "/api/v1/keys/"))
		return mine.wallet_key;
	if (text_starts_with(route->path, "/v1/api-key/"))
		return mine.user_key;
	if (text_starts_with(route->path, "/api/recipients/"))
		return mine.recipient;
	if (text_starts_with(route->path, "/api/transactions/"))
		return mine.drop_payment;
	if (text_starts_with(route->path, "/api/bank-accounts/"))
		return mine.bank_account;
	if (text_starts_with(route->path, "/api/rates/"))
		return "RSD";
	if (text_starts_with(route->path, "/api/v1/vouchers/"))
		return text_starts_with(name, "{code") ? mine.code : mine.voucher;
	return strstr(route->path, "api-keys") != NULL ? mine.project_key : mine.customer;
}

/* An example body of the documentation. */
static const char *
example(struct client *c, const struct route *route)
{
	struct bytes text;
	struct jw w;

	if (route->in == NULL)
		return NULL;
	jw_init(&w, c->scratch, 256);
	schema_example(route->in, dialects[0]->amounts, &w, NULL);
	assert_true(jw_finish(&w, &text));
	return text.data;
}

/* Whether a project's key opens the route. */
static bool
for_projects(const struct route *route)
{
	return route->access == ACCESS_PROJECT_KEY || route->access == ACCESS_USER_OR_PROJECT;
}

/* Another user's objects do not exist: 404 for all requests. */
static void
check_foreign(struct client *c, const struct route *route)
{
	static const enum who by_token[] = {OTHER, ADMIN};
	static const enum who by_key[] = {LIVE_KEY, OTHER_KEY};
	bool key = for_projects(route);
	const char *path = fill(c, route, my_object);
	size_t strangers = text_starts_with(route->path, "/v1/users/") ? 1 : 2;

	if (strchr(route->path, '{') == NULL || route->access == ACCESS_ADMIN ||
	    text_starts_with(route->path, "/api/rates/") ||
	    strstr(route->path, "/vouchers/code/") != NULL) /* anyone who has a code may look */
		return;
	for (size_t i = 0; i < strangers; i++) { /* administrators manage all users */
		enum who who = key ? by_key[i] : by_token[i];
		struct answer a = client_call(c, method_text(route->method), path, credentials[who],
					      example(c, route));

		if (a.status != 404)
			print_error("%s %s by %d\n", method_text(route->method), path, (int)who);
		expect_refusal(&a, 404,
			       strstr(route->path, "/vouchers/") != NULL ? "VOUCHER_NOT_FOUND"
									 : "NOT_FOUND");
	}
}

static void
test_foreign(void **state)
{
	struct client *c = *state;
	const char *before = books(c);
	const char *keys = client_value(c, "SELECT sum(hashtext(k::text)) FROM cowry.api_key k");

	for_each_route(c, check_foreign);
	assert_string_equal(books(c), before);
	assert_string_equal(client_value(c, "SELECT sum(hashtext(k::text)) FROM cowry.api_key k"),
			    keys);
}

/* The same objects exist for their owner; and examples are valid requests. */
static void
check_mine(struct client *c, const struct route *route)
{
	const char *credential = for_projects(route) ? credentials[TEST_KEY] : credentials[OWNER];
	struct answer a;

	/* Deposits and purchases need a paying party, cards a flag; they have their own tests. */
	if (strchr(route->path, '{') == NULL || strstr(route->path, "deposit/{") != NULL ||
	    strstr(route->path, "purchases/{") != NULL ||
	    text_starts_with(route->path, "/api/cards/") || route->access == ACCESS_ADMIN)
		return;
	if (route->method == DELETE && text_starts_with(route->path, "/v1/users/"))
		return; /* it would end the ownership of everything */
	a = client_call(c, method_text(route->method), fill(c, route, my_object), credential,
			route->method == GET ? NULL : example(c, route));
	if (a.status == 404 && route->in == NULL)
		print_error("%s %s\n", method_text(route->method), route->path);
	assert_true(a.status != 400 || answer_at(&a, "errors.0.code") == NULL ||
		    strcmp(answer_at(&a, "errors.0.code"), "RANGE") == 0);
	assert_true(a.status != 404 || route->in != NULL);
}

static void
test_mine(void **state)
{
	for_each_route(*state, check_mine);
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
	a = client_call(&later, "GET", "/v1/auth/me", credentials[OWNER], NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "GET", "/v1/auth/me", credentials[OWNER], NULL);
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
		client_test(test_doors),        client_test(test_foreign),
		client_test(test_mine),         client_test(test_remembered_keys),
		client_test(test_old_token),    client_test(test_demoted),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
