/* Transactions, as they are looked up. */
#include "api/page.h"
#include "api/pocket/filter.h"
#include "api/pocket/pocket.h"
#include "api/words.h"
#include "app/wallet/metadata.h"

static const struct field posting_fields[] = {
	FIELD(struct lookup_posting, from, .name = "fromWalletId", .keep_null = true,
	      .doc = "null: an account of the project or the platform."),
	FIELD(struct lookup_posting, to, .name = "toWalletId", .keep_null = true,
	      .doc = "Likewise."),
	FIELD(struct lookup_posting, from_account, .name = "fromAccount", .required = true,
	      .doc = "Kind of the account, as the chart of accounts names it.",
	      .example = "\"Customer wallets\""),
	FIELD(struct lookup_posting, to_account, .name = "toAccount", .required = true,
	      .example = "\"Project funding\""),
	FIELD(struct lookup_posting, amount, .name = "amount", .required = true),
	FIELD(struct lookup_posting, currency, .name = "currency", .required = true,
	      .example = "\"NGN\""),
};

static const struct schema posting = SCHEMA(struct lookup_posting, "Posting", posting_fields);

static const struct field fields[] = {
	FIELD(struct lookup, id, .name = "id", .required = true),
	FIELD(struct lookup, reference, .name = "reference", .required = true,
	      .example = "\"trf_2026_001\""),
	FIELD(struct lookup, type, .name = "type", .choices = transaction_type_words,
	      .words = transaction_type_words, .required = true, .example = "\"transfer\""),
	FIELD(struct lookup, status, .name = "status", .choices = word_completed,
	      .words = transaction_status_words, .required = true, .example = "\"completed\""),
	FIELD(struct lookup, postings, .name = "postings", .required = true, .sub = &posting),
	FIELD(struct lookup, reverses, .name = "reverses",
	      .doc = "The transaction that it takes back."),
	FIELD(struct lookup, hold, .name = "holdId", .doc = "The hold that it captured."),
	FIELD(struct lookup, metadata, .name = "metadata", .example = "{\"order\":\"1\"}"),
	FIELD(struct lookup, created_at, .name = "createdAt", .required = true),
};

static const struct schema transaction = SCHEMA(struct lookup, "Transaction", fields);

static enum err
get_transaction(struct call *call, const void *in, void *out)
{
	(void)in;
	return lookup_get(&call->ctx, call->params[0].id, out);
}

static const struct field addition_fields[] = {
	FIELD(struct metadata_addition, metadata, .name = "metadata", .required = true,
	      .doc = "Values to add or replace, by their names; null removes a name.",
	      .example = "{\"order\":\"1\"}"),
	FIELD(struct metadata_addition, dry_run, .name = "dryRun",
	      .doc = "Validate and answer, but change nothing.", .example = "false"),
};

static const struct schema addition =
	SCHEMA(struct metadata_addition, "MetadataAddition", addition_fields);

static const struct field revision_fields[] = {
	FIELD(struct metadata_revision, number, .name = "revision", .required = true,
	      .doc = "0: what the transaction was posted with.", .example = "0"),
	FIELD(struct metadata_revision, metadata, .name = "metadata", .required = true,
	      .example = "{\"order\":\"1\"}"),
	FIELD(struct metadata_revision, api_key, .name = "apiKeyId",
	      .doc = "The key that it was added with."),
	FIELD(struct metadata_revision, administrator, .name = "administratorId",
	      .doc = "Or the administrator."),
	FIELD(struct metadata_revision, created_at, .name = "createdAt", .required = true),
};

static const struct schema revision =
	SCHEMA(struct metadata_revision, "MetadataRevision", revision_fields);

static enum err
add_metadata(struct call *call, const void *in, void *out)
{
	return metadata_add(&call->ctx, call->params[0].id, in, out);
}

static enum err
list_metadata(struct call *call, const void *in, void *out)
{
	struct list found;

	(void)in;
	TRY(metadata_list(&call->ctx, call->params[0].id, &found));
	page_fill_partly(call, out, &(const struct page_query){.after = 0}, found, 0);
	return ERR_OK;
}

struct list_query {
	struct page_query page;
	struct lookup_filter filter;
};

static const struct field list_query_fields[] = {
	PAGE_FIELDS(struct list_query),
	FILTER_FIELDS(struct list_query, filter.common, "Money moved from or to this wallet.",
		      "Amount of a posting"),
	FIELD(struct list_query, filter.type, .name = "type", .choices = transaction_type_words,
	      .words = transaction_type_words),
	FIELD(struct list_query, filter.counterparty, .name = "counterpartyWalletId",
	      .doc = "The wallet on the other side; with walletId."),
	FIELD(struct list_query, filter.metadata, .name = "metadata", .max = 1000,
	      .doc = "metadata[order.id]=A1: this value is in the metadata, at a path of names joined by "
		     "points; names may have points, too. Items of a list are values of the list. 7, "
		     "true and null are also the strings; \"7\" is only the string."),
};

static const struct schema list_query =
	SCHEMA(struct list_query, "TransactionsQuery", list_query_fields);

static enum err
list_transactions(struct call *call, const void *in, void *out)
{
	const struct list_query *query = call->query;
	struct list found;
	int64_t next;

	(void)in;
	TRY(lookup_list(&call->ctx, &query->filter, query->page.after, page_limit(&query->page),
			&found, &next));
	page_fill_partly(call, out, &query->page, found, next);
	return ERR_OK;
}

const struct route pocket_transactions[] = {
	{GET, "/v1/transactions", "List transactions, newest first",
	 "Of the project and mode of the API key; an administrator's access token gives access to all. "
	 "Filters are combined. A call looks at a limited number of transactions: a page may have "
	 "fewer items than limit, or none, and there is more as long as it has a nextCursor.",
	 list_transactions, .query = &list_query, .out = &transaction, .reply.list = true,
	 .access = ACCESS_USER_OR_PROJECT, .stale = true, .docs.errors = {404, 409}, .status = 200,
	 .docs.tag = "Money"},
	{GET, "/v1/transactions/{id}", "Retrieve a transaction with its postings",
	 "A project's API key gives access to the transactions of its mode, an administrator's access "
	 "token to all.",
	 get_transaction, .out = &transaction, .access = ACCESS_USER_OR_PROJECT,
	 .docs.errors = {409}, .status = 200, .docs.tag = "Money"},
	{PATCH, "/v1/transactions/{id}", "Add metadata to a transaction",
	 "Each change is a revision. What the transaction was posted with stays in its receipt, in "
	 "events, in statements, and in the answers to repetitions of its request. Up to 100 "
	 "revisions.",
	 add_metadata, .in = &addition, .out = &transaction, .access = ACCESS_USER_OR_PROJECT,
	 .effect = EFFECT_WRITE, .docs.errors = {409}, .status = 200, .dry_run = true,
	 .docs.tag = "Money"},
	{GET, "/v1/transactions/{id}/metadata",
	 "List the revisions of the metadata of a transaction",
	 "Newest first; the last one is what the transaction was posted with.", list_metadata,
	 .out = &revision, .reply.list = true, .access = ACCESS_USER_OR_PROJECT,
	 .docs.errors = {409}, .status = 200, .docs.tag = "Money"},
	{0},
};
