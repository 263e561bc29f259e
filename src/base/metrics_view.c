/* The reader of the file of metrics.h. It maps what was ever written and nothing else: reading a
 * hole of a file in memory would fill it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/metrics_layout.h"

struct metrics_view {
	struct layout layout;
	int fd;
	void *map;
	size_t slots; /* that the file reaches to */
};

static struct slot_head *
used_slot(const struct metrics_view *view, size_t slot)
{
	struct slot_head *head =
		slot < view->slots ? metrics_slot(view->map, &view->layout, slot) : NULL;

	return head != NULL && atomic_load(&head->taken) != 0 ? head : NULL;
}

static bool
map_file(struct metrics_view *view)
{
	struct stat about;

	view->fd = open(view->layout.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (view->fd < 0 || fstat(view->fd, &about) != 0)
		return false;
	view->slots = (size_t)about.st_size / view->layout.slot_bytes;
	if (view->slots == 0)
		return true;
	view->map = mmap(NULL, view->slots * view->layout.slot_bytes, PROT_READ, MAP_SHARED,
			 view->fd, 0);
	return view->map != MAP_FAILED;
}

struct metrics_view *
metrics_view_open(const struct metrics_options *options, char problem[METRICS_PROBLEM_MAX])
{
	struct metrics_view *view = calloc(1, sizeof(*view));

	problem[0] = '\0';
	if (view == NULL)
		return NULL;
	metrics_layout(&view->layout, options);
	if (map_file(view))
		return view;
	(void)snprintf(problem, METRICS_PROBLEM_MAX, "%.200s: %s", view->layout.path,
		       strerrordesc_np(errno));
	if (view->fd >= 0)
		(void)close(view->fd);
	free(view);
	return NULL;
}

void
metrics_view_close(struct metrics_view *view)
{
	if (view == NULL)
		return;
	if (view->map != NULL)
		(void)munmap(view->map, view->slots * view->layout.slot_bytes);
	(void)close(view->fd);
	free(view);
}

int64_t
metrics_view_value(const struct metrics_view *view, enum metric metric, size_t a, size_t b)
{
	const struct layout *layout = &view->layout;
	size_t cell = layout->offset[metric] + a * layout->b[metric] + b;
	int64_t sum = 0;

	for (size_t i = 0; i < view->slots; i++) {
		struct slot_head *head = used_slot(view, i);

		if (head != NULL)
			sum += atomic_load_explicit(&metrics_cells(head)[cell],
						    memory_order_relaxed);
	}
	return sum;
}

bool
metrics_view_process(const struct metrics_view *view, size_t slot, struct metrics_process *out)
{
	struct slot_head *head = used_slot(view, slot);

	if (head == NULL || !shared_file_is_locked(view->fd, (int64_t)slot))
		return false;
	*out = (struct metrics_process){
		.program = (enum metric_program)atomic_load(&head->program),
		.pid = atomic_load(&head->pid),
		.started_us = atomic_load(&head->started_us),
	};
	if (out->program >= PROGRAMS)
		return false;
	for (size_t i = 0; i < GAUGES; i++)
		out->gauges[i] = atomic_load_explicit(&head->gauges[i], memory_order_relaxed);
	return true;
}
