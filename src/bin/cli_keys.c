/* cowry keys - the key files, and what the database knows of them. */
#include <stdio.h>
#include <string.h>

#include "app/operation/key_fingerprint.h"
#include "base/arena.h"
#include "bin/cli.h"
#include "bin/start.h"
#include "db/row.h"
#include "runtime/app.h"

enum { ARENA_MAX = 1 << 20 };

/* Without keys: they may not exist yet. */
static struct ctx
open_owner(struct app *app, const struct config *config)
{
	struct db_options options = start_database(config, "cowry-keys", config->owner_url);

	*app = (struct app){.config = config, .now = clock_system};
	options.connections = 1;
	app->database.pool = db_pool_new(&options);
	if (app->database.pool == NULL)
		cli_fail("out of memory");
	return app_ctx(app, arena_new(ARENA_MAX));
}

static void
close_owner(struct app *app, struct ctx *ctx)
{
	arena_free(ctx->arena);
	db_pool_free(app->database.pool);
}

/* Record the keys of the folder, if they are those of the database. */
static enum err
record(struct ctx *ctx, const struct keyring *keys, const char *dir, const char **problem)
{
	bool recorded;

	TRY(key_fingerprint_check(ctx, keys, dir, problem, &recorded));
	return *problem == NULL ? key_fingerprint_record(ctx, keys) : ERR_OK;
}

void
cli_keys_record(const struct config *config)
{
	char why[256];
	struct keyring *keys = keyring_load(config->secrets_dir, why);
	const char *problem = NULL;
	struct app app;
	struct ctx ctx;

	if (keys == NULL) {
		(void)fprintf(stderr, "the keys were not recorded: %s\n", why);
		return;
	}
	ctx = open_owner(&app, config);
	if (record(&ctx, keys, config->secrets_dir, &problem) != ERR_OK)
		cli_fail(ctx.fault.detail);
	if (problem != NULL)
		cli_fail(problem);
	close_owner(&app, &ctx);
	keyring_free(keys);
}

static bool
is_file_name(const char *name)
{
	const char *known;

	for (size_t i = 0; (known = keyring_file_name(i)) != NULL; i++)
		if (strcmp(name, known) == 0)
			return true;
	return strcmp(name, keyring_file(KEY_SEAL)) == 0;
}

/* Some files of the folder, but not all. */
static bool
is_incomplete(const char *dir)
{
	const char *name;
	int present = 0;
	int missing = 0;

	for (size_t i = 0; (name = keyring_file_name(i)) != NULL; i++)
		if (keyring_has_file(dir, name))
			present++;
		else
			missing++;
	return present > 0 && missing > 0;
}

/* Refuse to create a key in place of one that is needed. */
static void
refuse_replacement(struct ctx *ctx, const char *dir)
{
	const char *file;
	char why[400];

	if (key_fingerprint_missing(ctx, dir, &file) != ERR_OK)
		cli_fail(ctx->fault.detail);
	if (file == NULL)
		return;
	(void)snprintf(why, sizeof(why),
		       "%.160s/%s is missing, and this database is used with its keys: copy it "
		       "from the backup of the keys, or from another host. If it is lost, see "
		       "--lost in cowry(1)",
		       dir, file);
	cli_fail(why);
}

/* Another host has the key of the seals: two keys would take turns in signing. */
static void
refuse_second_seal(struct ctx *ctx, const struct config *config, const char *lost)
{
	const char *file = keyring_file(KEY_SEAL);
	struct rows rows;
	char why[400];

	if (keyring_has_file(config->secrets_dir, file) || (lost != NULL && text_equal(lost, file)))
		return;
	if (db_run(ctx, SQL_seal_keys, &rows, NO_PARAMS) != ERR_OK)
		cli_fail(ctx->fault.detail);
	if (rows.count == 0)
		return;
	(void)snprintf(why, sizeof(why),
		       "%.160s/%s is missing, and the seals of this database are signed with its "
		       "keys: copy it from the host that has it. If it is lost, see --lost in "
		       "cowry(1)",
		       config->secrets_dir, file);
	cli_fail(why);
}

/* Whether the seals have their tables: a program that is newer than the database finds none. */
static bool
knows_seals(struct ctx *ctx)
{
	struct rows rows;

	return db_run(ctx, SQL_seal_table_exists, &rows, NO_PARAMS) == ERR_OK &&
	       row_bool(&rows, 0, 0);
}

/* Whether the database can say which keys it is used with. */
static bool
knows_keys(struct ctx *ctx)
{
	struct rows rows;

	return db_run(ctx, SQL_key_fingerprint_table_exists, &rows, NO_PARAMS) == ERR_OK &&
	       row_bool(&rows, 0, 0);
}

/* "--lost FILE" or nothing. */
static const char *
lost_file(const struct config *config, int argc, char **argv)
{
	const char *lost = cli_option(argc, argv, "--lost");

	if (argc != (lost != NULL ? 2 : 0) || (lost != NULL && !is_file_name(lost)))
		cli_fail(
			"usage: cowry keys create [--lost jwt.keys|pepper.key|box.keys|seal.keys]");
	if (lost != NULL && keyring_has_file(config->secrets_dir, lost))
		cli_fail("the file is not lost: it is in the folder");
	return lost;
}

int
cli_keys_create(const struct config *config, int argc, char **argv)
{
	const char *lost = lost_file(config, argc, argv);
	struct app app;
	struct ctx ctx = open_owner(&app, config);
	int64_t latency_ns;
	bool reachable = db_ping(&ctx, &latency_ns) == ERR_OK;
	bool knows = reachable && knows_keys(&ctx);
	char problem[256];

	if (!reachable && (lost != NULL || is_incomplete(config->secrets_dir)))
		cli_fail("the database can't be asked which keys it is used with, and key files "
			 "are missing");
	if (lost != NULL && knows && key_fingerprint_lose(&ctx, lost) != ERR_OK)
		cli_fail(ctx.fault.detail);
	if (knows)
		refuse_replacement(&ctx, config->secrets_dir);
	if (reachable && knows_seals(&ctx))
		refuse_second_seal(&ctx, config, lost);
	if (!reachable && !keyring_has_file(config->secrets_dir, keyring_file_name(0)))
		(void)fprintf(stderr, "the database could not be asked whether it is used with "
				      "other keys\n");
	if (!keyring_create(config->secrets_dir, problem))
		cli_fail(problem);
	close_owner(&app, &ctx);
	if (knows)
		cli_keys_record(config);
	return 0;
}
