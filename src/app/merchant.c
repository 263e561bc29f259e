#include "app/merchant.h"

#include "db/row.h"

static const struct column columns[] = {
	COLUMN(struct merchant, merchant_id), COLUMN(struct merchant, drop_id),
	COLUMN(struct merchant, user_id),     COLUMN(struct merchant, business_name),
	COLUMN(struct merchant, status),      COLUMN(struct merchant, account),
};

enum err
merchant_find(struct ctx *ctx, const char *drop_id, struct merchant *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_merchant_find, &rows, PARAMS(p_text(drop_id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Merchant not found");
	rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), out);
	return ERR_OK;
}
