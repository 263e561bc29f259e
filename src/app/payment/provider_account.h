/*
 * provider_account.h - the provider account of an order: the project's, or the platform's. Internal
 * to payments.
 */
#ifndef APP_PAYMENT_PROVIDER_ACCOUNT_H
#define APP_PAYMENT_PROVIDER_ACCOUNT_H

#include "app/payment/payment.h"

/*
 * The account for a new order of a project (0: the platform's own customers): the project's if it
 * has one, else the platform's, which test mode uses in the sandbox only, and live mode for
 * deposits only: a project can credit its wallets arbitrarily, so it must pay out its own money.
 * ERR_PROVIDER_INACTIVE if there is none, or if the platform has disabled the provider.
 */
enum err provider_account_pick(struct ctx *ctx, int64_t project_id, enum mode mode,
			       const char *type, bool deposit, int64_t *config_id,
			       struct provider_account *out) MUST_CHECK;
/* The account that an order was made with, active or not. */
enum err provider_account_at(struct ctx *ctx, int64_t config_id, enum mode mode,
			     struct provider_account *out) MUST_CHECK;
/* The platform's own, active or not; *found is false if there is none. */
enum err provider_account_own(struct ctx *ctx, const char *type, enum mode mode,
			      struct provider_account *out, bool *found) MUST_CHECK;

/* Accounts that may have signed an unreadable webhook: the platform's, and those with open
 * orders; at most this many. */
struct provider_signer {
	int64_t config_id;
	bool own; /* the platform */
	struct provider_account account;
};
enum { PROVIDER_SIGNERS_MAX = 50 };
enum err provider_signers(struct ctx *ctx, const char *type, struct provider_signer **out,
			  size_t *n) MUST_CHECK;

/* Whether orders of a mode are sent to the sandbox. */
bool provider_in_sandbox(const struct ctx *ctx, enum mode mode);

#endif
