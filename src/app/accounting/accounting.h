/*
 * accounting.h - the general ledger: a chart of accounts that administrators can extend, journal
 * entries of many lines, the trial balance.
 *
 * An entry is one transaction in the platform's live ledger, so it is balanced, final and dated by
 * the database. Its lines are stored as written; its postings are pairs that sum up the change of
 * each account.
 */
#ifndef APP_ACCOUNTING_ACCOUNTING_H
#define APP_ACCOUNTING_ACCOUNTING_H

#include "base/ctx.h"
#include "base/money.h"
#include "base/value.h"

/* Lines of an entry; kinds of account from this number on were created by administrators. */
enum { JOURNAL_LINES_MAX = 64, MANUAL_KIND_MIN = 1000 };

enum ledger_side { SIDE_DEBIT = 1, SIDE_CREDIT };

extern const char *const ledger_side_words[];

struct chart_account {
	int64_t kind;
	const char *code;
	const char *name;
	const char *type; /* asset, liability, equity, revenue, expense */
	enum ledger_side normal_side;
	bool is_system; /* posted to by the server itself */
	struct instant created_at;
};

/* ERR_CONFLICT if the code is taken. */
enum err chart_add(struct ctx *ctx, const struct chart_account *in,
		   struct chart_account *out) MUST_CHECK;
/* All accounts, in order of their codes. */
enum err chart_list(struct ctx *ctx, struct list *out) MUST_CHECK;

/* Balance of an account in a currency of test or live money, on its normal side. */
struct chart_balance {
	enum mode mode;
	const char *currency;
	struct total balance;
};

/* A posting on an account. */
struct chart_entry {
	int64_t transaction_id;
	struct uuid public_id;
	const char *reference;
	const char *description;
	enum ledger_side dc;
	struct money amount;
	const char *currency;
	enum mode mode;
	struct instant created_at;
};

struct chart_detail {
	struct chart_account account;
	struct list balances; /* of struct chart_balance */
	struct list entries;  /* of struct chart_entry, newest first */
};

/* In the ledger of a mode. ERR_ACCOUNT_NOT_FOUND. The entries of customers' wallets are not
 * listed here: they have statements. */
enum err chart_get(struct ctx *ctx, const char *code, enum mode mode, int64_t before, int64_t most,
		   struct chart_detail *out) MUST_CHECK;

struct journal_line {
	const char *account_code;
	enum ledger_side dc;
	struct decimal amount; /* of an order */
	const char *memo;
	const char *currency; /* in an order: that of the entry, if any */
	struct money value;   /* of an answer */
	const char *account_name;
};

struct journal_entry {
	int64_t transaction_id;
	struct uuid public_id;
	const char *reference;
	const char *description;
	const char *currency; /* NULL in an order: ZAR */
	struct money total;   /* of the debits, and of the credits */
	struct instant created_at;
	struct list lines; /* of struct journal_line */
};

/*
 * In the caller's transaction. Atomic: ERR_VALIDATION, ERR_UNBALANCED_ENTRY, ERR_ACCOUNT_NOT_FOUND,
 * ERR_CONTROL_ACCOUNT for accounts that only the server posts to, ERR_DUPLICATE_REFERENCE for any
 * reference that the ledger already has.
 */
enum err journal_post(struct ctx *ctx, const struct journal_entry *in,
		      struct journal_entry *out) MUST_CHECK;
/* Newest first, below before (0: from the newest); reference NULL: any. */
enum err journal_list(struct ctx *ctx, const char *reference, int64_t before, int64_t most,
		      struct list *out) MUST_CHECK;

#endif
