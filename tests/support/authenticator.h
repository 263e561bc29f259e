/* authenticator.h - people with a second factor, and the app that shows its codes. */
#ifndef TESTS_SUPPORT_AUTHENTICATOR_H
#define TESTS_SUPPORT_AUTHENTICATOR_H

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "crypto/totp.h"
#include "tests/support/users.h"

/* A person with an active factor. */
struct guarded {
	struct person person;
	const char *secret;
	const char *recovery[10];
};

/* Base32 of whole bytes. */
static inline struct bytes
base32_decoded(struct client *c, const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned char *bytes = arena_alloc(c->scratch, strlen(text) * 5 / 8 + 1);

	for (size_t i = 0; i < strlen(text) * 5; i++) {
		const char *digit = strchr(digits, text[i / 5]);

		assert_non_null(digit);
		if ((digit - digits) >> (4 - i % 5) & 1)
			bytes[i / 8] |= (unsigned char)(0x80 >> i % 8);
	}
	return (struct bytes){bytes, strlen(text) * 5 / 8};
}

/* What the app shows, some steps from now. */
static inline const char *
app_code(struct client *c, const char *secret, int64_t steps)
{
	char code[TOTP_TEXT_MAX];

	totp_code(base32_decoded(c, secret), totp_step(clock_system()) + steps, code);
	return arena_strdup(c->scratch, code);
}

/* Codes that were used are accepted again. */
static inline void
forget_steps(struct client *c)
{
	client_sql(c, "UPDATE cowry.second_factor SET last_step = 0");
}

static inline void
prove_address(struct client *c, const char *email)
{
	client_sql(c,
		   "UPDATE cowry.users SET is_email_verified = true, owner_proven_at = now()"
		   " WHERE email = '%s'",
		   email);
}

static inline struct answer
enrol(struct client *c, const struct person *who, const char *password)
{
	return client_call(c, "POST", "/v1/auth/second-factor", who->access,
			   client_json(c, "{'password':'%s'}", password));
}

static inline struct answer
confirm(struct client *c, const struct person *who, const char *code)
{
	return client_call(c, "POST", "/v1/auth/second-factor/confirm", who->access,
			   client_json(c, "{'code':'%s'}", code));
}

static inline const char *
enrolled(struct client *c, const struct person *who)
{
	struct answer a;

	prove_address(c, who->email);
	a = enrol(c, who, PASSWORD);
	expect_status(&a, 201);
	return arena_strdup(c->keep, answer_at(&a, "data.secret"));
}

static inline struct guarded
guarded_from(struct client *c, const struct person *who)
{
	struct guarded guarded = {.person = *who, .secret = enrolled(c, who)};
	struct answer a = confirm(c, who, app_code(c, guarded.secret, 0));

	expect_status(&a, 200);
	for (size_t i = 0; i < 10; i++)
		guarded.recovery[i] = arena_strdup(
			c->keep, answer_at(&a, client_text(c, "data.recoveryCodes.%zu", i)));
	forget_steps(c);
	return guarded;
}

static inline struct guarded
guarded_new(struct client *c, const char *email)
{
	struct person person = person_new(c, email);

	return guarded_from(c, &person);
}

/* The first step of a sign-in: its challenge. */
static inline const char *
challenge_for(struct client *c, const char *email, const char *password)
{
	struct answer a =
		client_call(c, "POST", "/v1/auth/login", NULL,
			    client_json(c, "{'email':'%s','password':'%s'}", email, password));

	expect_status(&a, 202);
	return arena_strdup(c->scratch, answer_at(&a, "data.challenge"));
}

static inline const char *
step_body(struct client *c, const char *challenge, const char *code)
{
	return client_json(c, "{'challenge':'%s','code':'%s'}", challenge, code);
}

static inline struct answer
second_step(struct client *c, const char *challenge, const char *code)
{
	return client_call(c, "POST", "/v1/auth/second-step", NULL, step_body(c, challenge, code));
}

static inline struct answer
factor_state(struct client *c, const struct person *who)
{
	return client_call(c, "GET", "/v1/auth/second-factor", who->access, NULL);
}

static inline struct answer
factor_change(struct client *c, const struct person *who, const char *what, const char *password,
	      const char *code)
{
	return client_call(c, "POST", client_text(c, "/v1/auth/second-factor/%s", what),
			   who->access,
			   client_json(c, "{'password':'%s','code':'%s'}", password, code));
}

static inline bool
is_signed_in(struct client *c, const struct person *who)
{
	struct answer a = client_call(c, "GET", "/v1/auth/me", who->access, NULL);

	return a.status == 200;
}

#endif
