/* Registration, sign-in and mailed tokens. */
#include "api/pocket/pocket.h"

#include "api/auth.h"
#include "app/people/challenge.h"
#include "app/people/session.h"
#include "app/people/user.h"
#include "base/arena.h"

enum { SECOND_STEP_STATUS = 202 };

static const char *const token_types[] = {"Bearer", NULL};

/* An administrator is made by another. */
static const char *const roles[] = {"developer", "team", "founder", NULL};

static const struct field register_fields[] = {
	FIELD(struct registration, name, .name = "name", .required = true, .text = TEXT_NAME,
	      .min = 1, .max = 120, .example = "\"Jane Doe\""),
	FIELD(struct registration, email, .name = "email", .required = true, .format = "email",
	      .example = "\"jane@example.com\""),
	FIELD(struct registration, provider, .name = "provider", .choices = sign_in_words,
	      .fallback = "local"),
	FIELD(struct registration, password, .name = "password", .secret = true,
	      .format = "password", .doc = "At most 72 bytes; required for local accounts.",
	      .example = "\"securePassword123!\""),
	FIELD(struct registration, country, .name = "country", .text = TEXT_NAME, .min = 2,
	      .max = 60, .doc = "Required for local accounts.", .example = "\"Nigeria\""),
	FIELD(struct registration, company_name, .name = "companyName", .text = TEXT_NAME, .min = 1,
	      .max = 120, .example = "\"Pocket Labs\""),
	FIELD(struct registration, photo_url, .name = "photoUrl", .format = "uri",
	      .example = "\"https://example.com/jane.png\""),
	FIELD(struct registration, role, .name = "role", .choices = roles, .words = user_role_words,
	      .fallback = "developer"),
	FIELD(struct registration, accept_terms, .name = "acceptTerms", .required = true,
	      .doc = "Must be true."),
};

static const struct field login_fields[] = {
	FIELD(struct credentials, email, .name = "email", .required = true, .min = 1, .max = 254,
	      .example = "\"jane@example.com\""),
	FIELD(struct credentials, password, .name = "password", .required = true, .secret = true,
	      .min = 1, .max = 1024, .example = "\"securePassword123!\""),
};

/* The answer to a sign-in. */
struct login_reply {
	const char *access_token;
	const char *refresh_token;
	const char *token;
	const char *token_type;
	int64_t expires_in_s;
	enum user_role role;
	enum user_status status;
	struct user user;
	const char *challenge; /* of a second step, instead of all others */
	int64_t challenge_s;
};

static const struct field login_user_fields[] = {
	FIELD(struct user, public_id, .name = "id", .required = true),
	FIELD(struct user, name, .name = "name", .required = true, .example = "\"Jane Doe\""),
	FIELD(struct user, email, .name = "email", .required = true,
	      .example = "\"jane@example.com\""),
	FIELD(struct user, role, .name = "role", .choices = user_role_words, .required = true,
	      .example = "\"developer\""),
	FIELD(struct user, is_email_verified, .name = "isEmailVerified", .required = true,
	      .example = "false"),
};

static const struct schema login_user = SCHEMA(struct user, "LoginUser", login_user_fields);

static const struct field login_reply_fields[] = {
	FIELD(struct login_reply, access_token, .name = "accessToken", .required = true,
	      .example = "\"eyJhbGciOiJIUzI1NiJ9.e30.x\""),
	FIELD(struct login_reply, refresh_token, .name = "refreshToken", .required = true,
	      .example = "\"m3Zc0X\""),
	FIELD(struct login_reply, token, .name = "token", .required = true,
	      .doc = "The same as accessToken.", .example = "\"eyJhbGciOiJIUzI1NiJ9.e30.x\""),
	FIELD(struct login_reply, token_type, .name = "tokenType", .choices = token_types,
	      .required = true, .example = "\"Bearer\""),
	FIELD(struct login_reply, expires_in_s, .name = "expiresIn", .required = true,
	      .doc = "Validity of the access token in seconds.", .example = "900"),
	FIELD(struct login_reply, role, .name = "role", .choices = user_role_words,
	      .required = true, .example = "\"developer\""),
	FIELD(struct login_reply, status, .name = "status", .choices = user_status_words,
	      .required = true, .example = "\"active\""),
	FIELD(struct login_reply, user, .name = "user", .required = true, .sub = &login_user),
};

static const struct field challenge_fields[] = {
	FIELD(struct login_reply, challenge, .name = "challenge", .required = true,
	      .doc = "For POST /v1/auth/second-step, once.", .example = "\"q1Zc7T0b\""),
	FIELD(struct login_reply, challenge_s, .name = "expiresIn", .required = true,
	      .doc = "Validity of the challenge in seconds.", .example = "300"),
};

static const struct field step_fields[] = {
	FIELD(struct second_step, challenge, .name = "challenge", .required = true, .min = 1,
	      .max = 200, .secret = true, .example = "\"q1Zc7T0b\""),
	FIELD(struct second_step, code, .name = "code", .required = true, .min = 1,
	      .max = FACTOR_CODE_MAX, .secret = true,
	      .doc = "A code of the app, or a recovery code.", .example = "\"123456\""),
};

