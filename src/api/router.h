/*
 * router.h - resolves a raw path to a dialect, a route and its path values.
 *
 * Paths are compared segment by segment, decoded after splitting. Literal segments take precedence
 * over parameters; a parameter that must be a UUID and is not does not match. A trailing slash is
 * ignored.
 */
#ifndef API_ROUTER_H
#define API_ROUTER_H

#include "api/dispatch.h"

struct router;

/* The routes of all dialects, sorted; built once. */
struct router *router_new(void);
void router_free(struct router *router);

/* The dialect that the paths of the raw target belong to; the main dialect for any other. */
const struct dialect *router_dialect(const char *target);

/*
 * Set call->dialect, call->route and call->params. ERR_NOT_FOUND, or
 * ERR_METHOD_NOT_ALLOWED with fault.allow set.
 */
enum err router_find(const struct router *router, struct call *call) MUST_CHECK;
/* The same for a method other than the request's. */
enum err router_find_method(const struct router *router, struct call *call,
			    const char *method) MUST_CHECK;

#endif
