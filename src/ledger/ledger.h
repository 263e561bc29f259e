/*
 * ledger.h - the only code that moves money.
 *
 * One posting path: ledger_post() locks accounts in id order, lets the kernel
 * decide, and writes transactions, postings, balances and holds set-based; two
 * round trips however many there are. ledger_submit() is the same path, shared by
 * all threads of the process: what arrives while one batch commits is the next.
 *
 * Operations that change more than money call ledger_post() in their own
 * db_transact(). Everything else uses ledger_submit().
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "base/ctx.h"
#include "base/money.h"
#include "ledger/kernel.h"

struct committer;
struct batcher;

/*
 * Post within the caller's db_transact(). Each transaction gets its own err; the
 * call itself fails only if the database did. What was refused wrote nothing.
 */
enum err ledger_post(struct ctx *ctx, struct ledger_transaction **transactions,
		     size_t n) MUST_CHECK;

/* Post one transaction by group commit; when it returns ERR_OK it is durable. In an open
 * transaction of the caller it is the same as ledger_post(). Reports a refusal as a fault. */
enum err ledger_submit(struct ctx *ctx, struct ledger_transaction *transaction) MUST_CHECK;

/* The refusal of a transaction as a fault of the request. */
enum err ledger_report(struct ctx *ctx, const struct ledger_transaction *transaction);

/* Group commit for a process. It has a connection of its own. app outlives it. */
struct committer *committer_new(const struct app *app);
void committer_free(struct committer *committer);

/* The content of a transaction as the digest that tells equal requests from others: type, ledger,
 * currency, postings, hold, reversal and metadata (canonical JSON), length-prefixed. */
void ledger_content(struct ctx *ctx, struct ledger_transaction *transaction);

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

/* An order to set money aside. */
struct hold_order {
	int64_t ledger_id;
	struct uuid account;
	const char *currency;
	int64_t amount; /* minor units, > 0 */
	const char *reference;
	const char *metadata;
	int64_t lifetime_s;
	unsigned char content[CONTENT_SIZE];
};

/* A hold as it stands. */
struct hold {
	int64_t hold_id;
	struct uuid public_id;
	struct uuid account;
	int64_t ledger_id;
	int64_t amount;
	int64_t captured;
	int64_t status;
	const char *currency;
	const char *reference;
	const char *metadata;
	struct bytes content;
	struct instant created_at;
	struct instant expires_at;
	struct instant closed_at;
	struct uuid transaction; /* of the capture, or nil */
	bool replayed;
};

/* Set money aside, in the caller's db_transact(). The same order again gives the first hold with
 * replayed set; the same reference with other content is ERR_DUPLICATE_REFERENCE. */
enum err hold_place(struct ctx *ctx, const struct hold_order *order, struct hold *out) MUST_CHECK;
/* Give it back, in the caller's db_transact(). ERR_HOLD_CLOSED if it is not active. */
enum err hold_void(struct ctx *ctx, int64_t ledger_id, struct uuid id, struct hold *out) MUST_CHECK;
enum err hold_get(struct ctx *ctx, int64_t ledger_id, struct uuid id, struct hold *out) MUST_CHECK;
/* Told of a hold that has expired, in the transaction that gives it back. */
typedef enum err hold_listener(struct ctx *ctx, const struct ledger_hold *hold,
			       const char *currency);
/* Give back every hold that has expired, some at a time; how many. listener may be NULL. */
enum err hold_expire_due(struct ctx *ctx, hold_listener *listener, int64_t *expired) MUST_CHECK;

/*
 * Speak for a reference in the caller's db_transact(): until it is released, every posting under it
 * is ERR_DUPLICATE_REFERENCE. *reserved is false if it was used or is spoken for. One that was just
 * being posted under may be reserved all the same: who releases one before posting under it must
 * be ready for ERR_DUPLICATE_REFERENCE.
 */
enum err reference_reserve(struct ctx *ctx, int64_t ledger_id, const char *reference,
			   struct uuid holder, bool *reserved) MUST_CHECK;
/* Let go of it, if it is the holder's. */
enum err reference_release(struct ctx *ctx, int64_t ledger_id, const char *reference,
			   struct uuid holder) MUST_CHECK;

/* A line of the trial balance: a kind of account in one currency of one mode. */
struct trial_line {
	const char *code;
	const char *name;
	const char *class;
	const char *mode;
	const char *currency;
	int64_t accounts;
	wide_int debit;
	wide_int credit;
};

/* The trial balance over all books of a mode, or of both (NULL): by mode and currency. */
enum err ledger_trial_balance(struct ctx *ctx, const char *mode, struct trial_line **lines,
			      size_t *n) MUST_CHECK;

/* Where an account stood: its balance, and the number of its last posting, 0 for none. */
struct ledger_position {
	int64_t balance;
	int64_t sequence;
};

/* The position of an account after its last posting at or before a time. */
enum err ledger_position_at(struct ctx *ctx, struct uuid account, struct instant at,
			    struct ledger_position *out) MUST_CHECK;

#endif
