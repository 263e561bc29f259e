/*
 * user_wallet.h - the wallets of people: one a currency, with a 13-digit number, made when
 * first needed, in the platform's own live books. All dialects show the same ones.
 */
#ifndef APP_WALLET_USER_WALLET_H
#define APP_WALLET_USER_WALLET_H

#include "app/wallet/wallet.h"
#include "base/ctx.h"
#include "base/money.h"

struct user_wallet {
	int64_t account_id;
	struct uuid id;
	const char *number; /* 13 digits, the last one Luhn's */
	const char *label;  /* WAL-<millisecond of its birth>, with a suffix if that was taken */
	int64_t user_id;
	int64_t ledger_id;
	struct money balance;
	struct money available;
	enum wallet_status status;
	int64_t sequence; /* postings so far */
	struct instant created_at;
};

/* The wallet of a person in a currency; made if there is none yet, whether or not the caller has a
 * transaction. ERR_NOT_FOUND if their account was ended before one was made. */
enum err user_wallet(struct ctx *ctx, int64_t user_id, const struct currency *currency,
		     struct user_wallet *out) MUST_CHECK;
/* The wallet with a number; ERR_NOT_FOUND, also for one that is closed. */
enum err user_wallet_by_number(struct ctx *ctx, const char *number,
			       struct user_wallet *out) MUST_CHECK;
/* Whether a text has the form of a number: 13 digits. */
bool user_wallet_number_valid(const char *text);

#endif
