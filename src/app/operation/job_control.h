/* job_control.h - what an operator does to jobs of the queue; written down in the audit log. */
#ifndef APP_OPERATION_JOB_CONTROL_H
#define APP_OPERATION_JOB_CONTROL_H

#include "queue/queue.h"

/* Make a job due now, with all its tries before it; one that is run now is run once more. The id
 * is what queue_list shows. ERR_NOT_FOUND. */
enum err job_retry(struct ctx *ctx, const char *id, struct queue_entry *out) MUST_CHECK;
/* Put a job aside; where it is about money that is set aside, a review is
 * opened. ERR_NOT_FOUND. */
enum err job_park(struct ctx *ctx, const char *id, struct queue_entry *out) MUST_CHECK;

#endif
