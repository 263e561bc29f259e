/*
 * merchant.h - who takes payments by QR code.
 *
 * Each has an account of kind PAYABLES in the platform's live books: a payment adds what is
 * owed to them (amount less fee), a payout takes it. Only what the bank has confirmed may be
 * paid out: payments whose settled_at is set.
 */
#ifndef APP_MERCHANT_H
#define APP_MERCHANT_H

#include "base/ctx.h"

struct merchant {
	int64_t merchant_id;
	const char *drop_id; /* "mer_…" */
	int64_t user_id;
	const char *business_name;
	const char *status;  /* active, closed */
	struct uuid account; /* public id of what is owed to them */
};

/* An active one, by its public id. ERR_NOT_FOUND. */
enum err merchant_find(struct ctx *ctx, const char *drop_id, struct merchant *out) MUST_CHECK;

#endif
