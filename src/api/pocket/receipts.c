/* Receipts of transactions, which can be checked offline. */
#include "app/seal/receipt.h"

#include <string.h>

#include "api/negotiate.h"
#include "api/pocket/pocket.h"
#include "app/paper/qr.h"
#include "app/seal/receipt_text.h"
#include "base/arena.h"

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
	return receipt_make(&call->ctx, call->params[0].text,
			    ((const struct receipt_query *)call->query)->wallet, out);
}

/* The link of a receipt, or NULL if it is too long for a code. */
static enum err
short_link(struct call *call, const struct receipt *receipt, const char **out)
{
	struct bytes json;
	struct jw w;

	jw_init(&w, call->ctx.arena, 4096);
	schema_encode(&receipt_out, AMOUNT_TEXT, receipt, NULL, &w);
	if (!jw_finish(&w, &json))
		return fault(&call->ctx.fault, ERR_INTERNAL, NULL, NULL);
	TRY(receipt_link(&call->ctx, json, out));
	*out = strlen(*out) <= QR_LENGTH_MAX ? *out : NULL;
	return ERR_OK;
}

static struct receipt
without_metadata(struct arena *arena, const struct receipt *receipt)
{
	const struct receipt_opening *openings = receipt->openings.items;
	struct receipt_opening *kept = arena_array(arena, receipt->openings.count, sizeof(*kept));
	struct receipt less = *receipt;

	less.openings = (struct list){kept, 0};
	for (size_t i = 0; i < receipt->openings.count; i++)
		if (!text_equal(openings[i].name, "metadata"))
			kept[less.openings.count++] = openings[i];
	return less;
}

static enum err
write_pdf(struct call *call, const void *out, struct bytes *body)
{
	const struct receipt *receipt = out;
	struct receipt_code code = {0};
	char id[UUID_TEXT_MAX];

	TRY(short_link(call, receipt, &code.link));
	if (code.link == NULL) {
		struct receipt less = without_metadata(call->ctx.arena, receipt);

		code.without_metadata = true;
		TRY(short_link(call, &less, &code.link));
	}
	call_header(call, "Content-Disposition",
		    arena_printf(call->ctx.arena, "attachment; filename=\"receipt-%s.pdf\"",
				 uuid_text(id, receipt->transaction.id)));
	return receipt_pdf(&call->ctx, receipt, &code, body);
}

static const struct rendering renderings[] = {
	{"application/pdf",
	 "A4 pages with a QR code: a link to the page that checks receipts, with the receipt in it.",
	 .write = write_pdf},
	{0},
};

const struct route pocket_receipts[] = {
	{GET, "/v1/transactions/{id:word}/receipt", "Retrieve the receipt of a transaction",
	 "Anybody can check it offline, with the verifier key of the installation: data is the "
	 "receipt. A project's API key gives access to the transactions of its mode; a user's access "
	 "token, also in the cookie of Drop, and a wallet's API key to those of the user's wallets, in "
	 "all APIs. id is the id of the transaction, or what another API shows: the reference, in Drop "
	 "the id of the payment. A transaction is sealed a few seconds after it was posted; until then "
	 "the answer is 409 NOT_SEALED_YET: try again. 409 JOURNAL_NOT_SIGNED: this installation makes "
	 "no receipts.",
	 get_receipt, .query = &query, .out = &receipt_out, .reply.renderings = renderings,
	 .access = ACCESS_OWNER, .allow.permission = PERMIT_READ, .docs.errors = {409},
	 .status = 200, .docs.tag = "Money"},
	{0},
};
