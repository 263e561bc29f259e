/* tree.h - the trees of sealed transactions, as they are stored. */
#ifndef APP_SEAL_TREE_H
#define APP_SEAL_TREE_H

#include "base/ctx.h"
#include "tlog/note.h"
#include "tlog/tile.h"

/* The hashes of a stored row. */
enum { TREE_ROW_HASHES = 32, TREE_ROWS_A_TILE = TILE_WIDTH / TREE_ROW_HASHES };

struct stored_tree {
	enum mode mode;
	int64_t size;
	struct hash root;
	const char *origin;     /* NULL: it was never signed */
	const char *checkpoint; /* the last signed note, or NULL */
	struct instant signed_at;
	int64_t done_id; /* transactions up to here are sealed */
};

enum err tree_find(struct ctx *ctx, enum mode mode, struct stored_tree *out) MUST_CHECK;
/* The part of a tile that is stored: its level and number are set. */
enum err tree_tile(struct ctx *ctx, enum mode mode, struct tile *tile) MUST_CHECK;
/* The last tiles of a tree of this size. ERR_CONFLICT if hashes are missing. */
enum err tree_edge(struct ctx *ctx, enum mode mode, int64_t size,
		   struct tile_edge *edge) MUST_CHECK;

/* Hashes of perfect subtrees, for proofs. The last tile that was read is kept. */
struct tree_reader {
	struct ctx *ctx;
	enum mode mode;
	struct tile *tile;
};

/* In the arena of ctx. */
struct merkle_tree tree_hashes(struct ctx *ctx, enum mode mode);

/* The keys that checkpoints have been signed with, newest first, for a tree with this origin. */
enum err tree_keys(struct ctx *ctx, const char *origin, struct note_key **out,
		   size_t *n) MUST_CHECK;

#endif
