/* The table of metrics, and the layout of their file. */
#include "base/metrics_layout.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PAGE = 4096, CELLS_ALIGNED = 8 };

static const char *const one_word[] = {"", NULL};
static const char *const status_words[] = {"200", "201", "202", "204", "302",   "304", "400", "401",
					   "402", "403", "404", "405", "406",   "408", "409", "410",
					   "413", "414", "415", "422", "423",   "429", "499", "500",
					   "501", "502", "503", "504", "other", NULL};
static const int statuses[] = {200, 201, 202, 204, 302, 304, 400, 401, 402, 403,
			       404, 405, 406, 408, 409, 410, 413, 414, 415, 422,
			       423, 429, 499, 500, 501, 502, 503, 504};
static const char *const result_words[] = {"posted", "refused", "failed", NULL};
static const char *const trip_words[] = {"query", "commit", NULL};
static const char *const outside_words[] = {"other",  "paystack", "flutterwave", "paga",
					    "fingra", "flash",    "mobilemart",  "easypay",
					    "bank",   "google",   "webhook",     NULL};
static const char *const outcome_words[] = {"success",  "client_error", "server_error",
					    "not_sent", "lost",         NULL};
const char *const metric_programs[] = {"worker", "jobs", NULL};

static const struct metric_shape shapes[] = {
#define METRIC(symbol, kind, name, label, words, other, other_words, help) \
	{name, METRIC_KIND_##kind, label, words, other, other_words, help},
#include "base/metrics.def"
#undef METRIC
};

static const int64_t second_bounds[METRIC_BUCKETS] = {
	500000,    1000000,   2500000,    5000000,    10000000,    25000000,    50000000, 100000000,
	250000000, 500000000, 1000000000, 2500000000, 10000000000, 30000000000, INT64_MAX};
static const int64_t size_bounds[METRIC_BUCKETS] = {1,   2,   4,    8,    16,   32,   64,       128,
						    256, 512, 1024, 2048, 4096, 8192, INT64_MAX};

const struct metric_shape *
metric_shape(enum metric metric)
{
	return &shapes[metric];
}

const int64_t *
metric_bounds(enum metric_kind kind)
{
	return kind == METRIC_KIND_SIZES ? size_bounds : second_bounds;
}

size_t
metrics_status(int status)
{
	size_t i = 0;

	while (i < COUNT(statuses) && statuses[i] != status)
		i++;
	return i;
}

enum outside_service
metrics_outside(const char *name)
{
	size_t i = OUTSIDE_WEBHOOK;

	while (i > OUTSIDE_OTHER && strcmp(outside_words[i], name) != 0)
		i--;
	return (enum outside_service)i;
}

uint64_t
metrics_fingerprint(uint64_t before, const char *text)
{
	do {
		before = (before ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	} while (*text++ != '\0');
	return before;
}

static size_t
count_words(const char *const *words, size_t routes, uint64_t *fingerprint)
{
	size_t n = 0;

	if (words == NULL)
		return routes;
	for (; words[n] != NULL; n++)
		*fingerprint = metrics_fingerprint(*fingerprint, words[n]);
	return n;
}

void
metrics_layout(struct layout *layout, const struct metrics_options *options)
{
	uint64_t fingerprint = METRICS_FINGERPRINT ^ options->routes_fingerprint;
	size_t cells = 0;

	for (size_t i = 0; i < METRICS; i++) {
		const struct metric_shape *shape = &shapes[i];
		bool counter = shape->kind == METRIC_KIND_COUNTER;

		fingerprint = metrics_fingerprint(fingerprint, shape->name);
		cells = (cells + CELLS_ALIGNED - 1) / CELLS_ALIGNED * CELLS_ALIGNED;
		layout->offset[i] = cells;
		layout->a[i] = count_words(shape->words, options->routes, &fingerprint);
		layout->b[i] =
			counter ? count_words(shape->other_words, 0, &fingerprint) : METRIC_SUM + 1;
		cells += layout->a[i] * layout->b[i];
	}
	layout->slot_bytes = sizeof(struct slot_head) + cells * sizeof(int64_t);
	layout->slot_bytes = (layout->slot_bytes + PAGE - 1) / PAGE * PAGE;
	(void)snprintf(layout->path, sizeof(layout->path), "%s/" METRICS_PREFIX "%016" PRIx64,
		       options->folder, fingerprint ^ layout->slot_bytes);
}

struct slot_head *
metrics_slot(void *map, const struct layout *layout, size_t slot)
{
	return (struct slot_head *)(void *)((char *)map + slot * layout->slot_bytes);
}

_Atomic int64_t *
metrics_cells(struct slot_head *head)
{
	return (_Atomic int64_t *)(void *)((char *)head + sizeof(struct slot_head));
}
