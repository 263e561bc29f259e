/* Mail that was committed to the outbox goes out. */
#include "app/outbox.h"
#include "jobs/job.h"

const struct job job_mail = {"mail", 250, outbox_send_one};
