/* Registration, sign-in and cookie sessions. */
#include "api/drop/drop.h"
#include "api/words.h"
#include "app/bank/bank.h"
#include "app/people/profile.h"
#include "app/people/session.h"
#include "app/people/user.h"
#include "base/arena.h"

static const char *const drop_roles[] = {"user", "merchant", NULL};

static const struct field register_fields[] = {
	FIELD(struct profile_registration, email, .name = "email", .required = true,
	      .format = "email", .example = "\"jane@example.com\""),
	FIELD(struct profile_registration, password, .name = "password", .required = true,
	      .secret = true, .format = "mixed_password", .example = "\"correct-horse-42\""),
	FIELD(struct profile_registration, first_name, .name = "firstName", .required = true,
	      .format = "name", .example = "\"Jane\""),
	FIELD(struct profile_registration, last_name, .name = "lastName", .required = true,
	      .format = "name", .example = "\"Doe\""),
	FIELD(struct profile_registration, phone, .name = "phone", .format = "phone",
	      .example = "\"+4712345678\""),
	FIELD(struct profile_registration, date_of_birth, .name = "dateOfBirth", .required = true,
	      .format = "date", .doc = "At least 18 years ago.", .example = "\"1995-03-15\""),
};

static const struct field login_fields[] = {
	FIELD(struct credentials, email, .name = "email", .max = 254,
	      .example = "\"jane@example.com\""),
	FIELD(struct credentials, password, .name = "password", .secret = true,
	      .example = "\"correct-horse-42\""),
};

#define NAME_FIELDS                                                                      \
	FIELD(struct profile, drop_id, .name = "id", .required = true,                   \
	      .example = "\"usr_0123456789abcdef\""),                                    \
		FIELD(struct profile, email, .name = "email", .required = true,          \
		      .example = "\"jane@example.com\""),                                \
		FIELD(struct profile, first_name, .name = "firstName", .required = true, \
		      .example = "\"Jane\""),                                            \
		FIELD(struct profile, last_name, .name = "lastName", .required = true,   \
		      .example = "\"Doe\"")
#define KYC_FIELD                                                                        \
	FIELD(struct profile, kyc_status, .name = "kycStatus", .choices = word_kyc_drop, \
	      .required = true, .doc = "pending, approved or rejected.", .example = "\"pending\"")

static const struct field registered_fields[] = {
	NAME_FIELDS,
	FIELD(struct profile, date_of_birth, .name = "dateOfBirth", .required = true,
	      .example = "\"1995-03-15\""),
	KYC_FIELD,
	FIELD(struct profile, created_at, .name = "createdAt", .required = true),
};

static const struct field signed_in_fields[] = {NAME_FIELDS, KYC_FIELD};

static const struct field renewed_fields[] = {
	FIELD(struct profile, drop_id, .name = "userId", .required = true,
	      .example = "\"usr_0123456789abcdef\""),
	FIELD(struct profile, email, .name = "email", .required = true,
	      .example = "\"jane@example.com\""),
	FIELD(struct profile, role, .name = "role", .choices = drop_roles, .required = true,
	      .doc = "user or merchant.", .example = "\"user\""),
};

static const struct field bank_account_fields[] = {
	FIELD(struct bank_account, id, .name = "id", .required = true,
	      .example = "\"ba_0123456789abcdef\""),
	FIELD(struct bank_account, bank_name, .name = "bankName", .required = true,
	      .example = "\"DNB\""),
	FIELD(struct bank_account, account_number, .name = "accountNumber", .required = true,
	      .example = "\"1234.56.78901\""),
	FIELD(struct bank_account, balance, .name = "balance", .required = true,
	      .doc = "Balance last read from the bank.", .example = "45230"),
	FIELD(struct bank_account, currency, .name = "currency", .required = true,
	      .example = "\"NOK\""),
	FIELD(struct bank_account, is_primary, .name = "isPrimary", .required = true),
};

static const struct schema bank_account =
	SCHEMA(struct bank_account, "BankAccountShown", bank_account_fields);

struct me {
	struct profile profile;
	struct total total_balance;
	struct list bank_accounts;
};

static const struct field me_fields[] = {
	FIELD(struct me, profile.drop_id, .name = "id", .required = true,
	      .example = "\"usr_0123456789abcdef\""),
	FIELD(struct me, profile.email, .name = "email", .required = true,
	      .example = "\"jane@example.com\""),
	FIELD(struct me, profile.first_name, .name = "firstName", .required = true,
	      .example = "\"Jane\""),
	FIELD(struct me, profile.last_name, .name = "lastName", .required = true,
	      .example = "\"Doe\""),
	FIELD(struct me, total_balance, .name = "totalBalance", .required = true,
	      .doc = "Sum over accounts in the currency of the settings.", .example = "45230"),
	FIELD(struct me, bank_accounts, .name = "bankAccounts", .required = true,
	      .sub = &bank_account),
	FIELD(struct me, profile.kyc_status, .name = "kycStatus", .choices = word_kyc_drop,
	      .required = true, .doc = "pending, approved or rejected.", .example = "\"approved\""),
	FIELD(struct me, profile.created_at, .name = "createdAt", .required = true),
};

struct said {
	const char *message;
};

static const struct field said_fields[] = {
	FIELD(struct said, message, .name = "message", .required = true,
	      .example = "\"Logged out\""),
};

static const struct schema register_in =
	SCHEMA(struct profile_registration, "DropRegisterRequest", register_fields);
