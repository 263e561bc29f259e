/* store.h - common parts of all voucher operations: rows, codes, postings. */
#ifndef APP_VOUCHER_STORE_H
#define APP_VOUCHER_STORE_H

#include "app/voucher/voucher.h"
#include "app/wallet/user_wallet.h"
#include "crypto/keyring.h"
#include "ledger/kernel.h"

struct rows;

/* The types as the database has them. */
extern const char *const voucher_stored_types[];

/* The one currency of all vouchers: ZAR. */
const struct currency *voucher_currency(void);

/* A code that is in no row yet: its look-up digest, and its stored form. */
struct voucher_secret {
	unsigned char digest[KEYED_DIGEST_SIZE];
	struct bytes sealed;
	const char *code;
};

/* The stored form of a code. */
void voucher_digest(struct ctx *ctx, const char *code, unsigned char out[KEYED_DIGEST_SIZE]);
/* A new code for the voucher with a reference. */
struct voucher_secret voucher_secret_new(struct ctx *ctx, const char *reference);

/* The current state of a voucher; *live is false once it has expired, whatever its status.
 * secret tells whether the code and the recipient are shown. */
enum err voucher_get(struct ctx *ctx, int64_t voucher_id, bool secret, struct voucher *out,
		     bool *live) MUST_CHECK;
/* The same, locked until the end of the transaction. */
enum err voucher_lock(struct ctx *ctx, int64_t voucher_id, bool secret, struct voucher *out,
		      bool *live) MUST_CHECK;
/* The id in the first row of a look-up, or 0. */
int64_t voucher_found(const struct rows *rows);

/* The event of the refund after the last allowed redemption. */
#define VOUCHER_REST_EVENT "rest"
#define VOUCHER_REST_WORDS "Rest of a voucher that is used up"

/* A posting about a voucher: its event gives the reference, "voucher/<id>/<event>". */
struct voucher_entry {
	const struct voucher *voucher;
	int64_t ledger_id;
	const char *event;
	enum transaction_type type;
	const char *description; /* for the wallet's history */
	struct posting postings[2];
	size_t count;
	struct posting_result results[2];
	struct ledger_transaction *transaction; /* set when it is posted */
};

/* The transaction of an entry, in the arena. */
struct ledger_transaction *voucher_transaction(struct ctx *ctx, struct voucher_entry *entry);
/* The result of a posted entry, and the balance of the wallet after it. */
struct voucher_receipt voucher_receipt(const struct voucher_entry *entry, int64_t balance);
/* Post it. */
enum err voucher_post(struct ctx *ctx, struct voucher_entry *entry) MUST_CHECK;

#endif
