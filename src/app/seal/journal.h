/* journal.h - transactions of the journal, in its order, as leaves. */
#ifndef APP_SEAL_JOURNAL_H
#define APP_SEAL_JOURNAL_H

#include "base/ctx.h"
#include "tlog/leaf.h"

/* A transaction; the salt of its leaf is missing. */
struct journal_entry {
	int64_t transaction_id;
	enum mode mode;
	struct leaf leaf;
};

/* All transactions after an id, up to another one, in the arena. */
enum err journal_read(struct ctx *ctx, int64_t after, int64_t upto, struct journal_entry **out,
		      size_t *n) MUST_CHECK;
/* The hash of an entry with this salt. */
void journal_hash(struct leaf_hasher *hasher, const struct journal_entry *entry,
		  const unsigned char *salt, struct hash *out);

#endif
