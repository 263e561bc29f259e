#include "tests/support/cmocka.h"

#include "base/arena.h"
#include "tests/support/fake_vendor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/payment/provider_config.h"
#include "app/prepaid/purchase.h"
#include "app/wallet/user_wallet.h"
#include "runtime/app.h"

enum { BODY_BYTES = 512, PART_BYTES = 64 };

static _Thread_local char reply_body[BODY_BYTES];

/* What follows a name in a text, up to a comma or brace, without quotes. */
static const char *
part(const char *text, const char *name, char out[PART_BYTES])
{
	const char *at = strstr(text, name);

	out[0] = '\0';
	if (at != NULL) {
		at += strlen(name);
		at += *at == '"';
		(void)snprintf(out, PART_BYTES, "%.*s", (int)strcspn(at, ",}\""), at);
	}
	return out;
}

/* A sale as each of them tells of it. */
static void
tell(const struct fake_server_request *request, const char *reference, const char *state,
     const char *amount)
{
	char said[PART_BYTES + 32] = "";

	if (amount[0] != '\0')
		(void)snprintf(said, sizeof said, ",\"amount\":%s,\"currency\":\"ZAR\"", amount);
	if (strstr(request->target, "/v4/") != NULL)
		(void)snprintf(reply_body, sizeof reply_body,
			       "{\"responseCode\":0,\"message\":\"ok\",\"reference\":\"%s\","
			       "\"transactionId\":7,\"status\":\"%s\"%s,\"tokens\":[%s]}",
			       reference, state, said,
			       strcmp(state, "SUCCESSFUL") == 0 ? "\"" TOKEN "\"" : "");
	else
		(void)snprintf(reply_body, sizeof reply_body,
			       "{\"status\":%s,\"message\":\"ok\",\"data\":{\"%s\":\"%s\","
			       "\"status\":\"%s\"%s}}",
			       strstr(request->target, "/api/") != NULL ? "\"success\"" : "true",
			       strstr(request->target, "/api/") != NULL ? "requestId" : "reference",
			       reference, state, said);
}

static struct fake_server_reply
look_up_reply(const struct fake_vendor_script *script, const struct fake_server_request *request)
{
	if (script->found == NULL)
		return (struct fake_server_reply){
			.status = 404,
			.body = "{\"responseCode\":404,\"message\":\"Transaction not found\"}"};
	tell(request, strrchr(request->target, '/') + 1, script->found,
	     script->amount != NULL ? script->amount : "");
	return (struct fake_server_reply){.status = 200, .body = reply_body};
}

static struct fake_server_reply
answer(void *arg, size_t n, const struct fake_server_request *request)
{
	const struct fake_vendor_script *script = &((const struct fake_vendor *)arg)->script;
	char reference[PART_BYTES];
	char amount[PART_BYTES];

	(void)n;
	if (strcmp(request->method, "GET") == 0)
		return look_up_reply(script, request);
	(void)part(request->body,
		   strstr(request->target, "/api/") != NULL ? "\"requestId\":" : "\"reference\":",
		   reference);
	(void)part(request->body, "\"amount\":", amount);
	if (script->meanwhile != NULL)
		script->meanwhile(script->arg);
	tell(request, reference, script->state != NULL ? script->state : "SUCCESSFUL",
	     script->amount != NULL ? script->amount : amount);
	return (struct fake_server_reply){
		.manner = script->manner,
		.status = script->status != 0 ? script->status : 200,
		.body = script->body != NULL ? script->body : reply_body,
	};
}

static enum err
set_own(struct ctx *ctx, void *arg)
{
	const struct provider_config in = {
		.type = arg, .config = {"{\"apiKey\":\"" SHOP_KEY "\"}"}, .is_active = true};
	struct provider_config out;

	return provider_config_set(ctx, (struct uuid){{0}}, &in, &out);
}

void
fake_vendor_open(struct client *c, struct fake_vendor *vendor)
{
	static char names[][16] = {"flash", "mobilemart", "easypay"};
	struct config *config = &c->fixture->config;
	struct ctx ctx = {.app = c->app, .database = &c->app->database, .arena = c->keep};

	*vendor = (struct fake_vendor){.server = fake_server_start(answer, vendor)};
	assert_non_null(vendor->server);
	config->flash_url = fake_server_url(vendor->server);
	config->mobilemart_url = fake_server_url(vendor->server);
	config->easypay_url = fake_server_url(vendor->server);
	for (size_t i = 0; i < COUNT(names); i++)
		assert_int_equal(db_transact(&ctx, set_own, names[i]), ERR_OK);
}

