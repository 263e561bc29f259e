/*
 * monitor_request.h - FastCGI requests of monitoring: /ready, which anybody may ask for, and the
 * metrics, for which the web server must set MONITOR to "metrics", as nginx/metrics.conf does.
 */
#ifndef BIN_MONITOR_REQUEST_H
#define BIN_MONITOR_REQUEST_H

#include <fcgiapp.h>

#include "bin/monitor.h"

/* False if the request is another one, and not answered. */
bool monitor_request_answer(struct monitor *monitor, struct arena *arena,
			    FCGX_Request *fcgi) MUST_CHECK;

#endif
