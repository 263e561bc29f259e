/* Registration with a phone and an identity document, sign-in by either name, renewal. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/moolah/moolah.h"
#include "app/people/user.h"
#include "base/arena.h"
#include "crypto/box.h"
#include "runtime/app.h"
#include "tests/support/moolah_user.h"

static struct answer
post(struct client *c, const char *path, const char *body)
{
	return client_call(c, "POST", client_text(c, "/api/v1/auth/%s", path), NULL, body);
}

static struct answer
login(struct client *c, const char *identifier, const char *password)
{
	return post(c, "login",
		    client_json(c, "{'identifier':'%s','password':'%s'}", identifier, password));
}

static struct answer
balance(struct client *c, const char *access)
{
	return client_call(c, "GET", "/api/v1/wallets/balance", access, NULL);
}

static void
test_register(void **state)
{
	struct client *c = *state;
	struct answer a =
		post(c, "register",
		     client_json(c, "{'name':'Andre Test','email':'Andre@Example.com',"
				    "'phoneNumber':'+27825571055','password':'Password123!',"
				    "'idNumber':'8001015009087','idType':'south_african_id'}"));
	const char *access;

	expect_status(&a, 201);
	expect_text(&a, "success", "true");
	expect_text(&a, "message", "User registered successfully.");
	expect_text(&a, "data", NULL);
	expect_text(&a, "user.phone", "+27825571055");
	expect_text(&a, "user.firstName", "Andre");
	expect_text(&a, "user.lastName", "Test");
	expect_text(&a, "user.kycStatus", "not_started");
	expect_text(&a, "user.id",
		    client_value(c, "SELECT user_id FROM cowry.users WHERE phone = '+27825571055'"
				    " AND email_key = 'andre@example.com' AND terms_accepted_at"
				    " IS NULL AND NOT is_email_verified"));
	access = answer_at(&a, "token");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.personal_wallet"
					    " JOIN cowry.users USING (user_id)"
					    " WHERE currency = 'ZAR' AND phone = '+27825571055'"),
			    "1");
	a = balance(c, access);
	expect_status(&a, 200);
	assert_non_null(mailed_token(c, "andre@example.com"));
}

/* The number of the document is encrypted with our keys, and bound to its row. */
static void
test_document_is_sealed(void **state)
{
	struct client *c = *state;
	struct moolah_user ann = moolah_user_new(c, 1);
	const char *id =
		client_value(c, "SELECT public_id FROM cowry.users WHERE user_id = %s", ann.id);
	const char *hex = client_value(
		c, "SELECT encode(document_sealed, 'hex') FROM cowry.users WHERE user_id = %s",
		ann.id);
	size_t length = strlen(hex) / 2;
	void *sealed = arena_alloc(c->scratch, length + 1);
	struct bytes plain;

	assert_true(hex_decode(sealed, length, hex));
	assert_true(box_open(c->app->keys, c->scratch, client_text(c, "document %s", id),
			     (struct bytes){sealed, length}, &plain));
	assert_string_equal(plain.data, ann.document);
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.users u WHERE u::text LIKE"
					 " '%%%s%%'",
					 ann.document),
			    "0");
	assert_string_equal(client_value(c,
					 "SELECT length(document_digest) FROM cowry.users"
					 " WHERE user_id = %s AND document_digest <>"
					 " sha256('%s')",
					 ann.id, ann.document),
			    "32");
}

static void
test_duplicates(void **state)
{
	struct client *c = *state;
	struct moolah_user bo = moolah_user_new(c, 2);
	const char *other = identity_number(c, 3);
	const struct {
		const char *email, *phone, *document, *error;
	} rows[] = {
		{"CITIZEN2@example.com", "+27825570003", other,
		 "The email address is already "
		 "registered"},
		{"other@example.com", "082 557 0002", other,
		 "The phone number is already "
		 "registered"},
		{"other@example.com", "+27825570003", bo.document,
		 "The identity document is already registered"},
	};
	struct answer a;

	for (size_t i = 0; i < COUNT(rows); i++) {
		a = post(c, "register",
			 registration(c, "Bo", rows[i].email, rows[i].phone, rows[i].document));
		expect_refusal(&a, 409, "CONFLICT");
		expect_text(&a, "error", rows[i].error);
	}
	a = post(c, "register", registration(c, "Bo", "other@example.com", "+27825570003", other));
	expect_status(&a, 201);
	expect_text(&a, "user.lastName", "");
}

