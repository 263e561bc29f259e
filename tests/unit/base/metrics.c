#include <config.h>

#include "base/metrics.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/process.h"

enum { ROUTES = 7, THREADS = 4, ADDITIONS = 20000 };

static struct metrics_options
options_of(const char *folder)
{
	return (struct metrics_options){.folder = folder,
					.routes = ROUTES,
					.routes_fingerprint = 1,
					.program = PROGRAM_JOBS};
}

static struct metrics_options
in_new_folder(char folder[FOLDER_MAX])
{
	assert_true(folder_make(folder));
	return options_of(folder);
}

static struct metrics *
opened(const struct metrics_options *options)
{
	char problem[METRICS_PROBLEM_MAX];
	struct metrics *metrics = metrics_open(options, problem);

	assert_non_null(metrics);
	assert_string_equal(problem, "");
	return metrics;
}

/* The sum over all processes. */
static int64_t
total(const struct metrics_options *options, enum metric metric, size_t a, size_t b)
{
	char problem[METRICS_PROBLEM_MAX];
	struct metrics_view *view = metrics_view_open(options, problem);
	int64_t value;

	assert_non_null(view);
	value = metrics_view_value(view, metric, a, b);
	metrics_view_close(view);
	return value;
}

static size_t
living(const struct metrics_options *options)
{
	char problem[METRICS_PROBLEM_MAX];
	struct metrics_view *view = metrics_view_open(options, problem);
	struct metrics_process process;
	size_t n = 0;

	assert_non_null(view);
	for (size_t slot = 0; slot < METRIC_SLOTS; slot++)
		n += metrics_view_process(view, slot, &process);
	metrics_view_close(view);
	return n;
}

struct counting {
	const struct metrics_options *options;
	int64_t n;
};

static void
count_and_wait(void *arg, int ready)
{
	const struct counting *counting = arg;
	char problem[METRICS_PROBLEM_MAX];
	struct metrics *metrics = metrics_open(counting->options, problem);

	metrics_count(metrics, METRIC_POSTINGS, 0, 0, counting->n);
	metrics_gauge_set(metrics, GAUGE_BUSY, 5);
	process_ready(ready);
	for (;;)
		(void)pause();
}

/* A process that has counted n postings, and lives until it is killed. */
static pid_t
start_process(const struct metrics_options *options, int64_t n)
{
	return process_start(count_and_wait, &(struct counting){options, n});
}

static void
test_sums_over_processes(void **state)
{
	char folder[FOLDER_MAX];
	struct metrics_options options = in_new_folder(folder);
	pid_t first = start_process(&options, 3);
	pid_t second = start_process(&options, 4);

	(void)state;
	assert_int_equal(total(&options, METRIC_POSTINGS, 0, 0), 7);
	assert_int_equal(living(&options), 2);
	process_kill(first);
	assert_int_equal(total(&options, METRIC_POSTINGS, 0, 0), 7);
	assert_int_equal(living(&options), 1);
	first = start_process(&options, 10); /* in the slot of the one that was killed */
	assert_int_equal(total(&options, METRIC_POSTINGS, 0, 0), 17);
	assert_int_equal(living(&options), 2);
	process_kill(first);
	process_kill(second);
	assert_int_equal(living(&options), 0);
	folder_remove(folder);
}

static void
test_gauges_begin_anew(void **state)
{
	char folder[FOLDER_MAX];
	struct metrics_options options = in_new_folder(folder);
	char problem[METRICS_PROBLEM_MAX];
	struct metrics_process process;
	struct metrics_view *view;
	struct metrics *metrics;

	(void)state;
	process_kill(start_process(&options, 1));
	metrics = opened(&options);
	metrics_note_memory(metrics);
	view = metrics_view_open(&options, problem);
	assert_non_null(view);
	assert_true(metrics_view_process(view, 0, &process));
	assert_int_equal(process.gauges[GAUGE_BUSY], 0);
	assert_true(process.gauges[GAUGE_MEMORY] > 100000);
	assert_int_equal(process.pid, getpid());
	assert_int_equal(process.program, PROGRAM_JOBS);
	metrics_view_close(view);
	metrics_close(metrics);
	folder_remove(folder);
}

