/* The naira wallet: its balance, and posted transactions. */
#include "app/wallet/wallet.h"

#include <string.h>

#include "api/otp/otp.h"
#include "api/page.h"
#include "api/words.h"
#include "app/funding/funding.h"
#include "app/payment/user_payment.h"
#include "base/arena.h"
#include "base/word.h"
#include "json/reader.h"

enum { LIMIT_DEFAULT = 20, LIMIT_MAX = 50 };

struct balance_reply {
	bool success;
	struct money balance;
	struct money available;
	const char *currency;
	enum wallet_status status;
};

static const struct field balance_fields[] = {
	FIELD(struct balance_reply, success, .name = "success", .required = true),
	FIELD(struct balance_reply, balance, .name = "balance", .required = true,
	      .example = "50000"),
	FIELD(struct balance_reply, available, .name = "availableBalance", .required = true,
	      .doc = "Excludes money held for pending deductions.", .example = "50000"),
	FIELD(struct balance_reply, currency, .name = "currency", .required = true,
	      .example = "\"NGN\""),
	FIELD(struct balance_reply, status, .name = "status", .choices = wallet_status_words,
	      .required = true, .doc = "active, frozen or closed.", .example = "\"active\""),
};

struct history_query {
	int64_t page;
	int64_t limit;
};

static const struct field query_fields[] = {
	FIELD(struct history_query, page, .name = "page", .lower_bound = true, .min = 1,
	      .max = PAGE_NUMBER_MAX, .doc = "From 1. Default: 1.", .example = "1"),
	FIELD(struct history_query, limit, .name = "limit", .lower_bound = true, .min = 1,
	      .max = LIMIT_MAX, .doc = "Transactions per page. Default: 20.", .example = "20"),
};

struct line_reply {
	const char *transaction;
	const char *type;
	enum line_direction direction;
	struct money amount;
	const char *currency;
	struct money before;
	struct money after;
	const char *reference;
	enum transaction_status status;
	struct instant at;
};

static const struct field line_fields[] = {
	FIELD(struct line_reply, transaction, .name = "transaction_id", .required = true,
	      .doc = "transactionId of the funding or deduction; the transaction's id otherwise.",
	      .example = "\"TXN-1705948200123\""),
	FIELD(struct line_reply, type, .name = "type", .required = true,
	      .doc = "funding, purchase, deposit, transfer_in, transfer_out, admin_credit, "
		     "admin_debit, reversal and others.",
	      .example = "\"funding\""),
	FIELD(struct line_reply, direction, .name = "direction", .choices = line_direction_words,
	      .required = true, .doc = "in or out; the amount has no sign.", .example = "\"in\""),
	FIELD(struct line_reply, amount, .name = "amount", .required = true, .example = "5000"),
	FIELD(struct line_reply, currency, .name = "currency", .required = true,
	      .example = "\"NGN\""),
	FIELD(struct line_reply, before, .name = "previous_balance", .required = true,
	      .example = "45000"),
	FIELD(struct line_reply, after, .name = "new_balance", .required = true,
	      .example = "50000"),
	FIELD(struct line_reply, reference, .name = "reference", .required = true,
	      .example = "\"FUND-1705948200123-abc12345\""),
	FIELD(struct line_reply, status, .name = "status", .choices = word_completed,
	      .words = transaction_status_words, .required = true,
	      .doc = "Pending transactions are not in the history.", .example = "\"completed\""),
	FIELD(struct line_reply, at, .name = "timestamp", .required = true),
};

static const struct schema line_out = SCHEMA(struct line_reply, "WalletTransaction", line_fields);

struct pagination {
	int64_t page;
	int64_t limit;
	int64_t total;
	int64_t pages;
};

static const struct field pagination_fields[] = {
	FIELD(struct pagination, page, .name = "page", .required = true, .example = "1"),
	FIELD(struct pagination, limit, .name = "limit", .required = true, .example = "20"),
	FIELD(struct pagination, total, .name = "total", .required = true, .example = "1"),
	FIELD(struct pagination, pages, .name = "pages", .required = true, .example = "1"),
};

static const struct schema pagination =
	SCHEMA(struct pagination, "WalletPagination", pagination_fields);

struct history_reply {
	bool success;
	struct list transactions;
	struct pagination pagination;
};

static const struct field history_fields[] = {
	FIELD(struct history_reply, success, .name = "success", .required = true),
	FIELD(struct history_reply, transactions, .name = "transactions", .required = true,
	      .sub = &line_out),
	FIELD(struct history_reply, pagination, .name = "pagination", .required = true,
	      .sub = &pagination),
};

