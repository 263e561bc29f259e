/* A signed-in user's second factor. */
#include "api/pocket/pocket.h"

#include "app/people/second_factor.h"

static const struct field password_fields[] = {
	FIELD(struct factor_enrolment, password, .name = "password", .required = true,
	      .secret = true, .min = 1, .max = 1024, .example = "\"securePassword123!\""),
};

static const struct field secret_fields[] = {
	FIELD(struct factor_secret, secret, .name = "secret", .required = true,
	      .doc = "In Base32, to be typed into the app.",
	      .example = "\"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP\""),
	FIELD(struct factor_secret, url, .name = "otpauthUrl", .required = true,
	      .doc = "The same as a URL.",
	      .example = "\"otpauth://totp/pay.example:jane%40example.com?"
			 "secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=pay.example"
			 "&algorithm=SHA1&digits=6&period=30\""),
	FIELD(struct factor_secret, qr, .name = "qrCode", .required = true,
	      .doc = "The URL as a QR code, an image in SVG.",
	      .example = "\"<svg xmlns='http://www.w3.org/2000/svg'></svg>\""),
};

static const struct field code_fields[] = {
	FIELD(struct factor_confirmation, code, .name = "code", .required = true, .min = 1,
	      .max = FACTOR_CODE_MAX, .secret = true, .doc = "A code of the app.",
	      .example = "\"123456\""),
};

static const struct field recovery_fields[] = {
	FIELD(struct recovery_codes, codes, .name = "recoveryCodes", .required = true,
	      .doc = "Ten codes to be kept for the loss of the app, each valid once.",
	      .example = "[\"MFRG-GZDF-MZTW-Q2LK\"]"),
};

static const struct field change_fields[] = {
	FIELD(struct factor_change, password, .name = "password", .required = true, .secret = true,
	      .min = 1, .max = 1024, .example = "\"securePassword123!\""),
	FIELD(struct factor_change, code, .name = "code", .required = true, .min = 1,
	      .max = FACTOR_CODE_MAX, .secret = true,
	      .doc = "A code of the app, or a recovery code.", .example = "\"123456\""),
};

static const struct field state_fields[] = {
	FIELD(struct factor_state, active, .name = "active", .required = true, .example = "true"),
	FIELD(struct factor_state, active_since, .name = "activeSince", .keep_null = true),
	FIELD(struct factor_state, pending, .name = "pending", .required = true,
	      .doc = "Enrolled, and not confirmed yet.", .example = "false"),
	FIELD(struct factor_state, required, .name = "required", .required = true,
	      .doc = "You are an administrator, and need one on this server.", .example = "false"),
	FIELD(struct factor_state, recovery_codes, .name = "recoveryCodesLeft", .required = true,
	      .example = "10"),
};

static const struct schema password_in =
	SCHEMA(struct factor_enrolment, "EnrolSecondFactorRequest", password_fields);
static const struct schema secret_out =
	SCHEMA(struct factor_secret, "SecondFactorSecret", secret_fields);
static const struct schema code_in =
	SCHEMA(struct factor_confirmation, "ConfirmSecondFactorRequest", code_fields);
static const struct schema recovery_out =
	SCHEMA(struct recovery_codes, "RecoveryCodes", recovery_fields);
static const struct schema change_in =
	SCHEMA(struct factor_change, "ChangeSecondFactorRequest", change_fields);
static const struct schema state_out = SCHEMA(struct factor_state, "SecondFactor", state_fields);

static enum err
get_state(struct call *call, const void *in, void *out)
{
	(void)in;
	return second_factor_state(&call->ctx, out);
}

static enum err
prepare_enrol(struct call *call, void *in)
{
	return second_factor_enrol_prepare(&call->ctx, in);
}

static enum err
enrol(struct call *call, const void *in, void *out)
{
	return second_factor_enrol(&call->ctx, in, out);
}

static enum err
prepare_confirm(struct call *call, void *in)
{
	return second_factor_confirm_prepare(&call->ctx, in);
}

static enum err
confirm(struct call *call, const void *in, void *out)
{
	return second_factor_confirm(&call->ctx, in, out);
}

static enum err
prepare_change(struct call *call, void *in)
{
	return second_factor_change_prepare(&call->ctx, in);
}

static enum err
renew_codes(struct call *call, const void *in, void *out)
{
	return second_factor_renew_codes(&call->ctx, in, out);
}

static enum err
disable(struct call *call, const void *in, void *out)
{
	(void)out;
	return second_factor_disable(&call->ctx, in);
}

const struct route pocket_second_factor[] = {
	{GET, "/v1/auth/second-factor", "Retrieve the state of your second factor", NULL, get_state,
	 .out = &state_out, .access = ACCESS_USER, .allow.enrols = true, .status = 200,
	 .docs.tag = "Auth"},
	{POST, "/v1/auth/second-factor", "Enrol a second factor",
	 "Answers with the secret for an app that shows codes by time (TOTP, RFC 6238: SHA-1, six "
	 "digits, 30 seconds), once. The factor is active when a code of it is confirmed; until then "
	 "it can be enrolled again. Your email address must be verified, with your access token or "
	 "by setting a password with a mailed token.",
	 enrol, .prepare = prepare_enrol, .in = &password_in, .out = &secret_out,
	 .access = ACCESS_USER, .allow.enrols = true, .effect = EFFECT_WRITE,
	 .limits.rate = RATE_SIGN_IN, .docs.errors = {409}, .status = 201, .docs.tag = "Auth"},
	{POST, "/v1/auth/second-factor/confirm", "Switch your second factor on",
	 "Needs a code of the app. Answers with recovery codes, once, ends all other sessions, and "
	 "tells you by mail. From then on a sign-in has two steps, and is refused with 403 by the "
	 "APIs that have no second step: MyMoolah, Drop, and Google in Bitpal Wallet. The tokens of "
	 "/v1 are valid there.",
	 confirm, .prepare = prepare_confirm, .in = &code_in, .out = &recovery_out,
	 .access = ACCESS_USER, .allow.enrols = true, .effect = EFFECT_WRITE,
	 .limits.rate = RATE_SIGN_IN, .docs.errors = {409}, .status = 200, .docs.tag = "Auth"},
	{POST, "/v1/auth/second-factor/recovery-codes", "Replace your recovery codes",
	 "The former ones become invalid.", renew_codes, .prepare = prepare_change,
	 .in = &change_in, .out = &recovery_out, .access = ACCESS_USER, .effect = EFFECT_WRITE,
	 .limits.rate = RATE_SIGN_IN, .docs.errors = {409}, .status = 200, .docs.tag = "Auth"},
	{POST, "/v1/auth/second-factor/disable", "Switch your second factor off",
	 "Tells you by mail.", disable, .prepare = prepare_change, .in = &change_in,
	 .access = ACCESS_USER, .effect = EFFECT_WRITE, .limits.rate = RATE_SIGN_IN,
	 .docs.errors = {409}, .status = 204, .docs.tag = "Auth"},
	{0},
};
