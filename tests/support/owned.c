#include "tests/support/cmocka.h"

#include "tests/support/owned.h"

#include <string.h>

#include "app/payment/provider_config.h"
#include "ledger/hold.h"
#include "runtime/app.h"
#include "tests/support/drop_payer.h"
#include "tests/support/moolah_voucher.h"
#include "tests/support/webhook_receiver.h"

static const char *
kept(struct client *c, const struct answer *a)
{
	return arena_strdup(c->keep, answer_at(a, "data.id"));
}

/* One that is not made. */
static void
make_statement(struct client *c, struct owned *o)
{
	struct answer a =
		client_call(c, "POST", client_text(c, "/v1/wallets/%s/statements", o->wallet),
			    o->owner->test_key, "{}");

	expect_status(&a, 202);
	o->statement = kept(c, &a);
}

/* A failed one, because nothing listens there. */
static void
make_payment(struct client *c, struct owned *o)
{
	struct answer a = client_call(
		c, "POST", client_text(c, "/v1/projects/%s/providers", o->owner->project),
		o->owner->owner.access,
		client_json(c, "{'type':'paystack','config':{'apiKey':'sk_test_xxx'}}"));

	expect_status(&a, 201);
	c->fixture->config.sandbox_url = "http://127.0.0.1:1";
	a = fund(c, "credit", o->owner->test_key, o->wallet, "1", "NGN", "access-1",
		 ",'provider':'paystack','providerPayload':{'email':'a@example.com'}");
	expect_refusal(&a, 502, "PROVIDER_UNAVAILABLE");
	a = client_call(c, "GET", "/v1/payments", o->owner->test_key, NULL);
	o->payment = arena_strdup(c->keep, answer_at(&a, "data.0.id"));
}

/* One pending payment, which can be cancelled. */
static void
make_voucher(struct client *c, struct owned *o)
{
	struct answer a;

	give(c, &o->owner->owner, 5000);
	a = issue_easypay(c, &o->owner->owner, "50");
	o->voucher = kept(c, &a);
	o->code = arena_strdup(c->keep, answer_at(&a, "data.easypay_code"));
}

/* A failed payment from a bank account, because nothing listens at the bank. */
static void
make_drop_payment(struct client *c, struct owned *o)
{
	struct config *config = &c->fixture->config;
	const char *bank_url = config->bank_url;
	struct answer a;

	o->bank_account =
		arena_strdup(c->keep, drop_payer_account(c, &o->owner->owner, 5000000, true));
	client_sql(c, "UPDATE cowry.users SET kyc_status = 'verified' WHERE public_id = '%s'",
		   o->owner->owner.id);
	o->recipient = arena_strdup(c->keep, recipient_new(c, &o->owner->owner, "RSD"));
	config->bank_url = "http://127.0.0.1:1";
	config->clearing_account = "86011117947";
	a = client_call(c, "POST", "/api/transactions/remittance", o->owner->owner.access,
			client_json(c, "{'recipientId':'%s','amount':1000}", o->recipient));
	expect_refusal(&a, 503, "service_unavailable");
	config->bank_url = bank_url;
	a = client_call(c, "GET", "/api/transactions", o->owner->owner.access, NULL);
	o->drop_payment = arena_strdup(c->keep, answer_at(&a, "data.0.id"));
}

static enum err
set_own(struct ctx *ctx, void *type)
{
	const struct provider_config in = {.type = type,
					   .config = {"{\"apiKey\":\"key-of-the-platform\"}"},
					   .is_active = true};
	struct provider_config out;

	return provider_config_set(ctx, (struct uuid){{0}}, &in, &out);
}

/* Failed ones, because nothing listens at the platform's own providers. */
static void
make_deposit(struct client *c, struct owned *o)
{
	static char type[] = "paystack";
	struct ctx ctx = app_ctx(c->app, c->keep);
	struct answer a;

	assert_int_equal(db_transact(&ctx, set_own, type), ERR_OK);
	c->fixture->config.paystack_url = "http://127.0.0.1:1";
	a = client_call(c, "POST", "/api/v1/wallet/deposit", o->owner->owner.access,
			"{\"amount\":100}");
	expect_status(&a, 502);
	o->deposit = arena_strdup(
		c->keep, client_value(c, "SELECT reference FROM cowry.payment ORDER BY payment_id"
					 " DESC LIMIT 1"));
}

static void
make_purchase(struct client *c, struct owned *o)
{
	static char type[] = "flash";
	struct ctx ctx = app_ctx(c->app, c->keep);
	struct answer a;

	assert_int_equal(db_transact(&ctx, set_own, type), ERR_OK);
	c->fixture->config.flash_url = "http://127.0.0.1:1";
	give(c, &o->owner->owner, 5000);
	a = client_call(c, "POST", "/api/v1/flash/process", o->owner->owner.access,
			client_json(c, "{'productCode':'FLASH-VODACOM-AIRTIME','amount':10,"
				       "'recipient':'+27821234567','reference':'access-2'}"));
	expect_status(&a, 502);
	a = client_call(c, "GET", "/api/v1/purchases", o->owner->owner.access, NULL);
	o->purchase = arena_strdup(c->keep, answer_at(&a, "data.purchases.0.transactionId"));
}

