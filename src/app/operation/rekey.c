#include "app/operation/rekey.h"

#include "base/arena.h"
#include "base/email.h"
#include "db/row.h"

struct address_row {
	int64_t user_id;
	struct uuid public_id;
	const char *key;
};

static const struct column address_columns[] = {
	COLUMN(struct address_row, user_id),
	COLUMN(struct address_row, public_id),
	COLUMN_NAMED(struct address_row, key, "email_key"),
};

/* The key of a key is the key of its address. */
static enum err
rekey_users(struct ctx *ctx)
{
	struct rows rows;
	struct rows none;

	TRY(db_run(ctx, SQL_user_addresses, &rows, NO_PARAMS));
	for (size_t i = 0; i < rows.count; i++) {
		struct address_row row = {0};
		const char *key;

		rows_scan(&rows, i, address_columns, COLUMN_COUNT(address_columns), &row);
		key = email_key(ctx->arena, row.key);
		if (!text_equal(key, row.key))
			TRY(db_run(ctx, SQL_user_set_email_key, &none,
				   PARAMS(p_int(row.user_id), p_text(key))));
	}
	return ERR_OK;
}

static enum err
rekey_fundings(struct ctx *ctx)
{
	struct rows rows;
	struct rows none;

	TRY(db_run(ctx, SQL_funding_addresses, &rows, NO_PARAMS));
	for (size_t i = 0; i < rows.count; i++) {
		const char *old = row_text(&rows, i, 0);
		const char *key = email_key(ctx->arena, old);

		if (!text_equal(key, old))
			TRY(db_run(ctx, SQL_funding_set_email_key, &none,
				   PARAMS(p_text(old), p_text(key))));
	}
	return ERR_OK;
}

enum err
rekey_addresses(struct ctx *ctx, bool change, struct odd_address **out, size_t *n)
{
	struct rows rows;

	if (change) {
		TRY(rekey_users(ctx));
		TRY(rekey_fundings(ctx));
	}
	TRY(db_run(ctx, SQL_user_addresses, &rows, NO_PARAMS));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = 0;
	for (size_t i = 0; i < rows.count; i++) {
		struct address_row row = {0};
		bool taken;

		rows_scan(&rows, i, address_columns, COLUMN_COUNT(address_columns), &row);
		taken = !text_equal(email_key(ctx->arena, row.key), row.key);
		if (taken || !email_valid(row.key))
			(*out)[(*n)++] = (struct odd_address){row.public_id, taken};
	}
	return ERR_OK;
}
