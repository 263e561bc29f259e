/*
 * limit.h - limits of wallets, without I/O: what a posting takes of them, and whether it may.
 *
 * A limit is a rule for one subject: a wallet, or all wallets of a customer or a project, which its accounts
 * have in common. Storage finds and locks those of a batch (limit_store.h); the kernel asks here, in the
 * order of the batch. A refused transaction takes nothing.
 */
#ifndef LEDGER_LIMIT_H
#define LEDGER_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/money.h"

struct arena;
struct ledger_account;
struct ledger_transaction;

enum limit_measure { LIMIT_BALANCE = 1, LIMIT_AMOUNT, LIMIT_SUM, LIMIT_COUNT };
enum limit_direction { LIMIT_OUT = 1, LIMIT_IN };
enum limit_span { LIMIT_HOUR = 1, LIMIT_DAY, LIMIT_MONTH };

/* The words of measures, one of which is also the name of fields. */
extern const char *const limit_measures[];
extern const char *const limit_direction_words[];
extern const char *const limit_span_words[];

/* What limits do with transactions of a type. */
enum limit_policy {
	LIMIT_DECIDES, /* what exceeds one is refused */
	LIMIT_COUNTS,  /* never refused, because the money has moved already */
	LIMIT_IGNORES, /* not even counted, except in balances */
};

struct ledger_limit {
	int64_t limit_id;
	int64_t subject;
	struct uuid public_id;
	enum limit_measure measure;
	enum limit_direction direction; /* not of a balance */
	enum limit_span span;           /* of a sum or a count */
	uint64_t types;                 /* a bit for each enum transaction_type; 0: all */
	const char *currency;           /* NULL: of a count */
	int64_t most;
	wide_int used;            /* in its window, or the balance; the batch adds to it */
	wide_int held;            /* by active holds, which go out */
	struct instant starts_at; /* the part of the window that it is now */
	struct instant ends_at;
	bool is_metered;  /* what is used is stored */
	bool is_numbered; /* so is the number of postings */

	wide_int added;   /* by the batch: to be stored */
	int64_t postings; /* of the batch, on its accounts */
	wide_int taking;  /* by the transaction that is being decided */
	bool touched;     /* by it */
	struct ledger_limit *next;
};

/* The limit that a transaction would have exceeded, as its clients are told. */
struct ledger_exceeded {
	struct uuid id; /* nil: none */
	enum limit_measure measure;
	enum limit_direction direction;
	enum limit_span span;
	char currency[4]; /* or "" */
	int64_t most;
	int64_t left;            /* at least 0 */
	struct instant frees_at; /* when there will be enough; zero: that is not known, or never */
	int64_t limit_id;        /* for storage, which finds the time: */
	int64_t subject;         /* what of it must become free, */
	int64_t wanted;          /* 0: that does not help; */
	struct instant ends_at;  /* and when it does at the latest */
};

/*
 * A transaction whose postings were moved, with the accounts of its postings: two for each, NULL where nothing
 * was moved. ERR_LIMIT with t->exceeded, or what it takes is used from now on.
 */
enum err limits_take(struct ledger_account *const *sides, struct ledger_transaction *t) MUST_CHECK;
/* Whether a hold that will be posted as such a type may be placed on the account. */
enum err limits_hold(const struct ledger_account *account, unsigned type, int64_t amount,
		     struct ledger_exceeded *exceeded) MUST_CHECK;
/* The words of the types that are counted; in the arena. */
const char *const *limits_counted(struct arena *arena, size_t *n);
/* An amount of such a hold is not held any more; nor is the hold, if it has ended. */
void limits_release(const struct ledger_account *account, unsigned type, int64_t amount,
		    bool ended);

#endif
