#include "app/events/event_type.h"

#include <string.h>

#include "base/arena.h"
#include "ledger/ledger.h"

#define AMOUNT(struct_type)                                                        \
	FIELD(struct_type, amount, .name = "amount", .required = true),            \
		FIELD(struct_type, currency, .name = "currency", .required = true, \
		      .example = "\"NGN\"")
#define REFERENCE(struct_type)                                               \
	FIELD(struct_type, reference, .name = "reference", .required = true, \
	      .example = "\"order-1001\"")
#define METADATA(struct_type)                                               \
	FIELD(struct_type, metadata, .name = "metadata", .keep_null = true, \
	      .doc = "As it was given at first.", .example = "{\"order\":\"1001\"}")
#define CREATED(struct_type) FIELD(struct_type, created_at, .name = "createdAt", .required = true)
/* Which one depends on the type. */
#define STATUS(struct_type) FIELD(struct_type, status, .name = EVENT_STATUS, .required = true)

static const struct field wallet_fields[] = {
	FIELD(struct event_wallet, id, .name = "id", .required = true),
	FIELD(struct event_wallet, account, .name = "accountId",
	      .doc = "Its customer, if it has one."),
	FIELD(struct event_wallet, currency, .name = "currency", .required = true,
	      .example = "\"NGN\""),
	STATUS(struct event_wallet),
	CREATED(struct event_wallet),
};

#define POSTING_FIELDS(id_name)                                                \
	FIELD(struct event_posting, id, .name = (id_name), .required = true),  \
		AMOUNT(struct event_posting), REFERENCE(struct event_posting), \
		METADATA(struct event_posting), CREATED(struct event_posting)

#define FEE_FIELD(doc_)                                                        \
	FIELD(struct event_posting, fee, .name = "fee", .example = "\"2.50\"", \
	      .doc = doc_ " Absent if there is none.")

static const struct field side_fields[] = {
	POSTING_FIELDS("walletId"),
	FIELD(struct event_posting, balance, .name = "balance", .required = true,
	      .doc = "Of the wallet, after it."),
	FIELD(struct event_posting, transaction, .name = "transactionId", .required = true),
	FIELD(struct event_posting, transaction_type, .name = "transactionType",
	      .choices = transaction_type_words, .required = true, .example = "\"transfer\""),
	FIELD(struct event_posting, is_fee, .name = "isFee", .example = "false",
	      .doc = "true: the fee of the transaction, or what a reversal gives back of it."),
	FIELD(struct event_posting, counterparty, .name = "counterpartyWalletId",
	      .doc = "The wallet on the other side, if it is one."),
};

static const struct field transfer_fields[] = {
	POSTING_FIELDS("id"),
	FIELD(struct event_posting, from, .name = "fromWalletId", .required = true),
	FIELD(struct event_posting, to, .name = "toWalletId", .required = true),
	FEE_FIELD("Taken in addition."),
	STATUS(struct event_posting),
};

static const char *const capture_statuses[] = {"active", "captured", NULL};

static const struct field capture_fields[] = {
	POSTING_FIELDS("id"),
	FIELD(struct event_posting, from, .name = "walletId", .required = true),
	FIELD(struct event_posting, transaction, .name = "transactionId", .required = true),
	FEE_FIELD("Taken in addition."),
	FIELD(struct event_posting, status, .name = EVENT_STATUS, .choices = capture_statuses,
	      .required = true, .doc = "active: of what is left, something is still held.",
	      .example = "\"captured\""),
};

static const struct field reversal_fields[] = {
	POSTING_FIELDS("id"),
	FIELD(struct event_posting, transaction, .name = "reversalId", .required = true,
	      .doc = "The transaction that takes it back."),
	FEE_FIELD("What is given back of the fee."),
	STATUS(struct event_posting),
};

static const struct field update_fields[] = {
	FIELD(struct event_update, id, .name = "id", .required = true),
	REFERENCE(struct event_update),
	FIELD(struct event_update, revision, .name = "revision", .required = true,
	      .doc = "Of the metadata: how often something was added."),
	FIELD(struct event_update, metadata, .name = "metadata", .required = true,
	      .doc = "As they are now.", .example = "{\"order\":\"1001\"}"),
};

#define HOLD_FIELDS                                                                     \
	FIELD(struct event_hold, id, .name = "id", .required = true),                   \
		FIELD(struct event_hold, wallet, .name = "walletId", .required = true), \
		AMOUNT(struct event_hold),                                              \
		FIELD(struct event_hold, captured, .name = "captured",                  \
		      .doc = "In parts, until then.", .example = "\"0.00\""),           \
		STATUS(struct event_hold)
#define EXPIRES FIELD(struct event_hold, expires_at, .name = "expiresAt", .required = true)

static const struct field hold_fields[] = {
	HOLD_FIELDS,
	REFERENCE(struct event_hold),
	METADATA(struct event_hold),
	CREATED(struct event_hold),
	EXPIRES,
};

static const struct field expiry_fields[] = {
	HOLD_FIELDS,
	EXPIRES,
};

static const struct field payment_fields[] = {
	FIELD(struct event_payment, id, .name = "id", .required = true),
	REFERENCE(struct event_payment),
	FIELD(struct event_payment, type, .name = "type", .choices = transaction_type_words,
	      .required = true, .example = "\"deposit\""),
	STATUS(struct event_payment),
	AMOUNT(struct event_payment),
	FIELD(struct event_payment, wallet, .name = "walletId", .keep_null = true),
	FIELD(struct event_payment, provider, .name = "provider", .required = true,
	      .example = "\"paystack\""),
	FIELD(struct event_payment, transaction, .name = "transactionId", .keep_null = true,
	      .doc = "That it was posted as; null while there is none."),
	FIELD(struct event_payment, problem, .name = "problem", .keep_null = true,
	      .doc = "Why it failed or must be reviewed.", .example = "null"),
};

