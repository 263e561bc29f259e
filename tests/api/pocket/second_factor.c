/* The second factor: its life, sign-ins with it, and that nothing goes around it. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "api/pocket/pocket.h"
#include "tests/support/authenticator.h"
#include "tests/support/moolah_user.h"

#define NEW_PASSWORD "another-horse-43"

enum { FREE = 5, AT_ONCE = 8 };

static int
audited(struct client *c, const char *action, const struct person *who)
{
	return atoi(client_value(c,
				 "SELECT count(*) FROM cowry.audit_log WHERE action = '%s' AND"
				 " subject = '%s'",
				 action, who->id));
}

/* Rows of the person's factor, or of its recovery codes. */
static int
kept_rows(struct client *c, const char *table, const struct person *who)
{
	return atoi(client_value(c,
				 "SELECT count(t) FROM cowry.users JOIN cowry.second_factor f USING"
				 " (user_id) JOIN cowry.%s t USING (second_factor_id)"
				 " WHERE email = '%s'",
				 table, who->email));
}

static void
test_enrol(void **state)
{
	struct client *c = *state;
	struct person who = person_new(c, "enrol@example.com");
	struct answer a = enrol(c, &who, PASSWORD);
	const char *first;

	expect_refusal(&a, 409, "CONFLICT"); /* the address is not verified */
	prove_address(c, who.email);
	a = enrol(c, &who, "not-the-password-1");
	expect_field(&a, "password");
	a = enrol(c, &who, PASSWORD);
	expect_status(&a, 201);
	first = arena_strdup(c->scratch, answer_at(&a, "data.secret"));
	assert_int_equal(strlen(first), 32);
	assert_string_equal(answer_at(&a, "data.otpauthUrl"),
			    client_text(c,
					"otpauth://totp/localhost:enrol%%40example.com?secret=%s"
					"&issuer=localhost&algorithm=SHA1&digits=6&period=30",
					first));
	assert_non_null(strstr(answer_at(&a, "data.qrCode"), "<svg"));
	a = factor_state(c, &who);
	expect_text(&a, "data.active", "false");
	expect_text(&a, "data.activeSince", "null");
	expect_text(&a, "data.pending", "true");
	expect_text(&a, "data.required", "false");
	(void)person_sign_in(c, who.email, PASSWORD); /* not active yet */
	a = enrol(c, &who, PASSWORD);
	expect_status(&a, 201);
	assert_string_not_equal(answer_at(&a, "data.secret"), first);
	a = confirm(c, &who, app_code(c, first, 0));
	expect_field(&a, "code");
	a = client_call(c, "POST", "/v1/auth/second-factor", NULL, "{}");
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "GET", "/v1/auth/second-factor", NULL, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

static void
test_confirm(void **state)
{
	struct client *c = *state;
	struct person here = person_new(c, "confirm@example.com");
	struct person there = person_sign_in(c, here.email, PASSWORD);
	struct answer a = confirm(c, &here, "123456");
	const char *secret;

	expect_refusal(&a, 409, "CONFLICT"); /* nothing to confirm */
	secret = enrolled(c, &here);
	a = confirm(c, &here, app_code(c, secret, 3));
	expect_field(&a, "code");
	a = confirm(c, &here, app_code(c, secret, 0));
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data.recoveryCodes"), 10);
	assert_int_equal(strlen(answer_at(&a, "data.recoveryCodes.0")), 19);
	assert_non_null(strstr(mail_to(c, here.email), "needs a code of your app"));
	assert_int_equal(audited(c, "second_factor_on", &here), 1);
	assert_true(is_signed_in(c, &here));
	assert_false(is_signed_in(c, &there));
	a = factor_state(c, &here);
	expect_text(&a, "data.active", "true");
	expect_text(&a, "data.pending", "false");
	expect_text(&a, "data.recoveryCodesLeft", "10");
	a = confirm(c, &here, app_code(c, secret, 1));
	expect_refusal(&a, 409, "CONFLICT");
	a = enrol(c, &here, PASSWORD);
	expect_refusal(&a, 409, "CONFLICT");
}

/* The secret is sealed, recovery codes are digests, and so is a challenge. */
static void
test_nothing_in_clear(void **state)
{
	struct client *c = *state;
	struct guarded ada = guarded_new(c, "sealed@example.com");
	const char *challenge = challenge_for(c, ada.person.email, PASSWORD);
	struct bytes secret = base32_decoded(c, ada.secret);

	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.second_factor WHERE"
					 " position(decode('%s', 'hex') IN secret_sealed) > 0",
					 hex_encode(c->scratch, secret.data, secret.length)),
			    "0");
	assert_int_equal(kept_rows(c, "recovery_code", &ada.person), 10);
	for (size_t i = 0; i < 10; i++)
		assert_string_equal(client_value(c,
						 "SELECT count(*) FROM cowry.recovery_code r WHERE"
						 " r::text ILIKE '%%%s%%'",
						 ada.recovery[i]),
				    "0");
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.sign_in_challenge WHERE"
					 " digest = sha256(convert_to('%s', 'UTF8'))",
					 challenge),
			    "1");
}

