/* What a document of a statement takes, by its number of lines: the largest memory of a process that makes it, the
 * bytes of the document, and the processor's milliseconds: build/tests/bench/statement [LINES]... */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/wallet/statement_pdf.h"
#include "base/arena.h"
#include "base/attributes.h"

enum { BATCH = STATEMENT_PART_LINES, MEMORY_MAX = 256 * 1024 * 1024 };

static struct wallet_line *
lines_after(struct arena *arena, int64_t before, const struct currency *currency)
{
	struct wallet_line *lines = arena_array(arena, BATCH, sizeof(*lines));

	for (int64_t i = 0; i < BATCH; i++) {
		int64_t n = before + i;
		int64_t other = n * 2654435761 % 1000000007;

		lines[i] = (struct wallet_line){
			.reference = arena_printf(arena, "order-%lld-%lld", (long long)n,
						  (long long)other),
			.type = TRANSACTION_TRANSFER,
			.direction = n % 3 == 0 ? DIRECTION_OUT : DIRECTION_IN,
			.amount = {1000 + n * 7919 % 9999999, currency},
			.balance = {100000000 + n * 104729 % 999999999, currency},
			.created_at = {INT64_C(1767225600000000) + n * 1234567},
		};
	}
	return lines;
}

/* The bytes of the document. */
static size_t
make(int64_t count)
{
	struct ctx ctx = {.arena = arena_new(MEMORY_MAX)};
	struct arena *scratch = arena_new(MEMORY_MAX);
	const struct currency *currency = currency_find("NGN");
	const struct account_statement statement = {
		.currency = "NGN",
		.opening = {0, currency},
		.closing = {0, currency},
		.line_count = count,
	};
	struct statement_pdf pdf;
	struct bytes bytes = {NULL, 0};

	if (statement_pdf_begin(&ctx, &statement, NULL, &pdf) != ERR_OK)
		return 0;
	for (int64_t n = 0; n < count; n += BATCH) {
		arena_reset(scratch);
		statement_pdf_add(&pdf, scratch, lines_after(scratch, n, currency), BATCH);
	}
	if (statement_pdf_end(&ctx, &pdf, &bytes) != ERR_OK)
		return 0;
	return bytes.length;
}

/* In a process of its own, whose memory is that of this document. */
static void
measure(int64_t count)
{
	struct rusage usage;
	size_t bytes = make(count);

	(void)getrusage(RUSAGE_SELF, &usage);
	(void)printf("%10lld %10.1f %10.1f %8lld\n", (long long)count,
		     (double)usage.ru_maxrss / 1024, (double)bytes / (1024 * 1024),
		     (long long)usage.ru_utime.tv_sec * 1000 + usage.ru_utime.tv_usec / 1000);
	(void)fflush(stdout);
	_exit(bytes == 0);
}

static bool
measure_alone(int64_t count)
{
	int status = 1;

	if (fork() == 0)
		measure(count);
	return wait(&status) > 0 && status == 0;
}

int
main(int argc, char **argv)
{
	static const int64_t usual[] = {500, 10000, 25000, 50000, 100000};
	bool done = true;

	(void)printf("%10s %10s %10s %8s\n", "lines", "MiB", "MiB of PDF", "ms");
	(void)fflush(stdout);
	for (int i = 1; i < argc; i++)
		done = measure_alone(strtoll(argv[i], NULL, 10)) && done;
	for (size_t i = 0; argc == 1 && i < COUNT(usual); i++)
		done = measure_alone(usual[i]) && done;
	return done ? 0 : 1;
}
