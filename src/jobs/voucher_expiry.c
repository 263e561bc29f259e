/* Refunds the rest of expired vouchers. */
#include "app/voucher/voucher.h"
#include "jobs/job.h"

const struct periodic_job job_voucher_expiry = {
	.name = "voucher_expiry", .pause_ms = 5000, .run = voucher_expire_due};
