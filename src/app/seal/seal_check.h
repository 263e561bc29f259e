/*
 * seal_check.h - whether the journal is the one that was sealed.
 *
 * Every leaf is made again from the journal and compared with the stored hash, and the trees are made
 * again from the leaves. Somebody who can write to the database can change both, but not a checkpoint that was
 * kept elsewhere: a witness.
 */
#ifndef APP_SEAL_SEAL_CHECK_H
#define APP_SEAL_SEAL_CHECK_H

#include "base/ctx.h"
#include "ledger/verify.h"
#include "tlog/checkpoint.h"

struct witness {
	const char *name; /* for messages: its file */
	struct checkpoint checkpoint;
	const char *problem; /* afterwards: why it is not of this journal; NULL: it is */
};

/* Check both trees, and look whether they contain the witnesses' checkpoints. The first violations, each
 * a sentence, in the order of the journal. Of the scope, since_id is heeded: leaves of older
 * transactions are not made again. Memory does not grow with the journal. */
enum err seal_check(struct ctx *ctx, const struct ledger_check_scope *scope,
		    struct witness *witnesses, size_t witness_count, const char *const **problems,
		    size_t *n) MUST_CHECK;

#endif
