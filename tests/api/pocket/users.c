/* People, as administrators see to them and as everybody sees to themselves. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "base/arena.h"
#include "tests/support/money.h"

static struct person admin;
static struct person joe;

static int
setup(void **state)
{
	struct client *c;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	admin = person_admin(c, "root@example.com");
	joe = person_new(c, "joe@example.com");
	return 0;
}

static struct answer
users(struct client *c, const char *query)
{
	return client_call(c, "GET", client_text(c, "/v1/users%s", query), admin.access, NULL);
}

static struct answer
change(struct client *c, const struct person *by, const char *id, const char *members)
{
	return client_call(c, "PATCH", client_text(c, "/v1/users/%s", id), by->access,
			   client_json(c, "{%s}", members));
}

static struct answer
get_user(struct client *c, const struct person *by, const char *id)
{
	return client_call(c, "GET", client_text(c, "/v1/users/%s", id), by->access, NULL);
}

static struct answer
delete_user(struct client *c, const struct person *by, const char *id)
{
	return client_call(c, "DELETE", client_text(c, "/v1/users/%s", id), by->access, NULL);
}

static const char *
last_audit(struct client *c)
{
	return client_value(c, "SELECT action || ' ' || subject || ' ' || detail::text"
			       " FROM cowry.audit_log ORDER BY audit_id DESC LIMIT 1");
}

static struct answer
invite(struct client *c, const struct person *by, const char *members)
{
	return client_call(c, "POST", "/v1/users", by->access, client_json(c, "{%s}", members));
}

static void
test_create(void **state)
{
	struct client *c = *state;
	struct answer a = invite(c, &admin, "'name':'Kim','email':'Kim@Example.com','role':'team'");
	const char *id = arena_strdup(c->keep, answer_at(&a, "data.id"));
	const char *token;

	expect_status(&a, 201);
	expect_text(&a, "data.email", "Kim@Example.com");
	expect_text(&a, "data.role", "team");
	expect_text(&a, "data.status", "active");
	expect_text(&a, "data.isEmailVerified", "false");
	assert_non_null(strstr(last_audit(c), client_text(c, "user_create %s", id)));
	assert_null(strstr(last_audit(c), "Kim"));
	a = client_call(c, "POST", "/v1/auth/login", NULL,
			client_json(c, "{'email':'kim@example.com','password':''}"));
	expect_status(&a, 400);
	token = mailed_token(c, "kim@example.com");
	a = client_call(c, "POST", "/v1/auth/reset-password", NULL,
			client_json(c,
				    "{'email':'kim@example.com','token':'%s','newPassword':'%s'}",
				    token, PASSWORD));
	expect_status(&a, 200);
	(void)person_sign_in(c, "kim@example.com", PASSWORD);
	a = invite(c, &admin, "'name':'Kim','email':'kim@example.com'");
	expect_refusal(&a, 409, "CONFLICT");
}

static void
test_create_with_password(void **state)
{
	struct client *c = *state;
	const char *token;
	struct answer a = invite(
		c, &admin, "'name':'Lee','email':'lee@example.com','password':'" PASSWORD "'");

	expect_status(&a, 201);
	token = mailed_token(c, "lee@example.com");
	a = client_call(c, "POST", "/v1/auth/verify-email", NULL,
			client_json(c, "{'email':'lee@example.com','token':'%s'}", token));
	expect_status(&a, 200);
	(void)person_sign_in(c, "lee@example.com", PASSWORD);
	a = invite(
		c, &admin,
		"'name':'Max','email':'max@example.com','status':'suspended','password':'" PASSWORD
		"'");
	expect_text(&a, "data.status", "suspended");
	assert_null(mail_to(c, "max@example.com"));
	a = client_call(c, "POST", "/v1/auth/login", NULL,
			client_json(c, "{'email':'max@example.com','password':'" PASSWORD "'}"));
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	a = invite(c, &admin,
		   "'name':'X','email':'x','role':'root','status':'deleted',"
		   "'password':'short'");
	expect_field(&a, "email");
	expect_field(&a, "role");
	expect_field(&a, "status");
	expect_field(&a, "password");
	a = invite(c, &admin, "'name':'X','email':'x@example.com','password':'password'");
	expect_field(&a, "password");
	a = invite(c, &joe, "'name':'X','email':'x@example.com'");
	expect_refusal(&a, 403, "FORBIDDEN");
}

static void
test_own_account(void **state)
{
	struct client *c = *state;
	struct person ann = person_new(c, "ann@example.com");
	struct answer a = get_user(c, &ann, ann.id);
	const char *before = last_audit(c);

	expect_status(&a, 200);
	expect_text(&a, "data.kycStatus", "none");
	a = change(c, &ann, ann.id,
		   "'name':'Anna','companyName':'Ann & Co','country':'Ghana',"
		   "'photoUrl':'https://example.com/a.png'");
	expect_status(&a, 200);
	a = change(c, &ann, ann.id, "'name':null");
	expect_text(&a, "data.name", "Anna");
	expect_text(&a, "data.companyName", "Ann & Co");
	expect_text(&a, "data.country", "Ghana");
	expect_text(&a, "data.photoUrl", "https://example.com/a.png");
	a = change(c, &ann, ann.id, "'email':'other@example.com','id':'x'"); /* ignored */
	expect_text(&a, "data.email", "ann@example.com");
	a = change(c, &ann, ann.id, "'country':'','photoUrl':'javascript:x'");
	expect_field(&a, "photoUrl");
	assert_string_equal(last_audit(c), before);
}

