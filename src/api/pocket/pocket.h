/* pocket.h - the OurPocket dialect: its groups of routes. */
#ifndef API_POCKET_POCKET_H
#define API_POCKET_POCKET_H

#include "api/dispatch.h"
#include "app/payment/payment.h"
#include "base/value.h"

struct transaction;
struct transaction_order;
struct payment;

extern const struct route pocket_accounts[];
extern const struct route pocket_auth[];
extern const struct route pocket_email[];
extern const struct route pocket_platform[];
extern const struct route pocket_events[];
extern const struct route pocket_fees[];
extern const struct route pocket_jobs[];
extern const struct route pocket_keys[];
extern const struct route pocket_limits[];
extern const struct route pocket_receipts[];
extern const struct route pocket_second_factor[];
extern const struct route pocket_sessions[];
extern const struct route pocket_statements[];
extern const struct route pocket_statement_files[];
extern const struct route pocket_transactions[];
extern const struct route pocket_wallets[];
extern const struct route pocket_holds[];
extern const struct route pocket_admin[];
extern const struct route pocket_compound[];
extern const struct route pocket_metadata[];
extern const struct route pocket_payees[];
extern const struct route pocket_payments[];
extern const struct route pocket_providers[];
extern const struct route pocket_users[];
extern const struct route pocket_complaints[];
extern const struct route pocket_reviews[];
extern const struct route pocket_provider_webhooks[];
extern const struct route pocket_subscriptions[];

/* A user, as shown to users and administrators. */
extern const struct schema pocket_user;
/* The reply of all routes that move money. */
extern const struct schema pocket_transaction;

/* A transaction, as it is looked up. */
extern const struct schema pocket_looked_up;

/* struct fee: that was taken, or given back; and with what was given back of it since. */
extern const struct schema pocket_fee;
extern const struct schema pocket_known_fee;

/* Credit and debit through a provider, called by the routes of api/pocket/wallets.c if a
 * provider is named. */
enum err pocket_pay(struct call *call, const struct transaction_order *in, bool withdrawal,
		    struct transaction *out) MUST_CHECK;
enum err pocket_resume_credit(struct call *call, const void *in) MUST_CHECK;
enum err pocket_resume_debit(struct call *call, const void *in) MUST_CHECK;
void pocket_pay_outside(struct call *call);
enum err pocket_pay_finish(struct call *call, const void *in, void *out) MUST_CHECK;
/* The answer of a provider with its name, our reference and the checkout URL, for clients; under
 * "data" the provider's own data. */
struct json_value pocket_answer(struct call *call, const struct payment *payment);

#endif
