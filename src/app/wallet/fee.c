#include "app/wallet/fee.h"

#include "app/wallet/fee_terms.h"
#include "app/wallet/transaction.h"
#include "base/arena.h"
#include "db/row.h"
#include "ledger/account.h"
#include "ledger/fee.h"
#include "ledger/ledger.h"

struct fee_row {
	struct uuid transaction;
	int64_t amount;
	const char *currency;
	enum fee_bearer bearer;
	struct uuid schedule;
	int64_t version;
	int64_t refunded;
	int64_t balance;
};

static const struct column columns[] = {
	COLUMN(struct fee_row, transaction), COLUMN(struct fee_row, amount),
	COLUMN(struct fee_row, currency),    COLUMN_WORD(struct fee_row, bearer, fee_bearer_words),
	COLUMN(struct fee_row, schedule),    COLUMN(struct fee_row, version),
	COLUMN(struct fee_row, refunded),    COLUMN(struct fee_row, balance),
};

enum { ATTEMPTS = 5 };

/* What fees are taken for; another transaction is posted as it is. */
static bool
is_charged(enum transaction_type type)
{
	return type == TRANSACTION_TRANSFER || type == TRANSACTION_CREDIT ||
	       type == TRANSACTION_DEBIT || type == TRANSACTION_CAPTURE;
}

/* Give a transaction of one posting its fee by these terms, in the place of that of an earlier attempt. */
static enum err
charge(const struct ctx *ctx, const struct fee_terms *terms, const struct fee_order *order)
{
	struct ledger_transaction *t = order->transaction;
	const struct posting *paid = &order->postings[0];
	const struct fee_version *version = fee_terms_find(terms, t->type, t->currency, ctx->now);
	int64_t amount = 0;

	*order->fee = (struct fee){.version = 0};
	t->on_terms = true;
	t->terms = terms->number;
	t->has_fee = false;
	t->count = 1;
	if (version != NULL && !fee_rate_of(&version->rate, paid->amount, &amount))
		return ERR_AMOUNT_TOO_LARGE;
	if (amount == 0)
		return ERR_OK;
	order->postings[1] = (struct posting){
		version->bearer == BEARER_PAYER ? paid->from : paid->to,
		ledger_system_account(t->ledger_id, ACCOUNT_FEE_REVENUE, t->currency), amount};
	t->has_fee = true;
	t->fee_version = version->fee_version_id;
	t->count = 2;
	*order->fee = (struct fee){.amount = {amount, version->currency},
				   .bearer = version->bearer,
				   .schedule = version->schedule,
				   .version = version->number};
	return ERR_OK;
}

enum err
fee_limit(struct ctx *ctx, struct decimal most, struct ledger_transaction *t)
{
	struct money money;

	if (!most.present)
		return ERR_OK;
	TRY(transaction_amount_of(ctx, "maxFee", most, t->currency, &money));
	t->has_fee_most = true;
	t->fee_most = money.minor;
	return ERR_OK;
}

enum err
fee_submit(struct ctx *ctx, const struct fee_order *order)
{
	struct ledger_transaction *t = order->transaction;
	const struct ledger_key *key = ctx->key;

	if (!is_charged(t->type))
		return ledger_submit(ctx, t);
	for (int i = 0; i < ATTEMPTS; i++) {
		const struct fee_terms terms = fee_terms_of(ctx, t->ledger_id);
		enum err err = charge(ctx, &terms, order);

		if (err != ERR_OK)
			return fault(&ctx->fault, err, NULL, NULL);
		err = ledger_submit(ctx, t);
		if (err != ERR_FEES_CHANGED)
			return err;
		fault_clear(&ctx->fault);
		TRY(fee_terms_read(ctx, t->ledger_id));
		ctx->key = key; /* the ledger has taken it, but not stored it */
	}
	return fault(&ctx->fault, ERR_RETRY, NULL, NULL);
}

