/* openapi_replies.h - which answers a route has, and how each looks, for the OpenAPI document. */
#ifndef API_OPENAPI_REPLIES_H
#define API_OPENAPI_REPLIES_H

#include "api/dispatch.h"

/* "responses" of an operation: all statuses that it can answer with. */
void openapi_replies(struct jw *w, struct arena *arena, const struct dialect *dialect,
		     const struct route *route);
/* "responses" of the components: the refusals that any of the routes has. */
void openapi_errors(struct jw *w, struct arena *arena, const struct dialect *dialect,
		    const struct route *const *routes, size_t n);
/* {"$ref": target} */
void openapi_reference(struct jw *w, const char *name, const char *target);

#endif
