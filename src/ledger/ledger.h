/*
 * ledger.h - the only code that moves money.
 *
 * One posting path: ledger_post() locks accounts in id order, lets the kernel decide, and writes
 * transactions, postings, balances and holds set-based, in two round trips for any number of them. Where
 * wallets have limits, a third one between them locks and reads what is used of those (limit_store.h).
 * ledger_submit() is the same path, shared by all threads of the process: requests that arrive
 * while one batch commits form the next.
 *
 * Operations that also change other data call ledger_post() in their own db_transact(). Everything
 * else uses ledger_submit().
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "base/ctx.h"
#include "ledger/kernel.h"

struct committer;
struct batcher;

/*
 * Post within the caller's db_transact(). Each transaction gets its own err; the call itself fails
 * only if the database did. Refused transactions write nothing.
 */
enum err ledger_post(struct ctx *ctx, struct ledger_transaction **transactions,
		     size_t n) MUST_CHECK;

/* Post one transaction by group commit; when it returns ERR_OK it is durable. In an open
 * transaction of the caller it is the same as ledger_post(). Reports a refusal as a fault. */
enum err ledger_submit(struct ctx *ctx, struct ledger_transaction *transaction) MUST_CHECK;

/* The refusal of a transaction as a fault of the request. */
enum err ledger_report(struct ctx *ctx, const struct ledger_transaction *transaction);

/* Group commit for a process. It has its own connection. app outlives it. */
struct committer *committer_new(const struct app *app);
void committer_free(struct committer *committer);

/* The content of a transaction as a digest that identifies equal requests: type, ledger,
 * currency, postings with their rules, conditions, hold and whether it is kept, reversal, highest fee and
 * metadata (canonical JSON), length-prefixed. Without the fee: the same order is the same request, whatever
 * is charged for it. */
void ledger_content(struct ctx *ctx, struct ledger_transaction *transaction);

#endif
