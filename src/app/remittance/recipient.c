#include "app/remittance/recipient.h"

#include <string.h>

#include "app/bank/iban.h"
#include "base/arena.h"
#include "crypto/public_id.h"
#include "db/row.h"
#include "schema/schema.h"

enum { SHOWN_DIGITS = 4 };

static const struct column columns[] = {
	COLUMN(struct recipient, recipient_id), COLUMN(struct recipient, drop_id),
	COLUMN(struct recipient, name),         COLUMN(struct recipient, country),
	COLUMN(struct recipient, currency),     COLUMN(struct recipient, bank_account),
	COLUMN(struct recipient, bank_name),    COLUMN(struct recipient, created_at),
};

static void
check_account(struct ctx *ctx, const struct corridor *corridor, const char *iban)
{
	if (!iban_valid(iban))
		violation_add(ctx->arena, &ctx->fault, "bankAccount", "IBAN",
			      "must be an IBAN; its structure or check digits do not fit");
	else if (strncmp(iban, corridor->country, 2) != 0 || strlen(iban) != corridor->iban_length)
		violation_add(ctx->arena, &ctx->fault, "bankAccount", "IBAN",
			      arena_printf(ctx->arena, "must be an IBAN of %s, of %zu characters",
					   corridor->name, corridor->iban_length));
}

static enum err
check(struct ctx *ctx, const struct recipient *in, const char *iban)
{
	const struct corridor *corridor = corridor_find(in->country);

	if (corridor == NULL) {
		violation_add(ctx->arena, &ctx->fault, "country", "CHOICE",
			      "must be one of RS, BA, PL, PK, TR");
		return ERR_VALIDATION;
	}
	if (!corridor_takes(corridor, in->currency))
		violation_add(ctx->arena, &ctx->fault, "currency", "CORRIDOR",
			      arena_printf(ctx->arena, "must be %s or EUR for %s",
					   corridor->currency, corridor->name));
	check_account(ctx, corridor, iban);
	return ctx->fault.violations != NULL ? ERR_VALIDATION : ERR_OK;
}

enum err
recipient_add(struct ctx *ctx, const struct recipient *in, struct recipient *out)
{
	const char *iban = iban_plain(ctx->arena, in->bank_account);
	struct rows rows;

	TRY(check(ctx, in, iban));
	TRY(db_run(ctx, SQL_recipient_insert, &rows,
		   PARAMS(p_text(drop_id_new(ctx->arena, "rec")), p_int(ctx->who.user_id),
			  p_text(in->name), p_text(in->country), p_text(in->currency), p_text(iban),
			  p_text(in->bank_name))));
	rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), out);
	return ERR_OK;
}

enum err
recipient_list(struct ctx *ctx, int64_t most, int64_t skip, struct recipient **out, size_t *n,
	       int64_t *total)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_recipient_count, &rows, PARAMS(p_int(ctx->who.user_id))));
	*total = row_int(&rows, 0, 0);
	TRY(db_run(ctx, SQL_recipient_list, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_int(most), p_int(skip))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, columns, COLUMN_COUNT(columns), &(*out)[i]);
	return ERR_OK;
}

enum err
recipient_find(struct ctx *ctx, const char *drop_id, struct recipient *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_recipient_find, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_text(drop_id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Recipient not found");
	rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), out);
	return ERR_OK;
}

enum err
recipient_delete(struct ctx *ctx, const char *drop_id)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_recipient_delete, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_text(drop_id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Recipient not found");
	return ERR_OK;
}

const char *
recipient_masked(struct arena *arena, const char *bank_account)
{
	size_t length = strlen(bank_account);

	return arena_printf(arena, "*****%s",
			    bank_account + (length > SHOWN_DIGITS ? length - SHOWN_DIGITS : 0));
}
