/* An email address belongs to one user, in any spelling and every dialect. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "app/operation/rekey.h"
#include "app/people/user.h"
#include "app/people/user_admin.h"
#include "tests/support/drop_users.h"
#include "tests/support/moolah_user.h"

#define COMPOSED                \
	"jos\xC3\xA9@b\xC3\xBC" \
	"cher.example"
#define DECOMPOSED                \
	"Jose\xCC\x81@BU\xCC\x88" \
	"CHER.example"
#define ENCODED "jos\xC3\xA9@xn--bcher-kva.example"

static const char *const spellings[] = {COMPOSED, DECOMPOSED, ENCODED};

enum { SPELLINGS = COUNT(spellings) };

static struct answer
pocket_register(struct client *c, const char *email)
{
	return client_call(c, "POST", "/v1/auth/register", NULL,
			   client_json(c,
				       "{'name':'Jane Doe','email':'%s','password':'" PASSWORD
				       "','country':'Nigeria','acceptTerms':true}",
				       email));
}

static struct answer
moolah_register(struct client *c, const char *email)
{
	return client_call(
		c, "POST", "/api/v1/auth/register", NULL,
		registration(c, "Andre Test", email, "+27825579999", identity_number(c, 9999)));
}

static struct answer
drop_register_jane(struct client *c, const char *email)
{
	return drop_register(c, email, "Jane", "Doe");
}

static struct answer (*const registers[])(struct client *c, const char *email) = {
	pocket_register, moolah_register, drop_register_jane};

/* Where sign-in takes an address, and in which field. */
static const struct {
	const char *target;
	const char *member;
} sign_ins[] = {
	{"/v1/auth/login", "email"},
	{"/api/v1/auth/login", "identifier"},
	{"/api/auth/login", "email"},
};

static struct answer
sign_in(struct client *c, size_t i, const char *email)
{
	return client_call(
		c, "POST", sign_ins[i].target, NULL,
		client_json(c, "{'%s':'%s','password':'" PASSWORD "'}", sign_ins[i].member, email));
}

static void
test_one_person(void **state)
{
	struct client *c = *state;
	struct answer a = pocket_register(c, COMPOSED);

	expect_status(&a, 201);
	expect_text(&a, "data.email", COMPOSED);
	for (size_t s = 0; s < SPELLINGS; s++) {
		for (size_t i = 0; i < 3; i++) {
			a = registers[i](c, spellings[s]);
			expect_status(&a, 409);
			a = sign_in(c, i, spellings[s]);
			expect_status(&a, 200);
		}
	}
	/* The local part is folded for ASCII only. */
	a = pocket_register(c, "jos\xC3\x89@b\xC3\xBC"
			       "cher.example");
	expect_status(&a, 201);
}

static void
test_tokens(void **state)
{
	struct client *c = *state;
	struct answer a = pocket_register(c, "t" COMPOSED);
	const char *token;

	expect_status(&a, 201);
	a = client_call(c, "POST", "/v1/auth/verify-email", NULL,
			client_json(c, "{'email':'t" ENCODED "','token':'%s'}",
				    mailed_token(c, "t" COMPOSED)));
	expect_status(&a, 200);
	a = client_call(c, "POST", "/v1/auth/forgotten-password", NULL,
			client_json(c, "{'email':'T" DECOMPOSED "'}"));
	expect_status(&a, 200);
	token = mailed_token(c, "t" COMPOSED);
	assert_non_null(token);
	a = client_call(c, "POST", "/v1/auth/reset-password", NULL,
			client_json(c,
				    "{'email':'T" DECOMPOSED "','token':'%s',"
				    "'newPassword':'another-horse-43'}",
				    token));
	expect_status(&a, 200);
}

/* All routes that take an address refuse one with invisible characters. */
static void
test_unseen(void **state)
{
	static const char *const unseen[] = {
		"j\\u00a0ane@example.com", "jane@exam\\u200bple.com", "\\u202ejane@example.com",
		"jane\\ufeff@example.com", "ja\\u2028ne@example.com", "jane@example.com\\u200d",
		"jane@example\\u2000.com", "ja\\u0085ne@example.com", "jane @example.com",
	};
	struct client *c = *state;
	struct person admin = person_admin(c, "unseen-admin@example.com");
	struct tenant acme = tenant_new(c, "unseen");

	for (size_t i = 0; i < COUNT(unseen); i++) {
		const char *u = unseen[i];
		struct answer a;

		for (size_t r = 0; r < 3; r++) {
			a = registers[r](c, u);
			expect_field(&a, "email");
		}
		a = client_call(c, "POST", "/v1/auth/forgotten-password", NULL,
				client_json(c, "{'email':'%s'}", u));
		expect_field(&a, "email");
		a = client_call(c, "POST", "/v1/users", admin.access,
				client_json(c, "{'name':'x','email':'%s'}", u));
		expect_field(&a, "email");
		a = client_call(c, "POST", client_text(c, "/v1/projects/%s/accounts", acme.project),
				acme.owner.access, client_json(c, "{'name':'x','email':'%s'}", u));
		expect_field(&a, "email");
		a = client_call(c, "POST", "/api/wallet/fund", acme.owner.access,
				client_json(c, "{'amount':'100','email':'%s'}", u));
		expect_status(&a, 400);
	}
}

