#include <stdlib.h>
#include <string.h>

#include "ledger/hold.h"

#include "base/arena.h"
#include "base/attributes.h"
#include "base/word.h"
#include "db/row.h"
#include "ledger/limit_store.h"
#include "ledger/store.h"

enum { EXPIRE_AT_ONCE = 200 };

static const struct column hold_columns[] = {
	COLUMN(struct hold, hold_id),    COLUMN(struct hold, public_id),
	COLUMN(struct hold, account),    COLUMN(struct hold, ledger_id),
	COLUMN(struct hold, amount),     COLUMN(struct hold, captured_before),
	COLUMN(struct hold, captured),   COLUMN(struct hold, status),
	COLUMN(struct hold, currency),   COLUMN(struct hold, reference),
	COLUMN(struct hold, metadata),   COLUMN(struct hold, content),
	COLUMN(struct hold, created_at), COLUMN(struct hold, expires_at),
	COLUMN(struct hold, closed_at),  COLUMN(struct hold, transaction),
};
_Static_assert(COLUMN_COUNT(hold_columns) == HOLD_COLUMNS, "all columns are counted");

void
hold_scan(const struct rows *rows, size_t i, struct hold *out)
{
	memset(out, 0, sizeof(*out));
	rows_scan(rows, i, hold_columns, COLUMN_COUNT(hold_columns), out);
}

int64_t
hold_amount(const struct hold *hold)
{
	return hold->amount + hold->captured_before;
}

static enum err
find(struct ctx *ctx, struct param ledger_id, struct uuid id, struct hold *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_hold_find, &rows, PARAMS(ledger_id, p_uuid(id))));
	hold_scan(&rows, 0, out);
	return ERR_OK;
}

enum err
hold_get(struct ctx *ctx, int64_t ledger_id, struct uuid id, struct hold *out)
{
	return find(ctx, p_int(ledger_id), id, out);
}

enum err
hold_get_anywhere(struct ctx *ctx, struct uuid id, struct hold *out)
{
	return find(ctx, p_null(), id, out);
}

/* The first hold under the reference, if there is one; and whether the ledger has limits. */
static enum err
find_earlier(struct ctx *ctx, const struct hold_order *order, struct hold *out, bool *found,
	     bool *limited)
{
	const struct param params[] = {p_int(order->ledger_id), p_text(order->reference)};
	struct rows limits;
	struct rows rows;
	const struct db_call calls[] = {
		{SQL_hold_by_reference, &rows, params, COUNT(params)},
		{SQL_limit_ledger, &limits, params, 1},
	};

	TRY(db_pipeline(ctx, calls, COUNT(calls)));
	*found = rows.count > 0;
	*limited = row_bool(&limits, 0, 0);
	if (!*found)
		return ERR_OK;
	hold_scan(&rows, 0, out);
	out->replayed = true;
	if (out->content.length != CONTENT_SIZE ||
	    memcmp(out->content.data, order->content, CONTENT_SIZE) != 0)
		return fault(&ctx->fault, ERR_DUPLICATE_REFERENCE, "reference", NULL);
	return ERR_OK;
}

static enum transaction_type
type_of(const struct hold_order *order)
{
	return order->type != TRANSACTION_NONE ? order->type : TRANSACTION_CAPTURE;
}

static enum err
check_limits(struct ctx *ctx, const struct hold_order *order, struct ledger_account *account)
{
	struct ledger_exceeded exceeded;
	struct limit_set limits;

	TRY(limits_load(ctx, account, 1, &limits));
	if (limits_hold(account, type_of(order), order->amount, &exceeded) == ERR_OK)
		return ERR_OK;
	TRY(limits_explain_one(ctx, &exceeded));
	return limits_refuse(ctx, &exceeded);
}

enum err
hold_place(struct ctx *ctx, const struct hold_order *order, struct hold *out)
{
	struct ledger_account *account;
	struct rows rows;
	size_t found;
	bool earlier;
	bool limited;
	enum err err;

	TRY(store_lock_accounts(ctx, &order->account, 1, &account, &found));
	if (found == 0 || account->ledger_id != order->ledger_id)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Wallet not found");
	TRY(find_earlier(ctx, order, out, &earlier, &limited));
	if (earlier)
		return ERR_OK;
	if (strcmp(account->currency, order->currency) != 0)
		return fault(&ctx->fault, ERR_CURRENCY_MISMATCH, NULL, NULL);
	err = ledger_reserve(account, order->amount);
	if (err != ERR_OK)
		return fault(&ctx->fault, err, NULL, NULL);
	if (limited)
		TRY(check_limits(ctx, order, account));
	TRY(db_run(ctx, SQL_hold_insert, &rows,
		   PARAMS(p_uuid(uuid_v7()), p_int(order->ledger_id), p_int(account->account_id),
			  p_text(order->currency), p_int(order->amount), p_text(order->reference),
			  p_bytes(order->content, CONTENT_SIZE), p_text(order->metadata),
			  p_int(order->lifetime_s), p_time(account->last_at),
			  p_word(transaction_type_words, type_of(order)))));
	account->last_at = row_time(&rows, 0, 1);
	store_accounts(ctx, account, 1);
	TRY(db_run(ctx, SQL_hold_by_reference, &rows,
		   PARAMS(p_int(order->ledger_id), p_text(order->reference))));
	hold_scan(&rows, 0, out);
	return ERR_OK;
}