static void
test_sign_in(void **state)
{
	struct client *c = *state;
	struct guarded ada = guarded_new(c, "steps@example.com");
	const char *challenge = challenge_for(c, ada.person.email, PASSWORD);
	struct person again = ada.person;
	struct answer a = client_call(
		c, "POST", "/v1/auth/login", NULL,
		client_json(c, "{'email':'%s','password':'" PASSWORD "'}", ada.person.email));

	assert_null(answer_at(&a, "data.accessToken"));
	assert_null(answer_at(&a, "data.user"));
	expect_text(&a, "data.expiresIn", "300");
	a = second_step(c, challenge, app_code(c, ada.secret, 0));
	expect_status(&a, 200);
	expect_text(&a, "data.user.email", ada.person.email);
	again.access = answer_at(&a, "data.accessToken");
	assert_true(is_signed_in(c, &again));
	a = client_call(
		c, "POST", "/v1/auth/refresh", NULL,
		client_json(c, "{'refreshToken':'%s'}", answer_at(&a, "data.refreshToken")));
	expect_status(&a, 200);
	a = second_step(c, challenge, app_code(c, ada.secret, 1));
	expect_refusal(&a, 401, "INVALID_CREDENTIALS"); /* the challenge is used up */
}

/* Whatever is wrong, the answer is the same. */
static void
test_wrong(void **state)
{
	struct client *c = *state;
	struct guarded ada = guarded_new(c, "wrong@example.com");
	struct guarded eve = guarded_new(c, "eve@example.com");
	const char *challenge = challenge_for(c, ada.person.email, PASSWORD);
	struct answer a = second_step(c, challenge, app_code(c, ada.secret, 5));

	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	a = second_step(c, "unknown", app_code(c, ada.secret, 0));
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	a = second_step(c, challenge, eve.recovery[0]);
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	a = second_step(c, challenge, app_code(c, eve.secret, 0));
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	a = second_step(c, ada.person.refresh, app_code(c, ada.secret, 0));
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	a = client_call(c, "GET", "/v1/auth/me", challenge, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "POST", "/v1/auth/second-step", NULL, "{\"challenge\":\"x\"}");
	expect_field(&a, "code");
	a = second_step(c, challenge, app_code(c, ada.secret, 0));
	expect_status(&a, 200);
}

/* A step is accepted once, also by another challenge, and no earlier one after it. */
static void
test_replay(void **state)
{
	struct client *c = *state;
	struct guarded ada = guarded_new(c, "replay@example.com");
	const char *code = app_code(c, ada.secret, 0);
	const char *next = app_code(c, ada.secret, 1);
	struct answer a = second_step(c, challenge_for(c, ada.person.email, PASSWORD), code);

	expect_status(&a, 200);
	a = second_step(c, challenge_for(c, ada.person.email, PASSWORD), code);
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	a = second_step(c, challenge_for(c, ada.person.email, PASSWORD),
			app_code(c, ada.secret, -1));
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	a = factor_change(c, &ada.person, "disable", PASSWORD, code);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = second_step(c, challenge_for(c, ada.person.email, PASSWORD),
			client_text(c, " %.3s-%s ", next, next + 3));
	expect_status(&a, 200);
}

