/* The wallet: Paystack deposits, balance, transfers and history. */
#include <string.h>

#include "api/bitpal/bitpal.h"
#include "api/provider_event.h"
#include "api/words.h"
#include "app/payment/payment.h"
#include "app/payment/user_payment.h"
#include "base/arena.h"
#include "base/word.h"

enum { HISTORY_DEFAULT = 50, HISTORY_MAX = 100, OFFSET_MAX = 1000000 };

struct deposit_in {
	struct decimal amount;
};

static const struct field deposit_in_fields[] = {
	FIELD(struct deposit_in, amount, .name = "amount", .required = true,
	      .doc = "In naira, at least 100.", .example = "5000"),
};

struct deposit_out {
	const char *reference;
	const char *authorization_url;
};

static const struct field deposit_out_fields[] = {
	FIELD(struct deposit_out, reference, .name = "reference", .required = true,
	      .doc = "Reference for querying the status.",
	      .example = "\"DEP_1734256800_ABCD1234\""),
	FIELD(struct deposit_out, authorization_url, .name = "authorization_url", .required = true,
	      .doc = "Where the user pays.",
	      .example = "\"https://checkout.paystack.com/0peioxfhpn\""),
};

struct webhook_out {
	bool status;
};

static const struct field webhook_out_fields[] = {
	FIELD(struct webhook_out, status, .name = "status", .required = true),
};

struct status_out {
	const char *reference;
	enum deposit_status status;
	struct money amount;
};

static const struct field status_out_fields[] = {
	FIELD(struct status_out, reference, .name = "reference", .required = true,
	      .example = "\"DEP_1734256800_ABCD1234\""),
	FIELD(struct status_out, status, .name = "status", .choices = deposit_status_words,
	      .required = true, .doc = "success, failed or pending.", .example = "\"success\""),
	FIELD(struct status_out, amount, .name = "amount", .required = true, .example = "5000"),
};

struct balance_out {
	struct money balance;
};

static const struct field balance_out_fields[] = {
	FIELD(struct balance_out, balance, .name = "balance", .required = true, .doc = "In naira.",
	      .example = "15000"),
};

static const struct field transfer_in_fields[] = {
	FIELD(struct user_transfer_order, number, .name = "wallet_number", .required = true,
	      .format = "wallet_number", .doc = "Number of the receiving wallet.",
	      .example = "\"4566678954356\""),
	FIELD(struct user_transfer_order, amount, .name = "amount", .required = true,
	      .doc = "In naira.", .example = "3000"),
};

static const struct field transfer_out_fields[] = {
	FIELD(struct user_transfer, reference, .name = "reference", .required = true,
	      .example = "\"TRF_1734256800_ABCD1234_OUT\""),
	FIELD(struct user_transfer, amount, .name = "amount", .required = true, .example = "3000"),
	FIELD(struct user_transfer, number, .name = "recipient_wallet", .required = true,
	      .example = "\"4566678954356\""),
};

struct history_query {
	int64_t limit; /* 0: the default */
	int64_t offset;
};

static const struct field history_query_fields[] = {
	FIELD(struct history_query, limit, .name = "limit", .lower_bound = true, .min = 1,
	      .max = HISTORY_MAX, .doc = "Maximum number of transactions to return. Default: 50.",
	      .example = "50"),
	FIELD(struct history_query, offset, .name = "offset", .lower_bound = true, .min = 0,
	      .max = OFFSET_MAX, .doc = "Number of transactions to skip.", .example = "0"),
};

struct line_out {
	const char *type;
	struct money amount;
	enum deposit_status status;
	const char *reference;
	const char *description;
	struct instant created_at;
};

static const struct field line_out_fields[] = {
	FIELD(struct line_out, type, .name = "type", .choices = word_transactions_split,
	      .required = true,
	      .doc = "deposit, transfer_in, transfer_out, or the type of a transaction made by "
		     "another API.",
	      .example = "\"deposit\""),
	FIELD(struct line_out, amount, .name = "amount", .required = true, .example = "5000"),
	FIELD(struct line_out, status, .name = "status", .choices = deposit_status_words,
	      .required = true, .doc = "success, failed or pending.", .example = "\"success\""),
	FIELD(struct line_out, reference, .name = "reference", .required = true,
	      .example = "\"DEP_1734256800_ABCD1234\""),
	FIELD(struct line_out, description, .name = "description", .required = true,
	      .example = "\"Deposit of \u20A65,000.00\""),
	FIELD(struct line_out, created_at, .name = "created_at", .required = true),
};

static const struct schema deposit_in =
	SCHEMA(struct deposit_in, "DepositRequest", deposit_in_fields);
