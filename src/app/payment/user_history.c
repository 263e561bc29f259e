#include "app/payment/user_payment.h"
#include "base/arena.h"
#include "db/row.h"

struct line_row {
	enum transaction_type type;
	bool outgoing;
	enum deposit_status status;
	const char *reference;
	const char *currency;
	int64_t amount;
	const char *number;
	struct instant created_at;
};

const char *const deposit_status_words[] = {"success", "failed", "pending", NULL};

static const struct column columns[] = {
	COLUMN_WORD(struct line_row, type, transaction_type_words),
	COLUMN(struct line_row, outgoing),
	COLUMN_WORD(struct line_row, status, deposit_status_words),
	COLUMN(struct line_row, reference),
	COLUMN(struct line_row, currency),
	COLUMN(struct line_row, amount),
	COLUMN(struct line_row, number),
	COLUMN(struct line_row, created_at),
};

enum err
user_wallet_history(struct ctx *ctx, int64_t most, int64_t skip, struct user_wallet_line **out,
		    size_t *n)
{
	struct user_wallet wallet;
	struct rows rows;

	TRY(user_wallet_naira(ctx, &wallet));
	TRY(db_run(ctx, SQL_user_wallet_history, &rows,
		   PARAMS(p_int(wallet.account_id), p_int(most), p_int(skip))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++) {
		struct line_row row = {0};

		rows_scan(&rows, i, columns, COLUMN_COUNT(columns), &row);
		(*out)[i] = (struct user_wallet_line){
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
