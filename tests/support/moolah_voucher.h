/* moolah_voucher.h - users with rands, the EasyPay network, and vouchers between them, for
 * tests. */
#ifndef TESTS_SUPPORT_MOOLAH_VOUCHER_H
#define TESTS_SUPPORT_MOOLAH_VOUCHER_H

#include <string.h>

#include "api/moolah/moolah.h"
#include "app/payment/provider_config.h"
#include "app/voucher/payee.h"
#include "app/voucher/voucher.h"
#include "app/wallet/user_wallet.h"
#include "base/arena.h"
#include "base/word.h"
#include "crypto/hmac.h"
#include "ledger/account.h"
#include "ledger/ledger.h"
#include "runtime/app.h"
#include "tests/support/money.h"

#define NETWORK_KEY "the secret of the EasyPay network"
#define VOUCHERS    "/api/v1/vouchers"

/* Put cents into a user's ZAR wallet. */
static inline void
give(struct client *c, const struct person *who, int64_t cents)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);
	struct user_wallet wallet;
	struct posting_result result;
	struct posting posting = {.amount = cents};
	struct ledger_transaction t = {
		.currency = "ZAR",
		.reference = fresh_reference(c),
		.type = TRANSACTION_DEPOSIT,
		.metadata = "{}",
		.postings = &posting,
		.count = 1,
		.results = &result,
	};
	const char *id = client_value(
		c, "SELECT user_id FROM cowry.users WHERE email_key = lower('%s')", who->email);
	int64_t user;

	assert_true(integer_parse(&user, id));
	assert_int_equal(user_wallet(&ctx, user, currency_find("ZAR"), &wallet), ERR_OK);
	t.ledger_id = wallet.ledger_id;
	posting.from = ledger_system_account(wallet.ledger_id, ACCOUNT_OPERATOR_FUNDING, "ZAR");
	posting.to = wallet.id;
	ledger_content(&ctx, &t);
	assert_int_equal(ledger_submit(&ctx, &t), ERR_OK);
}

/* A new user with an amount in cents. */
static inline struct person
person_with(struct client *c, const char *email, int64_t cents)
{
	struct person person = person_new(c, email);

	give(c, &person, cents);
	return person;
}

/* A person who is rich, and one who is not. */
static inline int
vouchers_setup(void **state, struct person *rich, struct person *poor)
{
	if (client_setup(state) != 0)
		return -1;
	*rich = person_with(*state, "ada@example.com", 100000000);
	*poor = person_with(*state, "bob@example.com", 100);
	return 0;
}

static inline enum err
set_network(struct ctx *ctx, void *arg)
{
	const struct provider_config in = {.type = "easypay",
					   .config = {"{\"apiKey\":\"" NETWORK_KEY "\"}"},
					   .is_active = true};
	struct provider_config out;

	(void)arg;
	return provider_config_set(ctx, (struct uuid){{0}}, &in, &out);
}

/* The platform has an account at EasyPay. */
static inline void
open_network(struct client *c)
{
	struct ctx ctx = app_ctx(c->app, c->keep);

	assert_int_equal(db_transact(&ctx, set_network, NULL), ERR_OK);
}

struct payee_call {
	struct payee_order order;
	struct payee payee;
};

static inline enum err
register_in_transaction(struct ctx *ctx, void *arg)
{
	struct payee_call *call = arg;

	return payee_register(ctx, &call->order, &call->payee);
}

/* The operator registers a voucher payee. */
static inline void
register_payee(struct client *c, const char *kind, const char *code)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);
	struct payee_call call = {.order = {word_find(payee_kind_words, kind), code, NULL}};

	assert_int_equal(db_transact(&ctx, register_in_transaction, &call), ERR_OK);
}

/* The balance of a user's wallet, in cents. */
static inline int64_t
cents_of(struct client *c, const struct person *who)
{
	int64_t cents;

	assert_true(integer_parse(
		&cents, client_value(c,
				     "SELECT a.balance FROM cowry.account a"
				     " JOIN cowry.personal_wallet w USING (account_id)"
				     " JOIN cowry.users u USING (user_id)"
				     " WHERE u.email_key = lower('%s') AND w.currency = 'ZAR'",
				     who->email)));
	return cents;
}

/* A body's members in single quotes. */
static inline struct answer
voucher_post(struct client *c, const struct person *who, const char *path, const char *members)
{
	return client_call(c, "POST", client_text(c, VOUCHERS "/%s", path), who->access,
			   client_json(c, "{%s}", members));
}

static inline struct answer
voucher_get(struct client *c, const struct person *who, const char *path)
{
	return client_call(c, "GET", client_text(c, VOUCHERS "%s", path), who->access, NULL);
}

static inline struct answer
issue(struct client *c, const struct person *who, const char *amount, const char *more)
{
	struct answer a = voucher_post(c, who, "issue",
				       client_text(c, "'original_amount':%s%s", amount, more));

	expect_status(&a, 201);
	return a;
}

/* The code of a new voucher. */
static inline const char *
issued_code(struct client *c, const struct person *who, const char *amount)
{
	struct answer a = issue(c, who, amount, "");

	return answer_at(&a, "data.voucherCode");
}

static inline struct answer
issue_easypay(struct client *c, const struct person *who, const char *amount)
{
	struct answer a =
		voucher_post(c, who, "easypay/issue",
			     client_text(c, "'original_amount':%s,'issued_to':'x'", amount));

	expect_status(&a, 201);
	return a;
}

static inline struct answer
redeem(struct client *c, const struct person *who, const char *code, const char *amount,
       const char *more)
{
	return voucher_post(
		c, who, "redeem",
		client_text(c, "'voucher_code':'%s','amount':%s%s", code, amount, more));
}

static inline const char *
settlement_body(struct client *c, const char *number, const char *amount, const char *transaction)
{
	return client_json(c,
			   "{'easypay_code':'%s','settlement_amount':%s,"
			   "'merchant_id':'MERCHANT123','transaction_id':'%s'}",
			   number, amount, transaction);
}

static inline struct answer
settle(struct client *c, const char *number, const char *amount, const char *transaction)
{
	return client_send(c,
			   &(struct ask){.method = "POST",
					 .target = VOUCHERS "/easypay/settlement",
					 .api_key = NETWORK_KEY,
					 .body = settlement_body(c, number, amount, transaction)});
}

/* One voucher, or all of them (NULL), have expired. */
static inline void
run_out(struct client *c, const char *id)
{
	client_sql(c,
		   "UPDATE cowry.voucher SET expires_at = now() - interval '1 second',"
		   " refund_after = now() - interval '1 second' WHERE %s",
		   id != NULL ? client_text(c, "voucher_id = %s", id) : "true");
}

/* Run the job; whether there was something to do. */
static inline bool
expire(struct client *c)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);
	bool found = false;

	assert_int_equal(voucher_expire_due(&ctx, &found), ERR_OK);
	return found;
}

/* The documented words of a refusal. */
#define expect_words(answer, status, code, message)      \
	do {                                             \
		expect_refusal(answer, status, code);    \
		expect_text(answer, "success", "false"); \
		expect_text(answer, "error", message);   \
		expect_text(answer, "message", message); \
	} while (0)

#endif
