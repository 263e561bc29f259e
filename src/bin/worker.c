/* cowry-worker - a FastCGI application on descriptor 0. */
#include <config.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "api/service.h"
#include "base/log.h"
#include "bin/arrival.h"
#include "bin/fcgi_request.h"
#include "bin/memory.h"
#include "bin/server.h"
#include "bin/start.h"
#include "runtime/app.h"

static const char program[] = "cowry-worker";

struct worker {
	struct app app;
	struct arrivals *arrivals;
};

static void
answer(void *context, struct arena *arena, struct FCGX_Request *fcgi)
{
	struct worker *worker = context;

	fcgi_request_answer(&worker->app, worker->arrivals, arena, fcgi);
}

int
main(int argc, char **argv)
{
	struct config config;
	struct worker worker;
	struct app *app = &worker.app;
	struct server *server;
	sigset_t stop;
	int number = 0;
	bool idle;

	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		(void)printf("%s %s\n", program, PACKAGE_VERSION);
		return 0;
	}
	memory_begin();
	start_config(&config, program);
	start_check(&config, program);
	if (!server_can_listen(0))
		start_failed(program, "descriptor 0 is not a listening socket; start it with "
				      "spawn-fcgi, or with systemd as in cowry@.service");
	server_block_signals(&stop);
	start_app(app, &config, program, config.database_url);
	worker.arrivals = arrivals_new();
	if (!service_open(app) || worker.arrivals == NULL)
		start_failed(program, "out of memory");
	server = server_start(0, config.threads, answer, &worker);
	if (server == NULL)
		start_failed(program, "the request threads can't be started");
	log_event(LOG_LEVEL_INFO, "started", LOG_FIELDS({"threads", NULL, config.threads}));
	if (config.open_providers)
		log_event(LOG_LEVEL_WARN, "anybody_can_switch_providers",
			  LOG_FIELDS({"setting", "COWRY_OPEN_WALLET_PROVIDERS", 0}));
	(void)sigwait(&stop, &number);
	log_event(LOG_LEVEL_INFO, "stopping", LOG_FIELDS({"signal", NULL, number}));
	idle = server_drain(server, config.drain_s);
	service_close(app);
	stop_app(app);
	arrivals_free(worker.arrivals);
	log_event(LOG_LEVEL_INFO, "stopped", LOG_FIELDS({"idle", NULL, idle}));
	return 0;
}
