/* The Bitpal dialect: {status_code,status,message,data}. */
#include "api/dialects.h"

static void
write_ok(struct jw *w, const struct call *call, const void *out)
{
	jw_object(w, NULL);
	jw_integer(w, "status_code", call->status);
	jw_text(w, "status", "success");
	jw_text(w, "message", "Request successful");
	if (call->route->out != NULL)
		schema_encode(call->route->out, call->dialect->amounts, out, "data", w);
	else
		jw_null(w, "data");
	jw_close(w);
}

static void
write_fail(struct jw *w, const struct call *call)
{
	const struct fault *f = &call->ctx.fault;

	jw_object(w, NULL);
	jw_integer(w, "status_code", fault_status(call));
	jw_text(w, "status", "error");
	jw_text(w, "message", f->message);
	jw_null(w, "data");
	write_violations(w, call);
	jw_close(w);
}

static const struct property error[] = {
	{"status_code", "integer"}, {"status", "string"}, {"message", "string"},
	{"data", "null"},           {NULL, NULL},
};

static const struct route *const groups[] = {NULL};

const struct dialect bitpal = {
	.name = "bitpal",
	.title = "Bitpal",
	.version = "1",
	.doc = "Wallet apps with Google sign-in and Paystack. No route is served yet.",
	.groups = groups,
	.amounts = AMOUNT_NUMBER,
	.write_ok = write_ok,
	.write_fail = write_fail,
	.describe_ok = describe_flat,
	.error = error,
	.violations = "errors",
};
