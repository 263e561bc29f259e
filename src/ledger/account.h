/* account.h - the books of a project, and the accounts in them. */
#ifndef LEDGER_ACCOUNT_H
#define LEDGER_ACCOUNT_H

#include "base/ctx.h"
#include "base/money.h"
#include "ledger/kernel.h"

/* The books of a project (0: the platform's own) in a mode; made when first needed. */
enum err ledger_of(struct ctx *ctx, int64_t project_id, enum mode mode,
		   int64_t *ledger_id) MUST_CHECK;

/* The public id of the one account of a kind that a ledger has in a currency: funding, fees, clearing.
 * It is computed, not looked up. */
struct uuid ledger_system_account(int64_t ledger_id, enum chart_kind kind, const char *currency);
/* Whether an id has the form of those: nobody but the ledger may name such an account. */
bool ledger_is_system_account(struct uuid id);
/* Make an account. System accounts of its ledger and currency come into being with it. */
enum err ledger_open_account(struct ctx *ctx, int64_t ledger_id, enum chart_kind kind,
			     const struct currency *currency, int64_t *account_id,
			     struct uuid *public_id) MUST_CHECK;

/* Make what accounts of these kinds a ledger does not have yet in a currency; without floor. */
enum err ledger_open_system_accounts(struct ctx *ctx, int64_t ledger_id, const int64_t *kinds,
				     size_t n, const struct currency *currency) MUST_CHECK;

#endif