static const struct field statement_fields[] = {
	FIELD(struct event_statement, id, .name = "id", .required = true),
	FIELD(struct event_statement, wallet, .name = "walletId", .required = true),
	STATUS(struct event_statement),
	FIELD(struct event_statement, lines, .name = "lines", .required = true,
	      .example = "120000"),
	CREATED(struct event_statement),
	FIELD(struct event_statement, expires_at, .name = "expiresAt", .required = true,
	      .doc = "Its files can be downloaded until then."),
};

static const struct schema wallet = SCHEMA(struct event_wallet, "WalletEventData", wallet_fields);
static const struct schema side =
	SCHEMA(struct event_posting, "WalletPostingEventData", side_fields);
static const struct schema transfer =
	SCHEMA(struct event_posting, "TransferEventData", transfer_fields);
static const struct schema capture =
	SCHEMA(struct event_posting, "CaptureEventData", capture_fields);
static const struct schema reversal =
	SCHEMA(struct event_posting, "ReversalEventData", reversal_fields);
static const struct schema update =
	SCHEMA(struct event_update, "TransactionUpdateEventData", update_fields);
static const struct schema hold = SCHEMA(struct event_hold, "HoldEventData", hold_fields);
static const struct schema expiry = SCHEMA(struct event_hold, "HoldExpiryEventData", expiry_fields);
static const struct schema payment =
	SCHEMA(struct event_payment, "PaymentEventData", payment_fields);
static const struct schema statement =
	SCHEMA(struct event_statement, "StatementEventData", statement_fields);

/* clang-format off */
#define TYPES(TYPE)                                                                        \
	TYPE("wallet.created", "active", wallet, "A wallet was created.")                  \
	TYPE("wallet.frozen", "frozen", wallet, "A wallet was frozen.")                    \
	TYPE("wallet.activated", "active", wallet, "A wallet was activated again.")        \
	TYPE("wallet.credited", NULL, side, "Money came into a wallet.")                   \
	TYPE("wallet.debited", NULL, side, "Money left a wallet.")                         \
	TYPE("transfer.completed", "completed", transfer, "A transfer was made.")          \
	TYPE("transaction.reversed", "reversed", reversal, "A transaction was taken back, in part or in full.")\
	TYPE("transaction.updated", NULL, update, "Metadata were added to a transaction.") \
	TYPE("hold.created", "active", hold, "Money was held.")                            \
	TYPE("hold.captured", NULL, capture, "A hold was captured, in part or in full.")   \
	TYPE("hold.voided", "voided", hold, "A hold was released.")                        \
	TYPE("hold.expired", "expired", expiry, "A hold was released at its time.")        \
	TYPE("payment.pending", "pending", payment, "A payment waits for its provider.")   \
	TYPE("payment.completed", "completed", payment, "A payment was made.")             \
	TYPE("payment.failed", "failed", payment, "A payment was not made.")               \
	TYPE("payment.review", "review", payment, "A payment waits for a decision of the operator.") \
	TYPE("statement.ready", "ready", statement, "The files of a statement can be downloaded.")
/* clang-format on */

#define ROW(name, status, data, doc) {name, doc, &(data), status},
const struct event_type event_types[] = {TYPES(ROW){0}};

#define WORD(name, status, data, doc) name,
const char *const event_type_words[] = {"*", TYPES(WORD) NULL};

static const struct field place_fields[] = {
	FIELD(struct event_place, mode, .name = "mode", .choices = mode_words, .required = true,
	      .example = "\"live\""),
	FIELD(struct event_place, sequence, .name = "sequence", .required = true,
	      .doc = "Increases from one event to the next.", .example = "4711"),
};

const struct schema event_place = SCHEMA(struct event_place, "EventPlace", place_fields);

static const struct field body_fields[] = {
	FIELD(struct event_body, id, .name = "id", .required = true,
	      .doc = "Identifies the event wherever it is delivered or listed.",
	      .example = "\"evt_0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55\""),
	FIELD(struct event_body, type, .name = "type", .required = true,
	      .choices = event_type_words + 1, .example = "\"wallet.created\""),
	FIELD(struct event_body, data, .name = "data", .required = true,
	      .example = "{\"id\":\"0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55\",\"currency\":\"NGN\","
			 "\"status\":\"active\","
			 "\"createdAt\":\"2026-01-31T09:30:00.000Z\","
			 "\"mode\":\"live\","
			 "\"sequence\":4711}"),
	FIELD(struct event_body, created_at, .name = "timestamp", .required = true),
	FIELD(struct event_body, version, .name = "version", .required = true,
	      .example = "\"" EVENT_VERSION "\""),
};

const struct schema event_body = {
	.name = "Event",
	.fields = body_fields,
	.count = COUNT(body_fields),
	.size = sizeof(struct event_body),
	.reference = "#/components/schemas/Event",
};

const char *
event_name(struct arena *arena, struct uuid event)
{
	char text[UUID_TEXT_MAX];

	return arena_printf(arena, EVENT_ID_PREFIX "%s", uuid_text(text, event));
}

const struct event_type *
event_type_find(const char *name)
{
	for (const struct event_type *type = event_types; type->name != NULL; type++)
		if (strcmp(type->name, name) == 0)
			return type;
	return NULL;
}

const char *
event_type_write(struct arena *arena, const char *name, const void *data)
{
	const struct event_type *type = event_type_find(name);
	struct bytes text;
	struct jw w;

	if (type == NULL)
		return NULL;
	jw_init(&w, arena, 512);
	schema_encode(type->data, AMOUNT_TEXT, data, NULL, &w);
	return jw_finish(&w, &text) ? text.data : NULL;
}