static void
make_card(struct client *c, struct owned *o)
{
	struct config *config = &c->fixture->config;
	struct answer a;

	config->drop_cards = config->drop_physical_cards = true;
	config->drop_card_pin = config->drop_spending_limits = true;
	a = client_call(c, "POST", "/api/cards", o->owner->owner.access, "{}");
	expect_status(&a, 201);
	o->card = kept(c, &a);
}

void
owned_make(struct client *c, const struct tenant *owner, struct owned *o)
{
	const char *from = wallet_with(c, owner->test_key, "NGN", "100");
	struct answer a;

	o->owner = owner;
	o->wallet = wallet_with(c, owner->test_key, "NGN", "100");
	a = hold(c, owner->test_key, o->wallet, "10", fresh_reference(c), "");
	o->hold = kept(c, &a);
	a = transfer(c, owner->test_key, from, o->wallet, "10", fresh_reference(c), "");
	o->transaction = kept(c, &a);
	a = client_call(c, "POST", "/v1/fee-schedules", owner->test_key,
			client_json(c, "{'type':'transfer','currency':'USD','bearer':'payer',"
				       "'tiers':[{'flat':'1'}]}"));
	o->fee_schedule = kept(c, &a);
	a = client_call(c, "POST", client_text(c, "/v1/projects/%s/api-keys", owner->project),
			owner->owner.access, "{}");
	o->project_key = kept(c, &a);
	a = client_call(c, "POST", "/v1/api-key", owner->owner.access, "{}");
	o->user_key = kept(c, &a);
	a = client_call(c, "POST", client_text(c, "/v1/projects/%s/accounts", owner->project),
			owner->owner.access, client_json(c, "{'name':'Ada'}"));
	o->customer = kept(c, &a);
	a = client_call(c, "GET", "/api/v1/keys/list", owner->owner.access, NULL);
	o->wallet_key = arena_strdup(c->keep, answer_at(&a, "data.keys.0.id"));
	make_statement(c, o);
	make_payment(c, o);
	make_voucher(c, o);
	make_drop_payment(c, o);
	make_deposit(c, o);
	make_purchase(c, o);
	make_card(c, o);
	(void)person_sign_in(c, owner->owner.email, PASSWORD);
	a = client_call(c, "GET", "/v1/auth/sessions", owner->owner.access, NULL);
	o->session = arena_strdup(c->keep, answer_at(&a, "data.0.id"));
	a = client_call(c, "POST", client_text(c, "/v1/projects/%s/webhooks", owner->project),
			owner->owner.access,
			client_json(c, "{'url':'https://hooks.example.com/','mode':'test',"
				       "'eventTypes':['wallet.created']}"));
	o->webhook = kept(c, &a);
	(void)wallet_new(c, owner->test_key, "NGN");
	stream_all(c);
	o->delivery = arena_strdup(c->keep,
				   client_value(c, "SELECT public_id FROM cowry.webhook_delivery"));
	o->event = arena_strdup(c->keep,
				client_value(c, "SELECT 'evt_' || public_id FROM cowry.event"));
}

/* The value of a parameter of a path: by the parameter, or by the beginning of the path. */
static const struct place {
	const char *path; /* its beginning; NULL: any */
	const char *name; /* the beginning of the parameter; NULL: any */
	size_t member;    /* of struct owned */
} places[] = {
	{NULL, "{deliveryId}", offsetof(struct owned, delivery)},
	{NULL, "{statementId}", offsetof(struct owned, statement)},
	{"/v1/wallets/", NULL, offsetof(struct owned, wallet)},
	{"/v1/holds/", NULL, offsetof(struct owned, hold)},
	{"/v1/events/", NULL, offsetof(struct owned, event)},
	{"/v1/fee-schedules/", NULL, offsetof(struct owned, fee_schedule)},
	{"/v1/payments/", NULL, offsetof(struct owned, payment)},
	{"/v1/transactions/", NULL, offsetof(struct owned, transaction)},
	{"/v1/api-key/", NULL, offsetof(struct owned, user_key)},
	{"/v1/auth/sessions/", NULL, offsetof(struct owned, session)},
	{"/v1/projects/{projectId}/webhooks/", NULL, offsetof(struct owned, webhook)},
	{"/v1/projects/{projectId}/api-keys/", NULL, offsetof(struct owned, project_key)},
	{"/v1/projects/{projectId}/accounts/", NULL, offsetof(struct owned, customer)},
	{"/api/v1/keys/", NULL, offsetof(struct owned, wallet_key)},
	{"/api/v1/vouchers/", "{code", offsetof(struct owned, code)},
	{"/api/v1/vouchers/", NULL, offsetof(struct owned, voucher)},
	{"/api/recipients/", NULL, offsetof(struct owned, recipient)},
	{"/api/transactions/", NULL, offsetof(struct owned, drop_payment)},
	{"/api/bank-accounts/", NULL, offsetof(struct owned, bank_account)},
	{"/api/v1/wallet/deposit/", NULL, offsetof(struct owned, deposit)},
	{"/api/v1/purchases/", NULL, offsetof(struct owned, purchase)},
	{"/api/cards/", NULL, offsetof(struct owned, card)},
};

