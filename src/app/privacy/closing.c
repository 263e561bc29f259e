#include "app/privacy/closing.h"

#include <string.h>

#include "app/audit/review.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/money.h"
#include "db/row.h"
#include "ledger/account.h"
#include "ledger/ledger.h"
#include "schema/schema.h"
#include "json/writer.h"

enum { AT_ONCE = 200 };

/* The obstacles, as shown to users. A NULL word for money: the amount is enough. */
static const struct obstacle {
	const char *what;
	const char *code;
	const char *words;
} obstacles[] = {
	{"balance", "BALANCE", "in a wallet: withdraw or send it first"},
	{"holds", "HOLDS", "held in a wallet for pending operations"},
	{"vouchers", "VOUCHERS", "on vouchers that are not fully redeemed"},
	{"fundings", "FUNDINGS", "wallet fundings or deductions are pending"},
	{"payments", "PAYMENTS", "deposits or withdrawals are pending"},
	{"purchases", "PURCHASES", "purchases are pending"},
	{"transactions", "TRANSACTIONS", "payments from a bank account are pending"},
	{"merchant", "MERCHANT_BALANCE", "owed to the merchant: wait for the next payout"},
	{"payouts", "PAYOUTS", "payouts to the merchant are pending"},
	{"projects", "PROJECT_WALLETS",
	 "live wallets of your projects have money or pending payments"},
};
enum { OBSTACLES = COUNT(obstacles) };

struct obstacle_row {
	const char *what;
	const char *currency;
	int64_t minor;
	int64_t n;
};

static const struct column obstacle_columns[] = {
	COLUMN(struct obstacle_row, what),
	COLUMN(struct obstacle_row, currency),
	COLUMN(struct obstacle_row, minor),
	COLUMN(struct obstacle_row, n),
};

static const char *
how_much(struct ctx *ctx, const struct obstacle_row *row)
{
	char text[MONEY_TEXT_MAX];

	if (row->currency == NULL)
		return arena_printf(ctx->arena, "%lld", (long long)row->n);
	return arena_printf(
		ctx->arena, "%s %s",
		money_text(text, (struct money){row->minor, currency_find(row->currency)}),
		row->currency);
}

static void
name_obstacle(struct ctx *ctx, const struct obstacle_row *row)
{
	for (size_t i = 0; i < OBSTACLES; i++)
		if (strcmp(obstacles[i].what, row->what) == 0)
			violation_add(ctx->arena, &ctx->fault, obstacles[i].what, obstacles[i].code,
				      arena_printf(ctx->arena, "%s %s", how_much(ctx, row),
						   obstacles[i].words));
}

static enum err
refuse(struct ctx *ctx, const struct rows *rows)
{
	struct violation *violations;

	for (size_t i = 0; i < rows->count; i++) {
		struct obstacle_row row = {0};

		rows_scan(rows, i, obstacle_columns, COLUMN_COUNT(obstacle_columns), &row);
		name_obstacle(ctx, &row);
	}
	violations = ctx->fault.violations;
	(void)fault(&ctx->fault, ERR_ACCOUNT_NOT_EMPTY, NULL, NULL);
	ctx->fault.violations = violations;
	return ERR_ACCOUNT_NOT_EMPTY;
}

enum err
closing_begin(struct ctx *ctx, int64_t user_id)
{
	const struct param user = p_int(user_id);
	struct rows rows;

	TRY(db_run(ctx, SQL_closing_claim, &rows, PARAMS(user)));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "User not found");
	TRY(db_run(ctx, SQL_closing_lock, &rows, PARAMS(user)));
	TRY(db_run(ctx, SQL_closing_obstacles, &rows, PARAMS(user)));
	if (rows.count > 0)
		return refuse(ctx, &rows);
	return db_run(ctx, SQL_closing_close, NULL, PARAMS(user));
}

/* Money left behind: on an account, or on a voucher. */
struct remainder {
	int64_t account_id;
	struct uuid public_id;
	int64_t sequence;
	int64_t voucher_id;
	const char *reference;
	bool pending;
	int64_t ledger_id;
	const char *currency;
	int64_t minor;
};

static const struct column money_columns[] = {
	COLUMN(struct remainder, account_id), COLUMN(struct remainder, public_id),
	COLUMN(struct remainder, ledger_id),  COLUMN(struct remainder, currency),
	COLUMN(struct remainder, minor),      COLUMN(struct remainder, sequence),
};

static const struct column voucher_columns[] = {
	COLUMN(struct remainder, voucher_id), COLUMN(struct remainder, reference),
	COLUMN(struct remainder, currency),   COLUMN(struct remainder, minor),
	COLUMN(struct remainder, ledger_id),  COLUMN(struct remainder, pending),
};

/* All of a user, vouchers first. */
static enum err
find_remainders(struct ctx *ctx, int64_t user_id, struct remainder **out, size_t *n)
{
	const struct param user = p_int(user_id);
	const struct param most = p_int(AT_ONCE);
	struct rows vouchers;
	struct rows money;

	TRY(db_run(ctx, SQL_closing_vouchers, &vouchers, PARAMS(user, most)));
	TRY(db_run(ctx, SQL_closing_lock, &money, PARAMS(user)));
	TRY(db_run(ctx, SQL_closing_money, &money, PARAMS(user, most)));
	*n = vouchers.count + money.count;
	*out = arena_array(ctx->arena, *n, sizeof(**out));
	for (size_t i = 0; i < vouchers.count; i++)
		rows_scan(&vouchers, i, voucher_columns, COLUMN_COUNT(voucher_columns), &(*out)[i]);
	for (size_t i = 0; i < money.count; i++)
		rows_scan(&money, i, money_columns, COLUMN_COUNT(money_columns),
			  &(*out)[vouchers.count + i]);
	return ERR_OK;
}

