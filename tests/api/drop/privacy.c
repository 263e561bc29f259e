/* Data protection rights: a complete export without secrets, and erasure. */
#include "tests/support/cmocka.h"

#include "api/drop/drop.h"
#include "app/people/user_admin.h"
#include "jobs/job.h"
#include "runtime/app.h"
#include "tests/support/drop_users.h"

static struct answer
log_in(struct client *c, const char *email)
{
	return client_call(c, "POST", "/api/auth/login", NULL,
			   client_json(c, "{'email':'%s','password':'%s'}", email, PASSWORD));
}

/* An example of everything that an account can have. */
static void
use(struct client *c, const struct dropper *who)
{
	struct answer a =
		by_cookie(c, "PATCH", "/api/settings", who->token, "{\"language\":\"en\"}");

	expect_status(&a, 200);
	a = by_cookie(c, "POST", "/api/consents", who->token,
		      "{\"consentType\":\"terms\",\"granted\":true}");
	expect_status(&a, 201);
	a = by_cookie(c, "POST", "/api/complaints", who->token,
		      "{\"category\":\"other\",\"subject\":\"Rain\",\"description\":\"It rains\"}");
	expect_status(&a, 201);
	a = client_call(c, "POST", "/v1/api-key", who->token, "{\"description\":\"mine\"}");
	expect_status(&a, 201);
	a = client_call(c, "GET", "/api/v1/wallet/balance", who->token, NULL);
	expect_status(&a, 200);
	a = client_call(c, "POST", "/v1/platform-accounts", who->token, "{\"name\":\"Shop\"}");
	expect_status(&a, 201);
}

static void
test_export(void **state)
{
	static const char *const lists[] = {"transactions", "recipients", "bankAccounts"};
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "jane@example.com");
	struct answer a;

	use(c, &jane);
	a = by_cookie(c, "GET", "/api/user/data-export", jane.token, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.user.id", jane.id);
	expect_text(&a, "data.user.email", jane.email);
	expect_text(&a, "data.user.first_name", "Jane");
	expect_text(&a, "data.user.last_name", "Doe");
	expect_text(&a, "data.user.phone", "null");
	expect_text(&a, "data.user.date_of_birth", "1995-03-15");
	expect_text(&a, "data.user.kyc_status", "pending");
	expect_text(&a, "data.user.role", "user");
	expect_text(&a, "data.settings.language", "en");
	expect_text(&a, "data.consents.0.consent_type", "terms");
	expect_text(&a, "data.consents.0.granted", "1");
	expect_text(&a, "data.complaints.0.subject", "Rain");
	expect_text(&a, "data.notifications.0.type", "complaint");
	expect_text(&a, "data.keys.0.name", "mine");
	expect_text(&a, "data.wallets.0.currency", "NGN");
	expect_text(&a, "data.platform.name", "Shop");
	expect_text(&a, "data.dataAccessRequests.0.type", "export");
	for (size_t i = 0; i < COUNT(lists); i++)
		assert_int_equal(answer_count(&a, client_text(c, "data.%s", lists[i])), 0);
	assert_non_null(answer_at(&a, "exportedAt"));
	assert_string_equal(client_value(c, "SELECT type || status FROM cowry.data_access_request"),
			    "exportcompleted");
}

/* It contains no secrets, and no digests of them. */
static void
test_no_secrets(void **state)
{
	static const char *const secrets[] = {
		"SELECT password_hash FROM cowry.users WHERE email_key = 'secrets@example.com'",
		"SELECT max(encode(digest, 'hex')) FROM cowry.api_key",
		"SELECT max(encode(digest, 'base64')) FROM cowry.api_key",
	};
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "secrets@example.com");
	struct answer a;
	const char *text;

	use(c, &jane);
	a = by_cookie(c, "GET", "/api/user/data-export", jane.token, NULL);
	text = a.body.data;
	assert_null(strstr(text, jane.token));
	assert_null(strstr(text, "argon2"));
	assert_null(strstr(text, "digest"));
	for (size_t i = 0; i < COUNT(secrets); i++)
		assert_null(strstr(text, client_value(c, "%s", secrets[i])));
}

/* No data of other users. */
static void
test_own_only(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "own@example.com");
	struct dropper eve = dropper_new(c, "eve@example.com");
	struct answer a;

	use(c, &jane);
	a = by_cookie(c, "GET", "/api/user/data-export", eve.token, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.settings", "null");
	expect_text(&a, "data.platform", "null");
	assert_int_equal(answer_count(&a, "data.consents"), 0);
	assert_int_equal(answer_count(&a, "data.complaints"), 0);
	assert_int_equal(answer_count(&a, "data.keys"), 0);
	assert_null(strstr(a.body.data, "own@example.com"));
	a = client_call(c, "GET", "/api/user/data-export", NULL, NULL);
	expect_refusal(&a, 401, "unauthorized");
}

