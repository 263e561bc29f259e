/* hold_scene.h - two projects, and holds in the wallets of the first. */
#ifndef TESTS_SUPPORT_HOLD_SCENE_H
#define TESTS_SUPPORT_HOLD_SCENE_H

#include "tests/support/money.h"

static struct tenant acme;
static struct tenant other;

static inline int
hold_setup(void **state)
{
	return tenants_setup(state, &acme, &other);
}

static inline void
expect_balances(struct client *c, const char *wallet, const char *ledger, const char *available,
		const char *held)
{
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), ledger);
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "available"), available);
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "held"), held);
}

/* A hold of an amount; its id. */
static inline const char *
held(struct client *c, const char *wallet, const char *amount)
{
	struct answer a = hold(c, acme.test_key, wallet, amount, fresh_reference(c), "");

	expect_status(&a, 201);
	return answer_at(&a, "data.id");
}

static inline struct answer
capture(struct client *c, const char *id, const char *members)
{
	return act(c, acme.test_key, "holds", id, "capture", members);
}

static inline struct answer
cancel(struct client *c, const char *id, const char *members)
{
	return act(c, acme.test_key, "holds", id, "void", members);
}

static inline struct answer
get(struct client *c, const char *key, const char *id)
{
	return client_call(c, "GET", client_text(c, "/v1/holds/%s", id), key, NULL);
}

#endif
