/*
 * bank.h - users' accounts at their banks, read and paid from with their consent.
 *
 * Cowry holds none of this money: a balance is the one last reported by the bank, less later
 * payments. A consent belongs to the user, is authorised at the bank, lasts 90 days and can be
 * withdrawn there; an account whose consent has ended is marked and can be linked again.
 *
 * A payment is reserved in one transaction, sent to the bank outside of any, and its result is
 * recorded in another. A reserved amount can't be reserved again, so concurrent payments never
 * spend the same balance. A payment keeps one request id and one end-to-end id: if it is unknown
 * whether the bank has it, it is sent to the bank again with the same ids, and the bank answers
 * with the first one. So it is neither lost nor made twice.
 */
#ifndef APP_BANK_BANK_H
#define APP_BANK_BANK_H

#include "base/ctx.h"
#include "base/money.h"
#include "provider/bank.h"

enum { BANK_CONSENT_DAYS = 90, BANK_LINK_S = 600, BANK_ID_MAX = 35 };

/* One that is not active must be linked again. */
enum bank_account_status { BANK_ACCOUNT_ACTIVE = 1, BANK_ACCOUNT_EXPIRED, BANK_ACCOUNT_REVOKED };

extern const char *const bank_account_status_words[];

struct bank_account {
	int64_t bank_account_id;
	const char *id; /* "ba_<16 hex>" */
	int64_t user_id;
	const char *bank_name;
	const char *account_number; /* as usually written: "1234.56.78901", or an IBAN */
	const char *name;           /* or NULL */
	struct money balance;       /* may be negative */
	const char *currency;
	bool is_primary;
	enum bank_account_status status;
	struct instant balance_at;
	struct instant consent_expires_at;
};

/* Linking, in three steps: transaction, none, transaction. */
struct bank_link {
	int64_t bank_consent_id;
	const char *id;                /* of the consent, ours: "con_<16 hex>" */
	const char *authorization_url; /* at the bank */
	const char *bank;
	const char *state;
	struct instant expires_at; /* of the consent */
	struct xs2a_consent asked;
	bool refused; /* there is no consent to authorise; bank_link_close() has reported the reason */
};

/* ERR_UNAVAILABLE if no bank is configured. */
enum err bank_link_open(struct ctx *ctx, const char *bank, struct bank_link *out) MUST_CHECK;
void bank_link_call(struct ctx *ctx, struct bank_link *link);
/* With refused set, the fault is in ctx: ERR_PROVIDER_DOWN, ERR_PROVIDER_REFUSED,
 * ERR_PROVIDER_TIMEOUT. */
enum err bank_link_close(struct ctx *ctx, struct bank_link *link) MUST_CHECK;
/*
 * The user has returned from the bank. Outside of any transaction. The state is used up in any
 * case. ERR_BAD_REQUEST if it is unknown, expired, used, another user's, or the user refused.
 */
enum err bank_link_complete(struct ctx *ctx, const char *state, struct bank_account **out,
			    size_t *n) MUST_CHECK;

/* Accounts of a user in the order in which they were linked, with the last known data. */
enum err bank_accounts(struct ctx *ctx, int64_t user_id, struct bank_account **out,
		       size_t *n) MUST_CHECK;
/* Outside of any transaction: refresh them from the bank, if it answers soon. */
enum err bank_accounts_refresh(struct ctx *ctx, int64_t user_id) MUST_CHECK;
/* By its id, of this user only. ERR_NOT_FOUND. */
enum err bank_account_get(struct ctx *ctx, int64_t user_id, const char *id,
			  struct bank_account *out) MUST_CHECK;
/* The primary account. *found is false if there is none. */
enum err bank_account_primary(struct ctx *ctx, int64_t user_id, struct bank_account *out,
			      bool *found) MUST_CHECK;
/* In a transaction. */
enum err bank_account_make_primary(struct ctx *ctx, int64_t user_id, const char *id,
				   struct bank_account *out) MUST_CHECK;
/* Consents without linked accounts: to be ended at the bank after the commit. */
struct bank_ended {
	struct bank_ended_consent *items;
	size_t count;
};
/* In a transaction: remove an account; ERR_NOT_FOUND. Another one becomes primary if it was. */
enum err bank_unlink(struct ctx *ctx, int64_t user_id, const char *id,
		     struct bank_ended *out) MUST_CHECK;
