#include "api/openapi_replies.h"

#include <stdlib.h>
#include <string.h>

#include "api/dialects.h"
#include "api/negotiate.h"
#include "base/arena.h"
#include "base/attributes.h"

enum { ANY_OTHER = 0 };

/* The statuses of errors; the catalogue lists the errors of each. */
static const struct error_reply {
	int status;
	const char *name; /* of the component */
	const char *doc;
} error_replies[] = {
	{400, "BadRequest", "The request is malformed or failed validation."},
	{401, "Unauthorized", "Authentication failed or is missing."},
	{402, "PaymentRequired", "Insufficient funds."},
	{403, "Forbidden", "The caller is not permitted to do this."},
	{404, "NotFound", "The resource does not exist or is not visible to the caller."},
	{406, "NotAcceptable", "The requested response format is not available."},
	{409, "Conflict", "The request conflicts with the current state."},
	{413, "TooLarge", "The body is too large."},
	{414, "UriTooLong", "The path or query is too long."},
	{415, "UnsupportedMediaType",
	 "The body is not application/json, or has a Content-Encoding."},
	{422, "Unprocessable", "The request can't be processed in the current state."},
	{429, "TooManyRequests", "A limit was exceeded; see Retry-After."},
	{500, "Internal", "Internal server error."},
	{502, "ProviderUnavailable", "The provider can't be reached; nothing was done."},
	{503, "Unavailable",
	 "The server is temporarily unable to do this; see Retry-After. Nothing was done, unless "
	 "the answer says that the outcome is unknown: then repeat the request with its reference "
	 "or Idempotency-Key to learn it. 502 and 504 are never about this server."},
	{504, "ProviderTimeout",
	 "The provider did not answer in time; the server will find out the outcome."},
	{ANY_OTHER, "Other", "Errors of HTTP itself, such as 405, 408 and 431."},
};
enum { ERROR_REPLIES = COUNT(error_replies) };

/* Whether an error has that status in a dialect. */
static bool
comes_with(const struct dialect *dialect, enum err err, int status)
{
	const struct fault f = {.err = err};

	return (dialect->status != NULL ? dialect->status(&f) : err_status(err)) == status;
}

/* Whether an Idempotency-Key is effective. */
static bool
takes_key(const struct route *route)
{
	return route->method != GET && !route->ignores_key;
}

static bool
says(const int *statuses, size_t n, int status)
{
	for (size_t i = 0; i < n; i++)
		if (statuses[i] == status)
			return true;
	return false;
}

/* Whether a route can answer with that status, according to its columns. */
static bool
applies(const struct dialect *dialect, const struct route *route, int status)
{
	bool has_body = route->in != NULL;
	bool has_id = strchr(route->path, '{') != NULL;
	bool calls = route->effect == EFFECT_CALL || route->outside.wanted != NULL;
	bool known = route->access != ACCESS_PUBLIC;

	if (says(route->docs.statuses, OTHER_STATUSES_MAX, status))
		return false;
	if (status != ANY_OTHER && says(route->docs.errors, OTHER_ERRORS_MAX, status))
		return true;
	switch (status) {
	case 400:
		return known || route->query != NULL || route->method != GET ||
		       (dialect->strict_queries && route->reply.list);
	case 401:
	case 403:
		return known;
	case 402:
	case 504:
		return false; /* declared by the route */
	case 404:
		return has_id || route->docs.not_found || route->allow.enabled != NULL ||
		       route->effect == EFFECT_POST;
	case 406:
		return route->reply.renderings != NULL && !route->reply.is_file;
	case 409:
		return takes_key(route);
	case 422:
		return takes_key(route) ||
		       (dialect->unprocessable && !route->body.violations_are_400 &&
			(has_body || route->query != NULL));
	case 415:
		return route->method != GET;
	case 502:
		return calls && comes_with(dialect, ERR_PROVIDER_DOWN, status);
	default:
		return true; /* 413, 414, 429, 500, 503 and errors of HTTP itself, on all routes */
	}
}

