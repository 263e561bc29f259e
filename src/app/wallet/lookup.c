#include "app/wallet/lookup.h"

#include "base/arena.h"
#include "base/word.h"
#include "db/row.h"

struct transaction_row {
	int64_t transaction_id;
	struct uuid public_id;
	const char *reference;
	enum transaction_type type;
	struct uuid reverses;
	struct uuid hold;
	const char *metadata;
	struct instant created_at;
};

static const struct column columns[] = {
	COLUMN(struct transaction_row, transaction_id),
	COLUMN(struct transaction_row, public_id),
	COLUMN(struct transaction_row, reference),
	COLUMN_WORD(struct transaction_row, type, transaction_type_words),
	COLUMN(struct transaction_row, reverses),
	COLUMN(struct transaction_row, hold),
	COLUMN(struct transaction_row, metadata),
	COLUMN(struct transaction_row, created_at),
};

struct posting_row {
	int64_t transaction_id;
	struct uuid source;
	struct uuid destination;
	const char *from_account;
	const char *to_account;
	const char *currency;
	int64_t amount;
};

static const struct column posting_columns[] = {
	COLUMN(struct posting_row, transaction_id), COLUMN(struct posting_row, source),
	COLUMN(struct posting_row, destination),    COLUMN(struct posting_row, from_account),
	COLUMN(struct posting_row, to_account),     COLUMN(struct posting_row, currency),
	COLUMN(struct posting_row, amount),
};

static struct lookup
scan(const struct rows *rows, size_t i)
{
	struct transaction_row row = {0};

	rows_scan(rows, i, columns, COLUMN_COUNT(columns), &row);
	return (struct lookup){
		.number = row.transaction_id,
		.id = row.public_id,
		.reference = row.reference,
		.type = row.type,
		.status = STATUS_COMPLETED,
		.reverses = row.reverses,
		.hold = row.hold,
		.metadata = {row.metadata},
		.created_at = row.created_at,
	};
}

/* Both lists are in the same order. */
static void
give_postings(struct arena *arena, struct lookup *list, size_t n, const struct rows *rows)
{
	struct lookup_posting *postings = arena_array(arena, rows->count, sizeof(*postings));
	size_t i = 0;

	for (size_t p = 0; p < rows->count; p++) {
		struct posting_row row = {0};

		rows_scan(rows, p, posting_columns, COLUMN_COUNT(posting_columns), &row);
		while (i < n && list[i].number != row.transaction_id)
			i++;
		if (i == n)
			return;
		postings[p] = (struct lookup_posting){
			.from = row.source,
			.to = row.destination,
			.from_account = row.from_account,
			.to_account = row.to_account,
			.amount = {row.amount, currency_find(row.currency)},
			.currency = row.currency,
		};
		if (list[i].postings.count++ == 0)
			list[i].postings.items = &postings[p];
	}
}

/* Those with these ids, newest first. */
static enum err
read_all(struct ctx *ctx, const int64_t *ids, size_t n, struct lookup **out, size_t *count)
{
	struct rows transactions;
	struct rows postings;
	const struct db_call calls[] = {
		{SQL_lookup_transactions, &transactions, PARAMS(p_ints(ids, n))},
		{SQL_lookup_postings, &postings, PARAMS(p_ints(ids, n))},
	};

	TRY(db_pipeline(ctx, calls, COUNT(calls)));
	*count = transactions.count;
	*out = arena_array(ctx->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = scan(&transactions, i);
	give_postings(ctx->arena, *out, *count, &postings);
	return ERR_OK;
}

/* The ledger that the caller may look into; 0: all. Others are told the same as of nothing. */
static enum err
scope_of(struct ctx *ctx, int64_t *ledger_id)
{
	*ledger_id = ctx->who.ledger_id;
	if (ctx->who.kind == PRINCIPAL_PROJECT_KEY || ctx->who.admin)
		return ERR_OK;
	return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Transaction not found");
}

enum err
lookup_get(struct ctx *ctx, struct uuid id, struct lookup *out)
{
	struct lookup *found;
	struct rows rows;
	int64_t ledger_id;
	int64_t number;
	size_t n;

	TRY(scope_of(ctx, &ledger_id));
	TRY(db_run(ctx, SQL_lookup_find, &rows, PARAMS(p_id(ledger_id), p_uuid(id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Transaction not found");
	if (row_bool(&rows, 0, 1))
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "The postings of the transaction are in a period that was detached");
	number = row_int(&rows, 0, 0);
	TRY(read_all(ctx, &number, 1, &found, &n));
	if (n == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Transaction not found");
	*out = found[0];
	return ERR_OK;
}
