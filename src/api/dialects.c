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
write_violations(struct jw *w, const char *name, const struct fault *f, bool codes)
{
	if (f->violations == NULL)
		return;
	jw_list(w, name);
	for (const struct violation *v = f->violations; v != NULL; v = v->next) {
		jw_object(w, NULL);
		jw_text(w, "field", v->field);
		jw_text(w, "message", v->message);
		if (codes)
			jw_text(w, "code", v->code);
		jw_close(w);
	}
	jw_close(w);
}

void
describe_violations(struct jw *w, const char *name, bool codes)
{
	jw_object(w, name);
	jw_text(w, "type", "array");
	jw_text(w, "description", "Every field that broke a rule.");
	jw_object(w, "items");
	jw_text(w, "type", "object");
	jw_object(w, "properties");
	describe_property(w, "field", "string");
	describe_property(w, "message", "string");
	if (codes)
		describe_property(w, "code", "string");
	jw_close(w);
	jw_close(w);
	jw_close(w);
}
