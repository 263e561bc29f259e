/* The Wallet OTP dialect: flat, {success,message,...}. */
#include "api/otp/otp.h"

#include "api/dialects.h"
#include "base/arena.h"

static void
write_ok(struct jw *w, const struct call *call, const void *out)
{
	schema_encode(call->route->out, call->dialect->amounts, out, NULL, w);
}

/* Additional members for validation errors and other errors. */
struct words {
	const char *message;
	const char *details;
	const char *hint;
};

static const char *
message_of_field(const struct call *call, const char *field)
{
	if (text_equal(field, "amount"))
		return call->route != NULL && call->route->in == &otp_deduction
			       ? "Invalid deduction amount"
			       : "Invalid funding amount";
	if (text_equal(field, "email"))
		return "Invalid email address";
	return text_equal(field, "purpose") ? "Invalid purpose" : "Validation failed";
}

/* All invalid fields; amounts with the message of the document. */
static const char *
details_of_fields(const struct call *call, const struct violation *first)
{
	const char *details = "";

	for (const struct violation *v = first; v != NULL; v = v->next)
		details = text_equal(v->field, "amount")
				  ? arena_printf(call->ctx.arena,
						 "%s%sAmount must be between 100 and 5000000",
						 details, v == first ? "" : "; ")
				  : arena_printf(call->ctx.arena, "%s%s%s %s", details,
						 v == first ? "" : "; ", v->field, v->message);
	return details;
}

static struct words
words_of(const struct call *call)
{
	const struct fault *f = &call->ctx.fault;
	struct words words = {f->message, NULL, NULL};

	if (f->violations != NULL) {
		words.message = message_of_field(call, f->violations->field);
		words.details = details_of_fields(call, f->violations);
	} else if (f->err == ERR_FUNDING_UNKNOWN) {
		words.hint = "Make sure you're using the transactionReference field from the "
			     "initiate response, not otpId";
	} else if (f->err == ERR_INTERNAL) {
		words.details = "Nothing was changed; try again later";
	}
	return words;
}

static void
write_fail(struct jw *w, const struct call *call)
{
	struct words words = words_of(call);

	jw_object(w, NULL);
	jw_bool(w, "success", false);
	jw_text(w, "message", words.message);
	if (words.details != NULL)
		jw_text(w, "details", words.details);
	if (words.hint != NULL)
		jw_text(w, "hint", words.hint);
	jw_text(w, "code", err_code(call->ctx.fault.err));
	jw_close(w);
}

static int
status(const struct fault *f)
{
	if (f->err == ERR_WALLET_INACTIVE)
		return 403;
	return f->err == ERR_INSUFFICIENT_FUNDS ? 400 : err_status(f->err);
}

static const struct property error[] = {
	{.name = "success", .type = "boolean", .constant = "false"},
	{.name = "message", .type = "string"},
	{.name = "details", .type = "string", .optional = true},
	{.name = "hint", .type = "string", .optional = true},
	{.name = "code", .type = "string"},
	{0},
};

static const struct tag tags[] = {
	{"Wallet", "Fund your NGN wallet or pay with it, confirmed by a mailed code."},
	{"OTP", "One-time codes."},
	{NULL, NULL},
};

static const struct route *const groups[] = {otp_fundings, otp_codes, otp_wallet, NULL};

const struct dialect otp = {
	.name = "otp",
	.title = "Wallet OTP",
	.version = "1",
	.doc = "A wallet is funded, or pays, in two steps: the first mails a 6-digit code, the "
	       "second confirms with it. Sign in through any of the other APIs; their access "
	       "tokens are accepted here.",
	.groups = groups,
	.tags = tags,
	.amounts = AMOUNT_NUMBER,
	.write_ok = write_ok,
	.write_fail = write_fail,
	.status = status,
	.describe_ok = describe_flat,
	.error = error,
};