/* An account created under the previous rules. */
static void
old_account(struct client *c, const char *email, const char *key, bool verified)
{
	client_sql(
		c,
		"INSERT INTO cowry.users (public_id, email, email_key, password_hash, name, country,"
		" is_email_verified) SELECT gen_random_uuid(), '%s', '%s', password_hash, 'Old', 'NG', %s"
		" FROM cowry.users WHERE email_key = 'model@example.com'",
		email, key, verified ? "true" : "false");
}

static const char *
signed_in_as(struct client *c, const char *email)
{
	struct answer a = sign_in(c, 0, email);

	expect_status(&a, 200);
	a = client_call(c, "GET", "/v1/auth/me", answer_at(&a, "data.accessToken"), NULL);
	return answer_at(&a, "data.email");
}

#define FIRST            \
	"anna@M\xC3\x9C" \
	"LLER.example"
#define SECOND           \
	"anna@m\xC3\xBC" \
	"ller.example"
#define ODD "odd\xE2\x80\x8B@example.com"

/* Two accounts that were separate: the verified one gets the key, both keep their functions. */
static void
test_old_accounts(void **state)
{
	struct client *c = *state;
	struct ctx *ctx = &c->fixture->ctx;
	struct odd_address *odd;
	struct answer a;
	size_t n;

	(void)person_new(c, "model@example.com");
	old_account(c, FIRST, "anna@m\xC3\x9Cller.example", false);
	old_account(c, SECOND, SECOND, true);
	old_account(c, ODD, ODD, false);
	old_account(c,
		    "otto@m\xC3\xBC"
		    "ller.example",
		    "otto@m\xC3\xBCller.example", false);
	for (int i = 0; i < 2; i++) { /* it can be repeated */
		assert_int_equal(rekey_addresses(ctx, true, &odd, &n), ERR_OK);
		assert_int_equal(n, 2);
		assert_true(odd[0].taken);
		assert_false(odd[1].taken);
	}
	assert_string_equal(signed_in_as(c, FIRST), FIRST);
	assert_string_equal(signed_in_as(c, SECOND), SECOND);
	assert_string_equal(signed_in_as(c, "anna@xn--mller-kva.example"), SECOND);
	assert_string_equal(signed_in_as(c, ODD), ODD);
	assert_string_equal(signed_in_as(c, "Otto@XN--mller-kva.example"),
			    "otto@m\xC3\xBCller.example");
	a = client_call(c, "POST", "/v1/auth/forgotten-password", NULL,
			client_json(c, "{'email':'" FIRST "'}"));
	expect_status(&a, 200);
	a = client_call(
		c, "POST", "/v1/auth/reset-password", NULL,
		client_json(c, "{'email':'" FIRST "','token':'%s','newPassword':'" PASSWORD "'}",
			    mailed_token(c, FIRST)));
	expect_status(&a, 200);
	a = pocket_register(c, "anna@xn--mller-kva.example");
	expect_status(&a, 409);
	/* Promoting one of them to administrator does not change the other. */
	assert_int_equal(user_make_admin(ctx, FIRST, "Anna", "operators-horse-44"), ERR_OK);
	assert_string_equal(client_value(c, "SELECT string_agg(role, ' ' ORDER BY user_id)"
					    " FROM cowry.users WHERE name = 'Old'"
					    " AND email LIKE 'anna%%'"),
			    "admin developer");
}

/* Found by either form of the domain. */
static void
test_search(void **state)
{
	struct client *c = *state;
	struct person admin = person_admin(c, "search-admin@example.com");
	struct answer a = pocket_register(c, "find@b\xC3\xBC"
					     "cher.example");

	expect_status(&a, 201);
	a = client_call(c, "GET", "/v1/users?search=find%40b%C3%BCcher", admin.access, NULL);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 1);
	a = client_call(c, "GET", "/v1/users?search=find%40xn--bcher", admin.access, NULL);
	assert_int_equal(answer_count(&a, "data"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_one_person), client_test(test_tokens),
		client_test(test_unseen),     client_test(test_old_accounts),
		client_test(test_search),     client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
