/* Wallets, and transactions between them. */
#include "app/wallet/wallet.h"

#include "api/page.h"
#include "api/pocket/pocket.h"
#include "api/words.h"
#include "app/wallet/transaction.h"

static const char *const bulk_statuses[] = {"completed", "failed", NULL};

static const char *const statuses[] = {"active", "frozen", NULL};
static const char *const bulk_types[] = {"transfer", "credit", "debit", NULL};
static const char *const provider_types[] = {"paystack", "flutterwave", "paga", "fingra", NULL};

static const struct field wallet_in_fields[] = {
	FIELD(struct wallet_order, currency, .name = "currency", .required = true,
	      .format = "currency", .doc = "ISO 4217 code.", .example = "\"NGN\""),
	FIELD(struct wallet_order, project_account, .name = "accountId",
	      .doc = "The project's customer who owns the wallet."),
};

/* Of a struct wallet_facts, which may be a member: at is "" or "facts.". */
#define FACTS_FIELDS(of, at)                                                                \
	FIELD(of, at id, .name = "id", .required = true),                                   \
		FIELD(of, at project, .name = "projectId", .required = true),               \
		FIELD(of, at project_account, .name = "accountId", .keep_null = true),      \
		FIELD(of, at currency, .name = "currency", .required = true,                \
		      .example = "\"NGN\""),                                                \
		FIELD(of, at status, .name = "status", .choices = wallet_status_words,      \
		      .required = true, .example = "\"active\""),                           \
		FIELD(of, at mode, .name = "mode", .choices = mode_words, .required = true, \
		      .example = "\"test\""),                                               \
		FIELD(of, at created_at, .name = "createdAt", .required = true)

static const struct field facts_fields[] = {FACTS_FIELDS(struct wallet_facts, )};

static const struct field balance_fields[] = {
	FIELD(struct wallet_balance, currency, .name = "currency", .required = true,
	      .example = "\"NGN\""),
	FIELD(struct wallet_balance, ledger, .name = "ledger", .required = true,
	      .doc = "Balance including holds."),
	FIELD(struct wallet_balance, available, .name = "available",
	      .doc = "Balance excluding holds; only for the current time."),
	FIELD(struct wallet_balance, held, .name = "held", .example = "\"0.00\"",
	      .doc = "Amount of the holds; only for the current time."),
	FIELD(struct wallet_balance, at, .name = "at", .doc = "The requested time."),
};

static const struct schema facts = SCHEMA(struct wallet_facts, "WalletFacts", facts_fields);
static const struct schema balance = SCHEMA(struct wallet_balance, "WalletBalance", balance_fields);

static const struct field wallet_fields[] = {
	FIELD(struct wallet, facts, .name = "wallet", .required = true, .sub = &facts),
	FIELD(struct wallet, balance, .name = "balance", .required = true, .sub = &balance),
};

/* The type is also repeated beside it, for clients of the original. */
static const struct field created_fields[] = {
	FACTS_FIELDS(struct wallet, facts.),
	FIELD(struct wallet, facts, .name = "wallet", .required = true, .sub = &facts),
	FIELD(struct wallet, balance, .name = "balance", .required = true, .sub = &balance),
};

static const struct field status_fields[] = {
	FIELD(struct wallet_facts, status, .name = "status", .required = true, .choices = statuses,
	      .words = wallet_status_words,
	      .doc = "A frozen wallet can neither send nor receive money."),
};

struct wallet_query {
	struct page_query page;
	const char *currency;
	struct uuid project_account;
};

static const struct field wallet_query_fields[] = {
	PAGE_FIELDS(struct wallet_query),
	FIELD(struct wallet_query, currency, .name = "currency", .format = "currency"),
	FIELD(struct wallet_query, project_account, .name = "accountId"),
};

struct history_query {
	struct page_query page;
};

static const struct field history_query_fields[] = {PAGE_FIELDS(struct history_query)};

