/*
 * monitor.h - answers to monitoring: all metrics, and whether the server is ready.
 *
 * It has a connection to the database of its own, opened when it is first needed, with a short time
 * limit: what it reads delays no request. What was read is kept for some seconds, however often it
 * is asked for.
 */
#ifndef BIN_MONITOR_H
#define BIN_MONITOR_H

#include <stdio.h>

#include "app/operation/readiness.h"
#include "base/metrics.h"

struct monitor;

/* NULL if out of memory. app must outlive it. */
struct monitor *monitor_new(const struct app *app);
void monitor_free(struct monitor *monitor);

/* Write all metrics. False, with nothing written, if others are being asked for right now. problem is
 * empty, or says why what the processes count is missing. */
bool monitor_write(struct monitor *monitor, FILE *out,
		   char problem[METRICS_PROBLEM_MAX]) MUST_CHECK;
/* At most a second old. */
struct readiness monitor_ready(struct monitor *monitor);

#endif
