/*
 * How long a round of the continuous audit reads, and the longest piece, without the pauses between them: called by
 * tests/bench/verify with the URL of a database, and the rows of a piece.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/config.h"
#include "ledger/inspection.h"
#include "runtime/app.h"

/* Rows of a piece, as the audit begins with. */
enum { MEMORY_MOST = 64 << 20, ROWS = 500, DECIMAL = 10 };

int
main(int argc, char **argv)
{
	struct config config = {0};
	struct app app = {.config = &config, .name = "bench", .now = clock_system};
	struct db_options options = {
		.conninfo = argc > 1 ? argv[1] : "",
		.application_name = "bench",
		.connections = 1,
		.connect_timeout_ms = 5000,
		.statement_timeout_ms = 15000,
		.looks_up = true,
	};
	struct inspection inspection = {
		.rows = argc > 2 ? strtol(argv[2], NULL, DECIMAL) : ROWS,
	};
	int64_t longest_ns = 0;
	int64_t sum_ns = 0;
	long pieces = 0;

	app.database.pool = db_pool_new(&options);
	while (!inspection.ended) {
		struct ctx ctx = app_ctx(&app, arena_new(MEMORY_MOST));
		int64_t from_ns = clock_monotonic_ns();
		int64_t took_ns;

		if (inspection_step(&ctx, &inspection) != ERR_OK || inspection.count > 0) {
			(void)fprintf(stderr, "audit: %s after %lld: %s\n", inspection.part,
				      (long long)inspection.after_id,
				      inspection.count > 0 ? inspection.violations[0].problem
							   : ctx.fault.detail);
			return 1;
		}
		took_ns = clock_monotonic_ns() - from_ns;
		longest_ns = took_ns > longest_ns ? took_ns : longest_ns;
		sum_ns += took_ns;
		pieces++;
		arena_free(ctx.arena);
	}
	(void)printf("audit round   %8.1f s in %ld pieces of %lld rows, the longest %.1f ms\n",
		     (double)sum_ns / 1e9, pieces, (long long)inspection.rows,
		     (double)longest_ns / 1e6);
	db_pool_free(app.database.pool);
	return 0;
}
