/* What happened is told: the journal is followed, and deliveries are planned. */
#include "app/events/webhook.h"
#include "jobs/job.h"

const struct job job_event_feed = {"event_feed", 200, event_feed};
