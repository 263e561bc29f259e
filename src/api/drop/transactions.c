/* Transactions of the user. */
#include <string.h>

#include "api/drop/drop.h"
#include "api/page.h"
#include "app/remittance/corridor.h"
#include "app/remittance/drop_payment.h"
#include "base/arena.h"
#include "crypto/public_id.h"

enum { USUAL_LIMIT = 20 };

static const char *const orders[] = {"createdAt", "amount", NULL};
static const char *const directions[] = {"asc", "desc", NULL};

struct item {
	int64_t number;
	const char *id;
	enum drop_payment_type type;
	enum bank_order_status status;
	struct money amount;
	const char *currency;
	const char *recipient;
	const char *merchant;
	struct instant created_at;
};

#define ID_EXAMPLE "\"tx_rem_0123456789abcdef\""
static const struct field item_fields[] = {
	FIELD(struct item, id, .name = "id", .required = true, .example = ID_EXAMPLE),
	FIELD(struct item, type, .name = "type", .words = drop_payment_type_words, .required = true,
	      .example = "\"remittance\""),
	FIELD(struct item, status, .name = "status", .words = bank_order_status_words,
	      .required = true, .example = "\"completed\""),
	FIELD(struct item, amount, .name = "amount", .required = true,
	      .doc = "Negative for outgoing payments.", .example = "-2000"),
	FIELD(struct item, currency, .name = "currency", .required = true, .example = "\"NOK\""),
	FIELD(struct item, recipient, .name = "recipientName", .doc = "Only for remittances.",
	      .example = "\"Mama Jasmina\""),
	FIELD(struct item, merchant, .name = "merchantName", .doc = "Only for payments by QR code.",
	      .example = "null"),
	FIELD(struct item, created_at, .name = "createdAt", .required = true),
};

struct transactions_query {
	struct number_query page;
	enum drop_payment_type type;
	enum bank_order_status status;
	const char *sort;
	const char *direction;
};

static const struct field query_fields[] = {
	LIMIT_FIELDS(struct transactions_query, 20, 50),
	FIELD(struct transactions_query, type, .name = "type", .choices = drop_payment_type_words,
	      .example = "\"remittance\""),
	FIELD(struct transactions_query, status, .name = "status",
	      .choices = bank_order_status_words, .example = "\"completed\""),
	FIELD(struct transactions_query, sort, .name = "sort", .choices = orders,
	      .fallback = "createdAt", .doc = "Amounts are sorted by absolute value.",
	      .example = "\"createdAt\""),
	FIELD(struct transactions_query, direction, .name = "dir", .choices = directions,
	      .fallback = "desc", .example = "\"desc\""),
};

/* One transaction with all details. */
struct shown {
	const char *id;
	enum drop_payment_type type;
	enum bank_order_status status;
	struct money send;
	const char *send_currency;
	struct money receive;
	const char *receive_currency;
	struct decimal rate;
	struct money fee;
	struct money total;
	const char *recipient;
	const char *country;
	struct instant created_at;
	struct instant completed_at;
};

static const struct field shown_fields[] = {
	FIELD(struct shown, id, .name = "id", .required = true, .example = ID_EXAMPLE),
	FIELD(struct shown, type, .name = "type", .words = drop_payment_type_words,
	      .required = true, .example = "\"remittance\""),
	FIELD(struct shown, status, .name = "status", .words = bank_order_status_words,
	      .required = true, .example = "\"completed\""),
	FIELD(struct shown, send, .name = "sendAmount", .required = true, .example = "2000"),
	FIELD(struct shown, send_currency, .name = "sendCurrency", .required = true,
	      .example = "\"NOK\""),
	FIELD(struct shown, receive, .name = "receiveAmount", .required = true, .example = "23400"),
	FIELD(struct shown, receive_currency, .name = "receiveCurrency", .required = true,
	      .example = "\"RSD\""),
	FIELD(struct shown, rate, .name = "exchangeRate", .required = true, .example = "11.7"),
	FIELD(struct shown, fee, .name = "fee", .required = true,
	      .doc = "For payments by QR code, the merchant pays the fee.", .example = "10"),
	FIELD(struct shown, total, .name = "total", .required = true,
	      .doc = "Amount debited from the bank account.", .example = "2010"),
	FIELD(struct shown, recipient, .name = "recipientName", .required = true,
	      .doc = "The recipient or the merchant.", .example = "\"Mama Jasmina\""),
	FIELD(struct shown, country, .name = "recipientCountry", .required = true,
	      .example = "\"Serbia\""),
	FIELD(struct shown, created_at, .name = "createdAt", .required = true),
	FIELD(struct shown, completed_at, .name = "completedAt", .required = true,
	      .keep_null = true),
};

