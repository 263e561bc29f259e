#include "app/wallet/account.h"

#include "base/arena.h"
#include "base/word.h"
#include "db/row.h"

struct account_row {
	int64_t account_id;
	struct uuid public_id;
	const char *kind;
	const char *currency;
	int64_t status;
	int64_t balance;
	int64_t held;
	bool has_floor;
	struct uuid project_account;
	struct uuid owner;
	struct instant created_at;
};

static const struct column columns[] = {
	COLUMN(struct account_row, account_id),
	COLUMN(struct account_row, public_id),
	COLUMN(struct account_row, kind),
	COLUMN(struct account_row, currency),
	COLUMN(struct account_row, status),
	COLUMN(struct account_row, balance),
	COLUMN(struct account_row, held),
	COLUMN(struct account_row, has_floor),
	COLUMN(struct account_row, project_account),
	COLUMN(struct account_row, owner),
	COLUMN(struct account_row, created_at),
};

/* Where the list goes on, behind the others. */
enum { NEXT = COLUMN_COUNT(columns) };

static void
show(const struct rows *rows, size_t i, const struct account_filter *filter,
     struct book_account *out)
{
	struct account_row row = {0};
	const struct currency *currency;

	rows_scan(rows, i, columns, COLUMN_COUNT(columns), &row);
	currency = currency_find(row.currency);
	*out = (struct book_account){
		.account_id = row.account_id,
		.id = row.public_id,
		.kind = row.kind,
		.currency = row.currency,
		.balance = {row.balance, currency},
		.status = wallet_status_of(row.status),
		.project = filter->common.project,
		.mode = filter->common.mode != 0 ? filter->common.mode : MODE_LIVE,
		.project_account = row.project_account,
		.user = row.owner,
		.created_at = row.created_at,
	};
	if (row.has_floor) {
		out->available = (struct money){row.balance - row.held, currency};
		out->held = (struct money){row.held, currency};
	}
}

/* The numbers of the kinds with a name; no name: all, NULL. */
static enum err
find_kinds(struct ctx *ctx, const char *name, struct param *out)
{
	int64_t *kinds;
	struct rows rows;

	*out = p_null();
	if (name == NULL)
		return ERR_OK;
	TRY(db_run(ctx, SQL_account_named, &rows, PARAMS(p_text(name))));
	if (rows.count == 0) {
		violation_add(ctx->arena, &ctx->fault, "kind", "CHOICE",
			      "must be a name in the chart of accounts");
		return ERR_VALIDATION;
	}
	kinds = arena_array(ctx->arena, rows.count, sizeof(*kinds));
	for (size_t i = 0; i < rows.count; i++)
		kinds[i] = row_int(&rows, i, 0);
	*out = p_ints(kinds, rows.count);
	return ERR_OK;
}

/* Are all wanted that are read in the order of an index? */
static bool
is_plain(const struct account_filter *filter, const struct range *balances)
{
	return balances->least == INT64_MIN && balances->greatest == INT64_MAX &&
	       filter->status == 0 && uuid_is_nil(filter->project_account);
}

static enum err
find(struct ctx *ctx, const struct account_filter *filter, int64_t after, int64_t most,
     struct rows *out)
{
	const struct list_filter *common = &filter->common;
	struct range times = filter_times(common);
	struct range balances;
	struct param kinds;
	int64_t ledger_id;

	TRY(filter_books(ctx, common, &ledger_id));
	TRY(filter_balances(ctx, common, &balances));
	TRY(find_kinds(ctx, filter->kind, &kinds));
	return db_run(ctx, SQL_account_list, out,
		      PARAMS(p_int(ledger_id), p_int(after), p_bool(common->oldest_first),
			     p_since(&times), p_upto(&times), kinds,
			     p_text(filter_currency(common)), p_uuid(common->wallet),
			     p_uuid(filter->project_account), p_uuid(filter->user),
			     filter->status == 0 ? p_null()
						 : p_int(wallet_account_status(filter->status)),
			     p_int(balances.least), p_int(balances.greatest),
			     p_int(is_plain(filter, &balances) ? most + 1 : LOOKED_AT),
			     p_int(most + 1)));
}

enum err
account_list(struct ctx *ctx, const struct account_filter *filter, int64_t after, int64_t most,
	     struct list *out, int64_t *next)
{
	struct book_account *items;
	struct rows found;
	size_t n;

	TRY(find(ctx, filter, after, most, &found));
	n = filter_shown(&found, NEXT, most, next);
	items = arena_array(ctx->arena, n, sizeof(*items));
	for (size_t i = 0; i < n; i++)
		show(&found, i, filter, &items[i]);
	*out = (struct list){items, n};
	return ERR_OK;
}
