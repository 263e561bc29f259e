/* Closes unconfirmed fundings after their time, and deletes their codes. */
#include "app/funding/funding.h"
#include "jobs/job.h"

const struct periodic_job job_funding_expiry = {"funding_expiry", 60000, funding_expire};
