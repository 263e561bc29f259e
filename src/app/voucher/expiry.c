/* The rest of expired or used-up vouchers is returned to their issuers. */
#include "app/voucher/guess.h"
#include "app/voucher/store.h"
#include "base/arena.h"
#include "base/log.h"
#include "db/row.h"
#include "ledger/account.h"
#include "ledger/ledger.h"

enum { BATCH = 50, PAUSE_S = 900 };

struct due_row {
	int64_t voucher_id;
	const char *reference;
	int64_t minor;
	int64_t ledger_id;
	struct uuid wallet;
	bool pending;
	bool spent; /* maximum number of redemptions reached */
};

static const struct column columns[] = {
	COLUMN(struct due_row, voucher_id), COLUMN(struct due_row, reference),
	COLUMN(struct due_row, minor),      COLUMN(struct due_row, ledger_id),
	COLUMN(struct due_row, wallet),     COLUMN(struct due_row, pending),
	COLUMN(struct due_row, spent),
};

static struct ledger_transaction *
refund(struct ctx *ctx, const struct due_row *due)
{
	struct voucher *voucher = arena_alloc(ctx->arena, sizeof(*voucher));
	struct voucher_entry *entry = arena_alloc(ctx->arena, sizeof(*entry));
	enum chart_kind kind = due->pending ? ACCOUNT_VOUCHERS_PENDING : ACCOUNT_VOUCHERS_ACTIVE;

	*voucher = (struct voucher){.voucher_id = due->voucher_id, .reference = due->reference};
	*entry = (struct voucher_entry){
		.voucher = voucher,
		.ledger_id = due->ledger_id,
		.event = due->spent ? VOUCHER_REST_EVENT : "expire",
		.type = TRANSACTION_VOUCHER_REFUND,
		.description = due->spent ? VOUCHER_REST_WORDS : "Voucher expired",
		.postings = {{ledger_system_account(due->ledger_id, kind, voucher_currency()->code),
			      due->wallet, due->minor}},
		.count = 1,
	};
	return voucher_transaction(ctx, entry);
}

/* A frozen or closed wallet can't receive money: the voucher keeps it until it can. */
static bool
is_refunded(const struct ledger_transaction *transaction, const struct due_row *due)
{
	if (transaction->err == ERR_OK)
		return true;
	log_event(LOG_LEVEL_WARN, "voucher_refund_waits",
		  LOG_FIELDS({"voucher", due->reference, 0},
			     {"code", err_code(transaction->err), 0}));
	return false;
}

static enum err
expire_some(struct ctx *ctx, void *arg)
{
	struct ledger_transaction *transactions[BATCH];
	struct due_row due[BATCH] = {{0}};
	int64_t ids[BATCH];
	bool refunded[BATCH];
	struct rows rows;
	bool *found = arg;

	TRY(db_run(ctx, SQL_voucher_due, &rows, PARAMS(p_int(BATCH))));
	*found = rows.count > 0;
	if (!*found)
		return guess_sweep(ctx);
	for (size_t i = 0; i < rows.count; i++) {
		rows_scan(&rows, i, columns, COLUMN_COUNT(columns), &due[i]);
		transactions[i] = refund(ctx, &due[i]);
	}
	TRY(ledger_post(ctx, transactions, rows.count));
	for (size_t i = 0; i < rows.count; i++) {
		ids[i] = due[i].voucher_id;
		refunded[i] = is_refunded(transactions[i], &due[i]);
	}
	return db_run(
		ctx, SQL_voucher_expire, NULL,
		PARAMS(p_ints(ids, rows.count), p_bools(refunded, rows.count), p_int(PAUSE_S)));
}

enum err
voucher_expire_due(struct ctx *ctx, bool *found)
{
	return db_transact(ctx, expire_some, found);
}