/* Of many sign-ins at once with the same code, one succeeds. */
static void
at_once(struct client *c, const struct guarded *ada, const char *code)
{
	struct ask asks[AT_ONCE];
	int statuses[AT_ONCE];

	for (size_t i = 0; i < AT_ONCE; i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = "/v1/auth/second-step",
			.body = step_body(c, challenge_for(c, ada->person.email, PASSWORD), code)};
	client_sql(c, "DELETE FROM cowry.sign_in_guard");
	client_at_once(c, asks, AT_ONCE, statuses);
	assert_int_equal(count_status(statuses, AT_ONCE, 200), 1);
	assert_int_equal(count_status(statuses, AT_ONCE, 401) +
				 count_status(statuses, AT_ONCE, 429),
			 AT_ONCE - 1);
	client_sql(c, "DELETE FROM cowry.sign_in_guard");
}

static void
test_at_once(void **state)
{
	struct client *c = *state;
	struct guarded ada = guarded_new(c, "once@example.com");

	at_once(c, &ada, app_code(c, ada.secret, 0));
	at_once(c, &ada, ada.recovery[0]);
	assert_int_equal(audited(c, "recovery_code_use", &ada.person), 1);
}

static void
test_recovery(void **state)
{
	struct client *c = *state;
	struct guarded ada = guarded_new(c, "recovery@example.com");
	const char *typed = text_lower(c->scratch, ada.recovery[3]);
	struct answer a = second_step(c, challenge_for(c, ada.person.email, PASSWORD), typed);

	expect_status(&a, 200);
	assert_non_null(strstr(mail_to(c, ada.person.email), "recovery code of your account"));
	assert_null(strstr(mail_to(c, ada.person.email), ada.recovery[3]));
	assert_string_equal(
		client_value(c, "SELECT u.public_id FROM cowry.audit_log JOIN cowry.users u USING"
				" (user_id) WHERE action = 'recovery_code_use'"),
		ada.person.id);
	a = second_step(c, challenge_for(c, ada.person.email, PASSWORD), ada.recovery[3]);
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	a = factor_state(c, &ada.person);
	expect_text(&a, "data.recoveryCodesLeft", "9");
	a = factor_change(c, &ada.person, "recovery-codes", PASSWORD, app_code(c, ada.secret, 0));
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data.recoveryCodes"), 10);
	assert_int_equal(audited(c, "recovery_codes_renew", &ada.person), 1);
	typed = arena_strdup(c->scratch, answer_at(&a, "data.recoveryCodes.9"));
	a = second_step(c, challenge_for(c, ada.person.email, PASSWORD), ada.recovery[4]);
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	a = second_step(c, challenge_for(c, ada.person.email, PASSWORD), typed);
	expect_status(&a, 200);
}

static void
test_disable(void **state)
{
	struct client *c = *state;
	struct guarded ada = guarded_new(c, "disable@example.com");
	struct person bob = person_new(c, "bob@example.com");
	const char *challenge = challenge_for(c, ada.person.email, PASSWORD);
	struct answer a = factor_change(c, &bob, "disable", PASSWORD, "123456");

	expect_refusal(&a, 409, "CONFLICT");
	a = factor_change(c, &bob, "recovery-codes", PASSWORD, "123456");
	expect_refusal(&a, 409, "CONFLICT");
	a = factor_change(c, &ada.person, "disable", "not-the-password-1",
			  app_code(c, ada.secret, 0));
	expect_refusal(&a, 403, "FORBIDDEN");
	a = factor_change(c, &ada.person, "disable", PASSWORD, app_code(c, ada.secret, 4));
	expect_refusal(&a, 403, "FORBIDDEN");
	a = factor_change(c, &ada.person, "recovery-codes", PASSWORD, "AAAA-AAAA-AAAA-AAAA");
	expect_refusal(&a, 403, "FORBIDDEN");
	a = factor_change(c, &ada.person, "disable", PASSWORD, app_code(c, ada.secret, 0));
	expect_status(&a, 204);
	assert_non_null(strstr(mail_to(c, ada.person.email), "needs the password only"));
	assert_int_equal(audited(c, "second_factor_off", &ada.person), 1);
	a = second_step(c, challenge, app_code(c, ada.secret, 1));
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	(void)person_sign_in(c, ada.person.email, PASSWORD);
	assert_int_equal(kept_rows(c, "recovery_code", &ada.person), 0);
	ada = guarded_from(c, &ada.person); /* and on again, with another secret */
	a = second_step(c, challenge_for(c, ada.person.email, PASSWORD), ada.recovery[0]);
	expect_status(&a, 200);
}

