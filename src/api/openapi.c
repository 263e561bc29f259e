#include "api/openapi.h"

#include <stdlib.h>
#include <string.h>

#include "api/dialects.h"
#include "api/negotiate.h"
#include "base/arena.h"
#include "base/config.h"

/* The statuses of refusals; which errors come with each is in the catalogue. */
static const struct error_reply {
	int status;
	const char *name; /* of the component */
	const char *doc;
} error_replies[] = {
	{400, "BadRequest", "The request is malformed or breaks a rule."},
	{401, "Unauthorized", "Who asks is not known."},
	{402, "PaymentRequired", "The account does not cover it."},
	{403, "Forbidden", "Who asks may not do this."},
	{404, "NotFound", "There is no such thing for who asks."},
	{406, "NotAcceptable", "There is no such form of the answer."},
	{409, "Conflict", "It contradicts what is there."},
	{413, "TooLarge", "The body is too large."},
	{415, "UnsupportedMediaType",
	 "The body is not application/json, or has a Content-Encoding."},
	{422, "Unprocessable", "It can't be done as things are."},
	{429, "TooManyRequests", "A limit is used up; see Retry-After."},
	{500, "Internal", "A fault of the server."},
	{502, "ProviderUnavailable", "The provider can't be reached; nothing was done."},
	{503, "Unavailable",
	 "The server can't do it right now; see Retry-After. Nothing was done, unless it says that "
	 "the outcome is not known: the same request again, with its reference or Idempotency-Key, "
	 "tells it. 502 and 504 are never about this server."},
	{504, "ProviderTimeout",
	 "The provider did not answer in time; whether it was done is found out."},
};
enum { ERROR_REPLIES = sizeof(error_replies) / sizeof(error_replies[0]) };

/* Whether an error has that status in a dialect. */
static bool
comes_with(const struct dialect *dialect, enum err err, int status)
{
	const struct fault f = {.err = err};

	return (dialect->status != NULL ? dialect->status(&f) : err_status(err)) == status;
}

/* Whether a route can answer with that status. */
static bool
applies(const struct dialect *dialect, const struct route *route, int status)
{
	bool has_body = route->in != NULL;
	bool has_id = strchr(route->path, '{') != NULL;
	bool calls = route->effect == EFFECT_CALL || route->calls != NULL;

	for (int i = 0; i < ALSO_MAX; i++)
		if (route->also[i] == status)
			return true;
	switch (status) {
	case 400:
		return has_body || route->query != NULL;
	case 401:
		return route->access != ACCESS_PUBLIC || route->rate != RATE_NONE;
	case 402:
		return false; /* a route says so itself */
	case 403:
		return route->access != ACCESS_PUBLIC && route->access != ACCESS_PROJECT_KEY;
	case 404:
		return has_id || route->may_miss || route->offered != NULL ||
		       route->effect == EFFECT_POST;
	case 406:
		return route->renderings != NULL;
	case 409:
		return route->method != GET;
	case 422:
		return route->method != GET || (dialect->unprocessable && route->query != NULL);
	case 413:
	case 415:
		return has_body;
	case 429:
		return route->rate != RATE_NONE || route->address_per_minute > 0 ||
		       route->user_per_minute > 0 || route->access == ACCESS_PROJECT_KEY ||
		       route->access == ACCESS_USER_OR_KEY;
	case 502:
		return calls && comes_with(dialect, ERR_PROVIDER_DOWN, status);
	case 504:
		return calls && comes_with(dialect, ERR_PROVIDER_TIMEOUT, status);
	case 503:
		return !route->flat || route->method != GET;
	default:
		return !route->flat;
	}
}

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
		"1 to 255 printable characters. The same key and request within a day is done once: "
		"it gets the first answer again, and 409 while the first one runs. A key belongs to "
		"its owner, whichever credential is used. X-Idempotency-Key means the same.");
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
		field_describe(field, dialect->amounts, w, "schema");
		jw_close(w);
	}
	if (route->method != GET && !route->fresh &&
	    (route->access != ACCESS_PUBLIC || route->in != NULL))
		write_idempotency_parameter(w);
	jw_close(w);
}

static void
reference(struct jw *w, const char *name, const char *target)
{
	jw_object(w, name);
	jw_text(w, "$ref", target);
	jw_close(w);
}

