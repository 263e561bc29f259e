/* merchant_scene.h - a shop that is a merchant of Drop, a user who pays it, and the operator, whose
 * accounts are at a bank of the test. */
#ifndef TESTS_SUPPORT_MERCHANT_SCENE_H
#define TESTS_SUPPORT_MERCHANT_SCENE_H

#include "base/arena.h"
#include "tests/support/drop_users.h"
#include "tests/support/fake_bank.h"

/* One of each in a program. */
static struct bank bank;
static struct dropper jane;
static struct dropper shop;
static struct dropper operator;
static const char *merchant; /* the shop's id */

static inline struct answer
register_merchant(struct client *c, const struct dropper *who, const char *members)
{
	return client_call(c, "POST", "/api/merchants/register", who->token,
			   client_json(c, "{%s}", members));
}

static inline void
link_bank(struct client *c, const struct dropper *who)
{
	struct person person = {.access = who->token};

	(void)bank_link_new(c, &person);
}

/* For cmocka_run_group_tests. */
static inline int
merchant_setup(void **state)
{
	struct client *c;
	struct answer a;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	bank_open(c, &bank);
	c->fixture->config.clearing_account = "86011117947";
	c->fixture->config.payout_user = "Operator@example.com";
	jane = dropper_new(c, "jane@example.com");
	shop = dropper_new(c, "shop@example.com");
	operator= dropper_new(c, "operator@example.com");
	link_bank(c, &jane);
	link_bank(c, &operator);
	a = register_merchant(c, &shop,
			      "'businessName':'Ahmetov Kebab','orgNumber':'923609016',"
			      "'address':'Storgata 1, <b>Oslo</b>','bankAccount':'8601.11.17947'");
	expect_status(&a, 201);
	merchant = arena_strdup(c->keep, answer_at(&a, "data.id"));
	return 0;
}

static inline int
merchant_teardown(void **state)
{
	bank_close_down(&bank);
	return client_teardown(state);
}

/* Before each test: the bank behaves normally. */
static inline int
merchant_begin(void **state)
{
	bank_behave(&bank);
	return client_begin(state);
}

#define merchant_test(function) cmocka_unit_test_setup(function, merchant_begin)

static inline struct answer
get(struct client *c, const struct dropper *who, const char *what)
{
	return client_call(c, "GET", client_text(c, "/api/merchants/%s", what), who->token, NULL);
}

/* Jane pays; the id of the payment. */
static inline const char *
pay(struct client *c, const char *amount)
{
	struct answer a =
		client_call(c, "POST", "/api/transactions/qr-payment", jane.token,
			    client_json(c, "{'merchantId':'%s','amount':%s}", merchant, amount));

	expect_status(&a, 201);
	return answer_at(&a, "data.id");
}

#endif
