#include "api/openapi.h"

#include <stdlib.h>
#include <string.h>

#include "api/access.h"
#include "api/dialects.h"
#include "api/openapi_events.h"
#include "api/openapi_replies.h"
#include "base/arena.h"
#include "base/config.h"

/* "{type:word}" is "{type}" in the document. */
static const char *
plain_path(struct arena *arena, const char *path)
{
	char *plain = arena_alloc(arena, strlen(path) + 1);
	size_t n = 0;

	for (const char *p = path; *p != '\0'; p++) {
		if (*p == ':')
			p += strcspn(p, "}");
		plain[n++] = *p;
	}
	return plain;
}

static void
write_path_parameters(struct jw *w, struct arena *arena, const struct route *route)
{
	for (const char *p = strchr(route->path, '{'); p != NULL; p = strchr(p + 1, '{')) {
		size_t length = strcspn(p + 1, ":}");

		jw_object(w, NULL);
		jw_text(w, "name", arena_strndup(arena, p + 1, length));
		jw_text(w, "in", "path");
		jw_bool(w, "required", true);
		jw_object(w, "schema");
		jw_text(w, "type", "string");
		if (p[1 + length] == '}')
			jw_text(w, "format", "uuid");
		jw_close(w);
		jw_close(w);
	}
}

static void
write_idempotency_parameter(struct jw *w)
{
	jw_object(w, NULL);
	jw_text(w, "name", "Idempotency-Key");
	jw_text(w, "in", "header");
	jw_text(w, "description",
		"1 to 255 printable characters, none of them a comma before a space. A request "
		"repeated with the same key within a day is executed once: repetitions return the "
		"first answer, or 409 while the first request is still running. A key belongs to "
		"its owner, regardless of the credential used. X-Idempotency-Key is an alias.");
	jw_object(w, "schema");
	jw_text(w, "type", "string");
	jw_integer(w, "maxLength", 255);
	jw_close(w);
	jw_close(w);
}

static void
write_parameters(struct jw *w, struct arena *arena, const struct dialect *dialect,
		 const struct route *route)
{
	jw_list(w, "parameters");
	write_path_parameters(w, arena, route);
	for (size_t i = 0; route->query != NULL && i < route->query->count; i++) {
		const struct field *field = &route->query->fields[i];

		jw_object(w, NULL);
		jw_text(w, "name", field->name);
		jw_text(w, "in", "query");
		jw_bool(w, "required", field->required);
		if (field->type == FIELD_NAMED_TEXTS)
			jw_text(w, "style", "deepObject"); /* of which explode is the only form */
		field_describe(field, dialect->amounts, w, "schema");
		jw_close(w);
	}
	if (route->method != GET && !route->ignores_key &&
	    (route->access != ACCESS_PUBLIC || route->in != NULL))
		write_idempotency_parameter(w);
	jw_close(w);
}

void
openapi_reference(struct jw *w, const char *name, const char *target)
{
	jw_object(w, name);
	jw_text(w, "$ref", target);
	jw_close(w);
}

/* The fields of the body, by whichever module they are read. */
static const struct schema *
body_of(const struct route *route)
{
	return route->in != NULL ? route->in : route->body.raw;
}

/* Whether a body is required; if all fields are optional, it is not. */
static bool
needs_body(const struct schema *schema)
{
	for (size_t i = 0; i < schema->count; i++)
		if (schema->fields[i].required)
			return true;
	return false;
}

static void
write_request_body(struct jw *w, struct arena *arena, const struct dialect *dialect,
		   const struct route *route)
{
	const struct schema *body = body_of(route);

	if (body == NULL)
		return;
	jw_object(w, "requestBody");
	jw_bool(w, "required", needs_body(body));
	jw_object(w, "content");
	jw_object(w, "application/json");
	openapi_reference(w, "schema", arena_printf(arena, "#/components/schemas/%s", body->name));
	schema_example(body, dialect->amounts, w, "example");
	jw_close(w);
	jw_close(w);
	jw_close(w);
}

static void
write_security(struct jw *w, const struct route *route)
{
	const struct credentials taken = access_credentials(route->access);

	jw_list(w, "security");
	if (taken.token) {
		jw_object(w, NULL);
		jw_list(w, "accessToken");
		jw_close(w);
		jw_close(w);
	}
	if (taken.cookie) {
		jw_object(w, NULL);
		jw_list(w, "cookie");
		jw_close(w);
		jw_close(w);
	}
	for (int i = 0; taken.key && i < 2; i++) {
		jw_object(w, NULL);
		jw_list(w, i == 0 ? "apiKey" : "apiKeyBearer");
		jw_close(w);
		jw_close(w);
	}
	jw_close(w);
}

/* A name for the operation: method and path without punctuation. */
static const char *
operation_id(struct arena *arena, const struct route *route)
{
	char *id = text_lower(arena, arena_printf(arena, "%s%s", method_text(route->method),
						  plain_path(arena, route->path)));
	size_t n = 0;

	for (const char *p = id; *p != '\0'; p++)
		if (*p == '/' || *p == '-')
			id[n++] = '_';
		else if (*p != '{' && *p != '}')
			id[n++] = *p;
	id[n] = '\0';
	return id;
}

static const char *
operation_doc(struct arena *arena, const struct route *route)
{
	const char *doc = route->doc != NULL ? route->doc : "";
	const char *whose = route->limits.daily == DAILY_REGISTRATIONS ? "address" : "person";

	if (route->limits.daily == DAILY_NONE)
		return doc;
	return arena_printf(arena, "%s%sLimited per %s and UTC day (429).", doc,
			    doc[0] != '\0' ? " " : "", whose);
}