/* Wrong codes are counted for the account, over challenges; the right password resets nothing. */
static void
test_guesses(void **state)
{
	struct client *c = *state;
	struct guarded ada = guarded_new(c, "guesses@example.com");
	struct answer a;

	for (int i = 0; i < FREE; i++) {
		a = second_step(c, challenge_for(c, ada.person.email, PASSWORD),
				app_code(c, ada.secret, 5 + i));
		expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	}
	client_sql(c, "UPDATE cowry.sign_in_guard SET next_at = tried_at + interval '10 minutes'");
	a = second_step(c, challenge_for(c, ada.person.email, PASSWORD),
			app_code(c, ada.secret, 0));
	expect_refusal(&a, 429, "RATE_LIMITED");
	assert_true(atoi(answer_header(&a, "Retry-After")) >= 1);
	a = factor_change(c, &ada.person, "disable", PASSWORD, app_code(c, ada.secret, 0));
	expect_refusal(&a, 429, "RATE_LIMITED");
	client_sql(c, "UPDATE cowry.sign_in_guard SET next_at = now()");
	a = second_step(c, challenge_for(c, ada.person.email, PASSWORD),
			app_code(c, ada.secret, 0));
	expect_status(&a, 200);
	for (int i = 0; i < FREE; i++) /* the counters are reset */
		a = second_step(c, "unknown", app_code(c, ada.secret, 1));
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	a = second_step(c, "unknown", app_code(c, ada.secret, 1));
	expect_refusal(&a, 429, "RATE_LIMITED"); /* as a known one */
}

static void
test_challenge_ends(void **state)
{
	struct client *c = *state;
	struct guarded ada = guarded_new(c, "ends@example.com");
	const char *challenge = challenge_for(c, ada.person.email, PASSWORD);
	struct answer a;

	client_sql(c, "UPDATE cowry.sign_in_challenge SET expires_at = now()");
	a = second_step(c, challenge, app_code(c, ada.secret, 0));
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	challenge = challenge_for(c, ada.person.email, PASSWORD);
	a = client_call(c, "POST", "/v1/auth/change-password", ada.person.access,
			client_json(c, "{'currentPassword':'%s','newPassword':'%s'}", PASSWORD,
				    NEW_PASSWORD));
	expect_status(&a, 204);
	a = second_step(c, challenge, app_code(c, ada.secret, 0));
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	challenge = challenge_for(c, ada.person.email, NEW_PASSWORD);
	client_sql(c, "UPDATE cowry.users SET status = 'suspended' WHERE email = '%s'",
		   ada.person.email);
	a = second_step(c, challenge, app_code(c, ada.secret, 0));
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
}

/* A lost answer is asked for again, with the same key. */
static void
test_repeated(void **state)
{
	struct client *c = *state;
	struct guarded ada = guarded_new(c, "repeated@example.com");
	struct ask ask = {.method = "POST",
			  .target = "/v1/auth/second-step",
			  .idempotency_key = "step-1",
			  .body = step_body(c, challenge_for(c, ada.person.email, PASSWORD),
					    app_code(c, ada.secret, 0))};
	struct answer first = client_send(c, &ask);
	struct answer again = client_send(c, &ask);

	expect_status(&first, 200);
	expect_status(&again, 200);
	expect_text(&again, "data.accessToken", answer_at(&first, "data.accessToken"));
	ask.target = "/v1/auth/login";
	ask.idempotency_key = "step-2";
	ask.body = client_json(c, "{'email':'%s','password':'" PASSWORD "'}", ada.person.email);
	first = client_send(c, &ask);
	again = client_send(c, &ask);
	expect_status(&again, 202);
	expect_text(&again, "data.challenge", answer_at(&first, "data.challenge"));
}

