/* Registration with a phone number and an identity document, sign-in, and token refresh. */
#include "api/moolah/moolah.h"

#include <string.h>

#include "app/people/identity.h"
#include "app/people/session.h"
#include "app/people/user.h"
#include "app/wallet/user_wallet.h"

static const char *const kyc_words[] = {"not_started", "pending", "verified", "rejected", NULL};

static const struct field register_fields[] = {
	FIELD(struct registration, name, .name = "name", .required = true, .text = TEXT_NAME,
	      .min = 1, .max = 120,
	      .doc = "The first word is the first name; the rest is the last name.",
	      .example = "\"Andre Test\""),
	FIELD(struct registration, email, .name = "email", .required = true, .format = "email",
	      .doc = "Unique.", .example = "\"andre@example.com\""),
	FIELD(struct registration, phone, .name = "phoneNumber", .required = true, .min = 1,
	      .max = 30,
	      .doc = "Unique. With country code, or as dialled in South Africa: 082 557 1055.",
	      .example = "\"+27825571055\""),
	FIELD(struct registration, password, .name = "password", .required = true, .secret = true,
	      .format = "password", .doc = "At most 72 bytes.", .example = "\"Password123!\""),
	FIELD(struct registration, document_number, .name = "idNumber", .required = true, .min = 1,
	      .max = 40, .doc = "Unique per document type. Stored encrypted.",
	      .example = "\"8001015009087\""),
	FIELD(struct registration, document_type, .name = "idType", .required = true,
	      .choices = document_type_words, .example = "\"south_african_id\""),
};

/* An identifier with an @ is an address, any other a phone number. */
static const struct field login_fields[] = {
	FIELD(struct credentials, email, .name = "identifier", .required = true, .min = 1,
	      .max = 254, .doc = "A phone number or an email address.",
	      .example = "\"+27825571055\""),
	FIELD(struct credentials, password, .name = "password", .required = true, .secret = true,
	      .min = 1, .max = 1024, .example = "\"Password123!\""),
};

struct person_out {
	int64_t id;
	const char *phone;
	const char *phone_again; /* under the name that the original's clients use */
	const char *name;
	const char *email;
	const char *first_name;
	const char *last_name;
	enum kyc_status kyc_status;
};

static const struct field person_fields[] = {
	FIELD(struct person_out, id, .name = "id", .required = true, .example = "1"),
	FIELD(struct person_out, phone, .name = "phone", .keep_null = true,
	      .doc = "In E.164 format; null for users who registered through another API.",
	      .example = "\"+27825571055\""),
	FIELD(struct person_out, phone_again, .name = "phoneNumber", .keep_null = true,
	      .doc = "The same as phone.", .example = "\"+27825571055\""),
	FIELD(struct person_out, name, .name = "name", .required = true,
	      .example = "\"Andre Test\""),
	FIELD(struct person_out, email, .name = "email", .required = true,
	      .example = "\"andre@example.com\""),
	FIELD(struct person_out, first_name, .name = "firstName", .required = true,
	      .example = "\"Andre\""),
	FIELD(struct person_out, last_name, .name = "lastName", .required = true,
	      .example = "\"Test\""),
	FIELD(struct person_out, kyc_status, .name = "kycStatus", .choices = kyc_words,
	      .required = true, .doc = "not_started, pending, verified or rejected.",
	      .example = "\"not_started\""),
};

static const struct schema person = SCHEMA(struct person_out, "MoolahUser", person_fields);

struct signed_in {
	bool success;
	const char *message;
	const char *token;
	struct person_out user;
};

static const struct field signed_in_fields[] = {
	FIELD(struct signed_in, success, .name = "success", .required = true),
	FIELD(struct signed_in, message, .name = "message", .required = true,
	      .example = "\"Login successful.\""),
	FIELD(struct signed_in, token, .name = "token", .required = true,
	      .doc = "A JWT for the Authorization header. Refresh it before its exp.",
	      .example = "\"eyJhbGciOiJIUzI1NiJ9.e30.x\""),
	FIELD(struct signed_in, user, .name = "user", .required = true, .sub = &person),
};

struct verified {
	bool success;
	const char *message;
	struct person_out user;
};

static const struct field verified_fields[] = {
	FIELD(struct verified, success, .name = "success", .required = true),
	FIELD(struct verified, message, .name = "message", .required = true,
	      .example = "\"Token is valid.\""),
	FIELD(struct verified, user, .name = "user", .required = true, .sub = &person),
};

static const struct schema register_in =
	SCHEMA(struct registration, "MoolahRegisterRequest", register_fields);
static const struct schema login_in =
	SCHEMA(struct credentials, "MoolahLoginRequest", login_fields);
