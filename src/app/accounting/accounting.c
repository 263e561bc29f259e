#include "app/accounting/accounting.h"

#include "base/arena.h"
#include "db/row.h"
#include "ledger/ledger.h"

const char *const ledger_side_words[] = {"debit", "credit", NULL};

static const struct column chart_columns[] = {
	COLUMN(struct chart_account, kind),
	COLUMN(struct chart_account, code),
	COLUMN(struct chart_account, name),
	COLUMN_NAMED(struct chart_account, type, "class"),
	COLUMN_WORD(struct chart_account, normal_side, ledger_side_words),
	COLUMN(struct chart_account, created_at),
};

static void
scan_account(const struct rows *rows, size_t i, struct chart_account *out)
{
	rows_scan(rows, i, chart_columns, COLUMN_COUNT(chart_columns), out);
	out->is_system = out->kind < MANUAL_KIND_MIN;
}

enum err
chart_add(struct ctx *ctx, const struct chart_account *in, struct chart_account *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_chart_insert, &rows,
		   PARAMS(p_text(in->code), p_text(in->name), p_text(in->type),
			  p_word(ledger_side_words, in->normal_side))));
	scan_account(&rows, 0, out);
	return ERR_OK;
}

enum err
chart_list(struct ctx *ctx, struct list *out)
{
	struct chart_account *accounts;
	struct rows rows;

	TRY(db_run(ctx, SQL_chart_list, &rows, NO_PARAMS));
	accounts = arena_array(ctx->arena, rows.count, sizeof(*accounts));
	for (size_t i = 0; i < rows.count; i++)
		scan_account(&rows, i, &accounts[i]);
	*out = (struct list){accounts, rows.count};
	return ERR_OK;
}

static enum err
no_account(struct ctx *ctx, const char *code)
{
	return fault(&ctx->fault, ERR_ACCOUNT_NOT_FOUND, NULL, "Account %.40s not found", code);
}

struct balance_row {
	enum mode mode;
	const char *currency;
	wide_int balance;
};

static const struct column balance_columns[] = {
	COLUMN_WORD(struct balance_row, mode, mode_words),
	COLUMN(struct balance_row, currency),
	COLUMN(struct balance_row, balance),
};

static enum err
get_balances(struct ctx *ctx, enum mode mode, struct chart_detail *out)
{
	bool debit = out->account.normal_side == SIDE_DEBIT;
	struct chart_balance *balances;
	struct rows rows;

	TRY(db_run(ctx, SQL_chart_balances, &rows,
		   PARAMS(p_int(out->account.kind), p_word(mode_words, mode))));
	balances = arena_array(ctx->arena, rows.count, sizeof(*balances));
	for (size_t i = 0; i < rows.count; i++) {
		struct balance_row row = {.currency = NULL};
		const struct currency *currency;

		rows_scan(&rows, i, balance_columns, COLUMN_COUNT(balance_columns), &row);
		currency = currency_find(row.currency);
		balances[i] = (struct chart_balance){
			row.mode,
			currency->code,
			{debit ? -row.balance : row.balance, currency},
		};
	}
	out->balances = (struct list){balances, rows.count};
	return ERR_OK;
}

struct entry_row {
	int64_t transaction_id;
	struct uuid public_id;
	const char *reference;
	const char *type;
	const char *description;
	bool is_debit;
	int64_t amount;
	const char *currency;
	enum mode mode;
	struct instant created_at;
};

static const struct column entry_columns[] = {
	COLUMN(struct entry_row, transaction_id),
	COLUMN(struct entry_row, public_id),
	COLUMN(struct entry_row, reference),
	COLUMN(struct entry_row, type),
	COLUMN(struct entry_row, description),
	COLUMN(struct entry_row, is_debit),
	COLUMN(struct entry_row, amount),
	COLUMN(struct entry_row, currency),
	COLUMN_WORD(struct entry_row, mode, mode_words),
	COLUMN(struct entry_row, created_at),
};

static enum err
get_entries(struct ctx *ctx, enum mode mode, int64_t before, int64_t most, struct chart_detail *out)
{
	struct chart_entry *entries;
	struct rows rows;

	if (out->account.kind == ACCOUNT_WALLET)
		return ERR_OK;
	TRY(db_run(ctx, SQL_chart_entries, &rows,
		   PARAMS(p_int(out->account.kind), p_int(before > 0 ? before : INT64_MAX),
			  p_int(most), p_word(mode_words, mode))));
	entries = arena_array(ctx->arena, rows.count, sizeof(*entries));
	for (size_t i = 0; i < rows.count; i++) {
		struct entry_row row = {0};

		rows_scan(&rows, i, entry_columns, COLUMN_COUNT(entry_columns), &row);
		entries[i] = (struct chart_entry){
			.transaction_id = row.transaction_id,
			.public_id = row.public_id,
			.reference = row.reference,
			.description = row.description,
			.dc = row.is_debit ? SIDE_DEBIT : SIDE_CREDIT,
			.amount = {row.amount, currency_find(row.currency)},
			.currency = row.currency,
			.mode = row.mode,
			.created_at = row.created_at,
		};
	}
	out->entries = (struct list){entries, rows.count};
	return ERR_OK;
}

enum err
chart_get(struct ctx *ctx, const char *code, enum mode mode, int64_t before, int64_t most,
	  struct chart_detail *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_chart_find, &rows, PARAMS(p_texts(&code, 1))));
	if (rows.count == 0)
		return no_account(ctx, code);
	scan_account(&rows, 0, &out->account);
	TRY(get_balances(ctx, mode, out));
	return get_entries(ctx, mode, before, most, out);
}
