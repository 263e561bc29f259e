/*
 * leaf.h - the canonical bytes of a transaction, which are sealed. docs/seals.md defines them.
 *
 * A leaf is lines of UTF-8 text. What identifies nobody is in it as it is: ids, type, time, amounts.
 * Reference, metadata and balances are there as commitments: SHA-256 of a salt and the value. The salt
 * of each is derived from one that the transaction has, so a value can be shown without the others, and
 * a value whose salt is gone can't be guessed.
 */
#ifndef TLOG_LEAF_H
#define TLOG_LEAF_H

#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/text.h"
#include "tlog/merkle.h"

/* The first line. */
#define LEAF_VERSION "cowry-transaction/1"

enum { LEAF_SALT_SIZE = 16 };

struct leaf_posting {
	int64_t line;
	const char *currency;
	struct uuid from;
	struct uuid to;
	int64_t amount; /* minor units */
	int64_t from_balance;
	int64_t to_balance;
	int64_t from_sequence;
	int64_t to_sequence;
};

struct leaf {
	const char *mode;
	struct uuid project; /* nil: the platform's own ledger */
	struct uuid id;
	const char *type;
	struct instant time;
	struct uuid reverses; /* nil: none */
	const char *reference;
	const char *metadata; /* JSON as PostgreSQL writes jsonb */
	const unsigned char *salt;
	const struct leaf_posting *postings;
	size_t count;
};

/* RFC 3339 in UTC, with microseconds: as in a leaf. */
const char *leaf_time(struct arena *arena, struct instant time);
/* The state of an account: "<balance> <sequence>". */
const char *leaf_state(struct arena *arena, int64_t balance, int64_t sequence);
struct bytes leaf_text(struct arena *arena, const struct leaf *leaf);

/* Hashes leaves, one after the other, in one thread. */
struct leaf_hasher;
struct leaf_hasher *leaf_hasher_new(void) __attribute__((returns_nonnull));
void leaf_hasher_free(struct leaf_hasher *hasher);
void leaf_hash(struct leaf_hasher *hasher, const struct leaf *leaf, struct hash *out);

/* What opens a commitment of a leaf. The names are "reference", "metadata", "from 0" and "to 0", with the
 * line of a posting; the value of the last two is "<balance> <sequence>". */
void leaf_field_salt(const unsigned char salt[LEAF_SALT_SIZE], const char *name, struct hash *out);
void leaf_commit(const struct hash *field_salt, const char *value, struct hash *out);

#endif
