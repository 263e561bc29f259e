#include "tests/bench/load/result.h"

#include <inttypes.h>
#include <stdio.h>

void
result_merge(struct result *into, const struct result *from)
{
	histogram_merge(&into->latency, &from->latency);
	for (unsigned i = 0; i < STATUS_MAX; i++)
		into->statuses[i] += from->statuses[i];
	into->in_time += from->in_time;
	into->lost += from->lost;
	into->unanswered += from->unanswered;
	into->reconnects += from->reconnects;
	into->least = from->least < into->least ? from->least : into->least;
	into->most = from->most > into->most ? from->most : into->most;
}

static uint64_t
answers(const struct result *result)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < STATUS_MAX; i++)
		sum += result->statuses[i];
	return sum;
}

static void
print_latency(const struct histogram *latency)
{
	static const struct {
		const char *name;
		double part;
	} quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}};

	for (unsigned i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
		(void)printf("\"%s\":%.3f,", quantiles[i].name,
			     (double)histogram_quantile(latency, quantiles[i].part) / 1000);
	(void)printf("\"longest\":%.3f,", (double)latency->most / 1000);
}

static void
print_statuses(const struct result *result)
{
	const char *comma = "";

	(void)printf("\"statuses\":{");
	for (unsigned i = 0; i < STATUS_MAX; i++)
		if (result->statuses[i] > 0) {
			(void)printf("%s\"%u\":%" PRIu64, comma, i, result->statuses[i]);
			comma = ",";
		}
	(void)printf("}");
}

void
result_print(const struct result *result, const struct offer *offer)
{
	uint64_t all = answers(result);

	(void)printf("{\"connections\":%u,\"seconds\":%.3f,\"offered\":%.1f,\"rate\":%.1f,",
		     offer->connections, offer->seconds, offer->rate,
		     (double)result->in_time / offer->seconds);
	print_latency(&result->latency);
	(void)printf("\"answers\":%" PRIu64 ",\"errors\":%" PRIu64 ",\"unanswered\":%" PRIu64
		     ",\"lost\":%" PRIu64 ",\"reconnects\":%" PRIu64 ",",
		     all,
		     all - result->statuses[offer->expected] + result->lost + result->unanswered,
		     result->unanswered, result->lost, result->reconnects);
	(void)printf("\"least\":%" PRIu64 ",\"most\":%" PRIu64 ",\"load_us\":%" PRId64 ",",
		     result->least, result->most, offer->spent_us);
	print_statuses(result);
	(void)printf("}\n");
}
