#include "ledger/store.h"

#include <stdlib.h>

#include "base/arena.h"
#include "db/row.h"
#include "ledger/fee.h"

static const struct column account_columns[] = {
	COLUMN(struct ledger_account, account_id), COLUMN(struct ledger_account, public_id),
	COLUMN(struct ledger_account, ledger_id),  COLUMN(struct ledger_account, kind),
	COLUMN(struct ledger_account, currency),   COLUMN(struct ledger_account, has_floor),
	COLUMN(struct ledger_account, floor),      COLUMN(struct ledger_account, status),
	COLUMN(struct ledger_account, balance),    COLUMN(struct ledger_account, held),
	COLUMN(struct ledger_account, sequence),   COLUMN(struct ledger_account, last_at),
};

static const struct column hold_columns[] = {
	COLUMN(struct ledger_hold, hold_id),
	COLUMN(struct ledger_hold, public_id),
	COLUMN(struct ledger_hold, ledger_id),
	COLUMN(struct ledger_hold, account),
	COLUMN(struct ledger_hold, amount),
	COLUMN(struct ledger_hold, captured_before),
	COLUMN(struct ledger_hold, captured),
	COLUMN(struct ledger_hold, status),
	COLUMN_WORD(struct ledger_hold, type, transaction_type_words),
	COLUMN(struct ledger_hold, expires_at),
};

static int
by_account_id(const void *a, const void *b)
{
	return uuid_compare(&((const struct ledger_account *)a)->public_id,
			    &((const struct ledger_account *)b)->public_id);
}

static int
by_hold_id(const void *a, const void *b)
{
	return uuid_compare(&((const struct ledger_hold *)a)->public_id,
			    &((const struct ledger_hold *)b)->public_id);
}

struct ledger_account *
store_read_accounts(struct ctx *ctx, const struct rows *rows)
{
	struct ledger_account *accounts = arena_array(ctx->arena, rows->count, sizeof(*accounts));

	for (size_t i = 0; i < rows->count; i++)
		rows_scan(rows, i, account_columns, COLUMN_COUNT(account_columns), &accounts[i]);
	qsort(accounts, rows->count, sizeof(*accounts), by_account_id);
	return accounts;
}

struct ledger_hold *
store_read_holds(struct ctx *ctx, const struct rows *rows)
{
	struct ledger_hold *holds = arena_array(ctx->arena, rows->count, sizeof(*holds));

	for (size_t i = 0; i < rows->count; i++)
		rows_scan(rows, i, hold_columns, COLUMN_COUNT(hold_columns), &holds[i]);
	qsort(holds, rows->count, sizeof(*holds), by_hold_id);
	return holds;
}

enum err
store_lock_accounts(struct ctx *ctx, const struct uuid *ids, size_t n,
		    struct ledger_account **accounts, size_t *count)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_account_lock, &rows, PARAMS(p_uuids(ids, n))));
	*accounts = store_read_accounts(ctx, &rows);
	*count = rows.count;
	return ERR_OK;
}

void
store_accounts(struct ctx *ctx, const struct ledger_account *accounts, size_t n)
{
	int64_t *ids = arena_array(ctx->arena, n, sizeof(*ids));
	int64_t *balances = arena_array(ctx->arena, n, sizeof(*balances));
	int64_t *held = arena_array(ctx->arena, n, sizeof(*held));
	int64_t *sequences = arena_array(ctx->arena, n, sizeof(*sequences));
	struct instant *times = arena_array(ctx->arena, n, sizeof(*times));
	size_t changed = 0;

	for (size_t i = 0; i < n; i++) {
		if (!accounts[i].changed)
			continue;
		ids[changed] = accounts[i].account_id;
		balances[changed] = accounts[i].balance;
		held[changed] = accounts[i].held;
		times[changed] = accounts[i].last_at;
		sequences[changed++] = accounts[i].sequence;
	}
	if (changed > 0)
		db_defer(ctx, SQL_account_store,
			 PARAMS(p_ints(ids, changed), p_ints(balances, changed),
				p_ints(held, changed), p_ints(sequences, changed),
				p_times(times, changed)));
}

void
store_holds(struct ctx *ctx, const struct ledger_hold *holds, size_t n,
	    struct ledger_transaction *const *transactions)
{
	int64_t *ids = arena_array(ctx->arena, n, sizeof(*ids));
	int64_t *amounts = arena_array(ctx->arena, n, sizeof(*amounts));
	int64_t *before = arena_array(ctx->arena, n, sizeof(*before));
	int64_t *captured = arena_array(ctx->arena, n, sizeof(*captured));
	int64_t *statuses = arena_array(ctx->arena, n, sizeof(*statuses));
	int64_t *by = arena_array(ctx->arena, n, sizeof(*by));
	size_t changed = 0;

	for (size_t i = 0; i < n; i++) {
		if (!holds[i].changed)
			continue;
		ids[changed] = holds[i].hold_id;
		amounts[changed] = holds[i].amount;
		before[changed] = holds[i].captured_before;
		captured[changed] = holds[i].captured;
		statuses[changed] = holds[i].status;
		by[changed++] = holds[i].status == HOLD_CAPTURED
					? transactions[holds[i].captured_by]->transaction_id
					: 0;
	}
	if (changed > 0)
		db_defer(ctx, SQL_hold_store,
			 PARAMS(p_ints(ids, changed), p_ints(amounts, changed),
				p_ints(before, changed), p_ints(captured, changed),
				p_ints(statuses, changed), p_ints(by, changed)));
}

static size_t
count_fees(struct ledger_transaction *const *posted, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += posted[i]->has_fee;
	return count;
}

void
store_fees(struct ctx *ctx, struct ledger_transaction *const *posted, size_t n)
{
	size_t most = count_fees(posted, n);
	int64_t *ids;
	int64_t *lines;
	int64_t *versions;
	int64_t *amounts;
	size_t count = 0;

	if (most == 0)
		return;
	ids = arena_array(ctx->arena, most, sizeof(*ids));
	lines = arena_array(ctx->arena, most, sizeof(*lines));
	versions = arena_array(ctx->arena, most, sizeof(*versions));
	amounts = arena_array(ctx->arena, most, sizeof(*amounts));
	for (size_t i = 0; i < n; i++) {
		int64_t line;
		int64_t amount;

		if (!fee_moved(posted[i], &line, &amount))
			continue;
		lines[count] = line;
		amounts[count] = amount;
		ids[count] = posted[i]->transaction_id;
		versions[count++] = posted[i]->fee_version;
	}
	if (count > 0)
		db_defer(ctx, SQL_transaction_fee_insert,
			 PARAMS(p_ints(ids, count), p_ints(lines, count), p_ints(versions, count),
				p_ints(amounts, count)));
}
