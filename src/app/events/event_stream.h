/* event_stream.h - the journal and other events, published in one order. */
#ifndef APP_EVENTS_EVENT_STREAM_H
#define APP_EVENTS_EVENT_STREAM_H

#include "base/ctx.h"

/* Read new journal entries, publish their events, and plan the deliveries. *found tells whether
 * there is more to do at once. Only one runner at a time does this. */
enum err event_stream_read(struct ctx *ctx, bool *found) MUST_CHECK;

#endif
