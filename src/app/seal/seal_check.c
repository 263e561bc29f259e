#include "app/seal/seal_check.h"

#include <string.h>

#include "app/seal/journal.h"
#include "app/seal/tree.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/word.h"
#include "db/row.h"

enum { PROBLEMS_MAX = 100, ROWS_AT_ONCE = 32, SCRATCH_MAX = 256 * 1024 * 1024 };

/* A stored leaf. */
struct leaf_row {
	int64_t index;
	int64_t transaction_id;
	struct bytes salt;
	struct bytes hash; /* empty if it is missing */
};

static const struct column columns[] = {
	COLUMN(struct leaf_row, index),
	COLUMN(struct leaf_row, transaction_id),
	COLUMN(struct leaf_row, salt),
	COLUMN(struct leaf_row, hash),
};

/* The check of one tree. */
struct run {
	struct ctx *ctx;
	struct arena *kept; /* of what is reported; pieces are read into a scratch arena */
	struct arena *scratch;
	struct leaf_hasher *hasher;
	const struct ledger_check_scope *scope;
	struct stored_tree tree;
	struct merkle_tree hashes; /* as stored */
	struct tile_edge *edge;    /* of the tree that is made again */
	struct rows detached;
	struct witness *witnesses; /* the last one is the stored checkpoint */
	size_t witness_count;
	const char **problems;
	size_t *count;
	size_t count_before; /* problems of the other tree */
	enum err err;        /* of reading a hash */
};

static bool
is_full(const struct run *run)
{
	return *run->count == PROBLEMS_MAX;
}

static void
report(struct run *run, const char *problem)
{
	if (!is_full(run))
		run->problems[(*run->count)++] = problem;
}

static const char *
mode_name(const struct run *run)
{
	return word_text(mode_words, run->tree.mode);
}

static bool
is_detached(const struct run *run, int64_t transaction_id)
{
	for (size_t i = 0; i < run->detached.count; i++)
		if (transaction_id >= row_int(&run->detached, i, 0) &&
		    transaction_id <= row_int(&run->detached, i, 1))
			return true;
	return false;
}

/* Hashes above the leaves: for each that is made again there is a stored one. */
static void
compare_stored(void *arg, int64_t level, int64_t index, const struct hash *hash)
{
	struct run *run = arg;
	char path[TILE_PATH_MAX];
	struct hash stored;
	enum err err;

	if (level == 0 || run->err != ERR_OK)
		return;
	err = run->hashes.read(run->hashes.arg, (int)level * TILE_HEIGHT, index, &stored);
	if (err != ERR_OK && err != ERR_CONFLICT)
		run->err = err;
	else if (err != ERR_OK || !hash_equal(&stored, hash))
		report(run, arena_printf(run->kept, "hash %lld of %s/%s is not that of its leaves",
					 (long long)(index % TILE_WIDTH), mode_name(run),
					 tile_path(path, level, index / TILE_WIDTH, TILE_WIDTH)));
}

static bool
is_of_tree(const struct run *run, const struct witness *witness)
{
	return run->tree.origin != NULL && text_equal(witness->checkpoint.origin, run->tree.origin);
}

static void
look_at_witnesses(struct run *run)
{
	for (size_t i = 0; i < run->witness_count; i++) {
		struct witness *witness = &run->witnesses[i];
		struct hash root;

		if (!is_of_tree(run, witness) || witness->checkpoint.size != run->edge->size)
			continue;
		tile_edge_root(run->edge, &root);
		witness->problem =
			hash_equal(&root, &witness->checkpoint.root)
				? NULL
				: arena_printf(run->kept,
					       "is not of this journal: the first %lld %s "
					       "transactions were others",
					       (long long)witness->checkpoint.size, mode_name(run));
	}
}

static void
begin_witnesses(struct run *run)
{
	for (size_t i = 0; i < run->witness_count; i++) {
		struct witness *witness = &run->witnesses[i];

		if (!is_of_tree(run, witness))
			continue;
		witness->problem =
			witness->checkpoint.size > run->tree.size
				? arena_printf(run->kept,
					       "has %lld %s transactions, but only %lld are "
					       "sealed: the others are lost",
					       (long long)witness->checkpoint.size, mode_name(run),
					       (long long)run->tree.size)
				: "can't be compared";
	}
	look_at_witnesses(run);
}