/* Details for the decision. */
static enum err
describe(struct ctx *ctx, const struct remainder *remainders, size_t n, struct json_value *out)
{
	char text[MONEY_TEXT_MAX];
	char id[UUID_TEXT_MAX];
	struct bytes detail;
	struct jw w;

	jw_init(&w, ctx->arena, 512);
	jw_object(&w, NULL);
	jw_list(&w, "left");
	for (size_t i = 0; i < n; i++) {
		const struct remainder *r = &remainders[i];

		jw_object(&w, NULL);
		if (r->reference != NULL)
			jw_text(&w, "voucher", r->reference);
		else
			jw_text(&w, "wallet", uuid_text(id, r->public_id));
		jw_text(&w, "amount",
			money_text(text, (struct money){r->minor, currency_find(r->currency)}));
		jw_text(&w, "currency", r->currency);
		jw_close(&w);
	}
	jw_close(&w);
	jw_close(&w);
	if (!jw_finish(&w, &detail))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	out->text = detail.data;
	return ERR_OK;
}

static enum err
review_one(struct ctx *ctx, void *arg)
{
	bool *found = arg;
	struct remainder *remainders;
	struct json_value detail = {0};
	struct rows rows;
	size_t n;

	TRY(db_run(ctx, SQL_closing_waiting, &rows, NO_PARAMS));
	*found = rows.count > 0;
	if (!*found)
		return ERR_OK;
	TRY(find_remainders(ctx, row_int(&rows, 0, 0), &remainders, &n));
	TRY(describe(ctx, remainders, n, &detail));
	return review_open(ctx, REVIEW_CLOSED_ACCOUNT, row_uuid(&rows, 0, 1),
			   "The closed account of a user still has money", detail);
}

enum err
closing_review_due(struct ctx *ctx, bool *found)
{
	return db_transact(ctx, review_one, found);
}

/* From its account to the amounts payable by the operator. */
static struct posting
posting_of(const struct remainder *r)
{
	enum chart_kind kind = r->pending ? ACCOUNT_VOUCHERS_PENDING : ACCOUNT_VOUCHERS_ACTIVE;
	struct uuid from = r->reference != NULL
				   ? ledger_system_account(r->ledger_id, kind, r->currency)
				   : r->public_id;

	return (struct posting){
		from, ledger_system_account(r->ledger_id, ACCOUNT_PAYABLES, r->currency), r->minor};
}

/* A voucher returns its rest once, an account whenever it has money. */
static struct ledger_transaction *
transaction_of(struct ctx *ctx, const struct remainder *r)
{
	struct ledger_transaction *t = arena_alloc(ctx->arena, sizeof(*t));
	struct posting *posting = arena_alloc(ctx->arena, sizeof(*posting));

	*posting = posting_of(r);
	*t = (struct ledger_transaction){
		.ledger_id = r->ledger_id,
		.currency = r->currency,
		.reference = r->reference != NULL ? arena_printf(ctx->arena, "voucher/%lld/closed",
								 (long long)r->voucher_id)
						  : arena_printf(ctx->arena, "closed/%lld/%lld",
								 (long long)r->account_id,
								 (long long)r->sequence),
		.type = TRANSACTION_ACCOUNT_CLOSURE,
		.metadata = "{}",
		.from_closed = true,
		.postings = posting,
		.count = 1,
		.results = arena_alloc(ctx->arena, sizeof(struct posting_result)),
	};
	ledger_content(ctx, t);
	return t;
}

static enum err
move_out(struct ctx *ctx, const struct remainder *remainders, size_t n)
{
	struct ledger_transaction **list =
		arena_array(ctx->arena, n, sizeof(struct ledger_transaction *));
	int64_t *vouchers = arena_array(ctx->arena, n, sizeof(*vouchers));
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		list[i] = transaction_of(ctx, &remainders[i]);
		if (remainders[i].reference != NULL)
			vouchers[count++] = remainders[i].voucher_id;
	}
	TRY(ledger_post(ctx, list, n));
	for (size_t i = 0; i < n; i++)
		TRY(ledger_report(ctx, list[i]));
	return db_run(ctx, SQL_closing_vouchers_end, NULL, PARAMS(p_ints(vouchers, count)));
}

enum err
closing_decide(struct ctx *ctx, struct uuid person, bool approved)
{
	struct remainder *remainders;
	struct rows rows;
	size_t n;

	if (!approved)
		return ERR_OK;
	TRY(db_run(ctx, SQL_closing_person, &rows, PARAMS(p_uuid(person))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "User not found");
	TRY(find_remainders(ctx, row_int(&rows, 0, 0), &remainders, &n));
	if (n == 0)
		return fault(&ctx->fault, ERR_CONFLICT, NULL, "There is no money left");
	return move_out(ctx, remainders, n);
}
