#include "app/wallet/lookup.h"

#include <string.h>

#include "base/arena.h"
#include "base/word.h"
#include "db/row.h"
#include "json/reader.h"
#include "json/writer.h"

struct transaction_row {
	int64_t transaction_id;
	bool detached;
	struct uuid public_id;
	const char *reference;
	enum transaction_type type;
	struct uuid reverses;
	struct uuid hold;
	int64_t reversed;
	int64_t rest;
	const char *metadata;
	struct instant created_at;
};

static const struct column columns[] = {
	COLUMN(struct transaction_row, transaction_id),
	COLUMN(struct transaction_row, detached),
	COLUMN(struct transaction_row, public_id),
	COLUMN(struct transaction_row, reference),
	COLUMN_WORD(struct transaction_row, type, transaction_type_words),
	COLUMN(struct transaction_row, reverses),
	COLUMN(struct transaction_row, hold),
	COLUMN(struct transaction_row, reversed),
	COLUMN(struct transaction_row, rest),
	COLUMN(struct transaction_row, metadata),
	COLUMN(struct transaction_row, created_at),
};

/* Columns that are read by themselves; of a list, one more is behind them. */
enum { PUBLIC_ID = 2, NEXT = COLUMN_COUNT(columns) };

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
/* The id of the transaction, behind them. */
enum { TRANSACTION = COLUMN_COUNT(posting_columns) };

/* The postings of a transaction, from *at on; *at moves behind them. */
static struct list
postings_of(struct arena *arena, const struct rows *rows, struct uuid id, size_t *at)
{
	size_t first = *at;
	struct lookup_posting *postings;

	while (*at < rows->count && uuid_equal(row_uuid(rows, *at, TRANSACTION), id))
		++*at;
	postings = arena_array(arena, *at - first, sizeof(*postings));
	for (size_t i = first; i < *at; i++) {
		struct posting_row row = {.amount = 0};

		rows_scan(rows, i, posting_columns, COLUMN_COUNT(posting_columns), &row);
		postings[i - first] = (struct lookup_posting){
			.from = row.source,
			.to = row.destination,
			.from_account = row.from_account,
			.to_account = row.to_account,
			.amount = {row.amount, currency_find(row.currency)},
			.currency = row.currency,
		};
	}
	return (struct list){postings, *at - first};
}

enum err
lookup_not_found(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Transaction not found");
}

enum err
lookup_scope(struct ctx *ctx, int64_t *ledger_id)
{
	*ledger_id = ctx->who.ledger_id;
	return ctx->who.kind == PRINCIPAL_PROJECT_KEY || ctx->who.admin ? ERR_OK
									: lookup_not_found(ctx);
}

/* What was given back, and what is left, in the currency of the postings, if they have one in common. */
static void
show_reversed(const struct transaction_row *row, struct lookup *out)
{
	const struct lookup_posting *first = out->postings.items;

	if (row->reversed == 0 || out->postings.count == 0)
		return;
	for (size_t i = 1; i < out->postings.count; i++)
		if (first[i].amount.currency != first->amount.currency)
			return;
	out->reversed = (struct money){row->reversed, first->amount.currency};
	out->reversible = (struct money){row->rest, first->amount.currency};
}

/* What belongs to transactions: postings, which come in the same order, and fees. */
struct parts {
	struct rows postings;
	size_t at; /* the first posting of the next one */
	struct rows fee_rows;
	const struct fee *fees;
};

/* A row of a transaction. */
static enum err
show(struct ctx *ctx, const struct rows *found, size_t i, struct parts *parts, struct lookup *out)
{
	struct transaction_row row = {.detached = false};

	rows_scan(found, i, columns, COLUMN_COUNT(columns), &row);
	if (row.detached)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "The postings of the transaction are in a period that was detached");
	*out = (struct lookup){
		.transaction_id = row.transaction_id,
		.id = row.public_id,
		.reference = row.reference,
		.type = row.type,
		.status = STATUS_COMPLETED,
		.postings = postings_of(ctx->arena, &parts->postings, row.public_id, &parts->at),
		.fee = fee_find(parts->fees, parts->fee_rows.count, row.public_id),
		.reverses = row.reverses,
		.hold = row.hold,
		.metadata = {row.metadata},
		.created_at = row.created_at,
	};
	show_reversed(&row, out);
	return ERR_OK;
}

enum err
lookup_get(struct ctx *ctx, struct uuid id, struct lookup *out)
{
	struct parts parts = {.at = 0};
	int64_t ledger_id;
	struct rows found;

	TRY(lookup_scope(ctx, &ledger_id));
	TRY(db_pipeline(
		ctx,
		(const struct db_call[]){
			{SQL_lookup_transaction, &found, PARAMS(p_id(ledger_id), p_uuid(id))},
			{SQL_lookup_postings, &parts.postings,
			 PARAMS(p_id(ledger_id), p_uuids(&id, 1))},
			{SQL_fee_list, &parts.fee_rows, PARAMS(p_uuids(&id, 1))},
		},
		3));
	if (found.count == 0)
		return lookup_not_found(ctx);
	parts.fees = fee_read(ctx->arena, &parts.fee_rows);
	return show(ctx, &found, 0, &parts, out);
}

