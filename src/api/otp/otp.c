/* The Wallet OTP dialect: flat, {success,message,...}. */
#include "api/dialects.h"

static void
write_ok(struct jw *w, const struct call *call, const void *out)
{
	schema_encode(call->route->out, call->dialect->amounts, out, NULL, w);
}

static void
write_fail(struct jw *w, const struct call *call)
{
	const struct fault *f = &call->ctx.fault;

	jw_object(w, NULL);
	jw_bool(w, "success", false);
	jw_text(w, "message", f->message);
	if (f->violations != NULL)
		jw_text(w, "details", f->violations->message);
	jw_text(w, "code", err_code(f->err));
	jw_close(w);
}

static const struct property error[] = {
	{"success", "boolean"}, {"message", "string"}, {"details", "string"},
	{"code", "string"},     {NULL, NULL},
};

static const struct route *const groups[] = {NULL};

const struct dialect otp = {
	.name = "otp",
	.title = "Wallet OTP",
	.version = "1",
	.doc = "Wallet funding confirmed by e-mailed codes. No route is served yet.",
	.groups = groups,
	.amounts = AMOUNT_NUMBER,
	.write_ok = write_ok,
	.write_fail = write_fail,
	.describe_ok = describe_flat,
	.error = error,
};
