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
describe_open(struct jw *w, bool example, const char *name)
{
	jw_object(w, name);
	if (example)
		return;
	jw_text(w, "type", "object");
	jw_object(w, "properties");
}

void
describe_close(struct jw *w, bool example)
{
	if (!example)
		jw_close(w);
	jw_close(w);
}

void
describe_text(struct jw *w, bool example, const char *name, const char *value)
{
	if (example)
		jw_text(w, name, value);
	else
		describe_property(w, name, "string");
}

void
describe_integer(struct jw *w, bool example, const char *name, int64_t value)
{
	if (example)
		jw_integer(w, name, value);
	else
		describe_property(w, name, "integer");
}

void
describe_bool(struct jw *w, bool example, const char *name, bool value)
{
	if (example)
		jw_bool(w, name, value);
	else
		describe_property(w, name, "boolean");
}

static void
describe_list(struct jw *w, const struct dialect *dialect, const struct route *route, bool example)
{
	if (example) {
		jw_list(w, "data");
		schema_example(route->out, dialect->amounts, w, NULL);
	} else {
		jw_object(w, "data");
		jw_text(w, "type", "array");
		schema_describe(route->out, dialect->amounts, true, w, "items");
	}
	jw_close(w);
}

void
describe_data(struct jw *w, const struct dialect *dialect, const struct route *route, bool example)
{
	if (route->list)
		describe_list(w, dialect, route, example);
	else if (route->out != NULL)
		describe_flat(w, dialect, route, example, "data");
	else if (example)
		jw_null(w, "data");
	else
		describe_property(w, "data", "null");
}

static void
write_list(struct jw *w, const struct call *call, const struct page *page)
{
	const struct schema *item = call->route->out;

	jw_list(w, "data");
	for (size_t i = 0; i < page->items.count; i++)
		schema_encode(item, call->dialect->amounts,
			      (const char *)page->items.items + i * item->size, NULL, w);
	jw_close(w);
}

void
write_data(struct jw *w, const struct call *call, const void *out)
{
	if (call->route->list)
		write_list(w, call, out);
	else if (call->route->out != NULL)
		schema_encode(call->route->out, call->dialect->amounts, out, "data", w);
	else
		jw_null(w, "data");
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