static const struct schema signed_in = SCHEMA(struct signed_in, "MoolahSignedIn", signed_in_fields);
static const struct schema verified = SCHEMA(struct verified, "MoolahVerified", verified_fields);

static struct person_out
show_person(const struct call *call, const struct user *user)
{
	struct person_out out = {
		.id = user->user_id,
		.phone = user->phone,
		.phone_again = user->phone,
		.name = user->name,
		.email = user->email,
		.kyc_status = user->kyc_status,
	};

	user_names(call->ctx.arena, user, &out.first_name, &out.last_name);
	return out;
}

static void
show(const struct call *call, const struct user_tokens *tokens, struct signed_in *out)
{
	*out = (struct signed_in){
		.success = true,
		.message = call->route->reply.message,
		.token = tokens->access,
		.user = show_person(call, &tokens->user),
	};
}

static enum err
prepare_registration(struct call *call, void *in)
{
	return user_enrol_prepare(&call->ctx, in);
}

static enum err
register_user(struct call *call, const void *in, void *out)
{
	struct ctx *ctx = &call->ctx;
	struct user_wallet wallet = {0};
	struct user_tokens tokens = {0};
	struct user user = {0};

	TRY(user_register(ctx, in, &user));
	TRY(user_wallet(ctx, user.user_id, currency_find("ZAR"), &wallet));
	TRY(user_sign_in(ctx, &user, &tokens));
	show(call, &tokens, out);
	return ERR_OK;
}

/* An invalid identifier is searched as an address, which takes the same time. */
static enum err
prepare_login(struct call *call, void *in)
{
	struct credentials *credentials = in;

	if (strchr(credentials->email, '@') == NULL)
		credentials->phone = phone_e164(call->ctx.arena, credentials->email);
	return user_check_password(&call->ctx, credentials);
}

static enum err
login(struct call *call, const void *in, void *out)
{
	struct user_tokens tokens = {0};

	TRY(user_sign_in(&call->ctx, &((const struct credentials *)in)->user, &tokens));
	show(call, &tokens, out);
	return ERR_OK;
}

static enum err
refresh(struct call *call, const void *in, void *out)
{
	struct user_tokens tokens = {0};

	(void)in;
	TRY(user_renew(&call->ctx, &tokens));
	show(call, &tokens, out);
	return ERR_OK;
}

static enum err
verify(struct call *call, const void *in, void *out)
{
	struct user user = {0};

	(void)in;
	TRY(user_get(&call->ctx, call->ctx.who.user_id, &user));
	*(struct verified *)out = (struct verified){
		.success = true,
		.message = call->route->reply.message,
		.user = show_person(call, &user),
	};
	return ERR_OK;
}

const struct route moolah_auth[] = {
	{POST, "/api/v1/auth/register", "Create an account and a rand wallet",
	 "Mails a token to verify the address. A South African identity number has 13 digits, with "
	 "a valid date and check digit; a passport number can be any text.",
	 register_user, .prepare = prepare_registration, .in = &register_in, .out = &signed_in,
	 .reply.no_envelope = true, .effect = EFFECT_WRITE, .limits.rate = RATE_SIGN_IN,
	 .reply.message = "User registered successfully.", .limits.daily = DAILY_REGISTRATIONS,
	 .status = 201, .docs.tag = "Authentication"},
	{POST, "/api/v1/auth/login", "Sign in with phone number or email, and password",
	 "403 if the account has a second factor: sign in with POST /v1/auth/login, whose access "
	 "token is valid here.",
	 login, .prepare = prepare_login, .in = &login_in, .out = &signed_in,
	 .reply.no_envelope = true, .effect = EFFECT_WRITE, .limits.rate = RATE_SIGN_IN,
	 .reply.message = "Login successful.", .docs.errors = {401, 403}, .status = 200,
	 .docs.tag = "Authentication"},
	{POST, "/api/v1/auth/refresh", "Exchange a valid token for a new one",
	 "Ends the session of the old token.", refresh, .out = &signed_in,
	 .reply.no_envelope = true, .access = ACCESS_USER, .effect = EFFECT_WRITE,
	 .limits.rate = RATE_SIGN_IN, .reply.message = "Token refreshed successfully.",
	 .status = 200, .docs.tag = "Authentication"},
	{GET, "/api/v1/auth/verify", "Verify a token",
	 "Returns the user of the token. 401 if the token is not valid: it has expired, or its "
	 "session has ended.",
	 verify, .out = &verified, .reply.no_envelope = true, .access = ACCESS_USER,
	 .reply.message = "Token is valid.", .status = 200, .docs.tag = "Authentication"},
	{0},
};
