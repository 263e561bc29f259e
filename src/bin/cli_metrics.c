/* cowry metrics: what monitoring reads, on standard output. */
#include <stdio.h>

#include "bin/cli.h"
#include "bin/monitor.h"
#include "bin/start.h"
#include "runtime/app.h"

int
cli_metrics(const struct config *config, int argc, char **argv)
{
	char problem[METRICS_PROBLEM_MAX];
	struct monitor *monitor;
	struct app app;

	(void)argc;
	(void)argv;
	start_app(&app, config, "cowry", config->database_url);
	monitor = monitor_new(&app);
	if (monitor == NULL || !monitor_write(monitor, stdout, problem))
		cli_fail("out of memory");
	/* The processes' file belongs to the user of the workers: others get the rest. */
	if (problem[0] != '\0')
		(void)fprintf(stderr, "cowry: without what the processes count: %s\n", problem);
	monitor_free(monitor);
	stop_app(&app);
	return 0;
}
