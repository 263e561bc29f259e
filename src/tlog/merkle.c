#include "tlog/merkle.h"

#include <string.h>

bool
hash_equal(const struct hash *a, const struct hash *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

void
merkle_leaf(const void *data, size_t length, struct hash *out)
{
	const struct bytes parts[] = {{"\x00", 1}, {data, length}};

	sha256_parts(parts, COUNT(parts), out->bytes);
}

void
merkle_node(const struct hash *left, const struct hash *right, struct hash *out)
{
	unsigned char both[1 + 2 * SHA256_SIZE] = {1};

	memcpy(both + 1, left->bytes, SHA256_SIZE);
	memcpy(both + 1 + SHA256_SIZE, right->bytes, SHA256_SIZE);
	sha256(both, sizeof(both), out->bytes);
}

void
merkle_root(const struct hash *leaves, size_t count, struct hash *out)
{
	struct merkle_frontier frontier = {0};

	for (size_t i = 0; i < count; i++)
		merkle_append(&frontier, &leaves[i]);
	merkle_frontier_root(&frontier, out);
}

/* Subtrees of the same size become one, as a carry in an addition. */
void
merkle_append(struct merkle_frontier *frontier, const struct hash *leaf)
{
	struct hash *roots = frontier->roots;

	roots[frontier->count++] = *leaf;
	for (int64_t size = frontier->size; (size & 1) != 0; size >>= 1) {
		frontier->count--;
		merkle_node(&roots[frontier->count - 1], &roots[frontier->count],
			    &roots[frontier->count - 1]);
	}
	frontier->size++;
}

/* Roots of neighbouring subtrees, each at most as large as the one before, as one. */
static void
fold(const struct hash *roots, size_t count, struct hash *out)
{
	*out = roots[count - 1];
	for (size_t i = count - 1; i > 0; i--)
		merkle_node(&roots[i - 1], out, out);
}

void
merkle_frontier_root(const struct merkle_frontier *frontier, struct hash *out)
{
	if (frontier->count == 0)
		sha256("", 0, out->bytes);
	else
		fold(frontier->roots, frontier->count, out);
}

/* The root over leaves from begin to before end: begin is a multiple of the power of two that the
 * number of leaves does not exceed. */
static enum err
read_range(const struct merkle_tree *tree, int64_t begin, int64_t end, struct hash *out)
{
	struct hash roots[MERKLE_LEVELS];
	size_t count = 0;

	for (int level = MERKLE_LEVELS - 1; level >= 0; level--) {
		if (((end - begin) & (INT64_C(1) << level)) == 0)
			continue;
		TRY(tree->read(tree->arg, level, begin >> level, &roots[count++]));
		begin += INT64_C(1) << level;
	}
	fold(roots, count, out);
	return ERR_OK;
}

enum err
merkle_root_at(const struct merkle_tree *tree, int64_t size, struct hash *out)
{
	if (size > 0)
		return read_range(tree, 0, size, out);
	sha256("", 0, out->bytes);
	return ERR_OK;
}

/* The largest power of two that is less than n, for n > 1. */
static int64_t
split(int64_t n)
{
	int64_t k = 1;

	while (k < n - k)
		k *= 2;
	return k;
}

/* Proofs are found from the root down, and written from the leaf up. */
static void
reverse(struct merkle_proof *proof)
{
	for (size_t i = 0; i < proof->count / 2; i++) {
		struct hash kept = proof->path[i];

		proof->path[i] = proof->path[proof->count - 1 - i];
		proof->path[proof->count - 1 - i] = kept;
	}
}

enum err
merkle_inclusion(const struct merkle_tree *tree, int64_t index, int64_t size,
		 struct merkle_proof *out)
{
	int64_t begin = 0;
	int64_t end = size;

	out->count = 0;
	while (end - begin > 1) {
		int64_t middle = begin + split(end - begin);
		bool left = index < middle;

		TRY(read_range(tree, left ? middle : begin, left ? end : middle,
			       &out->path[out->count++]));
		if (left)
			end = middle;
		else
			begin = middle;
	}
	reverse(out);
	return ERR_OK;
}

enum err
merkle_consistency(const struct merkle_tree *tree, int64_t old, int64_t size,
		   struct merkle_proof *out)
{
	int64_t begin = 0;
	int64_t end = size;

	out->count = 0;
	if (old == 0)
		return ERR_OK;
	while (end != old) {
		int64_t middle = begin + split(end - begin);
		bool left = old <= middle;

		TRY(read_range(tree, left ? middle : begin, left ? end : middle,
			       &out->path[out->count++]));
		if (left)
			end = middle;
		else
			begin = middle;
	}
	/* The older root itself is known to the verifier of the proof. */
	if (begin > 0)
		TRY(read_range(tree, begin, end, &out->path[out->count++]));
	reverse(out);
	return ERR_OK;
}

/* The place of a node among those of its level, and that of the last one. */
struct place {
	int64_t node;
	int64_t last;
};

static void
rise(struct place *place)
{
	place->node >>= 1;
	place->last >>= 1;
}

/* Whether the next hash of a path is to the left; rises to where that hash is a sibling. */
static bool
is_left(struct place *place)
{
	if ((place->node & 1) == 0 && place->node != place->last)
		return false;
	while ((place->node & 1) == 0 && place->node != 0)
		rise(place);
	return true;
}

bool
merkle_included(int64_t index, int64_t size, const struct hash *leaf,
		const struct merkle_proof *proof, const struct hash *root)
{
	struct place place = {index, size - 1};
	struct hash found = *leaf;

	if (index < 0 || index >= size || proof->count > MERKLE_PROOF_MAX)
		return false;
	for (size_t i = 0; i < proof->count; i++) {
		if (place.last == 0)
			return false;
		if (is_left(&place))
			merkle_node(&proof->path[i], &found, &found);
		else
			merkle_node(&found, &proof->path[i], &found);
		rise(&place);
	}
	return place.last == 0 && hash_equal(&found, root);
}

bool
merkle_consistent(int64_t old, int64_t size, const struct hash *old_root, const struct hash *root,
		  const struct merkle_proof *proof)
{
	struct place place = {old - 1, size - 1};
	bool is_subtree = (old & (old - 1)) == 0; /* the proof need not contain it */
	size_t next = is_subtree ? 0 : 1;
	struct hash first;
	struct hash second;

	if (old < 0 || old > size || proof->count > MERKLE_PROOF_MAX)
		return false;
	if (old == 0 || old == size)
		return proof->count == 0 && (old == 0 || hash_equal(old_root, root));
	if (proof->count == 0)
		return false;
	while ((place.node & 1) != 0)
		rise(&place);
	first = second = is_subtree ? *old_root : proof->path[0];
	for (size_t i = next; i < proof->count; i++) {
		if (place.last == 0)
			return false;
		if (is_left(&place)) {
			merkle_node(&proof->path[i], &first, &first);
			merkle_node(&proof->path[i], &second, &second);
		} else {
			merkle_node(&second, &proof->path[i], &second);
		}
		rise(&place);
	}
	return place.last == 0 && hash_equal(&first, old_root) && hash_equal(&second, root);
}