/* Are all wanted that are read in the order of an index? */
static bool
is_plain(const struct lookup_filter *filter, const struct range *times)
{
	if (filter->common.prefix != NULL || filter->common.currency != NULL)
		return false;
	if (filter->metadata.count > 0)
		return filter->metadata.count == 1 && filter->type == TRANSACTION_NONE &&
		       uuid_is_nil(filter->common.wallet);
	return uuid_is_nil(filter->common.wallet) ||
	       (filter->type == TRANSACTION_NONE && uuid_is_nil(filter->counterparty) &&
		times->least == INT64_MIN && times->greatest == INT64_MAX);
}

/* The JSON of a text as a string. */
static const char *
as_string(struct arena *arena, const char *text)
{
	struct bytes json;
	struct jw w;

	jw_init(&w, arena, strlen(text));
	jw_text(&w, NULL, text);
	return jw_finish(&w, &json) ? json.data : "null";
}

/* What a text stands for: *value, or *literal. */
static void
read_value(struct arena *arena, const char *text, const char **value, const char **literal)
{
	const char *list = arena_printf(arena, "[%s]", text);
	struct fault none = {0};
	struct json_object *read;

	*value = as_string(arena, text);
	*literal = *value;
	if (json_read(arena, &none, list, strlen(list), &read) != ERR_OK ||
	    json_list_length(read) != 1)
		return;
	read = json_list_item(read, 0);
	if (json_depth(read) > 0)
		return;
	*literal = json_canonical(arena, read);
	if (json_kind(read) == JSON_TEXT || json_kind(read) == JSON_ODD_TEXT)
		*value = *literal;
}

/* Conditions on metadata as parameters: the paths, and the two forms of each value. */
struct conditions {
	const char **paths;
	const char **values;
	const char **literals;
};

static struct conditions
conditions_of(struct arena *arena, const struct named_texts *metadata)
{
	size_t n = metadata->count;
	struct conditions out = {arena_array(arena, n, sizeof(*out.paths)),
				 arena_array(arena, n, sizeof(*out.values)),
				 arena_array(arena, n, sizeof(*out.literals))};

	for (size_t i = 0; i < n; i++) {
		out.paths[i] = metadata->items[i].name;
		read_value(arena, metadata->items[i].text, &out.values[i], &out.literals[i]);
	}
	return out;
}

static enum err
find(struct ctx *ctx, const struct lookup_filter *filter, int64_t after, int64_t most,
     struct rows *out)
{
	const struct list_filter *common = &filter->common;
	const char *currency = filter_currency(common);
	const char *const *types = transaction_type_words;
	struct conditions wanted = conditions_of(ctx->arena, &filter->metadata);
	size_t described = filter->metadata.count;
	size_t n = 0;
	struct range amounts;
	struct range times = filter_times(common);
	int64_t ledger_id;

	TRY(filter_books(ctx, common, &ledger_id));
	TRY(filter_amounts(ctx, common, &amounts));
	if (filter->type != TRANSACTION_NONE)
		types += filter->type - 1;
	while (types[n] != NULL && (n == 0 || filter->type == TRANSACTION_NONE))
		n++;
	return db_run(ctx, SQL_lookup_list, out,
		      PARAMS(p_int(ledger_id), p_texts(types, n), p_int(after), p_since(&times),
			     p_upto(&times), p_uuid(common->wallet), p_uuid(filter->counterparty),
			     p_text(common->reference), p_text(common->prefix), p_text(currency),
			     p_int(amounts.least), p_int(amounts.greatest),
			     p_int(is_plain(filter, &times) ? most + 1 : LOOKED_AT),
			     p_int(most + 1), p_texts(wanted.paths, described),
			     p_texts(wanted.values, described), p_texts(wanted.literals, described),
			     p_bool(common->oldest_first)));
}

/* The parts of what was found. */
static enum err
find_parts(struct ctx *ctx, const struct rows *found, size_t n, struct parts *out)
{
	struct uuid *ids = arena_array(ctx->arena, n, sizeof(*ids));

	for (size_t i = 0; i < n; i++)
		ids[i] = row_uuid(found, i, PUBLIC_ID);
	TRY(db_pipeline(
		ctx,
		(const struct db_call[]){
			{SQL_lookup_postings, &out->postings, PARAMS(p_null(), p_uuids(ids, n))},
			{SQL_fee_list, &out->fee_rows, PARAMS(p_uuids(ids, n))},
		},
		2));
	out->fees = fee_read(ctx->arena, &out->fee_rows);
	return ERR_OK;
}

enum err
lookup_list(struct ctx *ctx, const struct lookup_filter *filter, int64_t after, int64_t most,
	    struct list *out, int64_t *next)
{
	struct lookup *items;
	struct parts parts = {.at = 0};
	struct rows found;
	size_t n;

	if (!uuid_is_nil(filter->counterparty) && uuid_is_nil(filter->common.wallet)) {
		violation_add(ctx->arena, &ctx->fault, "walletId", "REQUIRED",
			      "is required with counterpartyWalletId");
		return ERR_VALIDATION;
	}
	TRY(find(ctx, filter, after, most, &found));
	n = filter_shown(&found, NEXT, most, next);
	items = arena_array(ctx->arena, n, sizeof(*items));
	if (n > 0)
		TRY(find_parts(ctx, &found, n, &parts));
	for (size_t i = 0; i < n; i++)
		TRY(show(ctx, &found, i, &parts, &items[i]));
	*out = (struct list){items, n};
	return ERR_OK;
}
