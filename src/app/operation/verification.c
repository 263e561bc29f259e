#include "app/operation/verification.h"

#include "db/row.h"

enum err
verification_record(struct ctx *ctx, const struct verification *result)
{
	return db_run(ctx, SQL_verification_add, NULL,
		      PARAMS(p_at(result->started_at), p_bool(result->complete),
			     p_int(result->violations), p_text(result->run_by)));
}

static const struct column columns[] = {
	COLUMN(struct verification, started_at), COLUMN(struct verification, ended_at),
	COLUMN(struct verification, complete),   COLUMN(struct verification, violations),
	COLUMN(struct verification, run_by),
};

enum err
verification_last(struct ctx *ctx, struct verification *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_verification_last, &rows, NO_PARAMS));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "The books were never verified");
	rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), out);
	return ERR_OK;
}
