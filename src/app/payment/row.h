/* row.h - a payment as it is stored, and how it is settled. Internal to payments. */
#ifndef APP_PAYMENT_ROW_H
#define APP_PAYMENT_ROW_H

#include "app/payment/payment.h"
#include "app/payment/state.h"
#include "db/db.h"

/* A deposit that nobody has paid by then is not asked about any more. */
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
	bool payable;               /* where it has failed: it may be paid all the same */
	bool accepted;
	bool called;
	const char *answer;
	const char *checkout_url;
	const char *problem;
	int64_t paid_amount; /* 0: not said */
	const char *paid_currency;
	const char *metadata;
	struct uuid wallet;
	struct uuid hold;
	struct uuid transaction;
	struct instant created_at;
	struct instant settled_at;
	int64_t age_s; /* by the database's clock */
};

/* Read row i of what payment_find and its like return. */
void payment_row_scan(const struct rows *rows, size_t i, struct payment_row *out);
/* Lock the row, before any account, and read it as it is then. ERR_NOT_FOUND. */
enum err payment_row_lock(struct ctx *ctx, struct uuid id, struct payment_row *out) MUST_CHECK;
/* Where it stands in the table of states. */
enum payment_status payment_row_state(const struct payment_row *row);
void payment_row_show(const struct payment_row *row, struct payment *out);

/*
 * What has come of a locked payment: take the step that the table has for it. paid is what the
 * provider says was paid (without currency: it did not say), why is for people. Refusals of the
 * ledger lead to a review, those of a person's decision are reported.
 */
enum err payment_apply_event(struct ctx *ctx, struct payment_row *row, enum payment_event event,
			     struct money paid, const char *why) MUST_CHECK;
/* What a provider's report means for a payment. */
enum payment_event payment_event_of(const struct payment_row *row,
				    const struct provider_report *report);
/* Tell who listens how a payment stands. */
enum err payment_emit_event(struct ctx *ctx, const struct payment_row *row) MUST_CHECK;

#endif
