#include "bin/counted.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/dialect.h"
#include "api/route_number.h"
#include "bin/exposition.h"

enum { NANO = 9, MICRO = 6 };

struct writer {
	FILE *out;
	const struct metrics_view *view;
	const struct numbered_route *routes;
	size_t route_count;
};

/* The labels of the a-th value of a metric; a route stands for three. */
static struct labels
labels_of(const struct writer *w, const struct metric_shape *shape, size_t a)
{
	const struct numbered_route *route;

	if (shape->label == NULL)
		return (struct labels){{{NULL, NULL}}};
	if (shape->words != NULL)
		return (struct labels){{{shape->label, shape->words[a]}}};
	route = &w->routes[a];
	return (struct labels){
		{{"dialect", route->dialect->name},
		 {"method", route->route != NULL ? method_text(route->route->method) : ""},
		 {"route", route->route != NULL ? route->route->path : ""}}};
}

static size_t
values_of(const struct writer *w, const char *const *words)
{
	size_t n = 0;

	if (words == NULL)
		return w->route_count;
	while (words[n] != NULL)
		n++;
	return n;
}

/* Counters of routes and of other servers that were never used are left out: there are many. */
static bool
is_shown(const struct metric_shape *shape, int64_t value)
{
	return value != 0 || (shape->words != NULL && shape->other == NULL);
}

static void
write_counters(const struct writer *w, enum metric metric, const struct metric_shape *shape,
	       size_t a)
{
	struct labels labels = labels_of(w, shape, a);
	size_t n = values_of(w, shape->other_words);

	for (size_t b = 0; b < n; b++) {
		int64_t value = metrics_view_value(w->view, metric, a, b);
		struct labels more = labels;

		if (shape->other != NULL)
			more = labels_with(&labels, shape->other, shape->other_words[b]);
		if (is_shown(shape, value))
			exposition_integer(w->out, shape->name, "", &more, value);
	}
}

static void
write_histogram(const struct writer *w, enum metric metric, const struct metric_shape *shape,
		size_t a)
{
	int decimals = shape->kind == METRIC_KIND_SECONDS ? NANO : 0;
	const int64_t *bounds = metric_bounds(shape->kind);
	struct labels labels = labels_of(w, shape, a);
	int64_t buckets[METRIC_BUCKETS];
	char bound[FRACTION_MAX];
	int64_t count = 0;

	for (size_t i = 0; i < METRIC_BUCKETS; i++) {
		count += metrics_view_value(w->view, metric, a, i);
		buckets[i] = count;
	}
	if (count == 0 && shape->label != NULL)
		return;
	for (size_t i = 0; i < METRIC_BUCKETS; i++) {
		struct labels more;

		if (bounds[i] == INT64_MAX)
			(void)snprintf(bound, sizeof(bound), "+Inf");
		else
			(void)fraction_text(bound, bounds[i], decimals);
		more = labels_with(&labels, "le", bound);
		exposition_integer(w->out, shape->name, "_bucket", &more, buckets[i]);
	}
	exposition_fraction(w->out, shape->name, "_sum", &labels,
			    metrics_view_value(w->view, metric, a, METRIC_SUM), decimals);
	exposition_integer(w->out, shape->name, "_count", &labels, count);
}

static void
write_metric(const struct writer *w, enum metric metric)
{
	const struct metric_shape *shape = metric_shape(metric);
	bool counter = shape->kind == METRIC_KIND_COUNTER;
	size_t n = values_of(w, shape->words);

	exposition_head(w->out, shape->name, counter ? "counter" : "histogram", shape->help);
	for (size_t a = 0; w->view != NULL && a < n; a++)
		if (counter)
			write_counters(w, metric, shape, a);
		else
			write_histogram(w, metric, shape, a);
}

/* What is shown of each living process. */
static const struct {
	const char *name;
	const char *help;
	size_t offset;
	int decimals;
} process_gauges[] = {
	{"cowry_process_start_time_seconds", "When the process was started.",
	 offsetof(struct metrics_process, started_us), MICRO},
	{"cowry_process_resident_memory_bytes", "Its memory, as of some seconds ago.",
	 offsetof(struct metrics_process, gauges[GAUGE_MEMORY]), 0},
	{"cowry_process_threads", "Its request threads.",
	 offsetof(struct metrics_process, gauges[GAUGE_THREADS]), 0},
	{"cowry_process_busy_threads", "Those that run a request.",
	 offsetof(struct metrics_process, gauges[GAUGE_BUSY]), 0},
	{"cowry_process_requests", "Its requests under way, those that wait included.",
	 offsetof(struct metrics_process, gauges[GAUGE_REQUESTS]), 0},
};

static void
write_process(const struct writer *w, size_t gauge, size_t slot)
{
	struct metrics_process process;
	char number[FRACTION_MAX];
	struct labels labels;
	int64_t value;

	if (w->view == NULL || !metrics_view_process(w->view, slot, &process))
		return;
	memcpy(&value, (const char *)&process + process_gauges[gauge].offset, sizeof(value));
	labels = (struct labels){{{"program", metric_programs[process.program]},
				  {"slot", fraction_text(number, (int64_t)slot, 0)}}};
	exposition_fraction(w->out, process_gauges[gauge].name, "", &labels, value,
			    process_gauges[gauge].decimals);
}

static void
write_processes(const struct writer *w)
{
	int64_t alive[PROGRAMS] = {0};
	struct metrics_process process;

	for (size_t slot = 0; w->view != NULL && slot < METRIC_SLOTS; slot++)
		if (metrics_view_process(w->view, slot, &process))
			alive[process.program]++;
	exposition_head(w->out, "cowry_processes", "gauge", "Processes of this machine.");
	for (size_t i = 0; i < PROGRAMS; i++)
		exposition_integer(w->out, "cowry_processes", "",
				   &(struct labels){{{"program", metric_programs[i]}}}, alive[i]);
	for (size_t i = 0; i < COUNT(process_gauges); i++) {
		exposition_head(w->out, process_gauges[i].name, "gauge", process_gauges[i].help);
		for (size_t slot = 0; slot < METRIC_SLOTS; slot++)
			write_process(w, i, slot);
	}
}

bool
counted_write(FILE *out, const char *folder, char problem[METRICS_PROBLEM_MAX])
{
	struct metrics_options options = route_number_options(folder, PROGRAM_WORKER);
	struct metrics_view *view = metrics_view_open(&options, problem);
	struct numbered_route *routes = route_number_list();
	struct writer w = {out, view, routes, options.routes};

	if (routes != NULL) {
		write_processes(&w);
		for (size_t i = 0; i < METRICS; i++)
			write_metric(&w, (enum metric)i);
	}
	free(routes);
	metrics_view_close(view);
	return view != NULL;
}
