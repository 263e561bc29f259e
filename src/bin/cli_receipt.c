/* cowry receipt - check a receipt, without database and settings. */
#include <stdio.h>
#include <string.h>

#include "app/seal/receipt_check.h"
#include "app/seal/receipt_text.h"
#include "base/arena.h"
#include "base/text.h"
#include "bin/cli.h"

static const char usage[] = "usage: cowry receipt check FILE --key KEY [--key KEY]...";

enum { ARENA_MAX = 256 * 1024 * 1024 };

static struct bytes
read_file(struct arena *arena, const char *path)
{
	char *text = arena_alloc(arena, RECEIPT_SIZE_MAX + 1);
	FILE *file = fopen(path, "re");
	size_t length = file != NULL ? fread(text, 1, RECEIPT_SIZE_MAX + 1, file) : 0;

	if (length == 0 || length > RECEIPT_SIZE_MAX)
		cli_fail(arena_printf(arena, "%s can't be read", path));
	(void)fclose(file);
	return (struct bytes){text, length};
}

/* The keys of the arguments, and the only other argument. */
static const char *
read_arguments(struct arena *arena, int argc, char **argv, struct note_key *keys, size_t *count)
{
	const char *path = NULL;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--key") == 0 && i + 1 < argc) {
			if (!note_key_parse(arena, argv[++i], &keys[(*count)++]))
				cli_fail(arena_printf(arena, "%s is not a verifier key", argv[i]));
		} else if (path == NULL && argv[i][0] != '-') {
			path = argv[i];
		} else {
			cli_fail(usage);
		}
	}
	if (path == NULL || *count == 0)
		cli_fail(usage);
	return path;
}

/* A reference, metadata, or the balance of one side of a posting. */
static void
print_opening(struct arena *arena, const struct receipt *receipt,
	      const struct receipt_opening *opening)
{
	struct uuid account;
	const char *balance;
	char id[UUID_TEXT_MAX];

	if (receipt_balance(arena, receipt, opening, &account, &balance))
		(void)printf("    balance of %s afterwards: %s\n", uuid_text(id, account), balance);
	else
		(void)printf("    %s %s\n", opening->name, opening->value);
}

static void
print_receipt(struct arena *arena, const struct receipt *receipt)
{
	const struct receipt_content *t = &receipt->transaction;
	const struct receipt_posting *postings = t->postings.items;
	const struct receipt_opening *openings = receipt->openings.items;
	char id[UUID_TEXT_MAX];
	char to[UUID_TEXT_MAX];

	(void)printf("transaction %s of %s money\n    %s, posted at %s\n", uuid_text(id, t->id),
		     t->mode, t->type, t->time);
	if (!uuid_is_nil(t->project))
		(void)printf("    project %s\n", uuid_text(id, t->project));
	if (!uuid_is_nil(t->reverses))
		(void)printf("    reverses %s\n", uuid_text(id, t->reverses));
	for (size_t i = 0; i < t->postings.count; i++)
		(void)printf("    %s from %s to %s\n",
			     receipt_amount(arena, postings[i].amount, postings[i].currency),
			     uuid_text(id, postings[i].from), uuid_text(to, postings[i].to));
	for (size_t i = 0; i < receipt->openings.count; i++)
		print_opening(arena, receipt, &openings[i]);
	(void)printf("sealed by %s, index %lld of %lld\nvalid\n", receipt->origin,
		     (long long)receipt->index, (long long)receipt->size);
}

int
cli_receipt_check(const struct config *config, int argc, char **argv)
{
	struct arena *arena = arena_new(ARENA_MAX);
	struct note_key *keys = arena_array(arena, (size_t)argc, sizeof(*keys));
	struct receipt receipt;
	size_t count = 0;
	const char *path = read_arguments(arena, argc, argv, keys, &count);
	const char *problem = receipt_check(arena, read_file(arena, path), keys, count, &receipt);

	(void)config;
	if (problem != NULL)
		cli_fail(arena_printf(arena, "%s is not valid: %s", path, problem));
	print_receipt(arena, &receipt);
	arena_free(arena);
	return 0;
}
