/* The MyMoolah dialect: {success,message?,data} or {success,error,code}. */
#include "api/dialects.h"

static const char *
code_of(enum err err)
{
	return err == ERR_VALIDATION || err == ERR_MALFORMED ? "VALIDATION_ERROR" : err_code(err);
}

static void
write_ok(struct jw *w, const struct call *call, const void *out)
{
	jw_object(w, NULL);
	jw_bool(w, "success", true);
	if (call->route->out != NULL)
		schema_encode(call->route->out, call->dialect->amounts, out, "data", w);
	jw_close(w);
}

static void
write_fail(struct jw *w, const struct call *call)
{
	jw_object(w, NULL);
	jw_bool(w, "success", false);
	jw_text(w, "error", call->ctx.fault.message);
	jw_text(w, "code", code_of(call->ctx.fault.err));
	jw_close(w);
}

static const struct property error[] = {
	{"success", "boolean"},
	{"error", "string"},
	{"code", "string"},
	{NULL, NULL},
};

static const struct route *const groups[] = {NULL};

const struct dialect moolah = {
	.name = "moolah",
	.title = "MyMoolah",
	.version = "1",
	.doc = "Vouchers, EasyPay, prepaid products, accounting. No route is served yet.",
	.groups = groups,
	.amounts = AMOUNT_NUMBER,
	.write_ok = write_ok,
	.write_fail = write_fail,
	.describe_ok = describe_flat,
	.error = error,
};