static void
test_what_only_admins_may(void **state)
{
	struct client *c = *state;
	static const char *const members[] = {"'role':'admin'", "'status':'active'",
					      "'kycStatus':'verified'",
					      "'name':'Mallory','role':'developer'"};
	struct answer a;

	for (size_t i = 0; i < COUNT(members); i++) {
		a = change(c, &joe, joe.id, members[i]);
		expect_refusal(&a, 403, "FORBIDDEN");
		a = change(c, &joe, admin.id, members[i]);
		expect_refusal(&a, 404, "NOT_FOUND");
	}
	a = get_user(c, &joe, joe.id);
	expect_text(&a, "data.name", "Ada");
	a = get_user(c, &joe, admin.id);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = delete_user(c, &joe, admin.id);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET", "/v1/users", joe.access, NULL);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = get_user(c, &admin, NOBODY);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = change(c, &admin, joe.id, "'status':'deleted'");
	expect_field(&a, "status");
}

static void
test_kyc(void **state)
{
	struct client *c = *state;
	struct answer a = change(c, &admin, joe.id, "'kycStatus':'verified','name':'Joseph'");

	expect_status(&a, 200);
	expect_text(&a, "data.kycStatus", "verified");
	assert_string_equal(last_audit(c),
			    client_text(c,
					"user_update %s {\"changed\": [\"name\"], \"kycStatus\":"
					" \"verified\"}",
					joe.id));
	a = client_call(c, "GET", "/v1/auth/me", joe.access, NULL);
	expect_text(&a, "data.kycStatus", "verified");
	expect_text(&a, "data.name", "Joseph");
}

static void
test_suspend(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "suspend-me");
	const char *key = key_new(c, &t.owner, NULL, "'quota':null");
	const char *wallet = wallet_with(c, t.test_key, "NGN", "10");
	struct answer a = change(c, &admin, t.owner.id, "'status':'suspended'");

	expect_text(&a, "data.status", "suspended");
	a = client_call(c, "GET", "/v1/auth/me", t.owner.access, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "POST", "/v1/auth/refresh", NULL,
			client_json(c, "{'refreshToken':'%s'}", t.owner.refresh));
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "GET", "/v1/projects", key, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "GET", client_text(c, "/v1/wallets/%s", wallet), t.test_key, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = change(c, &admin, t.owner.id, "'status':'active'");
	expect_status(&a, 200);
	a = client_call(c, "GET", "/v1/auth/me", t.owner.access, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED"); /* the session stays ended */
	a = client_call(c, "GET", client_text(c, "/v1/wallets/%s", wallet), t.test_key, NULL);
	expect_status(&a, 200);
	(void)person_sign_in(c, t.owner.email, PASSWORD);
}

