/* Receipts of transactions, which can be checked offline. */
#include "app/seal/receipt.h"

#include "api/pocket/pocket.h"

#define LEAF_EXAMPLE                                                                          \
	"\"cowry-transaction/1\\nmode test\\nproject 0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e01\\n" \
	"id 0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e02\\ntype transfer\\n"                          \
	"time 2026-01-31T09:30:00.000123Z\\nreverses -\\n…\""
#define CHECKPOINT_EXAMPLE                                   \
	"\"pay.example.com/seals/test\\n448\\n"              \
	"zpXAk31GMsmTLsvZvbxUkdyXpAAAWT0sJXa4Y6BHKTc=\\n\\n" \
	"— pay.example.com/seals/test …\\n\""
#define HASH_EXAMPLE "8b44cfa5f2e01a3f1d1a04d6f0a4bd7c4b43bf14d3d1b4c5bd4f0f8a6f0a2c11"

struct receipt_query {
	struct uuid wallet;
};

static const struct field query_fields[] = {
	FIELD(struct receipt_query, wallet, .name = "walletId",
	      .doc = "A wallet of yours in the transaction: the receipt also proves its balance "
		     "afterwards."),
};

static const struct field posting_fields[] = {
	FIELD(struct receipt_posting, from, .name = "fromAccountId", .required = true),
	FIELD(struct receipt_posting, to, .name = "toAccountId", .required = true),
	FIELD(struct receipt_posting, amount, .name = "minorUnits", .required = true,
	      .doc = "Amount in minor units, such as cents.", .example = "\"1250\""),
	FIELD(struct receipt_posting, currency, .name = "currency", .required = true,
	      .example = "\"NGN\""),
};

static const struct schema posting_out =
	SCHEMA(struct receipt_posting, "ReceiptPosting", posting_fields);

static const struct field content_fields[] = {
	FIELD(struct receipt_content, mode, .name = "mode", .required = true, .choices = mode_words,
	      .example = "\"test\""),
	FIELD(struct receipt_content, project, .name = "projectId", .required = true,
	      .keep_null = true, .doc = "null: the platform's own books."),
	FIELD(struct receipt_content, id, .name = "id", .required = true),
	FIELD(struct receipt_content, type, .name = "type", .required = true,
	      .example = "\"transfer\""),
	FIELD(struct receipt_content, time, .name = "time", .required = true,
	      .doc = "When it was posted, UTC, in microseconds.",
	      .example = "\"2026-01-31T09:30:00.000123Z\""),
	FIELD(struct receipt_content, reverses, .name = "reverses", .required = true,
	      .keep_null = true, .doc = "The transaction that it takes back.", .example = "null"),
	FIELD(struct receipt_content, postings, .name = "postings", .required = true,
	      .sub = &posting_out),
};

static const struct schema content_out =
	SCHEMA(struct receipt_content, "ReceiptTransaction", content_fields);

static const struct field opening_fields[] = {
	FIELD(struct receipt_opening, name, .name = "name", .required = true,
	      .doc = "reference, metadata, or the side and number of a posting: from 0, to 0.",
	      .example = "\"reference\""),
	FIELD(struct receipt_opening, salt, .name = "salt", .required = true,
	      .doc = "Salt of this field, in hexadecimal.", .example = "\"" HASH_EXAMPLE "\""),
	FIELD(struct receipt_opening, value, .name = "value", .required = true,
	      .doc = "Of a side: balance in minor units and posting number of the wallet.",
	      .example = "\"trf_2026_001\""),
};

static const struct schema opening_out =
	SCHEMA(struct receipt_opening, "ReceiptOpening", opening_fields);

static const struct field receipt_fields[] = {
	FIELD(struct receipt, format, .name = "format", .required = true,
	      .example = "\"" RECEIPT_FORMAT "\""),
	FIELD(struct receipt, transaction, .name = "transaction", .required = true,
	      .sub = &content_out),
	FIELD(struct receipt, leaf, .name = "leaf", .required = true,
	      .doc = "The text that was sealed.", .example = LEAF_EXAMPLE),
	FIELD(struct receipt, openings, .name = "openings", .required = true, .sub = &opening_out,
	      .doc = "What opens commitments of the leaf."),
	FIELD(struct receipt, index, .name = "index", .required = true,
	      .doc = "Number of the leaf in the tree, from 0.", .example = "12"),
	FIELD(struct receipt, size, .name = "size", .required = true, .doc = "Leaves of the tree.",
	      .example = "448"),
	FIELD(struct receipt, path, .name = "path", .required = true, .may_be_empty = true,
	      .doc = "Inclusion proof of RFC 9162: hashes in Base64.",
	      .example = "[\"zpXAk31GMsmTLsvZvbxUkdyXpAAAWT0sJXa4Y6BHKTc=\"]"),
	FIELD(struct receipt, origin, .name = "origin", .required = true,
	      .doc = "Name of the tree, and of the verifier key.",
	      .example = "\"pay.example.com/seals/test\""),
	FIELD(struct receipt, checkpoint, .name = "checkpoint", .required = true,
	      .doc = "Signed note with the root of the tree.", .example = CHECKPOINT_EXAMPLE),
};

static const struct schema query = SCHEMA(struct receipt_query, "ReceiptQuery", query_fields);
static const struct schema receipt_out =
	SCHEMA(struct receipt, "TransactionReceipt", receipt_fields);

static enum err
get_receipt(struct call *call, const void *in, void *out)
{
	(void)in;
	return receipt_make(&call->ctx, call->params[0].id,
			    ((const struct receipt_query *)call->query)->wallet, out);
}

const struct route pocket_receipts[] = {
	{GET, "/v1/transactions/{id}/receipt", "Retrieve the receipt of a transaction",
	 "Anybody can check it offline, with the verifier key of the installation: data is the "
	 "receipt. A project's API key gives access to the transactions of its mode, a user's access "
	 "token to those of the user's wallets. A transaction is sealed a few seconds after it was "
	 "posted; until then the answer is 409 NOT_SEALED_YET: try again. 409 JOURNAL_NOT_SIGNED: "
	 "this installation makes no receipts.",
	 get_receipt, .query = &query, .out = &receipt_out, .access = ACCESS_USER_OR_PROJECT,
	 .docs.errors = {409}, .status = 200, .docs.tag = "Money"},
	{0},
};
