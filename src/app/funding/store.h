/* store.h - common parts of the two steps of a funding: its row, the wallet, the hold. */
#ifndef APP_FUNDING_STORE_H
#define APP_FUNDING_STORE_H

#include "app/funding/funding.h"
#include "app/wallet/user_wallet.h"

struct rows;

/* What the codes of a purpose are for: app/people/code.h. */
const char *funding_code_purpose(enum funding_purpose purpose);
bool funding_is_deduction(const struct funding *f);
/* ERR_FORBIDDEN where the purpose is funding and that is not open. */
enum err funding_check_open(struct ctx *ctx, enum funding_purpose purpose) MUST_CHECK;
/* The one currency of all fundings: NGN. */
const struct currency *funding_currency(void);
/* The first row of a statement that returns fundings; false if there is none. */
bool funding_scan(const struct rows *rows, struct funding *out);
/* transaction_id: of the posting; 0 if there is none. */
enum err funding_set_status(struct ctx *ctx, struct funding *f, enum funding_status status,
			    int64_t transaction_id) MUST_CHECK;

/* The wallet, if money may move; ERR_WALLET_INACTIVE. */
enum err funding_wallet(struct ctx *ctx, int64_t user_id, struct user_wallet *out) MUST_CHECK;
/* Hold the money of a deduction. */
enum err funding_hold(struct ctx *ctx, const struct user_wallet *wallet, int64_t lifetime_s,
		      struct funding *f) MUST_CHECK;
/* Release the hold of a deduction, if it is still active. */
enum err funding_release(struct ctx *ctx, const struct user_wallet *wallet,
			 const struct funding *f) MUST_CHECK;

#endif
