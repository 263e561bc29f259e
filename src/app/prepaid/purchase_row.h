/* purchase_row.h - a purchase as it is stored, and how it is settled. Internal to purchases. */
#ifndef APP_PREPAID_PURCHASE_ROW_H
#define APP_PREPAID_PURCHASE_ROW_H

#include "app/payment/state.h"
#include "app/prepaid/purchase.h"
#include "db/db.h"
#include "ledger/kernel.h"

struct purchase_row {
	int64_t purchase_id;
	struct uuid public_id;
	const char *label;
	int64_t user_id;
	int64_t ledger_id;
	const char *currency;
	int64_t amount;
	const char *recipient;
	const char *reference;
	bool reference_held;
	struct bytes content;
	const char *provider;
	const char *provider_reference;
	int64_t provider_config_id;
	const char *product;
	const char *provider_code;
	enum product_kind kind;
	enum payment_status status;
	bool accepted;
	const char *provider_id;
	const char *token;
	const char *problem;
	struct uuid wallet;
	struct uuid hold;
	struct uuid transaction;
	struct instant created_at;
	struct instant settled_at;
	int64_t age_s; /* by the database's clock */
};

/* Read row i of the result of purchase_find and similar statements. */
void purchase_row_scan(const struct rows *rows, size_t i, struct purchase_row *out);
/* Lock the row, before any account, and read its current state. ERR_NOT_FOUND. */
enum err purchase_row_lock(struct ctx *ctx, struct uuid id, struct purchase_row *out) MUST_CHECK;
/* What a purchase is in the ledger. */
enum transaction_type purchase_transaction_type(enum product_kind kind);
void purchase_row_show(const struct purchase_row *row, struct purchase *out);

/* The event that an answer of the vendor stands for. */
enum payment_event purchase_event_of(const struct purchase_row *row,
				     const struct vendor_answer *answer);
/*
 * Apply an event to a locked purchase: take the step of the table. answer is the vendor's, or NULL.
 * Refusals of the ledger lead to a review, those of an administrator's decision are reported.
 */
enum err purchase_apply_event(struct ctx *ctx, struct purchase_row *row, enum payment_event event,
			      const struct vendor_answer *answer) MUST_CHECK;

#endif