static void
write_operation(struct jw *w, struct arena *arena, const struct dialect *dialect,
		const struct route *route)
{
	jw_object(w, text_lower(arena, method_text(route->method)));
	jw_text(w, "operationId", operation_id(arena, route));
	jw_text(w, "summary", route->summary);
	if (route->doc != NULL || route->limits.daily != DAILY_NONE)
		jw_text(w, "description", operation_doc(arena, route));
	if (route->docs.tag != NULL) {
		jw_list(w, "tags");
		jw_text(w, NULL, route->docs.tag);
		jw_close(w);
	}
	write_security(w, route);
	write_parameters(w, arena, dialect, route);
	write_request_body(w, arena, dialect, route);
	openapi_replies(w, arena, dialect, route);
	jw_close(w);
}

/* All routes of a dialect, in the order of their tables. */
static const struct route **
all_routes(struct arena *arena, const struct dialect *dialect, size_t *count)
{
	const struct route **routes;
	size_t n = 0;

	for (size_t g = 0; dialect->groups[g] != NULL; g++)
		for (const struct route *r = dialect->groups[g]; r->path != NULL; r++)
			n++;
	routes = arena_array(arena, n + 1, sizeof(const struct route *));
	*count = 0;
	for (size_t g = 0; dialect->groups[g] != NULL; g++)
		for (const struct route *r = dialect->groups[g]; r->path != NULL; r++)
			routes[(*count)++] = r;
	return routes;
}

/* The operations of a path are written together, at its first route. */
static void
write_paths(struct jw *w, struct arena *arena, const struct dialect *dialect,
	    const struct route *const *routes, size_t n)
{
	jw_object(w, "paths");
	for (size_t i = 0; i < n; i++) {
		bool seen = false;

		for (size_t k = 0; k < i; k++)
			seen |= strcmp(routes[k]->path, routes[i]->path) == 0;
		if (seen)
			continue;
		jw_object(w, plain_path(arena, routes[i]->path));
		for (size_t k = i; k < n; k++)
			if (strcmp(routes[k]->path, routes[i]->path) == 0)
				write_operation(w, arena, dialect, routes[k]);
		jw_close(w);
	}
	jw_close(w);
}

static void
write_scheme(struct jw *w, const char *name, const char *type, const char *key, const char *value,
	     const char *member)
{
	jw_object(w, name);
	jw_text(w, "type", type);
	jw_text(w, key, value);
	if (member != NULL)
		jw_text(w, "name", member);
	jw_close(w);
}

static bool
any_takes_cookie(const struct route *const *routes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (access_credentials(routes[i]->access).cookie)
			return true;
	return false;
}

static void
write_schemas(struct jw *w, struct arena *arena, const struct dialect *dialect,
	      const struct route *const *routes, size_t n)
{
	jw_object(w, "schemas");
	describe_error(w, dialect, "Error");
	for (size_t i = 0; i < n; i++) {
		const struct schema *body = body_of(routes[i]);
		bool seen = body == NULL;

		for (size_t k = 0; k < i && !seen; k++)
			seen = body_of(routes[k]) == body;
		if (!seen)
			schema_describe(body, dialect->amounts, false, w, body->name);
	}
	openapi_event_schemas(w, arena, dialect);
	jw_close(w);
}

static void
write_components(struct jw *w, struct arena *arena, const struct dialect *dialect,
		 const struct route *const *routes, size_t n)
{
	jw_object(w, "components");
	write_schemas(w, arena, dialect, routes, n);
	openapi_errors(w, arena, dialect, routes, n);
	jw_object(w, "securitySchemes");
	write_scheme(w, "accessToken", "http", "scheme", "bearer", NULL);
	write_scheme(w, "apiKey", "apiKey", "in", "header", "x-api-key");
	write_scheme(w, "apiKeyBearer", "http", "scheme", "bearer", NULL);
	if (any_takes_cookie(routes, n))
		write_scheme(w, "cookie", "apiKey", "in", "cookie", TOKEN_COOKIE);
	jw_close(w);
	jw_close(w);
}

static void
write_info(struct jw *w, const struct dialect *dialect, const char *server)
{
	jw_text(w, "openapi", "3.1.0");
	jw_object(w, "info");
	jw_text(w, "title", dialect->title);
	jw_text(w, "version", dialect->version);
	jw_text(w, "description", dialect->doc);
	jw_close(w);
	jw_list(w, "servers");
	jw_object(w, NULL);
	jw_text(w, "url", server);
	jw_close(w);
	jw_close(w);
}

static void
write_tags(struct jw *w, const struct dialect *dialect)
{
	jw_list(w, "tags");
	for (const struct tag *tag = dialect->tags; tag != NULL && tag->name != NULL; tag++) {
		jw_object(w, NULL);
		jw_text(w, "name", tag->name);
		jw_text(w, "description", tag->doc);
		jw_close(w);
	}
	jw_close(w);
}

struct bytes
openapi_document(struct arena *arena, const struct dialect *dialect, const char *server)
{
	struct bytes text = {NULL, 0};
	const struct route *const *routes;
	struct jw w;
	size_t n;

	routes = all_routes(arena, dialect, &n);
	jw_init(&w, arena, 65536);
	jw_object(&w, NULL);
	write_info(&w, dialect, server);
	write_tags(&w, dialect);
	write_paths(&w, arena, dialect, routes, n);
	openapi_webhooks(&w, arena, dialect);
	write_components(&w, arena, dialect, routes, n);
	jw_close(&w);
	if (!jw_finish(&w, &text))
		abort(); /* a table of ours can't be written as JSON */
	return text;
}