static const char *
entry_name(const struct run *run, const struct journal_entry *entry)
{
	char id[UUID_TEXT_MAX];

	return arena_printf(run->kept, "%s transaction %lld (%s)", mode_name(run),
			    (long long)entry->transaction_id, uuid_text(id, entry->leaf.id));
}

static void
report_unsealed(struct run *run, const struct journal_entry *entry)
{
	if (entry->mode == run->tree.mode)
		report(run, arena_printf(run->kept, "%s is not sealed, but later ones are",
					 entry_name(run, entry)));
}

/* A leaf is made again from its transaction, or is the stored one if that can't be read. */
static void
compare_leaf(struct run *run, const struct leaf_row *leaf, const struct journal_entry *entry,
	     struct hash *hash)
{
	bool stored = leaf->hash.length == sizeof(hash->bytes);

	if (stored)
		memcpy(hash->bytes, leaf->hash.data, sizeof(hash->bytes));
	if (is_detached(run, leaf->transaction_id))
		return;
	if (entry->mode != run->tree.mode) {
		report(run,
		       arena_printf(run->kept,
				    "%s transaction %lld was sealed as number %lld, and is gone",
				    mode_name(run), (long long)leaf->transaction_id,
				    (long long)leaf->index));
		return;
	}
	journal_hash(run->hasher, entry, leaf->salt.data, hash);
	if (!stored || memcmp(hash->bytes, leaf->hash.data, sizeof(hash->bytes)) != 0)
		report(run, arena_printf(run->kept, "%s is not as it was sealed (number %lld)",
					 entry_name(run, entry), (long long)leaf->index));
}

/* Leaves and transactions, both in the order of ids. */
static void
compare(struct run *run, const struct leaf_row *leaves, size_t n,
	const struct journal_entry *entries, size_t entry_count, bool read)
{
	static const struct journal_entry none;
	size_t e = 0;

	for (size_t i = 0; i < n && leaves[i].index == run->edge->size; i++) {
		const struct journal_entry *entry = &none;
		struct hash hash = {{0}};

		while (e < entry_count && entries[e].transaction_id < leaves[i].transaction_id)
			report_unsealed(run, &entries[e++]);
		if (e < entry_count && entries[e].transaction_id == leaves[i].transaction_id)
			entry = &entries[e++];
		if (read)
			compare_leaf(run, &leaves[i], entry, &hash);
		else if (leaves[i].hash.length == sizeof(hash.bytes))
			memcpy(hash.bytes, leaves[i].hash.data, sizeof(hash.bytes));
		tile_edge_append(run->edge, &hash, compare_stored, run);
		look_at_witnesses(run);
	}
}

/* Rows of leaves from a number on. *after becomes the last transaction; *found tells whether there
 * were any. */
static enum err
read_piece(struct run *run, int64_t number, int64_t *after, bool *found)
{
	struct journal_entry *entries = NULL;
	struct leaf_row *leaves;
	struct rows rows;
	size_t entry_count = 0;
	size_t n = 0;
	bool read;

	TRY(db_run(run->ctx, SQL_seal_leaves, &rows,
		   PARAMS(p_word(mode_words, run->tree.mode), p_int(number), p_int(ROWS_AT_ONCE))));
	leaves = arena_array(run->ctx->arena, rows.count, sizeof(*leaves));
	for (size_t i = 0; i < rows.count; i++) {
		rows_scan(&rows, i, columns, COLUMN_COUNT(columns), &leaves[n]);
		n += leaves[n].index < run->tree.size;
	}
	*found = n > 0;
	if (n == 0)
		return ERR_OK;
	read = run->scope == NULL || leaves[n - 1].transaction_id >= run->scope->since_id;
	if (read)
		TRY(journal_read(run->ctx, *after, leaves[n - 1].transaction_id, &entries,
				 &entry_count));
	compare(run, leaves, n, entries, entry_count, read);
	*after = leaves[n - 1].transaction_id;
	return run->err;
}

/* Behind the last leaf, up to where the journal is sealed. */
static enum err
read_rest(struct run *run, int64_t after)
{
	struct journal_entry *entries;
	struct rows rows;
	size_t n;

	while (after < run->tree.done_id && !is_full(run)) {
		int64_t upto;

		TRY(db_run(run->ctx, SQL_seal_rest, &rows,
			   PARAMS(p_int(after), p_int(run->tree.done_id),
				  p_int((int64_t)ROWS_AT_ONCE * TREE_ROW_HASHES))));
		upto = row_int(&rows, 0, 0);
		TRY(journal_read(run->ctx, after, upto, &entries, &n));
		for (size_t i = 0; i < n; i++)
			report_unsealed(run, &entries[i]);
		arena_reset(run->scratch);
		after = upto;
	}
	return ERR_OK;
}

