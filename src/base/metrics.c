#include "base/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/metrics_layout.h"
#include "base/shared_file.h"

struct metrics {
	struct layout layout;
	struct slot_head *head;
	_Atomic int64_t *cells;
	int fd; /* holds the locks; -1: the memory is private */
};

/* Map a slot that nobody has. */
static struct slot_head *
take_slot(struct metrics *metrics, char problem[METRICS_PROBLEM_MAX])
{
	size_t bytes = metrics->layout.slot_bytes;
	int64_t slot = shared_file_take_part(metrics->fd);
	off_t offset = slot * (off_t)bytes;
	void *map;

	if (slot == METRIC_SLOTS) {
		(void)snprintf(problem, METRICS_PROBLEM_MAX, "%.200s: all %d slots are taken",
			       metrics->layout.path, METRIC_SLOTS);
		return NULL;
	}
	if (!shared_file_allocate(metrics->fd, metrics->layout.path, offset, (int64_t)bytes,
				  problem))
		return NULL;
	map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, metrics->fd, offset);
	return map == MAP_FAILED ? NULL : map;
}

static struct slot_head *
share(struct metrics *metrics, const struct metrics_options *options,
      char problem[METRICS_PROBLEM_MAX])
{
	const struct shared_file file = {metrics->layout.path, METRICS_PREFIX, 0640, NULL};
	struct slot_head *head;

	if (options->folder[0] == '\0')
		return NULL;
	metrics->fd = shared_file_open(&file, problem);
	if (metrics->fd < 0)
		return NULL;
	head = take_slot(metrics, problem);
	if (head == NULL) {
		(void)close(metrics->fd);
		metrics->fd = -1;
	}
	return head;
}

/* A slot that no other process sees. */
static struct slot_head *
private_slot(const struct layout *layout)
{
	void *map = mmap(NULL, layout->slot_bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return map == MAP_FAILED ? NULL : map;
}

struct metrics *
metrics_open(const struct metrics_options *options, char problem[METRICS_PROBLEM_MAX])
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));

	problem[0] = '\0';
	if (metrics == NULL)
		return NULL;
	metrics->fd = -1;
	metrics_layout(&metrics->layout, options);
	metrics->head = share(metrics, options, problem);
	if (metrics->head == NULL)
		metrics->head = private_slot(&metrics->layout);
	if (metrics->head == NULL) {
		free(metrics);
		return NULL;
	}
	metrics->cells = metrics_cells(metrics->head);
	for (size_t i = 0; i < GAUGES; i++)
		atomic_store(&metrics->head->gauges[i], 0);
	atomic_store(&metrics->head->program, (int64_t)options->program);
	atomic_store(&metrics->head->pid, (int64_t)getpid());
	atomic_store(&metrics->head->started_us, clock_system().us);
	atomic_store(&metrics->head->taken, 1);
	return metrics;
}

void
metrics_close(struct metrics *metrics)
{
	if (metrics == NULL)
		return;
	(void)munmap(metrics->head, metrics->layout.slot_bytes);
	if (metrics->fd >= 0)
		(void)close(metrics->fd);
	free(metrics);
}

static void
add(struct metrics *metrics, enum metric metric, size_t a, size_t b, int64_t n)
{
	const struct layout *layout = &metrics->layout;
	size_t cell = layout->offset[metric] + a * layout->b[metric] + b;

	if (a < layout->a[metric] && b < layout->b[metric])
		(void)atomic_fetch_add_explicit(&metrics->cells[cell], n, memory_order_relaxed);
}

void
metrics_count(struct metrics *metrics, enum metric metric, size_t a, size_t b, int64_t n)
{
	if (metrics != NULL)
		add(metrics, metric, a, b, n);
}

void
metrics_observe(struct metrics *metrics, enum metric metric, size_t a, int64_t value)
{
	const int64_t *bounds;
	size_t bucket = 0;

	if (metrics == NULL)
		return;
	bounds = metric_bounds(metric_shape(metric)->kind);
	while (value > bounds[bucket])
		bucket++;
	add(metrics, metric, a, bucket, 1);
	add(metrics, metric, a, METRIC_SUM, value);
}

void
metrics_gauge_set(struct metrics *metrics, enum metric_gauge gauge, int64_t value)
{
	if (metrics != NULL)
		atomic_store_explicit(&metrics->head->gauges[gauge], value, memory_order_relaxed);
}

void
metrics_gauge_add(struct metrics *metrics, enum metric_gauge gauge, int64_t n)
{
	if (metrics != NULL)
		(void)atomic_fetch_add_explicit(&metrics->head->gauges[gauge], n,
						memory_order_relaxed);
}

void
metrics_note_memory(struct metrics *metrics)
{
	long long pages = 0;
	long long resident = 0;
	FILE *file;

	if (metrics == NULL)
		return;
	file = fopen("/proc/self/statm", "re");
	if (file == NULL)
		return;
	if (fscanf(file, "%lld %lld", &pages, &resident) == 2) /* NOLINT(cert-err34-c) */
		metrics_gauge_set(metrics, GAUGE_MEMORY, resident * sysconf(_SC_PAGESIZE));
	(void)fclose(file);
}
