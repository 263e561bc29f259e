/*
 * merkle.h - Merkle trees of a log (RFC 6962, RFC 9162 section 2.1), with SHA-256.
 *
 * A tree of n leaves only grows at its end. Everything is decided from hashes of perfect subtrees: the
 * one at a level has 2^level leaves, and its index is that of its first leaf divided by 2^level. A tree
 * is given by a function that reads them, so that no tree needs to be in memory.
 */
#ifndef TLOG_MERKLE_H
#define TLOG_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "crypto/hmac.h"

enum { MERKLE_LEVELS = 62, MERKLE_PROOF_MAX = MERKLE_LEVELS + 1 };

struct hash {
	unsigned char bytes[SHA256_SIZE];
};

bool hash_equal(const struct hash *a, const struct hash *b);
/* The hash of a leaf with this content, and of a node with these children. */
void merkle_leaf(const void *data, size_t length, struct hash *out);
void merkle_node(const struct hash *left, const struct hash *right, struct hash *out);
/* The root of a tree with these leaves; that of an empty one is the hash of nothing. */
void merkle_root(const struct hash *leaves, size_t count, struct hash *out);

/* What remains of a tree to which leaves are added: the roots of its perfect subtrees, largest first.
 * A zeroed one is empty. */
struct merkle_frontier {
	int64_t size; /* leaves so far */
	size_t count;
	struct hash roots[MERKLE_LEVELS];
};

void merkle_append(struct merkle_frontier *frontier, const struct hash *leaf);
void merkle_frontier_root(const struct merkle_frontier *frontier, struct hash *out);

/* Reads the hash of a perfect subtree. */
typedef enum err merkle_read(void *arg, int level, int64_t index, struct hash *out);

struct merkle_tree {
	merkle_read *read;
	void *arg;
};

/* The hashes of a proof, in the order of RFC 9162. */
struct merkle_proof {
	size_t count;
	struct hash path[MERKLE_PROOF_MAX];
};

/* The root of the tree's first leaves. */
enum err merkle_root_at(const struct merkle_tree *tree, int64_t size, struct hash *out) MUST_CHECK;
/* That a leaf (index < size) is in the tree of this size. */
enum err merkle_inclusion(const struct merkle_tree *tree, int64_t index, int64_t size,
			  struct merkle_proof *out) MUST_CHECK;
/* That the tree of this size begins with the one of the older size (0 <= old <= size). */
enum err merkle_consistency(const struct merkle_tree *tree, int64_t old, int64_t size,
			    struct merkle_proof *out) MUST_CHECK;

/* Whether a proof is valid; also false if sizes or lengths are impossible. */
bool merkle_included(int64_t index, int64_t size, const struct hash *leaf,
		     const struct merkle_proof *proof, const struct hash *root) MUST_CHECK;
bool merkle_consistent(int64_t old, int64_t size, const struct hash *old_root,
		       const struct hash *root, const struct merkle_proof *proof) MUST_CHECK;

#endif