/* Whether the body must have something; where all is optional, none is needed. */
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
	if (route->in == NULL)
		return;
	jw_object(w, "requestBody");
	jw_bool(w, "required", needs_body(route->in));
	jw_object(w, "content");
	jw_object(w, "application/json");
	reference(w, "schema", arena_printf(arena, "#/components/schemas/%s", route->in->name));
	schema_example(route->in, dialect->amounts, w, "example");
	jw_close(w);
	jw_close(w);
	jw_close(w);
}

static void
write_success(struct jw *w, const struct dialect *dialect, const struct route *route)
{
	jw_text(w, "description", route->summary);
	if (route->status == 204)
		return;
	jw_object(w, "content");
	jw_object(w, "application/json");
	dialect->describe_ok(w, dialect, route, false, "schema");
	dialect->describe_ok(w, dialect, route, true, "example");
	jw_close(w);
	for (const struct rendering *r = route->renderings; r != NULL && r->type != NULL; r++) {
		jw_object(w, r->type);
		jw_object(w, "schema");
		jw_text(w, "type", "string");
		jw_text(w, "description", r->doc);
		jw_close(w);
		jw_close(w);
	}
	jw_close(w);
}

static void
write_redirect(struct jw *w)
{
	jw_object(w, "302");
	jw_text(w, "description", "Go on there.");
	jw_object(w, "headers");
	jw_object(w, "Location");
	jw_object(w, "schema");
	jw_text(w, "type", "string");
	jw_text(w, "format", "uri");
	jw_close(w);
	jw_close(w);
	jw_close(w);
	jw_close(w);
}

static void
write_replies(struct jw *w, struct arena *arena, const struct dialect *dialect,
	      const struct route *route)
{
	jw_object(w, "responses");
	jw_object(w, arena_printf(arena, "%d", route->status));
	write_success(w, dialect, route);
	jw_close(w);
	if (route->status == 201 && route->effect == EFFECT_POST) {
		jw_object(w, "200");
		jw_text(w, "description",
			"The first answer to this reference again (Idempotent-Replayed: true)");
		jw_object(w, "content");
		jw_object(w, "application/json");
		dialect->describe_ok(w, dialect, route, false, "schema");
		jw_close(w);
		jw_close(w);
		jw_close(w);
	}
	if (route->redirects)
		write_redirect(w);
	for (size_t i = 0; i < ERROR_REPLIES; i++)
		if (applies(dialect, route, error_replies[i].status))
			reference(w, arena_printf(arena, "%d", error_replies[i].status),
				  arena_printf(arena, "#/components/responses/%s",
					       error_replies[i].name));
	jw_close(w);
}

