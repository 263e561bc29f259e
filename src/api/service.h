/* service.h - the parts of struct app that dispatch() needs in addition to keys, pool and
 * password gate. */
#ifndef API_SERVICE_H
#define API_SERVICE_H

#include <stdbool.h>

#include "base/ctx.h"

/* Create the router, the batchers, the caches of API keys, fees and Google's keys, and the group
 * commit. False, with the parts that were created, if out of memory. */
bool service_open(struct app *app) MUST_CHECK;
/* Release them, also after a failed service_open(). */
void service_close(struct app *app);

#endif
