/* Password guesses, counted per account across all dialects; and mails to an address. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/people/guard.h"
#include "tests/support/moolah_user.h"
#include "tests/support/otp_wallet.h"

#define STRANGER  "203.0.113.9"
#define ELSEWHERE "198.51.100.7"

enum { FREE = 5 };

static int guests;

static struct person
guest_new(struct client *c)
{
	return person_new(c, client_text(c, "guest%d@example.com", guests++));
}

/* A sign-in by one of the dialects from an address. */
static struct answer
try_at(struct client *c, const char *target, const char *member, const char *name,
       const char *password, const char *address)
{
	return client_send(c, &(struct ask){.method = "POST",
					    .target = target,
					    .address = address,
					    .body = client_json(c, "{'%s':'%s','password':'%s'}",
								member, name, password)});
}

static struct answer
sign_in_from(struct client *c, const char *email, const char *password, const char *address)
{
	return try_at(c, "/v1/auth/login", "email", email, password, address);
}

/* The delay is longer than a slow machine takes for the next request. */
static void
stretch(struct client *c)
{
	client_sql(c, "UPDATE cowry.sign_in_guard SET next_at = tried_at + interval '10 minutes'"
		      " WHERE next_at > tried_at");
}

/* The number of free wrong guesses; the next one has to wait. */
static void
guess(struct client *c, const char *email, const char *address)
{
	struct answer a;

	for (int i = 0; i < FREE; i++) {
		a = sign_in_from(c, email, "wrong-password-1", address);
		expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	}
	stretch(c);
	a = sign_in_from(c, email, "wrong-password-1", address);
	expect_refusal(&a, 429, "RATE_LIMITED");
	assert_true(atoi(answer_header(&a, "Retry-After")) >= 1);
}

static void
let_time_pass(struct client *c)
{
	client_sql(c, "UPDATE cowry.sign_in_guard SET next_at = now() - interval '1 second'");
}

/* The right password also has to wait, from there; the delay doubles up to a quarter of an hour. */
static void
test_delay(void **state)
{
	struct client *c = *state;
	struct person ada = guest_new(c);
	int before = 0;
	struct answer a;

	guess(c, ada.email, STRANGER);
	a = sign_in_from(c, ada.email, PASSWORD, STRANGER);
	expect_refusal(&a, 429, "RATE_LIMITED");
	for (int i = 0; i < 14; i++) {
		int wait;

		let_time_pass(c);
		a = sign_in_from(c, ada.email, "wrong-password-1", STRANGER);
		expect_refusal(&a, 401, "INVALID_CREDENTIALS");
		wait = atoi(client_value(c, "SELECT extract(epoch FROM max(next_at - tried_at))"
					    "::integer FROM cowry.sign_in_guard"));
		assert_true(wait >= before && wait <= 900);
		before = wait;
	}
	assert_true(before > 890);
	let_time_pass(c);
	a = sign_in_from(c, ada.email, PASSWORD, STRANGER);
	expect_status(&a, 200);
	a = sign_in_from(c, ada.email, "wrong-password-1", STRANGER);
	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	a = sign_in_from(c, ada.email, PASSWORD, STRANGER);
	expect_status(&a, 200);
}

/* One counter for all dialects, for all names of the account. */
static void
test_dialects(void **state)
{
	struct client *c = *state;
	struct moolah_user bo = moolah_user_new(c, 501);
	const struct {
		const char *target, *member, *name;
	} ways[] = {{"/v1/auth/login", "email", bo.email},
		    {"/api/auth/login", "email", bo.email},
		    {"/api/v1/auth/login", "identifier", bo.email},
		    {"/api/v1/auth/login", "identifier", bo.phone},
		    {"/v1/auth/login", "email", "CITIZEN501@Example.com"}};
	struct answer a;

	for (int i = 0; i < FREE; i++) {
		a = try_at(c, ways[i].target, ways[i].member, ways[i].name, "wrong-password-1",
			   STRANGER);
		expect_status(&a, 401);
	}
	stretch(c);
	for (int i = 0; i < FREE; i++) {
		a = try_at(c, ways[i].target, ways[i].member, ways[i].name, PASSWORD, STRANGER);
		expect_status(&a, 429);
	}
}

/* The owner is not affected: by a session, and from a known address. */
static void
test_owner(void **state)
{
	struct client *c = *state;
	struct person ada = guest_new(c);
	struct answer a = sign_in_from(c, ada.email, PASSWORD, ELSEWHERE);

	expect_status(&a, 200);
	guess(c, ada.email, STRANGER);
	a = client_call(c, "GET", "/v1/auth/me", ada.access, NULL);
	expect_status(&a, 200);
	a = client_call(c, "POST", "/v1/auth/refresh", NULL,
			client_json(c, "{'refreshToken':'%s'}", ada.refresh));
	expect_status(&a, 200);
	a = sign_in_from(c, ada.email, PASSWORD, ELSEWHERE);
	expect_status(&a, 200);
	guess(c, ada.email, ELSEWHERE); /* counted separately, but counted */
	a = sign_in_from(c, ada.email, PASSWORD, STRANGER);
	expect_refusal(&a, 429, "RATE_LIMITED");
}

