/* balance.h - the trial balance, and balances at a time. */
#ifndef LEDGER_BALANCE_H
#define LEDGER_BALANCE_H

#include "base/ctx.h"
#include "base/money.h"

/* A line of the trial balance: a kind of account in one currency of one mode. */
struct trial_line {
	const char *code;
	const char *name;
	const char *class;
	enum mode mode;
	const char *currency;
	int64_t accounts;
	wide_int debit;
	wide_int credit;
};

/* The trial balance over all ledgers of a mode, or of both (0): by mode and currency. */
enum err ledger_trial_balance(struct ctx *ctx, enum mode mode, struct trial_line **lines,
			      size_t *n) MUST_CHECK;

/* A position of an account: its balance, and the number of its last posting, 0 for none. */
struct ledger_position {
	int64_t balance;
	int64_t sequence;
};

/* The position of an account after its last posting at or before a time. */
enum err ledger_position_at(struct ctx *ctx, struct uuid account, struct instant at,
			    struct ledger_position *out) MUST_CHECK;

/* Whether any of the account's postings with numbers above after, up to until, is in a part of the journal
 * that is archived elsewhere, so that it can't be read. */
enum err ledger_detached(struct ctx *ctx, int64_t account_id, int64_t after, int64_t until,
			 bool *out) MUST_CHECK;

#endif
