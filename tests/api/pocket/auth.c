/* Registration, sign-in, sessions, and mailed tokens. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "tests/support/authenticator.h"

static struct answer
post(struct client *c, const char *path, const char *body)
{
	return client_call(c, "POST", client_text(c, "/v1/auth/%s", path), NULL, body);
}

static struct answer
me(struct client *c, const char *access)
{
	return client_call(c, "GET", "/v1/auth/me", access, NULL);
}

static const char *
registration(struct client *c, const char *email)
{
	return client_json(c,
			   "{'name':'Jane Doe','email':'%s','password':'" PASSWORD "',"
			   "'country':'Nigeria','companyName':'Labs','role':'founder',"
			   "'photoUrl':'https://example.com/j.png','acceptTerms':true}",
			   email);
}

static void
test_register(void **state)
{
	struct client *c = *state;
	struct answer a = post(c, "register", registration(c, "Jane@Example.com"));

	expect_status(&a, 201);
	expect_text(&a, "message", "Request successful");
	expect_text(&a, "data.name", "Jane Doe");
	expect_text(&a, "data.email", "Jane@Example.com");
	expect_text(&a, "data.role", "founder");
	expect_text(&a, "data.status", "active");
	expect_text(&a, "data.provider", "local");
	expect_text(&a, "data.isEmailVerified", "false");
	assert_null(strstr(a.body.data, "argon2"));
	assert_null(strstr(a.body.data, "assword"));
	assert_null(strstr(a.body.data, "oken"));
	a = post(c, "register", registration(c, "jane@EXAMPLE.com"));
	expect_refusal(&a, 409, "CONFLICT");
}

/* A name is chosen by the registrant, and mails are read by the owner of the address: it is not
 * used before they are known to be the same person. */
static void
test_no_name_for_strangers(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(
		c, "POST", "/v1/auth/register", NULL,
		client_json(c,
			    "{'name':'Win at evil.example','email':'victim@example.com',"
			    "'password':'" PASSWORD "','country':'Nigeria','acceptTerms':true}"));
	const char *mail;

	expect_status(&a, 201);
	assert_null(strstr(mail_to(c, "victim@example.com"), "evil"));
	for (int verified = 0; verified < 2; verified++) {
		a = post(c, "forgotten-password", "{\"email\":\"victim@example.com\"}");
		expect_status(&a, 200);
		assert_non_null(mailed_token(c, "victim@example.com"));
		mail = mail_to(c, "victim@example.com");
		assert_int_equal(strstr(mail, "evil") != NULL, verified);
		client_sql(c, "UPDATE cowry.users SET is_email_verified = true"
			      " WHERE email = 'victim@example.com'");
	}
	a = client_call(
		c, "POST", "/v1/users", person_admin(c, "inviter@example.com").access,
		client_json(c, "{'name':'Win at evil.example','email':'invited@example.com'}"));
	expect_status(&a, 201);
	assert_null(strstr(mail_to(c, "invited@example.com"), "evil"));
}

/* A secret is stored only as its digest; the mail that contains it is sealed. */
static void
test_nothing_in_clear(void **state)
{
	struct client *c = *state;
	struct person sam = person_new(c, "sam@example.com");
	const char *token = mailed_token(c, sam.email);

	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.mail WHERE position("
					 "convert_to('%s', 'UTF8') IN body_sealed) > 0",
					 token),
			    "0");
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.email_token"
					 " WHERE digest = sha256(convert_to('%s', 'UTF8'))",
					 token),
			    "1");
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.refresh_token"
					 " WHERE digest = sha256(convert_to('%s', 'UTF8'))",
					 sam.refresh),
			    "1");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.users WHERE email_key ="
					    " 'sam@example.com' AND password_hash LIKE"
					    " '$argon2id$%%'"),
			    "1");
}