/* Resetting the password makes the address known. */
static void
test_reset(void **state)
{
	struct client *c = *state;
	struct person ada = guest_new(c);
	struct answer a;

	guess(c, ada.email, STRANGER);
	a = client_call(c, "POST", "/v1/auth/forgotten-password", NULL,
			client_json(c, "{'email':'%s'}", ada.email));
	expect_status(&a, 200);
	a = client_send(c,
			&(struct ask){.method = "POST",
				      .target = "/v1/auth/reset-password",
				      .address = ELSEWHERE,
				      .body = client_json(c,
							  "{'email':'%s','token':'%s',"
							  "'newPassword':'another-horse-1'}",
							  ada.email, mailed_token(c, ada.email))});
	expect_status(&a, 200);
	a = sign_in_from(c, ada.email, "another-horse-1", ELSEWHERE);
	expect_status(&a, 200);
}

/* Unknown users get the same answers as existing ones. */
static void
test_unknown(void **state)
{
	struct client *c = *state;

	guess(c, "nobody-at-all@example.com", STRANGER);
	let_time_pass(c);
	guess(c, "nobody-else@example.com", ELSEWHERE);
}

/* Concurrent guesses do not bypass the limit. */
static void
test_at_once(void **state)
{
	enum { ASKERS = 24, MORE = 4 }; /* the first waits are short */
	struct client *c = *state;
	struct person ada = guest_new(c);
	struct ask asks[ASKERS];
	int statuses[ASKERS];

	for (size_t i = 0; i < ASKERS; i++)
		asks[i] = (struct ask){.method = "POST",
				       .target = "/v1/auth/login",
				       .address = STRANGER,
				       .body = client_json(c,
							   "{'email':'%s',"
							   "'password':'wrong-password-1'}",
							   ada.email)};
	client_at_once(c, asks, ASKERS, statuses);
	assert_true(count_status(statuses, ASKERS, 401) <= FREE + MORE);
	assert_int_equal(count_status(statuses, ASKERS, 401) + count_status(statuses, ASKERS, 429) +
				 count_status(statuses, ASKERS, 503),
			 ASKERS);
}

static int64_t
mails(struct client *c, const char *email)
{
	return atoll(
		client_value(c, "SELECT count(*) FROM cowry.mail WHERE recipient = '%s'", email));
}

static void
ask_for_reset(struct client *c, const char *email, const char *address)
{
	struct ask ask = {.method = "POST",
			  .target = "/v1/auth/forgotten-password",
			  .address = address,
			  .body = client_json(c, "{'email':'%s'}", email)};
	struct answer a = client_send(c, &ask);

	expect_status(&a, 200);
	(void)mailed_token(c, email); /* as the job runner */
}

/* Six an hour, for all clients; from a known address there are six more. */
static void
test_reset_mails(void **state)
{
	struct client *c = *state;
	struct person ada = guest_new(c);
	int64_t before = mails(c, ada.email);
	struct answer a = sign_in_from(c, ada.email, PASSWORD, ELSEWHERE);

	expect_status(&a, 200);
	for (int i = 0; i < 9; i++)
		ask_for_reset(c, ada.email, STRANGER);
	assert_int_equal(mails(c, ada.email), before + 6);
	ask_for_reset(c, ada.email, ELSEWHERE);
	assert_int_equal(mails(c, ada.email), before + 7);
	client_sql(c, "UPDATE cowry.mail_count SET window_ends_at = now()");
	ask_for_reset(c, ada.email, STRANGER);
	assert_int_equal(mails(c, ada.email), before + 8);
}

/* Codes can't be sent to other users' mailboxes at will. */
static void
test_foreign_codes(void **state)
{
	struct client *c = *state;
	struct answer a;

	for (int i = 0; i < 7; i++) {
		struct person eve = guest_new(c);

		a = otp_post(c, &eve, "fund", "'amount':5000,'email':'victim@example.com'");
		if (i < 6)
			expect_status(&a, 200);
		else
			expect_refusal(&a, 429, "RATE_LIMITED");
	}
}

static int64_t
processor_us(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
	return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

/* What a wrong guess took of the processor. */
static int64_t
cost(struct client *c, const char *email)
{
	int64_t begun = processor_us();
	struct answer a = sign_in_from(c, email, "wrong-password-1", STRANGER);
	int64_t took = processor_us() - begun;

	expect_refusal(&a, 401, "INVALID_CREDENTIALS");
	return took;
}

static int64_t
lower(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* A password costs the same for an account that there is not, so that the time does not tell. Other programs
 * make some guesses slower, so the fastest ones are compared, of both kinds in turn. */
static void
test_cost(void **state)
{
	struct client *c = *state;
	struct person regulars[5];
	int64_t known = INT64_MAX;
	int64_t unknown = INT64_MAX;

	for (size_t i = 0; i < COUNT(regulars); i++)
		regulars[i] = guest_new(c);
	for (size_t i = 0; i < 4 * COUNT(regulars); i++) {
		size_t person = i % COUNT(regulars);

		known = lower(known, cost(c, regulars[person].email));
		unknown = lower(unknown, cost(c, client_text(c, "nobody%zu@example.com", person)));
	}
	print_message("a wrong guess: known %lld us, unknown %lld us\n", (long long)known,
		      (long long)unknown);
	assert_true(llabs(known - unknown) * 5 < known + unknown);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_delay),         client_test(test_dialects),
		client_test(test_owner),         client_test(test_reset),
		client_test(test_unknown),       client_test(test_at_once),
		client_test(test_cost),          client_test(test_reset_mails),
		client_test(test_foreign_codes),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