static const struct schema deposit_out = SCHEMA(struct deposit_out, "Deposit", deposit_out_fields);
static const struct schema webhook_out =
	SCHEMA(struct webhook_out, "WebhookTaken", webhook_out_fields);
static const struct schema status_out =
	SCHEMA(struct status_out, "DepositStatus", status_out_fields);
static const struct schema balance_out = SCHEMA(struct balance_out, "Balance", balance_out_fields);
static const struct schema transfer_in =
	SCHEMA(struct user_transfer_order, "TransferRequest", transfer_in_fields);
static const struct schema transfer_out =
	SCHEMA(struct user_transfer, "Transfer", transfer_out_fields);
static const struct schema history_query =
	SCHEMA(struct history_query, "HistoryQuery", history_query_fields);
static const struct schema line_out = SCHEMA(struct line_out, "WalletTransaction", line_out_fields);

static enum err
open_deposit(struct call *call, const void *in, void *out)
{
	struct payment *payment = arena_alloc(call->ctx.arena, sizeof(*payment));

	(void)out;
	TRY(user_deposit(&call->ctx, ((const struct deposit_in *)in)->amount, payment));
	call->state = payment;
	call->opened = payment->reference;
	return ERR_OK;
}

static enum err
resume_deposit(struct call *call, const void *in)
{
	struct payment *payment = arena_alloc(call->ctx.arena, sizeof(*payment));

	(void)in;
	call->state = payment;
	return user_deposit_resume(&call->ctx, call->opened, payment);
}

static void
call_paystack(struct call *call)
{
	payment_call(&call->ctx, call->state);
}

/* A deposit that Paystack refused has failed, which is recorded nevertheless. */
static enum err
close_deposit(struct call *call, const void *in, void *out)
{
	struct payment *payment = call->state;

	(void)in;
	TRY(payment_close(&call->ctx, payment));
	if (payment->status == PAYMENT_FAILED || payment->checkout_url == NULL) {
		(void)payment_refusal(&call->ctx, payment);
		return call_refuse(call);
	}
	*(struct deposit_out *)out =
		(struct deposit_out){payment->reference, payment->checkout_url};
	return ERR_OK;
}

static enum err
take_webhook(struct call *call, const void *in, void *out)
{
	const struct request *request = call->request;
	const char *signature = request->headers[HEADER_PAYSTACK_SIGNATURE];
	enum webhook_result result;
	enum err err;

	(void)in;
	if (request->repeated_credentials)
		signature = NULL;
	err = payment_webhook(&call->ctx, &provider_paystack, request->body, signature, &result);
	if (err == ERR_UNAUTHORIZED)
		return call_refuse(call); /* forgeries are counted */
	TRY(err);
	((struct webhook_out *)out)->status = true;
	return ERR_OK;
}

static enum deposit_status
shown_status(enum payment_status status)
{
	switch (status) {
	case PAYMENT_SUCCEEDED:
		return DEPOSIT_SUCCEEDED;
	case PAYMENT_FAILED:
	case PAYMENT_UNPAID:
		return DEPOSIT_FAILED;
	case PAYMENT_PENDING:
	case PAYMENT_REVIEW:
		break;
	}
	return DEPOSIT_PENDING;
}

static enum err
deposit_status(struct call *call, const void *in, void *out)
{
	struct payment payment;

	(void)in;
	TRY(user_deposit_find(&call->ctx, call->params[0].text, &payment));
	*(struct status_out *)out = (struct status_out){
		payment.reference, shown_status(payment.status), payment.amount};
	return ERR_OK;
}

static enum err
balance(struct call *call, const void *in, void *out)
{
	struct user_wallet wallet;

	(void)in;
	TRY(user_wallet_naira(&call->ctx, &wallet));
	((struct balance_out *)out)->balance = wallet.balance;
	return ERR_OK;
}

static enum err
transfer(struct call *call, const void *in, void *out)
{
	struct user_transfer *done = out;

	TRY(user_transfer(&call->ctx, in, done));
	done->reference = arena_printf(call->ctx.arena, "%s_OUT", done->reference);
	return ERR_OK;
}

/* "5,000.00" */
static const char *
grouped(struct arena *arena, struct money amount)
{
	char text[MONEY_TEXT_MAX];
	size_t digits = strcspn(money_text(text, amount), ".");
	char *out = arena_alloc(arena, 2 * sizeof(text));
	size_t n = 0;

	for (size_t i = 0; text[i] != '\0'; i++) {
		if (i > 0 && i < digits && (digits - i) % 3 == 0)
			out[n++] = ',';
		out[n++] = text[i];
	}
	return out;
}

