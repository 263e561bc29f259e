/* fcgi_request.h - one FastCGI request: from its parameters and body to dispatch, and back. */
#ifndef BIN_FCGI_REQUEST_H
#define BIN_FCGI_REQUEST_H

#include <fcgiapp.h>

#include "base/ctx.h"

struct arrivals;

/* Answer the request that libfcgi has read. Resets the arena. */
void fcgi_request_answer(const struct app *app, struct arrivals *arrivals, struct arena *arena,
			 FCGX_Request *fcgi);

#endif