static const struct field sum_fields[] = {
	FIELD(struct drop_summary, count, .name = "totalCount", .required = true, .example = "3"),
	FIELD(struct drop_summary, sent, .name = "totalSent", .required = true,
	      .doc = "Sum of remittances, in NOK, without fees.", .example = "5000"),
	FIELD(struct drop_summary, paid, .name = "totalPaid", .required = true,
	      .doc = "Sum of payments by QR code, in NOK.", .example = "129"),
	FIELD(struct drop_summary, remittances, .name = "remittanceCount", .required = true,
	      .example = "2"),
	FIELD(struct drop_summary, qr_payments, .name = "qrPaymentCount", .required = true,
	      .example = "1"),
};
static const struct schema sums_out = SCHEMA(struct drop_summary, "TransactionSums", sum_fields);

struct summary {
	struct drop_summary all;
	struct drop_summary month;
};

static const struct field summary_fields[] = {
	FIELD(struct summary, all, .name = "allTime", .required = true, .sub = &sums_out),
	FIELD(struct summary, month, .name = "thisMonth", .required = true, .sub = &sums_out),
};

struct person {
	const char *name;
	const char *country;
};

static const struct field person_fields[] = {
	FIELD(struct person, name, .name = "name", .required = true, .example = "\"Mama Jasmina\""),
	FIELD(struct person, country, .name = "country", .required = true, .example = "\"RS\""),
};
static const struct schema person_out = SCHEMA(struct person, "ReceiptRecipient", person_fields);

struct receipt {
	const char *id;
	struct instant date;
	enum drop_payment_type type;
	struct money amount;
	const char *currency;
	struct money fee;
	struct decimal rate;
	struct money receive;
	const char *receive_currency;
	struct person recipient;
	const char *reference;
	enum bank_order_status status;
	const char *estimate;
	struct instant completed_at;
};

static const struct field receipt_fields[] = {
	FIELD(struct receipt, id, .name = "transactionId", .required = true, .example = ID_EXAMPLE),
	FIELD(struct receipt, date, .name = "date", .required = true),
	FIELD(struct receipt, type, .name = "type", .words = drop_payment_type_words,
	      .required = true, .example = "\"remittance\""),
	FIELD(struct receipt, amount, .name = "amount", .required = true, .example = "2000"),
	FIELD(struct receipt, currency, .name = "currency", .required = true, .example = "\"NOK\""),
	FIELD(struct receipt, fee, .name = "fee", .required = true, .example = "10"),
	FIELD(struct receipt, rate, .name = "exchangeRate", .required = true, .example = "11.7"),
	FIELD(struct receipt, receive, .name = "receiveAmount", .required = true,
	      .example = "23400"),
	FIELD(struct receipt, receive_currency, .name = "receiveCurrency", .required = true,
	      .example = "\"RSD\""),
	FIELD(struct receipt, recipient, .name = "recipient", .required = true, .sub = &person_out),
	FIELD(struct receipt, reference, .name = "reference", .required = true,
	      .doc = "Reference at the banks.", .example = ID_EXAMPLE),
	FIELD(struct receipt, status, .name = "status", .words = bank_order_status_words,
	      .required = true, .example = "\"completed\""),
	FIELD(struct receipt, estimate, .name = "estimatedCompletion", .required = true,
	      .keep_null = true, .doc = "Only while the payment is processing.", .example = "null"),
	FIELD(struct receipt, completed_at, .name = "completedAt", .required = true,
	      .keep_null = true),
};

static const struct schema item_out = SCHEMA(struct item, "TransactionItem", item_fields);
static const struct schema transactions_query =
	SCHEMA(struct transactions_query, "TransactionsQuery", query_fields);
static const struct schema shown_out = SCHEMA(struct shown, "Transaction", shown_fields);
static const struct schema summary_out =
	SCHEMA(struct summary, "TransactionSummary", summary_fields);
static const struct schema receipt_out = SCHEMA(struct receipt, "Receipt", receipt_fields);

static struct item
show_item(const struct drop_payment *p)
{
	bool abroad = drop_payment_is_remittance(p);

	return (struct item){
		.number = p->drop_payment_id,
		.id = p->drop_id,
		.type = p->type,
		.status = p->status,
		.amount = {-p->amount.minor, p->amount.currency},
		.currency = p->amount.currency->code,
		.recipient = abroad ? p->payee_name : NULL,
		.merchant = abroad ? NULL : p->payee_name,
		.created_at = p->created_at,
	};
}

