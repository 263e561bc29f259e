/*
 * user_wallet.h - users' wallets: one per currency, with a 13-digit number, created on first use,
 * in the platform's own live ledger. All dialects show the same ones.
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
	const char *label;  /* WAL-<millisecond of creation>, with a suffix if that was taken */
	int64_t user_id;
	int64_t ledger_id;
	struct money balance;
	struct money available;
	enum wallet_status status;
	int64_t sequence; /* number of postings */
	struct instant created_at;
};

/* The wallet of a user in a currency; created if there is none yet, with or without a
 * transaction of the caller. ERR_NOT_FOUND if their account was closed before one was created. */
enum err user_wallet(struct ctx *ctx, int64_t user_id, const struct currency *currency,
		     struct user_wallet *out) MUST_CHECK;
/* The wallet with a number; ERR_NOT_FOUND, also for one that is closed. */
enum err user_wallet_by_number(struct ctx *ctx, const char *number,
			       struct user_wallet *out) MUST_CHECK;
/* Whether a text has the form of a number: 13 digits. */
bool user_wallet_number_valid(const char *text);

#endif
