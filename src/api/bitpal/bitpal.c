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
	write_violations(w, "errors", f, false);
	jw_close(w);
}

static void
describe_fail(struct jw *w, const char *name)
{
	jw_object(w, name);
	jw_text(w, "type", "object");
	jw_object(w, "properties");
	describe_property(w, "status_code", "integer");
	describe_property(w, "status", "string");
	describe_property(w, "message", "string");
	describe_property(w, "data", "null");
	describe_violations(w, "errors", false);
	jw_close(w);
	jw_close(w);
}

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
	.describe_fail = describe_fail,
};
