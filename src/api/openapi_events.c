#include "api/openapi_events.h"

#include <string.h>

#include "api/openapi_replies.h"
#include "app/events/event_type.h"
#include "base/arena.h"
#include "base/attributes.h"

/* Examples. */
#define EVENT_ID "\"evt_0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55\""
#define BATCH_ID "\"bat_0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55\""
/* Of the tags of the dialect. */
#define EVENTS_TAG "Webhooks"

/* "wallet.created" is "WalletCreatedEvent". */
static const char *
component_name(struct arena *arena, const struct event_type *type)
{
	char *name = arena_strdup(arena, type->name);
	bool begins = true;
	size_t n = 0;

	for (const char *p = type->name; *p != '\0'; p++) {
		if (*p != '.')
			name[n++] = (char)(begins ? *p - 'a' + 'A' : *p);
		begins = *p == '.';
	}
	name[n] = '\0';
	return arena_printf(arena, "%sEvent", name);
}

static const char *
schema_reference(struct arena *arena, const char *component)
{
	return arena_printf(arena, "#/components/schemas/%s", component);
}

/* A field that always has this text. */
static void
make_constant(struct arena *arena, struct field *field, const char *text)
{
	const char **choices = arena_array(arena, 2, sizeof(*choices));

	choices[0] = text;
	field->choices = choices;
	field->example = arena_printf(arena, "\"%s\"", text);
}

/* The data of a type, with what they get on publication. */
static const struct schema *
data_schema(struct arena *arena, const struct event_type *type)
{
	size_t own = type->data->count;
	size_t count = own + event_place.count;
	struct field *fields = arena_array(arena, count, sizeof(*fields));
	struct schema *schema = arena_alloc(arena, sizeof(*schema));

	memcpy(fields, type->data->fields, own * sizeof(*fields));
	memcpy(fields + own, event_place.fields, event_place.count * sizeof(*fields));
	for (size_t i = 0; i < own; i++)
		if (type->status != NULL && strcmp(fields[i].name, EVENT_STATUS) == 0)
			make_constant(arena, &fields[i], type->status);
	*schema = (struct schema){.name = type->data->name, .fields = fields, .count = count};
	return schema;
}

/* A body: the common form, with the data of its type. */
static const struct schema *
body_schema(struct arena *arena, const char *name, const char *type, const char *id,
	    const struct schema *data)
{
	struct field *fields = arena_array(arena, event_body.count, sizeof(*fields));
	struct schema *schema = arena_alloc(arena, sizeof(*schema));

	memcpy(fields, event_body.fields, event_body.count * sizeof(*fields));
	for (size_t i = 0; i < event_body.count; i++) {
		if (fields[i].offset == offsetof(struct event_body, type))
			make_constant(arena, &fields[i], type);
		if (fields[i].offset == offsetof(struct event_body, id))
			fields[i].example = id;
		if (fields[i].offset != offsetof(struct event_body, data))
			continue;
		fields[i].type = FIELD_OBJECT;
		fields[i].sub = data;
		fields[i].example = NULL;
	}
	*schema = (struct schema){.name = name, .fields = fields, .count = event_body.count};
	return schema;
}

static const struct schema *
event_schema(struct arena *arena, const struct event_type *type)
{
	return body_schema(arena, component_name(arena, type), type->name, EVENT_ID,
			   data_schema(arena, type));
}

struct batch {
	struct list events;
};

static const struct field batch_fields[] = {
	FIELD(struct batch, events, .name = "events", .required = true, .sub = &event_body),
};

static const struct schema batch_data = SCHEMA(struct batch, "EventBatchData", batch_fields);

static const struct schema *
batch_schema(struct arena *arena)
{
	return body_schema(arena, "EventBatch", "batch", BATCH_ID, &batch_data);
}

