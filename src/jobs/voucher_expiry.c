/* Refunds the rest of expired vouchers. */
#include "app/voucher/voucher.h"
#include "jobs/job.h"

const struct periodic_job job_voucher_expiry = {"voucher_expiry", 5000, voucher_expire_due};
