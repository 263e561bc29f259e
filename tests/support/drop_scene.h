/* drop_scene.h - people who pay from an account at a bank of the test, with Drop's requests. */
#ifndef TESTS_SUPPORT_DROP_SCENE_H
#define TESTS_SUPPORT_DROP_SCENE_H

#include "tests/support/drop_payer.h"

#define RICH 5000000

/* One in a program. */
static struct bank bank;

/* For cmocka_run_group_tests. */
static inline int
drop_setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	drop_payer_bank_open(*state, &bank);
	return 0;
}

static inline int
drop_teardown(void **state)
{
	fake_server_release(bank.server);
	bank_close_down(&bank);
	return client_teardown(state);
}

/* Before each test: the bank behaves normally. */
static inline int
drop_begin(void **state)
{
	drop_payer_bank_behave(&bank);
	return client_begin(state);
}

#define drop_test(function) cmocka_unit_test_setup(function, drop_begin)

static inline struct answer
get(struct client *c, const struct person *who, const char *path)
{
	return client_call(c, "GET", client_text(c, "/api/transactions%s", path), who->access,
			   NULL);
}

static inline struct answer
remit(struct client *c, const struct person *who, const char *recipient, const char *amount)
{
	return client_call(c, "POST", "/api/transactions/remittance", who->access,
			   client_json(c, "{'recipientId':'%s','amount':%s}", recipient, amount));
}

static inline struct answer
pay(struct client *c, const struct person *who, const char *merchant, const char *amount)
{
	return client_call(c, "POST", "/api/transactions/qr-payment", who->access,
			   client_json(c, "{'merchantId':'%s','amount':%s}", merchant, amount));
}

static inline const char *
status_of(struct client *c, const struct person *who, const char *id)
{
	struct answer a = get(c, who, client_text(c, "/%s", id));

	expect_status(&a, 200);
	return answer_at(&a, "data.status");
}

static inline const char *
last_status(struct client *c, const struct person *who)
{
	struct answer a = get(c, who, "?limit=1");

	expect_status(&a, 200);
	return answer_at(&a, "data.0.status");
}

/* The last notification, "" for none. */
static inline const char *
notified(struct client *c, const struct person *who)
{
	return client_value(c,
			    "SELECT title || ': ' || coalesce(subject, '') FROM cowry.notification"
			    " WHERE user_id = %lld ORDER BY notification_id DESC LIMIT 1",
			    (long long)drop_payer_id(c, who));
}

/* The amount owed to a merchant, in minor units. */
static inline const char *
owed(struct client *c, const char *merchant)
{
	return client_value(c,
			    "SELECT a.balance FROM cowry.merchant m JOIN cowry.account a"
			    " USING (account_id) WHERE m.drop_id = '%s'",
			    merchant);
}

#endif