static void
test_registration_rules(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *body;
		const char *field;
	} rows[] = {
		{"{'name':'','email':'a@b.co','password':'abcdefg8x','country':'NG',"
		 "'acceptTerms':true}",
		 "name"},
		{"{'name':'A','email':'a.b.co','password':'abcdefg8x','country':'NG',"
		 "'acceptTerms':true}",
		 "email"},
		{"{'name':'A','email':'a@b.co','password':'short7x','country':'NG',"
		 "'acceptTerms':true}",
		 "password"},
		{"{'name':'A','email':'a@b.co','password':'password123','country':'NG',"
		 "'acceptTerms':true}",
		 "password"},
		{"{'name':'A','email':'a@b.co','country':'NG','acceptTerms':true}", "password"},
		{"{'name':'A','email':'a@b.co','password':'abcdefg8x','acceptTerms':true}",
		 "country"},
		{"{'name':'A','email':'a@b.co','password':'abcdefg8x','country':'NG',"
		 "'acceptTerms':false}",
		 "acceptTerms"},
		{"{'name':'A','email':'a@b.co','password':'abcdefg8x','country':'NG'}",
		 "acceptTerms"},
		{"{'name':'A','email':'a@b.co','password':'abcdefg8x','country':'NG',"
		 "'acceptTerms':true,'role':'admin'}",
		 "role"},
		{"{'name':'A','email':'a@b.co','password':'abcdefg8x','country':'NG',"
		 "'acceptTerms':true,'provider':'github'}",
		 "provider"},
		{"{'name':'A','email':'a@b.co','password':'abcdefg8x','country':'NG',"
		 "'acceptTerms':true,'photoUrl':'javascript:alert(1)'}",
		 "photoUrl"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer a = post(c, "register", client_json(c, "%s", rows[i].body));

		expect_field(&a, rows[i].field);
	}
}

/* 8 characters are enough for a password, and 72 bytes are allowed. */
static void
test_password_length(void **state)
{
	struct client *c = *state;
	static const struct {
		int pairs; /* of two-byte characters */
		int status;
	} rows[] = {{4, 400}, {7, 400}, {8, 201}, {36, 201}, {37, 400}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *password = "";
		struct answer a;

		for (int n = 0; n < rows[i].pairs; n++)
			password = client_text(c, "%s\u00e9", password);
		a = post(c, "register",
			 client_json(c,
				     "{'name':'A','email':'length%zu@b.co','password':'%s',"
				     "'country':'NG','acceptTerms':true}",
				     i, password));
		expect_status(&a, rows[i].status);
	}
}

/* provider google proves nothing: no password, no access, and no existing account. */
static void
test_register_google(void **state)
{
	struct client *c = *state;
	struct person eve = person_new(c, "eve@example.com");
	struct answer a = post(c, "register",
			       client_json(c, "{'name':'G','email':'g@example.com','provider':"
					      "'google','acceptTerms':true}"));

	expect_status(&a, 201);
	expect_text(&a, "data.provider", "google");
	expect_text(&a, "data.isEmailVerified", "false");
	a = post(c, "register",
		 client_json(c, "{'name':'Mallory','email':'Eve@example.com','provider':'google',"
				"'acceptTerms':true}"));
	expect_refusal(&a, 409, "CONFLICT");
	a = me(c, eve.access);
	expect_text(&a, "data.name", "Ada");
	expect_text(&a, "data.provider", "local");
	a = post(c, "register",
		 client_json(c, "{'name':'G','email':'h@example.com','provider':'google',"
				"'password':'" PASSWORD "','acceptTerms':true}"));
	expect_status(&a, 201);
	a = post(c, "login", client_json(c, "{'email':'h@example.com','password':'" PASSWORD "'}"));
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
}

