/* local_gauges.h - what monitoring reads from this machine: the program, its keys, the web server's
 * certificate, and the space of folders. */
#ifndef BIN_LOCAL_GAUGES_H
#define BIN_LOCAL_GAUGES_H

#include <stdio.h>

#include "base/config.h"

struct keyring;

void local_gauges_write(FILE *out, const struct config *config, const struct keyring *keys);

#endif
