/*
 * easypay_client.h - fakes of the four providers: an HTTP server of the test itself, which answers
 * like them by default, and the webhooks that they would send.
 */
#ifndef TESTS_SUPPORT_EASYPAY_CLIENT_H
#define TESTS_SUPPORT_EASYPAY_CLIENT_H

#include "tests/support/fake_server.h"
#include "tests/support/money.h"

/* The secrets of the platform's own accounts, and of those that tests give projects. */
#define OWN_KEY     "sk_test_of_the_platform"
#define PROJECT_KEY "sk_test_of_the_project"

/* Behaviour of the next calls. All zero: normal. */
struct easypay_client_script {
	enum fake_server_manner manner;
	int status;       /* 0: 200 */
	const char *body; /* NULL: the default */
	/* The answer of a look-up; amount in the provider's own format. */
	const char *state;
	const char *amount;
	const char *currency;
	bool absent;
	/* Called while an order is in progress, with its reference, before the provider answers. */
	void (*meanwhile)(void *arg, const char *reference);
	/* Called before a look-up is answered. */
	void (*asked)(void *arg);
	void *arg;
};

struct easypay_client {
	struct fake_server *server;
	struct easypay_client_script script;
};

/* Start, with the platform's own accounts at all four, in the sandbox and for live money. */
void easypay_client_open(struct client *c, struct easypay_client *easypay);
void easypay_client_close(struct easypay_client *easypay);
/* The reference of the order of a payment, as the provider knows it. */
const char *easypay_client_reference(struct client *c, const char *reference);

/* A webhook as the provider would send it: the body, and its signature with a secret. */
struct easypay_client_webhook {
	const char *provider;
	const char *body;
	const char *signature;
};
/* outcome: "success", "failed" or "reversed"; amount in major units. */
struct easypay_client_webhook easypay_client_webhook(struct client *c, const char *provider,
						     bool withdrawal, const char *outcome,
						     const char *reference, const char *amount,
						     const char *currency, const char *secret);
/* One with any body. */
struct easypay_client_webhook easypay_client_sign(struct client *c, const char *provider,
						  const char *body, const char *secret);
struct ask easypay_client_ask(struct client *c, const struct easypay_client_webhook *webhook);
struct answer easypay_client_send(struct client *c, const struct easypay_client_webhook *webhook);

#endif
