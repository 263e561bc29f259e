/* openapi_replies.h - the answers of a route, for the OpenAPI document. */
#ifndef API_OPENAPI_REPLIES_H
#define API_OPENAPI_REPLIES_H

#include "api/dispatch.h"

/* "responses" of an operation: all statuses that it can return. */
void openapi_replies(struct jw *w, struct arena *arena, const struct dialect *dialect,
		     const struct route *route);
/* "responses" of the components: the errors of all routes. */
void openapi_errors(struct jw *w, struct arena *arena, const struct dialect *dialect,
		    const struct route *const *routes, size_t n);
/* {"$ref": target} */
void openapi_reference(struct jw *w, const char *name, const char *target);

#endif
