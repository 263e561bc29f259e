/* The Drop dialect: {data} or {error,message}. */
#include <string.h>

#include "api/dialects.h"
#include "api/drop/drop.h"

/* Drop names errors by status. */
static const struct {
	int status;
	const char *code;
} codes[] = {
	{400, "bad_request"},
	{401, "unauthorized"},
	{402, "insufficient_balance"},
	{403, "forbidden"},
	{404, "not_found"},
	{409, "conflict"},
	{422, "validation_error"},
	{429, "rate_limited"},
	{503, "service_unavailable"},
	{405, "method_not_allowed"},
	{413, "payload_too_large"},
	{414, "uri_too_long"},
	{415, "unsupported_media_type"},
};

static const char *
code_of(int status)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].status == status)
			return codes[i].code;
	return "internal_error";
}

static int
status(const struct fault *f)
{
	return f->err == ERR_VALIDATION ? 422 : err_status(f->err);
}

static void
write_ok(struct jw *w, const struct call *call, const void *out)
{
	if (call->route->flat) {
		schema_encode(call->route->out, call->dialect->amounts, out, NULL, w);
		return;
	}
	jw_object(w, NULL);
	schema_encode(call->route->out, call->dialect->amounts, out, "data", w);
	jw_close(w);
}

static void
write_fail(struct jw *w, const struct call *call)
{
	const struct fault *f = &call->ctx.fault;

	jw_object(w, NULL);
	jw_text(w, "error", code_of(fault_status(call)));
	jw_text(w, "message", f->message);
	write_violations(w, call);
	jw_close(w);
}

static void
describe_ok(struct jw *w, const struct dialect *dialect, const struct route *route, bool example,
	    const char *name)
{
	if (route->flat) {
		describe_flat(w, dialect, route, example, name);
		return;
	}
	jw_object(w, name);
	if (!example) {
		jw_text(w, "type", "object");
		jw_object(w, "properties");
	}
	describe_flat(w, dialect, route, example, "data");
	if (!example)
		jw_close(w);
	jw_close(w);
}

static const struct property error[] = {
	{"error", "string"},
	{"message", "string"},
	{NULL, NULL},
};

static const struct route *const groups[] = {drop_health, NULL};

static const struct tag tags[] = {
	{"Health", "Whether the server can work."},
	{NULL, NULL},
};

const struct dialect drop = {
	.name = "drop",
	.title = "Drop",
	.version = "1",
	.doc = "PSD2 remittance and QR payments. Only the health check is served yet.",
	.groups = groups,
	.tags = tags,
	.amounts = AMOUNT_NUMBER,
	.write_ok = write_ok,
	.write_fail = write_fail,
	.status = status,
	.describe_ok = describe_ok,
	.error = error,
	.violations = "details",
	.violation_codes = true,
};