/* Members of bodies and queries that name an object. */
static const struct {
	const char *name;
	size_t member;
	bool both_modes; /* it is the project's, in both modes */
} members[] = {
	{"walletId", offsetof(struct owned, wallet), false},
	{"objectId", offsetof(struct owned, wallet), false},
	{"fromWalletId", offsetof(struct owned, wallet), false},
	{"toWalletId", offsetof(struct owned, wallet), false},
	{"accountId", offsetof(struct owned, customer), true},
	{"recipientId", offsetof(struct owned, recipient), false},
	{"bankAccountId", offsetof(struct owned, bank_account), false},
	{"expired_key_id", offsetof(struct owned, wallet_key), false},
};

static const char *
value_at(const struct owned *owned, size_t member)
{
	const void *at;

	if (owned == NULL)
		return NOBODY;
	at = (const char *)owned + member;
	return *(const char *const *)at;
}

static const char *
value_of(const struct route *route, const char *name, const struct owned *owned)
{
	if (text_starts_with(name, "{currency"))
		return "RSD";
	if (owned == NULL)
		return NOBODY;
	if (text_starts_with(name, "{projectId}") ||
	    text_starts_with(route->path, "/v1/projects/{id}"))
		return owned->owner->project;
	if (text_starts_with(route->path, "/v1/users/"))
		return owned->owner->owner.id;
	for (size_t i = 0; i < COUNT(places); i++)
		if ((places[i].path == NULL || text_starts_with(route->path, places[i].path)) &&
		    (places[i].name == NULL || text_starts_with(name, places[i].name)))
			return value_at(owned, places[i].member);
	return NOBODY;
}

const char *
owned_path(struct client *c, const struct route *route, const struct owned *owned)
{
	const char *path = "";
	const char *p = route->path;

	while (*p != '\0') {
		size_t length = strcspn(p, "{");

		path = client_text(c, "%s%.*s", path, (int)length, p);
		p += length;
		if (*p == '\0')
			break;
		path = client_text(c, "%s%s", path, value_of(route, p, owned));
		p += strcspn(p, "}") + 1;
	}
	return path;
}

/* The text with the value of each member of the name replaced. */
static const char *
replaced(struct client *c, const char *text, const char *name, const char *value)
{
	const char *key = client_text(c, "\"%s\":\"", name);
	const char *out = "";
	const char *found;

	while ((found = strstr(text, key)) != NULL) {
		found += strlen(key);
		out = client_text(c, "%s%.*s%s", out, (int)(found - text), text, value);
		text = found + strcspn(found, "\"");
	}
	return client_text(c, "%s%s", out, text);
}

const char *
owned_body(struct client *c, const struct dialect *dialect, const struct route *route,
	   const struct owned *owned)
{
	const char *body;
	struct bytes text;
	struct jw w;

	if (route->in == NULL)
		return NULL;
	jw_init(&w, c->scratch, 256);
	schema_example(route->in, dialect->amounts, &w, NULL);
	assert_true(jw_finish(&w, &text));
	body = text.data;
	for (size_t i = 0; i < COUNT(members); i++)
		body = replaced(c, body, members[i].name, value_at(owned, members[i].member));
	return body;
}

const char *
owned_query(struct client *c, const struct route *route, const struct owned *owned)
{
	const char *query = "";

	for (size_t f = 0; route->query != NULL && f < route->query->count; f++)
		for (size_t i = 0; i < COUNT(members); i++)
			if (strcmp(route->query->fields[f].name, members[i].name) == 0)
				query = client_text(c, "%s%c%s=%s", query,
						    query[0] == '\0' ? '?' : '&', members[i].name,
						    value_at(owned, members[i].member));
	return query;
}

static bool
names_object(const struct schema *schema, bool within_project)
{
	for (size_t f = 0; schema != NULL && f < schema->count; f++) {
		if (names_object(schema->fields[f].sub, within_project))
			return true;
		for (size_t i = 0; i < COUNT(members); i++)
			if (strcmp(schema->fields[f].name, members[i].name) == 0 &&
			    !(within_project && members[i].both_modes))
				return true;
	}
	return false;
}

bool
owned_is_named(const struct route *route, bool within_project)
{
	return names_object(route->in, within_project) ||
	       names_object(route->query, within_project);
}