/* A document is the same for all types, and all spellings of its number. */
static void
test_passports(void **state)
{
	struct client *c = *state;
	struct moolah_user known = moolah_user_new(c, 77);
	const char *spaced = client_text(c, "%.6s %.4s-%s", known.document, known.document + 6,
					 known.document + 10);
	static const char form[] = "{'name':'Eva Maria de Jong','email':'%s','phoneNumber':'%s',"
				   "'password':'" PASSWORD "','idNumber':'%s','idType':'passport'}";
	struct answer a =
		post(c, "register",
		     client_json(c, form, "p0@example.com", "+31612345677", known.document));

	expect_refusal(&a, 409, "CONFLICT");
	a = post(c, "register", client_json(c, form, "p0@example.com", "+31612345677", spaced));
	expect_refusal(&a, 409, "CONFLICT");
	a = post(c, "register",
		 client_json(c, form, "p1@example.com", "+31 6 1234-5678", "8001015009088"));
	expect_status(&a, 201);
	expect_text(&a, "user.phone", "+31612345678");
	expect_text(&a, "user.firstName", "Eva");
	expect_text(&a, "user.lastName", "Maria de Jong");
	a = post(c, "register",
		 client_json(c, form, "p2@example.com", "+31612345679", "m 00 12ab"));
	expect_status(&a, 201);
	a = post(c, "register", client_json(c, form, "p3@example.com", "+31612345670", "M0012AB"));
	expect_refusal(&a, 409, "CONFLICT");
}

static void
test_registration_rules(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *name, *email, *phone, *password, *number, *type, *field;
	} rows[] = {
		{" ", "a@b.co", "+27825570009", PASSWORD, "8001015009087", "passport", "name"},
		{"A", "a.b.co", "+27825570009", PASSWORD, "8001015009087", "passport", "email"},
		{"A", "a@b.co", "12", PASSWORD, "8001015009087", "passport", "phoneNumber"},
		{"A", "a@b.co", "+0825570009", PASSWORD, "8001015009087", "passport",
		 "phoneNumber"},
		{"A", "a@b.co", "+27825570009", "short7x", "8001015009087", "passport", "password"},
		{"A", "a@b.co", "+27825570009", "password123", "8001015009087", "passport",
		 "password"},
		{"A", "a@b.co", "+27825570009", PASSWORD, "8001015009088", "south_african_id",
		 "idNumber"},
		{"A", "a@b.co", "+27825570009", PASSWORD, "8013015009080", "south_african_id",
		 "idNumber"},
		{"A", "a@b.co", "+27825570009", PASSWORD, " ", "passport", "idNumber"},
		{"A", "a@b.co", "+27825570009", PASSWORD, "8001015009087", "licence", "idType"},
	};
	static const char *const required[] = {"name",     "email",    "phoneNumber",
					       "password", "idNumber", "idType"};
	struct answer a;

	for (size_t i = 0; i < COUNT(rows); i++) {
		a = post(c, "register",
			 client_json(c,
				     "{'name':'%s','email':'%s','phoneNumber':'%s',"
				     "'password':'%s','idNumber':'%s','idType':'%s'}",
				     rows[i].name, rows[i].email, rows[i].phone, rows[i].password,
				     rows[i].number, rows[i].type));
		expect_refusal(&a, 400, "VALIDATION_ERROR");
		expect_field(&a, rows[i].field);
	}
	a = post(c, "register", "{}");
	for (size_t i = 0; i < COUNT(required); i++)
		expect_field(&a, required[i]);
}

