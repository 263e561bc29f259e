#include "ledger/balance.h"

#include "base/arena.h"
#include "db/row.h"

static const struct column trial_columns[] = {
	COLUMN(struct trial_line, code),     COLUMN(struct trial_line, name),
	COLUMN(struct trial_line, class),    COLUMN_WORD(struct trial_line, mode, mode_words),
	COLUMN(struct trial_line, currency), COLUMN(struct trial_line, accounts),
	COLUMN(struct trial_line, debit),    COLUMN(struct trial_line, credit),
};

enum err
ledger_trial_balance(struct ctx *ctx, enum mode mode, struct trial_line **lines, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_ledger_trial_balance, &rows, PARAMS(p_word(mode_words, mode))));
	*lines = arena_array(ctx->arena, rows.count, sizeof(**lines));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, trial_columns, COLUMN_COUNT(trial_columns), &(*lines)[i]);
	return ERR_OK;
}

enum err
ledger_position_at(struct ctx *ctx, struct uuid account, struct instant at,
		   struct ledger_position *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_account_position_at, &rows, PARAMS(p_uuid(account), p_at(at))));
	if (row_is_null(&rows, 0, 0))
		return fault(&ctx->fault, ERR_VALIDATION, "at",
			     "is in a part of the journal that is archived");
	*out = (struct ledger_position){row_int(&rows, 0, 0), row_int(&rows, 0, 1)};
	return ERR_OK;
}

enum err
ledger_detached(struct ctx *ctx, int64_t account_id, int64_t after, int64_t until, bool *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_account_detached, &rows,
		   PARAMS(p_int(account_id), p_int(after), p_int(until))));
	*out = row_bool(&rows, 0, 0);
	return ERR_OK;
}
