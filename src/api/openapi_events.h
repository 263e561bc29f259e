/* openapi_events.h - the events that a dialect's subscribers are sent, for the OpenAPI document. */
#ifndef API_OPENAPI_EVENTS_H
#define API_OPENAPI_EVENTS_H

#include "api/dispatch.h"

/* "webhooks": a request for each type, and for batches. */
void openapi_webhooks(struct jw *w, struct arena *arena, const struct dialect *dialect);
/* Components: a schema for each type, and "Event", which is one of them. */
void openapi_event_schemas(struct jw *w, struct arena *arena, const struct dialect *dialect);

#endif
