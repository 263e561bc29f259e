/* account.h - the ledger of a project, and its accounts. */
#ifndef LEDGER_ACCOUNT_H
#define LEDGER_ACCOUNT_H

#include "base/ctx.h"
#include "base/money.h"
#include "ledger/kernel.h"

/* The ledger of a project (0: the platform's own) in a mode; created on first use. */
enum err ledger_of(struct ctx *ctx, int64_t project_id, enum mode mode,
		   int64_t *ledger_id) MUST_CHECK;

/* The public id of the only account of a kind in a ledger and currency: funding, fees, clearing.
 * It is computed, not looked up. */
struct uuid ledger_system_account(int64_t ledger_id, enum chart_kind kind, const char *currency);
/* Whether an id has this form: only the ledger may use such accounts. */
bool ledger_is_system_account(struct uuid id);
/* Create an account. System accounts of its ledger and currency are created with it. */
enum err ledger_open_account(struct ctx *ctx, int64_t ledger_id, enum chart_kind kind,
			     const struct currency *currency, int64_t *account_id,
			     struct uuid *public_id) MUST_CHECK;

/* Create the missing accounts of these kinds of a ledger in a currency; without floor. */
enum err ledger_open_system_accounts(struct ctx *ctx, int64_t ledger_id, const int64_t *kinds,
				     size_t n, const struct currency *currency) MUST_CHECK;

#endif