struct balance_query {
	struct moment at;
};

static const struct field balance_query_fields[] = {
	FIELD(struct balance_query, at, .name = "at",
	      .doc = "The balance at the end of this millisecond, second or day, depending on the "
		     "precision given. Default: now."),
};

static const struct field line_fields[] = {
	FIELD(struct wallet_line, id, .name = "id", .required = true),
	FIELD(struct wallet_line, sequence, .name = "sequence", .required = true,
	      .doc = "Sequence number in the wallet history, from 1."),
	FIELD(struct wallet_line, reference, .name = "reference", .required = true,
	      .example = "\"trf_2026_001\""),
	FIELD(struct wallet_line, type, .name = "type", .choices = word_transactions,
	      .words = transaction_type_words, .required = true, .example = "\"transfer\""),
	FIELD(struct wallet_line, status, .name = "status", .choices = word_completed,
	      .words = transaction_status_words, .required = true, .example = "\"completed\""),
	FIELD(struct wallet_line, direction, .name = "direction", .choices = line_direction_words,
	      .required = true, .example = "\"out\""),
	FIELD(struct wallet_line, amount, .name = "amount", .required = true),
	FIELD(struct wallet_line, currency, .name = "currency", .required = true,
	      .example = "\"NGN\""),
	FIELD(struct wallet_line, balance, .name = "balance", .required = true,
	      .doc = "Balance of the wallet after the transaction."),
	FIELD(struct wallet_line, counterparty, .name = "counterpartyWalletId", .keep_null = true),
	FIELD(struct wallet_line, reverses, .name = "reverses"),
	FIELD(struct wallet_line, is_fee, .name = "isFee", .example = "false",
	      .doc = "true: the fee of the transaction, or what a reversal gives back of it."),
	FIELD(struct wallet_line, metadata, .name = "metadata"),
	FIELD(struct wallet_line, created_at, .name = "createdAt", .required = true),
};

#define AMOUNT_FIELD(struct_type, member, required_)                            \
	FIELD(struct_type, member, .name = "amount", .required = required_,     \
	      .doc = "Major units, with at most the decimals of the currency.", \
	      .example = "\"1000\"")
#define DRY_RUN_FIELD(struct_type)                    \
	FIELD(struct_type, dry_run, .name = "dryRun", \
	      .doc = "Validate and answer, but change nothing.", .example = "false")
#define CURRENCY_FIELD(struct_type)                                                              \
	FIELD(struct_type, currency, .name = "currency", .required = true, .format = "currency", \
	      .example = "\"NGN\"")
#define REFERENCE_FIELD(struct_type, required_, example_)                                      \
	FIELD(struct_type, reference, .name = "reference", .required = required_,              \
	      .format = "reference", .doc = "Your reference; unique in the project and mode.", \
	      .example = example_)
#define MAX_FEE_FIELD(struct_type)                                                         \
	FIELD(struct_type, max_fee, .name = "maxFee", .may_be_zero = true,                 \
	      .doc = "A higher fee is 422 FEE_EXCEEDS_MAXIMUM. Default: any fee is paid.", \
	      .example = "\"2.50\"")
#define METADATA_FIELD(struct_type)                      \
	FIELD(struct_type, metadata, .name = "metadata", \
	      .example = "{\"reason\":\"internal transfer\"}")

static const struct field transfer_fields[] = {
	FIELD(struct transaction_order, from, .name = "fromWalletId", .required = true),
	FIELD(struct transaction_order, to, .name = "toWalletId", .required = true),
	AMOUNT_FIELD(struct transaction_order, amount, true),
	CURRENCY_FIELD(struct transaction_order),
	REFERENCE_FIELD(struct transaction_order, true, "\"trf_2026_001\""),
	MAX_FEE_FIELD(struct transaction_order),
	METADATA_FIELD(struct transaction_order),
	DRY_RUN_FIELD(struct transaction_order),
};