static void
test_login(void **state)
{
	struct client *c = *state;
	struct answer a;

	(void)person_new(c, "lou@example.com");
	a = post(c, "login",
		 client_json(c, "{'email':'LOU@example.com','password':'" PASSWORD "'}"));
	expect_status(&a, 200);
	expect_text(&a, "data.tokenType", "Bearer");
	expect_text(&a, "data.expiresIn", "900");
	expect_text(&a, "data.token", answer_at(&a, "data.accessToken"));
	expect_text(&a, "data.role", "developer");
	expect_text(&a, "data.status", "active");
	expect_text(&a, "data.user.name", "Ada");
	expect_text(&a, "data.user.email", "lou@example.com");
	expect_text(&a, "data.user.isEmailVerified", "false");
	a = me(c, answer_at(&a, "data.accessToken"));
	expect_status(&a, 200);
	a = me(c, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

/* Unknown, wrong, Google-only and suspended are indistinguishable. */
static void
test_login_refusals(void **state)
{
	struct client *c = *state;
	static const char *const emails[] = {"nobody@example.com", "tim@example.com",
					     "goo@example.com", "gone@example.com"};
	struct answer a;

	(void)person_new(c, "tim@example.com");
	(void)person_new(c, "gone@example.com");
	client_sql(c,
		   "UPDATE cowry.users SET status = 'suspended' WHERE email = 'gone@example.com'");
	a = post(c, "register",
		 client_json(c, "{'name':'G','email':'goo@example.com','provider':'google',"
				"'acceptTerms':true}"));
	expect_status(&a, 201);
	for (size_t i = 0; i < COUNT(emails); i++) {
		a = post(c, "login",
			 client_json(c, "{'email':'%s','password':'%s'}", emails[i],
				     i == 3 ? PASSWORD : "wrong-horse-42"));
		expect_refusal(&a, 401, "INVALID_CREDENTIALS");
		expect_text(&a, "message", "Invalid credentials");
	}
}

static struct answer
refresh(struct client *c, const char *token)
{
	return post(c, "refresh", client_json(c, "{'refreshToken':'%s'}", token));
}

/* A refresh token is valid once; a second use ends the whole family, access tokens included. */
static void
test_refresh(void **state)
{
	struct client *c = *state;
	struct person ann = person_new(c, "ann@example.com");
	struct person again = person_sign_in(c, ann.email, PASSWORD);
	struct answer first = refresh(c, ann.refresh);
	struct answer a;

	expect_status(&first, 200);
	assert_string_not_equal(answer_at(&first, "data.refreshToken"), ann.refresh);
	a = me(c, answer_at(&first, "data.accessToken"));
	expect_status(&a, 200);
	a = refresh(c, ann.refresh);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = refresh(c, answer_at(&first, "data.refreshToken"));
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = me(c, answer_at(&first, "data.accessToken"));
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = me(c, ann.access);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = me(c, again.access); /* another sign-in is another family */
	expect_status(&a, 200);
	a = refresh(c, "unknown");
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

static void
test_refresh_expires(void **state)
{
	struct client *c = *state;
	struct person old = person_new(c, "old@example.com");
	struct answer a;

	assert_string_equal(
		client_value(c, "SELECT round(extract(epoch FROM s.expires_at - s.created_at))"
				" FROM cowry.session s JOIN cowry.users USING (user_id)"
				" WHERE email = 'old@example.com'"),
		"2592000");
	client_sql(c, "UPDATE cowry.session SET expires_at = now() FROM cowry.users u WHERE"
		      " u.user_id = session.user_id AND email = 'old@example.com'");
	a = refresh(c, old.refresh);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = me(c, old.access);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

static void
test_logout(void **state)
{
	struct client *c = *state;
	struct person joe = person_new(c, "joe@example.com");
	struct answer a = post(c, "logout", client_json(c, "{'refreshToken':'%s'}", joe.refresh));

	expect_status(&a, 204);
	a = me(c, joe.access);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = refresh(c, joe.refresh);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = post(c, "logout", client_json(c, "{'refreshToken':'unknown'}"));
	expect_status(&a, 204);
	a = post(c, "logout", "{}");
	expect_field(&a, "refreshToken");
}

static const char *
email_body(struct client *c, const char *email)
{
	return client_json(c, "{'email':'%s'}", email);
}

static const char *
token_body(struct client *c, const char *email, const char *token)
{
	return client_json(c, "{'email':'%s','token':'%s'}", email, token);
}

static void
test_verify_email(void **state)
{
	struct client *c = *state;
	struct person may = person_new(c, "may@example.com");
	const char *token = mailed_token(c, may.email);
	struct answer a = post(c, "verify-email", token_body(c, "joe@example.com", token));

	expect_refusal(&a, 400, "BAD_REQUEST"); /* mailed to somebody else */
	a = client_call(c, "POST", "/v1/auth/verify-email", may.access,
			token_body(c, "MAY@example.com", token));
	expect_status(&a, 200);
	a = me(c, may.access);
	expect_text(&a, "data.isEmailVerified", "true");
	a = post(c, "verify-email", token_body(c, may.email, token));
	expect_refusal(&a, 400, "BAD_REQUEST"); /* once */
}

static void
test_request_verification(void **state)
{
	struct client *c = *state;
	struct person kim = person_new(c, "kim@example.com");
	const char *first = mailed_token(c, kim.email);
	struct answer known = post(c, "request-verify-email", email_body(c, "Kim@example.com"));
	struct answer unknown = post(c, "request-verify-email", email_body(c, "no@example.com"));
	const char *second;
	struct answer a;

	expect_status(&known, 200);
	expect_status(&unknown, 200);
	assert_int_equal(known.body.length, unknown.body.length);
	assert_memory_equal(known.body.data, unknown.body.data, known.body.length);
	second = mailed_token(c, kim.email);
	assert_string_not_equal(first, second);
	assert_null(mail_to(c, "no@example.com"));
	a = post(c, "verify-email", token_body(c, kim.email, first));
	expect_refusal(&a, 400, "BAD_REQUEST"); /* ended by the second */
	assert_string_equal(client_value(c,
					 "SELECT round(extract(epoch FROM expires_at - created_at))"
					 " FROM cowry.email_token"
					 " WHERE digest = sha256(convert_to('%s', 'UTF8'))",
					 second),
			    "86400");
	client_sql(c,
		   "UPDATE cowry.email_token SET expires_at = now()"
		   " WHERE digest = sha256(convert_to('%s', 'UTF8'))",
		   second);
	a = post(c, "verify-email", token_body(c, kim.email, second));
	expect_refusal(&a, 400, "BAD_REQUEST");
	a = post(c, "request-verify-email", email_body(c, "kim"));
	expect_field(&a, "email");
}

static struct answer
reset(struct client *c, const char *email, const char *token, const char *password)
{
	return post(c, "reset-password",
		    client_json(c, "{'email':'%s','token':'%s','newPassword':'%s'}", email, token,
				password));
}

static void
test_reset_password(void **state)
{
	struct client *c = *state;
	struct person pat = person_new(c, "pat@example.com");
	struct answer known = post(c, "forgotten-password", email_body(c, pat.email));
	struct answer unknown = post(c, "forgotten-password", email_body(c, "no2@example.com"));
	const char *token = mailed_token(c, pat.email);
	struct answer a;

	expect_status(&known, 200);
	assert_int_equal(known.body.length, unknown.body.length);
	assert_memory_equal(known.body.data, unknown.body.data, known.body.length);
	assert_null(mail_to(c, "no2@example.com"));
	a = post(c, "verify-email", token_body(c, pat.email, token));
	expect_refusal(&a, 400, "BAD_REQUEST"); /* a token of another purpose */
	a = reset(c, pat.email, token, "password123");
	expect_field(&a, "newPassword");
	a = reset(c, pat.email, token, "brand-new-horse");
	expect_status(&a, 200);
	a = me(c, pat.access);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = refresh(c, pat.refresh);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = post(c, "login",
		 client_json(c, "{'email':'pat@example.com','password':'" PASSWORD "'}"));
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	(void)person_sign_in(c, pat.email, "brand-new-horse");
	a = reset(c, pat.email, token, "another-horse");
	expect_refusal(&a, 400, "BAD_REQUEST"); /* once */
	a = post(c, "forgotten-password", email_body(c, "pat@"));
	expect_field(&a, "email");
}

static void
test_reset_expires(void **state)
{
	struct client *c = *state;
	struct person ray = person_new(c, "ray@example.com");
	const char *token;
	struct answer a = post(c, "forgotten-password", email_body(c, ray.email));

	expect_status(&a, 200);
	token = mailed_token(c, ray.email);
	assert_string_equal(client_value(c,
					 "SELECT round(extract(epoch FROM expires_at - created_at))"
					 " FROM cowry.email_token"
					 " WHERE digest = sha256(convert_to('%s', 'UTF8'))",
					 token),
			    "600");
	client_sql(c,
		   "UPDATE cowry.email_token SET expires_at = now()"
		   " WHERE digest = sha256(convert_to('%s', 'UTF8'))",
		   token);
	a = reset(c, ray.email, token, "brand-new-horse");
	expect_refusal(&a, 400, "BAD_REQUEST");
}

/* Google-only users get no password by mail. */
static void
test_no_reset_for_google(void **state)
{
	struct client *c = *state;
	struct answer a = post(c, "register",
			       client_json(c, "{'name':'G','email':'only@example.com','provider':"
					      "'google','acceptTerms':true}"));

	expect_status(&a, 201);
	a = post(c, "forgotten-password", email_body(c, "only@example.com"));
	expect_status(&a, 200);
	(void)mailed_token(c, "only@example.com"); /* the one of the registration */
	assert_non_null(strstr(mail_to(c, "only@example.com"), "verification"));
}

/* tests/api/pocket/second_factor.c has the rest. */
static void
test_second_step(void **state)
{
	struct client *c = *state;
	struct guarded ada = guarded_new(c, "second-step@example.com");
	const char *challenge = challenge_for(c, ada.person.email, PASSWORD);
	struct answer a = second_step(c, challenge, "000000000");

	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	a = second_step(c, challenge, app_code(c, ada.secret, 0));
	expect_status(&a, 200);
	a = me(c, answer_at(&a, "data.accessToken"));
	expect_text(&a, "data.email", ada.person.email);
}

static void
test_routes(void **state)
{
	client_covered(*state, pocket_auth, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_register),
		client_test(test_no_name_for_strangers),
		client_test(test_nothing_in_clear),
		client_test(test_registration_rules),
		client_test(test_password_length),
		client_test(test_register_google),
		client_test(test_login),
		client_test(test_login_refusals),
		client_test(test_refresh),
		client_test(test_refresh_expires),
		client_test(test_logout),
		client_test(test_verify_email),
		client_test(test_request_verification),
		client_test(test_reset_password),
		client_test(test_reset_expires),
		client_test(test_no_reset_for_google),
		client_test(client_books_hold),
		client_test(test_second_step),
		client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
