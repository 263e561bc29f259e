#include "app/seal/seal.h"

#include <string.h>

#include "app/seal/journal.h"
#include "app/seal/tree.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/word.h"
#include "crypto/keyring.h"
#include "crypto/random.h"
#include "db/row.h"
#include "runtime/app.h"
#include "tlog/checkpoint.h"

/* Transactions, and postings. A piece costs a commit, and statements whose number does not depend on it. */
enum { PIECE_MOST = 2000 };
/* Bytes of a row of hashes. */
enum { ROW_SIZE = TREE_ROW_HASHES * sizeof(struct hash) };

struct place {
	int64_t done_id;
	int64_t piece_id;
	int64_t end_id;
	const char *missing; /* a period that is detached */
};

static const struct column place_columns[] = {
	COLUMN(struct place, done_id),
	COLUMN(struct place, piece_id),
	COLUMN(struct place, end_id),
	COLUMN(struct place, missing),
};

/* Rows of hashes that are added to the levels of a tree, a column each. */
struct added {
	size_t n;
	int64_t *levels;
	int64_t *numbers;
	struct bytes *hashes;
	unsigned char (*room)[ROW_SIZE];
	size_t last[TILE_LEVELS]; /* the last row of a level, counted from 1; 0: none */
};

/* For so many leaves: of 256 hashes of a level, one is added to the next. */
static struct added
added_new(struct arena *arena, size_t leaves)
{
	size_t most = 2 * (leaves / TREE_ROW_HASHES + TILE_LEVELS + 1);

	return (struct added){.levels = arena_array(arena, most, sizeof(int64_t)),
			      .numbers = arena_array(arena, most, sizeof(int64_t)),
			      .hashes = arena_array(arena, most, sizeof(struct bytes)),
			      .room = arena_array(arena, most, ROW_SIZE)};
}

static void
add_hash(void *arg, int64_t level, int64_t index, const struct hash *hash)
{
	struct added *added = arg;
	int64_t number = index / TREE_ROW_HASHES;
	size_t *last = &added->last[level];
	size_t row;

	if (*last == 0 || added->numbers[*last - 1] != number) {
		row = added->n++;
		added->levels[row] = level;
		added->numbers[row] = number;
		added->hashes[row] = (struct bytes){added->room[row], 0};
		*last = added->n;
	}
	row = *last - 1;
	memcpy(added->room[row] + added->hashes[row].length, hash->bytes, sizeof(hash->bytes));
	added->hashes[row].length += sizeof(hash->bytes);
}

/* The entries of one mode, whose leaves are added, with new salts. */
struct leaves {
	size_t n;
	int64_t *ids;
	unsigned char *salts;
};

static struct leaves
make_leaves(struct arena *arena, enum mode mode, const struct journal_entry *entries, size_t n,
	    struct tile_edge *edge, struct added *added)
{
	struct leaves leaves = {.ids = arena_array(arena, n, sizeof(int64_t)),
				.salts = arena_room(arena, n * LEAF_SALT_SIZE)};
	struct leaf_hasher *hasher = leaf_hasher_new();

	random_bytes(leaves.salts, n * LEAF_SALT_SIZE);
	for (size_t i = 0; i < n; i++) {
		struct hash hash;

		if (entries[i].mode != mode)
			continue;
		journal_hash(hasher, &entries[i], leaves.salts + leaves.n * LEAF_SALT_SIZE, &hash);
		tile_edge_append(edge, &hash, add_hash, added);
		leaves.ids[leaves.n++] = entries[i].transaction_id;
	}
	leaf_hasher_free(hasher);
	return leaves;
}

/* In rows, of which the first may continue a stored one. */
static enum err
add_leaves(struct ctx *ctx, struct param mode, int64_t size, const struct leaves *leaves)
{
	size_t most = leaves->n / TREE_ROW_HASHES + 2;
	int64_t *numbers = arena_array(ctx->arena, most, sizeof(*numbers));
	int64_t *firsts = arena_array(ctx->arena, most, sizeof(*firsts));
	int64_t *lasts = arena_array(ctx->arena, most, sizeof(*lasts));
	struct bytes *salts = arena_array(ctx->arena, most, sizeof(*salts));
	size_t rows = 0;

	for (size_t i = 0; i < leaves->n; rows++) {
		size_t taken = (size_t)((size + (int64_t)i) % TREE_ROW_HASHES);
		size_t count = TREE_ROW_HASHES - taken;

		if (count > leaves->n - i)
			count = leaves->n - i;
		numbers[rows] = (size + (int64_t)i) / TREE_ROW_HASHES;
		firsts[rows] = (int64_t)i + 1;
		lasts[rows] = (int64_t)(i + count);
		salts[rows] =
			(struct bytes){leaves->salts + i * LEAF_SALT_SIZE, count * LEAF_SALT_SIZE};
		i += count;
	}
	return db_run(ctx, SQL_seal_leaves_add, NULL,
		      PARAMS(mode, p_ints(leaves->ids, leaves->n), p_ints(numbers, rows),
			     p_ints(firsts, rows), p_ints(lasts, rows), p_bytes_list(salts, rows)));
}