static const struct field funding_fields[] = {
	FIELD(struct transaction_order, wallet, .name = "walletId", .required = true),
	AMOUNT_FIELD(struct transaction_order, amount, true),
	CURRENCY_FIELD(struct transaction_order),
	REFERENCE_FIELD(struct transaction_order, true, "\"cr_2026_001\""),
	FIELD(struct transaction_order, provider, .name = "provider", .choices = provider_types,
	      .doc = "Provider of the payment; without it, only the ledger is posted to."),
	FIELD(struct transaction_order, provider_payload, .name = "providerPayload",
	      .doc = "Fields that the provider requires in addition to amount, currency and "
		     "reference.",
	      .example = "{\"email\":\"customer@example.com\"}"),
	MAX_FEE_FIELD(struct transaction_order),
	METADATA_FIELD(struct transaction_order),
	DRY_RUN_FIELD(struct transaction_order),
};

static const struct field reverse_fields[] = {
	AMOUNT_FIELD(struct transaction_order, amount, false),
	REFERENCE_FIELD(struct transaction_order, false, "\"rev_2026_001\""),
	METADATA_FIELD(struct transaction_order),
	DRY_RUN_FIELD(struct transaction_order),
};

static const struct field transaction_fields[] = {
	FIELD(struct transaction, id, .name = "id", .required = true),
	FIELD(struct transaction, reference, .name = "reference", .required = true,
	      .example = "\"trf_2026_001\""),
	FIELD(struct transaction, type, .name = "type", .choices = word_transactions,
	      .words = transaction_type_words, .required = true, .example = "\"transfer\""),
	FIELD(struct transaction, status, .name = "status", .choices = transaction_status_words,
	      .required = true, .example = "\"completed\""),
	FIELD(struct transaction, amount, .name = "amount", .required = true),
	FIELD(struct transaction, currency, .name = "currency", .required = true,
	      .example = "\"NGN\""),
	FIELD(struct transaction, from, .name = "fromWalletId"),
	FIELD(struct transaction, to, .name = "toWalletId"),
	FIELD(struct transaction, wallet, .name = "walletId"),
	FIELD(struct transaction, hold, .name = "holdId"),
	FIELD(struct transaction, reverses, .name = "reverses"),
	FIELD(struct transaction, balance, .name = "balance",
	      .doc = "Ledger balance of the wallet (in transfers, of the source) afterwards."),
	FIELD(struct transaction, fee, .name = "fee", .omit_empty = true, .sub = &pocket_fee,
	      .doc = "Taken in addition; of a reversal, what it gives back. Absent if there is none."),
	FIELD(struct transaction, provider, .name = "provider",
	      .doc = "Answer of the provider, with its name, the reference sent to it and the "
		     "checkoutUrl; data contains the provider's own answer only.",
	      .example = "{\"name\":\"paystack\",\"data\":{\"status\":\"pending\"}}"),
	FIELD(struct transaction, metadata, .name = "metadata",
	      .example = "{\"reason\":\"internal transfer\"}"),
	FIELD(struct transaction, created_at, .name = "createdAt", .required = true),
	FIELD(struct transaction, dry_run, .name = "dryRun", .example = "false",
	      .doc = "true if nothing was changed."),
};

static const struct field bulk_item_fields[] = {
	FIELD(struct transaction_order, type, .name = "type", .required = true,
	      .choices = bulk_types, .words = transaction_type_words),
	FIELD(struct transaction_order, from, .name = "fromWalletId"),
	FIELD(struct transaction_order, to, .name = "toWalletId"),
	FIELD(struct transaction_order, wallet, .name = "walletId"),
	AMOUNT_FIELD(struct transaction_order, amount, true),
	CURRENCY_FIELD(struct transaction_order),
	REFERENCE_FIELD(struct transaction_order, true, "\"bulk_2026_001\""),
	MAX_FEE_FIELD(struct transaction_order),
	METADATA_FIELD(struct transaction_order),
};

