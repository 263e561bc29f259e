/* bitpal_scene.h - people with naira wallets, and Paystack as a server of the test. */
#ifndef TESTS_SUPPORT_BITPAL_SCENE_H
#define TESTS_SUPPORT_BITPAL_SCENE_H

#include <stdlib.h>
#include <string.h>

#include "app/payment/provider_config.h"
#include "app/wallet/user_wallet.h"
#include "base/arena.h"
#include "crypto/hmac.h"
#include "runtime/app.h"
#include "tests/support/fake_server.h"
#include "tests/support/money.h"

#define OWN_KEY "sk_live_of_the_platform"
#define WALLET  "/api/v1/wallet"
#define TAKEN                                                                                  \
	"{\"status\":true,\"message\":\"Authorization URL created\",\"data\":{"                \
	"\"authorization_url\":\"https://checkout.paystack.com/abc\",\"access_code\":\"abc\"," \
	"\"reference\":\"x\"}}"

/* Its answer to a deposit. */
static struct {
	struct fake_server *server;
	struct fake_server_reply initialize;
} paystack;

static const struct fake_server_reply taken = {.status = 200, .body = TAKEN};

static inline struct fake_server_reply
paystack_answer(void *arg, size_t n, const struct fake_server_request *request)
{
	(void)arg;
	(void)n;
	if (strcmp(request->target, "/transaction/initialize") == 0)
		return paystack.initialize;
	return (struct fake_server_reply){.status = 404, .body = "{\"status\":false}"};
}

static inline enum err
set_own(struct ctx *ctx, void *arg)
{
	const struct provider_config in = {
		.type = "paystack", .config = {"{\"apiKey\":\"" OWN_KEY "\"}"}, .is_active = true};
	struct provider_config out;

	(void)arg;
	return provider_config_set(ctx, (struct uuid){{0}}, &in, &out);
}

/* For cmocka_run_group_tests. */
static inline int
bitpal_setup(void **state)
{
	struct client *c;
	struct ctx ctx = {.app = NULL, .database = NULL};

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	ctx.app = c->app;
	ctx.database = &c->app->database;
	ctx.arena = c->keep;
	paystack.server = fake_server_start(paystack_answer, NULL);
	paystack.initialize = taken;
	c->fixture->config.paystack_url = fake_server_url(paystack.server);
	c->fixture->config.public_url = "https://pay.example";
	return db_transact(&ctx, set_own, NULL) == ERR_OK ? 0 : -1;
}

static inline int
bitpal_teardown(void **state)
{
	int result = client_teardown(state);

	fake_server_stop(paystack.server);
	return result;
}

/* A user with a naira wallet. */
struct holder {
	struct person person;
	const char *number;
};

static inline struct holder
holder_new(struct client *c)
{
	struct holder holder = {person_new(c, client_text(c, "%s@example.com", fresh_reference(c))),
				NULL};
	struct ctx ctx = app_ctx(c->app, c->keep);
	struct user_wallet wallet;
	const char *id = client_value(c, "SELECT user_id FROM cowry.users WHERE public_id = '%s'",
				      holder.person.id);

	assert_int_equal(user_wallet(&ctx, atoll(id), currency_find("NGN"), &wallet), ERR_OK);
	holder.number = wallet.number;
	return holder;
}

static inline struct answer
get(struct client *c, const struct holder *who, const char *path)
{
	return client_call(c, "GET", client_text(c, WALLET "/%s", path), who->person.access, NULL);
}

static inline const char *
balance(struct client *c, const struct holder *who)
{
	struct answer a = get(c, who, "balance");

	expect_status(&a, 200);
	return answer_at(&a, "data.balance");
}

static inline struct answer
deposit(struct client *c, const struct holder *who, const char *amount)
{
	return client_call(c, "POST", WALLET "/deposit", who->person.access,
			   client_json(c, "{'amount':%s}", amount));
}

/* A started one; its reference. */
static inline const char *
deposited(struct client *c, const struct holder *who, const char *amount)
{
	struct answer a = deposit(c, who, amount);

	expect_status(&a, 200);
	return answer_at(&a, "data.reference");
}

static inline const char *
status_of(struct client *c, const struct holder *who, const char *reference)
{
	struct answer a = get(c, who, client_text(c, "deposit/%s/status", reference));

	expect_status(&a, 200);
	expect_text(&a, "message", "Transaction status retrieved");
	expect_text(&a, "data.reference", reference);
	return answer_at(&a, "data.status");
}

/* The reference at Paystack: its alphabet has no "_". */
static inline const char *
dashed(struct client *c, const char *reference)
{
	char *text = arena_strdup(c->scratch, reference);

	for (char *p = text; *p != '\0'; p++)
		if (*p == '_')
			*p = '-';
	return text;
}

static inline struct ask
webhook_ask(struct client *c, const char *event, const char *reference, const char *kobo,
	    const char *currency)
{
	struct ask ask = {.method = "POST", .target = WALLET "/paystack/webhook"};
	unsigned char digest[SHA512_SIZE];

	ask.body = client_json(c,
			       "{'event':'%s','data':{'id':%s,'status':'%s','reference':'%s',"
			       "'amount':%s,'currency':'%s'}}",
			       event, kobo, strstr(event, "failed") != NULL ? "failed" : "success",
			       dashed(c, reference), kobo, currency);
	hmac_sha512((struct bytes){OWN_KEY, strlen(OWN_KEY)}, ask.body, strlen(ask.body), digest);
	ask.headers[HEADER_PAYSTACK_SIGNATURE] = hex_encode(c->scratch, digest, sizeof(digest));
	return ask;
}

static inline struct answer
webhook(struct client *c, const char *event, const char *reference, const char *kobo)
{
	struct ask ask = webhook_ask(c, event, reference, kobo, "NGN");

	return client_send(c, &ask);
}

/* A user with an amount in their wallet: naira, and the same in kobo. */
static inline struct holder
rich(struct client *c, const char *naira, const char *kobo)
{
	struct holder who = holder_new(c);
	struct answer a = webhook(c, "charge.success", deposited(c, &who, naira), kobo);

	expect_status(&a, 200);
	assert_string_equal(balance(c, &who), naira);
	return who;
}

#endif
