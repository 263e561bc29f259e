/* Accounts of the ledgers, for administrators. */
#include "app/wallet/account.h"

#include "api/page.h"
#include "api/pocket/filter.h"
#include "api/pocket/pocket.h"
#include "api/words.h"

static const char *const orders[] = {"createdAt", NULL};
static const char *const directions[] = {"asc", "desc", NULL};

static const struct field fields[] = {
	FIELD(struct book_account, id, .name = "id", .required = true,
	      .doc = "Of a wallet: its walletId."),
	FIELD(struct book_account, kind, .name = "kind", .required = true,
	      .doc = "As the chart of accounts names it.", .example = "\"Customer wallets\""),
	FIELD(struct book_account, currency, .name = "currency", .required = true,
	      .example = "\"NGN\""),
	FIELD(struct book_account, balance, .name = "balance", .required = true,
	      .doc = "Including holds, on the normal side of the kind: positive for what an asset "
		     "or a wallet usually has."),
	FIELD(struct book_account, available, .name = "available",
	      .doc = "Balance excluding holds, of an account that can't be overdrawn."),
	FIELD(struct book_account, held, .name = "held", .example = "\"0.00\"",
	      .doc = "Amount of the holds, likewise."),
	FIELD(struct book_account, status, .name = "status", .choices = wallet_status_words,
	      .required = true, .example = "\"active\""),
	FIELD(struct book_account, project, .name = "projectId", .keep_null = true,
	      .doc = "null: the platform's own books."),
	FIELD(struct book_account, mode, .name = "mode", .choices = mode_words, .required = true,
	      .example = "\"live\""),
	FIELD(struct book_account, project_account, .name = "accountId", .keep_null = true,
	      .doc = "The project's customer who owns the wallet."),
	FIELD(struct book_account, user, .name = "userId", .keep_null = true,
	      .doc = "The user who owns the wallet."),
	FIELD(struct book_account, created_at, .name = "createdAt", .required = true),
};

static const struct schema account = SCHEMA(struct book_account, "Account", fields);

struct list_query {
	struct page_query page;
	struct account_filter filter;
	const char *sort;
	const char *direction;
};

static const struct field query_fields[] = {
	PAGE_FIELDS(struct list_query),
	BOOKS_FIELDS(struct list_query, filter.common),
	FIELD(struct list_query, filter.common.wallet, .name = "walletId",
	      .doc = "This wallet, or another account by its id."),
	FIELD(struct list_query, filter.project_account, .name = "accountId",
	      .doc = "Wallets of this customer of the project."),
	FIELD(struct list_query, filter.user, .name = "userId", .doc = "Wallets of this user."),
	FIELD(struct list_query, filter.kind, .name = "kind",
	      .doc = "As the chart of accounts names it."),
	FIELD(struct list_query, filter.status, .name = "status", .choices = wallet_status_words),
	FIELD(struct list_query, filter.common.currency, .name = "currency", .format = "currency"),
	BOUND_FIELDS(struct list_query, filter.common.amount, "balance", true,
		     "In major units, with currency; also [gt], [gte], [lt] and [lte]."),
	TIME_FIELDS(struct list_query, filter.common),
	FIELD(struct list_query, sort, .name = "sort", .choices = orders, .fallback = "createdAt"),
	FIELD(struct list_query, direction, .name = "dir", .choices = directions,
	      .fallback = "desc"),
};

static const struct schema list_query = SCHEMA(struct list_query, "AccountsQuery", query_fields);

static enum err
list_accounts(struct call *call, const void *in, void *out)
{
	const struct list_query *query = call->query;
	struct account_filter filter = query->filter;
	struct list found;
	int64_t next;

	(void)in;
	filter.common.oldest_first = text_equal(query->direction, "asc");
	TRY(account_list(&call->ctx, &filter, query->page.after, page_limit(&query->page), &found,
			 &next));
	page_fill_partly(call, out, &query->page, found, next);
	return ERR_OK;
}

const struct route pocket_accounts[] = {
	{GET, "/v1/accounts", "List the accounts of a ledger, newest first",
	 "Of a project or the platform's own customers, in a mode: wallets, and the accounts that the "
	 "server itself posts to. Filters are combined. A call looks at a limited number of accounts: "
	 "a page may have fewer items than limit, or none, and there is more as long as it has a "
	 "nextCursor.",
	 list_accounts, .query = &list_query, .out = &account, .reply.list = true,
	 .access = ACCESS_ADMIN, .stale = true, .docs.errors = {404}, .status = 200,
	 .docs.tag = "Administration"},
	{0},
};