static void *
add_many(void *arg)
{
	for (int i = 0; i < ADDITIONS; i++) {
		metrics_count(arg, METRIC_REQUESTS, ROUTES - 1, metrics_status(404), 1);
		metrics_observe(arg, METRIC_REQUEST_SECONDS, ROUTES - 1, 1000001);
	}
	return NULL;
}

static void
test_threads(void **state)
{
	char folder[FOLDER_MAX];
	struct metrics_options options = in_new_folder(folder);
	struct metrics *metrics = opened(&options);
	pthread_t threads[THREADS];
	int64_t all = (int64_t)THREADS * ADDITIONS;

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, add_many, metrics), 0);
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	assert_int_equal(total(&options, METRIC_REQUESTS, ROUTES - 1, metrics_status(404)), all);
	/* 1 ms is the bound of the second bucket, and this is more. */
	assert_int_equal(total(&options, METRIC_REQUEST_SECONDS, ROUTES - 1, 1), 0);
	assert_int_equal(total(&options, METRIC_REQUEST_SECONDS, ROUTES - 1, 2), all);
	assert_int_equal(total(&options, METRIC_REQUEST_SECONDS, ROUTES - 1, METRIC_SUM),
			 all * 1000001);
	metrics_close(metrics);
	folder_remove(folder);
}

/* No metric's cells are another's. */
static void
test_cells_are_apart(void **state)
{
	char folder[FOLDER_MAX];
	struct metrics_options options = in_new_folder(folder);
	struct metrics *metrics = opened(&options);

	(void)state;
	metrics_observe(metrics, METRIC_REQUEST_SECONDS, ROUTES - 1, INT64_MAX / 2);
	metrics_count(metrics, METRIC_TRANSACTIONS, RESULT_POSTED, 0, 1);
	metrics_count(metrics, METRIC_TRANSACTIONS, RESULT_FAILED, 0, 100);
	metrics_count(metrics, METRIC_POSTINGS, 0, 0, 1000);
	metrics_count(metrics, METRIC_OUTSIDE_CALLS, OUTSIDE_WEBHOOK, OUTCOME_LOST, 7);
	metrics_count(metrics, METRIC_OUTSIDE_CALLS, OUTSIDE_WEBHOOK + 1, OUTCOME_LOST, 9);
	assert_int_equal(total(&options, METRIC_REQUEST_SECONDS, ROUTES - 1, METRIC_BUCKETS - 1),
			 1);
	assert_int_equal(total(&options, METRIC_TRANSACTIONS, RESULT_POSTED, 0), 1);
	assert_int_equal(total(&options, METRIC_TRANSACTIONS, RESULT_REFUSED, 0), 0);
	assert_int_equal(total(&options, METRIC_TRANSACTIONS, RESULT_FAILED, 0), 100);
	assert_int_equal(total(&options, METRIC_POSTINGS, 0, 0), 1000);
	assert_int_equal(total(&options, METRIC_OUTSIDE_CALLS, OUTSIDE_WEBHOOK, OUTCOME_LOST), 7);
	assert_int_equal(total(&options, METRIC_OUTSIDE_SECONDS, 0, 0), 0);
	metrics_close(metrics);
	folder_remove(folder);
}

static size_t
files_in(const char *folder)
{
	DIR *dir = opendir(folder);
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n - 2; /* itself and its parent */
}