static void
test_login(void **state)
{
	struct client *c = *state;
	struct moolah_user cat = moolah_user_new(c, 10);
	static const char *const names[] = {"+27825570010", "0825570010", "082 557 0010",
					    "Citizen10@example.com"};

	for (size_t i = 0; i < COUNT(names); i++) {
		struct answer a = login(c, names[i], PASSWORD);

		expect_status(&a, 200);
		expect_text(&a, "success", "true");
		expect_text(&a, "message", "Login successful.");
		expect_text(&a, "user.id", cat.id);
		expect_text(&a, "user.phone", cat.phone);
		a = balance(c, answer_at(&a, "token"));
		expect_status(&a, 200);
	}
}

/* The reason of a refusal is not revealed. */
static void
test_login_refusals(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *identifier, *password;
	} rows[] = {
		{"+27825570011", "wrong-horse-42"}, {"citizen11@example.com", "wrong-horse-42"},
		{"+27825579999", PASSWORD},         {"nobody@example.com", PASSWORD},
		{"27825570011", PASSWORD},          {"nobody", PASSWORD},
		{"+27825570012", PASSWORD},
	};
	struct answer first = {0};

	(void)moolah_user_new(c, 11);
	(void)moolah_user_new(c, 12);
	client_sql(c, "UPDATE cowry.users SET status = 'suspended' WHERE phone = '+27825570012'");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer a = login(c, rows[i].identifier, rows[i].password);

		expect_refusal(&a, 401, "AUTHENTICATION_FAILED");
		if (i == 0)
			first = a;
		assert_int_equal(a.body.length, first.body.length);
		assert_memory_equal(a.body.data, first.body.data, first.body.length);
	}
	first = post(c, "login", "{}");
	expect_field(&first, "identifier");
	expect_field(&first, "password");
}

static struct answer
refresh(struct client *c, const char *access)
{
	return client_call(c, "POST", "/api/v1/auth/refresh", access, NULL);
}

