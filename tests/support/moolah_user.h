/* moolah_user.h - users registered with MyMoolah. */
#ifndef TESTS_SUPPORT_MOOLAH_USER_H
#define TESTS_SUPPORT_MOOLAH_USER_H

#include "base/luhn.h"
#include "tests/support/users.h"

struct moolah_user {
	const char *id; /* the number that this dialect shows */
	const char *email;
	const char *phone;
	const char *document;
	const char *access;
};

/* A valid identity number: the n-th that was given on 1 January 1980. */
static inline const char *
identity_number(struct client *c, int n)
{
	const char *digits = client_text(c, "800101%04d08", n);

	return client_text(c, "%s%c", digits, luhn_digit(digits, 12));
}

static inline const char *
registration(struct client *c, const char *name, const char *email, const char *phone,
	     const char *document)
{
	return client_json(c,
			   "{'name':'%s','email':'%s','phoneNumber':'%s','password':'" PASSWORD
			   "','idNumber':'%s','idType':'south_african_id'}",
			   name, email, phone, document);
}

/* The n-th person; n is below 10,000. */
static inline struct moolah_user
moolah_user_new(struct client *c, int n)
{
	struct moolah_user user = {
		.email = arena_printf(c->keep, "citizen%d@example.com", n),
		.phone = arena_printf(c->keep, "+2782557%04d", n),
		.document = arena_strdup(c->keep, identity_number(c, n)),
	};
	struct answer a =
		client_call(c, "POST", "/api/v1/auth/register", NULL,
			    registration(c, "Andre Test", user.email, user.phone, user.document));

	expect_status(&a, 201);
	user.id = arena_strdup(c->keep, answer_at(&a, "user.id"));
	user.access = arena_strdup(c->keep, answer_at(&a, "token"));
	return user;
}

#endif