/* During an upgrade both layouts are in use; the old file goes when its last process has. */
static void
test_another_layout(void **state)
{
	char folder[FOLDER_MAX];
	struct metrics_options old = in_new_folder(folder);
	struct metrics_options new = old;
	pid_t worker = start_process(&old, 3);
	struct metrics *metrics;

	(void)state;
	new.routes_fingerprint = 2;
	metrics = opened(&new);
	metrics_count(metrics, METRIC_POSTINGS, 0, 0, 5);
	assert_int_equal(total(&old, METRIC_POSTINGS, 0, 0), 3);
	assert_int_equal(total(&new, METRIC_POSTINGS, 0, 0), 5);
	assert_int_equal(files_in(folder), 2);
	metrics_close(metrics);
	process_kill(worker);
	metrics = opened(&new);
	assert_int_equal(files_in(folder), 1);
	assert_int_equal(total(&new, METRIC_POSTINGS, 0, 0), 5);
	metrics_close(metrics);
	folder_remove(folder);
}

/* Counts in its own memory, and says why. */
static void
test_no_folder(void **state)
{
	struct metrics_options options = options_of("/nonexistent");
	char problem[METRICS_PROBLEM_MAX];
	struct metrics *metrics = metrics_open(&options, problem);

	(void)state;
	assert_non_null(metrics);
	assert_non_null(strstr(problem, "No such file or directory"));
	metrics_count(metrics, METRIC_POSTINGS, 0, 0, 5);
	metrics_close(metrics);
	assert_null(metrics_view_open(&options, problem));
	assert_non_null(strstr(problem, "No such file or directory"));
}

static void
test_no_slot(void **state)
{
	char folder[FOLDER_MAX];
	struct metrics_options options = in_new_folder(folder);
	struct metrics *all[METRIC_SLOTS];
	char problem[METRICS_PROBLEM_MAX];
	struct metrics *more;

	(void)state;
	for (size_t i = 0; i < METRIC_SLOTS; i++) {
		all[i] = opened(&options);
		metrics_count(all[i], METRIC_POSTINGS, 0, 0, 1);
	}
	more = metrics_open(&options, problem);
	assert_non_null(more);
	assert_non_null(strstr(problem, "all 64 slots are taken"));
	metrics_count(more, METRIC_POSTINGS, 0, 0, 1);
	assert_int_equal(total(&options, METRIC_POSTINGS, 0, 0), METRIC_SLOTS);
	for (size_t i = 0; i < METRIC_SLOTS; i++)
		metrics_close(all[i]);
	metrics_close(more);
	folder_remove(folder);
}

static void
test_none(void **state)
{
	(void)state;
	metrics_count(NULL, METRIC_POSTINGS, 0, 0, 1);
	metrics_observe(NULL, METRIC_BATCH_SIZE, 0, 1);
	metrics_gauge_add(NULL, GAUGE_BUSY, 1);
	metrics_note_memory(NULL);
	metrics_close(NULL);
}

static void
test_names(void **state)
{
	(void)state;
	assert_int_equal(metrics_outside("paystack"), OUTSIDE_PAYSTACK);
	assert_int_equal(metrics_outside("webhook"), OUTSIDE_WEBHOOK);
	assert_int_equal(metrics_outside("else"), OUTSIDE_OTHER);
	assert_int_equal(metrics_status(200), 0);
	assert_int_equal(metrics_status(299), metrics_status(999));
	assert_string_equal(metric_shape(METRIC_REQUESTS)->other_words[metrics_status(999)],
			    "other");
	assert_string_equal(metric_shape(METRIC_REQUESTS)->other_words[metrics_status(504)], "504");
	assert_string_equal(metric_shape(METRIC_OUTSIDE_CALLS)->words[OUTSIDE_BANK], "bank");
	assert_string_equal(metric_shape(METRIC_OUTSIDE_CALLS)->other_words[OUTCOME_LOST], "lost");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums_over_processes),
		cmocka_unit_test(test_gauges_begin_anew),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_cells_are_apart),
		cmocka_unit_test(test_another_layout),
		cmocka_unit_test(test_no_folder),
		cmocka_unit_test(test_no_slot),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