static const struct schema bulk_item =
	SCHEMA(struct transaction_order, "BulkItem", bulk_item_fields);

static const struct field bulk_fields[] = {
	FIELD(struct bulk_order, transactions, .name = "transactions", .required = true, .min = 1,
	      .max = 1000, .sub = &bulk_item),
	FIELD(struct bulk_order, atomic, .name = "atomic", .fallback_true = true,
	      .doc = "true: all or nothing. false: each item on its own."),
	DRY_RUN_FIELD(struct bulk_order),
};

static const struct field bulk_line_fields[] = {
	FIELD(struct bulk_line, index, .name = "index", .required = true, .example = "0"),
	FIELD(struct bulk_line, reference, .name = "reference", .required = true,
	      .example = "\"bulk_2026_001\""),
	FIELD(struct bulk_line, status, .name = "status", .choices = bulk_statuses,
	      .words = transaction_status_words, .required = true, .example = "\"completed\""),
	FIELD(struct bulk_line, id, .name = "id"),
	FIELD(struct bulk_line, replayed, .name = "replayed", .example = "false"),
	FIELD(struct bulk_line, fee, .name = "fee", .omit_empty = true, .sub = &pocket_fee),
	FIELD(struct bulk_line, code, .name = "code", .example = "null"),
	FIELD(struct bulk_line, message, .name = "message", .example = "null"),
};

static const struct schema bulk_line = SCHEMA(struct bulk_line, "BulkLine", bulk_line_fields);

static const struct field bulk_result_fields[] = {
	FIELD(struct bulk_result, posted, .name = "posted", .required = true,
	      .doc = "Posted by this request."),
	FIELD(struct bulk_result, replayed, .name = "replayed", .required = true,
	      .doc = "Already posted, with the same reference and content.", .example = "0"),
	FIELD(struct bulk_result, failed, .name = "failed", .required = true, .example = "0"),
	FIELD(struct bulk_result, lines, .name = "results", .required = true, .sub = &bulk_line),
};

static const struct schema wallet_in =
	SCHEMA(struct wallet_order, "WalletRequest", wallet_in_fields);
static const struct schema wallet_out = SCHEMA(struct wallet, "Wallet", wallet_fields);
static const struct schema created_out = SCHEMA(struct wallet, "CreatedWallet", created_fields);
static const struct schema wallet_query =
	SCHEMA(struct wallet_query, "WalletQuery", wallet_query_fields);
static const struct schema status_in =
	SCHEMA(struct wallet_facts, "WalletStatusRequest", status_fields);
static const struct schema history_query =
	SCHEMA(struct history_query, "HistoryQuery", history_query_fields);
static const struct schema balance_query =
	SCHEMA(struct balance_query, "BalanceQuery", balance_query_fields);
static const struct schema line_out = SCHEMA(struct wallet_line, "WalletLine", line_fields);
static const struct schema transfer_in =
	SCHEMA(struct transaction_order, "TransferRequest", transfer_fields);
static const struct schema funding_in =
	SCHEMA(struct transaction_order, "FundingRequest", funding_fields);
static const struct schema reverse_in =
	SCHEMA(struct transaction_order, "ReverseRequest", reverse_fields);
static const struct schema bulk_in = SCHEMA(struct bulk_order, "BulkRequest", bulk_fields);
static const struct schema bulk_out = SCHEMA(struct bulk_result, "BulkResult", bulk_result_fields);
const struct schema pocket_transaction = SCHEMA(struct transaction, "Movement", transaction_fields);

static enum err
create_wallet(struct call *call, const void *in, void *out)
{
	return wallet_create(&call->ctx, in, out);
}

static enum err
get_wallet(struct call *call, const void *in, void *out)
{
	(void)in;
	return wallet_get(&call->ctx, call->params[0].id, out);
}