static void
write_union(struct jw *w, struct arena *arena, const struct event_type *types)
{
	jw_object(w, event_body.name);
	jw_list(w, "oneOf");
	for (const struct event_type *type = types; type->name != NULL; type++)
		openapi_reference(w, NULL, schema_reference(arena, component_name(arena, type)));
	jw_close(w);
	jw_object(w, "discriminator");
	jw_text(w, "propertyName", "type");
	jw_object(w, "mapping");
	for (const struct event_type *type = types; type->name != NULL; type++)
		jw_text(w, type->name, schema_reference(arena, component_name(arena, type)));
	jw_close(w);
	jw_close(w);
	jw_close(w);
}

void
openapi_event_schemas(struct jw *w, struct arena *arena, const struct dialect *dialect)
{
	if (dialect->events == NULL)
		return;
	for (const struct event_type *type = dialect->events; type->name != NULL; type++) {
		const struct schema *schema = event_schema(arena, type);

		schema_describe(schema, dialect->amounts, true, w, schema->name);
	}
	write_union(w, arena, dialect->events);
	schema_describe(batch_schema(arena), dialect->amounts, true, w, "EventBatch");
}

/* The headers of a delivery. */
static const struct {
	const char *name;
	const char *doc;
} headers[] = {
	{"webhook-id", "The same for each attempt: the id of the event or batch."},
	{"webhook-timestamp", "Time of the attempt, in seconds since 1970."},
	{"webhook-signature",
	 "v1, and the signature by Standard Webhooks; several have a blank between."},
	{"x-webhook-signature",
	 "Hexadecimal HMAC-SHA256 of the body under the text of the secret."},
};

static void
write_headers(struct jw *w)
{
	jw_list(w, "parameters");
	for (size_t i = 0; i < COUNT(headers); i++) {
		jw_object(w, NULL);
		jw_text(w, "name", headers[i].name);
		jw_text(w, "in", "header");
		jw_text(w, "description", headers[i].doc);
		jw_bool(w, "required", true);
		jw_object(w, "schema");
		jw_text(w, "type", "string");
		jw_close(w);
		jw_close(w);
	}
	jw_close(w);
}

static void
write_answer(struct jw *w, const char *status, const char *doc)
{
	jw_object(w, status);
	jw_text(w, "description", doc);
	jw_close(w);
}

/* "webhook_wallet_created" */
static const char *
request_id(struct arena *arena, const char *type)
{
	char *id = arena_printf(arena, "webhook_%s", type);

	for (char *p = id; *p != '\0'; p++)
		if (*p == '.')
			*p = '_';
	return id;
}

static void
write_body(struct jw *w, struct arena *arena, const struct dialect *dialect,
	   const struct schema *body)
{
	jw_object(w, "requestBody");
	jw_bool(w, "required", true);
	jw_object(w, "content");
	jw_object(w, "application/json");
	openapi_reference(w, "schema", schema_reference(arena, body->name));
	schema_example(body, dialect->amounts, w, "example");
	jw_close(w);
	jw_close(w);
	jw_close(w);
}

static void
write_request(struct jw *w, struct arena *arena, const struct dialect *dialect, const char *type,
	      const char *doc, const struct schema *body)
{
	jw_object(w, type);
	jw_object(w, "post");
	jw_text(w, "operationId", request_id(arena, type));
	jw_text(w, "summary", doc);
	jw_list(w, "tags");
	jw_text(w, NULL, EVENTS_TAG);
	jw_close(w);
	jw_list(w, "security"); /* its signature is in the headers */
	jw_close(w);
	write_headers(w);
	write_body(w, arena, dialect, body);
	jw_object(w, "responses");
	write_answer(w, "2XX", "The delivery is done.");
	write_answer(w, "410", "The subscription ends.");
	write_answer(w, "default", "The delivery is repeated later.");
	jw_close(w);
	jw_close(w);
	jw_close(w);
}

void
openapi_webhooks(struct jw *w, struct arena *arena, const struct dialect *dialect)
{
	if (dialect->events == NULL)
		return;
	jw_object(w, "webhooks");
	for (const struct event_type *type = dialect->events; type->name != NULL; type++)
		write_request(w, arena, dialect, type->name, type->doc, event_schema(arena, type));
	write_request(w, arena, dialect, "batch", "Several events, of a webhook with batchSize.",
		      batch_schema(arena));
	jw_close(w);
}