/* Transactions of other APIs are described by their type: "Admin credit of ₦1.00". */
static const char *
describe(struct arena *arena, const struct user_wallet_line *line)
{
	if (line->type == TRANSACTION_TRANSFER && line->number != NULL)
		return arena_printf(arena, "Transfer %s wallet %s", line->outgoing ? "to" : "from",
				    line->number);
	return arena_printf(arena, "%s of \u20A6%s",
			    text_words(arena, word_text(transaction_type_words, line->type)),
			    grouped(arena, line->amount));
}

/* A transfer is one transaction, but one line in each of two histories. */
static struct line_out
show_line(struct arena *arena, const struct user_wallet_line *line)
{
	struct line_out shown = {
		.type = word_text(transaction_type_words, line->type),
		.amount = line->amount,
		.status = line->status,
		.reference = line->reference,
		.description = describe(arena, line),
		.created_at = line->created_at,
	};

	if (line->type != TRANSACTION_TRANSFER)
		return shown;
	shown.type = line->outgoing ? "transfer_out" : "transfer_in";
	shown.reference =
		arena_printf(arena, "%s_%s", line->reference, line->outgoing ? "OUT" : "IN");
	return shown;
}

static enum err
history(struct call *call, const void *in, void *out)
{
	const struct history_query *query = call->query;
	int64_t most = query->limit > 0 ? query->limit : HISTORY_DEFAULT;
	struct user_wallet_line *lines;
	struct line_out *shown;
	size_t n;

	(void)in;
	TRY(user_wallet_history(&call->ctx, most, query->offset, &lines, &n));
	shown = arena_array(call->ctx.arena, n, sizeof(*shown));
	for (size_t i = 0; i < n; i++)
		shown[i] = show_line(call->ctx.arena, &lines[i]);
	*(struct page *)out = (struct page){.items = {shown, n}, .limit = most};
	return ERR_OK;
}

const struct route bitpal_wallet[] = {
	{POST, "/api/v1/wallet/deposit", "Start a Paystack deposit",
	 "The user pays at authorization_url. The wallet is credited when Paystack confirms the "
	 "payment.",
	 open_deposit, .outside.call = call_paystack, .outside.finish = close_deposit,
	 .outside.resume = resume_deposit, .in = &deposit_in, .out = &deposit_out,
	 .access = ACCESS_WALLET, .allow.permission = PERMIT_DEPOSIT, .effect = EFFECT_CALL,
	 .reply.message = "Deposit initiated", .docs.errors = {504}, .status = 200,
	 .docs.tag = "Wallet"},
	{POST, "/api/v1/wallet/paystack/webhook", "Paystack webhook for deposits",
	 "x-paystack-signature is the HMAC-SHA512 of the raw body. Repeated, late and early "
	 "webhooks credit once. A webhook that is signed but can't be parsed is recorded, and "
	 "Paystack is queried.",
	 take_webhook, .body.raw = &provider_event, .ignores_key = true, .out = &webhook_out,
	 .reply.no_envelope = true, .body.bytes_max = WEBHOOK_BODY_MAX, .effect = EFFECT_WRITE,
	 .docs.errors = {401}, .status = 200, .docs.tag = "Wallet"},
	{GET, "/api/v1/wallet/deposit/{reference:word}/status", "Retrieve the status of a deposit",
	 "Never credits the wallet.", deposit_status, .out = &status_out, .access = ACCESS_WALLET,
	 .allow.permission = PERMIT_READ, .reply.message = "Transaction status retrieved",
	 .status = 200, .docs.tag = "Wallet"},
	{GET, "/api/v1/wallet/balance", "Retrieve the balance", NULL, balance, .out = &balance_out,
	 .access = ACCESS_WALLET, .allow.permission = PERMIT_READ,
	 .reply.message = "Balance retrieved", .status = 200, .docs.tag = "Wallet"},
	{POST, "/api/v1/wallet/transfer", "Transfer money to another user's wallet",
	 "Repeating the request with the same Idempotency-Key transfers nothing.", transfer,
	 .in = &transfer_in, .out = &transfer_out, .access = ACCESS_WALLET,
	 .allow.permission = PERMIT_TRANSFER, .effect = EFFECT_POST,
	 .reply.message = "Transfer completed", .status = 200, .docs.tag = "Wallet"},
	{GET, "/api/v1/wallet/transactions", "List transactions, newest first", NULL, history,
	 .query = &history_query, .out = &line_out, .reply.list = true, .access = ACCESS_WALLET,
	 .allow.permission = PERMIT_READ, .reply.message = "Transactions retrieved", .stale = true,
	 .status = 200, .docs.tag = "Wallet"},
	{0},
};
