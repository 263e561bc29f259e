/* cowry products - the product catalogue. */
#include <stdio.h>
#include <string.h>

#include "app/prepaid/product.h"
#include "base/arena.h"
#include "base/word.h"
#include "bin/cli.h"
#include "bin/start.h"
#include "db/db.h"
#include "runtime/app.h"
#include "json/reader.h"

enum { FILE_BYTES_MAX = 4 * 1024 * 1024 };

static void
show(const struct product *product)
{
	char least[MONEY_TEXT_MAX];
	char most[MONEY_TEXT_MAX];

	(void)printf("%-28s %-10s %-11s %10s %10s %s  %-6s %s\n", product->code, product->provider,
		     word_text(product_kind_words, product->kind),
		     money_text(least, product->least), money_text(most, product->most),
		     product->currency, product->is_active ? "active" : "off", product->name);
}

int
cli_products_list(const struct config *config, int argc, char **argv)
{
	const struct product_filter filter = {.all = true};
	struct product *products;
	struct app app;
	struct ctx ctx;
	size_t n;

	(void)argc;
	(void)argv;
	start_app(&app, config, "cowry", config->owner_url);
	ctx = cli_ctx(&app);
	if (product_list(&ctx, &filter, &products, &n) != ERR_OK)
		cli_fail(ctx.fault.message);
	for (size_t i = 0; i < n; i++)
		show(&products[i]);
	arena_free(ctx.arena);
	stop_app(&app);
	return 0;
}

static struct json_object *
read_list(struct ctx *ctx, const char *path)
{
	char *text = arena_alloc(ctx->arena, FILE_BYTES_MAX + 1);
	FILE *file = fopen(path, "re");
	struct json_object *list = NULL;
	bool failed;
	size_t length;

	if (file == NULL)
		cli_fail(arena_printf(ctx->arena, "%.100s can't be opened", path));
	length = fread(text, 1, FILE_BYTES_MAX + 1, file);
	failed = ferror(file) != 0;
	(void)fclose(file);
	if (failed || length > FILE_BYTES_MAX)
		cli_fail("the file can't be read, or is larger than 4 MiB");
	if (json_read(ctx->arena, &ctx->fault, text, length, &list) != ERR_OK)
		cli_fail(ctx->fault.message);
	return list;
}

struct loading {
	const struct json_object *list;
	size_t count;
};

static enum err
load(struct ctx *ctx, void *arg)
{
	struct loading *loading = arg;

	return product_load(ctx, loading->list, &loading->count);
}

int
cli_products_load(const struct config *config, int argc, char **argv)
{
	struct loading loading = {.count = 0};
	struct app app;
	struct ctx ctx;

	if (argc < 1)
		cli_fail("the file with the products is required");
	start_app(&app, config, "cowry", config->owner_url);
	ctx = cli_ctx(&app);
	loading.list = read_list(&ctx, argv[0]);
	if (db_transact(&ctx, load, &loading) != ERR_OK)
		cli_fail(ctx.fault.message);
	(void)printf("%zu products loaded\n", loading.count);
	arena_free(ctx.arena);
	stop_app(&app);
	return 0;
}
