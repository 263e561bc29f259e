/* counted.h - what the processes of this machine have counted, and what they say of themselves, as
 * samples for Prometheus. */
#ifndef BIN_COUNTED_H
#define BIN_COUNTED_H

#include <stdbool.h>
#include <stdio.h>

#include "base/metrics.h"

/* Write the metrics of base/metrics.def from the file in the folder. False with a problem, and their
 * names only, if it can't be read. */
bool counted_write(FILE *out, const char *folder, char problem[METRICS_PROBLEM_MAX]) MUST_CHECK;

#endif
