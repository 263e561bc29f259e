/*
 * merchant.h - merchants that accept payments by QR code.
 *
 * Each has an account of kind PAYABLES in the platform's live ledger: a payment adds the amount
 * owed to the merchant (amount less fee), a payout subtracts it. Only payments confirmed by the
 * bank may be paid out: those whose settled_at is set.
 */
#ifndef APP_MERCHANT_MERCHANT_H
#define APP_MERCHANT_MERCHANT_H

#include <stddef.h>

#include "app/bank/bank.h"
#include "base/ctx.h"
#include "base/money.h"

struct merchant {
	int64_t merchant_id;
	const char *drop_id; /* "mer_…" */
	int64_t user_id;
	const char *business_name;
	const char *status;  /* active, closed */
	struct uuid account; /* public id of the payables account */
	const char *org_number;
	const char *address;      /* or NULL */
	const char *bank_account; /* for payouts: IBAN or Norwegian BBAN, plain */
	struct instant created_at;
};

/* An active one, by its public id. ERR_NOT_FOUND. */
enum err merchant_find(struct ctx *ctx, const char *drop_id, struct merchant *out) MUST_CHECK;
/* The merchant of the caller. ERR_FORBIDDEN. */
enum err merchant_own(struct ctx *ctx, struct merchant *out) MUST_CHECK;
/* Content of its QR code: "drop://pay/mer_…". */
const char *merchant_qr_value(struct arena *arena, const struct merchant *merchant);

struct merchant_order {
	const char *business_name;
	const char *org_number; /* nine digits */
	const char *address;    /* or NULL */
	const char *bank_account;
};

/* Register the caller as a merchant, in a transaction. ERR_CONFLICT if they are one or the
 * number is taken; ERR_VALIDATION if the bank account is not valid. */
enum err merchant_register(struct ctx *ctx, const struct merchant_order *in,
			   struct merchant *out) MUST_CHECK;
/* Close the merchant of a user whose account is closed. Amounts owed are still paid out. */
enum err merchant_leave(struct ctx *ctx, int64_t user_id) MUST_CHECK;

/* Payments of a period, and the amount to be paid out. */
struct turnover {
	int64_t count;
	struct total revenue;
	struct total fees;
	struct total net;
	struct total due; /* of all periods, not in a payout yet */
};

/* Since the start of this "day", "week" or "month", in UTC; weeks begin on Monday. */
enum err merchant_turnover(struct ctx *ctx, const struct merchant *merchant, const char *period,
			   struct turnover *out) MUST_CHECK;

/* A payment as the merchant sees it. */
struct merchant_payment {
	int64_t drop_payment_id;
	const char *drop_id; /* "tx_qr_…" */
	enum bank_order_status status;
	struct money amount;
	struct money fee;
	struct money net;
	const char *customer; /* "Jane D." */
	struct instant created_at;
	struct instant completed_at;
};

/* Newest first; total is the number on all pages. */
enum err merchant_payments(struct ctx *ctx, const struct merchant *merchant, int64_t most,
			   int64_t skip, struct merchant_payment **out, size_t *n,
			   int64_t *total) MUST_CHECK;

#endif
