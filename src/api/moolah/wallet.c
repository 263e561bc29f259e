/* The rand wallet: its balance, and its history by pages. */
#include "api/moolah/moolah.h"
#include "base/attributes.h"

#include <string.h>

#include "api/page.h"
#include "api/words.h"
#include "app/wallet/user_wallet.h"
#include "app/wallet/wallet.h"
#include "base/arena.h"
#include "base/word.h"

enum { LIMIT_DEFAULT = 10 };

struct balance_out {
	const char *wallet;
	struct money balance;
	struct money available;
	struct money available_again; /* under the name that the original's clients use */
	const char *currency;
	enum wallet_status status;
};

static const struct field balance_fields[] = {
	FIELD(struct balance_out, wallet, .name = "walletId", .required = true,
	      .example = "\"WAL-1755007499196\""),
	FIELD(struct balance_out, balance, .name = "balance", .required = true, .example = "15000"),
	FIELD(struct balance_out, available, .name = "availableBalance", .required = true,
	      .doc = "Excludes money held for pending purchases.", .example = "15000"),
	FIELD(struct balance_out, available_again, .name = "available", .required = true,
	      .doc = "The same as availableBalance.", .example = "15000"),
	FIELD(struct balance_out, currency, .name = "currency", .required = true,
	      .example = "\"ZAR\""),
	FIELD(struct balance_out, status, .name = "status", .choices = wallet_status_words,
	      .required = true, .doc = "active, frozen or closed.", .example = "\"active\""),
};

struct history_query {
	int64_t page;
	int64_t limit;
};

static const struct field history_query_fields[] = {
	FIELD(struct history_query, page, .name = "page", .lower_bound = true, .min = 1,
	      .max = PAGE_NUMBER_MAX, .doc = "From 1. Default: 1.", .example = "1"),
	FIELD(struct history_query, limit, .name = "limit", .lower_bound = true, .min = 1,
	      .max = PAGE_LIMIT_MAX, .doc = "Transactions per page. Default: 10.", .example = "10"),
};

struct line_out {
	int64_t number;
	const char *transaction;
	const char *type;
	const char *subtype;
	enum transaction_status status;
	enum line_direction direction;
	struct money amount;
	const char *description;
	const char *reference;
	const char *currency;
	struct instant created_at;
};

static const struct field line_fields[] = {
	FIELD(struct line_out, number, .name = "id", .required = true,
	      .doc = "Sequence number in the wallet history.", .example = "1"),
	FIELD(struct line_out, transaction, .name = "transactionId", .required = true,
	      .example = "\"TXN-1755008423028-9a1e55\""),
	FIELD(struct line_out, type, .name = "type", .choices = word_transactions_split,
	      .required = true,
	      .doc = "deposit for all incoming transactions; the subtype for outgoing ones.",
	      .example = "\"deposit\""),
	FIELD(struct line_out, subtype, .name = "subtype", .choices = word_transactions_split,
	      .required = true,
	      .doc = "Kind of transaction: deposit, withdrawal, transfer_in, transfer_out, "
		     "admin_credit, admin_debit, voucher_issue, reversal and others.",
	      .example = "\"transfer_in\""),
	FIELD(struct line_out, status, .name = "status", .choices = word_completed,
	      .words = transaction_status_words, .required = true,
	      .doc = "Pending transactions are not in the history.", .example = "\"completed\""),
	FIELD(struct line_out, direction, .name = "direction", .choices = line_direction_words,
	      .required = true, .doc = "in or out; the amount has no sign.", .example = "\"in\""),
	FIELD(struct line_out, amount, .name = "amount", .required = true, .example = "1000"),
	FIELD(struct line_out, description, .name = "description", .required = true,
	      .example = "\"Deposit\""),
	FIELD(struct line_out, reference, .name = "reference", .required = true,
	      .example = "\"DEP_1734256800_ABCD1234\""),
	FIELD(struct line_out, currency, .name = "currency", .required = true,
	      .example = "\"ZAR\""),
	FIELD(struct line_out, created_at, .name = "createdAt", .required = true),
};

static const struct schema line_out = SCHEMA(struct line_out, "MoolahTransaction", line_fields);

struct pagination {
	int64_t page;
	int64_t limit;
	int64_t items;
	int64_t pages;
};

static const struct field pagination_fields[] = {
	FIELD(struct pagination, page, .name = "currentPage", .required = true, .example = "1"),
	FIELD(struct pagination, limit, .name = "itemsPerPage", .required = true, .example = "10"),
	FIELD(struct pagination, items, .name = "totalItems", .required = true, .example = "25"),
	FIELD(struct pagination, pages, .name = "totalPages", .required = true, .example = "3"),
};

