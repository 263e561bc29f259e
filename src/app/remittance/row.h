/* row.h - a payment as it is stored. Internal to payments of Drop. */
#ifndef APP_REMITTANCE_ROW_H
#define APP_REMITTANCE_ROW_H

#include "app/remittance/drop_payment.h"
#include "db/db.h"

struct drop_payment_row {
	int64_t drop_payment_id;
	const char *drop_id;
	int64_t user_id;
	enum drop_payment_type type;
	enum bank_order_status status;
	const char *payee_name;
	const char *payee_country;
	int64_t amount;
	int64_t fee;
	int64_t total;
	int64_t coefficient; /* 0: no conversion */
	int64_t scale;
	int64_t receive_amount;
	const char *receive_currency;
	const char *from_account;
	int64_t transaction_id;
	const char *problem;
	const char *merchant;
	struct uuid merchant_account;
	struct instant created_at;
	struct instant completed_at;
	struct instant settled_at;
};

/* Read row i of the result of drop_payment_find and similar statements. */
void drop_payment_row_scan(const struct rows *rows, size_t i, struct drop_payment_row *out);
/* Lock the row, after the bank payment and before any ledger account, and read its current
 * state. ERR_NOT_FOUND. */
enum err drop_payment_row_lock(struct ctx *ctx, const char *drop_id,
			       struct drop_payment_row *out) MUST_CHECK;
/* All but .bank, which is not changed. */
void drop_payment_row_show(const struct drop_payment_row *row, struct drop_payment *out);

/* Post the amount owed for a new payment; *transaction_id is that of the posting. account is the
 * merchant's, or nil. */
enum err drop_payment_owe(struct ctx *ctx, const char *drop_id, const struct quote *quote,
			  struct uuid merchant_account, int64_t *transaction_id) MUST_CHECK;
/* Apply the result of a locked payment, recorded by bank_close(): complete it, or fail it and
 * reverse everything. The payer is notified. */
enum err drop_payment_apply_event(struct ctx *ctx, const struct drop_payment_row *row,
				  const struct bank_payment *bank) MUST_CHECK;

#endif
