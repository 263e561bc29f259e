/* limit_store.h - loads the limits of accounts, and stores what is used of them. Internal to ledger/. */
#ifndef LEDGER_LIMIT_STORE_H
#define LEDGER_LIMIT_STORE_H

#include "ledger/ledger.h"

struct rows;

/* The limits of accounts. */
struct limit_set {
	struct ledger_limit *limits;
	size_t count;
};

/* Find the limits of locked accounts and give them to these, after locking what is used of them. Subjects that are new to
 * a rule are counted from the journal. */
enum err limits_load(struct ctx *ctx, struct ledger_account *accounts, size_t n,
		     struct limit_set *set) MUST_CHECK;
/* The same for a batch, if one of its transactions is in a ledger that has limits: a row of limited for each. */
enum err limits_load_batch(struct ctx *ctx, const struct rows *limited, int column,
			   struct ledger_batch *batch) MUST_CHECK;
/* Find out when there is enough for the refused transactions of a decided batch. Before anything is deferred. */
enum err limits_explain(struct ctx *ctx, const struct ledger_batch *batch) MUST_CHECK;
/* The same for one. */
enum err limits_explain_one(struct ctx *ctx, struct ledger_exceeded *exceeded) MUST_CHECK;
/* Write what the batch has used, together with the commit. */
void limits_store(struct ctx *ctx, const struct ledger_batch *batch);

/* Report an exceeded limit as a fault. Who may not know about the wallet that receives is not told more. */
enum err limits_refuse(struct ctx *ctx, const struct ledger_exceeded *exceeded);

#endif