/* Tables with a row that contains the word. */
static const char *
traces(struct client *c, const char *word)
{
	return client_value(
		c,
		"SELECT string_agg(oid::regclass::text, ' ') FROM pg_class WHERE relkind ="
		" 'r' AND relnamespace = 'cowry'::regnamespace AND strpos(lower("
		"table_to_xml(oid, false, false, '')::text), '%s') > 0",
		word);
}

static void
test_delete(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "forget-me");
	const char *wallet = wallet_with(c, t.test_key, "NGN", "10");
	const char *key = key_new(c, &t.owner, NULL, "'description':'forget-me laptop'");
	static const char accounts[] =
		"SELECT sum(hashtext(a.balance || ' ' || a.held || ' ' || a.sequence))"
		" FROM cowry.account a";
	const char *before;
	struct answer a =
		change(c, &t.owner, t.owner.id,
		       "'name':'forget-me','companyName':'forget-me','country':'forget-me',"
		       "'photoUrl':'https://forget-me.example'");

	expect_status(&a, 200);
	a = client_call(c, "POST", "/v1/auth/request-verify-email", NULL,
			client_json(c, "{'email':'%s'}", t.owner.email));
	expect_status(&a, 200);
	client_sql(
		c,
		"INSERT INTO cowry.funding (public_id, user_id, purpose, reference, transaction_no,"
		" amount, email, email_key, risk, risk_rules, requires_review, expires_at,"
		" status, closed_at)"
		" SELECT gen_random_uuid(), user_id, 'wallet_funding', 'FUND-0000000000001-abcdefgh',"
		" 'TXN-0000000000001', 100, email, email_key, 'low', '', false, now(), 'expired', now()"
		" FROM cowry.users WHERE email = '%s'",
		t.owner.email);
	client_sql(
		c,
		"INSERT INTO cowry.wallet_key (public_id, user_id, digest, prefix, name, permissions,"
		" expires_at) SELECT gen_random_uuid(), user_id, sha256(''), 'x', 'forget-me', 1, now()"
		" FROM cowry.users WHERE email = '%s'",
		t.owner.email);
	before = client_value(c, accounts);
	a = delete_user(c, &t.owner, t.owner.id);
	expect_status(&a, 204);
	assert_string_equal(client_value(c, accounts), before);
	assert_string_equal(
		client_value(c, "SELECT balance FROM cowry.account WHERE public_id = '%s'", wallet),
		"1000");
	assert_string_equal(traces(c, "forget-me"),
			    "cowry.project"); /* its books are kept under it */
	a = client_call(c, "GET", "/v1/auth/me", t.owner.access, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "GET", "/v1/projects", key, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "GET", client_text(c, "/v1/wallets/%s", wallet), t.test_key, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "POST", "/v1/auth/login", NULL,
			client_json(c, "{'email':'%s','password':'" PASSWORD "'}", t.owner.email));
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	a = get_user(c, &admin, t.owner.id);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = change(c, &admin, t.owner.id, "'status':'active'");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = delete_user(c, &admin, t.owner.id);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = users(c, "?status=deleted");
	expect_text(&a, "pagination.total", "1");
	expect_text(&a, "data.0.name", "Deleted user");
	a = users(c, "?search=deleted.invalid");
	expect_text(&a, "pagination.total", "0");
	(void)person_new(c, t.owner.email); /* the address is free again */
}

