/* cowry provider - the platform's accounts at providers. */
#include <stdio.h>
#include <string.h>

#include "app/payment/provider_config.h"
#include "base/arena.h"
#include "bin/cli.h"
#include "bin/start.h"
#include "db/db.h"
#include "provider/vendor.h"
#include "runtime/app.h"
#include "json/reader.h"

enum { CONFIG_BYTES_MAX = 16 * 1024 };

static const struct uuid own = {{0}};

/* The type argument of a command. */
static const char *
type_of(int argc, char **argv)
{
	if (argc < 1 || (provider_find(argv[0]) == NULL && vendor_find(argv[0]) == NULL))
		cli_fail("the provider is required: paystack, flutterwave, paga, fingra, flash, "
			 "mobilemart or easypay");
	return argv[0];
}

static void
show(const struct provider_config *config)
{
	char at[INSTANT_TEXT_MAX];

	(void)printf("%-12s %-8s %s  %s\n", config->type, config->is_active ? "active" : "off",
		     instant_text(at, config->updated_at), config->config.text);
}

int
cli_provider_list(const struct config *config, int argc, char **argv)
{
	struct provider_config *configs;
	struct app app;
	struct ctx ctx;
	size_t n;

	(void)argc;
	(void)argv;
	start_app(&app, config, "cowry", config->owner_url);
	ctx = cli_ctx(&app);
	if (provider_config_list(&ctx, own, &configs, &n) != ERR_OK)
		cli_fail(ctx.fault.message);
	for (size_t i = 0; i < n; i++)
		show(&configs[i]);
	arena_free(ctx.arena);
	stop_app(&app);
	return 0;
}

/* A JSON object from the standard input: secrets are never passed as arguments. */
static const char *
read_config(struct ctx *ctx)
{
	char *text = arena_alloc(ctx->arena, CONFIG_BYTES_MAX + 1);
	size_t length = fread(text, 1, CONFIG_BYTES_MAX, stdin);
	struct json_object *object;

	if (ferror(stdin) != 0 || !feof(stdin))
		cli_fail("the configuration can't be read, or is larger than 16 KiB");
	if (json_read(ctx->arena, &ctx->fault, text, length, &object) != ERR_OK)
		cli_fail(ctx->fault.message);
	if (json_kind(object) != JSON_OBJECT)
		cli_fail("the configuration must be a JSON object");
	return json_canonical(ctx->arena, object);
}

static enum err
set(struct ctx *ctx, void *arg)
{
	struct provider_config out;

	return provider_config_set(ctx, own, arg, &out);
}

int
cli_provider_set(const struct config *config, int argc, char **argv)
{
	struct provider_config in = {.type = type_of(argc, argv), .is_active = true};
	struct app app;
	struct ctx ctx;

	start_app(&app, config, "cowry", config->owner_url);
	ctx = cli_ctx(&app);
	in.config.text = read_config(&ctx);
	if (db_transact(&ctx, set, &in) != ERR_OK)
		cli_fail(ctx.fault.message);
	(void)printf("%s is active\n", in.type);
	arena_free(ctx.arena);
	stop_app(&app);
	return 0;
}

static enum err
stop(struct ctx *ctx, void *arg)
{
	return provider_config_stop(ctx, arg);
}

int
cli_provider_stop(const struct config *config, int argc, char **argv)
{
	const char *type = type_of(argc, argv);
	struct app app;
	struct ctx ctx;

	start_app(&app, config, "cowry", config->owner_url);
	ctx = cli_ctx(&app);
	if (db_transact(&ctx, stop, argv[0]) != ERR_OK)
		cli_fail(ctx.fault.message);
	(void)printf("%s is disabled for all projects\n", type);
	arena_free(ctx.arena);
	stop_app(&app);
	return 0;
}
