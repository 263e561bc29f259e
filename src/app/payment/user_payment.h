/*
 * user_payment.h - users' naira wallets: deposits through Paystack, transfers to other users, and
 * the history.
 */
#ifndef APP_PAYMENT_USER_PAYMENT_H
#define APP_PAYMENT_USER_PAYMENT_H

#include "app/payment/payment.h"
#include "app/wallet/user_wallet.h"

/* The naira wallet of the caller. */
enum err user_wallet_naira(struct ctx *ctx, struct user_wallet *out) MUST_CHECK;

/* In a transaction: a deposit into it, of 100 naira at least, for payment_call() and
 * payment_close(). Its reference is DEP_<epoch seconds>_<8 letters and digits>. */
enum err user_deposit(struct ctx *ctx, struct decimal amount, struct payment *out) MUST_CHECK;
/* The same for one that was opened before and may not have been closed; see payment_resume(). */
enum err user_deposit_resume(struct ctx *ctx, const char *reference,
			     struct payment *out) MUST_CHECK;
/* A deposit of the caller; ERR_NOT_FOUND. */
enum err user_deposit_find(struct ctx *ctx, const char *reference, struct payment *out) MUST_CHECK;

struct user_transfer_order {
	const char *number; /* of the receiving wallet */
	struct decimal amount;
};

struct user_transfer {
	const char *reference; /* TRF_<epoch seconds>_<8 letters and digits> */
	const char *number;
	struct money amount;
};

/* From the wallet of the caller. ERR_NOT_FOUND, ERR_BAD_REQUEST for the own wallet,
 * ERR_INSUFFICIENT_FUNDS. */
enum err user_transfer(struct ctx *ctx, const struct user_transfer_order *in,
		       struct user_transfer *out) MUST_CHECK;

/* A posted deposit has succeeded. */
enum deposit_status { DEPOSIT_SUCCEEDED = 1, DEPOSIT_FAILED, DEPOSIT_PENDING };

extern const char *const deposit_status_words[];

/* A line of a history: a posting, or a pending or failed payment. */
struct user_wallet_line {
	enum transaction_type type;
	bool outgoing;
	enum deposit_status status;
	const char *reference;
	struct money amount;
	const char *number; /* of the other wallet, or NULL */
	struct instant created_at;
};

/* The history of the caller's wallet, newest first. */
enum err user_wallet_history(struct ctx *ctx, int64_t most, int64_t skip,
			     struct user_wallet_line **out, size_t *n) MUST_CHECK;

#endif
