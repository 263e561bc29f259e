/* wallet.h - wallets of projects: ledger accounts with an owner. */
#ifndef APP_WALLET_WALLET_H
#define APP_WALLET_WALLET_H

#include "app/wallet/transaction.h"
#include "base/ctx.h"
#include "base/money.h"
#include "base/value.h"

struct batcher;

enum wallet_status { WALLET_ACTIVE = 1, WALLET_FROZEN, WALLET_CLOSED };

extern const char *const wallet_status_words[];

/* Of a wallet whose account has an enum account_status. */
enum wallet_status wallet_status_of(int64_t account_status);
/* And the other way round. */
int64_t wallet_account_status(enum wallet_status status);

struct wallet_facts {
	struct uuid id;
	struct uuid project;
	struct uuid project_account;
	const char *currency;
	enum wallet_status status;
	enum mode mode;
	struct instant created_at;
};

struct wallet_balance {
	const char *currency;
	struct money ledger;    /* balance including holds */
	struct money available; /* balance excluding holds */
	struct money held;
	struct moment at; /* a requested point in time */
};

struct wallet {
	struct wallet_facts facts;
	struct wallet_balance balance;
	int64_t account_id;
	int64_t sequence; /* number of postings */
};

struct wallet_order {
	const char *currency;
	struct uuid project_account; /* nil: no customer */
};

/* All of these act for the calling project key: its project, its mode. */
enum err wallet_create(struct ctx *ctx, const struct wallet_order *in,
		       struct wallet *out) MUST_CHECK;
/* Outside a transaction, concurrent reads of all threads are combined into one query. */
enum err wallet_get(struct ctx *ctx, struct uuid id, struct wallet *out) MUST_CHECK;
/* The batcher for app->wallet_reads. */
struct batcher *wallet_reads(size_t batch_max);

struct wallet_filter {
	int64_t after; /* account_id of the last one of the previous page; 0: from the newest */
	int64_t most;
	const char *currency;
	struct uuid project_account;
};

enum err wallet_list(struct ctx *ctx, const struct wallet_filter *filter, struct wallet **out,
		     size_t *n) MUST_CHECK;
/* Active or frozen: a frozen wallet can neither send nor receive. */
enum err wallet_set_status(struct ctx *ctx, struct uuid id, enum wallet_status status,
			   struct wallet *out) MUST_CHECK;
/* The ledger balance after the last posting at or before a time; available and held are known
 * for the current time only. */
enum err wallet_balance_at(struct ctx *ctx, struct uuid id, struct moment at,
			   struct wallet_balance *out) MUST_CHECK;

enum line_direction { DIRECTION_IN = 1, DIRECTION_OUT };

extern const char *const line_direction_words[];

/* One line of a wallet's history. */
struct wallet_line {
	int64_t sequence; /* number in the history, from 1 */
	struct uuid id;   /* of the transaction */
	const char *reference;
	enum transaction_type type;
	enum transaction_status status; /* completed */
	enum line_direction direction;
	struct money amount;
	struct money balance; /* after it */
	const char *currency;
	struct uuid counterparty; /* the other wallet, or nil */
	struct uuid reverses;
	bool is_fee; /* the fee of the transaction, or what a reversal gives back of it */
	struct json_value metadata;
	struct instant created_at;
};

/* What a line is, in a statement: "fee", or the type of its transaction. */
const char *wallet_line_type(const struct wallet_line *line);

/* Newest first, below before (0: from the newest). */
enum err wallet_history(struct ctx *ctx, struct uuid id, int64_t before, int64_t most,
			struct wallet_line **out, size_t *n) MUST_CHECK;

/* The same of any account, without checking the owner, and without counterparties: they are not read. */
enum err wallet_lines(struct ctx *ctx, int64_t account_id, int64_t before, int64_t most,
		      struct wallet_line **out, size_t *n) MUST_CHECK;

/* The lines with the next numbers after this one, oldest first, also without metadata; fewer if the history ends
 * before, or some are in a part of the journal that is archived elsewhere. */
enum err wallet_lines_after(struct ctx *ctx, int64_t account_id, int64_t after, int64_t most,
			    struct wallet_line **out, size_t *n) MUST_CHECK;

/* The location of a wallet of any project or user, by UUID, 13-digit number or label;
 * ERR_NOT_FOUND, also for a closed one. */
struct wallet_place {
	struct uuid id;
	int64_t account_id;
	int64_t ledger_id;
	const char *currency;
	const char *number; /* a user's; else NULL */
	int64_t user_id;    /* owner: a user, */
	int64_t project_id; /* or a project */
};
enum err wallet_anywhere(struct ctx *ctx, const char *id, struct wallet_place *out) MUST_CHECK;
/* The same for who may see it: its project, in the mode of the key; its user; an administrator. ERR_NOT_FOUND for any
 * other. */
enum err wallet_visible(struct ctx *ctx, const char *id, struct wallet_place *out) MUST_CHECK;

#endif
