/* cowry secrets - key rotation, in three steps with restarts between them. */
#include <stdio.h>
#include <string.h>

#include "app/operation/key_fingerprint.h"
#include "app/operation/reseal.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "bin/cli.h"
#include "bin/start.h"
#include "crypto/rotation.h"
#include "runtime/app.h"

static const enum key_use uses[] = {KEY_BOX, KEY_TOKEN};
enum { USES = COUNT(uses), CLOCK_SKEW_S = 60, PATIENT_MS = 600000 };

static struct keyring *
load(const struct config *config)
{
	char problem[256];
	struct keyring *keys = keyring_load(config->secrets_dir, problem);

	if (keys == NULL)
		cli_fail(problem);
	return keys;
}

static void
add_key(const struct config *config, const struct keyring *keys, enum key_use use)
{
	char problem[256];

	if (rotation_waiting(keys, use) != NULL) {
		(void)printf("%s: a key is already waiting", keyring_file(use));
		return;
	}
	if (!rotation_add(config->secrets_dir, use, problem))
		cli_fail(problem);
	(void)printf("%s: a key was added\n", keyring_file(use));
}

/* The folder must be the right one. The new keys are recorded last: a folder may have a key that the
 * database does not know, as long as it is not active. */
int
cli_secrets_rotate(const struct config *config, int argc, char **argv)
{
	struct keyring *keys = load(config);

	if (argc > 1 || (argc == 1 && strcmp(argv[0], "--tokens") != 0))
		cli_fail("usage: cowry secrets rotate [--tokens]");
	cli_keys_record(config);
	add_key(config, keys, KEY_BOX);
	if (argc == 1)
		add_key(config, keys, KEY_TOKEN);
	cli_keys_record(config);
	(void)printf("Restart every worker and job runner, one after the other; then: cowry "
		     "secrets activate\n");
	keyring_free(keys);
	return 0;
}

/* A process that has not read the files since the last change could neither open values sealed
 * by others, nor know that a key was dropped. */
static void
refuse_strangers(struct ctx *ctx)
{
	char fingerprint[FINGERPRINT_MAX];
	int64_t strangers;
	char why[160];

	if (reseal_strangers(ctx, rotation_fingerprint(fingerprint, ctx->app->keys), &strangers) !=
	    ERR_OK)
		cli_fail(ctx->fault.message);
	if (strangers == 0)
		return;
	(void)snprintf(why, sizeof(why),
		       "%lld connections are of workers or job runners whose keys differ from the "
		       "folder; restart them first",
		       (long long)strangers);
	cli_fail(why);
}

/* The services, with a time limit for statements that read whole tables. */
static struct ctx
begin(struct app *app, struct config *patient, const struct config *config)
{
	struct ctx ctx;

	*patient = *config;
	patient->statement_timeout_ms = PATIENT_MS;
	start_app(app, patient, "cowry", config->owner_url);
	ctx = cli_ctx(app);
	refuse_strangers(&ctx);
	return ctx;
}

int
cli_secrets_activate(const struct config *config, int argc, char **argv)
{
	struct config patient;
	char problem[256];
	struct app app;
	struct ctx ctx = begin(&app, &patient, config);
	int activated = 0;

	(void)argc;
	(void)argv;
	for (size_t i = 0; i < USES; i++) {
		const char *waiting = rotation_waiting(app.keys, uses[i]);

		if (waiting == NULL)
			continue;
		if (key_fingerprint_activate(&ctx, app.keys, keyring_file(uses[i]), waiting) !=
		    ERR_OK)
			cli_fail(ctx.fault.message);
		if (!rotation_activate(config->secrets_dir, uses[i], problem))
			cli_fail(problem);
		(void)printf("%s: the newest key is active\n", keyring_file(uses[i]));
		activated++;
	}
	if (activated == 0)
		cli_fail("no key is waiting to become active");
	(void)printf("Restart every worker and job runner once more; then: cowry secrets prune\n");
	arena_free(ctx.arena);
	stop_app(&app);
	return 0;
}

/* The number of values that could not be re-encrypted. */
static int64_t
reseal_all(struct ctx *ctx)
{
	struct reseal_count count;
	int64_t broken = 0;
	bool more = true;

	for (size_t i = 0; more; i++) {
		if (reseal_column(ctx, i, &count, &more) != ERR_OK)
			cli_fail(ctx->fault.message);
		if (!more)
			break;
		(void)printf("%s: %lld re-encrypted\n", count.name, (long long)count.done);
		if (count.broken > 0)
			(void)printf("%s: %lld CAN'T BE DECRYPTED\n", count.name,
				     (long long)count.broken);
		broken += count.broken;
	}
	return broken;
}

/* Why an older key must be kept for now; NULL if it can be dropped. */
static const char *
still_needed(struct ctx *ctx, enum key_use use, const char *id)
{
	const struct config *config = ctx->app->config;
	int64_t rows;

	if (use == KEY_TOKEN)
		return rotation_changed(config->secrets_dir, use).us +
					       (config->access_token_s + CLOCK_SKEW_S) * SECOND_US >
				       ctx->app->now().us
			       ? "tokens that it signed may not have expired yet"
			       : NULL;
	if (reseal_passing(ctx, id, &rows) != ERR_OK)
		cli_fail(ctx->fault.message);
	if (rows == 0)
		return NULL;
	return arena_printf(ctx->arena, "%lld values under it expire within a day",
			    (long long)rows);
}

/* Number of older keys still in use; prints the reasons. */
static int
needed_keys(struct ctx *ctx)
{
	const char *id;
	int needed = 0;

	for (size_t u = 0; u < USES; u++)
		for (size_t i = 1; (id = keyring_id(ctx->app->keys, uses[u], i)) != NULL; i++) {
			const char *why = still_needed(ctx, uses[u], id);

			if (why == NULL)
				continue;
			(void)printf("%s: %s is kept for now: %s\n", keyring_file(uses[u]), id,
				     why);
			needed++;
		}
	return needed;
}

/* In the database first: a folder may have a key that was dropped, but not lack one that was not. */
static void
drop_keys(struct ctx *ctx)
{
	const struct app *app = ctx->app;
	char problem[256];
	const char *id;

	for (size_t u = 0; u < USES; u++)
		for (size_t i = 1; (id = keyring_id(app->keys, uses[u], i)) != NULL; i++) {
			if (key_fingerprint_drop(ctx, keyring_file(uses[u]), id) != ERR_OK)
				cli_fail(ctx->fault.message);
			if (!rotation_drop(app->config->secrets_dir, uses[u], id, problem))
				cli_fail(problem);
			(void)printf("%s: %s was dropped\n", keyring_file(uses[u]), id);
		}
}

/* All older keys are dropped, or none: whenever the files change, processes must be restarted
 * before the next step. */
int
cli_secrets_prune(const struct config *config, int argc, char **argv)
{
	struct config patient;
	struct app app;
	struct ctx ctx = begin(&app, &patient, config);
	int needed;

	(void)argc;
	(void)argv;
	for (size_t i = 0; i < USES; i++)
		if (rotation_waiting(app.keys, uses[i]) != NULL)
			cli_fail("a key is waiting: run cowry secrets activate first");
	if (reseal_all(&ctx) > 0)
		cli_fail("no key was dropped: some values can't be decrypted with any of them");
	needed = needed_keys(&ctx);
	if (needed == 0)
		drop_keys(&ctx);
	else
		(void)printf("No key was dropped. Run this again later.\n");
	arena_free(ctx.arena);
	stop_app(&app);
	return needed == 0 ? 0 : 1;
}
