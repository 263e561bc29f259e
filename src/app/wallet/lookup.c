#include "app/wallet/lookup.h"

#include "base/arena.h"
#include "base/word.h"
#include "db/row.h"

struct transaction_row {
	bool detached;
	struct uuid public_id;
	const char *reference;
	enum transaction_type type;
	struct uuid reverses;
	struct uuid hold;
	const char *metadata;
	struct instant created_at;
};

static const struct column columns[] = {
	COLUMN(struct transaction_row, detached),
	COLUMN(struct transaction_row, public_id),
	COLUMN(struct transaction_row, reference),
	COLUMN_WORD(struct transaction_row, type, transaction_type_words),
	COLUMN(struct transaction_row, reverses),
	COLUMN(struct transaction_row, hold),
	COLUMN(struct transaction_row, metadata),
	COLUMN(struct transaction_row, created_at),
};

struct posting_row {
	struct uuid source;
	struct uuid destination;
	const char *from_account;
	const char *to_account;
	const char *currency;
	int64_t amount;
};

static const struct column posting_columns[] = {
	COLUMN(struct posting_row, source),       COLUMN(struct posting_row, destination),
	COLUMN(struct posting_row, from_account), COLUMN(struct posting_row, to_account),
	COLUMN(struct posting_row, currency),     COLUMN(struct posting_row, amount),
};

static struct list
postings_of(struct arena *arena, const struct rows *rows)
{
	struct lookup_posting *postings = arena_array(arena, rows->count, sizeof(*postings));

	for (size_t i = 0; i < rows->count; i++) {
		struct posting_row row = {0};

		rows_scan(rows, i, posting_columns, COLUMN_COUNT(posting_columns), &row);
		postings[i] = (struct lookup_posting){
			.from = row.source,
			.to = row.destination,
			.from_account = row.from_account,
			.to_account = row.to_account,
			.amount = {row.amount, currency_find(row.currency)},
			.currency = row.currency,
		};
	}
	return (struct list){postings, rows->count};
}

static enum err
not_found(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Transaction not found");
}

/* The ledger that the caller may look into; 0: all. Others are told the same as of nothing. */
static enum err
scope_of(struct ctx *ctx, int64_t *ledger_id)
{
	*ledger_id = ctx->who.ledger_id;
	return ctx->who.kind == PRINCIPAL_PROJECT_KEY || ctx->who.admin ? ERR_OK : not_found(ctx);
}

enum err
lookup_get(struct ctx *ctx, struct uuid id, struct lookup *out)
{
	struct transaction_row row = {.detached = false};
	int64_t ledger_id;
	struct rows found;
	struct rows postings;

	TRY(scope_of(ctx, &ledger_id));
	TRY(db_pipeline(
		ctx,
		(const struct db_call[]){
			{SQL_lookup_transaction, &found, PARAMS(p_id(ledger_id), p_uuid(id))},
			{SQL_lookup_postings, &postings, PARAMS(p_id(ledger_id), p_uuid(id))},
		},
		2));
	if (found.count == 0)
		return not_found(ctx);
	rows_scan(&found, 0, columns, COLUMN_COUNT(columns), &row);
	if (row.detached)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "The postings of the transaction are in a period that was detached");
	*out = (struct lookup){
		.id = row.public_id,
		.reference = row.reference,
		.type = row.type,
		.status = STATUS_COMPLETED,
		.postings = postings_of(ctx->arena, &postings),
		.reverses = row.reverses,
		.hold = row.hold,
		.metadata = {row.metadata},
		.created_at = row.created_at,
	};
	return ERR_OK;
}