/* Charge all by the same terms, and post those that could be. *changed: they are others by now, and none was posted. */
static enum err
post_by(struct ctx *ctx, const struct fee_terms *terms, const struct fee_order *orders, size_t n,
	bool *changed)
{
	struct ledger_transaction **charged =
		arena_array(ctx->arena, n, sizeof(struct ledger_transaction *));
	size_t count = 0;

	*changed = false;
	for (size_t i = 0; i < n; i++) {
		struct ledger_transaction *t = orders[i].transaction;

		t->err = charge(ctx, terms, &orders[i]);
		if (t->err == ERR_OK)
			charged[count++] = t;
	}
	if (count == 0)
		return ERR_OK;
	TRY(ledger_post(ctx, charged, count));
	for (size_t i = 0; i < count; i++)
		*changed |= charged[i]->err == ERR_FEES_CHANGED;
	return ERR_OK;
}

enum err
fee_post(struct ctx *ctx, int64_t ledger_id, const struct fee_order *orders, size_t n)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		const struct fee_terms terms = fee_terms_of(ctx, ledger_id);
		bool changed;

		TRY(post_by(ctx, &terms, orders, n, &changed));
		if (!changed)
			return ERR_OK;
		TRY(fee_terms_read(ctx, ledger_id));
	}
	return fault(&ctx->fault, ERR_RETRY, NULL, NULL);
}

void
fee_refund(struct ledger_transaction *t, struct posting *postings, const struct fee *fee,
	   int64_t fee_version_id)
{
	struct uuid revenue = ledger_system_account(t->ledger_id, ACCOUNT_FEE_REVENUE, t->currency);

	/* Who paid the transaction that is reversed gets it back. */
	postings[1] = postings[0];
	postings[0] = (struct posting){
		revenue, fee->bearer == BEARER_PAYER ? postings[1].to : postings[1].from,
		fee->amount.minor};
	t->has_fee = true;
	t->fee_version = fee_version_id;
	t->count = 2;
}

/* What was moved now. */
static struct fee
moved(const struct ledger_transaction *t, const struct fee *known)
{
	struct fee fee = *known;
	int64_t line;

	if (!fee_moved(t, &line, &fee.amount.minor))
		return (struct fee){.version = 0};
	fee.balance = t->results[line].from_balance;
	return fee;
}

struct fee *
fee_read(struct arena *arena, const struct rows *rows)
{
	struct fee *fees = arena_array(arena, rows->count, sizeof(*fees));

	for (size_t i = 0; i < rows->count; i++) {
		struct fee_row row = {.amount = 0};
		const struct currency *currency;

		rows_scan(rows, i, columns, COLUMN_COUNT(columns), &row);
		currency = currency_find(row.currency);
		fees[i] = (struct fee){
			.amount = {row.amount, currency},
			.bearer = row.bearer,
			.schedule = row.schedule,
			.version = row.version,
			.refunded = {row.refunded, row.refunded > 0 ? currency : NULL},
			.transaction = row.transaction,
			.balance = row.balance,
		};
	}
	return fees;
}

struct fee
fee_find(const struct fee *fees, size_t n, struct uuid transaction)
{
	for (size_t i = 0; i < n; i++)
		if (uuid_equal(fees[i].transaction, transaction))
			return fees[i];
	return (struct fee){.version = 0};
}

/* Whether one that was posted before may have a fee: a ledger that has no terms never had one. */
static bool
may_have_fee(const struct ledger_transaction *t)
{
	return t->on_terms ? t->terms != 0 : t->has_fee;
}

enum err
fee_shown(struct ctx *ctx, const struct fee_order *orders, size_t n, struct fee *out)
{
	struct uuid *ids = NULL;
	const struct fee *fees;
	struct rows rows;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		const struct ledger_transaction *t = orders[i].transaction;

		out[i] = (struct fee){.version = 0};
		if (t->err != ERR_OK)
			continue;
		if (!t->replayed)
			out[i] = moved(t, orders[i].fee);
		else if (may_have_fee(t)) {
			if (ids == NULL)
				ids = arena_array(ctx->arena, n, sizeof(*ids));
			ids[count++] = t->public_id;
		}
	}
	if (count == 0)
		return ERR_OK;
	TRY(db_run(ctx, SQL_fee_list, &rows, PARAMS(p_uuids(ids, count))));
	fees = fee_read(ctx->arena, &rows);
	for (size_t i = 0; i < n; i++)
		if (orders[i].transaction->err == ERR_OK && orders[i].transaction->replayed)
			out[i] = fee_find(fees, rows.count, orders[i].transaction->public_id);
	return ERR_OK;
}
