/* cowry rates - NOK exchange rates. */
#include <stdio.h>
#include <string.h>

#include "app/remittance/rate.h"
#include "base/arena.h"
#include "bin/cli.h"
#include "bin/start.h"
#include "db/db.h"
#include "runtime/app.h"

enum { FILE_BYTES_MAX = 16 * 1024 };

static void
show(struct ctx *ctx)
{
	struct exchange_rate *rates;
	size_t n;

	if (rate_list(ctx, &rates, &n) != ERR_OK)
		cli_fail(ctx->fault.message);
	for (size_t i = 0; i < n; i++) {
		char value[MONEY_TEXT_MAX];
		char at[INSTANT_TEXT_MAX];

		(void)printf("1 " RATE_BASE " = %s %s  since %s  by %s\n",
			     decimal_text(value, rates[i].value), rates[i].currency,
			     instant_text(at, rates[i].valid_from), rates[i].source);
	}
}

int
cli_rates_list(const struct config *config, int argc, char **argv)
{
	struct app app;
	struct ctx ctx;

	(void)argc;
	(void)argv;
	start_app(&app, config, "cowry", config->owner_url);
	ctx = cli_ctx(&app);
	show(&ctx);
	arena_free(ctx.arena);
	stop_app(&app);
	return 0;
}

/* All of a file; "-" is the standard input. */
static struct bytes
read_file(struct ctx *ctx, const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char *text = arena_alloc(ctx->arena, FILE_BYTES_MAX + 1);
	size_t length;

	if (file == NULL)
		cli_fail("the file can't be opened");
	length = fread(text, 1, FILE_BYTES_MAX + 1, file);
	if (ferror(file) != 0 || length > FILE_BYTES_MAX)
		cli_fail("the file can't be read, or is larger than 16 KiB");
	if (file != stdin)
		(void)fclose(file);
	return (struct bytes){text, length};
}

static enum err
add(struct ctx *ctx, void *arg)
{
	return rate_version_add(ctx, arg);
}

int
cli_rates_load(const struct config *config, int argc, char **argv)
{
	struct rate_version version;
	struct bytes file;
	struct app app;
	struct ctx ctx;

	if (argc != 1)
		cli_fail("usage: cowry rates load FILE");
	start_app(&app, config, "cowry", config->owner_url);
	ctx = cli_ctx(&app);
	file = read_file(&ctx, argv[0]);
	if (rate_version_read(&ctx, file.data, file.length, &version) != ERR_OK ||
	    db_transact(&ctx, add, &version) != ERR_OK)
		cli_fail(ctx.fault.message);
	show(&ctx);
	arena_free(ctx.arena);
	stop_app(&app);
	return 0;
}
