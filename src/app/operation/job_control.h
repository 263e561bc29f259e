/* job_control.h - an operator's actions on jobs of the queue, recorded in the audit log. */
#ifndef APP_OPERATION_JOB_CONTROL_H
#define APP_OPERATION_JOB_CONTROL_H

#include "queue/queue.h"

/* Make a job due now, and reset its attempts; a running one runs once more. The id is the one of
 * queue_list. ERR_NOT_FOUND. */
enum err job_retry(struct ctx *ctx, const char *id, struct queue_entry *out) MUST_CHECK;
/* Park a job; if it is about held money, a review is opened. ERR_NOT_FOUND. */
enum err job_park(struct ctx *ctx, const char *id, struct queue_entry *out) MUST_CHECK;

#endif
