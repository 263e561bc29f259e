/* drop_users.h - users of Drop in its tests. */
#ifndef TESTS_SUPPORT_DROP_USERS_H
#define TESTS_SUPPORT_DROP_USERS_H

#include "tests/support/users.h"

#include <string.h>

/* A user registered with Drop, and the token of their cookie. */
struct dropper {
	const char *id;
	const char *email;
	const char *token;
};

/* The token that an answer sets; NULL if it sets none. Fails if the cookie lacks an attribute. */
static inline const char *
token_set(struct client *c, const struct answer *a)
{
	const char *cookie = answer_header(a, "Set-Cookie");
	const char *end;

	if (cookie == NULL)
		return NULL;
	assert_true(text_starts_with(cookie, TOKEN_COOKIE "="));
	end = strchr(cookie, ';');
	assert_non_null(end);
	assert_string_equal(end,
			    end == cookie + sizeof(TOKEN_COOKIE)
				    ? "; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=0"
				    : "; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=86400");
	cookie += sizeof(TOKEN_COOKIE);
	return arena_strndup(c->keep, cookie, (size_t)(end - cookie));
}

static inline struct answer
drop_register(struct client *c, const char *email, const char *first, const char *last)
{
	return client_call(c, "POST", "/api/auth/register", NULL,
			   client_json(c,
				       "{'email':'%s','password':'%s','firstName':'%s',"
				       "'lastName':'%s','dateOfBirth':'1995-03-15'}",
				       email, PASSWORD, first, last));
}

static inline struct dropper
dropper_new(struct client *c, const char *email)
{
	struct answer a = drop_register(c, email, "Jane", "Doe");
	const char *token = token_set(c, &a);

	expect_status(&a, 201);
	return (struct dropper){arena_strdup(c->keep, answer_at(&a, "data.id")),
				arena_strdup(c->keep, email), token != NULL ? token : ""};
}

/* A request in the form of a browser: with the cookie. */
static inline struct answer
by_cookie(struct client *c, const char *method, const char *target, const char *token,
	  const char *body)
{
	struct ask ask = {.method = method, .target = target, .body = body};

	ask.headers[HEADER_COOKIE] =
		client_text(c, "theme=dark; " TOKEN_COOKIE "=%s; last=1", token);
	return client_send(c, &ask);
}

/* Whether a text is an id with this prefix. */
static inline bool
is_drop_id(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return text != NULL && strncmp(text, prefix, length) == 0 && strlen(text) == length + 16 &&
	       strspn(text + length, "0123456789abcdef") == 16;
}

#endif
