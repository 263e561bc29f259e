/* Sign-in with Google. */
#include "app/people/google.h"

#include "api/bitpal/bitpal.h"
#include "base/arena.h"

static const char *const bearer_only[] = {"bearer", NULL};

struct start_query {
	bool redirect;
};

static const struct field start_query_fields[] = {
	FIELD(struct start_query, redirect, .name = "redirect",
	      .doc = "true: answer 302 to Google. false (default): answer with the URL.",
	      .example = "false"),
};

struct start_out {
	const char *url;
};

static const struct field start_out_fields[] = {
	FIELD(struct start_out, url, .name = "google_auth_url", .required = true,
	      .doc = "Where the user signs in, within 10 minutes.",
	      .example = "\"https://accounts.google.com/o/oauth2/v2/auth?client_id=cowry\""),
};

/* Other parameters that Google adds to the callback are ignored. */
static const struct field return_query_fields[] = {
	FIELD(struct google_return, code, .name = "code", .max = 2048,
	      .doc = "Authorization code from Google; required unless error is present."),
	FIELD(struct google_return, state, .name = "state",
	      .doc = "State from the start of the sign-in; required, and valid once."),
	FIELD(struct google_return, error, .name = "error",
	      .doc = "Reason for which Google refused the sign-in."),
};

struct signed_in_user {
	struct uuid id;
	const char *email;
	const char *name;
	const char *wallet_number;
};

static const struct field signed_in_user_fields[] = {
	FIELD(struct signed_in_user, id, .name = "id", .required = true),
	FIELD(struct signed_in_user, email, .name = "email", .required = true,
	      .example = "\"user@example.com\""),
	FIELD(struct signed_in_user, name, .name = "name", .required = true,
	      .example = "\"John Doe\""),
	FIELD(struct signed_in_user, wallet_number, .name = "wallet_number", .required = true,
	      .doc = "13 digits; the last one is a check digit.", .example = "\"1234567890128\""),
};

static const struct schema signed_in_user =
	SCHEMA(struct signed_in_user, "SignedInUser", signed_in_user_fields);

struct signed_in {
	const char *access_token;
	const char *token_type;
	struct signed_in_user user;
};

static const struct field signed_in_fields[] = {
	FIELD(struct signed_in, access_token, .name = "access_token", .required = true,
	      .example = "\"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.x\""),
	FIELD(struct signed_in, token_type, .name = "token_type", .choices = bearer_only,
	      .required = true, .example = "\"bearer\""),
	FIELD(struct signed_in, user, .name = "user", .required = true, .sub = &signed_in_user),
};

static const struct schema start_query =
	SCHEMA(struct start_query, "GoogleQuery", start_query_fields);
static const struct schema start_out = SCHEMA(struct start_out, "GoogleUrl", start_out_fields);
static const struct schema return_query =
	SCHEMA(struct google_return, "GoogleReturn", return_query_fields);
static const struct schema signed_in = SCHEMA(struct signed_in, "SignedIn", signed_in_fields);

/* Browsers send where a request comes from, or a cookie; curl sends neither. */
static bool
is_browser(const struct request *request)
{
	return request->headers[HEADER_FETCH_SITE] != NULL ||
	       request->headers[HEADER_ORIGIN] != NULL || request->headers[HEADER_COOKIE] != NULL;
}

static void
set_cookie(struct call *call, const char *value, int seconds)
{
	call_header(call, "Set-Cookie",
		    arena_printf(call->ctx.arena,
				 GOOGLE_COOKIE
				 "=%s; Path=/; Max-Age=%d; Secure; HttpOnly; SameSite=Lax",
				 value, seconds));
}

static enum err
start(struct call *call, const void *in, void *out)
{
	bool redirect = ((const struct start_query *)call->query)->redirect;
	struct google_start begun;

	(void)in;
	TRY(google_begin(&call->ctx, redirect || is_browser(call->request), &begun));
	set_cookie(call, begun.cookie, GOOGLE_FLOW_S);
	if (redirect)
		call_redirect(call, begun.url);
	*(struct start_out *)out = (struct start_out){begun.url};
	return ERR_OK;
}

static enum err
finish(struct call *call, const void *in, void *out)
{
	struct google_return answer = *(const struct google_return *)call->query;
	struct google_session session = {.tokens = {.access = NULL}};

	(void)in;
	answer.cookie = call_cookie(call, GOOGLE_COOKIE);
	TRY(google_finish(&call->ctx, &answer, &session));
	set_cookie(call, "", 0);
	*(struct signed_in *)out = (struct signed_in){
		.access_token = session.tokens.access,
		.token_type = "bearer",
		.user = {session.tokens.user.public_id, session.tokens.user.email,
			 session.tokens.user.name, session.wallet.number},
	};
	return ERR_OK;
}

const struct route bitpal_google[] = {
	{GET, "/api/v1/auth/google", "Start a sign-in with Google",
	 "Sets a cookie that binds the sign-in to the browser.", start, .query = &start_query,
	 .out = &start_out, .reply.redirects = true, .docs.errors = {502},
	 .limits.rate = RATE_SIGN_IN, .reply.message = "Google OAuth URL generated", .status = 200,
	 .docs.tag = "Authentication"},
	{GET, "/api/v1/auth/google/callback", "Complete a sign-in with Google",
	 "Google redirects the user here. A sign-in is valid once, and only in the browser that "
	 "started it, which the cookie identifies. One exception allows opening the URL in a "
	 "browser by hand: a sign-in that was started with redirect=false by a client other than a "
	 "browser (it sent no Sec-Fetch-Site, no Origin and no Cookie) may be completed without "
	 "the cookie, if both requests come from the same address. The first sign-in creates the "
	 "user and a naira wallet; a user who has registered with the same email address through "
	 "another API is the same user. If that address was never verified before, the password, "
	 "sessions and keys that were created with it become invalid. 403 if the user has a second "
	 "factor: sign in with POST /v1/auth/login, whose access token is valid here.",
	 finish, .query = &return_query, .out = &signed_in, .docs.errors = {401, 403, 502},
	 .limits.rate = RATE_SIGN_IN, .reply.message = "Authentication successful", .status = 200,
	 .docs.tag = "Authentication"},
	{0},
};
