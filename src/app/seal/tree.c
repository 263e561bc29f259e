#include "app/seal/tree.h"

#include <string.h>

#include "base/arena.h"
#include "base/word.h"
#include "db/row.h"

struct tree_row {
	enum mode mode;
	int64_t size;
	struct bytes root;
	const char *origin;
	const char *checkpoint;
	struct instant signed_at;
	int64_t done_id;
};

static const struct column columns[] = {
	COLUMN_WORD(struct tree_row, mode, mode_words),
	COLUMN(struct tree_row, size),
	COLUMN(struct tree_row, root),
	COLUMN(struct tree_row, origin),
	COLUMN(struct tree_row, checkpoint),
	COLUMN(struct tree_row, signed_at),
	COLUMN(struct tree_row, done_id),
};

enum err
tree_find(struct ctx *ctx, enum mode mode, struct stored_tree *out)
{
	struct tree_row row = {.mode = mode};
	struct rows rows;

	TRY(db_run(ctx, SQL_seal_tree_find, &rows, PARAMS(p_word(mode_words, mode))));
	rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), &row);
	*out = (struct stored_tree){.mode = row.mode,
				    .size = row.size,
				    .origin = row.origin,
				    .checkpoint = row.checkpoint,
				    .signed_at = row.signed_at,
				    .done_id = row.done_id};
	memcpy(out->root.bytes, row.root.data, sizeof(out->root.bytes));
	return ERR_OK;
}

/* Copy a stored row to its place in a tile, which ends where a hash is missing. */
static void
take_row(struct tile *tile, int64_t number, struct bytes hashes)
{
	int64_t first = (number - tile->number * TREE_ROWS_A_TILE) * TREE_ROW_HASHES;

	if (first != tile->width)
		return;
	memcpy(&tile->hashes[first], hashes.data, hashes.length);
	tile->width += (int64_t)(hashes.length / sizeof(struct hash));
}

/* Read tiles whose levels and numbers are set. */
static enum err
read_tiles(struct ctx *ctx, enum mode mode, struct tile *tiles, size_t n)
{
	int64_t levels[TILE_LEVELS];
	int64_t firsts[TILE_LEVELS];
	struct rows rows;

	for (size_t i = 0; i < n; i++) {
		tiles[i].width = 0;
		levels[i] = tiles[i].level;
		firsts[i] = tiles[i].number * TREE_ROWS_A_TILE;
	}
	TRY(db_run(ctx, SQL_seal_hashes, &rows,
		   PARAMS(p_word(mode_words, mode), p_ints(levels, n), p_ints(firsts, n),
			  p_int(TREE_ROWS_A_TILE))));
	for (size_t r = 0; r < rows.count; r++)
		for (size_t i = 0; i < n; i++)
			if (tiles[i].level == row_int(&rows, r, 0))
				take_row(&tiles[i], row_int(&rows, r, 1), row_bytes(&rows, r, 2));
	return ERR_OK;
}

enum err
tree_tile(struct ctx *ctx, enum mode mode, struct tile *tile)
{
	return read_tiles(ctx, mode, tile, 1);
}

static enum err
hashes_missing(struct ctx *ctx, enum mode mode, const struct tile *tile)
{
	char path[TILE_PATH_MAX];

	return fault(&ctx->fault, ERR_CONFLICT, NULL, "hashes of %s/%s are missing",
		     word_text(mode_words, mode),
		     tile_path(path, tile->level, tile->number, TILE_WIDTH));
}

enum err
tree_edge(struct ctx *ctx, enum mode mode, int64_t size, struct tile_edge *edge)
{
	tile_edge_begin(edge, size);
	TRY(read_tiles(ctx, mode, edge->tiles, TILE_LEVELS));
	for (size_t i = 0; i < TILE_LEVELS; i++)
		if (edge->tiles[i].width !=
		    tile_width(size, edge->tiles[i].level, edge->tiles[i].number))
			return hashes_missing(ctx, mode, &edge->tiles[i]);
	return ERR_OK;
}

static enum err
read_hash(void *arg, int level, int64_t index, struct hash *out)
{
	struct tree_reader *reader = arg;
	struct tile_part part = tile_part_of(level, index);
	struct tile *tile = reader->tile;

	if (tile->level != part.level || tile->number != part.number) {
		tile->level = part.level;
		tile->number = part.number;
		TRY(tree_tile(reader->ctx, reader->mode, tile));
	}
	if ((int64_t)(part.first + part.count) > tile->width)
		return hashes_missing(reader->ctx, reader->mode, tile);
	merkle_root(&tile->hashes[part.first], part.count, out);
	return ERR_OK;
}

struct merkle_tree
tree_hashes(struct ctx *ctx, enum mode mode)
{
	struct tree_reader *reader = arena_alloc(ctx->arena, sizeof(*reader));

	*reader = (struct tree_reader){
		.ctx = ctx, .mode = mode, .tile = arena_alloc(ctx->arena, sizeof(*reader->tile))};
	reader->tile->level = -1;
	return (struct merkle_tree){read_hash, reader};
}

enum err
tree_keys(struct ctx *ctx, const char *origin, struct note_key **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_seal_keys, &rows, NO_PARAMS));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		(*out)[i] = note_key_make(origin, row_bytes(&rows, i, 0).data);
	return ERR_OK;
}
