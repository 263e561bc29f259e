#include "api/dialects.h"

/* The first one answers for paths that belong to none. */
const struct dialect *const dialects[] = {&pocket, &bitpal, &otp, &moolah, &drop, NULL};

void
describe_property(struct jw *w, const char *name, const char *type)
{
	jw_object(w, name);
	jw_text(w, "type", type);
	jw_close(w);
}

void
describe_flat(struct jw *w, const struct dialect *dialect, const struct route *route, bool example,
	      const char *name)
{
	if (example)
		schema_example(route->out, dialect->amounts, w, name);
	else
		schema_describe(route->out, dialect->amounts, true, w, name);
}

void
write_violations(struct jw *w, const struct call *call)
{
	const struct violation *first = call->ctx.fault.violations;

	if (first == NULL || call->dialect->violations == NULL)
		return;
	jw_list(w, call->dialect->violations);
	for (const struct violation *v = first; v != NULL; v = v->next) {
		jw_object(w, NULL);
		jw_text(w, "field", v->field);
		jw_text(w, "message", v->message);
		if (call->dialect->violation_codes)
			jw_text(w, "code", v->code);
		jw_close(w);
	}
	jw_close(w);
}

static void
describe_violations(struct jw *w, const struct dialect *dialect)
{
	jw_object(w, dialect->violations);
	jw_text(w, "type", "array");
	jw_text(w, "description", "Every field that broke a rule.");
	jw_object(w, "items");
	jw_text(w, "type", "object");
	jw_object(w, "properties");
	describe_property(w, "field", "string");
	describe_property(w, "message", "string");
	if (dialect->violation_codes)
		describe_property(w, "code", "string");
	jw_close(w);
	jw_close(w);
	jw_close(w);
}

void
describe_error(struct jw *w, const struct dialect *dialect, const char *name)
{
	jw_object(w, name);
	jw_text(w, "type", "object");
	jw_object(w, "properties");
	for (const struct property *p = dialect->error; p->name != NULL; p++)
		describe_property(w, p->name, p->type);
	if (dialect->violations != NULL)
		describe_violations(w, dialect);
	jw_close(w);
	jw_close(w);
}
