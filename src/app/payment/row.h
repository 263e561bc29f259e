/* row.h - a payment as it is stored, and how it is settled. Internal to payments. */
#ifndef APP_PAYMENT_ROW_H
#define APP_PAYMENT_ROW_H

#include "app/payment/payment.h"
#include "app/payment/state.h"
#include "db/db.h"

/* An unpaid deposit is not looked up after this time. */
enum { PAYMENT_LAPSED_AFTER_S = 7 * 86400 };

struct payment_row {
	int64_t payment_id;
	struct uuid public_id;
	int64_t ledger_id;
	int64_t project_id;
	int64_t user_id;
	bool live;
	bool withdrawal;
	enum transaction_type type;
	const char *currency;
	int64_t amount;
	const char *reference;
	bool reference_held;
	struct bytes content;
	const char *provider;
	const char *provider_reference;
	int64_t provider_config_id;
	const char *provider_id;
	enum payment_status status; /* never PAYMENT_UNPAID */
	bool payable;               /* a failed one: it may still be paid */
	bool accepted;
	bool called;
	const char *answer;
	const char *checkout_url;
	const char *problem;
	int64_t paid_amount; /* 0: not reported */
	const char *paid_currency;
	const char *metadata;
	struct uuid wallet;
	struct uuid hold;
	struct uuid transaction;
	struct instant created_at;
	struct instant settled_at;
	int64_t age_s; /* by the database's clock */
};

/* Read row i of the result of payment_find and similar statements. */
void payment_row_scan(const struct rows *rows, size_t i, struct payment_row *out);
/* Lock the row, before any account, and read its current state. ERR_NOT_FOUND. */
enum err payment_row_lock(struct ctx *ctx, struct uuid id, struct payment_row *out) MUST_CHECK;
/* Its state in the table of states. */
enum payment_status payment_row_state(const struct payment_row *row);
void payment_row_show(const struct payment_row *row, struct payment *out);

/*
 * Apply an event to a locked payment: take the step of the table. paid is the amount reported by
 * the provider (without currency: not reported), why is for users. Refusals of the ledger lead to a
 * review, those of an administrator's decision are reported.
 */
enum err payment_apply_event(struct ctx *ctx, struct payment_row *row, enum payment_event event,
			     struct money paid, const char *why) MUST_CHECK;
/* The event that a provider's report stands for. */
enum payment_event payment_event_of(const struct payment_row *row,
				    const struct provider_report *report);
/* Add an event with the state of a payment. */
enum err payment_emit_event(struct ctx *ctx, const struct payment_row *row) MUST_CHECK;

#endif
