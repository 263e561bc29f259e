/*
 * payee.h - merchants and service providers that can be paid with vouchers.
 *
 * Only the operator registers them. The amount owed to a payee is on its own account in the
 * platform's live ledger, and stays there when it is removed.
 */
#ifndef APP_VOUCHER_PAYEE_H
#define APP_VOUCHER_PAYEE_H

#include "base/ctx.h"
#include "base/money.h"

enum payee_kind { PAYEE_MERCHANT = 1, PAYEE_SERVICE_PROVIDER };
enum payee_status { PAYEE_REGISTERED = 1, PAYEE_UNREGISTERED };

extern const char *const payee_kind_words[];
extern const char *const payee_status_words[];

struct payee {
	int64_t payee_id;
	struct uuid id; /* of its account */
	enum payee_kind kind;
	const char *code; /* code sent by redeemers */
	const char *name; /* or NULL */
	enum payee_status status;
	struct money owed;
	struct instant created_at;
	bool known; /* it was already registered */
};

struct payee_order {
	enum payee_kind kind;
	const char *code;
	const char *name; /* or NULL */
};

/* In a transaction; recorded in the audit log. The name of a registered one is updated. */
enum err payee_register(struct ctx *ctx, const struct payee_order *in,
			struct payee *out) MUST_CHECK;
/* The same: remove a payee. ERR_NOT_FOUND for one that is not registered. */
enum err payee_remove(struct ctx *ctx, struct uuid id, struct payee *out) MUST_CHECK;

struct payee_filter {
	enum payee_status status; /* 0: any */
	int64_t after;            /* last one of the previous page; 0: from the newest */
	int64_t most;
};
enum err payee_list(struct ctx *ctx, const struct payee_filter *filter, struct payee **out,
		    size_t *n) MUST_CHECK;

/* The account of a registered payee; nil if there is none, or code is NULL. */
enum err payee_account(struct ctx *ctx, enum payee_kind kind, const char *code,
		       struct uuid *account) MUST_CHECK;

#endif
