/* Publishes events: reads the journal, and plans deliveries. */
#include "app/events/event_stream.h"
#include "jobs/job.h"

const struct periodic_job job_event_stream = {
	.name = "event_feed", .pause_ms = 200, .run = event_stream_read};
