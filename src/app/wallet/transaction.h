/*
 * transaction.h - transfers, credits, debits, captures, reversals, in bulk or single. Each is one
 * transaction of the ledger.
 *
 * All act for the calling project key, except the administrator's ones. The same reference with the
 * same content returns the first answer, with replayed set.
 */
#ifndef APP_WALLET_TRANSACTION_H
#define APP_WALLET_TRANSACTION_H

#include "app/wallet/fee.h"
#include "base/ctx.h"
#include "base/money.h"
#include "base/value.h"
#include "ledger/kernel.h"

/* The status of a transaction. One that a provider has not confirmed is pending; one that an
 * administrator must decide is in review. */
enum transaction_status { STATUS_PENDING = 1, STATUS_COMPLETED, STATUS_FAILED, STATUS_REVIEW };

extern const char *const transaction_status_words[];

/* An order. Which ids are set depends on the kind of transaction. */
struct transaction_order {
	enum transaction_type type; /* transfer, credit, debit: in bulk */
	struct uuid from;           /* transfer */
	struct uuid to;             /* transfer, capture */
	struct uuid wallet;         /* credit, debit */
	struct decimal amount;
	struct decimal max_fee; /* a higher fee is ERR_FEE_EXCEEDS_MAXIMUM */
	const char *currency;
	const char *reference;
	const char *provider;
	struct json_value provider_payload;
	struct json_value metadata;
	bool final; /* capture: what is left of the hold is released */
	bool dry_run;
};

struct transaction {
	struct uuid id;
	const char *reference;
	enum transaction_type type;
	enum transaction_status status;
	struct money amount;
	const char *currency;
	struct uuid from;
	struct uuid to;
	struct uuid wallet;
	struct uuid hold;
	struct uuid reverses;
	struct money balance; /* ledger balance of the wallet (of from, in transfers) after it */
	struct fee fee;       /* that was taken, or given back; none: no currency */
	struct json_value provider; /* the provider's answer, if one was called */
	struct json_value metadata;
	struct instant created_at;
	bool dry_run;
	bool replayed;
};

/* An amount in a currency (a known code in any case), or ERR_VALIDATION on the field. */
enum err transaction_amount_of(struct ctx *ctx, const char *field, struct decimal amount,
			       const char *currency, struct money *out) MUST_CHECK;
/* The same on the field amount. */
enum err transaction_amount(struct ctx *ctx, struct decimal amount, const char *currency,
			    struct money *out) MUST_CHECK;

enum err transaction_transfer(struct ctx *ctx, const struct transaction_order *in,
			      struct transaction *out) MUST_CHECK;
/* Against the project's funding account; provider is ignored here. */
enum err transaction_credit(struct ctx *ctx, const struct transaction_order *in,
			    struct transaction *out) MUST_CHECK;
enum err transaction_debit(struct ctx *ctx, const struct transaction_order *in,
			   struct transaction *out) MUST_CHECK;
/* Part of a hold, or without amount all that is left of it; the rest is released, if it is final. Without to: to the
 * funding account. ERR_EXCEEDS_REST, ERR_HOLD_CLOSED, ERR_ALREADY_CAPTURED. */
enum err transaction_capture(struct ctx *ctx, struct uuid hold, const struct transaction_order *in,
			     struct transaction *out) MUST_CHECK;
/* Give back a part of a transaction, or without amount all that is left of it. ERR_EXCEEDS_REST, ERR_ALREADY_REVERSED,
 * ERR_NOT_REVERSIBLE. */
enum err transaction_reverse(struct ctx *ctx, struct uuid transaction,
			     const struct transaction_order *in,
			     struct transaction *out) MUST_CHECK;

/* An administrator's order on any wallet. */
struct admin_order {
	const char *wallet; /* UUID, 13-digit number or label */
	struct decimal amount;
	const char *currency;
	const char *reference;
	const char *reason;
	bool dry_run;
};

/* Between the operator's funding account and the wallet; recorded in the audit log. */
enum err transaction_admin(struct ctx *ctx, bool credit, const struct admin_order *in,
			   struct transaction *out) MUST_CHECK;

struct bulk_order {
	struct list transactions; /* of struct transaction_order */
	bool atomic;              /* all or nothing */
	bool dry_run;
};

struct bulk_line {
	int64_t index;
	const char *reference;
	enum transaction_status status; /* completed, failed */
	struct uuid id;
	struct fee fee;
	const char *code; /* of the error */
	const char *message;
	bool replayed;
};

struct bulk_result {
	int64_t posted;
	int64_t replayed; /* posted before, with the same content */
	int64_t failed;
	struct list lines; /* of struct bulk_line */
};

/* Atomic: the first refusal is the fault, with one violation per refused transaction. */
enum err transaction_bulk(struct ctx *ctx, const struct bulk_order *in,
			  struct bulk_result *out) MUST_CHECK;

#endif
