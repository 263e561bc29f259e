#include "api/dialects.h"

#include <stdlib.h>

#include "api/dispatch.h"
#include "base/attributes.h"
#include "ledger/limit.h"

/* The first one handles paths of no dialect. */
const struct dialect *const dialects[] = {&pocket, &bitpal, &otp, &moolah, &drop, NULL};

void
describe_property(struct jw *w, const char *name, const char *type)
{
	jw_object(w, name);
	jw_text(w, "type", type);
	jw_close(w);
}

/* A member with a constant value. */
static void
describe_constant(struct jw *w, const char *name, const char *type, const char *json)
{
	jw_object(w, name);
	jw_text(w, "type", type);
	jw_json(w, "const", json);
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

struct envelope
envelope_open(struct jw *w, bool example, const char *name)
{
	jw_object(w, name);
	if (!example) {
		jw_text(w, "type", "object");
		jw_object(w, "properties");
	}
	return (struct envelope){.w = w, .example = example};
}

void
envelope_close(struct envelope *e)
{
	if (!e->example) {
		jw_close(e->w);
		jw_list(e->w, "required");
		for (size_t i = 0; i < e->count; i++)
			jw_text(e->w, NULL, e->members[i]);
		jw_close(e->w);
	}
	jw_close(e->w);
}

struct jw *
envelope_member(struct envelope *e, const char *name)
{
	if (e->count == ENVELOPE_MEMBERS_MAX)
		abort(); /* a dialect of ours has grown */
	e->members[e->count++] = name;
	return e->w;
}

void
envelope_text(struct envelope *e, const char *name, const char *value)
{
	struct jw *w = envelope_member(e, name);

	if (e->example)
		jw_text(w, name, value);
	else
		describe_property(w, name, "string");
}

void
envelope_word(struct envelope *e, const char *name, const char *value)
{
	struct jw *w = envelope_member(e, name);

	if (e->example) {
		jw_text(w, name, value);
		return;
	}
	jw_object(w, name);
	jw_text(w, "type", "string");
	jw_text(w, "const", value);
	jw_close(w);
}

void
envelope_integer(struct envelope *e, const char *name, int64_t value)
{
	struct jw *w = envelope_member(e, name);

	if (e->example)
		jw_integer(w, name, value);
	else
		describe_property(w, name, "integer");
}

void
envelope_bool(struct envelope *e, const char *name)
{
	struct jw *w = envelope_member(e, name);

	if (e->example)
		jw_bool(w, name, false);
	else
		describe_property(w, name, "boolean");
}

void
envelope_true(struct envelope *e, const char *name)
{
	struct jw *w = envelope_member(e, name);

	if (e->example)
		jw_bool(w, name, true);
	else
		describe_constant(w, name, "boolean", "true");
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
envelope_data(struct envelope *e, const struct dialect *dialect, const struct route *route)
{
	struct jw *w = envelope_member(e, "data");

	if (route->reply.list)
		describe_list(w, dialect, route, e->example);
	else if (route->out != NULL)
		describe_flat(w, dialect, route, e->example, "data");
	else if (e->example)
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

/* Of the answer: the route's, or that of its other form. */
static const struct schema *
schema_of(const struct call *call)
{
	const struct other_answer *other = &call->route->reply.other;

	return other->status != 0 && other->status == call->status ? other->out : call->route->out;
}

void
write_data(struct jw *w, const struct call *call, const void *out)
{
	if (call->route->reply.list)
		write_list(w, call, out);
	else if (call->route->out != NULL)
		schema_encode(schema_of(call), call->dialect->amounts, out, "data", w);
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

static const struct field limit_fields[] = {
	FIELD(struct fault_limit, id, .name = "id", .required = true),
	FIELD(struct fault_limit, measure, .name = "measure", .required = true,
	      .choices = limit_measures),
	FIELD(struct fault_limit, window, .name = "window", .keep_null = true,
	      .choices = limit_span_words),
	FIELD(struct fault_limit, most, .name = "limit", .required = true),
	FIELD(struct fault_limit, left, .name = "left", .required = true),
	FIELD(struct fault_limit, frees_at, .name = "freesAt", .keep_null = true,
	      .doc = "When there will be enough for the amount; null: never, or when holds end."),
};

static const struct schema limit_out = SCHEMA(struct fault_limit, "ExceededLimit", limit_fields);

void
write_limit(struct jw *w, const struct call *call)
{
	const struct fault_limit *limit = call->ctx.fault.limit;

	if (limit != NULL && call->ctx.fault.err == ERR_LIMIT)
		schema_encode(&limit_out, call->dialect->amounts, limit, "limit", w);
}

static void
describe_violations(struct jw *w, const struct dialect *dialect)
{
	struct envelope item;

	jw_object(w, dialect->violations);
	jw_text(w, "type", "array");
	jw_text(w, "description", "All fields that failed validation.");
	item = envelope_open(w, false, "items");
	envelope_text(&item, "field", NULL);
	envelope_text(&item, "message", NULL);
	if (dialect->violation_codes)
		envelope_text(&item, "code", NULL);
	envelope_close(&item);
	jw_close(w);
}

void
describe_error(struct jw *w, const struct dialect *dialect, const char *name)
{
	jw_object(w, name);
	jw_text(w, "type", "object");
	jw_object(w, "properties");
	for (const struct property *p = dialect->error; p->name != NULL; p++)
		if (p->constant != NULL)
			describe_constant(w, p->name, p->type, p->constant);
		else
			describe_property(w, p->name, p->type);
	if (dialect->violations != NULL)
		describe_violations(w, dialect);
	if (dialect->shows_limits)
		schema_describe(&limit_out, dialect->amounts, true, w, "limit");
	jw_close(w);
	jw_list(w, "required");
	for (const struct property *p = dialect->error; p->name != NULL; p++)
		if (!p->optional)
			jw_text(w, NULL, p->name);
	jw_close(w);
	jw_close(w);
}
