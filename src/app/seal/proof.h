/* proof.h - proofs from the stored trees: of a transaction, and between two sizes. */
#ifndef APP_SEAL_PROOF_H
#define APP_SEAL_PROOF_H

#include "base/ctx.h"
#include "tlog/leaf.h"

/* That a transaction is in the tree of a signed checkpoint. */
struct seal_proof {
	bool sealed; /* false: it is not yet, and nothing else is set */
	int64_t index;
	int64_t size;
	struct bytes leaf;
	const unsigned char *salt; /* from which the salts of its commitments are derived */
	struct leaf content;       /* what the leaf was made of */
	struct merkle_proof path;
	const char *checkpoint; /* the newest one */
};

/* By the internal id of a transaction of this mode. ERR_CONFLICT if its postings are detached. */
enum err seal_prove(struct ctx *ctx, enum mode mode, int64_t transaction_id,
		    struct seal_proof *out) MUST_CHECK;
/* That the tree of this size begins with the one of the older size. ERR_NOT_FOUND if the tree has no
 * such sizes. */
enum err seal_prove_growth(struct ctx *ctx, enum mode mode, int64_t old, int64_t size,
			   struct merkle_proof *out) MUST_CHECK;

#endif
