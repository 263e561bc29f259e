/* A user's payments: lists and sums. */
#include "app/remittance/rate.h"
#include "app/remittance/row.h"
#include "base/arena.h"
#include "db/row.h"

enum err
drop_payment_list(struct ctx *ctx, const struct drop_payment_filter *filter,
		  struct drop_payment **out, size_t *n, int64_t *total)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_drop_payment_count, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_word(drop_payment_type_words, filter->type),
			  p_word(bank_order_status_words, filter->status))));
	*total = row_int(&rows, 0, 0);
	TRY(db_run(ctx, SQL_drop_payment_list, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_word(drop_payment_type_words, filter->type),
			  p_word(bank_order_status_words, filter->status),
			  p_bool(filter->by_amount), p_bool(filter->ascending), p_int(filter->most),
			  p_int(filter->skip))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++) {
		struct drop_payment_row row;

		drop_payment_row_scan(&rows, i, &row);
		drop_payment_row_show(&row, &(*out)[i]);
	}
	return ERR_OK;
}

struct sums {
	int64_t total_count;
	wide_int sent;
	wide_int paid;
	int64_t remittances;
	int64_t qr_payments;
};

static const struct column columns[] = {
	COLUMN(struct sums, total_count), COLUMN(struct sums, sent),
	COLUMN(struct sums, paid),        COLUMN(struct sums, remittances),
	COLUMN(struct sums, qr_payments),
};

static struct drop_summary
read_summary(const struct rows *rows, size_t i)
{
	const struct currency *currency = currency_find(RATE_BASE);
	struct sums sums;

	rows_scan(rows, i, columns, COLUMN_COUNT(columns), &sums);
	return (struct drop_summary){
		.count = sums.total_count,
		.sent = {sums.sent, currency},
		.paid = {sums.paid, currency},
		.remittances = sums.remittances,
		.qr_payments = sums.qr_payments,
	};
}

enum err
drop_payment_summary(struct ctx *ctx, struct drop_summary *all, struct drop_summary *month)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_drop_payment_summary, &rows, PARAMS(p_int(ctx->who.user_id))));
	*all = read_summary(&rows, 0);
	*month = read_summary(&rows, 1);
	return ERR_OK;
}
