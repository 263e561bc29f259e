/* Answers requests for mailed tokens, if the address is known. */
#include "app/people/user.h"
#include "jobs/job.h"

const struct periodic_job job_token_request = {"token_request", 250, user_answer_request};