static void
test_close(void **state)
{
	struct client *c = *state;
	struct ctx ctx = app_ctx(c->app, c->scratch);
	struct dropper jane = dropper_new(c, "close@example.com");
	const char *key;
	struct answer a;

	use(c, &jane);
	a = client_call(c, "POST", "/v1/api-key", jane.token, "{}");
	key = answer_at(&a, "data.rawKey");
	a = by_cookie(c, "DELETE", "/api/user/account", jane.token, NULL);
	expect_status(&a, 200);
	expect_text(&a, "message", "Account scheduled for deletion");
	expect_text(&a, "retentionNote", "Data retained for 5 years per AML requirements");
	assert_string_equal(token_set(c, &a), "");
	a = by_cookie(c, "GET", "/api/auth/me", jane.token, NULL);
	expect_refusal(&a, 401, "unauthorized");
	a = log_in(c, jane.email);
	expect_refusal(&a, 401, "unauthorized");
	a = client_call(c, "GET", "/v1/auth/me", key, NULL);
	expect_status(&a, 401);
	/* The address stays taken, and data required by law is kept. */
	a = drop_register(c, jane.email, "Jane", "Doe");
	expect_refusal(&a, 409, "conflict");
	assert_int_equal(user_make_admin(&ctx, jane.email, "Jane", PASSWORD), ERR_CONFLICT);
	assert_string_equal(
		client_value(c,
			     "SELECT concat_ws(' ', status, name, email, date_of_birth, "
			     "password_hash IS NULL, deleted_at IS NOT NULL, "
			     "retained_until > now() + interval '4 years 11 months') "
			     "FROM cowry.users WHERE drop_id = '%s'",
			     jane.id),
		"deleted Jane Doe close@example.com 1995-03-15 t t t");
	assert_string_equal(
		client_value(c,
			     "SELECT string_agg(r.type || r.status, ',') FROM "
			     "cowry.data_access_request r JOIN cowry.users USING (user_id) "
			     "WHERE drop_id = '%s'",
			     jane.id),
		"erasurecompleted");
}

/* No personal data is left. */
static void
expect_forgotten(struct client *c, const char *id)
{
	assert_string_equal(client_value(c,
					 "SELECT concat_ws(' ', name, split_part(email, '@', 2), "
					 "email = email_key, first_name, last_name, phone, "
					 "date_of_birth, retained_until) "
					 "FROM cowry.users WHERE drop_id = '%s'",
					 id),
			    "Deleted user deleted.invalid t");
	assert_string_equal(
		client_value(
			c,
			"SELECT (SELECT count(*) FROM cowry.consent WHERE user_id = u.user_id) "
			"+ (SELECT count(*) FROM cowry.complaint WHERE user_id = u.user_id) "
			"+ (SELECT count(*) FROM cowry.notification WHERE user_id = u.user_id) "
			"+ (SELECT count(*) FROM cowry.data_access_request "
			"    WHERE user_id = u.user_id) "
			"FROM cowry.users u WHERE drop_id = '%s'",
			id),
		"0");
}

static void
run_retention(struct client *c, struct ctx *ctx)
{
	bool found = true;

	for (int i = 0; found && i < 10; i++)
		assert_int_equal(job_retention.run(ctx, &found), ERR_OK);
	assert_false(found);
	(void)c;
}

static void
test_forget(void **state)
{
	struct client *c = *state;
	struct ctx ctx = app_ctx(c->app, c->scratch);
	struct dropper gone[] = {dropper_new(c, "gone1@example.com"),
				 dropper_new(c, "gone2@example.com"),
				 dropper_new(c, "later@example.com")};
	struct answer a;

	for (size_t i = 0; i < 3; i++) {
		use(c, &gone[i]);
		a = by_cookie(c, "DELETE", "/api/user/account", gone[i].token, NULL);
		expect_status(&a, 200);
	}
	run_retention(c, &ctx);
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.users WHERE email_key IN "
					    "('gone1@example.com', 'gone2@example.com')"),
			    "2");
	client_sql(c, "UPDATE cowry.users SET retained_until = now() - interval '1 second' "
		      "WHERE email_key LIKE 'gone_@example.com'");
	run_retention(c, &ctx);
	expect_forgotten(c, gone[0].id);
	expect_forgotten(c, gone[1].id);
	assert_string_equal(
		client_value(c, "SELECT name FROM cowry.users WHERE drop_id = '%s'", gone[2].id),
		"Jane Doe");
	a = drop_register(c, "gone1@example.com", "Other", "Jane");
	expect_status(&a, 201);
}

/* Deleting a user also deletes their data in Drop. */
static void
test_deleted_user(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "deleted@example.com");
	struct ctx ctx = fixture_ctx(c->fixture);
	struct answer a;

	use(c, &jane);
	a = client_call(c, "DELETE",
			client_text(c, "/v1/users/%s",
				    client_value(c,
						 "SELECT public_id FROM cowry.users "
						 "WHERE drop_id = '%s'",
						 jane.id)),
			jane.token, NULL);
	expect_status(&a, 204);
	run_retention(c, &ctx);
	expect_forgotten(c, jane.id);
	fixture_ctx_end(&ctx);
}

static void
test_last_admin(void **state)
{
	struct client *c = *state;
	struct person root = person_admin(c, "root@example.com");
	struct answer a = by_cookie(c, "DELETE", "/api/user/account", root.access, NULL);

	expect_refusal(&a, 409, "conflict");
	(void)person_admin(c, "second@example.com");
	a = by_cookie(c, "DELETE", "/api/user/account", root.access, NULL);
	expect_status(&a, 200);
}

static void
test_routes(void **state)
{
	client_covered(*state, drop_privacy, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_export),     client_test(test_no_secrets),
		client_test(test_own_only),   client_test(test_close),
		client_test(test_forget),     client_test(test_deleted_user),
		client_test(test_last_admin), client_test(client_books_hold),
		client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
