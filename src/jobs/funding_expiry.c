/* Closes unconfirmed fundings after their time, and deletes their codes. */
#include "app/funding/funding.h"
#include "jobs/job.h"

const struct periodic_job job_funding_expiry = {
	.name = "funding_expiry", .pause_ms = 60000, .run = funding_expire};
