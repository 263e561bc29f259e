#include "bin/monitor.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "app/operation/gauges.h"
#include "base/arena.h"
#include "base/config.h"
#include "bin/acceptance.h"
#include "bin/counted.h"
#include "bin/exposition.h"
#include "bin/local_gauges.h"
#include "bin/start.h"
#include "db/db.h"
#include "runtime/app.h"

enum {
	ARENA_MAX = 16 * 1024 * 1024,
	STATEMENT_MS = 1000,
	WAIT_MS = 2500, /* for the connection, while another statement has it */
	READ_MS = 3000, /* then the groups that were not read count as failed */
	QUICK_FRESH_MS = 4000,
	SLOW_FRESH_MS = 60000,
	READY_FRESH_MS = 1000,
	WRITERS_MAX = 2,
};

/* What was last read of a group of gauges. */
struct reading {
	struct arena *arena;
	struct gauge_value *values;
	size_t n;
	int64_t at_ns; /* 0: never */
	bool failed;
};

struct monitor {
	struct app app; /* the process's, with our pool of one connection */
	pthread_mutex_t lock;
	struct reading readings[GAUGE_GROUPS];
	bool database; /* the last reading reached it */
	atomic_int writers;
	pthread_mutex_t ready_lock;
	struct arena *ready_arena;
	struct readiness ready;
	int64_t ready_at_ns;
};

/* One connection of its own. Like the others of the process, it is not used for a database that the
 * process must not serve: it would be called ready. */
static struct db_options
monitor_options(const struct app *app)
{
	struct db_options options =
		start_database(app->config, "cowry-monitor", app->config->database_url);

	options.connections = 1;
	options.statement_timeout_ms = STATEMENT_MS;
	options.connect_timeout_ms = WAIT_MS;
	options.accept = acceptance_ask;
	options.accept_arg = app->acceptance;
	return options;
}

struct monitor *
monitor_new(const struct app *app)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));
	struct db_options options = monitor_options(app);

	if (monitor == NULL)
		return NULL;
	monitor->app = *app;
	monitor->app.database.pool = db_pool_new(&options);
	(void)pthread_mutex_init(&monitor->lock, NULL);
	(void)pthread_mutex_init(&monitor->ready_lock, NULL);
	if (monitor->app.database.pool == NULL) {
		monitor_free(monitor);
		return NULL;
	}
	for (size_t i = 0; i < GAUGE_GROUPS; i++)
		monitor->readings[i].arena = arena_new(ARENA_MAX);
	monitor->ready_arena = arena_new(ARENA_MAX);
	return monitor;
}

void
monitor_free(struct monitor *monitor)
{
	if (monitor == NULL)
		return;
	for (size_t i = 0; i < GAUGE_GROUPS; i++)
		arena_free(monitor->readings[i].arena);
	arena_free(monitor->ready_arena);
	(void)pthread_mutex_destroy(&monitor->lock);
	(void)pthread_mutex_destroy(&monitor->ready_lock);
	db_pool_free(monitor->app.database.pool);
	free(monitor);
}

static bool
is_older(int64_t at_ns, int64_t ms)
{
	return at_ns == 0 || clock_monotonic_ns() - at_ns > ms * 1000000;
}

/* Called with the lock, as are those that follow. */
static void
read_group(struct monitor *monitor, size_t i)
{
	struct reading *reading = &monitor->readings[i];
	struct ctx ctx;
	enum err err;

	arena_reset(reading->arena);
	ctx = app_ctx(&monitor->app, reading->arena);
	reading->n = 0;
	err = gauges_read(&ctx, i, &reading->values, &reading->n);
	reading->failed = err != ERR_OK;
	reading->at_ns = clock_monotonic_ns();
	monitor->database = monitor->database && err != ERR_UNAVAILABLE;
}

/* Without the database, and when too much time has gone by, the rest is not tried. */
static void
read_groups(struct monitor *monitor)
{
	int64_t began_ns = clock_monotonic_ns();

	for (size_t i = 0; i < GAUGE_GROUPS; i++) {
		struct reading *reading = &monitor->readings[i];
		bool slow = gauge_group_at(i)->slow && !reading->failed;

		if (!is_older(reading->at_ns, slow ? SLOW_FRESH_MS : QUICK_FRESH_MS))
			continue;
		if (i == 0)
			monitor->database = true;
		if (monitor->database && !is_older(began_ns, READ_MS)) {
			read_group(monitor, i);
		} else {
			reading->failed = true;
			reading->n = 0;
		}
	}
}

static void
write_gauge(const struct monitor *monitor, FILE *out, size_t gauge)
{
	const struct gauge *g = gauge_at(gauge);

	exposition_head(out, g->name, g->is_counter ? "counter" : "gauge", g->help);
	for (size_t i = 0; i < GAUGE_GROUPS; i++) {
		const struct reading *reading = &monitor->readings[i];

		for (size_t v = 0; v < reading->n; v++) {
			const struct gauge_value *value = &reading->values[v];
			struct labels labels = {{{NULL, NULL}}};

			if (value->gauge != gauge)
				continue;
			for (size_t l = 0; l < GAUGE_LABELS_MAX; l++)
				if (g->labels[l] != NULL)
					labels = labels_with(&labels, g->labels[l],
							     value->labels[l]);
			exposition_text(out, g->name, "", &labels, value->value);
		}
	}
}

static void
write_gauges(struct monitor *monitor, FILE *out)
{
	static const char failed[] = "cowry_database_group_failed";
	static const char up[] = "cowry_database_up";

	read_groups(monitor);
	exposition_head(out, up, "gauge", "Whether the database answers.");
	exposition_integer(out, up, "", &(struct labels){{{NULL, NULL}}}, monitor->database);
	exposition_head(out, failed, "gauge",
			"Whether a group of the metrics that follow could not be read in time.");
	for (size_t i = 0; i < GAUGE_GROUPS; i++)
		exposition_integer(out, failed, "",
				   &(struct labels){{{"group", gauge_group_at(i)->name}}},
				   monitor->readings[i].failed);
	for (size_t i = 0; gauge_at(i) != NULL; i++)
		write_gauge(monitor, out, i);
}

bool
monitor_write(struct monitor *monitor, FILE *out, char problem[METRICS_PROBLEM_MAX])
{
	bool alone = atomic_fetch_add(&monitor->writers, 1) < WRITERS_MAX;

	problem[0] = '\0';
	if (alone) {
		local_gauges_write(out, monitor->app.config, monitor->app.keys);
		(void)pthread_mutex_lock(&monitor->lock);
		write_gauges(monitor, out);
		(void)pthread_mutex_unlock(&monitor->lock);
		(void)!counted_write(out, monitor->app.config->metrics_dir, problem);
	}
	(void)atomic_fetch_sub(&monitor->writers, 1);
	return alone;
}

struct readiness
monitor_ready(struct monitor *monitor)
{
	struct readiness ready;

	(void)pthread_mutex_lock(&monitor->ready_lock);
	if (is_older(monitor->ready_at_ns, READY_FRESH_MS)) {
		struct ctx ctx = app_ctx(&monitor->app, monitor->ready_arena);

		monitor->ready = readiness_ask(&ctx);
		monitor->ready_at_ns = clock_monotonic_ns();
		arena_reset(monitor->ready_arena);
	}
	ready = monitor->ready;
	(void)pthread_mutex_unlock(&monitor->ready_lock);
	return ready;
}