static const struct schema login_in = SCHEMA(struct credentials, "DropLoginRequest", login_fields);
static const struct schema registered = SCHEMA(struct profile, "DropRegistered", registered_fields);
static const struct schema signed_in = SCHEMA(struct profile, "DropSignedIn", signed_in_fields);
static const struct schema renewed = SCHEMA(struct profile, "DropRenewed", renewed_fields);
static const struct schema me_out = SCHEMA(struct me, "DropMe", me_fields);
static const struct schema said_out = SCHEMA(struct said, "DropSaid", said_fields);

static void
set_cookie(struct call *call, const char *token, int seconds)
{
	call_header(call, "Set-Cookie",
		    arena_printf(call->ctx.arena,
				 TOKEN_COOKIE
				 "=%s; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=%d",
				 token, seconds));
}

void
drop_clear_cookie(struct call *call)
{
	set_cookie(call, "", 0);
}

static enum err
prepare_registration(struct call *call, void *in)
{
	return profile_register_prepare(&call->ctx, in);
}

static enum err
register_user(struct call *call, const void *in, void *out)
{
	const char *token;

	TRY(profile_register(&call->ctx, in, out, &token));
	set_cookie(call, token, DROP_SESSION_S);
	return ERR_OK;
}

static enum err
prepare_login(struct call *call, void *in)
{
	const struct credentials *credentials = in;

	if (credentials->email == NULL || credentials->email[0] == '\0' ||
	    credentials->password == NULL || credentials->password[0] == '\0')
		return fault(&call->ctx.fault, ERR_BAD_REQUEST, NULL,
			     "Email address and password are required");
	return user_check_password(&call->ctx, in);
}

static enum err
login(struct call *call, const void *in, void *out)
{
	const struct user *user = &((const struct credentials *)in)->user;
	const char *token;

	TRY(user_open_session(&call->ctx, user, DROP_SESSION_S, &token));
	TRY(profile_get(&call->ctx, user->user_id, out));
	set_cookie(call, token, DROP_SESSION_S);
	return ERR_OK;
}

static enum err
me(struct call *call, const void *in, void *out)
{
	struct me *reply = out;
	struct drop_settings settings = {.currency = NULL};
	struct bank_account *accounts;
	size_t n;

	(void)in;
	TRY(profile_get(&call->ctx, call->ctx.who.user_id, &reply->profile));
	TRY(drop_settings_get(&call->ctx, &settings));
	TRY(bank_accounts(&call->ctx, call->ctx.who.user_id, &accounts, &n));
	reply->bank_accounts = (struct list){accounts, n};
	reply->total_balance = (struct total){0, currency_find(settings.currency)};
	for (size_t i = 0; i < n; i++)
		if (accounts[i].balance.currency == reply->total_balance.currency)
			reply->total_balance.minor += accounts[i].balance.minor;
	return ERR_OK;
}

static enum err
logout(struct call *call, const void *in, void *out)
{
	(void)in;
	TRY(user_sign_out_everywhere(&call->ctx, call->ctx.who.user_id));
	drop_clear_cookie(call);
	((struct said *)out)->message = "Logged out";
	return ERR_OK;
}

static enum err
refresh(struct call *call, const void *in, void *out)
{
	const char *token;

	(void)in;
	TRY(profile_renew(&call->ctx, &token));
	TRY(profile_get(&call->ctx, call->ctx.who.user_id, out));
	set_cookie(call, token, DROP_SESSION_S);
	return ERR_OK;
}

const struct route drop_auth[] = {
	{POST, "/api/auth/register", "Register a user",
	 "Also signs in: the answer sets the cookie drop_token, which is valid for 24 hours.",
	 register_user, .prepare = prepare_registration, .in = &register_in, .out = &registered,
	 .ignores_key = true, .effect = EFFECT_WRITE, .limits.rate = RATE_SIGN_IN,
	 .docs.errors = {409}, .limits.daily = DAILY_REGISTRATIONS, .status = 201,
	 .docs.tag = "Authentication"},
	{POST, "/api/auth/login", "Sign in with email and password",
	 "The answer sets the cookie drop_token, which is valid for 24 hours. 400 if the email or "
	 "the password is missing. 403 if the account has a second factor: sign in with POST "
	 "/v1/auth/login, whose access token is valid here.",
	 login, .prepare = prepare_login, .in = &login_in, .out = &signed_in,
	 .body.violations_are_400 = true, .ignores_key = true, .effect = EFFECT_WRITE,
	 .limits.rate = RATE_SIGN_IN, .docs.errors = {401, 403}, .status = 200,
	 .docs.tag = "Authentication"},
	{GET, "/api/auth/me", "Retrieve the current user and bank accounts", NULL, me,
	 .out = &me_out, .access = ACCESS_COOKIE, .status = 200, .docs.tag = "Authentication"},
	{POST, "/api/auth/logout", "Sign out of all sessions",
	 "Ends all sessions of the user and clears the cookie.", logout, .out = &said_out,
	 .ignores_key = true, .reply.no_envelope = true, .access = ACCESS_COOKIE,
	 .effect = EFFECT_WRITE, .status = 200, .docs.tag = "Authentication"},
	{POST, "/api/auth/refresh", "Renew the session",
	 "Returns a new session and its cookie; the current session ends.", refresh,
	 .out = &renewed, .ignores_key = true, .access = ACCESS_COOKIE, .effect = EFFECT_WRITE,
	 .status = 200, .docs.tag = "Authentication"},
	{0},
};