static enum err
list_wallets(struct call *call, const void *in, void *out)
{
	const struct wallet_query *query = call->query;
	struct wallet_filter filter = {query->page.after, page_most(&query->page), query->currency,
				       query->project_account};
	struct wallet *wallets;
	size_t n;

	(void)in;
	TRY(wallet_list(&call->ctx, &filter, &wallets, &n));
	page_fill(call, out, &query->page, wallets, n, sizeof(*wallets),
		  offsetof(struct wallet, account_id));
	return ERR_OK;
}

static enum err
set_status(struct call *call, const void *in, void *out)
{
	return wallet_set_status(&call->ctx, call->params[0].id,
				 ((const struct wallet_facts *)in)->status, out);
}

static enum err
get_balance(struct call *call, const void *in, void *out)
{
	(void)in;
	return wallet_balance_at(&call->ctx, call->params[0].id,
				 ((const struct balance_query *)call->query)->at, out);
}

static enum err
list_history(struct call *call, const void *in, void *out)
{
	const struct page_query *query = &((const struct history_query *)call->query)->page;
	struct wallet_line *lines;
	size_t n;

	(void)in;
	TRY(wallet_history(&call->ctx, call->params[0].id, query->after, page_most(query), &lines,
			   &n));
	page_fill(call, out, query, lines, n, sizeof(*lines),
		  offsetof(struct wallet_line, sequence));
	return ERR_OK;
}

/* Repeating the first answer is 200, and marked. */
static enum err
moved(struct call *call, enum err err, const struct transaction *transaction)
{
	TRY(err);
	if (transaction->replayed) {
		call->status = 200;
		call->replayed = true;
	}
	return ERR_OK;
}

static enum err
transfer(struct call *call, const void *in, void *out)
{
	return moved(call, transaction_transfer(&call->ctx, in, out), out);
}

static bool
has_provider(const void *in)
{
	return ((const struct transaction_order *)in)->provider != NULL;
}

static enum err
credit(struct call *call, const void *in, void *out)
{
	return moved(call,
		     has_provider(in) ? pocket_pay(call, in, false, out)
				      : transaction_credit(&call->ctx, in, out),
		     out);
}

static enum err
debit(struct call *call, const void *in, void *out)
{
	return moved(call,
		     has_provider(in) ? pocket_pay(call, in, true, out)
				      : transaction_debit(&call->ctx, in, out),
		     out);
}

static enum err
reverse(struct call *call, const void *in, void *out)
{
	return moved(call, transaction_reverse(&call->ctx, call->params[0].id, in, out), out);
}

static enum err
bulk(struct call *call, const void *in, void *out)
{
	return transaction_bulk(&call->ctx, in, out);
}

