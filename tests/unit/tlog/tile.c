#include <config.h>

#include "tlog/tile.h"

#include <stdlib.h>

#include "tests/support/cmocka.h"

enum { LEAVES = 70000, MORE = 200, LEVELS = 3 };

/* A tree of 70,000 leaves, as in the specification: the hashes of each level, and its edge. */
static struct {
	struct hash levels[LEVELS][LEAVES + MORE];
	int64_t counts[LEVELS];
	struct tile_edge edge;
} * forest;

static void
keep(void *arg, int64_t level, int64_t index, const struct hash *hash)
{
	(void)arg;
	assert_true(level < LEVELS);
	assert_int_equal(index, forest->counts[level]);
	forest->levels[level][forest->counts[level]++] = *hash;
}

static void
ignore(void *arg, int64_t level, int64_t index, const struct hash *hash)
{
	(void)arg;
	(void)level;
	(void)index;
	(void)hash;
}

static void
add(int i)
{
	struct hash leaf;

	merkle_leaf(&i, sizeof(i), &leaf);
	tile_edge_append(&forest->edge, &leaf, keep, NULL);
}

static int
setup(void **state)
{
	(void)state;
	forest = calloc(1, sizeof(*forest));
	if (forest == NULL)
		return -1;
	tile_edge_begin(&forest->edge, 0);
	for (int i = 0; i < LEAVES; i++)
		add(i);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	free(forest);
	return 0;
}

static void
paths(void **state)
{
	static const struct {
		int64_t level;
		int64_t number;
		int64_t width;
		const char *path;
	} cases[] = {
		{0, 0, 256, "tile/0/000"},
		{0, 999, 256, "tile/0/999"},
		{1, 1000, 256, "tile/1/x001/000"},
		{0, 1234067, 256, "tile/0/x001/x234/067"},
		{3, 1234067, 12, "tile/3/x001/x234/067.p/12"},
		{0, INT64_C(72057594037927935), 255, "tile/0/x072/x057/x594/x037/x927/935.p/255"},
	};
	char path[TILE_PATH_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(
			tile_path(path, cases[i].level, cases[i].number, cases[i].width),
			cases[i].path);
}

/* "273 full level 0 tiles, one partial level 0 tile of width 112, one full level 1 tile, one partial
 * level 1 tile of width 17, and one partial level 2 tile of width 1" */
static void
has_the_tiles_of_the_specification(void **state)
{
	(void)state;
	assert_int_equal(forest->counts[0], LEAVES);
	assert_int_equal(forest->counts[1], 273);
	assert_int_equal(forest->counts[2], 1);
	assert_int_equal(forest->edge.tiles[0].number, 273);
	assert_int_equal(forest->edge.tiles[0].width, 112);
	assert_int_equal(forest->edge.tiles[1].number, 1);
	assert_int_equal(forest->edge.tiles[1].width, 17);
	assert_int_equal(forest->edge.tiles[2].number, 0);
	assert_int_equal(forest->edge.tiles[2].width, 1);
	assert_int_equal(forest->edge.tiles[3].width, 0);
	assert_int_equal(tile_width(LEAVES, 0, 272), 256);
	assert_int_equal(tile_width(LEAVES, 0, 273), 112);
	assert_int_equal(tile_width(LEAVES, 0, 274), 0);
	assert_int_equal(tile_width(LEAVES, 1, 1), 17);
	assert_int_equal(tile_width(LEAVES, 2, 0), 1);
	assert_int_equal(tile_width(256, 0, 0), 256);
	assert_int_equal(tile_width(256, 1, 0), 1);
}

static enum err
read_tiles(void *arg, int level, int64_t index, struct hash *out)
{
	struct tile_part part = tile_part_of(level, index);
	int64_t first = part.number * TILE_WIDTH + (int64_t)part.first;

	(void)arg;
	assert_true(first + (int64_t)part.count <= forest->counts[part.level]);
	merkle_root(&forest->levels[part.level][first], part.count, out);
	return ERR_OK;
}

static void
tiles_prove_what_the_leaves_do(void **state)
{
	static const int64_t indexes[] = {0, 1, 255, 256, 65535, 65536, 69887, 69888, 69999};
	const struct merkle_tree tree = {read_tiles, NULL};
	struct hash expected;
	struct hash root;

	(void)state;
	merkle_root(forest->levels[0], LEAVES, &expected);
	tile_edge_root(&forest->edge, &root);
	assert_true(hash_equal(&root, &expected));
	assert_int_equal(merkle_root_at(&tree, LEAVES, &root), ERR_OK);
	assert_true(hash_equal(&root, &expected));
	for (size_t i = 0; i < COUNT(indexes); i++) {
		struct merkle_proof proof;
		struct hash old;

		assert_int_equal(merkle_inclusion(&tree, indexes[i], LEAVES, &proof), ERR_OK);
		assert_true(merkle_included(indexes[i], LEAVES, &forest->levels[0][indexes[i]],
					    &proof, &root));
		merkle_root(forest->levels[0], (size_t)indexes[i], &old);
		assert_int_equal(merkle_consistency(&tree, indexes[i], LEAVES, &proof), ERR_OK);
		assert_true(merkle_consistent(indexes[i], LEAVES, &old, &root, &proof));
	}
}

/* An edge whose partial tiles were stored is the same as one that went on. */
static void
goes_on_from_its_tiles(void **state)
{
	struct tile_edge *again = calloc(1, sizeof(*again));
	struct hash expected;
	struct hash root;

	(void)state;
	assert_non_null(again);
	tile_edge_begin(again, LEAVES);
	for (int level = 0; level < TILE_LEVELS; level++) {
		assert_int_equal(again->tiles[level].number, forest->edge.tiles[level].number);
		assert_int_equal(again->tiles[level].width, forest->edge.tiles[level].width);
		again->tiles[level] = forest->edge.tiles[level];
	}
	for (int i = LEAVES; i < LEAVES + MORE; i++) {
		add(i);
		tile_edge_append(again, &forest->levels[0][i], ignore, NULL);
	}
	tile_edge_root(&forest->edge, &expected);
	tile_edge_root(again, &root);
	assert_true(hash_equal(&root, &expected));
	free(again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(has_the_tiles_of_the_specification),
		cmocka_unit_test(tiles_prove_what_the_leaves_do),
		cmocka_unit_test(goes_on_from_its_tiles),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
