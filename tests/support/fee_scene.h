/* fee_scene.h - fee schedules of projects of the tests. */
#ifndef TESTS_SUPPORT_FEE_SCENE_H
#define TESTS_SUPPORT_FEE_SCENE_H

#include "tests/support/hold_scene.h"

/* Schedules stay from test to test; each test has a project of its own. */
static inline const char *
project_key(struct client *c)
{
	const char *project = tenant_project(c, &acme, fresh_reference(c));

	return key_new(c, &acme.owner, project, "'scope':'test','quota':null");
}

static inline struct answer
schedule(struct client *c, const char *key, const char *type, const char *members)
{
	return client_call(c, "POST", "/v1/fee-schedules", key,
			   client_json(c, "{'type':'%s','currency':'NGN',%s}", type, members));
}

static inline const char *
charge(struct client *c, const char *key, const char *type, const char *members)
{
	struct answer a = schedule(c, key, type, members);

	expect_status(&a, 201);
	return answer_at(&a, "data.id");
}

static inline void
expect_balance(struct client *c, const char *key, const char *wallet, const char *balance)
{
	assert_string_equal(wallet_balance(c, key, wallet, "ledger"), balance);
}

static inline void
expect_fee(const struct answer *a, const char *amount, const char *bearer, const char *version)
{
	expect_text(a, "data.fee.amount", amount);
	expect_text(a, "data.fee.bearer", bearer);
	expect_text(a, "data.fee.version", version);
}

#endif
