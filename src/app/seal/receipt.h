/*
 * receipt.h - receipts of transactions, which anybody can check offline. docs/receipts.md defines them.
 *
 * A receipt has the content of a transaction, its leaf, and the proof that the leaf is in the tree of a
 * signed checkpoint. Commitments of the leaf are opened with their own salts: those to reference and
 * metadata, and on request those to the balances of one wallet of the caller, but not those of the other side.
 */
#ifndef APP_SEAL_RECEIPT_H
#define APP_SEAL_RECEIPT_H

#include "base/ctx.h"
#include "base/value.h"

#define RECEIPT_FORMAT "cowry-receipt/1"

/* What the leaf has in plain text, in the same form. */
struct receipt_posting {
	struct uuid from;
	struct uuid to;
	const char *amount; /* minor units */
	const char *currency;
};

struct receipt_content {
	const char *mode;
	struct uuid project; /* nil: the platform's own ledger */
	struct uuid id;
	const char *type;
	const char *time;
	struct uuid reverses;
	struct list postings;
};

/* What opens the commitment with a name, such as "reference" or "from 0". */
struct receipt_opening {
	const char *name;
	const char *salt; /* of the field, in hexadecimal */
	const char *value;
};

struct receipt {
	const char *format;
	struct receipt_content transaction;
	const char *leaf;
	struct list openings;
	int64_t index;          /* of the leaf */
	int64_t size;           /* of the tree */
	struct text_list path;  /* hashes in Base64 */
	const char *origin;     /* of the checkpoint, and the name of the keys that sign it */
	const char *checkpoint; /* a signed note */
};

/*
 * Of a transaction of the caller: of the project of an API key, in its mode; with a wallet of the user of a
 * token or wallet key, or a payment of theirs in Drop; any one for an administrator. Its name is its id, its
 * reference, with the direction that Bitpal adds or without, or the id of the payment in Drop. A wallet
 * (nil: none) whose balances are opened must be in the transaction, and be the caller's. ERR_NOT_FOUND
 * otherwise. ERR_NOT_SEALED if it is not in a signed tree yet, ERR_NOT_SIGNED if there are no signed trees,
 * ERR_CONFLICT if its postings are detached.
 */
enum err receipt_make(struct ctx *ctx, const char *name, struct uuid wallet,
		      struct receipt *out) MUST_CHECK;

#endif
