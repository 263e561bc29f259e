/* outside_scene.h - requests that call a server outside, which is one of the test, and the orders
 * that arrive there. */
#ifndef TESTS_SUPPORT_OUTSIDE_SCENE_H
#define TESTS_SUPPORT_OUTSIDE_SCENE_H

#include <stdio.h>
#include <string.h>

#include "tests/support/drop_payer.h"
#include "tests/support/easypay_client.h"
#include "tests/support/fake_vendor.h"

enum { IDENTITY_MAX = 64 };

/* One of each in a program. */
static struct bank bank;
static struct easypay_client easypay;
static struct fake_vendor vendor;
static struct tenant acme;

/* For cmocka_run_group_tests. */
static inline int
outside_setup(void **state)
{
	struct client *c;

	if (tenants_setup(state, &acme, NULL) != 0)
		return -1;
	c = *state;
	drop_payer_bank_open(c, &bank);
	c->fixture->config.outside_timeout_ms = 20000;
	easypay_client_open(c, &easypay);
	fake_vendor_open(c, &vendor);
	return 0;
}

static inline int
outside_teardown(void **state)
{
	int result = client_teardown(state);

	bank_close_down(&bank);
	easypay_client_close(&easypay);
	fake_vendor_close(&vendor);
	return result;
}

/* Before each test: all servers behave normally. */
static inline int
outside_begin(void **state)
{
	drop_payer_bank_behave(&bank);
	easypay.script = (struct easypay_client_script){0};
	vendor.script = (struct fake_vendor_script){0};
	return client_begin(state);
}

#define outside_test(function) cmocka_unit_test_setup(function, outside_begin)

static inline struct ask
post(const char *target, const char *credential, const char *body)
{
	return (struct ask){
		.method = "POST", .target = target, .credential = credential, .body = body};
}

static inline struct ask
remittance(struct client *c)
{
	struct person who = drop_payer_new(c, 500000);

	return post("/api/transactions/remittance", who.access,
		    client_json(c, "{'recipientId':'%s','amount':1000}",
				recipient_new(c, &who, "RSD")));
}

static inline struct ask
qr_payment(struct client *c)
{
	struct person who = drop_payer_new(c, 500000);

	return post("/api/transactions/qr-payment", who.access,
		    client_json(c, "{'merchantId':'%s','amount':129}",
				merchant_new(c, fresh_reference(c))));
}

#define DESTINATION "'account_number':'0123456789','bank_code':'058'"

static inline struct ask
debit(struct client *c)
{
	return post("/v1/wallets/debit", acme.test_key,
		    client_json(c,
				"{'walletId':'%s','amount':'40','currency':'NGN','reference':'%s',"
				"'provider':'paystack','providerPayload':{" DESTINATION "}}",
				wallet_with(c, acme.test_key, "NGN", "100"), fresh_reference(c)));
}

static inline struct ask
credit(struct client *c)
{
	return post("/v1/wallets/credit", acme.test_key,
		    client_json(c,
				"{'walletId':'%s','amount':'40','currency':'NGN','reference':'%s',"
				"'provider':'paystack','providerPayload':"
				"{'email':'ada@example.com'}}",
				wallet_new(c, acme.test_key, "NGN"), fresh_reference(c)));
}

static inline struct ask
booked_withdrawal(struct client *c)
{
	return post("/wallet-providers/actions", acme.test_key,
		    client_json(c,
				"{'provider':'paystack','action':'withdraw','payload':"
				"{'walletId':'%s','amount':'40'," DESTINATION "}}",
				wallet_with(c, acme.test_key, "NGN", "100")));
}

static inline struct ask
unbooked_withdrawal(struct client *c)
{
	return post("/wallet-providers/actions", acme.test_key,
		    client_json(c, "{'provider':'paystack','action':'withdraw','payload':"
				   "{'amount':'40'," DESTINATION "}}"));
}

static inline struct ask
naira_deposit(struct client *c)
{
	struct person who = person_new(c, client_text(c, "%s@example.com", fresh_reference(c)));

	return post("/api/v1/wallet/deposit", who.access, client_json(c, "{'amount':5000}"));
}

static inline struct ask
purchase(struct client *c)
{
	struct buyer buyer = buyer_new(c, "100");

	return ask_to_buy(c, &buyer, "flash", AIRTIME, "29", MOBILE, fresh_reference(c));
}

/* Where an order sent outside has its name: the path, and the position. */
struct party {
	struct fake_server *(*server)(void);
	const char *path;
	const char *name; /* what the name of an order follows, or begins with */
	bool by_header;
};

static inline struct fake_server *
bank_server(void)
{
	return bank.server;
}

/* The bank has the name of a payment in a header. */
static const struct party bank_party = {bank_server, "/v1/payments/", "X-Request-ID: ", true};

/* The outside name of a request; "" if it has no order. */
static inline void
identify(const struct party *party, const struct fake_server_request *request,
	 char out[IDENTITY_MAX])
{
	const char *text = party->by_header ? request->head : request->body;
	const char *at = strcmp(request->method, "POST") == 0 ? strstr(text, party->name) : NULL;
	size_t length = strlen(party->path);

	out[0] = '\0';
	if (at == NULL || strncmp(request->target, party->path, length) != 0 ||
	    strstr(request->target, "transferrecipient") != NULL)
		return;
	if (party->by_header || party->name[0] == '"')
		at += strlen(party->name);
	(void)snprintf(out, IDENTITY_MAX, "%.*s", (int)strcspn(at, "\"\r,}"), at);
}

/* Orders since a request, and whether all have one name. */
static inline size_t
orders(const struct party *party, size_t since, bool *one)
{
	struct fake_server *server = party->server();
	char first[IDENTITY_MAX] = "";
	char name[IDENTITY_MAX];
	size_t count = 0;

	*one = true;
	for (size_t i = since; i < fake_server_count(server); i++) {
		identify(party, fake_server_request(server, i), name);
		if (name[0] == '\0')
			continue;
		if (count++ == 0)
			(void)snprintf(first, sizeof first, "%s", name);
		*one = *one && strcmp(first, name) == 0;
	}
	return count;
}

#endif