const struct route pocket_wallets[] = {
	{POST, "/v1/wallets", "Create a wallet", NULL, create_wallet, .in = &wallet_in,
	 .out = &created_out, .access = ACCESS_PROJECT_KEY, .effect = EFFECT_WRITE,
	 .docs.errors = {404}, .status = 201, .docs.tag = "Wallets"},
	{GET, "/v1/wallets", "List the wallets of the project", NULL, list_wallets,
	 .query = &wallet_query, .out = &wallet_out, .reply.list = true,
	 .access = ACCESS_PROJECT_KEY, .status = 200, .docs.tag = "Wallets"},
	{GET, "/v1/wallets/{id}", "Retrieve a wallet and its balance", NULL, get_wallet,
	 .out = &wallet_out, .access = ACCESS_PROJECT_KEY, .status = 200, .allow.revalidates = true,
	 .docs.tag = "Wallets"},
	{PATCH, "/v1/wallets/{id}", "Freeze or unfreeze a wallet", NULL, set_status,
	 .in = &status_in, .out = &wallet_out, .access = ACCESS_PROJECT_KEY, .effect = EFFECT_WRITE,
	 .status = 200, .docs.tag = "Wallets"},
	{GET, "/v1/wallets/{id}/balance", "Retrieve the balance now or at a given time", NULL,
	 get_balance, .query = &balance_query, .out = &balance, .access = ACCESS_PROJECT_KEY,
	 .status = 200, .allow.revalidates = true, .docs.tag = "Wallets"},
	{GET, "/v1/wallets/{id}/transactions", "List the transactions of a wallet, newest first",
	 NULL, list_history, .query = &history_query, .out = &line_out, .reply.list = true,
	 .access = ACCESS_PROJECT_KEY, .stale = true, .status = 200, .allow.revalidates = true,
	 .docs.tag = "Wallets"},
	{POST, "/v1/wallets/transfer", "Create a transfer between two wallets",
	 "Repeating the same reference and content returns the first answer, with 200.", transfer,
	 .in = &transfer_in, .out = &pocket_transaction, .access = ACCESS_PROJECT_KEY,
	 .effect = EFFECT_POST, .answers_from_ledger = true, .status = 201, .dry_run = true,
	 .allow.revalidates = true, .docs.tag = "Money"},
	{POST, "/v1/wallets/credit", "Credit a wallet",
	 "Without provider, the money comes from the funding account of the project, at once. With "
	 "a provider, the answer is a payment: the wallet is credited when the provider confirms "
	 "the amount; see GET /v1/payments/{id}.",
	 credit, .in = &funding_in, .out = &pocket_transaction, .access = ACCESS_PROJECT_KEY,
	 .effect = EFFECT_POST, .answers_from_ledger = true, .outside.wanted = has_provider,
	 .outside.call = pocket_pay_outside, .outside.finish = pocket_pay_finish,
	 .outside.resume = pocket_resume_credit, .status = 201, .dry_run = true,
	 .allow.revalidates = true, .docs.tag = "Money"},
	{POST, "/v1/wallets/debit", "Debit a wallet",
	 "Without provider, the money goes to the funding account of the project, at once. With a "
	 "provider, the answer is a payment: the money is held, then captured when the provider "
	 "has paid it out, or released; see GET /v1/payments/{id}.",
	 debit, .in = &funding_in, .out = &pocket_transaction, .access = ACCESS_PROJECT_KEY,
	 .effect = EFFECT_POST, .answers_from_ledger = true, .outside.wanted = has_provider,
	 .outside.call = pocket_pay_outside, .outside.finish = pocket_pay_finish,
	 .outside.resume = pocket_resume_debit, .status = 201, .dry_run = true,
	 .allow.revalidates = true, .docs.tag = "Money"},
	{POST, "/v1/transactions/{id}/reverse", "Reverse a transaction in full or in part",
	 "Without amount, all that was not given back yet. There may be several reversals of a "
	 "transaction, each with a reference of its own, until all is given back: a part that is more "
	 "than what is left is 422 AMOUNT_EXCEEDS_REST. A transaction of several postings is reversed "
	 "as a whole, once, from the last one to the first. Without reference, repeating the same request "
	 "returns the first answer; any other request is 409 ALREADY_REVERSED.",
	 reverse, .in = &reverse_in, .out = &pocket_transaction, .access = ACCESS_PROJECT_KEY,
	 .effect = EFFECT_POST, .answers_from_ledger = true, .status = 201, .dry_run = true,
	 .docs.tag = "Money"},
	{POST, "/v1/transactions/bulk", "Create up to 1,000 transfers, credits and debits",
	 "The body can be up to 512 KiB.", bulk, .in = &bulk_in, .out = &bulk_out,
	 .access = ACCESS_PROJECT_KEY, .effect = EFFECT_WRITE, .docs.errors = {404}, .status = 201,
	 .dry_run = true, .body.bytes_max = BULK_BODY_MAX, .body.values_max = BULK_VALUES_MAX,
	 .docs.tag = "Money"},
	{0},
};
