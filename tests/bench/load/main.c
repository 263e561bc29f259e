/*
 * Requests to a server of this machine over TLS, and how long each took: load --port N --ca FILE --request FILE
 * [OPTION]... One line of JSON is the result. With --wait it says "ready" when all connections are open and
 * warm, and begins when a line comes, so that others can count from the same moment.
 */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/bench/load/clock.h"
#include "tests/bench/load/loop.h"

enum { THREADS_MAX = 64 };

struct options {
	const char *host;
	const char *ca;
	const char *request;
	const char *list;
	const char *prefix;
	unsigned port;
	unsigned connections;
	unsigned threads;
	unsigned sources;
	unsigned expected;
	double seconds;
	double warm;
	double rate;
	bool waits;
};

static void
usage(void)
{
	(void)fprintf(
		stderr,
		"usage: load --port N --ca FILE --request FILE [--list FILE] [--host NAME]\n"
		"            [--connections N] [--threads N] [--seconds N] [--warm N]\n"
		"            [--rate N] [--expect STATUS] [--sources N] [--prefix TEXT] [--wait]\n");
	exit(2);
}

static unsigned
number(const char *text, unsigned least, unsigned most)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end != '\0' || end == text || value < least || value > most)
		errx(2, "\"%s\" is not a number from %u to %u", text, least, most);
	return (unsigned)value;
}

static double
seconds(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (*end != '\0' || end == text || value < 0 || value > 1e6)
		errx(2, "\"%s\" is not a number that can be", text);
	return value;
}

static void
take_option(struct options *options, int option)
{
	switch (option) {
	case 'p':
		options->port = number(optarg, 1, UINT16_MAX);
		break;
	case 'c':
		options->connections = number(optarg, 1, 20000);
		break;
	case 't':
		options->threads = number(optarg, 1, THREADS_MAX);
		break;
	case 'o':
		options->sources = number(optarg, 1, 65536);
		break;
	case 'e':
		options->expected = number(optarg, 100, STATUS_MAX - 1);
		break;
	case 's':
		options->seconds = seconds(optarg);
		break;
	case 'w':
		options->warm = seconds(optarg);
		break;
	case 'r':
		options->rate = seconds(optarg);
		break;
	case 'g':
		options->waits = true;
		break;
	default:
		usage();
	}
}

static void
take_text(struct options *options, int option)
{
	switch (option) {
	case 'H':
		options->host = optarg;
		break;
	case 'C':
		options->ca = optarg;
		break;
	case 'R':
		options->request = optarg;
		break;
	case 'L':
		options->list = optarg;
		break;
	case 'P':
		options->prefix = optarg;
		break;
	default:
		take_option(options, option);
	}
}

static struct options
read_options(int argc, char **argv)
{
	static const struct option names[] = {
		{"port", required_argument, NULL, 'p'},
		{"connections", required_argument, NULL, 'c'},
		{"threads", required_argument, NULL, 't'},
		{"sources", required_argument, NULL, 'o'},
		{"expect", required_argument, NULL, 'e'},
		{"seconds", required_argument, NULL, 's'},
		{"warm", required_argument, NULL, 'w'},
		{"rate", required_argument, NULL, 'r'},
		{"wait", no_argument, NULL, 'g'},
		{"host", required_argument, NULL, 'H'},
		{"ca", required_argument, NULL, 'C'},
		{"request", required_argument, NULL, 'R'},
		{"list", required_argument, NULL, 'L'},
		{"prefix", required_argument, NULL, 'P'},
		{NULL, 0, NULL, 0},
	};
	struct options options = {.host = "localhost",
				  .prefix = "load",
				  .connections = 64,
				  .threads = 1,
				  .sources = 1,
				  .expected = 200,
				  .seconds = 5,
				  .warm = 0.5};
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
		take_text(&options, option);
	if (optind != argc || options.port == 0 || options.ca == NULL || options.request == NULL)
		usage();
	if (options.threads > options.connections)
		options.threads = options.connections;
	return options;
}

/* The connections of all threads; each gets its share. */
static struct connection *
create_threads(const struct options *options, const struct plan *plan, struct thread *threads)
{
	struct connection *all = calloc(options->connections, sizeof(*all));
	unsigned used = 0;

	if (all == NULL)
		err(1, "memory");
	for (unsigned i = 0; i < options->connections; i++) {
		all[i].number = i;
		all[i].fd = -1;
	}
	for (unsigned i = 0; i < options->threads; i++) {
		unsigned end =
			(unsigned)((uint64_t)options->connections * (i + 1) / options->threads);

		threads[i].plan = plan;
		threads[i].connections = all + used;
		threads[i].count = end - used;
		threads[i].draw.thread = i;
		threads[i].draw.random = (uint64_t)clock_now() * 2654435761U + i + 1;
		used = end;
	}
	return all;
}

/* Of the threads of this process, in microseconds. */
static int64_t
processor_us(void)
{
	struct rusage spent;

	(void)getrusage(RUSAGE_SELF, &spent);
	return (spent.ru_utime.tv_sec + spent.ru_stime.tv_sec) * INT64_C(1000000) +
	       spent.ru_utime.tv_usec + spent.ru_stime.tv_usec;
}

/* Start the threads, let them begin together, and wait for them. */
static int64_t
run_threads(const struct options *options, struct plan *plan, struct thread *threads)
{
	pthread_t ids[THREADS_MAX];
	int64_t before;

	for (unsigned i = 0; i < options->threads; i++)
		if (pthread_create(&ids[i], NULL, loop_run, &threads[i]) != 0)
			errx(1, "no thread");
	(void)pthread_barrier_wait(plan->ready);
	if (options->waits) {
		(void)printf("ready\n");
		(void)fflush(stdout);
		if (getchar() == EOF)
			exit(1);
	}
	before = processor_us();
	(void)pthread_barrier_wait(plan->go);
	for (unsigned i = 0; i < options->threads; i++)
		(void)pthread_join(ids[i], NULL);
	return processor_us() - before;
}

int
main(int argc, char **argv)
{
	static struct thread threads[THREADS_MAX];
	static struct result sum = {.least = UINT64_MAX};
	struct options options = read_options(argc, argv);
	struct template *template =
		template_read(options.request, options.list, options.host, options.prefix);
	pthread_barrier_t ready;
	pthread_barrier_t go;
	struct plan plan = {.target = {.tls = connection_tls(options.ca),
				       .host = options.host,
				       .port = (uint16_t)options.port,
				       .sources = options.sources},
			    .template = template,
			    .warm_ns = (int64_t)(options.warm * 1e9),
			    .load_ns = (int64_t)(options.seconds * 1e9),
			    .rate = options.rate / options.threads,
			    .ready = &ready,
			    .go = &go};
	struct connection *all = create_threads(&options, &plan, threads);
	int64_t spent;

	(void)pthread_barrier_init(&ready, NULL, options.threads + 1);
	(void)pthread_barrier_init(&go, NULL, options.threads + 1);
	spent = run_threads(&options, &plan, threads);
	for (unsigned i = 0; i < options.threads; i++)
		result_merge(&sum, &threads[i].result);
	result_print(&sum, &(struct offer){.connections = options.connections,
					   .expected = options.expected,
					   .seconds = options.seconds,
					   .rate = options.rate,
					   .spent_us = spent});
	template_free(template);
	SSL_CTX_free(plan.target.tls);
	free(all);
	return 0;
}