static void
test_delete_by_admin(void **state)
{
	struct client *c = *state;
	struct person pat = person_new(c, "pat@example.com");
	struct answer a = delete_user(c, &admin, pat.id);

	expect_status(&a, 204);
	assert_string_equal(last_audit(c),
			    client_text(c, "user_delete %s {\"self\": false}", pat.id));
	assert_null(mail_to(c, pat.email));
}

/* One administrator must remain in all cases. */
static void
test_last_admin(void **state)
{
	struct client *c = *state;
	static const char *const members[] = {"'role':'team'", "'status':'suspended'"};
	struct person second;
	struct answer a;

	for (size_t i = 0; i < COUNT(members); i++) {
		a = change(c, &admin, admin.id, members[i]);
		expect_refusal(&a, 409, "CONFLICT");
	}
	a = delete_user(c, &admin, admin.id);
	expect_refusal(&a, 409, "CONFLICT");
	second = person_admin(c, "second@example.com");
	a = change(c, &second, second.id, "'role':'team'");
	expect_status(&a, 200);
	a = change(c, &admin, second.id, "'role':'admin','status':'suspended'");
	expect_status(&a, 200);
	a = delete_user(c, &admin, admin.id);
	expect_refusal(&a, 409, "CONFLICT"); /* a suspended one does not count */
}

/* A user may have registered with another person's address. */
static void
test_promotion(void **state)
{
	struct client *c = *state;
	struct person pat = person_new(c, "promoted@example.com");
	struct answer a = change(c, &admin, pat.id, "'role':'admin'");

	expect_refusal(&a, 409, "CONFLICT");
	a = change(c, &admin, pat.id, "'role':'founder'");
	expect_status(&a, 200);
	client_sql(c, "UPDATE cowry.users SET is_email_verified = true WHERE email = '%s'",
		   pat.email);
	a = change(c, &admin, pat.id, "'role':'admin'");
	expect_status(&a, 200);
	expect_text(&a, "data.role", "admin");
	a = change(c, &admin, pat.id, "'role':'developer'");
	expect_status(&a, 200);
}

/* Two administrators who demote each other concurrently: one succeeds. */
static void
test_admins_at_once(void **state)
{
	struct client *c = *state;

	for (int i = 0; i < 5; i++) {
		struct person pair[2] = {person_admin(c, client_text(c, "one-%d@example.com", i)),
					 person_admin(c, client_text(c, "two-%d@example.com", i))};
		struct ask asks[2];
		int statuses[2];

		client_sql(c,
			   "UPDATE cowry.users SET role = 'team' WHERE role = 'admin' AND"
			   " user_id NOT IN (SELECT user_id FROM cowry.users ORDER BY user_id DESC"
			   " LIMIT 2)");
		for (size_t k = 0; k < 2; k++)
			asks[k] = (struct ask){
				.method = i % 2 == 0 ? "PATCH" : "DELETE",
				.target = client_text(c, "/v1/users/%s", pair[1 - k].id),
				.credential = pair[k].access,
				.body = i % 2 == 0 ? client_json(c, "{'status':'suspended'}")
						   : NULL};
		client_at_once(c, asks, 2, statuses);
		assert_int_equal(count_status(statuses, 2, i % 2 == 0 ? 200 : 204), 1);
		assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.users WHERE role ="
						    " 'admin' AND status = 'active'"),
				    "1");
	}
	client_sql(c, "UPDATE cowry.users SET role = 'admin' WHERE email = 'root@example.com'");
}

static void
test_covered(void **state)
{
	client_covered(*state, pocket_users, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_create),
		client_test(test_create_with_password),
		client_test(test_own_account),
		client_test(test_what_only_admins_may),
		client_test(test_kyc),
		client_test(test_suspend),
		client_test(test_delete),
		client_test(test_delete_by_admin),
		client_test(test_last_admin),
		client_test(test_promotion),
		client_test(test_admins_at_once),
		client_test(client_books_hold),
		client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
