#include "bin/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/operation/archive.h"
#include "base/arena.h"
#include "base/clock.h"
#include "bin/start.h"
#include "runtime/app.h"

static const char program[] = "cowry";

/* An index of a month takes longer than a request may. */
enum { STATEMENT_MS = 3600000 };

/* A command at work. */
struct work {
	struct config patient; /* what the process refers to */
	struct app app;
	struct ctx ctx;
};

static void
begin(struct work *work, const struct config *config)
{
	work->patient = *config;
	work->patient.statement_timeout_ms = STATEMENT_MS;
	start_app(&work->app, &work->patient, program, work->patient.owner_url);
	work->ctx = cli_ctx(&work->app);
}

static int
end(struct work *work)
{
	if (isatty(STDERR_FILENO))
		(void)fputs("\r\033[K", stderr);
	arena_free(work->ctx.arena);
	stop_app(&work->app);
	return 0;
}

/* On a terminal one line that changes. */
static void
show(const char *step, int64_t rows)
{
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\r… %s: %" PRId64 "\033[K", step, rows);
}

static void
must(struct ctx *ctx, enum err err)
{
	if (err == ERR_OK)
		return;
	start_failed(program, err == ERR_CONFLICT ? ctx->fault.message : ctx->fault.detail);
}

static const char *
period_of(int argc, char **argv, int words, const char *usage)
{
	if (argc < words)
		start_failed(program, usage);
	if (!archive_name_valid(argv[0]))
		start_failed(program, "a month is written as 2026-01");
	return argv[0];
}

static FILE *
open_file(const char *path, const char *mode)
{
	FILE *file = fopen(path, mode);

	if (file == NULL)
		start_failed(program, strerror(errno)); /* NOLINT(concurrency-mt-unsafe) */
	return file;
}

int
cli_archive_list(const struct config *config, int argc, char **argv)
{
	struct archive_period *periods;
	struct work work;
	size_t n;

	(void)argc;
	(void)argv;
	begin(&work, config);
	must(&work.ctx, archive_list(&work.ctx, &periods, &n));
	(void)printf("%-7s  %-8s  %12s  %12s  %12s  %14s  %s\n", "MONTH", "STATE", "FIRST ID",
		     "LAST ID", "POSTINGS", "BYTES", "TABLESPACE");
	for (size_t i = 0; i < n; i++) {
		const struct archive_period *p = &periods[i];
		bool moving = strcmp(p->state, "attached") == 0 && !p->moved;

		(void)printf("%-7s  %-8s  %12" PRId64 "  %12" PRId64 "  %12" PRId64 "  %14" PRId64
			     "  %s\n",
			     p->name, moving ? "moving" : p->state, p->first_id, p->last_id,
			     p->postings, p->bytes, p->tablespace != NULL ? p->tablespace : "");
	}
	return end(&work);
}

int
cli_archive_move(const struct config *config, int argc, char **argv)
{
	const char *name = period_of(argc, argv, 1,
				     "usage: cowry archive move MONTH "
				     "[--tablespace T]");
	struct work work;

	begin(&work, config);
	must(&work.ctx,
	     archive_move(&work.ctx, name, cli_option(argc, argv, "--tablespace"), show));
	return end(&work);
}

/* The file is complete on disk, or removed. */
int
cli_archive_export(const struct config *config, int argc, char **argv)
{
	const char *name = period_of(argc, argv, 2, "usage: cowry archive export MONTH FILE");
	struct work work;
	enum err err;
	FILE *file;

	begin(&work, config);
	file = open_file(argv[1], "wxe");
	err = archive_export(&work.ctx, name, file, show);
	if (err == ERR_OK && (fflush(file) != 0 || fsync(fileno(file)) != 0))
		err = fault(&work.ctx.fault, ERR_CONFLICT, NULL, "the file can't be written");
	if (fclose(file) != 0 && err == ERR_OK)
		err = fault(&work.ctx.fault, ERR_CONFLICT, NULL, "the file can't be written");
	if (err != ERR_OK)
		(void)unlink(argv[1]);
	must(&work.ctx, err);
	return end(&work);
}

int
cli_archive_detach(const struct config *config, int argc, char **argv)
{
	const char *name = period_of(argc, argv, 2, "usage: cowry archive detach MONTH FILE");
	FILE *file = open_file(argv[1], "re");
	struct work work;

	begin(&work, config);
	must(&work.ctx, archive_detach(&work.ctx, name, file, show));
	(void)fclose(file);
	return end(&work);
}

int
cli_archive_attach(const struct config *config, int argc, char **argv)
{
	const char *name = period_of(argc, argv, 2,
				     "usage: cowry archive attach MONTH FILE "
				     "[--tablespace T]");
	FILE *file = open_file(argv[1], "re");
	struct work work;

	begin(&work, config);
	must(&work.ctx,
	     archive_attach(&work.ctx, name, cli_option(argc, argv, "--tablespace"), file, show));
	(void)fclose(file);
	return end(&work);
}
