#include "app/remittance/row.h"

#include "app/remittance/rate.h"
#include "db/row.h"

static const struct column columns[] = {
	COLUMN(struct drop_payment_row, drop_payment_id),
	COLUMN(struct drop_payment_row, drop_id),
	COLUMN(struct drop_payment_row, user_id),
	COLUMN_WORD(struct drop_payment_row, type, drop_payment_type_words),
	COLUMN_WORD(struct drop_payment_row, status, bank_order_status_words),
	COLUMN(struct drop_payment_row, payee_name),
	COLUMN(struct drop_payment_row, payee_country),
	COLUMN(struct drop_payment_row, amount),
	COLUMN(struct drop_payment_row, fee),
	COLUMN(struct drop_payment_row, total),
	COLUMN(struct drop_payment_row, coefficient),
	COLUMN(struct drop_payment_row, scale),
	COLUMN(struct drop_payment_row, receive_amount),
	COLUMN(struct drop_payment_row, receive_currency),
	COLUMN(struct drop_payment_row, from_account),
	COLUMN(struct drop_payment_row, transaction_id),
	COLUMN(struct drop_payment_row, problem),
	COLUMN(struct drop_payment_row, merchant),
	COLUMN(struct drop_payment_row, merchant_account),
	COLUMN(struct drop_payment_row, created_at),
	COLUMN(struct drop_payment_row, completed_at),
	COLUMN(struct drop_payment_row, settled_at),
};

void
drop_payment_row_scan(const struct rows *rows, size_t i, struct drop_payment_row *out)
{
	*out = (struct drop_payment_row){.drop_id = NULL};
	rows_scan(rows, i, columns, COLUMN_COUNT(columns), out);
}

enum err
drop_payment_row_lock(struct ctx *ctx, const char *drop_id, struct drop_payment_row *out)
{
	const struct param param = p_text(drop_id);
	struct rows locked;
	struct rows found;
	const struct db_call calls[] = {
		{SQL_drop_payment_lock, &locked, &param, 1},
		{SQL_drop_payment_find, &found, &param, 1},
	};

	TRY(db_pipeline(ctx, calls, 2));
	if (found.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Transaction not found");
	drop_payment_row_scan(&found, 0, out);
	return ERR_OK;
}

void
drop_payment_row_show(const struct drop_payment_row *row, struct drop_payment *out)
{
	const struct currency *paid = currency_find(RATE_BASE);

	out->drop_payment_id = row->drop_payment_id;
	out->drop_id = row->drop_id;
	out->user_id = row->user_id;
	out->type = row->type;
	out->status = row->status;
	out->payee_name = row->payee_name;
	out->payee_country = row->payee_country;
	out->merchant = row->merchant;
	out->amount = (struct money){row->amount, paid};
	out->fee = (struct money){row->fee, paid};
	out->total = (struct money){row->total, paid};
	out->rate = (struct decimal){row->coefficient, (unsigned char)row->scale, true};
	if (row->coefficient == 0)
		out->rate.coefficient = 1;
	out->receive = (struct money){row->receive_amount, currency_find(row->receive_currency)};
	out->from_account = row->from_account;
	out->problem = row->problem;
	out->created_at = row->created_at;
	out->completed_at = row->completed_at;
	out->settled = row->settled_at.us != 0;
}
