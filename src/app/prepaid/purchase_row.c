#include "app/prepaid/purchase_row.h"

#include "app/payment/payment.h"
#include "db/row.h"

static const struct column columns[] = {
	COLUMN(struct purchase_row, purchase_id),
	COLUMN(struct purchase_row, public_id),
	COLUMN(struct purchase_row, label),
	COLUMN(struct purchase_row, user_id),
	COLUMN(struct purchase_row, ledger_id),
	COLUMN(struct purchase_row, currency),
	COLUMN(struct purchase_row, amount),
	COLUMN(struct purchase_row, recipient),
	COLUMN(struct purchase_row, reference),
	COLUMN(struct purchase_row, reference_held),
	COLUMN(struct purchase_row, content),
	COLUMN(struct purchase_row, provider),
	COLUMN(struct purchase_row, provider_reference),
	COLUMN(struct purchase_row, provider_config_id),
	COLUMN(struct purchase_row, product),
	COLUMN(struct purchase_row, provider_code),
	COLUMN_WORD(struct purchase_row, kind, product_kind_words),
	COLUMN_WORD(struct purchase_row, status, transaction_status_words),
	COLUMN(struct purchase_row, accepted),
	COLUMN(struct purchase_row, provider_id),
	COLUMN(struct purchase_row, token),
	COLUMN(struct purchase_row, problem),
	COLUMN(struct purchase_row, wallet),
	COLUMN(struct purchase_row, hold),
	COLUMN(struct purchase_row, transaction),
	COLUMN(struct purchase_row, created_at),
	COLUMN(struct purchase_row, settled_at),
	COLUMN(struct purchase_row, age_s),
};

void
purchase_row_scan(const struct rows *rows, size_t i, struct purchase_row *out)
{
	*out = (struct purchase_row){0};
	rows_scan(rows, i, columns, COLUMN_COUNT(columns), out);
}

enum err
purchase_row_lock(struct ctx *ctx, struct uuid id, struct purchase_row *out)
{
	const struct param param = p_uuid(id);
	struct rows locked;
	struct rows found;
	const struct db_call calls[] = {
		{SQL_purchase_lock, &locked, &param, 1},
		{SQL_purchase_find, &found, &param, 1},
	};

	TRY(db_pipeline(ctx, calls, 2));
	if (found.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Purchase not found");
	purchase_row_scan(&found, 0, out);
	return ERR_OK;
}

enum transaction_type
purchase_transaction_type(enum product_kind kind)
{
	return kind == PRODUCT_BILL ? TRANSACTION_BILL_PAYMENT : TRANSACTION_PURCHASE;
}

void
purchase_row_show(const struct purchase_row *row, struct purchase *out)
{
	*out = (struct purchase){
		.purchase_id = row->purchase_id,
		.public_id = row->public_id,
		.label = row->label,
		.provider = row->provider,
		.product = row->product,
		.kind = row->kind,
		.recipient = row->recipient,
		.reference = row->reference,
		.amount = {row->amount, currency_find(row->currency)},
		.currency = row->currency,
		.status = row->status == PAYMENT_REVIEW ? PAYMENT_PENDING : row->status,
		.state = row->status,
		.token = row->token,
		.problem = row->problem,
		.created_at = row->created_at,
		.settled_at = row->settled_at,
	};
}
