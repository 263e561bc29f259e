/* provider_event.h - the body of providers' webhooks, for the documentation of routes that read
 * the signed bytes. */
#ifndef API_PROVIDER_EVENT_H
#define API_PROVIDER_EVENT_H

#include "schema/schema.h"

extern const struct schema provider_event;

#endif
