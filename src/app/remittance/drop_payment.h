/*
 * drop_payment.h - payments from users' bank accounts: remittances, and payments by QR code.
 *
 * The operator never holds the money. In one transaction the amount is reserved on the bank
 * account, the payment recorded, and the amount owed for it posted; then the payment is sent to the
 * bank, outside of any; the bank's answer is recorded in a second one. In any case, the payment is
 * settled once, by the job runner, which keeps asking the bank under our own reference: a missing
 * answer is never taken as a result.
 *
 * - A remittance is processing until the bank has settled it.
 * - A payment by QR code is completed once the bank has accepted it. If that is unknown, or the
 *   payer must still authorise it, it is processing. settled: a merchant may be paid.
 * - A payment rejected by the bank, even after that, failed: all postings are reversed, the
 *   amount is released on the account, and the payer is notified.
 */
#ifndef APP_REMITTANCE_DROP_PAYMENT_H
#define APP_REMITTANCE_DROP_PAYMENT_H

#include "app/bank/bank.h"
#include "app/remittance/quote.h"
#include "base/ctx.h"
#include "base/money.h"

struct drop_order {
	const char *recipient; /* drop_id: a remittance */
	const char *merchant;  /* drop_id: a payment by QR code */
	struct money amount;
	const char *bank_account; /* "ba_…"; NULL: the primary one */
};

struct drop_payment {
	int64_t drop_payment_id;
	const char *drop_id;
	int64_t user_id;
	enum drop_payment_type type;
	enum bank_order_status status;
	const char *payee_name;
	const char *payee_country; /* "RS" */
	const char *merchant;      /* drop_id, or NULL */
	struct money amount;
	struct money fee;
	struct money total;
	struct decimal rate; /* 1 if no currency is converted */
	struct money receive;
	const char *from_account;
	const char *problem;
	struct instant created_at;
	struct instant completed_at;
	bool settled;
	bool resumed;             /* by drop_payment_resume() */
	struct bank_payment bank; /* from drop_payment_open() to drop_payment_close() */
};

bool drop_payment_is_remittance(const struct drop_payment *payment);
/* How long it takes, for the payer. */
const char *drop_payment_delivery(enum drop_payment_type type, const char *country);

/*
 * In a transaction, for the caller. ERR_KYC_REQUIRED (remittances), ERR_NOT_FOUND,
 * ERR_UNPROCESSABLE (amount, corridor), ERR_NO_BANK_ACCOUNT, and those of bank_reserve().
 */
enum err drop_payment_open(struct ctx *ctx, const struct drop_order *in,
			   struct drop_payment *out) MUST_CHECK;
/*
 * In a transaction, instead of drop_payment_open(): continue with a payment of the caller whose
 * process may have ended before it was closed. drop_payment_call() then asks the bank for its
 * status, or sends it to the bank again, under the same request id, if it is unknown whether the
 * bank has it.
 */
enum err drop_payment_resume(struct ctx *ctx, const char *drop_id,
			     struct drop_payment *out) MUST_CHECK;
/* Outside of any transaction. Safe if the process ends here. */
void drop_payment_call(struct ctx *ctx, struct drop_payment *payment);
/* In a second transaction. ERR_OK also if the bank refused: then it has failed, and
 * drop_payment_refusal() is the error for the client. */
enum err drop_payment_close(struct ctx *ctx, struct drop_payment *payment) MUST_CHECK;
enum err drop_payment_refusal(struct ctx *ctx, const struct drop_payment *payment);

/* Ask the bank for the status of a payment, and settle it; for the job runner. *settled tells
 * whether it is final. In its own transactions. */
enum err drop_payment_look_up(struct ctx *ctx, const char *drop_id, bool *settled) MUST_CHECK;

/* In the transaction that has closed its bank payment: settle it. */
enum err drop_payment_settle(struct ctx *ctx, const struct bank_payment *bank) MUST_CHECK;

/* Of the caller. ERR_NOT_FOUND. */
enum err drop_payment_get(struct ctx *ctx, const char *drop_id,
			  struct drop_payment *out) MUST_CHECK;

struct drop_payment_filter {
	enum drop_payment_type type;   /* 0: any */
	enum bank_order_status status; /* 0: any */
	bool by_amount;                /* else by time */
	bool ascending;
	int64_t most;
	int64_t skip;
};
/* Of the caller; total is the number on all pages. */
enum err drop_payment_list(struct ctx *ctx, const struct drop_payment_filter *filter,
			   struct drop_payment **out, size_t *n, int64_t *total) MUST_CHECK;

struct drop_summary {
	int64_t count;
	struct total sent; /* sum of remittances, without fees */
	struct total paid; /* sum of payments by QR code */
	int64_t remittances;
	int64_t qr_payments;
};
/* Excluding failed payments, of the caller. The month is in UTC. */
enum err drop_payment_summary(struct ctx *ctx, struct drop_summary *all,
			      struct drop_summary *month) MUST_CHECK;

#endif
