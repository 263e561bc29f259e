#include "tlog/tile.h"

#include <stdio.h>
#include <string.h>

enum { GROUP = 1000 };

const char *
tile_path(char buf[TILE_PATH_MAX], int64_t level, int64_t number, int64_t width)
{
	int64_t scale = 1;
	size_t at = (size_t)snprintf(buf, TILE_PATH_MAX, "tile/%d", (int)level);

	while (number / scale >= GROUP)
		scale *= GROUP;
	for (; scale > 0; scale /= GROUP)
		at += (size_t)snprintf(buf + at, TILE_PATH_MAX - at, scale > 1 ? "/x%03d" : "/%03d",
				       (int)(number / scale % GROUP));
	if (width < TILE_WIDTH)
		(void)snprintf(buf + at, TILE_PATH_MAX - at, ".p/%d", (int)width);
	return buf;
}

/* Hashes that a tree has on a level of tiles. */
static int64_t
hashes_on(int64_t size, int64_t level)
{
	return size >> (TILE_HEIGHT * level);
}

int64_t
tile_width(int64_t size, int64_t level, int64_t number)
{
	int64_t width = hashes_on(size, level) - number * TILE_WIDTH;

	if (width > TILE_WIDTH)
		return TILE_WIDTH;
	return width > 0 ? width : 0;
}

struct tile_part
tile_part_of(int level, int64_t index)
{
	int height = level % TILE_HEIGHT;
	int64_t first = index << height;

	return (struct tile_part){
		.level = level / TILE_HEIGHT,
		.number = first / TILE_WIDTH,
		.first = (size_t)(first % TILE_WIDTH),
		.count = (size_t)1 << height,
	};
}

void
tile_edge_begin(struct tile_edge *edge, int64_t size)
{
	edge->size = size;
	for (int64_t level = 0; level < TILE_LEVELS; level++) {
		edge->tiles[level].level = level;
		edge->tiles[level].number = hashes_on(size, level) / TILE_WIDTH;
		edge->tiles[level].width = hashes_on(size, level) % TILE_WIDTH;
	}
}

void
tile_edge_append(struct tile_edge *edge, const struct hash *leaf, tile_added *added, void *arg)
{
	struct hash hash = *leaf;

	edge->size++;
	for (int level = 0; level < TILE_LEVELS; level++) {
		struct tile *tile = &edge->tiles[level];

		added(arg, level, tile->number * TILE_WIDTH + tile->width, &hash);
		tile->hashes[tile->width++] = hash;
		if (tile->width < TILE_WIDTH)
			return;
		merkle_root(tile->hashes, TILE_WIDTH, &hash);
		tile->number++;
		tile->width = 0;
	}
}

/* The partial tiles from the top down, each as its perfect subtrees. */
void
tile_edge_root(const struct tile_edge *edge, struct hash *out)
{
	struct merkle_frontier frontier = {.size = edge->size};

	for (int level = TILE_LEVELS - 1; level >= 0; level--) {
		const struct tile *tile = &edge->tiles[level];
		struct merkle_frontier part = {0};

		for (int64_t i = 0; i < tile->width; i++)
			merkle_append(&part, &tile->hashes[i]);
		memcpy(frontier.roots + frontier.count, part.roots,
		       part.count * sizeof(part.roots[0]));
		frontier.count += part.count;
	}
	merkle_frontier_root(&frontier, out);
}