/* A body of one or two texts. */
struct token_in {
	const char *email;
	const char *token;
	const char *refresh;
};

static const struct field refresh_fields[] = {
	FIELD(struct token_in, refresh, .name = "refreshToken", .required = true, .min = 1,
	      .max = 200, .secret = true, .example = "\"m3Zc0X\""),
};

static const struct field email_fields[] = {
	FIELD(struct token_in, email, .name = "email", .required = true, .format = "email",
	      .example = "\"jane@example.com\""),
};

static const struct field verify_fields[] = {
	FIELD(struct token_in, email, .name = "email", .required = true, .format = "email",
	      .example = "\"jane@example.com\""),
	FIELD(struct token_in, token, .name = "token", .required = true, .min = 1, .max = 200,
	      .secret = true, .example = "\"verification_token\""),
};

static const struct field reset_fields[] = {
	FIELD(struct password_reset, email, .name = "email", .required = true, .format = "email",
	      .example = "\"jane@example.com\""),
	FIELD(struct password_reset, token, .name = "token", .required = true, .min = 1, .max = 200,
	      .secret = true, .example = "\"reset_token\""),
	FIELD(struct password_reset, new_password, .name = "newPassword", .required = true,
	      .format = "password", .secret = true, .example = "\"NewSecurePassword123!\""),
};

static const struct schema register_in =
	SCHEMA(struct registration, "RegisterRequest", register_fields);
static const struct schema login_in = SCHEMA(struct credentials, "LoginRequest", login_fields);
static const struct schema login_out = SCHEMA(struct login_reply, "LoginReply", login_reply_fields);
static const struct schema challenge_out =
	SCHEMA(struct login_reply, "SignInChallenge", challenge_fields);
static const struct schema step_in = SCHEMA(struct second_step, "SecondStepRequest", step_fields);
static const struct schema refresh_in = SCHEMA(struct token_in, "RefreshRequest", refresh_fields);
static const struct schema email_in = SCHEMA(struct token_in, "EmailRequest", email_fields);
static const struct schema verify_in = SCHEMA(struct token_in, "VerifyEmailRequest", verify_fields);
static const struct schema reset_in =
	SCHEMA(struct password_reset, "ResetPasswordRequest", reset_fields);

static enum err
prepare_registration(struct call *call, void *in)
{
	return user_register_prepare(&call->ctx, in);
}

static enum err
register_user(struct call *call, const void *in, void *out)
{
	return user_register(&call->ctx, in, out);
}

static enum err
prepare_login(struct call *call, void *in)
{
	return user_check_password(&call->ctx, in);
}

static void
show_tokens(const struct user_tokens *tokens, struct login_reply *out)
{
	*out = (struct login_reply){
		.access_token = tokens->access,
		.refresh_token = tokens->refresh,
		.token = tokens->access,
		.token_type = "Bearer",
		.expires_in_s = tokens->expires_in_s,
		.role = tokens->user.role,
		.status = tokens->user.status,
		.user = tokens->user,
	};
}

static enum err
login(struct call *call, const void *in, void *out)
{
	const struct user *user = &((const struct credentials *)in)->user;
	struct login_reply *reply = out;
	struct user_tokens tokens = {0};

	if (user->has_second_factor) {
		call->status = SECOND_STEP_STATUS;
		reply->challenge_s = CHALLENGE_LIFETIME_S;
		return challenge_begin(&call->ctx, user, &reply->challenge);
	}
	TRY(user_sign_in(&call->ctx, user, &tokens));
	show_tokens(&tokens, out);
	return ERR_OK;
}

static enum err
prepare_second_step(struct call *call, void *in)
{
	return challenge_prepare(&call->ctx, in);
}

static enum err
second_step(struct call *call, const void *in, void *out)
{
	struct user_tokens tokens = {0};

	TRY(challenge_finish(&call->ctx, in, &tokens));
	show_tokens(&tokens, out);
	return ERR_OK;
}

static enum err
end_family(struct call *call)
{
	return user_end_session(&call->ctx, call->refused_session);
}

static enum err
refresh(struct call *call, const void *in, void *out)
{
	struct user_tokens tokens = {0};
	enum err err = user_refresh(&call->ctx, ((const struct token_in *)in)->refresh, &tokens,
				    &call->refused_session);

	if (call->refused_session != 0)
		call->on_refusal = end_family;
	TRY(err);
	show_tokens(&tokens, out);
	return ERR_OK;
}

static enum err
logout(struct call *call, const void *in, void *out)
{
	(void)out;
	return user_sign_out(&call->ctx, ((const struct token_in *)in)->refresh);
}

static enum err
me(struct call *call, const void *in, void *out)
{
	(void)in;
	return user_get(&call->ctx, call->ctx.who.user_id, out);
}