static const struct schema pagination =
	SCHEMA(struct pagination, "MoolahPagination", pagination_fields);

struct history_out {
	struct list transactions; /* of struct line_out */
	struct pagination pagination;
};

static const struct field history_fields[] = {
	FIELD(struct history_out, transactions, .name = "transactions", .required = true,
	      .sub = &line_out),
	FIELD(struct history_out, pagination, .name = "pagination", .required = true,
	      .sub = &pagination),
};

static const struct schema balance_out =
	SCHEMA(struct balance_out, "MoolahBalance", balance_fields);
static const struct schema history_query =
	SCHEMA(struct history_query, "MoolahHistoryQuery", history_query_fields);
static const struct schema history_out =
	SCHEMA(struct history_out, "MoolahHistory", history_fields);

static enum err
rand_wallet(struct call *call, struct user_wallet *out)
{
	return user_wallet(&call->ctx, call->ctx.who.user_id, currency_find("ZAR"), out);
}

static enum err
get_balance(struct call *call, const void *in, void *out)
{
	struct user_wallet wallet = {0};

	(void)in;
	TRY(rand_wallet(call, &wallet));
	*(struct balance_out *)out = (struct balance_out){
		.wallet = wallet.label,
		.balance = wallet.balance,
		.available = wallet.available,
		.available_again = wallet.available,
		.currency = wallet.balance.currency->code,
		.status = wallet.status,
	};
	return ERR_OK;
}

/* A transfer is one transaction, but different for each of the two wallets. */
static const char *
type_of(const struct wallet_line *line)
{
	if (line->type != TRANSACTION_TRANSFER)
		return word_text(transaction_type_words, line->type);
	return line->direction == DIRECTION_IN ? "transfer_in" : "transfer_out";
}

/* Types with a better description than their name. */
static const char *
description_of(struct arena *arena, const char *type)
{
	static const struct {
		const char *type;
		const char *words;
	} rows[] = {
		{"transfer_in", "Money received"},
		{"transfer_out", "Money sent"},
		{"admin_credit", "Credit by the administration"},
		{"admin_debit", "Debit by the administration"},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		if (strcmp(rows[i].type, type) == 0)
			return rows[i].words;
	return text_words(arena, type);
}

static struct line_out
show_line(struct arena *arena, const struct wallet_line *line)
{
	const char *type = type_of(line);

	return (struct line_out){
		.number = line->sequence,
		.transaction = moolah_transaction_id(arena, line->created_at, line->id),
		.type = line->direction == DIRECTION_IN
				? word_text(transaction_type_words, TRANSACTION_DEPOSIT)
				: type,
		.subtype = type,
		.status = line->status,
		.direction = line->direction,
		.amount = line->amount,
		.description = description_of(arena, type),
		.reference = line->reference,
		.currency = line->amount.currency->code,
		.created_at = line->created_at,
	};
}

/*
 * The postings of a wallet are numbered without gaps, so a page is a range of numbers, and no rows
 * need to be counted or skipped.
 */
static enum err
get_history(struct call *call, const void *in, void *out)
{
	const struct history_query *query = call->query;
	int64_t page = query->page > 0 ? query->page : 1;
	int64_t limit = query->limit > 0 ? query->limit : LIMIT_DEFAULT;
	struct history_out *history = out;
	struct user_wallet wallet = {0};
	struct wallet_line *lines = NULL;
	struct line_out *shown;
	int64_t newest;
	size_t n = 0;

	(void)in;
	TRY(rand_wallet(call, &wallet));
	newest = wallet.sequence - (page - 1) * limit;
	if (newest > 0)
		TRY(wallet_lines(&call->ctx, wallet.account_id, newest + 1, limit, &lines, &n));
	shown = arena_array(call->ctx.arena, n, sizeof(*shown));
	for (size_t i = 0; i < n; i++)
		shown[i] = show_line(call->ctx.arena, &lines[i]);
	history->transactions = (struct list){shown, n};
	history->pagination = (struct pagination){page, limit, wallet.sequence,
						  (wallet.sequence + limit - 1) / limit};
	return ERR_OK;
}

const struct route moolah_wallet[] = {
	{GET, "/api/v1/wallets/balance", "Retrieve the balance of your rand wallet", NULL,
	 get_balance, .out = &balance_out, .access = ACCESS_USER,
	 .reply.message = "Balance retrieved successfully", .status = 200, .docs.tag = "Wallet"},
	{GET, "/api/v1/wallets/transactions", "List transactions of your rand wallet, newest first",
	 "Posted transactions only; pending ones are excluded.", get_history,
	 .query = &history_query, .out = &history_out, .access = ACCESS_USER, .stale = true,
	 .status = 200, .docs.tag = "Wallet"},
	{0},
};
