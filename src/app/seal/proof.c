#include "app/seal/proof.h"

#include "app/seal/journal.h"
#include "app/seal/tree.h"
#include "base/word.h"
#include "db/row.h"
#include "tlog/checkpoint.h"

/* The leaf as it is now. Its hash must be the stored one, or the proof would not hold. */
static enum err
read_leaf(struct ctx *ctx, const struct merkle_tree *tree, int64_t transaction_id,
	  struct seal_proof *proof)
{
	struct journal_entry *entries;
	struct hash stored;
	struct hash hash;
	size_t n;

	TRY(journal_read(ctx, transaction_id - 1, transaction_id, &entries, &n));
	if (n == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, NULL);
	proof->content = entries[0].leaf;
	proof->content.salt = proof->salt;
	proof->leaf = leaf_text(ctx->arena, &proof->content);
	merkle_leaf(proof->leaf.data, proof->leaf.length, &hash);
	TRY(tree->read(tree->arg, 0, proof->index, &stored));
	if (!hash_equal(&hash, &stored))
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "The transaction can't be read as it was sealed");
	return ERR_OK;
}

enum err
seal_prove(struct ctx *ctx, enum mode mode, int64_t transaction_id, struct seal_proof *out)
{
	struct merkle_tree hashes = tree_hashes(ctx, mode);
	struct checkpoint checkpoint;
	struct stored_tree tree;
	struct rows rows;

	*out = (struct seal_proof){0};
	TRY(tree_find(ctx, mode, &tree));
	TRY(db_run(ctx, SQL_seal_leaf_find, &rows,
		   PARAMS(p_word(mode_words, mode), p_int(transaction_id))));
	if (rows.count == 0 || tree.checkpoint == NULL ||
	    !checkpoint_of_note(ctx->arena, tree.checkpoint, &checkpoint) ||
	    row_int(&rows, 0, 0) >= checkpoint.size)
		return ERR_OK;
	out->index = row_int(&rows, 0, 0);
	out->salt = row_bytes(&rows, 0, 1).data;
	out->size = checkpoint.size;
	out->checkpoint = tree.checkpoint;
	TRY(read_leaf(ctx, &hashes, transaction_id, out));
	TRY(merkle_inclusion(&hashes, out->index, out->size, &out->path));
	out->sealed = true;
	return ERR_OK;
}

enum err
seal_prove_growth(struct ctx *ctx, enum mode mode, int64_t old, int64_t size,
		  struct merkle_proof *out)
{
	struct merkle_tree hashes = tree_hashes(ctx, mode);
	struct stored_tree tree;

	TRY(tree_find(ctx, mode, &tree));
	if (old < 0 || old > size || size > tree.size)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL,
			     "The tree has %lld transactions: there is no such proof",
			     (long long)tree.size);
	return merkle_consistency(&hashes, old, size, out);
}
