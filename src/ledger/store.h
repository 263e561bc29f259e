/* store.h - loads the kernel's input, and stores its decisions. Internal to ledger/. */
#ifndef LEDGER_STORE_H
#define LEDGER_STORE_H

#include "ledger/ledger.h"

/* Lock the accounts with these public ids in id order and read them, sorted by public id. */
enum err store_lock_accounts(struct ctx *ctx, const struct uuid *ids, size_t n,
			     struct ledger_account **accounts, size_t *count) MUST_CHECK;
/* Write the balances of the accounts that changed, together with the commit. */
void store_accounts(struct ctx *ctx, const struct ledger_account *accounts, size_t n);
/* Write the holds that changed, together with the commit; captured by one of the transactions. */
void store_holds(struct ctx *ctx, const struct ledger_hold *holds, size_t n,
		 struct ledger_transaction *const *transactions);
/* Write which postings of the transactions are fees. */
void store_fees(struct ctx *ctx, struct ledger_transaction *const *posted, size_t n);
/* Rows of account_lock and hold_lock as the kernel's structs, sorted by public id. */
struct rows;
struct ledger_account *store_read_accounts(struct ctx *ctx, const struct rows *rows);
struct ledger_hold *store_read_holds(struct ctx *ctx, const struct rows *rows);

#endif
