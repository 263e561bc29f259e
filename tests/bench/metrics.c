/* What counting costs: the processor's nanoseconds of all additions for one transfer, by threads that
 * share a slot. */
#include <config.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/metrics.h"

enum { ROUNDS = 2000000, THREADS_MAX = 64, ROUTES = 300 };

/* As a worker does for a transfer that leads a group commit. */
static void
count_transfer(struct metrics *metrics)
{
	metrics_gauge_add(metrics, GAUGE_REQUESTS, 1);
	metrics_observe(metrics, METRIC_POOL_WAIT_SECONDS, 0, 2000);
	metrics_observe(metrics, METRIC_DATABASE_SECONDS, TRIP_QUERY, 300000);
	metrics_observe(metrics, METRIC_DATABASE_SECONDS, TRIP_COMMIT, 900000);
	metrics_observe(metrics, METRIC_BATCH_SECONDS, 0, 1300000);
	metrics_observe(metrics, METRIC_BATCH_SIZE, 0, 12);
	metrics_count(metrics, METRIC_TRANSACTIONS, RESULT_POSTED, 0, 1);
	metrics_count(metrics, METRIC_POSTINGS, 0, 0, 1);
	metrics_count(metrics, METRIC_REQUESTS, 40, metrics_status(201), 1);
	metrics_observe(metrics, METRIC_REQUEST_SECONDS, 40, 1500000);
	metrics_gauge_add(metrics, GAUGE_REQUESTS, -1);
}

static int64_t
processor_ns(void)
{
	struct timespec spent;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
	return spent.tv_sec * INT64_C(1000000000) + spent.tv_nsec;
}

static void *
run(void *arg)
{
	for (int i = 0; i < ROUNDS; i++)
		count_transfer(arg);
	return NULL;
}

int
main(int argc, char **argv)
{
	long threads = argc > 1 ? strtol(argv[1], NULL, 10) : 1;
	struct metrics_options options = {.folder = "", .routes = ROUTES};
	char problem[METRICS_PROBLEM_MAX];
	struct metrics *metrics = metrics_open(&options, problem);
	pthread_t ids[THREADS_MAX];
	int64_t began_ns = processor_ns();

	if (metrics == NULL || threads < 1 || threads > THREADS_MAX)
		return 1;
	for (long i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, run, metrics) != 0)
			return 1;
	for (long i = 0; i < threads; i++)
		(void)pthread_join(ids[i], NULL);
	(void)printf("%ld threads: %lld ns for a transfer\n", threads,
		     (long long)((processor_ns() - began_ns) / (ROUNDS * (int64_t)threads)));
	metrics_close(metrics);
	return 0;
}