void
fake_vendor_close(struct fake_vendor *vendor)
{
	fake_server_stop(vendor->server);
}

static struct ctx
ctx_of(struct client *c)
{
	return app_ctx(c->app, c->scratch);
}

struct buyer
buyer_new(struct client *c, const char *amount)
{
	static struct person admin;
	struct buyer buyer = {person_new(c, client_text(c, "%s@example.com", fresh_reference(c))),
			      NULL};
	struct ctx ctx = ctx_of(c);
	struct user_wallet wallet;
	char id[UUID_TEXT_MAX];
	struct answer a;

	if (admin.id == NULL)
		admin = person_admin(c, "till@example.com");
	assert_int_equal(user_wallet(&ctx,
				     atoll(client_value(c,
							"SELECT user_id FROM cowry.users"
							" WHERE public_id = '%s'",
							buyer.person.id)),
				     currency_find("ZAR"), &wallet),
			 ERR_OK);
	buyer.wallet = arena_strdup(c->scratch, uuid_text(id, wallet.id));
	a = client_call(c, "POST", "/v1/admin/wallets/credit", admin.access,
			client_json(c,
				    "{'walletId':'%s','amount':'%s','currency':'ZAR',"
				    "'reference':'%s','reason':'test'}",
				    buyer.wallet, amount, fresh_reference(c)));
	expect_status(&a, 201);
	return buyer;
}

const char *
buyer_money(struct client *c, const struct buyer *buyer)
{
	return client_value(c,
			    "SELECT balance || ' ' || held FROM cowry.account"
			    " WHERE public_id = '%s'",
			    buyer->wallet);
}

struct ask
ask_to_buy(struct client *c, const struct buyer *buyer, const char *at, const char *product,
	   const char *amount, const char *recipient, const char *reference)
{
	return (struct ask){
		.method = "POST",
		.target = client_text(c, "/api/v1/%s/process", at),
		.credential = buyer->person.access,
		.body = client_json(c,
				    "{'productCode':'%s','amount':%s,'recipient':'%s',"
				    "'reference':'%s'}",
				    product, amount, recipient, reference),
	};
}

struct answer
buy(struct client *c, const struct buyer *buyer, const char *at, const char *product,
    const char *amount, const char *recipient, const char *reference)
{
	struct ask ask = ask_to_buy(c, buyer, at, product, amount, recipient, reference);

	return client_send(c, &ask);
}

struct answer
buy_airtime(struct client *c, const struct buyer *buyer, const char *amount, const char *reference)
{
	return buy(c, buyer, "flash", AIRTIME, amount, MOBILE, reference);
}

struct answer
pay_bill(struct client *c, const struct buyer *buyer, const char *number, const char *amount,
	 const char *reference)
{
	return client_call(c, "POST", "/billpayment/v1/easypay/process", buyer->person.access,
			   client_json(c, "{'easypayNumber':'%s','amount':%s,'reference':'%s'}",
				       number, amount, reference));
}

struct answer
buyer_get(struct client *c, const struct buyer *buyer, const char *path)
{
	return client_call(c, "GET", client_text(c, "/api/v1/%s", path), buyer->person.access,
			   NULL);
}

struct uuid
purchase_id(struct client *c, const char *reference)
{
	struct uuid id;

	assert_true(uuid_parse(&id, client_value(c,
						 "SELECT public_id FROM cowry.purchase"
						 " WHERE reference = '%s'"
						 " ORDER BY purchase_id DESC LIMIT 1",
						 reference)));
	return id;
}

const char *
purchase_status(struct client *c, const char *reference)
{
	return client_value(c,
			    "SELECT status FROM cowry.purchase WHERE reference = '%s'"
			    " ORDER BY purchase_id DESC LIMIT 1",
			    reference);
}

bool
purchase_settled(struct client *c, const char *reference)
{
	struct ctx ctx = ctx_of(c);
	bool settled;

	assert_int_equal(purchase_look_up(&ctx, purchase_id(c, reference), &settled), ERR_OK);
	return settled;
}
