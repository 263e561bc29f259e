/* cowry-jobs - the job runner: mail, look-ups, expiries, webhooks, retention. */
#include <config.h>

#include <curl/curl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/settings.h"
#include "bin/memory.h"
#include "bin/notify.h"
#include "bin/scheduling.h"
#include "bin/start.h"
#include "db/listen.h"
#include "jobs/runner.h"
#include "runtime/app.h"

static const char program[] = "cowry-jobs";

enum { RECONNECT_MS = 1000, CHECK_MS = 5000 };
static const int64_t return_ns = 1000000000; /* between looks at free memory */

/* Without notifications, the runner polls: this only makes it slower. */
static void
try_to_listen(struct listener *listener, struct runner *runner, bool *failed)
{
	char problem[CONNECTION_PROBLEM_MAX];
	bool open = listener_open(listener, problem);

	if (open)
		runner_wake(runner, NULL); /* for earlier notifications */
	else if (!*failed)
		log_event(LOG_LEVEL_WARN, "not_listening", LOG_FIELDS({"why", problem, 0}));
	*failed = !open;
}

/* Whether to stop. */
static bool
take_signal(int signals, struct settings *settings)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return false;
	if (info.ssi_signo != SIGHUP)
		return true;
	start_reload(settings);
	return false;
}

static void
return_memory(int64_t *last_ns)
{
	int64_t now_ns = clock_monotonic_ns();

	if (now_ns - *last_ns < return_ns)
		return;
	*last_ns = now_ns;
	memory_return();
}

/* Forward notifications, until a signal asks to stop. A server that was silent for long may have been
 * cut off. */
static void
attend(struct listener *listener, struct runner *runner, int signals, struct settings *settings)
{
	struct pollfd fds[] = {{.fd = signals, .events = POLLIN}, {.events = POLLIN}};
	char kind[LISTEN_PAYLOAD_MAX];
	bool failed = false;
	bool stop = false;
	int64_t returned_ns = 0;
	int ready;

	while (!stop) {
		return_memory(&returned_ns);
		if (listener_fd(listener) < 0)
			try_to_listen(listener, runner, &failed);
		fds[1].fd = listener_fd(listener);
		ready = poll(fds, 2, fds[1].fd < 0 ? RECONNECT_MS : CHECK_MS);
		if (ready == 0)
			listener_check(listener);
		while (ready >= 0 && listener_next(listener, kind))
			runner_wake(runner, kind);
		stop = ready > 0 && fds[0].revents != 0 && take_signal(signals, settings);
	}
}

/* False if a running job did not end in time. */
static bool
run_all(const struct app *app, const struct db_options *database, int signals)
{
	struct listener *listener = listener_new(database, SQL_jobs_listen);
	struct runner *runner = runner_start(app, jobs);

	if (listener == NULL || runner == NULL)
		start_failed(program, "out of memory or threads");
	attend(listener, runner, signals, app->settings);
	listener_free(listener);
	return runner_stop(runner, app->config->drain_s * 1000);
}

/* Blocked in all threads: they are read from a descriptor instead. */
static int
signal_descriptor(void)
{
	sigset_t signals;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGHUP);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}

int
main(int argc, char **argv)
{
	struct db_options database;
	struct settings *settings;
	const struct config *config;
	struct app app;
	int signals;

	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		(void)printf("%s %s\n", program, PACKAGE_VERSION);
		return 0;
	}
	signals = signal_descriptor();
	if (signals < 0)
		start_failed(program, "can't wait for signals");
	memory_begin();
	scheduling_begin();
	settings = start_settings(argc, argv, program);
	config = settings_hold(settings);
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	start_server(&app, config, program, PROGRAM_JOBS);
	app.settings = settings;
	start_webhooks(&app, program);
	database = start_database(config, program, config->database_url);
	database.metrics = app.metrics;
	log_event(LOG_LEVEL_INFO, "started", NULL);
	notify_systemd("READY=1");
	if (!run_all(&app, &database, signals)) {
		/* Its threads are still working: their resources can't be freed. Their leases
		 * expire. */
		log_event(LOG_LEVEL_WARN, "stopped_early", NULL);
		_exit(0);
	}
	log_event(LOG_LEVEL_INFO, "stopped", NULL);
	stop_app(&app);
	settings_free(settings);
	curl_global_cleanup();
	(void)close(signals);
	return 0;
}