static enum err
verify_email(struct call *call, const void *in, void *out)
{
	const struct token_in *body = in;
	int64_t user_id;

	(void)out;
	TRY(session_user(call, &user_id));
	return user_verify_email(&call->ctx, body->email, body->token, user_id);
}

static enum err
request_verification(struct call *call, const void *in, void *out)
{
	(void)out;
	return user_request_token(&call->ctx, ((const struct token_in *)in)->email,
				  TOKEN_VERIFY_EMAIL);
}

static enum err
forgot_password(struct call *call, const void *in, void *out)
{
	(void)out;
	return user_request_token(&call->ctx, ((const struct token_in *)in)->email,
				  TOKEN_RESET_PASSWORD);
}

static enum err
prepare_reset(struct call *call, void *in)
{
	return user_reset_prepare(&call->ctx, in);
}

static enum err
reset_password(struct call *call, const void *in, void *out)
{
	(void)out;
	return user_reset_password(&call->ctx, in);
}

const struct route pocket_auth[] = {
	{POST, "/v1/auth/register", "Create an account",
	 "Mails a verification token. Google accounts can sign in only with Google.", register_user,
	 .prepare = prepare_registration, .in = &register_in, .out = &pocket_user,
	 .effect = EFFECT_WRITE, .limits.rate = RATE_SIGN_IN, .limits.daily = DAILY_REGISTRATIONS,
	 .status = 201, .docs.tag = "Auth"},
	{POST, "/v1/auth/login", "Sign in with email and password",
	 "If the account has an active second factor, the answer is 202 with a challenge instead of "
	 "tokens: send it with a code to POST /v1/auth/second-step.",
	 login, .prepare = prepare_login, .in = &login_in, .out = &login_out,
	 .reply.other = {SECOND_STEP_STATUS, &challenge_out,
			 "The password is right; a second step is needed."},
	 .effect = EFFECT_WRITE, .limits.rate = RATE_SIGN_IN, .docs.errors = {401}, .status = 200,
	 .docs.tag = "Auth"},
	{POST, "/v1/auth/second-step", "Complete a sign-in with a code of the second factor",
	 "Takes the challenge of POST /v1/auth/login, and a code of the app or a recovery code. Each "
	 "code is valid once. After a wrong code the challenge can be used again; 401 does not tell "
	 "what was wrong. Wrong codes are counted for the account: after five the next one has to "
	 "wait.",
	 second_step, .prepare = prepare_second_step, .in = &step_in, .out = &login_out,
	 .effect = EFFECT_WRITE, .limits.rate = RATE_SIGN_IN, .docs.errors = {401}, .status = 200,
	 .docs.tag = "Auth"},
	{POST, "/v1/auth/refresh", "Exchange a refresh token for new tokens",
	 "A refresh token is valid once. Using it again ends the whole session.", refresh,
	 .in = &refresh_in, .out = &login_out, .effect = EFFECT_WRITE, .limits.rate = RATE_SIGN_IN,
	 .docs.errors = {401}, .status = 200, .docs.tag = "Auth"},
	{POST, "/v1/auth/logout", "End a session", NULL, logout, .in = &refresh_in,
	 .effect = EFFECT_WRITE, .limits.rate = RATE_SIGN_IN, .status = 204, .docs.tag = "Auth"},
	{GET, "/v1/auth/me", "Retrieve the current user", NULL, me, .out = &pocket_user,
	 .access = ACCESS_USER, .status = 200, .docs.tag = "Auth"},
	{POST, "/v1/auth/verify-email", "Verify an email address",
	 "Send your access token, if you have one. Without it there is no proof that the reader of "
	 "the mail created the account: sessions, keys, webhooks, provider and bank accounts and "
	 "the like that existed before become invalid.",
	 verify_email, .in = &verify_in, .effect = EFFECT_WRITE, .limits.rate = RATE_SIGN_IN,
	 .status = 200, .docs.tag = "Auth"},
	{POST, "/v1/auth/request-verify-email", "Mail a new verification token",
	 "The answer is the same whether or not the address is known.", request_verification,
	 .in = &email_in, .effect = EFFECT_WRITE, .limits.rate = RATE_SIGN_IN, .status = 200,
	 .docs.tag = "Auth"},
	{POST, "/v1/auth/forgotten-password", "Mail a token to set a new password",
	 "The answer is the same whether or not the address is known.", forgot_password,
	 .in = &email_in, .effect = EFFECT_WRITE, .limits.rate = RATE_SIGN_IN, .status = 200,
	 .docs.tag = "Auth"},
	{POST, "/v1/auth/reset-password", "Set a new password with a mailed token",
	 "Ends all sessions. A second factor stays. If this is the first proof of the address, keys, "
	 "webhooks, provider and bank accounts and the like that existed before become invalid, too.",
	 reset_password, .prepare = prepare_reset, .in = &reset_in, .effect = EFFECT_WRITE,
	 .limits.rate = RATE_SIGN_IN, .status = 200, .docs.tag = "Auth"},
	{0},
};
