/* payment_scene.h - a project that is paid, and pays, through a provider of the test: Paystack's
 * orders and reports. */
#ifndef TESTS_SUPPORT_PAYMENT_SCENE_H
#define TESTS_SUPPORT_PAYMENT_SCENE_H

#include "app/payment/payment.h"
#include "runtime/app.h"
#include "tests/support/easypay_client.h"

/* One of each in a program. */
static struct easypay_client easypay;
static struct tenant acme;
static struct tenant other;

/* For cmocka_run_group_tests. */
static inline int
payment_setup(void **state)
{
	if (tenants_setup(state, &acme, &other) != 0)
		return -1;
	easypay_client_open(*state, &easypay);
	return 0;
}

static inline int
payment_teardown(void **state)
{
	easypay_client_close(&easypay);
	return client_teardown(state);
}

/* Before each test: the provider behaves normally. */
static inline int
payment_begin(void **state)
{
	easypay.script = (struct easypay_client_script){0};
	return client_begin(state);
}

#define payment_test(function) cmocka_unit_test_setup(function, payment_begin)

static inline struct answer
deposit(struct client *c, const char *wallet, const char *amount, const char *reference)
{
	return fund(c, "credit", acme.test_key, wallet, amount, "NGN", reference,
		    ",'provider':'paystack','providerPayload':{'email':'ada@example.com'}");
}

static inline struct answer
withdraw(struct client *c, const char *wallet, const char *amount, const char *reference)
{
	return fund(c, "debit", acme.test_key, wallet, amount, "NGN", reference,
		    ",'provider':'paystack','providerPayload':{'recipient':'RCP_1'}");
}

/* Paystack's report about the order with a client's reference. */
static inline struct answer
tell(struct client *c, bool withdrawal, const char *outcome, const char *reference,
     const char *amount, const char *currency)
{
	struct easypay_client_webhook webhook = easypay_client_webhook(
		c, "paystack", withdrawal, outcome, easypay_client_reference(c, reference), amount,
		currency, OWN_KEY);

	return easypay_client_send(c, &webhook);
}

/* A reference that is also safe in SQL. */
static inline const char *
status_of(struct client *c, const char *reference)
{
	return client_value(c,
			    "SELECT status FROM cowry.payment WHERE reference = '%s'"
			    " ORDER BY payment_id DESC LIMIT 1",
			    reference);
}

static inline void
expect_balance(struct client *c, const char *wallet, const char *ledger, const char *held)
{
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), ledger);
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "held"), held);
}

static inline struct ctx
ctx_of(struct client *c)
{
	return app_ctx(c->app, c->scratch);
}

static inline struct uuid
payment_id(struct client *c, const char *reference)
{
	struct uuid id;

	assert_true(uuid_parse(&id, client_value(c,
						 "SELECT public_id FROM cowry.payment"
						 " WHERE reference = '%s'"
						 " ORDER BY payment_id DESC LIMIT 1",
						 reference)));
	return id;
}

/* Whether it is settled. */
static inline bool
look_up(struct client *c, const char *reference)
{
	struct ctx ctx = ctx_of(c);
	bool settled;

	assert_int_equal(payment_look_up(&ctx, payment_id(c, reference), &settled), ERR_OK);
	return settled;
}

#endif
