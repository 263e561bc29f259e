/*
 * payment.h - incoming and outgoing payments through a provider.
 *
 * A payment is recorded (and, if outgoing, the money held) in one transaction; then the provider is
 * called, outside of any; its answer is recorded in a second one. It is settled once, on one path,
 * by webhook or look-up, whichever comes first: a deposit is credited when the provider reports it
 * as paid, and only if amount and currency are those of the request; otherwise it waits for a
 * review. A failed deposit is still credited if it is paid later, for example with another card. A
 * withdrawal's hold is captured on success and released on failure. The transitions are rows of a
 * table in state.c.
 */
#ifndef APP_PAYMENT_PAYMENT_H
#define APP_PAYMENT_PAYMENT_H

#include "app/wallet/transaction.h"
#include "base/ctx.h"
#include "base/money.h"
#include "base/value.h"
#include "provider/provider.h"

struct payment_order {
	bool withdrawal;
	struct uuid wallet; /* public id of its account */
	int64_t ledger_id;
	int64_t project_id; /* whose provider account is used; 0: the platform's */
	int64_t user_id;    /* owner of the wallet; 0: a project's wallet */
	enum mode mode;
	struct money amount;
	const char *reference; /* the client's or the dialect's; unique in its ledger, or failed */
	const char *provider;
	const char *provider_reference;     /* reference at the provider; NULL: a new one */
	const char *callback_url;           /* where the customer is sent afterwards, or NULL */
	const char *email;                  /* of the customer, or NULL */
	struct json_value provider_payload; /* an object, or nothing */
	struct json_value metadata;
	enum transaction_type type; /* of the ledger transaction it becomes */
	/* A deposit whose call is not answered counts as failed: the user has no way to pay it. */
	bool abandon;
};

/* By the words of transaction_status_words. */
enum payment_status {
	PAYMENT_PENDING = STATUS_PENDING,
	PAYMENT_SUCCEEDED = STATUS_COMPLETED,
	PAYMENT_FAILED = STATUS_FAILED,
	PAYMENT_REVIEW = STATUS_REVIEW,
	/* A deposit that failed, but may still be paid. Clients see it as failed: only the table
	 * of states distinguishes them. */
	PAYMENT_UNPAID,
};

/* What payment_call() needs, between payment_open() and payment_close(). */
struct payment_request {
	struct provider_account account;
	struct provider_order order;
	bool abandon; /* as in the payment order */
};

/* What became of the order in this request. */
struct payment_outcome {
	bool replayed; /* the same order was given before; the provider is not called again */
	bool resumed;  /* by payment_resume() */
	struct provider_answer called;
};

/* A payment as it is recorded, and what this request does about it. */
struct payment {
	int64_t payment_id;
	struct uuid public_id;
	bool withdrawal;
	const char *reference;
	const char *provider;
	const char *provider_reference; /* ours, used at the provider */
	enum payment_status status;
	struct money amount;
	const char *currency;
	enum transaction_type type;
	struct uuid wallet;
	int64_t ledger_id;
	int64_t user_id;
	struct uuid transaction;  /* of the ledger, once posted */
	struct json_value answer; /* the provider's answer to the call */
	const char *checkout_url; /* or NULL */
	const char *problem;      /* why it failed, for the client; or NULL */
	struct json_value metadata;
	struct instant created_at;
	struct instant settled_at;
	struct payment_request request;
	struct payment_outcome outcome;
};

/*
 * In a transaction: record the order, reserve its reference, hold the money of a withdrawal, and
 * plan a look-up. The same order again returns the first payment with replayed set; the same
 * reference with other content is ERR_DUPLICATE_REFERENCE. ERR_PROVIDER_INACTIVE if there is no
 * active account at the provider.
 */
enum err payment_open(struct ctx *ctx, const struct payment_order *in,
		      struct payment *out) MUST_CHECK;
/*
 * In a transaction, instead of payment_open(): continue with a payment whose process may have ended
 * before it was closed. in is the same order. payment_call() then looks it up; a deposit without a
 * checkout URL is sent to the provider again, under the same reference.
 */
enum err payment_resume(struct ctx *ctx, struct uuid id, const struct payment_order *in,
			struct payment *out) MUST_CHECK;
/* Outside of any transaction: call the provider. Safe if the process ends here. */
void payment_call(struct ctx *ctx, struct payment *payment);
/*
 * In a second transaction: record the provider's answer. ERR_OK also if it refused: then
 * payment->status is PAYMENT_FAILED, and payment_refusal() is the error for the client.
 */
enum err payment_close(struct ctx *ctx, struct payment *payment) MUST_CHECK;
/* Report why the call failed: ERR_PROVIDER_REFUSED, ERR_PROVIDER_DOWN or ERR_PROVIDER_TIMEOUT. */
enum err payment_refusal(struct ctx *ctx, const struct payment *payment);

/* By its reference, in a ledger, of a user (0: any). ERR_NOT_FOUND. */
enum err payment_by_reference(struct ctx *ctx, int64_t ledger_id, int64_t user_id,
			      const char *reference, struct payment *out) MUST_CHECK;

/* In the ledger of the calling project key, by its public id. ERR_NOT_FOUND. */
enum err payment_get(struct ctx *ctx, struct uuid id, struct payment *out) MUST_CHECK;

struct payment_filter {
	enum payment_status status; /* 0: any */
	int64_t before;             /* last one of the previous page; 0: from the newest */
	int64_t most;
};
enum err payment_list(struct ctx *ctx, const struct payment_filter *filter, struct payment **out,
		      size_t *n) MUST_CHECK;

/* The result of a webhook. */
enum webhook_result {
	WEBHOOK_SETTLED, /* it changed something */
	/* genuine, but already known, irrelevant, about none of our payments, or unreadable:
	 * then the provider is queried soon */
	WEBHOOK_NOTED,
};

/*
 * In a transaction: an incoming webhook of a provider. Its signature is checked with the secret of
 * the account that the order was made with; ERR_UNAUTHORIZED if it is absent or does not match, and
 * then only a counter is stored. The rest of the body does not affect this check: a genuine one is
 * stored, and unreadable content causes a look-up.
 */
enum err payment_webhook(struct ctx *ctx, const struct provider *provider, struct bytes body,
			 const char *signature, enum webhook_result *result) MUST_CHECK;

/* Look up a payment at the provider, and settle it; for the job runner. *settled tells whether
 * it is final: a failed deposit is looked up for a week, since it may still be paid. In its own
 * transactions. */
enum err payment_look_up(struct ctx *ctx, struct uuid id, bool *settled) MUST_CHECK;

/* In a transaction: the outcome of a pending payment could not be determined. A review is opened
 * for a withdrawal; a deposit lapses. */
enum err payment_unresolved(struct ctx *ctx, struct uuid id, const char *why) MUST_CHECK;

/* In a transaction: lock a payment, before its review. ERR_NOT_FOUND. */
enum err payment_lock(struct ctx *ctx, struct uuid id) MUST_CHECK;
/* In a transaction: an administrator's decision about a payment in review. If approved, it is
 * posted with the amount that was paid; if rejected, it fails. ERR_CONFLICT if it is not in
 * review. */
enum err payment_decide(struct ctx *ctx, struct uuid id, bool approved) MUST_CHECK;

#endif
