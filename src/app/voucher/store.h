/* store.h - what all that is done to vouchers shares: rows, codes, postings. */
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

/* A code that is in no row yet: where it is looked up, and how it is kept. */
struct voucher_secret {
	unsigned char digest[KEYED_DIGEST_SIZE];
	struct bytes sealed;
	const char *code;
};

/* What is stored of a code. */
void voucher_digest(struct ctx *ctx, const char *code, unsigned char out[KEYED_DIGEST_SIZE]);
/* A new code for the voucher with a reference. */
struct voucher_secret voucher_secret_new(struct ctx *ctx, const char *reference);

/* A voucher as it stands; *live is false once its time is over, whatever its status. secret tells
 * whether the code and for whom it is are shown. */
enum err voucher_get(struct ctx *ctx, int64_t voucher_id, bool secret, struct voucher *out,
		     bool *live) MUST_CHECK;
/* Likewise, locked until the end of the transaction. */
enum err voucher_lock(struct ctx *ctx, int64_t voucher_id, bool secret, struct voucher *out,
		      bool *live) MUST_CHECK;
/* The id in the first row of a look-up, or 0. */
int64_t voucher_found(const struct rows *rows);

/* What is left after the last redemption that is allowed goes back under this event. */
#define VOUCHER_REST_EVENT "rest"
#define VOUCHER_REST_WORDS "Rest of a voucher that is used up"

/* A posting about a voucher: what happened makes its reference, "voucher/<id>/<event>". */
struct voucher_entry {
	const struct voucher *voucher;
	int64_t ledger_id;
	const char *event;
	enum transaction_type type;
	const char *description; /* for the wallet's history */
	struct posting postings[2];
	size_t count;
	struct posting_result results[2];
	struct ledger_transaction *transaction; /* once it is posted */
};

/* The transaction of an entry, in the arena. */
struct ledger_transaction *voucher_transaction(struct ctx *ctx, struct voucher_entry *entry);
/* What a posted entry was, and the balance of the wallet after it. */
struct voucher_receipt voucher_receipt(const struct voucher_entry *entry, int64_t balance);
/* Post it. */
enum err voucher_post(struct ctx *ctx, struct voucher_entry *entry) MUST_CHECK;

#endif
