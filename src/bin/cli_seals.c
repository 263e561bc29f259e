/* cowry seals - the sealed journal: its state, checkpoints, proofs and keys. */
#include <stdio.h>
#include <string.h>

#include "app/seal/proof.h"
#include "app/seal/tree.h"
#include "base/arena.h"
#include "base/word.h"
#include "bin/cli.h"
#include "bin/start.h"
#include "crypto/rotation.h"
#include "db/row.h"
#include "runtime/app.h"
#include "tlog/checkpoint.h"

static const char program[] = "cowry";

static struct ctx
begin(struct app *app, const struct config *config)
{
	start_app(app, config, program, config->auditor_url);
	return cli_ctx(app);
}

static int
end(struct app *app, struct ctx *ctx)
{
	arena_free(ctx->arena);
	stop_app(app);
	return 0;
}

static void
must(struct ctx *ctx, enum err err)
{
	if (err != ERR_OK)
		cli_fail(ctx->fault.message);
}

static void
print_tree(struct ctx *ctx, const struct stored_tree *tree)
{
	struct checkpoint checkpoint;

	(void)printf("%s: %lld transactions, root %s\n", word_text(mode_words, tree->mode),
		     (long long)tree->size,
		     base64_encode(ctx->arena, tree->root.bytes, sizeof(tree->root.bytes)));
	if (tree->checkpoint == NULL ||
	    !checkpoint_of_note(ctx->arena, tree->checkpoint, &checkpoint)) {
		(void)printf("    not signed: no job runner has seal.keys\n");
	} else {
		char at[INSTANT_TEXT_MAX];

		(void)printf("    signed as %s at %s, with %lld transactions\n", checkpoint.origin,
			     instant_text(at, tree->signed_at), (long long)checkpoint.size);
	}
}

int
cli_seals_status(const struct config *config, int argc, char **argv)
{
	struct app app;
	struct ctx ctx = begin(&app, config);
	struct rows rows;

	(void)argc;
	(void)argv;
	for (enum mode mode = MODE_LIVE; mode >= MODE_TEST; mode--) {
		struct stored_tree tree;

		must(&ctx, tree_find(&ctx, mode, &tree));
		print_tree(&ctx, &tree);
	}
	must(&ctx, db_run(&ctx, SQL_seal_waiting, &rows, NO_PARAMS));
	(void)printf("waiting: %lld transactions, the oldest for %lld s\n",
		     (long long)row_int(&rows, 0, 0), (long long)row_int(&rows, 0, 1));
	return end(&app, &ctx);
}

static enum mode
mode_of(const char *word, const char *usage)
{
	enum mode mode = (enum mode)word_find(mode_words, word);

	if (mode == 0)
		cli_fail(usage);
	return mode;
}

int
cli_seals_checkpoint(const struct config *config, int argc, char **argv)
{
	static const char usage[] = "usage: cowry seals checkpoint live|test";
	enum mode mode = mode_of(argc == 1 ? argv[0] : NULL, usage);
	struct app app;
	struct ctx ctx = begin(&app, config);
	struct stored_tree tree;

	must(&ctx, tree_find(&ctx, mode, &tree));
	if (tree.checkpoint == NULL)
		cli_fail("the tree was never signed: no job runner has seal.keys");
	(void)fputs(tree.checkpoint, stdout);
	return end(&app, &ctx);
}

/* The keys of one tree: all, or those that have signed its checkpoint. */
static void
print_keys(struct ctx *ctx, enum mode mode, bool all)
{
	struct stored_tree tree;
	struct note_key *keys;
	const char *why;
	size_t n;

	must(ctx, tree_find(ctx, mode, &tree));
	if (tree.checkpoint == NULL)
		return;
	must(ctx, tree_keys(ctx, tree.origin, &keys, &n));
	for (size_t i = 0; i < n; i++)
		if (all || note_open(ctx->arena, tree.checkpoint, &keys[i], 1, &why) != NULL)
			(void)printf("%s\n", note_key_text(ctx->arena, &keys[i]));
}

int
cli_seals_key(const struct config *config, int argc, char **argv)
{
	bool all = argc == 1 && strcmp(argv[0], "--all") == 0;
	struct app app;
	struct ctx ctx;

	if (argc > 0 && !all)
		cli_fail("usage: cowry seals key [--all]");
	ctx = begin(&app, config);
	for (enum mode mode = MODE_LIVE; mode >= MODE_TEST; mode--)
		print_keys(&ctx, mode, all);
	return end(&app, &ctx);
}

int
cli_seals_proof(const struct config *config, int argc, char **argv)
{
	static const char usage[] = "usage: cowry seals proof live|test OLD [NEW]";
	enum mode mode = mode_of(argc == 2 || argc == 3 ? argv[0] : NULL, usage);
	struct merkle_proof proof;
	struct stored_tree tree;
	struct app app;
	struct ctx ctx;
	int64_t old = 0;
	int64_t size = 0;

	if (!integer_parse(&old, argv[1]) || (argc == 3 && !integer_parse(&size, argv[2])))
		cli_fail(usage);
	ctx = begin(&app, config);
	must(&ctx, tree_find(&ctx, mode, &tree));
	if (argc == 2)
		size = tree.size;
	must(&ctx, seal_prove_growth(&ctx, mode, old, size, &proof));
	for (size_t i = 0; i < proof.count; i++)
		(void)printf("%s\n", base64_encode(ctx.arena, proof.path[i].bytes,
						   sizeof(proof.path[i].bytes)));
	return end(&app, &ctx);
}

static struct keyring *
load(const struct config *config)
{
	char problem[256];
	struct keyring *keys = keyring_load(config->secrets_dir, problem);

	if (keys == NULL)
		cli_fail(problem);
	if (keyring_id(keys, KEY_SEAL, 0) == NULL)
		cli_fail(
			"there is no seal.keys: copy it from the host that has it, or run cowry keys "
			"create");
	return keys;
}

int
cli_seals_rotate(const struct config *config, int argc, char **argv)
{
	char problem[256];

	(void)argc;
	(void)argv;
	keyring_free(load(config));
	if (!rotation_add(config->secrets_dir, KEY_SEAL, problem))
		cli_fail(problem);
	(void)printf(
		"seal.keys: a key was added. Restart every job runner: it then signs with both "
		"keys. Give verifiers the new one (cowry seals key); when they have it: cowry "
		"seals retire\n");
	return 0;
}

/* The newest key becomes the first one, then the others are dropped. */
int
cli_seals_retire(const struct config *config, int argc, char **argv)
{
	struct keyring *keys = load(config);
	char problem[256];
	const char *id;

	(void)argc;
	(void)argv;
	if (keyring_id(keys, KEY_SEAL, 1) == NULL)
		cli_fail("there is only one key");
	if (rotation_waiting(keys, KEY_SEAL) != NULL &&
	    !rotation_activate(config->secrets_dir, KEY_SEAL, problem))
		cli_fail(problem);
	keyring_free(keys);
	keys = load(config);
	for (size_t i = 1; (id = keyring_id(keys, KEY_SEAL, i)) != NULL; i++) {
		if (!rotation_drop(config->secrets_dir, KEY_SEAL, id, problem))
			cli_fail(problem);
		(void)printf("seal.keys: %s was dropped\n", id);
	}
	(void)printf("Restart every job runner.\n");
	keyring_free(keys);
	return 0;
}
