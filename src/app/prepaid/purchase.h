/*
 * purchase.h - purchases from rand wallets: prepaid products and bills.
 *
 * A purchase is recorded and its money held in one transaction; then the vendor is called, outside
 * of any; its answer is recorded in a second one. It is settled once, on one path, by the answer or
 * by look-up, whichever comes first: the hold is captured when the vendor confirms the sale, and
 * released when it was certainly not made. The transitions are those of outgoing payments, in
 * payment/state.c.
 */
#ifndef APP_PREPAID_PURCHASE_H
#define APP_PREPAID_PURCHASE_H

#include "app/payment/payment.h"
#include "app/prepaid/product.h"
#include "base/ctx.h"
#include "base/money.h"
#include "provider/vendor.h"

struct purchase_order {
	const char *provider;
	const char *product; /* its code */
	struct decimal amount;
	const char *recipient; /* a mobile number, a meter number, or the number of a bill */
	const char *reference; /* of the buyer; unique among theirs, or failed */
};

struct purchase {
	int64_t purchase_id;
	struct uuid public_id;
	const char *label; /* public label: PUR-<milliseconds>-<8 digits and letters> */
	const char *provider;
	const char *product;
	enum product_kind kind;
	const char *recipient;
	const char *reference;
	struct money amount;
	const char *currency;
	enum payment_status status; /* pending, completed or failed; pending while in review */
	enum payment_status state;
	const char *token;   /* of electricity; NULL: none, or not yet */
	const char *problem; /* why it failed; or NULL */
	struct instant created_at;
	struct instant settled_at;
	bool replayed; /* the same order was sent before; the vendor is not called again */
	bool resumed;  /* by purchase_resume() */
	/* Data for the call, between purchase_open() and purchase_close(). */
	struct provider_account account;
	struct vendor_order order;
	struct vendor_answer called;
};

/*
 * In a transaction: record an order of the caller, hold its money, and plan a look-up. The same
 * order again returns the first purchase with replayed set; the same reference with other content
 * is ERR_DUPLICATE_REFERENCE. ERR_PRODUCT_NOT_FOUND, ERR_INVALID_AMOUNT, ERR_INSUFFICIENT_FUNDS;
 * ERR_UNAVAILABLE if the platform has no account at the vendor.
 */
enum err purchase_open(struct ctx *ctx, const struct purchase_order *in,
		       struct purchase *out) MUST_CHECK;
/* In a transaction, instead of purchase_open(): continue with a purchase whose process may have
 * ended before it was closed. purchase_call() then looks it up. */
enum err purchase_resume(struct ctx *ctx, struct uuid id, struct purchase *out) MUST_CHECK;
/* Outside of any transaction: call the vendor. Safe if the process ends here. */
void purchase_call(struct ctx *ctx, struct purchase *purchase);
/*
 * In a second transaction: record the vendor's answer. ERR_OK also if it refused: then
 * purchase->state is PAYMENT_FAILED, and purchase_refusal() is the error for the client.
 */
enum err purchase_close(struct ctx *ctx, struct purchase *purchase) MUST_CHECK;
/* Report why the call failed: ERR_PURCHASE_REFUSED or ERR_PROVIDER_DOWN. */
enum err purchase_refusal(struct ctx *ctx, const struct purchase *purchase);

/* A purchase of the caller, by its label. ERR_NOT_FOUND. */
enum err purchase_get(struct ctx *ctx, const char *label, struct purchase *out) MUST_CHECK;

struct purchase_filter {
	enum payment_status status; /* 0: any */
	const char *reference;      /* NULL: any */
	int64_t before;             /* last one of the previous page; 0: from the newest */
	int64_t most;
};
/* Those of the caller, newest first. */
enum err purchase_list(struct ctx *ctx, const struct purchase_filter *filter, struct purchase **out,
		       size_t *n) MUST_CHECK;

/* Look up a purchase at the vendor, and settle it; for the job runner. *settled tells whether it
 * is final. In its own transactions. */
enum err purchase_look_up(struct ctx *ctx, struct uuid id, bool *settled) MUST_CHECK;

/* In a transaction: the outcome of a pending purchase could not be determined; a review is
 * opened. */
enum err purchase_unresolved(struct ctx *ctx, struct uuid id, const char *why) MUST_CHECK;

/* In a transaction: lock a purchase, before its review. ERR_NOT_FOUND. */
enum err purchase_lock(struct ctx *ctx, struct uuid id) MUST_CHECK;
/* In a transaction: an administrator's decision about a purchase in review. If approved, it is
 * paid for; if rejected, the money is released. ERR_CONFLICT if it is not in review. */
enum err purchase_decide(struct ctx *ctx, struct uuid id, bool approved) MUST_CHECK;

#endif