/* The password is reset by mail; the factor stays. */
static void
test_reset(void **state)
{
	struct client *c = *state;
	struct guarded ada = guarded_new(c, "reset@example.com");
	struct answer a = client_call(c, "POST", "/v1/auth/forgotten-password", NULL,
				      client_json(c, "{'email':'%s'}", ada.person.email));

	expect_status(&a, 200);
	a = client_call(c, "POST", "/v1/auth/reset-password", NULL,
			client_json(c, "{'email':'%s','token':'%s','newPassword':'%s'}",
				    ada.person.email, mailed_token(c, ada.person.email),
				    NEW_PASSWORD));
	expect_status(&a, 200);
	a = second_step(c, challenge_for(c, ada.person.email, NEW_PASSWORD),
			app_code(c, ada.secret, 0));
	expect_status(&a, 200);
}

/* Who set an account up with another's address can't lock the owner of the address out. */
static void
test_first_proof(void **state)
{
	struct client *c = *state;
	struct guarded eve = guarded_new(c, "taken@example.com");
	struct answer a;

	client_sql(c, "UPDATE cowry.users SET is_email_verified = false, owner_proven_at = NULL"
		      " WHERE email = 'taken@example.com'");
	a = client_call(c, "POST", "/v1/auth/forgotten-password", NULL,
			client_json(c, "{'email':'%s'}", eve.person.email));
	expect_status(&a, 200);
	a = client_call(c, "POST", "/v1/auth/reset-password", NULL,
			client_json(c, "{'email':'%s','token':'%s','newPassword':'%s'}",
				    eve.person.email, mailed_token(c, eve.person.email),
				    NEW_PASSWORD));
	expect_status(&a, 200);
	(void)person_sign_in(c, eve.person.email, NEW_PASSWORD);
	assert_int_equal(kept_rows(c, "second_factor", &eve.person), 0);
}

/* A verified address whose owner is not known for sure is verified again, with the session. */
static void
test_proof_for_enrolment(void **state)
{
	struct client *c = *state;
	struct person who = person_new(c, "proof@example.com");
	struct answer a;

	client_sql(c, "UPDATE cowry.users SET is_email_verified = true WHERE email = '%s'",
		   who.email);
	a = enrol(c, &who, PASSWORD);
	expect_refusal(&a, 409, "CONFLICT");
	a = client_call(c, "POST", "/v1/auth/request-verify-email", NULL,
			client_json(c, "{'email':'%s'}", who.email));
	expect_status(&a, 200);
	a = client_call(c, "POST", "/v1/auth/verify-email", who.access,
			client_json(c, "{'email':'%s','token':'%s'}", who.email,
				    mailed_token(c, who.email)));
	expect_status(&a, 200);
	a = enrol(c, &who, PASSWORD);
	expect_status(&a, 201);
}

/* Dialects without a second step refuse the sign-in, and continue sessions. */
static void
test_other_dialects(void **state)
{
	struct client *c = *state;
	struct guarded ada = guarded_new(c, "dialects@example.com");
	struct answer a = client_call(
		c, "POST", "/api/v1/auth/login", NULL,
		client_json(c, "{'identifier':'%s','password':'" PASSWORD "'}", ada.person.email));

	expect_refusal(&a, 403, "SECOND_FACTOR_REQUIRED");
	a = client_call(
		c, "POST", "/api/auth/login", NULL,
		client_json(c, "{'email':'%s','password':'" PASSWORD "'}", ada.person.email));
	expect_refusal(&a, 403, "forbidden");
	assert_null(answer_header(&a, "Set-Cookie"));
	assert_non_null(strstr(answer_at(&a, "error.message") != NULL
				       ? answer_at(&a, "error.message")
				       : answer_at(&a, "message"),
			       "/v1/auth/login"));
	a = client_call(
		c, "POST", "/api/auth/login", NULL,
		client_json(c, "{'email':'%s','password':'wrong-password-1'}", ada.person.email));
	expect_refusal(&a, 401, "unauthorized");
	a = client_call(c, "POST", "/api/v1/auth/refresh", ada.person.access, NULL);
	expect_status(&a, 200);
	a = client_call(c, "POST", "/api/auth/refresh", answer_at(&a, "token"), NULL);
	expect_status(&a, 200);
}

