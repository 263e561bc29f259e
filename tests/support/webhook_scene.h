/* webhook_scene.h - a tenant whose webhooks are delivered to a receiver of the test, and what that
 * receives. */
#ifndef TESTS_SUPPORT_WEBHOOK_SCENE_H
#define TESTS_SUPPORT_WEBHOOK_SCENE_H

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/arena.h"
#include "net/http.h"
#include "runtime/app.h"
#include "tests/support/webhook_receiver.h"
#include "json/reader.h"

/* One of each in a program. */
static struct tenant acme;
static struct receiver *receiver;

/* For cmocka_run_group_tests. */
static inline int
webhook_setup(void **state)
{
	static const struct http_options local = {
		.connect_timeout_ms = 1000,
		.total_timeout_ms = 1000,
		.answer_max = 262144,
		.at_once = 8,
		.plain = true,
	};
	static const struct http_options public = {
		.connect_timeout_ms = 1000,
		.total_timeout_ms = 1000,
		.answer_max = 262144,
		.at_once = 8,
		.public_only = true,
		.plain = true,
	};
	struct client *c;

	if (tenants_setup(state, &acme, NULL) != 0)
		return -1;
	c = *state;
	c->fixture->config.environment = "development";
	c->fixture->app.http_local = http_client_new(&local);
	c->fixture->app.http_public = http_client_new(&public);
	receiver = receiver_new();
	return c->app->http_local != NULL && c->app->http_public != NULL ? 0 : -1;
}

static inline int
webhook_teardown(void **state)
{
	struct client *c = *state;

	receiver_free(receiver);
	http_client_free(c->app->http_local);
	http_client_free(c->app->http_public);
	return client_teardown(state);
}

struct hook {
	const char *id;
	const char *path;
	const char *secret;
};

static inline struct hook
subscribe_to(struct client *c, const char *url, const char *types)
{
	const char *path = client_text(c, "/v1/projects/%s/webhooks", acme.project);
	struct answer a = client_call(
		c, "POST", path, acme.owner.access,
		client_json(c, "{'url':'%s','eventTypes':[%s],'mode':'test'}", url, types));
	struct hook hook;

	expect_status(&a, 201);
	hook.id = answer_at(&a, "data.id");
	hook.path = client_text(c, "%s/%s", path, hook.id);
	hook.secret = answer_at(&a, "data.secret");
	return hook;
}

static inline struct hook
subscribe(struct client *c, const char *types)
{
	return subscribe_to(c, client_text(c, "http://127.0.0.1:%d/hook", receiver_port(receiver)),
			    types);
}

static inline void
unsubscribe(struct client *c, const struct hook *hook)
{
	struct answer a = client_call(c, "DELETE", hook->path, acme.owner.access, NULL);

	expect_status(&a, 200);
	receiver_reset(receiver);
}

/* What stands in the body of a request. */
static inline const char *
told(struct client *c, size_t i, const char *path)
{
	struct received received = receiver_at(receiver, i);
	struct answer a = {.status = 200};
	struct fault fault = {0};

	assert_int_equal(json_read(c->scratch, &fault, received.body, received.length, &a.json),
			 ERR_OK);
	return answer_at(&a, path);
}

static inline const char *
delivery_state(struct client *c, const struct hook *hook, const char *what)
{
	return client_value(c,
			    "SELECT %s FROM cowry.webhook_delivery d JOIN"
			    " cowry.webhook_subscription s USING (subscription_id)"
			    " WHERE s.public_id = '%s' ORDER BY delivery_id LIMIT 1",
			    what, hook->id);
}

static inline const char *
digest_hex(struct client *c, const void *key, size_t key_length, const char *text)
{
	unsigned char digest[32];
	unsigned length = 0;

	assert_non_null(HMAC(EVP_sha256(), key, (int)key_length, (const unsigned char *)text,
			     strlen(text), digest, &length));
	return hex_encode(c->scratch, digest, length);
}

/* By other means than the product's: OpenSSL's own base64. */
static inline const char *
standard_signature(struct client *c, const char *secret, const char *message)
{
	unsigned char key[64];
	unsigned char digest[32];
	unsigned length = 0;
	char *text = arena_alloc(c->scratch, 64);

	assert_int_equal(strlen(secret), 6 + 44);
	assert_int_equal(EVP_DecodeBlock(key, (const unsigned char *)secret + 6, 44), 33);
	assert_non_null(HMAC(EVP_sha256(), key, 32, (const unsigned char *)message, strlen(message),
			     digest, &length));
	(void)EVP_EncodeBlock((unsigned char *)text, digest, 32);
	return client_text(c, "v1,%s", text);
}

#endif
