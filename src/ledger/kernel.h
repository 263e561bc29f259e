/*
 * kernel.h - the rules of the ledger, without I/O.
 *
 * ledger_apply() takes the state of accounts and holds, and transactions in order of arrival,
 * decides each one, and changes accounts and holds in memory. It is deterministic. A refused
 * transaction changes nothing, and does not affect others. Storage loads the input and stores the
 * result.
 *
 * Balances are credit-positive minor units; a posting takes its amount from one account and gives
 * it to another, so that sums never change.
 */
#ifndef LEDGER_KERNEL_H
#define LEDGER_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/text.h"
#include "ledger/limit.h"

struct arena;
struct requester;

enum { POSTINGS_MAX = 200, CONTENT_SIZE = 32 };

/* All of a whole, as a share. */
#define SHARE_WHOLE INT64_C(100000000)
/* Digits after the point of a percentage that is a number of SHARE_WHOLE. */
enum { SHARE_DECIMALS = 6 };

enum chart_kind {
#define CHART(symbol, kind, code, class, credit_normal) ACCOUNT_##symbol = (kind),
#include "ledger/chart.def"
#undef CHART
};

enum transaction_type {
	TRANSACTION_NONE,
#define TRANSACTION(symbol, word, policy) TRANSACTION_##symbol,
#include "ledger/types.def"
#undef TRANSACTION
};

extern const char *const transaction_type_words[];

enum limit_policy limit_policy(enum transaction_type type);

enum account_status { ACCOUNT_ACTIVE, ACCOUNT_FROZEN, ACCOUNT_CLOSED };

struct ledger_account {
	int64_t account_id;
	struct uuid public_id;
	int64_t ledger_id;
	int64_t kind; /* enum chart_kind */
	const char *currency;
	bool has_floor;
	int64_t floor;  /* least of balance - held, where has_floor */
	int64_t status; /* enum account_status */
	int64_t balance;
	int64_t held;
	int64_t sequence;             /* number of postings */
	struct instant last_at;       /* of the last posting or hold: the next one is not earlier */
	bool changed;                 /* set by the kernel */
	struct ledger_limit **limits; /* that it has, with others or alone */
	size_t limit_count;
};

enum hold_status { HOLD_ACTIVE, HOLD_CAPTURED, HOLD_VOIDED, HOLD_EXPIRED };

struct ledger_hold {
	int64_t hold_id;
	struct uuid public_id;
	int64_t ledger_id;
	struct uuid account;        /* public id of the account */
	int64_t amount;             /* what is held */
	int64_t captured_before;    /* while it stayed active; not in amount any more */
	int64_t captured;           /* by the transaction that ended it */
	int64_t status;             /* enum hold_status */
	enum transaction_type type; /* what it will be posted as */
	struct instant expires_at;
	size_t captured_by; /* index of the transaction that ended it */
	bool changed;       /* set by the kernel */
};

/* A transaction between two accounts, named by public id. */
struct posting {
	struct uuid from;
	struct uuid to;
	int64_t amount; /* > 0, if it is given */
};

enum posting_amount {
	AMOUNT_GIVEN,
	AMOUNT_ALL, /* what its account has available then */
	AMOUNT_SHARE, /* of a whole, rounded down; the last share gets the rest if all of it is shared out */
	AMOUNT_REST, /* what given amounts and shares from the same account leave of a whole */
};

/* Currency and amount of a posting that is not simply in the currency, and of the amount, that are given. One that moves
 * nothing is left out. */
struct posting_rule {
	const char *currency; /* NULL: that of the transaction */
	enum posting_amount amount;
	int64_t share; /* of SHARE_WHOLE */
	int64_t of;    /* the whole; 0: what the account has available before the transaction */
};

/* What must be true of an account, or nothing is posted. */
struct ledger_condition {
	struct uuid account;
	bool has_least;
	int64_t least; /* available after the transaction */
	bool has_sequence;
	int64_t sequence; /* of the last posting before it */
};

/* The effect of a posting on its two accounts. */
struct posting_result {
	int64_t from_balance, to_balance;
	int64_t from_sequence, to_sequence;
	int64_t amount; /* that was moved */
};

/* A transaction that the database already has under the same reference. */
struct known_transaction {
	int64_t transaction_id;
	struct uuid public_id;
	int64_t ledger_id;
	const char *reference;
	struct bytes content;
	struct instant created_at;
	int64_t amount; /* of its first posting, as are balances and sequences */
	int64_t from_balance, to_balance;
	int64_t from_sequence, to_sequence;
};

