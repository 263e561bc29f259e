/*
 * tile.h - a log's tree as tiles (C2SP tlog-tiles).
 *
 * A tile has the hashes of up to 256 neighbouring subtrees. On level 0 these are leaves; on each level
 * above, the roots of the full tiles below. Only the last tile of a level is partial, and it has no hash
 * on the level above. So tiles that are full never change.
 */
#ifndef TLOG_TILE_H
#define TLOG_TILE_H

#include "tlog/merkle.h"

/* A tree of 2^62 leaves has tiles on eight levels. */
enum { TILE_HEIGHT = 8, TILE_WIDTH = 1 << TILE_HEIGHT, TILE_LEVELS = 8, TILE_PATH_MAX = 64 };

struct tile {
	int64_t level;
	int64_t number; /* among those of its level */
	int64_t width;  /* hashes that it has */
	struct hash hashes[TILE_WIDTH];
};

/* "tile/0/x001/x234/067" of a full tile, with ".p/12" of one of width 12. */
const char *tile_path(char buf[TILE_PATH_MAX], int64_t level, int64_t number, int64_t width);
/* How wide the tile is in a tree of this size; 0: it is not there. */
int64_t tile_width(int64_t size, int64_t level, int64_t number);

/* Where the hash of a perfect subtree comes from: it is the root of so many hashes of a tile. */
struct tile_part {
	int64_t level;
	int64_t number;
	size_t first;
	size_t count;
};

struct tile_part tile_part_of(int level, int64_t index);

/* The last tile of each level, to which leaves are added. */
struct tile_edge {
	int64_t size;
	struct tile tiles[TILE_LEVELS];
};

/* Called with each hash that is added to a level, and its number on that level. */
typedef void tile_added(void *arg, int64_t level, int64_t index, const struct hash *hash);

/* The edge of a tree of this size; the hashes of its partial tiles are then copied into it. */
void tile_edge_begin(struct tile_edge *edge, int64_t size);
void tile_edge_append(struct tile_edge *edge, const struct hash *leaf, tile_added *added,
		      void *arg);
void tile_edge_root(const struct tile_edge *edge, struct hash *out);

#endif
