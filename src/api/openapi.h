/* openapi.h - the OpenAPI 3.1 document of a dialect, generated from its route tables. */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include "api/dispatch.h"

/* The document as JSON in the arena; server is the address of the API. */
struct bytes openapi_document(struct arena *arena, const struct dialect *dialect,
			      const char *server);

#endif