static enum err
read_all(struct run *run)
{
	int64_t after = 0;
	bool found = true;

	for (int64_t number = 0;
	     found && number * TREE_ROW_HASHES < run->tree.size && !is_full(run);
	     number += ROWS_AT_ONCE) {
		TRY(read_piece(run, number, &after, &found));
		arena_reset(run->scratch);
		if (run->scope != NULL && run->scope->progress != NULL)
			run->scope->progress(run->scope->arg, run->edge->size, run->tree.size);
	}
	return read_rest(run, after);
}

/* What follows from violations that are reported is not. */
static void
compare_ends(struct run *run)
{
	const struct witness *own = &run->witnesses[run->witness_count - 1];
	struct hash root;

	if (*run->count > run->count_before)
		return;
	tile_edge_root(run->edge, &root);
	if (run->edge->size != run->tree.size)
		report(run, arena_printf(run->kept, "leaf %lld of %lld %s transactions is missing",
					 (long long)run->edge->size, (long long)run->tree.size,
					 mode_name(run)));
	else if (!hash_equal(&root, &run->tree.root))
		report(run,
		       arena_printf(run->kept, "the root of the %s tree is not that of its leaves",
				    mode_name(run)));
	if (own->problem != NULL)
		report(run, arena_printf(run->kept, "the %s checkpoint %s", mode_name(run),
					 own->problem));
}

/* The stored checkpoint as a witness. */
static enum err
open_own(struct run *run)
{
	struct witness *own = &run->witnesses[run->witness_count - 1];
	struct note_key *keys;
	const char *why;
	const char *text;
	size_t n;

	*own = (struct witness){.name = "", .checkpoint.origin = ""};
	if (run->tree.checkpoint == NULL)
		return ERR_OK;
	TRY(tree_keys(run->ctx, run->tree.origin, &keys, &n));
	text = note_open(run->kept, run->tree.checkpoint, keys, n, &why);
	if (text == NULL)
		own->problem = arena_printf(run->kept, "is refused: %s", why);
	else if (!checkpoint_parse(run->kept, text, &own->checkpoint))
		own->problem = "is malformed";
	return ERR_OK;
}

static enum err
check_tree(struct run *run, enum mode mode)
{
	struct ctx *ctx = run->ctx;
	enum err err;

	TRY(tree_find(ctx, mode, &run->tree));
	TRY(db_run(ctx, SQL_seal_detached, &run->detached, NO_PARAMS));
	TRY(open_own(run));
	run->hashes = tree_hashes(ctx, mode);
	tile_edge_begin(run->edge, 0);
	begin_witnesses(run);
	ctx->arena = run->scratch;
	err = read_all(run);
	ctx->arena = run->kept;
	if (err == ERR_OK)
		compare_ends(run);
	return err;
}

enum err
seal_check(struct ctx *ctx, const struct ledger_check_scope *scope, struct witness *witnesses,
	   size_t witness_count, const char *const **problems, size_t *n)
{
	struct run run = {.ctx = ctx,
			  .kept = ctx->arena,
			  .scratch = arena_new(SCRATCH_MAX),
			  .hasher = leaf_hasher_new(),
			  .scope = scope,
			  .edge = arena_alloc(ctx->arena, sizeof(*run.edge)),
			  .witness_count = witness_count + 1,
			  .count = n};
	enum err err = ERR_OK;

	run.witnesses = arena_array(ctx->arena, run.witness_count, sizeof(*run.witnesses));
	run.problems = arena_array(ctx->arena, PROBLEMS_MAX, sizeof(*run.problems));
	*problems = run.problems;
	*n = 0;
	for (size_t i = 0; i < witness_count; i++) {
		run.witnesses[i] = witnesses[i];
		run.witnesses[i].problem = "names no tree of this database";
	}
	for (enum mode mode = MODE_TEST; mode <= MODE_LIVE && err == ERR_OK; mode++) {
		run.count_before = *n;
		err = check_tree(&run, mode);
	}
	for (size_t i = 0; i < witness_count; i++)
		witnesses[i] = run.witnesses[i];
	leaf_hasher_free(run.hasher);
	arena_free(run.scratch);
	return err;
}