/* In a transaction: remove all accounts of a user whose account is closed. */
enum err bank_unlink_all(struct ctx *ctx, int64_t user_id, struct bank_ended *out) MUST_CHECK;
/* Outside of any transaction: notify the bank. Failures are ignored. */
void bank_consents_end(struct ctx *ctx, const struct bank_ended *ended);

/* The status of a payment order at a bank, as its payer sees it: a payment, or a merchant's payout. */
enum bank_order_status { BANK_ORDER_PROCESSING = 1, BANK_ORDER_COMPLETED, BANK_ORDER_FAILED };

extern const char *const bank_order_status_words[];

/* A payment order. */
struct bank_order {
	int64_t bank_account_id; /* to be debited */
	struct money amount;     /* total amount debited, in the currency of the account */
	const char *reference; /* ours: "tx_rem_<16 hex>"; the end-to-end id, unique, never NULL */
	const char *creditor_name;
	const char *creditor_account; /* IBAN, or Norwegian BBAN with or without points */
	const char *text;             /* for the creditor, or NULL */
};

enum bank_payment_state {
	BANK_PAYMENT_PENDING = 1, /* reserved, sent to the bank, or unknown */
	BANK_PAYMENT_SETTLED,
	BANK_PAYMENT_FAILED,
};

/* The last call to the bank about a payment. */
enum bank_question {
	BANK_NOT_ASKED,
	BANK_FIRST,  /* it was sent to the bank */
	BANK_AGAIN,  /* once more */
	BANK_STATUS, /* the bank was asked for its status */
};

/* What bank_pay() and bank_payment_status() need. */
struct bank_payment_request {
	struct uuid request_id;
	const char *product;
	const char *address; /* the client's, or NULL */
	const char *debtor_iban;
	const char *debtor_bban;
	const char *consent; /* our id of it */
	struct bytes consent_sealed;
	int64_t bank_consent_id;
};

/* What came of the last of these calls. */
struct bank_payment_outcome {
	enum bank_question asked;
	struct xs2a_payment called;
	bool changed; /* by the last bank_close(): it was pending before */
};

/* A payment as it is recorded, and what this request does about it. */
struct bank_payment {
	int64_t bank_payment_id;
	enum bank_payment_state state;
	bool accepted;              /* the bank has said that it has it */
	const char *problem;        /* why it failed, for the client, or NULL */
	const char *sca_url;        /* where the person must still authorise it, or NULL */
	const char *bank_reference; /* the bank's id of it, or NULL */
	struct bank_order order;    /* with its account's id */
	struct bank_account account;
	struct bank_payment_request request;
	struct bank_payment_outcome outcome;
};

/*
 * In the caller's transaction: reserve the amount. The account's row is locked until its end.
 * ERR_INSUFFICIENT_FUNDS if the balance, less all pending payments, does not cover it;
 * ERR_CONSENT_ENDED; ERR_CURRENCY_MISMATCH; ERR_DUPLICATE_REFERENCE.
 */
enum err bank_reserve(struct ctx *ctx, const struct bank_order *in,
		      struct bank_payment *out) MUST_CHECK;
/* Outside of any transaction: send it to the bank. Safe if the process ends here. */
void bank_pay(struct ctx *ctx, struct bank_payment *payment);
/*
 * Outside of any transaction: ask the bank for its status, or send it to the bank again if it is
 * unknown whether the bank has it.
 */
void bank_payment_status(struct ctx *ctx, struct bank_payment *payment);
/*
 * In the caller's next transaction: record the answer of the bank to either. Settled: the balance
 * is reduced by the amount. Failed: the amount is released. Locks the account first, then the
 * payment.
 */
enum err bank_close(struct ctx *ctx, struct bank_payment *payment) MUST_CHECK;
/* Report why it failed, for the client: ERR_INSUFFICIENT_FUNDS, ERR_PROVIDER_REFUSED,
 * ERR_PROVIDER_DOWN. */
enum err bank_refusal(struct ctx *ctx, const struct bank_payment *payment);
/* By the reference of its order, with all data for calls: for settlement. ERR_NOT_FOUND. */
enum err bank_payment_find(struct ctx *ctx, const char *reference,
			   struct bank_payment *out) MUST_CHECK;
/* In the caller's transaction: lock the account, then the payment, and return its current state. */
enum err bank_payment_lock(struct ctx *ctx, struct bank_payment *payment) MUST_CHECK;
/* In the caller's transaction: an administrator's finding about a pending payment: the bank has
 * made it, or has not and never will. ERR_CONFLICT if it has ended. */
enum err bank_decide(struct ctx *ctx, struct bank_payment *payment, bool made) MUST_CHECK;

#endif
