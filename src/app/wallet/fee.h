/*
 * fee.h - fees of transactions: a fee is a posting of the transaction that it is for, between who bears it and the fee
 * revenue of the ledger.
 *
 * Which version of a schedule applies is decided by the time of the request. A fee of 0 is none.
 */
#ifndef APP_WALLET_FEE_H
#define APP_WALLET_FEE_H

#include "app/wallet/fee_version.h"

struct fee {
	struct money amount; /* no currency: there is none */
	enum fee_bearer bearer;
	struct uuid schedule;
	int64_t version;
	struct money refunded; /* what was given back of it; no currency: not known, or nothing */
	struct uuid transaction;
	int64_t balance; /* of who bears it, after it */
};

/* A transaction of one posting; its postings have room for another one. *fee is what is known of its fee. */
struct fee_order {
	struct ledger_transaction *transaction;
	struct posting *postings;
	struct fee *fee;
};

/* How high the fee of a transaction may be, in major units of its currency; not present: as high as it is.
 * ERR_VALIDATION on maxFee. */
enum err fee_limit(struct ctx *ctx, struct decimal most, struct ledger_transaction *t) MUST_CHECK;
/* Post it with the fee that is due. Like ledger_submit(); ERR_FEE_EXCEEDS_MAXIMUM; ERR_AMOUNT_TOO_LARGE if there is no
 * number for the fee. */
enum err fee_submit(struct ctx *ctx, const struct fee_order *order) MUST_CHECK;
/* The same for some of a ledger in the caller's db_transact(); each gets its own err, as from ledger_post(). */
enum err fee_post(struct ctx *ctx, int64_t ledger_id, const struct fee_order *orders,
		  size_t n) MUST_CHECK;

/* Make a reversal of one posting give back its share of the whole fee; postings have room for another one. */
void fee_refund(struct ledger_transaction *t, struct posting *postings, const struct fee *fee,
		int64_t fee_version_id);
/* The fees of those of some transactions that were posted, into as many: what was moved now, by what is known of it. Those of
 * replayed ones are read, and have nothing that came later: the answer is the first one. */
enum err fee_shown(struct ctx *ctx, const struct fee_order *orders, size_t n,
		   struct fee *out) MUST_CHECK;

/* The rows of fee_list: what was taken, or given back by reversals, of those of its transactions that have a fee. */
struct fee *fee_read(struct arena *arena, const struct rows *rows);
/* The one of a transaction; none if it has none. */
struct fee fee_find(const struct fee *fees, size_t n, struct uuid transaction);

#endif
