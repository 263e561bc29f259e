/* A user's sessions, and the change of a password. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "tests/support/users.h"

#define NEW_PASSWORD "another-horse-43"

static struct answer
list(struct client *c, const struct person *who)
{
	return client_call(c, "GET", "/v1/auth/sessions", who->access, NULL);
}

static bool
is_signed_in(struct client *c, const struct person *who)
{
	struct answer a = client_call(c, "GET", "/v1/auth/me", who->access, NULL);

	return a.status == 200;
}

static void
test_list(void **state)
{
	struct client *c = *state;
	struct person first = person_new(c, "list@example.com");
	struct person second = person_sign_in(c, first.email, PASSWORD);
	struct answer a = list(c, &first);

	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.isCurrent", "false");
	expect_text(&a, "data.1.isCurrent", "true");
	assert_non_null(answer_at(&a, "data.0.createdAt"));
	assert_non_null(answer_at(&a, "data.0.refreshedAt"));
	assert_non_null(answer_at(&a, "data.0.expiresAt"));
	a = client_call(c, "GET", "/v1/auth/sessions?limit=1", second.access, NULL);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.isCurrent", "true");
	expect_text(&a, "pagination.hasNextPage", "true");
	a = client_call(c, "GET",
			client_text(c, "/v1/auth/sessions?cursor=%s",
				    answer_at(&a, "pagination.nextCursor")),
			second.access, NULL);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.isCurrent", "false");
	a = client_call(c, "GET", "/v1/auth/sessions?pageSize=1", first.access, NULL);
	expect_refusal(&a, 400, "VALIDATION_FAILED");
}

static struct answer
end(struct client *c, const struct person *who, const char *id)
{
	return client_call(c, "DELETE", client_text(c, "/v1/auth/sessions/%s", id), who->access,
			   NULL);
}

static void
test_end(void **state)
{
	struct client *c = *state;
	struct person here = person_new(c, "end@example.com");
	struct person there = person_sign_in(c, here.email, PASSWORD);
	struct person stranger = person_new(c, "end-stranger@example.com");
	struct answer a = list(c, &here);
	const char *id = answer_at(&a, "data.0.id");

	a = end(c, &stranger, id);
	expect_refusal(&a, 404, "NOT_FOUND");
	assert_true(is_signed_in(c, &there));
	a = end(c, &here, id);
	expect_status(&a, 204);
	assert_false(is_signed_in(c, &there));
	a = client_call(c, "POST", "/v1/auth/refresh", NULL,
			client_json(c, "{'refreshToken':'%s'}", there.refresh));
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = end(c, &here, id);
	expect_refusal(&a, 404, "NOT_FOUND");
	assert_true(is_signed_in(c, &here));
	a = list(c, &here);
	assert_int_equal(answer_count(&a, "data"), 1);
	a = end(c, &here, answer_at(&a, "data.0.id"));
	expect_status(&a, 204);
	assert_false(is_signed_in(c, &here));
}

static void
test_end_others(void **state)
{
	struct client *c = *state;
	struct person here = person_new(c, "others@example.com");
	struct person there = person_sign_in(c, here.email, PASSWORD);
	struct person stranger = person_new(c, "others-stranger@example.com");
	struct answer a = client_call(c, "DELETE", "/v1/auth/sessions", here.access, NULL);

	expect_status(&a, 204);
	assert_true(is_signed_in(c, &here));
	assert_false(is_signed_in(c, &there));
	assert_true(is_signed_in(c, &stranger));
	a = client_call(c, "DELETE", "/v1/auth/sessions", there.access, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	assert_true(is_signed_in(c, &here));
}

static struct answer
change(struct client *c, const struct person *who, const char *current, const char *other)
{
	return client_call(
		c, "POST", "/v1/auth/change-password", who->access,
		client_json(c, "{'currentPassword':'%s','newPassword':'%s'}", current, other));
}

static int
sign_in_status(struct client *c, const char *email, const char *password)
{
	struct answer a =
		client_call(c, "POST", "/v1/auth/login", NULL,
			    client_json(c, "{'email':'%s','password':'%s'}", email, password));

	return a.status;
}

static void
test_change(void **state)
{
	struct client *c = *state;
	struct person here = person_new(c, "change@example.com");
	struct person there = person_sign_in(c, here.email, PASSWORD);
	struct answer a = change(c, &here, PASSWORD, NEW_PASSWORD);

	expect_status(&a, 204);
	assert_true(is_signed_in(c, &here));
	assert_false(is_signed_in(c, &there));
	assert_int_equal(sign_in_status(c, here.email, PASSWORD), 401);
	assert_int_equal(sign_in_status(c, here.email, NEW_PASSWORD), 200);
	assert_non_null(strstr(mail_to(c, here.email), "was changed"));
	assert_null(strstr(mail_to(c, here.email), NEW_PASSWORD));
}

/* A lost answer is asked for again: the password is right no more, but the key is known. */
static void
test_change_repeated(void **state)
{
	struct client *c = *state;
	struct person who = person_new(c, "repeated@example.com");
	struct ask ask = {.method = "POST",
			  .target = "/v1/auth/change-password",
			  .credential = who.access,
			  .idempotency_key = "change-1"};
	struct answer a;

	ask.body = client_json(c, "{'currentPassword':'%s','newPassword':'%s'}", PASSWORD,
			       NEW_PASSWORD);
	a = client_send(c, &ask);
	expect_status(&a, 204);
	a = client_send(c, &ask);
	expect_status(&a, 204);
	ask.idempotency_key = NULL;
	a = client_send(c, &ask);
	expect_field(&a, "currentPassword");
}

static void
test_change_refused(void **state)
{
	struct client *c = *state;
	struct person who = person_new(c, "refused@example.com");
	struct answer a = change(c, &who, "not-the-password-1", NEW_PASSWORD);

	expect_field(&a, "currentPassword");
	a = change(c, &who, PASSWORD, "password1");
	expect_field(&a, "newPassword");
	a = change(c, &who, PASSWORD, "short");
	expect_field(&a, "newPassword");
	assert_true(is_signed_in(c, &who));
	assert_int_equal(sign_in_status(c, who.email, PASSWORD), 200);
	a = client_call(c, "POST", "/v1/auth/change-password", NULL, "{}");
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

/* Guesses with a stolen session are limited like those at the door. */
static void
test_guesses(void **state)
{
	struct client *c = *state;
	struct person who = person_new(c, "guesses@example.com");
	struct answer a = {.status = 0};

	for (int i = 0; i < 20 && a.status != 429; i++)
		a = change(c, &who, "not-the-password-1", NEW_PASSWORD);
	expect_refusal(&a, 429, "RATE_LIMITED");
}

static void
test_covered(void **state)
{
	client_covered(*state, pocket_sessions, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_list),
		client_test(test_end),
		client_test(test_end_others),
		client_test(test_change),
		client_test(test_change_repeated),
		client_test(test_change_refused),
		client_test(test_guesses),
		client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