/* Lock accounts, then holds, as every posting does. */
static enum err
lock_both(struct ctx *ctx, const struct uuid *accounts, const struct uuid *holds, size_t n,
	  struct ledger_batch *batch)
{
	struct rows rows;

	TRY(store_lock_accounts(ctx, accounts, n, &batch->accounts, &batch->account_count));
	TRY(db_run(ctx, SQL_hold_lock, &rows, PARAMS(p_uuids(holds, n))));
	batch->holds = store_read_holds(ctx, &rows);
	batch->hold_count = rows.count;
	return ERR_OK;
}

static struct ledger_account *
account_of(const struct ledger_batch *batch, const struct ledger_hold *hold)
{
	for (size_t i = 0; i < batch->account_count; i++)
		if (uuid_equal(batch->accounts[i].public_id, hold->account))
			return &batch->accounts[i];
	return NULL;
}

enum err
hold_void(struct ctx *ctx, int64_t ledger_id, struct uuid id, struct hold *out)
{
	struct ledger_batch batch = {.now = {0}};
	struct ledger_account *account;

	TRY(hold_get(ctx, ledger_id, id, out));
	TRY(lock_both(ctx, &out->account, &id, 1, &batch));
	account = batch.hold_count == 1 ? account_of(&batch, batch.holds) : NULL;
	if (account == NULL)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Hold not found");
	if (ledger_release(account, batch.holds, HOLD_VOIDED) != ERR_OK)
		return fault(&ctx->fault, ERR_HOLD_CLOSED, NULL, NULL);
	store_accounts(ctx, batch.accounts, batch.account_count);
	store_holds(ctx, batch.holds, batch.hold_count, NULL);
	return hold_get(ctx, ledger_id, id, out);
}

struct expiry {
	hold_listener *listener;
	int64_t expired;
};

/* A hold that was captured or voided in the meantime must not be closed again. */
static enum err
expire(struct ctx *ctx, struct ledger_account *account, struct ledger_hold *hold,
       struct expiry *expiry)
{
	if (account == NULL || ledger_release(account, hold, HOLD_EXPIRED) != ERR_OK)
		return ERR_OK;
	expiry->expired++;
	return expiry->listener != NULL ? expiry->listener(ctx, hold, account->currency) : ERR_OK;
}

static enum err
expire_some(struct ctx *ctx, void *arg)
{
	struct expiry *expiry = arg;
	struct ledger_batch batch = {.now = {0}};
	struct rows rows;
	struct uuid *holds;
	struct uuid *accounts;

	expiry->expired = 0;
	TRY(db_run(ctx, SQL_hold_expired, &rows, PARAMS(p_int(EXPIRE_AT_ONCE))));
	if (rows.count == 0)
		return ERR_OK;
	holds = arena_array(ctx->arena, rows.count, sizeof(*holds));
	accounts = arena_array(ctx->arena, rows.count, sizeof(*accounts));
	for (size_t i = 0; i < rows.count; i++) {
		holds[i] = row_uuid(&rows, i, 0);
		accounts[i] = row_uuid(&rows, i, 1);
	}
	TRY(lock_both(ctx, accounts, holds, rows.count, &batch));
	for (size_t i = 0; i < batch.hold_count; i++)
		TRY(expire(ctx, account_of(&batch, &batch.holds[i]), &batch.holds[i], expiry));
	store_accounts(ctx, batch.accounts, batch.account_count);
	store_holds(ctx, batch.holds, batch.hold_count, NULL);
	return ERR_OK;
}

enum err
hold_expire_due(struct ctx *ctx, hold_listener *listener, int64_t *expired)
{
	struct expiry expiry = {listener, 0};
	enum err err = db_transact(ctx, expire_some, &expiry);

	*expired = expiry.expired;
	return err;
}
