/* event_stream.h - the journal and events that are no postings, published in one order. */
#ifndef APP_EVENTS_EVENT_STREAM_H
#define APP_EVENTS_EVENT_STREAM_H

#include "base/ctx.h"

/* Read on in the journal, publish what has happened, and plan the deliveries. *found tells whether
 * there is more to do at once. One runner at a time does something. */
enum err event_stream_read(struct ctx *ctx, bool *found) MUST_CHECK;

#endif