static void
test_refresh(void **state)
{
	struct client *c = *state;
	struct moolah_user dan = moolah_user_new(c, 20);
	struct answer again = login(c, dan.phone, PASSWORD);
	struct answer first = refresh(c, dan.access);
	struct answer a;

	expect_status(&first, 200);
	expect_text(&first, "message", "Token refreshed successfully.");
	expect_text(&first, "user.id", dan.id);
	assert_string_not_equal(answer_at(&first, "token"), dan.access);
	a = balance(c, answer_at(&first, "token"));
	expect_status(&a, 200);
	a = balance(c, dan.access);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = refresh(c, dan.access);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = refresh(c, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = balance(c, answer_at(&again, "token")); /* another sign-in is another session */
	expect_status(&a, 200);
}

static struct answer
verify(struct client *c, const char *access)
{
	return client_call(c, "GET", "/api/v1/auth/verify", access, NULL);
}

/* The original's client keeps a user signed in as long as this answers with a user. */
static void
test_verify(void **state)
{
	struct client *c = *state;
	struct moolah_user eve = moolah_user_new(c, 25);
	struct answer a = verify(c, eve.access);
	struct answer renewed;

	expect_status(&a, 200);
	expect_text(&a, "success", "true");
	expect_text(&a, "user.id", eve.id);
	expect_text(&a, "user.phone", eve.phone);
	expect_text(&a, "user.phoneNumber", eve.phone);
	expect_text(&a, "user.email", eve.email);
	expect_text(&a, "user.name", "Andre Test");
	expect_text(&a, "user.firstName", "Andre");
	expect_text(&a, "user.kycStatus", "not_started");
	assert_null(answer_at(&a, "token"));
	renewed = refresh(c, eve.access);
	a = verify(c, eve.access);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	expect_text(&a, "message", answer_at(&a, "error"));
	a = verify(c, answer_at(&renewed, "token"));
	expect_status(&a, 200);
	a = verify(c, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

/* One token is exchanged for one, however many ask. */
static void
test_refresh_at_once(void **state)
{
	enum { ASKERS = 6 };
	struct client *c = *state;
	struct moolah_user eli = moolah_user_new(c, 21);
	struct ask asks[ASKERS];
	int statuses[ASKERS];

	for (size_t i = 0; i < ASKERS; i++)
		asks[i] = (struct ask){.method = "POST",
				       .target = "/api/v1/auth/refresh",
				       .credential = eli.access};
	client_at_once(c, asks, ASKERS, statuses);
	assert_int_equal(count_status(statuses, ASKERS, 200), 1);
	assert_int_equal(count_status(statuses, ASKERS, 401), ASKERS - 1);
}

/* Of many concurrent registrations with the same data, one succeeds, and has the wallet. */
static void
test_register_at_once(void **state)
{
	enum { ASKERS = 6 };
	struct client *c = *state;
	struct ask asks[ASKERS];
	int statuses[ASKERS];

	for (int i = 0; i < ASKERS; i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = "/api/v1/auth/register",
			.body = registration(c, "Fay", client_text(c, "fay%d@example.com", i),
					     "+27825570030", identity_number(c, 30 + i))};
	client_at_once(c, asks, ASKERS, statuses);
	assert_int_equal(count_status(statuses, ASKERS, 201), 1);
	assert_int_equal(count_status(statuses, ASKERS, 409), ASKERS - 1);
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.users JOIN cowry.wallet"
					    " USING (user_id) WHERE email_key LIKE 'fay%%'"),
			    "1");
}

/* A user is the same in all APIs. */
static void
test_other_dialects(void **state)
{
	struct client *c = *state;
	struct moolah_user gus = moolah_user_new(c, 40);
	struct person there = person_sign_in(c, gus.email, PASSWORD);
	struct person kim = person_new(c, "kim@example.com");
	struct answer a = login(c, "kim@example.com", PASSWORD);

	expect_status(&a, 200);
	expect_text(&a, "user.phone", "null");
	expect_text(&a, "user.firstName", "Ada");
	expect_text(&a, "user.lastName", "");
	a = balance(c, there.access);
	expect_status(&a, 200);
	a = balance(c, kim.access);
	expect_status(&a, 200);
	a = client_call(c, "PATCH", client_text(c, "/v1/users/%s", there.id), there.access,
			client_json(c, "{'name':'Gustav Adolf Vasa'}"));
	expect_status(&a, 200);
	client_sql(c, "UPDATE cowry.users SET kyc_status = 'verified' WHERE user_id = %s", gus.id);
	a = login(c, gus.phone, PASSWORD);
	expect_text(&a, "user.firstName", "Gustav");
	expect_text(&a, "user.lastName", "Adolf Vasa");
	expect_text(&a, "user.kycStatus", "verified");
}

/* Deleted users take all their data along, and may register again. */
static void
test_deletion(void **state)
{
	struct client *c = *state;
	struct moolah_user hal = moolah_user_new(c, 50);
	struct person there = person_sign_in(c, hal.email, PASSWORD);
	struct answer a = client_call(c, "PATCH", "/api/v1/settings", hal.access,
				      client_json(c, "{'language':'zu'}"));

	expect_status(&a, 200);
	a = client_call(c, "DELETE", client_text(c, "/v1/users/%s", there.id), there.access, NULL);
	expect_status(&a, 204);
	assert_string_equal(
		client_value(c,
			     "SELECT num_nonnulls(phone, first_name, last_name, document_type,"
			     " document_digest, document_sealed) FROM cowry.users"
			     " WHERE user_id = %s",
			     hal.id),
		"0");
	assert_string_equal(
		client_value(c, "SELECT count(*) FROM cowry.user_setting WHERE user_id = %s",
			     hal.id),
		"0");
	a = login(c, hal.phone, PASSWORD);
	expect_refusal(&a, 401, "AUTHENTICATION_FAILED");
	a = post(c, "register", registration(c, "Hal", hal.email, hal.phone, hal.document));
	expect_status(&a, 201);
}

static void
test_routes(void **state)
{
	client_covered(*state, moolah_auth, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_register),
		client_test(test_document_is_sealed),
		client_test(test_duplicates),
		client_test(test_passports),
		client_test(test_registration_rules),
		client_test(test_login),
		client_test(test_login_refusals),
		client_test(test_refresh),
		client_test(test_verify),
		client_test(test_refresh_at_once),
		client_test(test_register_at_once),
		client_test(test_other_dialects),
		client_test(test_deletion),
		client_test(client_books_hold),
		client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
