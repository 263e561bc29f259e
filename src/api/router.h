/*
 * router.h - from a raw path to a dialect, a route and its path values.
 *
 * Paths are compared segment by segment, decoded after splitting. Literal segments
 * win over parameters; a parameter that must be a UUID and is not does not match. A
 * trailing slash makes no difference.
 */
#ifndef API_ROUTER_H
#define API_ROUTER_H

#include "api/dispatch.h"

struct router;

/* The routes of all dialects, sorted; made once. */
struct router *router_new(void);
void router_free(struct router *router);

/* The dialect whose paths the raw target belongs to; the main dialect for any other. */
const struct dialect *router_dialect(const char *target);

/*
 * Set call->dialect, call->route and call->params. ERR_NOT_FOUND, or
 * ERR_METHOD_NOT_ALLOWED with fault.allow set.
 */
enum err router_find(const struct router *router, struct call *call) MUST_CHECK;
/* Likewise for another method than the request's. */
enum err router_find_method(const struct router *router, struct call *call,
			    const char *method) MUST_CHECK;

#endif