static enum err
grow(struct ctx *ctx, enum mode mode, const struct journal_entry *entries, size_t n)
{
	struct tile_edge *edge = arena_alloc(ctx->arena, sizeof(*edge));
	struct added added = added_new(ctx->arena, n);
	struct param name = p_word(mode_words, mode);
	struct stored_tree tree;
	struct leaves leaves;
	struct hash root;

	TRY(tree_find(ctx, mode, &tree));
	TRY(tree_edge(ctx, mode, tree.size, edge));
	leaves = make_leaves(ctx->arena, mode, entries, n, edge, &added);
	if (leaves.n == 0)
		return ERR_OK;
	tile_edge_root(edge, &root);
	TRY(db_run(ctx, SQL_seal_hashes_add, NULL,
		   PARAMS(name, p_ints(added.levels, added.n), p_ints(added.numbers, added.n),
			  p_bytes_list(added.hashes, added.n))));
	TRY(add_leaves(ctx, name, tree.size, &leaves));
	return db_run(ctx, SQL_seal_tree_store, NULL,
		      PARAMS(name, p_int(edge->size), p_bytes(root.bytes, sizeof(root.bytes))));
}

/* The address of the server without its scheme: C2SP wants names that nobody else has. */
static const char *
new_origin(struct ctx *ctx, enum mode mode)
{
	const char *url = ctx->app->config->public_url;
	const char *host = strstr(url, "://");
	const char *origin =
		arena_printf(ctx->arena, "%s/seals/%s", host != NULL ? host + strlen("://") : url,
			     word_text(mode_words, mode));

	return note_name_valid(origin)
		       ? origin
		       : arena_printf(ctx->arena, "cowry/seals/%s", word_text(mode_words, mode));
}

/* A tree is signed again when it has grown, or when the keys are others. A runner without keys leaves
 * the checkpoint as it is. */
static enum err
sign(struct ctx *ctx, enum mode mode)
{
	const unsigned char *seeds[KEYS_MAX];
	unsigned char keys[KEYS_MAX][SIGNATURE_PUBLIC_SIZE];
	struct bytes public_keys[KEYS_MAX];
	struct checkpoint checkpoint;
	struct stored_tree tree;
	const char *note;
	const char *id;
	size_t n = 0;

	while (n < KEYS_MAX && (id = keyring_id(ctx->app->keys, KEY_SEAL, n)) != NULL) {
		seeds[n] = keyring_find(ctx->app->keys, KEY_SEAL, id).data;
		signature_public(seeds[n], keys[n]);
		public_keys[n] = (struct bytes){keys[n], sizeof(keys[n])};
		n++;
	}
	if (n == 0)
		return ERR_OK;
	TRY(tree_find(ctx, mode, &tree));
	checkpoint = (struct checkpoint){.origin = tree.origin != NULL ? tree.origin
								       : new_origin(ctx, mode),
					 .size = tree.size,
					 .root = tree.root};
	note = note_sign(ctx->arena, checkpoint_text(ctx->arena, &checkpoint), checkpoint.origin,
			 seeds, n);
	if (tree.checkpoint != NULL && text_equal(note, tree.checkpoint))
		return ERR_OK;
	return db_run(ctx, SQL_seal_checkpoint_store, NULL,
		      PARAMS(p_word(mode_words, mode), p_text(checkpoint.origin), p_text(note),
			     p_bytes_list(public_keys, n)));
}

static enum err
seal_piece(struct ctx *ctx, const struct place *place)
{
	struct journal_entry *entries;
	size_t n;

	if (place->missing != NULL)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "period %s is detached before it was sealed; attach it",
			     place->missing);
	TRY(journal_read(ctx, place->done_id, place->piece_id, &entries, &n));
	for (enum mode mode = MODE_TEST; mode <= MODE_LIVE; mode++)
		TRY(grow(ctx, mode, entries, n));
	return db_run(ctx, SQL_seal_feed_store, NULL, PARAMS(p_int(place->piece_id)));
}

static enum err
work(struct ctx *ctx, void *arg)
{
	bool *found = arg;
	struct place place = {0};
	struct rows rows;

	*found = false;
	TRY(db_run(ctx, SQL_seal_claim, &rows, NO_PARAMS));
	if (rows.count == 0)
		return ERR_OK;
	TRY(db_run(ctx, SQL_seal_place, &rows, PARAMS(p_int(PIECE_MOST))));
	rows_scan(&rows, 0, place_columns, COLUMN_COUNT(place_columns), &place);
	if (place.piece_id > place.done_id)
		TRY(seal_piece(ctx, &place));
	for (enum mode mode = MODE_TEST; mode <= MODE_LIVE; mode++)
		TRY(sign(ctx, mode));
	*found = place.piece_id < place.end_id;
	return ERR_OK;
}

enum err
seal_some(struct ctx *ctx, bool *found)
{
	return db_transact(ctx, work, found);
}