static void
write_success(struct jw *w, const struct dialect *dialect, const struct route *route,
	      const char *doc)
{
	jw_text(w, "description", doc);
	if (route->status == 204)
		return;
	jw_object(w, "content");
	if (!route->reply.is_file) {
		jw_object(w, "application/json");
		dialect->describe_ok(w, dialect, route, false, "schema");
		dialect->describe_ok(w, dialect, route, true, "example");
		jw_close(w);
	}
	for (const struct rendering *r = route->reply.renderings; r != NULL && r->type != NULL;
	     r++) {
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
write_alike(struct jw *w, struct arena *arena, const struct dialect *dialect,
	    const struct route *route, int status, const char *doc)
{
	jw_object(w, arena_printf(arena, "%d", status));
	write_success(w, dialect, route, doc);
	jw_close(w);
}

static void
write_other(struct jw *w, struct arena *arena, const struct dialect *dialect,
	    const struct route *route)
{
	struct route other = *route;

	if (route->reply.other.status == 0)
		return;
	other.out = route->reply.other.out;
	write_alike(w, arena, dialect, &other, route->reply.other.status, route->reply.other.doc);
}

/* The reply with its own status, and with others. */
static void
write_successes(struct jw *w, struct arena *arena, const struct dialect *dialect,
		const struct route *route)
{
	write_alike(w, arena, dialect, route, route->status, route->summary);
	if (route->status == 201 && route->effect == EFFECT_POST)
		write_alike(w, arena, dialect, route, 200,
			    "The first answer to this reference, repeated (Idempotent-Replayed: "
			    "true)");
	for (int i = 0; i < OTHER_STATUSES_MAX && route->docs.statuses[i] != 0; i++)
		write_alike(w, arena, dialect, route, route->docs.statuses[i],
			    route->docs.statuses[i] == 503 ? "The server is unavailable."
			    : route->status == 201
				    ? "The resource already existed: a repeated request, or a "
				      "change."
				    : route->summary);
	write_other(w, arena, dialect, route);
}

static void
write_redirect(struct jw *w)
{
	jw_object(w, "302");
	jw_text(w, "description", "Redirect.");
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

void
openapi_replies(struct jw *w, struct arena *arena, const struct dialect *dialect,
		const struct route *route)
{
	jw_object(w, "responses");
	write_successes(w, arena, dialect, route);
	if (route->reply.redirects)
		write_redirect(w);
	for (size_t i = 0; i < ERROR_REPLIES; i++) {
		int status = error_replies[i].status;

		if (applies(dialect, route, status))
			openapi_reference(w,
					  status == ANY_OTHER ? "default"
							      : arena_printf(arena, "%d", status),
					  arena_printf(arena, "#/components/responses/%s",
						       error_replies[i].name));
	}
	jw_close(w);
}

/* Write an error in the dialect's format, if it has that status there. */
static void
write_error_example(struct jw *w, struct arena *arena, const struct dialect *dialect, enum err err,
		    int status)
{
	static const struct fault_limit limit = {
		.id = {{0x01, 0x90, 0xb2, 0xa4, 0x7c, 0x1e, 0x7d, 0x3a, 0x9b, 0x61, 0x2f, 0x6f,
			0x0c, 0x9a, 0x1e, 0x55}},
		.measure = "sum",
		.window = "day",
		.most = "50000.00",
		.left = "1200.00",
	};
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
	if (err == ERR_LIMIT)
		call->ctx.fault.limit = &limit;
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
	jw_text(w, "description", "Seconds to wait before trying again.");
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
	openapi_reference(w, "schema", "#/components/schemas/Error");
	jw_object(w, "examples");
	for (int err = ERR_OK + 1; err < ERR_COUNT; err++)
		write_error_example(w, arena, dialect, (enum err)err,
				    reply->status == ANY_OTHER ? 405 : reply->status);
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

void
openapi_errors(struct jw *w, struct arena *arena, const struct dialect *dialect,
	       const struct route *const *routes, size_t n)
{
	jw_object(w, "responses");
	for (size_t i = 0; i < ERROR_REPLIES; i++)
		if (any_applies(dialect, routes, n, error_replies[i].status))
			write_error_component(w, arena, dialect, &error_replies[i]);
	jw_close(w);
}
