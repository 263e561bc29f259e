/*
 * payout.h - daily payouts of the amounts owed to merchants.
 *
 * A payout includes all payments of a merchant that the bank had settled by the hour of the day. It
 * is recorded, posted and reserved on the operator's bank account in one transaction, sent to the
 * bank outside of any, and settled by look-ups under its own reference: never twice, and never
 * lost. One that the bank refuses is reversed and releases its payments for the payout of the next
 * day.
 */
#ifndef APP_MERCHANT_PAYOUT_H
#define APP_MERCHANT_PAYOUT_H

#include "app/bank/bank.h"
#include "base/ctx.h"

/* The latest hour of payouts at or before a time. */
struct instant payout_hour_before(const struct ctx *ctx, struct instant at);
/* The next one after it. */
struct instant payout_hour_after(const struct ctx *ctx, struct instant at);

/* Make the payout of one merchant with a balance due; *found tells whether there was one. A job
 * of kind "merchant_payout" looks it up until it is settled. Outside of any transaction. */
enum err payout_open_due(struct ctx *ctx, bool *found) MUST_CHECK;
/* Ask the bank for the status of a payout, or send it to the bank again; *settled tells whether
 * it is final. Outside of any transaction. ERR_NOT_FOUND. */
enum err payout_look_up(struct ctx *ctx, const char *drop_id, bool *settled) MUST_CHECK;
/* In the transaction that has closed its bank payment: settle it. ERR_NOT_FOUND. */
enum err payout_settle(struct ctx *ctx, const struct bank_payment *bank) MUST_CHECK;

#endif
