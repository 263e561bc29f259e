/*
 * voucher.h - money on a code: issued from a person's ZAR wallet, taken by whoever has the code.
 *
 * An EasyPay voucher waits until cash was paid for its number at a till; only then has it a code.
 * What is left of one that has expired, was cancelled or was redeemed as often as it may be goes back to
 * the issuer's wallet. Every change of state is
 * posted in the transaction that makes it, after the voucher's row is locked and before accounts are.
 */
#ifndef APP_VOUCHER_VOUCHER_H
#define APP_VOUCHER_VOUCHER_H

#include "base/ctx.h"
#include "base/money.h"
#include "base/text.h"
#include "base/value.h"

/* An EasyPay voucher is active once it was paid for; which of both it is, is not part of its type in the
 * database. An order is for a pending one. */
enum voucher_type {
	VOUCHER_STANDARD = 1,
	VOUCHER_PREMIUM,
	VOUCHER_BUSINESS,
	VOUCHER_EASYPAY_PENDING,
	VOUCHER_EASYPAY_ACTIVE
};
enum voucher_status {
	VOUCHER_PENDING_PAYMENT = 1,
	VOUCHER_ACTIVE,
	VOUCHER_REDEEMED,
	VOUCHER_EXPIRED,
	VOUCHER_CANCELLED
};

extern const char *const voucher_type_words[];
extern const char *const voucher_status_words[];

struct voucher {
	int64_t voucher_id;
	const char *reference;
	int64_t user_id;
	const char *issued_to; /* for the issuer */
	enum voucher_type type;
	enum voucher_status status;
	const char *easypay_number; /* or NULL */
	const char *code;           /* for the issuer, and for whoever had it already */
	struct money original;
	struct money balance;
	struct money refunded;   /* what went back to the issuer */
	int64_t max_redemptions; /* 0: as often as the balance lasts */
	int64_t redemptions;
	struct instant created_at;
	struct instant updated_at;
	struct instant expires_at;
};

struct voucher_order {
	enum voucher_type type;
	struct decimal amount;
	const char *issued_to; /* or NULL */
	int64_t max_redemptions;
};

/* What something about a voucher did in the books, and to the wallet of ctx->who. */
struct voucher_receipt {
	struct money wallet_balance;
	struct uuid transaction; /* of the ledger */
	struct instant posted_at;
};

/* In a transaction, for ctx->who. ERR_INVALID_AMOUNT, ERR_INSUFFICIENT_FUNDS, ERR_WALLET_INACTIVE. */
enum err voucher_issue(struct ctx *ctx, const struct voucher_order *in, struct voucher *out,
		       struct voucher_receipt *receipt) MUST_CHECK;

/*
 * The voucher that a code, a reference or an EasyPay number names. ERR_INVALID_VOUCHER_CODE for what
 * has no such form; ERR_VOUCHER_NOT_FOUND, which counts as a guess; ERR_RATE_LIMITED after too
 * many of them. Not in a transaction.
 */
enum err voucher_by_code(struct ctx *ctx, const char *text, struct voucher *out) MUST_CHECK;
/* One of the vouchers of ctx->who; ERR_VOUCHER_NOT_FOUND. */
enum err voucher_of_issuer(struct ctx *ctx, int64_t voucher_id, struct voucher *out) MUST_CHECK;

/* Vouchers of ctx->who, the newest first; status 0: any. total is how many there are. */
enum err voucher_list(struct ctx *ctx, enum voucher_status status, int64_t most, int64_t skip,
		      struct list *out, int64_t *total) MUST_CHECK;

struct voucher_sum {
	int64_t count;
	struct total value;
};

struct voucher_summary {
	struct voucher_sum active;   /* what is left of them */
	struct voucher_sum pending;  /* what they were issued for */
	struct voucher_sum redeemed; /* likewise */
	struct voucher_sum total;
};

enum err voucher_summary(struct ctx *ctx, struct voucher_summary *out) MUST_CHECK;

struct redemption_order {
	const char *code;
	struct decimal amount;        /* absent: all that is left */
	const char *redeemer;         /* as they call themselves, or NULL */
	const char *merchant;         /* who is to be paid, or NULL */
	const char *service_provider; /* likewise where the merchant is not registered */
};

/* Whom a redemption pays: who redeems, or a payee. */
enum paid_to { PAID_TO_WALLET = 1, PAID_TO_MERCHANT, PAID_TO_SERVICE_PROVIDER };

extern const char *const paid_to_words[];

struct redeemed {
	struct voucher voucher;
	const char *code; /* its 16 digits */
	struct money amount;
	enum paid_to paid_to;
	struct voucher_receipt receipt;
};

/*
 * In a transaction, for ctx->who: take some of the balance, for the merchant or else the service
 * provider if the operator has registered them (app/voucher/payee.h), or else into their own wallet. Where
 * *guessed, the fault is that the code is nobody's, and what was done must be committed so that it
 * stays counted. ERR_INVALID_VOUCHER_CODE, ERR_VOUCHER_EXPIRED, ERR_INVALID_AMOUNT,
 * ERR_INSUFFICIENT_FUNDS, ERR_RATE_LIMITED.
 */
enum err voucher_redeem(struct ctx *ctx, const struct redemption_order *in, struct redeemed *out,
			bool *guessed) MUST_CHECK;

struct redemption {
	int64_t number;
	struct money amount;
	const char *redeemer;
	const char *merchant;
	const char *service_provider;
	struct instant created_at;
};

/* The latest redemptions of a voucher. */
enum err voucher_redemptions(struct ctx *ctx, int64_t voucher_id, struct list *out) MUST_CHECK;

struct settlement_order {
	const char *number; /* EasyPay's, as it was written */
	struct decimal amount;
	const char *merchant;
	const char *external_id; /* of the network; the same one is the same settlement */
};

/*
 * Whether a request comes from the EasyPay network: signed with the platform's secret (hex HMAC over
 * the raw body, SHA-512 or SHA-256 by its length), or with the network's API key. ERR_UNAUTHORIZED.
 */
enum err easypay_authenticate(struct ctx *ctx, struct bytes body, const char *signature,
			      const char *api_key) MUST_CHECK;
/*
 * In a transaction: cash was taken for an EasyPay number, and it becomes a voucher with a code.
 * ERR_INVALID_VOUCHER_CODE, ERR_VOUCHER_NOT_FOUND, ERR_INVALID_AMOUNT for any other amount,
 * ERR_VOUCHER_EXPIRED, ERR_CONFLICT if it is not pending, ERR_DUPLICATE_REFERENCE for a known
 * external_id with other content.
 */
enum err voucher_settle(struct ctx *ctx, const struct settlement_order *in,
			struct voucher *out) MUST_CHECK;

struct cancellation {
	int64_t voucher_id;
	const char *easypay_number;
	struct money amount;
	struct money wallet_balance;
	struct instant cancelled_at;
	struct uuid transaction; /* of the ledger */
	struct instant posted_at;
};

/* In a transaction: give a pending EasyPay voucher of ctx->who back. ERR_VOUCHER_NOT_FOUND,
 * ERR_VALIDATION for any other state, ERR_VOUCHER_EXPIRED. */
enum err voucher_cancel(struct ctx *ctx, int64_t voucher_id, struct cancellation *out) MUST_CHECK;

/* Give back what is left of vouchers whose time is over, some at a time; *found tells whether there
 * were any. A wallet that takes no money is tried again later. In a transaction of its own. */
enum err voucher_expire_due(struct ctx *ctx, bool *found) MUST_CHECK;

#endif
