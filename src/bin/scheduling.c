#include <config.h>

#include "bin/scheduling.h"

#include <sched.h>

void
scheduling_begin(void)
{
	const struct sched_param priority = {0};

	/* Unless an operator has chosen another policy. */
	if (sched_getscheduler(0) == SCHED_OTHER)
		(void)sched_setscheduler(0, SCHED_BATCH, &priority);
}
