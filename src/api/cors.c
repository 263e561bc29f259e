#include "api/cors.h"

#include <string.h>

#include "api/access.h"
#include "api/router.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/origin.h"
#include "runtime/app.h"

/* Headers that a page may read in addition to the default ones. */
#define EXPOSED                                                                     \
	"X-Request-Id, Idempotent-Replayed, RateLimit-Limit, RateLimit-Remaining, " \
	"RateLimit-Reset, Retry-After, Location, Allow, WWW-Authenticate, Content-Disposition"
#define PREFLIGHT_SECONDS "600"

static const char *
list_of(const struct call *call)
{
	return call->ctx.app->config->allowed_origins;
}

static bool
takes_cookie(const struct route *route)
{
	return route != NULL && (access_credentials(route->access).cookie || route->ignores_key);
}

bool
cors_trusts(const struct call *call, const char *origin)
{
	return origin_is_listed(list_of(call), origin);
}

/* The value of Access-Control-Allow-Origin; NULL: none. */
static const char *
allowed_origin(const struct call *call)
{
	const char *origin = call->request->headers[HEADER_ORIGIN];

	if (origin == NULL)
		return NULL;
	if (cors_trusts(call, origin))
		return origin;
	return origin_any_listed(list_of(call)) && !takes_cookie(call->route) ? "*" : NULL;
}

bool
cors_is_preflight(const struct call *call)
{
	return list_of(call)[0] != '\0' && strcmp(call->request->method, "OPTIONS") == 0 &&
	       call->request->headers[HEADER_ORIGIN] != NULL &&
	       call->request->headers[HEADER_REQUEST_METHOD] != NULL;
}

/* The headers that a page may send. Many clients always send a type and a token. */
static const char *
taken_headers(struct call *call)
{
	const struct route *route = call->route;

	return arena_printf(call->ctx.arena, "Authorization, Content-Type, X-Request-Id%s%s",
			    access_credentials(route->access).key ? ", X-Api-Key" : "",
			    route->method != GET ? ", Idempotency-Key, X-Idempotency-Key" : "");
}

enum err
cors_preflight(struct call *call)
{
	const char *method = call->request->headers[HEADER_REQUEST_METHOD];

	TRY(router_find_method(call->ctx.app->router, call,
			       strcmp(method, "HEAD") == 0 ? "GET" : method));
	if (allowed_origin(call) == NULL)
		return fault(&call->ctx.fault, ERR_FORBIDDEN, NULL,
			     "Requests from this origin are not allowed");
	call->reply.status = 204;
	call_header(call, "Access-Control-Allow-Methods", method);
	call_header(call, "Access-Control-Allow-Headers", taken_headers(call));
	call_header(call, "Access-Control-Max-Age", PREFLIGHT_SECONDS);
	return ERR_OK;
}

void
cors_headers(struct call *call)
{
	const char *origin;

	if (list_of(call)[0] == '\0')
		return;
	call_header(call, "Vary",
		    cors_is_preflight(call) ? "Origin, Access-Control-Request-Method, "
					      "Access-Control-Request-Headers"
					    : "Origin");
	origin = allowed_origin(call);
	if (origin == NULL)
		return;
	call_header(call, "Access-Control-Allow-Origin", origin);
	if (takes_cookie(call->route))
		call_header(call, "Access-Control-Allow-Credentials", "true");
	call_header(call, "Access-Control-Expose-Headers", EXPOSED);
}