/* A sign-in that was under way when the factor became active gets no session. */
static void
test_race_with_activation(void **state)
{
	struct client *c = *state;
	struct guarded ada = guarded_new(c, "race@example.com");
	struct ask asks[AT_ONCE];
	int statuses[AT_ONCE];
	struct answer a = factor_change(c, &ada.person, "disable", PASSWORD, ada.recovery[0]);
	const char *secret;

	expect_status(&a, 204);
	secret = enrolled(c, &ada.person);
	for (size_t i = 0; i < AT_ONCE; i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = "/v1/auth/login",
			.body = client_json(c, "{'email':'%s','password':'" PASSWORD "'}",
					    ada.person.email)};
	asks[AT_ONCE / 2] = (struct ask){
		.method = "POST",
		.target = "/v1/auth/second-factor/confirm",
		.credential = ada.person.access,
		.body = client_json(c, "{'code':'%s'}", app_code(c, secret, 0)),
	};
	client_at_once(c, asks, AT_ONCE, statuses);
	assert_int_equal(statuses[AT_ONCE / 2], 200);
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.session JOIN cowry.users USING"
					 " (user_id) WHERE email = '%s' AND revoked_at IS NULL",
					 ada.person.email),
			    "1");
}

/* With the setting, an administrator without a factor can do nothing but enrol. */
static void
test_administrators(void **state)
{
	struct client *c = *state;
	struct person admin = person_admin(c, "boss@example.com");
	struct person user = person_new(c, "worker@example.com");
	struct guarded guarded;
	struct answer a;

	c->fixture->config.admin_second_factor = true;
	a = client_call(c, "GET", "/v1/users", admin.access, NULL);
	expect_refusal(&a, 403, "SECOND_FACTOR_REQUIRED");
	a = client_call(c, "GET", "/v1/auth/me", admin.access, NULL);
	expect_refusal(&a, 403, "SECOND_FACTOR_REQUIRED");
	a = client_call(c, "GET", "/api/auth/me", admin.access, NULL);
	expect_refusal(&a, 403, "forbidden");
	assert_true(is_signed_in(c, &user));
	a = factor_state(c, &admin);
	expect_text(&a, "data.required", "true");
	guarded = guarded_from(c, &admin);
	a = client_call(c, "GET", "/v1/users", admin.access, NULL);
	expect_status(&a, 200);
	a = factor_change(c, &admin, "disable", PASSWORD, app_code(c, guarded.secret, 0));
	expect_status(&a, 204);
	a = client_call(c, "GET", "/v1/users", admin.access, NULL);
	expect_refusal(&a, 403, "SECOND_FACTOR_REQUIRED");
	c->fixture->config.admin_second_factor = false;
	a = client_call(c, "GET", "/v1/users", admin.access, NULL);
	expect_status(&a, 200);
}

/* Who signs in by other means has no password to enrol with. */
static void
test_without_password(void **state)
{
	struct client *c = *state;
	struct person who = person_new(c, "passwordless@example.com");
	struct answer a;

	prove_address(c, who.email);
	client_sql(c, "UPDATE cowry.users SET password_hash = NULL WHERE email = '%s'", who.email);
	a = enrol(c, &who, PASSWORD);
	expect_refusal(&a, 409, "CONFLICT");
}

static void
test_covered(void **state)
{
	client_covered(*state, pocket_second_factor, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_enrol),
		client_test(test_confirm),
		client_test(test_nothing_in_clear),
		client_test(test_sign_in),
		client_test(test_wrong),
		client_test(test_replay),
		client_test(test_at_once),
		client_test(test_recovery),
		client_test(test_disable),
		client_test(test_guesses),
		client_test(test_challenge_ends),
		client_test(test_repeated),
		client_test(test_reset),
		client_test(test_first_proof),
		client_test(test_proof_for_enrolment),
		client_test(test_other_dialects),
		client_test(test_race_with_activation),
		client_test(test_administrators),
		client_test(test_without_password),
		client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