/* What earlier transactions gave back of one. */
struct reversed_transaction {
	int64_t transaction_id;
	int64_t amount;
};

/*
 * An Idempotency-Key, which storage keeps with the transaction that it came with; a replayed one is posted
 * without. ERR_IDEMPOTENCY_RUNNING: the key has been used, and nothing is posted.
 */
struct ledger_key {
	const char *principal; /* who sent it */
	const char *key;
	unsigned char hash[CONTENT_SIZE]; /* of the whole request */
	int64_t status;                   /* of the answer, if it is posted */
	int64_t lifetime_s;
};

/* The request, and below the line the result. */
struct ledger_transaction {
	int64_t ledger_id;
	const char *currency;
	const char *reference; /* unique in its ledger */
	enum transaction_type type;
	const char *metadata;                /* a JSON object */
	unsigned char content[CONTENT_SIZE]; /* digest of the request */
	int64_t reverses;                    /* transaction that this one reverses, or 0 */
	int64_t reversible; /* amount that may be given back of it, in parts; 0: once, as a whole */
	struct uuid hold;   /* hold that this one captures, or nil */
	bool keeps_hold;    /* what it does not capture stays held; otherwise it is released */
	int64_t authority; /* API key that must be valid when this is posted, or 0; checked by storage */
	const struct ledger_key *key; /* NULL: none; for storage, as is authority */
	bool from_closed;             /* it may debit money left on a closed account */
	bool settles;                 /* what has moved elsewhere already: no limit refuses it */
	bool stopped;                 /* nothing new is posted in its ledger; set by storage */
	const struct requester
		*requester; /* client that must still wait for it, or NULL; checked by storage */
	const struct posting *postings;
	size_t count;
	const struct posting_rule *
		rules; /* one for each posting, or NULL; neither they nor conditions are for captures */
	const struct ledger_condition *conditions;
	size_t condition_count;
	bool has_fee;        /* one posting is its fee (fee.h); not with rules */
	int64_t fee_version; /* whose fee it is; for storage */
	bool has_fee_most;
	int64_t fee_most; /* a higher fee is ERR_FEE_EXCEEDS_MAXIMUM */
	bool on_terms;    /* ERR_FEES_CHANGED unless its ledger has these; checked by storage */
	int64_t terms;

	enum err err;              /* ERR_OK: posted, or already posted */
	bool replayed;             /* already posted, with the same content */
	bool kept_hold;            /* the hold that it captured from is still active */
	int64_t transaction_id;    /* given by storage before the kernel runs */
	struct uuid public_id;     /* the same; the earlier one's if replayed */
	struct instant created_at; /* now, or the last time of its accounts if that is later */
	struct ledger_exceeded exceeded; /* ERR_LIMIT: which limit */
	struct posting_result
		*results; /* the caller's, one per posting; only the first if replayed */
};

struct ledger_batch {
	struct ledger_account *accounts; /* sorted by public_id */
	size_t account_count;
	struct ledger_hold *holds; /* sorted by public_id */
	size_t hold_count;
	const struct known_transaction *known;
	size_t known_count;
	const struct reversed_transaction *reversed;
	size_t reversed_count;
	struct ledger_limit *limits; /* of the accounts; a subject's once */
	size_t limit_count;
	struct instant now; /* the database's clock, read after locking */
	struct ledger_transaction **transactions;
	size_t transaction_count;
};

/* Decide every transaction of the batch, in order. The arena is for scratch memory. */
void ledger_apply(struct arena *arena, struct ledger_batch *batch);
/* One of accounts that are sorted by public id; NULL: it is not among them. */
struct ledger_account *ledger_find_account(struct ledger_account *accounts, size_t n,
					   struct uuid id);

/* Hold amount on an account; ERR_INSUFFICIENT_FUNDS, ERR_WALLET_INACTIVE, ERR_NOT_FOUND if it is
 * closed, ERR_AMOUNT_TOO_LARGE. */
enum err ledger_reserve(struct ledger_account *account, int64_t amount) MUST_CHECK;
/* Release what an active hold holds and close it with status. */
enum err ledger_release(struct ledger_account *account, struct ledger_hold *hold,
			enum hold_status status) MUST_CHECK;
/* The part of the balance that is not held and may be spent; without what the account may owe. */
int64_t ledger_available(const struct ledger_account *account);
/* The spendable amount: balance - held - floor, at least 0; INT64_MAX without floor. */
int64_t ledger_spendable(const struct ledger_account *account);

#endif
