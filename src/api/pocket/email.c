/* Change of a signed-in user's email address. */
#include "api/pocket/pocket.h"

#include "app/people/email_change.h"

enum { CHANGES_PER_MINUTE = 10 };

static const struct field change_fields[] = {
	FIELD(struct email_change, email, .name = "newEmail", .required = true, .format = "email",
	      .example = "\"jane.doe@example.com\""),
	FIELD(struct email_change, proof.password, .name = "password", .required = true,
	      .secret = true, .min = 1, .max = 1024, .example = "\"securePassword123!\""),
	FIELD(struct email_change, proof.code, .name = "code", .min = 1, .max = FACTOR_CODE_MAX,
	      .secret = true,
	      .doc = "A code of the app or a recovery code, if a second factor is active.",
	      .example = "\"123456\""),
};

struct code_in {
	const char *code;
};

static const struct field confirm_fields[] = {
	FIELD(struct code_in, code, .name = "code", .required = true, .min = 6, .max = 6,
	      .secret = true, .doc = "As it was mailed to the new address.",
	      .example = "\"123456\""),
};

static const struct schema change_in =
	SCHEMA(struct email_change, "ChangeEmailRequest", change_fields);
static const struct schema confirm_in =
	SCHEMA(struct code_in, "ConfirmEmailRequest", confirm_fields);

static enum err
prepare_change(struct call *call, void *in)
{
	return email_change_prepare(&call->ctx, in);
}

static enum err
change_email(struct call *call, const void *in, void *out)
{
	(void)out;
	return email_change_begin(&call->ctx, in);
}

static enum err
confirm_email(struct call *call, const void *in, void *out)
{
	bool right;

	TRY(email_change_confirm(&call->ctx, ((const struct code_in *)in)->code, out, &right));
	return right ? ERR_OK : call_refuse(call);
}

const struct route pocket_email[] = {
	{POST, "/v1/auth/change-email", "Mail a code to a new email address",
	 "The answer is the same whether or not another account has the address; if one has, its "
	 "owner is told, and no code is sent. The code is valid for five minutes.",
	 change_email, .prepare = prepare_change, .in = &change_in, .access = ACCESS_USER,
	 .effect = EFFECT_WRITE, .limits.rate = RATE_SIGN_IN, .limits.per_user = CHANGES_PER_MINUTE,
	 .docs.errors = {409}, .status = 200, .docs.tag = "Auth"},
	{POST, "/v1/auth/change-email/confirm", "Change your email address",
	 "Takes the mailed code; three wrong ones lock the change for 15 minutes. Ends all other "
	 "sessions, and tells you at the former address. The new one is verified by that.",
	 confirm_email, .in = &confirm_in, .out = &pocket_user, .access = ACCESS_USER,
	 .effect = EFFECT_WRITE, .alone = true, .limits.rate = RATE_SIGN_IN, .docs.errors = {409},
	 .status = 200, .docs.tag = "Auth"},
	{0},
};
