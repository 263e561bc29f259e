/* provider_config.h - accounts at providers: of projects, and of the platform. */
#ifndef APP_PAYMENT_PROVIDER_CONFIG_H
#define APP_PAYMENT_PROVIDER_CONFIG_H

#include "base/ctx.h"
#include "base/value.h"
#include "provider/provider.h"

/* An account at a provider, as shown to its owner: secrets by their last four characters. */
struct provider_config {
	int64_t provider_config_id;
	struct uuid public_id;
	const char *type;
	struct json_value config; /* in an order: the secrets; in an answer: masked */
	bool is_active;
	struct instant created_at;
	struct instant updated_at;
	bool changed; /* it already existed */
};

/* Set the account of a project of the caller (nil: the platform's own, whose callers must be
 * administrators). */
enum err provider_config_set(struct ctx *ctx, struct uuid project, const struct provider_config *in,
			     struct provider_config *out) MUST_CHECK;
enum err provider_config_list(struct ctx *ctx, struct uuid project, struct provider_config **out,
			      size_t *n) MUST_CHECK;
/* Deactivate the platform's own. ERR_NOT_FOUND where it is not active. */
enum err provider_config_stop(struct ctx *ctx, const char *type) MUST_CHECK;

/* The public view of a provider. */
struct provider_facts {
	const char *type;
	const char *name;
	bool is_active;
};
enum err provider_facts(struct ctx *ctx, struct provider_facts **out, size_t *n) MUST_CHECK;

/* The account for a call that is not a payment: create_wallet, fetch_wallet, list_wallets. */
enum err provider_account_of(struct ctx *ctx, int64_t project_id, enum mode mode, const char *type,
			     struct provider_account *out) MUST_CHECK;
/* In a transaction: the account for an order without a wallet, which is not posted. The order is
 * recorded under our reference, so that its webhooks can be verified. */
enum err provider_order_note(struct ctx *ctx, const char *type, const char *reference, bool deposit,
			     struct provider_account *out) MUST_CHECK;
/* The account that such an order was recorded with. ERR_NOT_FOUND. */
enum err provider_order_account(struct ctx *ctx, const char *type, const char *reference,
				struct provider_account *out) MUST_CHECK;

#endif
