/* The jobs of a runner, and their numbers of threads: kinds that wait for outside servers have
 * several. */
#include "jobs/job.h"

const struct job jobs[] = {
	{.periodic = &job_heartbeat, .threads = 1},
	{.periodic = &job_token_request, .threads = 1},
	{.periodic = &job_hold_expiry, .threads = 1},
	{.periodic = &job_funding_expiry, .threads = 1},
	{.periodic = &job_voucher_expiry, .threads = 1},
	{.periodic = &job_merchant_payout, .threads = 1},
	{.periodic = &job_retention, .threads = 1},
	{.periodic = &job_event_stream, .threads = 1},
	{.periodic = &job_seal, .threads = 1},
	{.periodic = &job_webhook_delivery, .threads = 1},
	{.periodic = &job_book_audit, .threads = 1},
	{.kind = &queue_mail, .threads = 2},
	{.kind = &queue_payment_lookup, .threads = 2},
	{.kind = &queue_purchase_lookup, .threads = 2},
	{.kind = &queue_remittance, .threads = 2},
	{.kind = &queue_merchant_payout, .threads = 2},
	{.kind = &queue_statement, .threads = 1},
	{.kind = &queue_webhook_delivery, .threads = 1},
	{0},
};
