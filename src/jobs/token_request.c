/* Answers requests for mailed tokens, if the address is known. */
#include "app/people/user.h"
#include "jobs/job.h"

const struct periodic_job job_token_request = {
	.name = "token_request", .pause_ms = 250, .run = user_answer_request};
