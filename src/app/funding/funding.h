/*
 * funding.h - funding of a user's NGN wallet, and payments from it, confirmed by a mailed code.
 *
 * Starting a funding mails a code; confirming the code posts it, once. Money to be paid is held
 * while the code is valid. A funding with a high fraud risk is reviewed by an administrator after
 * its code was confirmed. Fundings are debited from the operator's funding account, since there is
 * no incoming payment; payments of a wallet are payable by the operator to the seller.
 */
#ifndef APP_FUNDING_FUNDING_H
#define APP_FUNDING_FUNDING_H

#include <stdbool.h>

#include "app/funding/risk.h"
#include "base/ctx.h"
#include "base/money.h"

struct config;

enum funding_purpose { PURPOSE_FUNDING = 1, PURPOSE_DEDUCTION };
enum funding_status {
	FUNDING_PENDING = 1,
	FUNDING_REVIEW,
	FUNDING_COMPLETED,
	FUNDING_FAILED,
	FUNDING_EXPIRED
};

/* The words of a purpose are also those of the transactions that come of it. */
extern const char *const funding_purpose_words[];
extern const char *const funding_status_words[];

struct funding_order {
	struct decimal amount;
	const char *email;       /* where the code is sent; NULL: the user's own address */
	const char *description; /* of a deduction */
};

struct funding {
	int64_t funding_id;
	struct uuid public_id;
	int64_t user_id;
	enum funding_purpose purpose;
	const char *reference;      /* FUND-<ms>-<8 characters>, DEDUCT-… */
	const char *transaction_no; /* TXN-<ms> */
	int64_t minor;              /* kobo */
	const char *email;
	const char *description;
	enum risk_level risk;
	const char *risk_rules; /* names, with commas between them */
	bool requires_review;
	enum funding_status status;
	struct uuid hold;     /* of a deduction */
	bool live;            /* pending, and not too old for a new code */
	struct money balance; /* after funding_verify() */
};

/* Whether users may fund their wallets: the credit is not backed by an incoming payment. */
bool funding_open(const struct config *config);

/* In a transaction: start a funding or deduction of ctx->who and mail the code.
 * ERR_VALIDATION on the amount, ERR_WALLET_INACTIVE, ERR_INSUFFICIENT_FUNDS. */
enum err funding_start(struct ctx *ctx, enum funding_purpose purpose,
		       const struct funding_order *in, struct funding *out) MUST_CHECK;
/*
 * In a transaction: check the code and post, or open a review (status review). ERR_FUNDING_UNKNOWN
 * if it is not the caller's, or not pending. *right false: the code was refused, the fault has the
 * reason, and the transaction must be committed.
 */
enum err funding_verify(struct ctx *ctx, const char *reference, const char *code,
			struct funding *out, bool *right) MUST_CHECK;
/* In a transaction: mail a new code for the newest pending one; ERR_NOT_FOUND. Another address
 * than before counts as a risk, and is refused for deductions. NULL: the same as before. */
enum err funding_resend(struct ctx *ctx, enum funding_purpose purpose, const char *email,
			struct funding *out) MUST_CHECK;

/* In a transaction: an administrator's decision about a funding in review: posted, or failed.
 * ERR_NOT_FOUND, ERR_CONFLICT if it is not in review. */
enum err funding_decide(struct ctx *ctx, struct uuid id, bool approved) MUST_CHECK;

/* Close unconfirmed fundings after their time; *found tells whether there was one. */
enum err funding_expire(struct ctx *ctx, bool *found) MUST_CHECK;

#endif