static enum err
list_transactions(struct call *call, const void *in, void *out)
{
	struct transactions_query *query = call->query;
	struct drop_payment_filter filter = {
		.type = query->type,
		.status = query->status,
		.by_amount = strcmp(query->sort, "amount") == 0,
		.ascending = strcmp(query->direction, "asc") == 0,
	};
	struct drop_payment *payments;
	struct list items;
	struct item *shown;
	int64_t total;

	(void)in;
	number_usual(&query->page, USUAL_LIMIT);
	filter.most = number_most(&query->page);
	filter.skip = number_skip(&query->page);
	TRY(drop_payment_list(&call->ctx, &filter, &payments, &items.count, &total));
	shown = arena_array(call->ctx.arena, items.count, sizeof(*shown));
	for (size_t i = 0; i < items.count; i++)
		shown[i] = show_item(&payments[i]);
	items.items = shown;
	page_fill_numbered(call, out, &query->page, items, total, sizeof(*shown),
			   offsetof(struct item, number));
	return ERR_OK;
}

/* The one with the id in the path, if it is the caller's. */
static enum err
find(struct call *call, struct drop_payment *out)
{
	const char *id = call->params[0].text;

	if (!drop_id_valid(id, "tx_rem") && !drop_id_valid(id, "tx_qr"))
		return fault(&call->ctx.fault, ERR_NOT_FOUND, NULL, "Transaction not found");
	return drop_payment_get(&call->ctx, id, out);
}

static enum err
get_transaction(struct call *call, const void *in, void *out)
{
	struct drop_payment p = {.drop_id = NULL};

	(void)in;
	TRY(find(call, &p));
	*(struct shown *)out = (struct shown){
		.id = p.drop_id,
		.type = p.type,
		.status = p.status,
		.send = p.amount,
		.send_currency = p.amount.currency->code,
		.receive = p.receive,
		.receive_currency = p.receive.currency->code,
		.rate = p.rate,
		.fee = p.fee,
		.total = p.total,
		.recipient = p.payee_name,
		.country = corridor_country_name(p.payee_country),
		.created_at = p.created_at,
		.completed_at = p.completed_at,
	};
	return ERR_OK;
}

static enum err
sum_up(struct call *call, const void *in, void *out)
{
	struct summary *summary = out;

	(void)in;
	return drop_payment_summary(&call->ctx, &summary->all, &summary->month);
}

static enum err
get_receipt(struct call *call, const void *in, void *out)
{
	struct drop_payment p = {.drop_id = NULL};

	(void)in;
	TRY(find(call, &p));
	*(struct receipt *)out = (struct receipt){
		.id = p.drop_id,
		.date = p.created_at,
		.type = p.type,
		.amount = p.amount,
		.currency = p.amount.currency->code,
		.fee = p.fee,
		.rate = p.rate,
		.receive = p.receive,
		.receive_currency = p.receive.currency->code,
		.recipient = {p.payee_name, p.payee_country},
		.reference = p.drop_id,
		.status = p.status,
		.estimate = p.status == BANK_ORDER_PROCESSING
				    ? drop_payment_delivery(p.type, p.payee_country)
				    : NULL,
		.completed_at = p.completed_at,
	};
	return ERR_OK;
}

const struct route drop_transactions[] = {
	{GET, "/api/transactions", "List transactions", NULL, list_transactions,
	 .query = &transactions_query, .out = &item_out, .reply.list = true, .reply.numbered = true,
	 .access = ACCESS_COOKIE, .stale = true, .status = 200, .docs.tag = "Transactions"},
	{GET, "/api/transactions/summary", "Retrieve transaction totals",
	 "Failed transactions are excluded. The month is in UTC.", sum_up, .out = &summary_out,
	 .access = ACCESS_COOKIE, .stale = true, .status = 200, .docs.tag = "Transactions"},
	{GET, "/api/transactions/{id:word}", "Retrieve a transaction", NULL, get_transaction,
	 .out = &shown_out, .access = ACCESS_COOKIE, .status = 200, .docs.tag = "Transactions"},
	{GET, "/api/transactions/{id:word}/receipt", "Retrieve the receipt of a transaction", NULL,
	 get_receipt, .out = &receipt_out, .access = ACCESS_COOKIE, .status = 200,
	 .docs.tag = "Transactions"},
	{0},
};
