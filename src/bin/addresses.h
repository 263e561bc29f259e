/* addresses.h - reports about accounts with problematic addresses. */
#ifndef BIN_ADDRESSES_H
#define BIN_ADDRESSES_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/config.h"

/* Print one line for each of them, after recomputing the keys of the others if change is set.
 * False with a one-line message in problem if the database is unavailable. */
bool addresses_report(const struct config *config, bool change, char problem[512]) MUST_CHECK;

#endif
