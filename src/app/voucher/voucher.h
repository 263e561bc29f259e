/*
 * voucher.h - vouchers: issued from a user's ZAR wallet, redeemable by anyone who has the code.
 *
 * An EasyPay voucher is pending until its number was paid for in cash at a till; only then it has a
 * code. The rest of a voucher that has expired, was cancelled or reached its maximum number of
 * redemptions is returned to the issuer's wallet. Every change of state is posted in the same
 * transaction, after the voucher's row is locked and before accounts are.
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
	const char *code;           /* for the issuer, and for callers who sent it */
	struct money original;
	struct money balance;
	struct money refunded;   /* returned to the issuer */
	int64_t max_redemptions; /* 0: unlimited while there is a balance */
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

/* The ledger transaction of a voucher operation, and its effect on the caller's wallet. */
struct voucher_receipt {
	struct money wallet_balance;
	struct uuid transaction; /* of the ledger */
	struct instant posted_at;
};

/* In a transaction, for ctx->who. ERR_INVALID_AMOUNT, ERR_INSUFFICIENT_FUNDS, ERR_WALLET_INACTIVE. */
enum err voucher_issue(struct ctx *ctx, const struct voucher_order *in, struct voucher *out,
		       struct voucher_receipt *receipt) MUST_CHECK;

/*
 * The voucher with a code, a reference or an EasyPay number. ERR_INVALID_VOUCHER_CODE for any other
 * form; ERR_VOUCHER_NOT_FOUND, which counts as a guess; ERR_RATE_LIMITED after too many of them.
 * Not in a transaction.
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
	struct voucher_sum active;   /* remaining balance of active ones */
	struct voucher_sum pending;  /* issued amount of pending ones */
	struct voucher_sum redeemed; /* the same */
	struct voucher_sum total;
};

enum err voucher_summary(struct ctx *ctx, struct voucher_summary *out) MUST_CHECK;

struct redemption_order {
	const char *code;
	struct decimal amount;        /* absent: the full remaining balance */
	const char *redeemer;         /* as sent by the redeemer, or NULL */
	const char *merchant;         /* the merchant to pay, or NULL */
	const char *service_provider; /* the same, if the merchant is not registered */
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
 * In a transaction, for ctx->who: redeem part of the balance, for the merchant or else the service
 * provider if the operator has registered them (app/voucher/payee.h), or else into the caller's
 * wallet. If *guessed is set, the code is unknown, and the transaction must be committed so that
 * the guess is counted. ERR_INVALID_VOUCHER_CODE, ERR_VOUCHER_EXPIRED, ERR_INVALID_AMOUNT,
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
	const char *number; /* EasyPay's, as written */
	struct decimal amount;
	const char *merchant;
	const char *external_id; /* of the network; repeating it repeats the same settlement */
};

/*
 * Whether a request comes from the EasyPay network: signed with the platform's secret (hex HMAC
 * over the raw body, SHA-512 or SHA-256 by its length), or with the network's API key.
 * ERR_UNAUTHORIZED.
 */
enum err easypay_authenticate(struct ctx *ctx, struct bytes body, const char *signature,
			      const char *api_key) MUST_CHECK;
/*
 * In a transaction: an EasyPay number was paid for in cash; the voucher becomes active and gets a
 * code. ERR_INVALID_VOUCHER_CODE, ERR_VOUCHER_NOT_FOUND, ERR_INVALID_AMOUNT for any other amount,
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

/* In a transaction: cancel a pending EasyPay voucher of ctx->who. ERR_VOUCHER_NOT_FOUND,
 * ERR_VALIDATION for any other state, ERR_VOUCHER_EXPIRED. */
enum err voucher_cancel(struct ctx *ctx, int64_t voucher_id, struct cancellation *out) MUST_CHECK;

/* Refund the rest of expired vouchers, in batches; *found tells whether there were any. A wallet
 * that can't receive money is retried later. In its own transaction. */
enum err voucher_expire_due(struct ctx *ctx, bool *found) MUST_CHECK;

#endif