static void
write_security(struct jw *w, const struct route *route)
{
	bool token = route->access == ACCESS_USER || route->access == ACCESS_USER_OR_KEY ||
		     route->access == ACCESS_ADMIN || route->access == ACCESS_USER_OR_PROJECT ||
		     route->access == ACCESS_WALLET || route->access == ACCESS_COOKIE;
	bool key = route->access == ACCESS_PROJECT_KEY || route->access == ACCESS_USER_OR_PROJECT ||
		   route->access == ACCESS_USER_OR_KEY || route->access == ACCESS_WALLET;

	jw_list(w, "security");
	if (token) {
		jw_object(w, NULL);
		jw_list(w, "accessToken");
		jw_close(w);
		jw_close(w);
	}
	if (route->access == ACCESS_COOKIE) {
		jw_object(w, NULL);
		jw_list(w, "cookie");
		jw_close(w);
		jw_close(w);
	}
	for (int i = 0; key && i < 2; i++) {
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

static void
write_operation(struct jw *w, struct arena *arena, const struct dialect *dialect,
		const struct route *route)
{
	jw_object(w, text_lower(arena, method_text(route->method)));
	jw_text(w, "operationId", operation_id(arena, route));
	jw_text(w, "summary", route->summary);
	if (route->doc != NULL)
		jw_text(w, "description", route->doc);
	if (route->tag != NULL) {
		jw_list(w, "tags");
		jw_text(w, NULL, route->tag);
		jw_close(w);
	}
	write_security(w, route);
	write_parameters(w, arena, dialect, route);
	write_request_body(w, arena, dialect, route);
	write_replies(w, arena, dialect, route);
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

/* The operations of a path stand together, where the path comes first. */
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

/* Write an error as the dialect does, if it comes with that status there. */
static void
write_error_example(struct jw *w, struct arena *arena, const struct dialect *dialect, enum err err,
		    int status)
{
	struct call *call = arena_alloc(arena, sizeof(*call));
	struct bytes text = {"{}", 2};
	struct jw inner;

	call->dialect = dialect;
	call->ctx.arena = arena;
	memcpy(call->ctx.request_id, "0190b2a47c1e7d3a9b612f6f0c9a1e55", 33);
	if (err == ERR_VALIDATION)
		violation_add(arena, &call->ctx.fault, "amount", "REQUIRED", "is required");
	else
		(void)fault(&call->ctx.fault, err, NULL, NULL);
	if (fault_status(call) != status)
		return;
	jw_init(&inner, arena, 256);
	dialect->write_fail(&inner, call);
	if (!jw_finish(&inner, &text))
		abort(); /* a dialect of ours writes broken JSON */
	jw_object(w, err_code(err));
	jw_text(w, "summary", err_message(err));
	jw_json(w, "value", text.data);
	jw_close(w);
}

static void
write_retry_after(struct jw *w)
{
	jw_object(w, "headers");
	jw_object(w, "Retry-After");
	jw_text(w, "description", "Seconds after which trying again makes sense.");
	jw_object(w, "schema");
	jw_text(w, "type", "integer");
	jw_close(w);
	jw_close(w);
	jw_close(w);
}

static void
write_error_component(struct jw *w, struct arena *arena, const struct dialect *dialect,
		      const struct error_reply *reply)
{
	jw_object(w, reply->name);
	jw_text(w, "description", reply->doc);
	if (reply->status == 429 || reply->status == 503)
		write_retry_after(w);
	jw_object(w, "content");
	jw_object(w, "application/json");
	reference(w, "schema", "#/components/schemas/Error");
	jw_object(w, "examples");
	for (int err = ERR_OK + 1; err < ERR_COUNT; err++)
		write_error_example(w, arena, dialect, (enum err)err, reply->status);
	jw_close(w);
	jw_close(w);
	jw_close(w);
	jw_close(w);
}

/* Whether any of the routes can answer with that status. */
static bool
any_applies(const struct dialect *dialect, const struct route *const *routes, size_t n, int status)
{
	for (size_t i = 0; i < n; i++)
		if (applies(dialect, routes[i], status))
			return true;
	return false;
}

static void
write_error_components(struct jw *w, struct arena *arena, const struct dialect *dialect,
		       const struct route *const *routes, size_t n)
{
	jw_object(w, "responses");
	for (size_t i = 0; i < ERROR_REPLIES; i++)
		if (any_applies(dialect, routes, n, error_replies[i].status))
			write_error_component(w, arena, dialect, &error_replies[i]);
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
		if (routes[i]->access == ACCESS_COOKIE)
			return true;
	return false;
}

static void
write_components(struct jw *w, struct arena *arena, const struct dialect *dialect,
		 const struct route *const *routes, size_t n)
{
	jw_object(w, "components");
	jw_object(w, "schemas");
	for (size_t i = 0; i < ERROR_REPLIES; i++)
		if (any_applies(dialect, routes, n, error_replies[i].status)) {
			describe_error(w, dialect, "Error");
			break;
		}
	for (size_t i = 0; i < n; i++) {
		bool seen = routes[i]->in == NULL;

		for (size_t k = 0; k < i && !seen; k++)
			seen = routes[k]->in == routes[i]->in;
		if (!seen)
			schema_describe(routes[i]->in, dialect->amounts, false, w,
					routes[i]->in->name);
	}
	jw_close(w);
	write_error_components(w, arena, dialect, routes, n);
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
	jw_object(w, "license");
	jw_text(w, "name", "Proprietary");
	jw_text(w, "identifier", "LicenseRef-Cowry");
	jw_close(w);
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
	write_components(&w, arena, dialect, routes, n);
	jw_close(&w);
	if (!jw_finish(&w, &text))
		abort(); /* a table of ours can't be written as JSON */
	return text;
}
