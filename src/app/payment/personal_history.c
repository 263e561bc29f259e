#include "app/payment/personal_money.h"
#include "base/arena.h"
#include "db/row.h"

struct line_row {
	const char *type;
	bool outgoing;
	const char *status;
	const char *reference;
	const char *currency;
	int64_t amount;
	const char *number;
	struct instant created_at;
};

static const struct column columns[] = {
	COLUMN(struct line_row, type),     COLUMN(struct line_row, outgoing),
	COLUMN(struct line_row, status),   COLUMN(struct line_row, reference),
	COLUMN(struct line_row, currency), COLUMN(struct line_row, amount),
	COLUMN(struct line_row, number),   COLUMN(struct line_row, created_at),
};

enum err
personal_history(struct ctx *ctx, int64_t most, int64_t skip, struct personal_line **out, size_t *n)
{
	struct personal_wallet wallet;
	struct rows rows;

	TRY(personal_naira(ctx, &wallet));
	TRY(db_run(ctx, SQL_personal_history, &rows,
		   PARAMS(p_int(wallet.account_id), p_int(most), p_int(skip))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++) {
		struct line_row row = {0};

		rows_scan(&rows, i, columns, COLUMN_COUNT(columns), &row);
		(*out)[i] = (struct personal_line){
			.type = row.type,
			.outgoing = row.outgoing,
			.status = row.status,
			.reference = row.reference,
			.amount = {row.amount, currency_find(row.currency)},
			.number = row.number,
			.created_at = row.created_at,
		};
	}
	return ERR_OK;
}
