#include "app/merchant/merchant.h"

#include <string.h>

#include "app/bank/bban.h"
#include "app/bank/iban.h"
#include "base/arena.h"
#include "crypto/public_id.h"
#include "db/row.h"
#include "ledger/account.h"
#include "schema/schema.h"

static const struct column columns[] = {
	COLUMN(struct merchant, merchant_id),  COLUMN(struct merchant, drop_id),
	COLUMN(struct merchant, user_id),      COLUMN(struct merchant, business_name),
	COLUMN(struct merchant, status),       COLUMN(struct merchant, account),
	COLUMN(struct merchant, org_number),   COLUMN(struct merchant, address),
	COLUMN(struct merchant, bank_account), COLUMN(struct merchant, created_at),
};

static const struct currency *
currency(void)
{
	return currency_find("NOK");
}

static struct money
kroner(int64_t minor)
{
	return (struct money){minor, currency()};
}

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

enum err
merchant_own(struct ctx *ctx, struct merchant *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_merchant_of_user, &rows, PARAMS(p_int(ctx->who.user_id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_FORBIDDEN, NULL, "Only merchants can do this");
	rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), out);
	return ERR_OK;
}

const char *
merchant_qr_value(struct arena *arena, const struct merchant *merchant)
{
	return arena_printf(arena, "drop://pay/%s", merchant->drop_id);
}

/* A Norwegian account, to which NOK are paid: its BBAN, or the IBAN made of it. */
static enum err
check_account(struct ctx *ctx, const char *account)
{
	if (bban_valid("NO", account) || (text_starts_with(account, "NO") && iban_valid(account)))
		return ERR_OK;
	violation_add(ctx->arena, &ctx->fault, "bankAccount", "ACCOUNT",
		      "must be a Norwegian account number or its IBAN");
	return ERR_VALIDATION;
}

static enum err
insert(struct ctx *ctx, const struct merchant_order *in, const char *account)
{
	int64_t ledger_id;
	int64_t account_id;
	struct uuid id;

	TRY(ledger_of(ctx, 0, MODE_LIVE, &ledger_id));
	TRY(ledger_open_account(ctx, ledger_id, ACCOUNT_PAYABLES, currency(), &account_id, &id));
	TRY(db_run(ctx, SQL_merchant_insert, NULL,
		   PARAMS(p_text(drop_id_new(ctx->arena, "mer")), p_int(ctx->who.user_id),
			  p_text(in->business_name), p_text(in->org_number),
			  p_text(in->address != NULL ? text_plain(ctx->arena, in->address) : NULL),
			  p_text(account), p_int(account_id))));
	return db_run(ctx, SQL_merchant_role, NULL, PARAMS(p_int(ctx->who.user_id)));
}

static enum err
revive(struct ctx *ctx, const struct merchant_order *in, const char *account, bool *revived)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_merchant_revive, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_text(in->business_name),
			  p_text(in->org_number),
			  p_text(in->address != NULL ? text_plain(ctx->arena, in->address) : NULL),
			  p_text(account))));
	*revived = rows.count > 0;
	return *revived ? db_run(ctx, SQL_merchant_role, NULL, PARAMS(p_int(ctx->who.user_id)))
			: ERR_OK;
}

enum err
merchant_register(struct ctx *ctx, const struct merchant_order *in, struct merchant *out)
{
	const char *account = account_plain(ctx->arena, in->bank_account);
	bool revived;

	TRY(check_account(ctx, account));
	TRY(revive(ctx, in, account, &revived));
	if (!revived)
		TRY(insert(ctx, in, account));
	return merchant_own(ctx, out);
}

enum err
merchant_leave(struct ctx *ctx, int64_t user_id)
{
	return db_run(ctx, SQL_merchant_leave, NULL, PARAMS(p_int(user_id)));
}

struct turnover_row {
	int64_t payments;
	wide_int revenue;
	wide_int fees;
	wide_int due;
};

static const struct column turnover_columns[] = {
	COLUMN(struct turnover_row, payments),
	COLUMN(struct turnover_row, revenue),
	COLUMN(struct turnover_row, fees),
	COLUMN(struct turnover_row, due),
};

enum err
merchant_turnover(struct ctx *ctx, const struct merchant *merchant, const char *period,
		  struct turnover *out)
{
	const struct currency *base = currency();
	struct turnover_row row;
	struct rows rows;

	TRY(db_run(ctx, SQL_merchant_turnover, &rows,
		   PARAMS(p_int(merchant->merchant_id), p_text(period))));
	rows_scan(&rows, 0, turnover_columns, COLUMN_COUNT(turnover_columns), &row);
	*out = (struct turnover){
		.count = row.payments,
		.revenue = {row.revenue, base},
		.fees = {row.fees, base},
		.net = {row.revenue - row.fees, base},
		.due = {row.due, base},
	};
	return ERR_OK;
}

struct payment_row {
	int64_t drop_payment_id;
	const char *drop_id;
	enum bank_order_status status;
	int64_t minor;
	int64_t fee_minor;
	const char *first_name;
	const char *last_name;
	struct instant created_at;
	struct instant completed_at;
};

static const struct column payment_columns[] = {
	COLUMN(struct payment_row, drop_payment_id),
	COLUMN(struct payment_row, drop_id),
	COLUMN_WORD(struct payment_row, status, bank_order_status_words),
	COLUMN(struct payment_row, minor),
	COLUMN(struct payment_row, fee_minor),
	COLUMN(struct payment_row, first_name),
	COLUMN(struct payment_row, last_name),
	COLUMN(struct payment_row, created_at),
	COLUMN(struct payment_row, completed_at),
};

/* A name shortened for the merchant: "Jane D.", or "Jane" if there is one name. */
static const char *
customer_of(struct arena *arena, const struct payment_row *row)
{
	size_t initial = utf8_next(row->last_name, strlen(row->last_name));

	if (initial == 0)
		return row->first_name;
	return arena_printf(arena, "%s %.*s.", row->first_name, (int)initial, row->last_name);
}

enum err
merchant_payments(struct ctx *ctx, const struct merchant *merchant, int64_t most, int64_t skip,
		  struct merchant_payment **out, size_t *n, int64_t *total)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_merchant_payment_count, &rows, PARAMS(p_int(merchant->merchant_id))));
	*total = row_int(&rows, 0, 0);
	TRY(db_run(ctx, SQL_merchant_payment_list, &rows,
		   PARAMS(p_int(merchant->merchant_id), p_int(most), p_int(skip))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++) {
		struct payment_row row;

		rows_scan(&rows, i, payment_columns, COLUMN_COUNT(payment_columns), &row);
		(*out)[i] = (struct merchant_payment){
			.drop_payment_id = row.drop_payment_id,
			.drop_id = row.drop_id,
			.status = row.status,
			.amount = kroner(row.minor),
			.fee = kroner(row.fee_minor),
			.net = kroner(row.minor - row.fee_minor),
			.customer = customer_of(ctx->arena, &row),
			.created_at = row.created_at,
			.completed_at = row.completed_at,
		};
	}
	return ERR_OK;
}
