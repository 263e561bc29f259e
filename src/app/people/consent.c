#include "app/people/consent.h"

#include "base/arena.h"
#include "crypto/public_id.h"
#include "db/row.h"

static const struct column list_columns[] = {
	COLUMN(struct consent, drop_id),      COLUMN(struct consent, user_drop_id),
	COLUMN(struct consent, consent_type), COLUMN(struct consent, granted),
	COLUMN(struct consent, granted_at),   COLUMN(struct consent, withdrawn_at),
	COLUMN(struct consent, ip_address),
};

static const struct column set_columns[] = {
	COLUMN(struct consent, drop_id),      COLUMN(struct consent, consent_type),
	COLUMN(struct consent, granted),      COLUMN(struct consent, granted_at),
	COLUMN(struct consent, withdrawn_at), COLUMN(struct consent, ip_address),
	COLUMN(struct consent, is_new),
};

enum err
consent_list(struct ctx *ctx, struct consent **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_consent_list, &rows, PARAMS(p_int(ctx->who.user_id))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, list_columns, COLUMN_COUNT(list_columns), &(*out)[i]);
	return ERR_OK;
}

enum err
consent_set(struct ctx *ctx, const char *type, bool granted, struct consent *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_consent_set, &rows,
		   PARAMS(p_text(drop_id_new(ctx->arena, "con")), p_int(ctx->who.user_id),
			  p_text(type), p_bool(granted), p_text(ctx->address))));
	rows_scan(&rows, 0, set_columns, COLUMN_COUNT(set_columns), out);
	return ERR_OK;
}
