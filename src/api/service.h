/* service.h - what dispatch() needs of struct app beyond keys, pool and password gate. */
#ifndef API_SERVICE_H
#define API_SERVICE_H

#include <stdbool.h>

#include "base/ctx.h"

/* Make the router, the batchers, the memory of keys and of Google's, and the group commit. False, with what could
 * be made, if the system has no memory. */
bool service_open(struct app *app) MUST_CHECK;
/* Release them; also what service_open() left half made. */
void service_close(struct app *app);

#endif
