/* cowry-worker - a FastCGI application on descriptor 0. */
#include <config.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api/service.h"
#include "base/config.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/settings.h"
#include "bin/arrival.h"
#include "bin/fcgi_request.h"
#include "bin/memory.h"
#include "bin/monitor_request.h"
#include "bin/notify.h"
#include "bin/scheduling.h"
#include "bin/server.h"
#include "bin/start.h"
#include "runtime/app.h"

static const char program[] = "cowry-worker";

enum { MEMORY_NOTED_S = 10 };

struct worker {
	struct app app;
	struct arrivals *arrivals;
	struct monitor *monitor;
};

static void
answer(void *context, struct arena *arena, struct FCGX_Request *fcgi)
{
	struct worker *worker = context;
	struct app app = app_enter(&worker->app);

	if (!monitor_request_answer(worker->monitor, arena, fcgi))
		fcgi_request_answer(&app, worker->arrivals, arena, fcgi);
	app_leave(&app);
}

static void
count_busy(void *context, int change)
{
	const struct worker *worker = context;

	metrics_gauge_add(worker->app.metrics, GAUGE_BUSY, change);
}

/* Wait for the signal that ends the process. Until it comes, SIGHUP lets it take new settings, and its
 * memory is noted now and then. */
static int
wait_for_stop(const sigset_t *signals, const struct app *app)
{
	static const struct timespec pause = {MEMORY_NOTED_S, 0};
	int number;

	for (;;) {
		number = sigtimedwait(signals, NULL, &pause);
		if (number < 0)
			metrics_note_memory(app->metrics);
		else if (number == SIGHUP)
			start_reload(app->settings);
		else
			return number;
	}
}

int
main(int argc, char **argv)
{
	struct settings *settings;
	const struct config *config;
	struct worker worker;
	struct app *app = &worker.app;
	struct server *server;
	sigset_t signals;
	int number;
	bool idle;

	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		(void)printf("%s %s\n", program, PACKAGE_VERSION);
		return 0;
	}
	server_block_signals(&signals);
	memory_begin();
	scheduling_begin();
	settings = start_settings(argc, argv, program);
	config = settings_hold(settings);
	if (!server_can_listen(0))
		start_failed(program, "descriptor 0 is not a listening socket; start it with "
				      "spawn-fcgi, or with systemd as in cowry@.service");
	start_server(app, config, program, PROGRAM_WORKER);
	start_reads(app, program);
	app->settings = settings;
	worker.arrivals = arrivals_new();
	worker.monitor = monitor_new(app);
	if (!service_open(app) || worker.arrivals == NULL || worker.monitor == NULL)
		start_failed(program, "out of memory");
	server = server_start(&(struct server_options){.threads = config->threads,
						       .requests = config->requests,
						       .answer = answer,
						       .busy = count_busy,
						       .context = &worker});
	if (server == NULL)
		start_failed(program, "the request threads can't be started");
	log_event(LOG_LEVEL_INFO, "started", LOG_FIELDS({"threads", NULL, config->threads}));
	if (config->open_providers)
		log_event(LOG_LEVEL_WARN, "anybody_can_switch_providers",
			  LOG_FIELDS({"setting", "COWRY_OPEN_WALLET_PROVIDERS", 0}));
	metrics_gauge_set(app->metrics, GAUGE_THREADS, config->threads);
	notify_systemd("READY=1");
	number = wait_for_stop(&signals, app);
	notify_systemd("STOPPING=1");
	log_event(LOG_LEVEL_INFO, "stopping", LOG_FIELDS({"signal", NULL, number}));
	idle = server_drain(server, config->drain_s);
	service_close(app);
	monitor_free(worker.monitor);
	stop_app(app);
	arrivals_free(worker.arrivals);
	settings_free(settings);
	log_event(LOG_LEVEL_INFO, "stopped", LOG_FIELDS({"idle", NULL, idle}));
	return 0;
}
