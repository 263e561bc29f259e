#include "bin/cli.h"

#include <stdio.h>
#include <string.h>

#include "app/operation/job_control.h"
#include "base/arena.h"
#include "base/text.h"
#include "bin/start.h"
#include "runtime/app.h"

static const char program[] = "cowry";

enum { ARENA_MAX = 64 * 1024 * 1024, PAGE = 500 };

static void
begin(const struct config *config, struct app *app, struct ctx *ctx)
{
	start_app(app, config, program, config->owner_url);
	*ctx = app_ctx(app, arena_new(ARENA_MAX));
}

static int
end(struct app *app, struct ctx *ctx)
{
	arena_free(ctx->arena);
	stop_app(app);
	return 0;
}

/* Text from outside must not control the terminal. */
static const char *
printable(struct arena *arena, const char *text)
{
	char *out = arena_strdup(arena, text != NULL ? text : "");

	if (!text_has_control(out))
		return out;
	for (char *p = out; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f)
			*p = '?';
	return out;
}

static void
print_head(void)
{
	(void)printf("%10s  %-18s  %-36s  %-7s  %5s  %-20s  %s\n", "ID", "KIND", "SUBJECT",
		     "STATUS", "TRIES", "DUE", "PROBLEM");
}

static void
print_entry(struct arena *arena, const struct queue_entry *entry)
{
	char due[INSTANT_TEXT_MAX];

	(void)instant_text(due, entry->due_at);
	(void)printf("%10lld  %-18s  %-36s  %-7s  %5lld  %.19sZ  %s\n", (long long)entry->job_id,
		     printable(arena, entry->kind), printable(arena, entry->subject), entry->status,
		     (long long)entry->attempts, due, printable(arena, entry->problem));
}

/* Every option has a value; anything else ends the program. */
static struct queue_filter
read_filter(int argc, char **argv)
{
	static const char *const statuses[] = {"waiting", "running", "parked", NULL};
	struct queue_filter filter = {.most = PAGE};

	for (int i = 0; i < argc; i += 2) {
		if (i + 1 == argc)
			start_failed(program, "an option has no value");
		if (strcmp(argv[i], "--kind") == 0)
			filter.kind = argv[i + 1];
		else if (strcmp(argv[i], "--status") == 0)
			filter.status = argv[i + 1];
		else
			start_failed(program,
				     "usage: cowry jobs list [--status STATUS] [--kind KIND]");
	}
	if (filter.status != NULL && text_index(statuses, filter.status) < 0)
		start_failed(program, "--status is not waiting, running or parked");
	return filter;
}

int
cli_jobs_list(const struct config *config, int argc, char **argv)
{
	struct queue_filter filter = read_filter(argc, argv);
	struct queue_entry *entries;
	struct app app;
	struct ctx ctx;
	size_t n;

	begin(config, &app, &ctx);
	print_head();
	do {
		if (queue_list(&ctx, &filter, &entries, &n) != ERR_OK)
			start_failed(program, ctx.fault.message);
		for (size_t i = 0; i < n; i++)
			print_entry(ctx.arena, &entries[i]);
		filter.after = n > 0 ? entries[n - 1].job_id : 0;
		arena_reset(ctx.arena);
	} while (n == PAGE);
	return end(&app, &ctx);
}

static int
change(const struct config *config, int argc, char **argv,
       enum err (*order)(struct ctx *ctx, const char *id, struct queue_entry *out))
{
	struct queue_entry entry;
	struct app app;
	struct ctx ctx;
	enum err err;

	if (argc != 1)
		start_failed(program, "usage: cowry jobs retry|park ID");
	begin(config, &app, &ctx);
	err = order(&ctx, argv[0], &entry);
	if (err != ERR_OK)
		start_failed(program, err == ERR_NOT_FOUND ? "no such job" : ctx.fault.message);
	print_head();
	print_entry(ctx.arena, &entry);
	return end(&app, &ctx);
}

int
cli_jobs_retry(const struct config *config, int argc, char **argv)
{
	return change(config, argc, argv, job_retry);
}

int
cli_jobs_park(const struct config *config, int argc, char **argv)
{
	return change(config, argc, argv, job_park);
}