static const struct schema balance_out =
	SCHEMA(struct balance_reply, "BalanceReply", balance_fields);
static const struct schema query = SCHEMA(struct history_query, "HistoryQuery", query_fields);
static const struct schema history_out =
	SCHEMA(struct history_reply, "HistoryReply", history_fields);

static enum err
get_balance(struct call *call, const void *in, void *out)
{
	struct user_wallet wallet = {0};

	(void)in;
	TRY(user_wallet_naira(&call->ctx, &wallet));
	*(struct balance_reply *)out = (struct balance_reply){
		.success = true,
		.balance = wallet.balance,
		.available = wallet.available,
		.currency = wallet.balance.currency->code,
		.status = wallet.status,
	};
	return ERR_OK;
}

/* Transactions of the two steps have their own types in this API; a transfer is different for
 * each of the two wallets. */
static const char *
type_of(const struct wallet_line *line)
{
	if (line->type == TRANSACTION_WALLET_FUNDING)
		return "funding";
	if (line->type == TRANSACTION_WALLET_DEDUCTION)
		return "purchase";
	if (line->type != TRANSACTION_TRANSFER)
		return word_text(transaction_type_words, line->type);
	return line->direction == DIRECTION_IN ? "transfer_in" : "transfer_out";
}

static bool
is_funding(const struct wallet_line *line)
{
	return line->type == TRANSACTION_WALLET_FUNDING ||
	       line->type == TRANSACTION_WALLET_DEDUCTION;
}

/* The number returned by the second step, or else the transaction's id. */
static const char *
number_of(struct arena *arena, const struct wallet_line *line)
{
	struct fault ignored = {.err = ERR_OK};
	struct json_object *metadata;
	struct json_object *number = NULL;
	char id[UUID_TEXT_MAX];

	if (is_funding(line) && line->metadata.text != NULL &&
	    json_read(arena, &ignored, line->metadata.text, strlen(line->metadata.text),
		      &metadata) == ERR_OK)
		number = json_member(metadata, "transactionId", NULL);
	return json_kind(number) == JSON_TEXT ? json_text_value(number)
					      : arena_strdup(arena, uuid_text(id, line->id));
}

static struct line_reply
show_line(struct arena *arena, const struct wallet_line *line)
{
	bool in = line->direction == DIRECTION_IN;
	int64_t change = in ? line->amount.minor : -line->amount.minor;

	return (struct line_reply){
		.transaction = number_of(arena, line),
		.type = type_of(line),
		.direction = line->direction,
		.amount = line->amount,
		.currency = line->amount.currency->code,
		.before = {line->balance.minor - change, line->balance.currency},
		.after = line->balance,
		.reference = line->reference,
		.status = line->status,
		.at = line->created_at,
	};
}

/* The postings of a wallet are numbered without gaps, so a page is a range of numbers. */
static enum err
get_history(struct call *call, const void *in, void *out)
{
	const struct history_query *asked = call->query;
	int64_t page = asked->page > 0 ? asked->page : 1;
	int64_t limit = asked->limit > 0 ? asked->limit : LIMIT_DEFAULT;
	struct user_wallet wallet = {0};
	struct wallet_line *lines = NULL;
	struct line_reply *shown;
	int64_t newest;
	size_t n = 0;

	(void)in;
	TRY(user_wallet_naira(&call->ctx, &wallet));
	newest = wallet.sequence - (page - 1) * limit;
	if (newest > 0)
		TRY(wallet_lines(&call->ctx, wallet.account_id, newest + 1, limit, &lines, &n));
	shown = arena_array(call->ctx.arena, n, sizeof(*shown));
	for (size_t i = 0; i < n; i++)
		shown[i] = show_line(call->ctx.arena, &lines[i]);
	*(struct history_reply *)out = (struct history_reply){
		true,
		{shown, n},
		{page, limit, wallet.sequence, (wallet.sequence + limit - 1) / limit},
	};
	return ERR_OK;
}

const struct route otp_wallet[] = {
	{GET, "/api/wallet/balance", "Retrieve the balance of your NGN wallet", NULL, get_balance,
	 .out = &balance_out, .access = ACCESS_USER, .status = 200, .docs.tag = "Wallet"},
	{GET, "/api/wallet/transactions", "List transactions of your NGN wallet, newest first",
	 "Posted transactions only; pending ones are excluded.", get_history, .query = &query,
	 .out = &history_out, .access = ACCESS_USER, .stale = true, .status = 200,
	 .docs.tag = "Wallet"},
	{0},
};
