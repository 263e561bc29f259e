/*
 * metrics.h - counters of the processes of a machine, in a file that they have mapped.
 *
 * Each process has a slot of the file, and holds a lock on it as long as it lives, however it ends.
 * The next process to take the slot goes on counting from its values, so that sums over all slots
 * never fall and never count anything twice. A file has one layout: a program with another one uses
 * another file, and removes those that nobody uses. If there is no file, because the folder or
 * space on it is missing, a process counts in its own memory: monitoring never stops the service.
 *
 * Counting is one atomic addition to memory, without locks and system calls. The functions accept
 * NULL and then do nothing.
 */
#ifndef BASE_METRICS_H
#define BASE_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/shared_file.h"

enum metric {
#define METRIC(symbol, kind, name, label, words, other, other_words, help) METRIC_##symbol,
#include "base/metrics.def"
#undef METRIC
	METRICS
};

enum metric_kind { METRIC_KIND_COUNTER, METRIC_KIND_SECONDS, METRIC_KIND_SIZES };

/* Values of labels; their words are in metrics.c, in the same order. */
enum submission_result { RESULT_POSTED, RESULT_REFUSED, RESULT_FAILED };
enum trip_kind { TRIP_QUERY, TRIP_COMMIT };
enum outside_service {
	OUTSIDE_OTHER,
	OUTSIDE_PAYSTACK,
	OUTSIDE_FLUTTERWAVE,
	OUTSIDE_PAGA,
	OUTSIDE_FINGRA,
	OUTSIDE_FLASH,
	OUTSIDE_MOBILEMART,
	OUTSIDE_EASYPAY,
	OUTSIDE_BANK,
	OUTSIDE_GOOGLE,
	OUTSIDE_WEBHOOK,
};
enum outside_outcome {
	OUTCOME_SUCCESS,      /* 2xx or 3xx */
	OUTCOME_CLIENT_ERROR, /* 4xx */
	OUTCOME_SERVER_ERROR, /* 5xx */
	OUTCOME_NOT_SENT,
	OUTCOME_LOST, /* it is unknown whether the other side executed it */
};

/* What a process says about itself; values that end with it. */
enum metric_gauge { GAUGE_MEMORY, GAUGE_THREADS, GAUGE_BUSY, GAUGE_REQUESTS, GAUGES };
enum metric_program { PROGRAM_WORKER, PROGRAM_JOBS, PROGRAMS };
extern const char *const metric_programs[];

enum {
	METRICS_PROBLEM_MAX = SHARED_FILE_PROBLEM_MAX,
	METRIC_SLOTS = SHARED_FILE_PARTS,
	METRIC_BUCKETS = 15,
	METRIC_SUM = 15
};

struct metrics;

struct metrics_options {
	const char *folder; /* of the file; empty: none is used */
	size_t routes;      /* and a fingerprint of their names, in order */
	uint64_t routes_fingerprint;
	enum metric_program program;
};

/* Take a slot. NULL only if there is no memory; where no file can be used, problem says why. */
struct metrics *metrics_open(const struct metrics_options *options,
			     char problem[METRICS_PROBLEM_MAX]);
void metrics_close(struct metrics *metrics);

/* Add to a counter. a and b number the values of its labels. */
void metrics_count(struct metrics *metrics, enum metric metric, size_t a, size_t b, int64_t n);
/* Add a value to a histogram: nanoseconds, or a size. */
void metrics_observe(struct metrics *metrics, enum metric metric, size_t a, int64_t value);
/* The service of that name; OUTSIDE_OTHER if there is none. */
enum outside_service metrics_outside(const char *name);
/* The number of a status, for METRIC_REQUESTS. */
size_t metrics_status(int status);
void metrics_gauge_set(struct metrics *metrics, enum metric_gauge gauge, int64_t value);
void metrics_gauge_add(struct metrics *metrics, enum metric_gauge gauge, int64_t n);
/* Set GAUGE_MEMORY; a few system calls. */
void metrics_note_memory(struct metrics *metrics);

/* What is known of a metric. */
struct metric_shape {
	const char *name;
	enum metric_kind kind;
	const char *label;        /* NULL: none */
	const char *const *words; /* its values, up to NULL; NULL: the routes */
	const char *other;
	const char *const *other_words;
	const char *help;
};
const struct metric_shape *metric_shape(enum metric metric);
/* Upper bounds of the buckets of a histogram; the last of METRIC_BUCKETS has none. */
const int64_t *metric_bounds(enum metric_kind kind);

/* What all processes have counted, for readers. */
struct metrics_view;

/* NULL with problem set if there is no file of this layout, or it can't be read. */
struct metrics_view *metrics_view_open(const struct metrics_options *options,
				       char problem[METRICS_PROBLEM_MAX]);
void metrics_view_close(struct metrics_view *view);
/* A counter; of a histogram b is a bucket, or METRIC_SUM. */
int64_t metrics_view_value(const struct metrics_view *view, enum metric metric, size_t a, size_t b);

struct metrics_process {
	enum metric_program program;
	int64_t pid;
	int64_t started_us; /* since 1970 */
	int64_t gauges[GAUGES];
};
/* False if the slot, from 0, has no living process. */
bool metrics_view_process(const struct metrics_view *view, size_t slot,
			  struct metrics_process *out);

/* FNV-1a over a text, its end included, to be continued: for fingerprints. Begin with
 * METRICS_FINGERPRINT. */
#define METRICS_FINGERPRINT UINT64_C(0xcbf29ce484222325)
uint64_t metrics_fingerprint(uint64_t before, const char *text);

#endif
