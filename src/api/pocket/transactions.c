/* Transactions, as they are looked up. */
#include "api/page.h"
#include "api/pocket/filter.h"
#include "api/pocket/pocket.h"
#include "api/words.h"
#include "app/wallet/lookup.h"

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
	FIELD(struct lookup, fee, .name = "fee", .omit_empty = true, .sub = &pocket_known_fee,
	      .doc = "One of the postings; of a reversal, what it gives back. Absent if there is none."),
	FIELD(struct lookup, reverses, .name = "reverses",
	      .doc = "The transaction that it takes back."),
	FIELD(struct lookup, reversed, .name = "reversedAmount",
	      .doc = "What was given back of it; absent if nothing was.", .example = "\"30.00\""),
	FIELD(struct lookup, reversible, .name = "reversibleAmount",
	      .doc = "What may still be given back; absent if nothing was yet.",
	      .example = "\"70.00\""),
	FIELD(struct lookup, hold, .name = "holdId", .doc = "The hold that it captured."),
	FIELD(struct lookup, metadata, .name = "metadata", .example = "{\"order\":\"1\"}"),
	FIELD(struct lookup, created_at, .name = "createdAt", .required = true),
	FIELD(struct lookup, dry_run, .name = "dryRun", .example = "false",
	      .doc = "true if nothing was changed."),
};

const struct schema pocket_looked_up = SCHEMA(struct lookup, "Transaction", fields);

static enum err
get_transaction(struct call *call, const void *in, void *out)
{
	(void)in;
	return lookup_get(&call->ctx, call->params[0].id, out);
}

struct list_query {
	struct sorted_query page;
	struct lookup_filter filter;
};

static const struct field list_query_fields[] = {
	SORTED_FIELDS(struct list_query),
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
	struct lookup_filter filter = query->filter;
	struct page_query page;
	struct list found;
	int64_t next;

	(void)in;
	TRY(page_sorted(call, &query->page, &page));
	filter.common.oldest_first = page.oldest_first;
	TRY(lookup_list(&call->ctx, &filter, page.after, page_limit(&page), &found, &next));
	page_fill_partly(call, out, &page, found, next);
	return ERR_OK;
}

const struct route pocket_transactions[] = {
	{GET, "/v1/transactions", "List transactions",
	 "Of the project and mode of the API key; an administrator's access token gives access to all. "
	 "Filters are combined. A call looks at a limited number of transactions: a page may have "
	 "fewer items than limit, or none, and there is more as long as it has a nextCursor.",
	 list_transactions, .query = &list_query, .out = &pocket_looked_up, .reply.list = true,
	 .access = ACCESS_USER_OR_PROJECT, .stale = true, .docs.errors = {404, 409}, .status = 200,
	 .docs.tag = "Money"},
	{GET, "/v1/transactions/{id}", "Retrieve a transaction with its postings",
	 "A project's API key gives access to the transactions of its mode, an administrator's access "
	 "token to all.",
	 get_transaction, .out = &pocket_looked_up, .access = ACCESS_USER_OR_PROJECT,
	 .docs.errors = {409}, .status = 200, .docs.tag = "Money"},
	{0},
};
