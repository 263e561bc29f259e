/* receipt_check.h - whether a receipt is valid, from itself and the key of its signer. */
#ifndef APP_SEAL_RECEIPT_CHECK_H
#define APP_SEAL_RECEIPT_CHECK_H

#include "app/seal/receipt.h"
#include "base/text.h"
#include "tlog/note.h"

enum { RECEIPT_SIZE_MAX = 4 << 20 };

/*
 * Read a receipt and check all of it: the leaf is that of its content, the openings are of the leaf's
 * commitments, the leaf is in the tree, and one of the keys has signed the tree. NULL if it is valid; else what
 * differs, in a sentence. Texts of *out have no control characters, but for leaf and checkpoint.
 */
const char *receipt_check(struct arena *arena, struct bytes text, const struct note_key *keys,
			  size_t count, struct receipt *out);

#endif
