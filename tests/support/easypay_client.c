#include "tests/support/cmocka.h"

#include "base/arena.h"
#include "tests/support/easypay_client.h"

#include <stdio.h>
#include <string.h>

#include "app/payment/provider_config.h"
#include "crypto/hmac.h"
#include "runtime/app.h"

/* What each path answers; @ is the reference of the order, ' is ". */
static const struct {
	const char *path;
	const char *body;
	bool order; /* it is one that moves money */
} usual[] = {
	{"/paystack/transaction/initialize",
	 "{'status':true,'message':'ok','data':{'authorization_url':'https://pay.test/x',"
	 "'access_code':'abc','reference':'@'}}",
	 true},
	{"/paystack/transferrecipient",
	 "{'status':true,'message':'ok','data':{'recipient_code':'RCP_1'}}", false},
	{"/paystack/transfer",
	 "{'status':true,'message':'ok','data':{'transfer_code':'TRF_1','status':'pending',"
	 "'reference':'@'}}",
	 true},
	{"/paystack/customer/", "{'status':true,'message':'ok','data':{'customer_code':'CUS_1'}}",
	 false},
	{"/paystack/customer", "{'status':true,'message':'ok','data':{'customer_code':'CUS_1'}}",
	 false},
	{"/flutterwave/v3/charges",
	 "{'status':'success','message':'ok','data':{'id':7,'tx_ref':'@','status':'pending'},"
	 "'meta':{'authorization':{'mode':'redirect','redirect':'https://pay.test/f'}}}",
	 true},
	{"/flutterwave/v3/transfers",
	 "{'status':'success','message':'ok','data':{'id':8,'reference':'@','status':'NEW'}}",
	 true},
	{"/flutterwave/v3/virtual-account-numbers",
	 "{'status':'success','message':'ok','data':{'order_ref':'URF_1'}}", false},
	{"/paga/wallet/fund",
	 "{'responseCode':0,'message':'ok','data':{'transactionId':'9','referenceNumber':'@',"
	 "'status':'PENDING','paymentUrl':'https://pay.test/p'}}",
	 true},
	{"/paga/wallet/withdraw",
	 "{'responseCode':0,'message':'ok','data':{'transactionId':'10','referenceNumber':'@',"
	 "'status':'PENDING'}}",
	 true},
	{"/paga/wallet/", "{'responseCode':0,'message':'ok','data':{'walletId':'PW1'}}", false},
	{"/fingra/wallets/deposit",
	 "{'status':true,'message':'ok','data':{'id':'11','reference':'@','status':'pending',"
	 "'checkout_url':'https://pay.test/g'}}",
	 true},
	{"/fingra/wallets/withdraw",
	 "{'status':true,'message':'ok','data':{'id':'12','reference':'@','status':'pending'}}",
	 true},
	{"/fingra/wallets", "{'status':true,'message':'ok','data':{'id':'FW1'}}", false},
};

static const char *const provider_names[] = {"paystack", "flutterwave", "paga", "fingra"};

enum { BODY_MAX_HERE = 1024, REFERENCE_MAX = 64 };

/* Threads of the server answer from these, one after another. */
static _Thread_local char reply_body[BODY_MAX_HERE];

static void
as_json(char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '\'')
			*text = '"';
}

/* Our reference begins in one way, wherever it stands. */
static bool
find_reference(const struct fake_server_request *request, char out[REFERENCE_MAX])
{
	const char *in = strstr(request->body, "cw-");

	if (in == NULL)
		in = strstr(request->target, "cw-");
	if (in != NULL)
		(void)snprintf(out, REFERENCE_MAX, "%.*s",
			       (int)strspn(in, "abcdefghijklmnopqrstuvwxyz0123456789-"), in);
	return in != NULL;
}

static void
write_look_up(const struct easypay_client_script *script, const char *reference)
{
	if (script->absent)
		(void)snprintf(reply_body, sizeof reply_body,
			       "{'status':false,'message':'Transaction reference not found'}");
	else
		(void)snprintf(reply_body, sizeof reply_body,
			       "{'status':true,'message':'ok','data':{'id':1,'status':'%s',"
			       "'reference':'%s','amount':%s,'currency':'%s'}}",
			       script->state != NULL ? script->state : "pending", reference,
			       script->amount != NULL ? script->amount : "0",
			       script->currency != NULL ? script->currency : "NGN");
	as_json(reply_body);
}

static void
write_usual(const char *body, const char *reference)
{
	size_t length = strcspn(body, "@");

	(void)snprintf(reply_body, sizeof reply_body, "%.*s%s%s", (int)length, body,
		       body[length] == '@' ? reference : "",
		       body[length] == '@' ? body + length + 1 : "");
	as_json(reply_body);
}

static struct fake_server_reply
answer_order(const struct easypay_client_script *script, const char *reference)
{
	if (script->meanwhile != NULL)
		script->meanwhile(script->arg, reference);
	return (struct fake_server_reply){
		.manner = script->manner,
		.status = script->status != 0 ? script->status : 200,
		.body = script->body != NULL ? script->body : reply_body,
	};
}

static struct fake_server_reply
answer(void *arg, size_t n, const struct fake_server_request *request)
{
	const struct easypay_client *easypay = arg;
	char reference[REFERENCE_MAX] = "";
	size_t i = 0;

	(void)n;
	(void)find_reference(request, reference);
	if (strstr(request->target, "/verify/") != NULL ||
	    strstr(request->target, "/transactions/") != NULL) {
		if (easypay->script.asked != NULL)
			easypay->script.asked(easypay->script.arg);
		write_look_up(&easypay->script, reference);
		return (struct fake_server_reply){.manner = easypay->script.manner,
						  .status = easypay->script.absent ? 404 : 200,
						  .body = reply_body};
	}
	while (i < COUNT(usual) &&
	       strncmp(request->target, usual[i].path, strlen(usual[i].path)) != 0)
		i++;
	if (i == COUNT(usual))
		return (struct fake_server_reply){.status = 404, .body = "{\"status\":false}"};
	write_usual(usual[i].body, reference);
	if (usual[i].order || easypay->script.body != NULL)
		return answer_order(&easypay->script, reference);
	return (struct fake_server_reply){.status = 200, .body = reply_body};
}

static enum err
set_own(struct ctx *ctx, void *arg)
{
	const struct provider_config in = {.type = *(const char *const *)arg,
					   .config = {"{\"apiKey\":\"" OWN_KEY "\"}"},
					   .is_active = true};
	struct provider_config out;

	return provider_config_set(ctx, (struct uuid){{0}}, &in, &out);
}

void
easypay_client_open(struct client *c, struct easypay_client *easypay)
{
	struct config *config = &c->fixture->config;
	struct ctx ctx = {.app = c->app, .database = &c->app->database, .arena = c->keep};

	*easypay = (struct easypay_client){.server = fake_server_start(answer, easypay)};
	assert_non_null(easypay->server);
	config->sandbox_url = fake_server_url(easypay->server);
	config->paystack_url =
		arena_printf(c->keep, "%s/paystack", fake_server_url(easypay->server));
	config->flutterwave_url =
		arena_printf(c->keep, "%s/flutterwave", fake_server_url(easypay->server));
	config->paga_url = arena_printf(c->keep, "%s/paga", fake_server_url(easypay->server));
	config->fingra_url = arena_printf(c->keep, "%s/fingra", fake_server_url(easypay->server));
	for (size_t i = 0; i < COUNT(provider_names); i++) {
		const char *type = provider_names[i];

		assert_int_equal(db_transact(&ctx, set_own, &type), ERR_OK);
	}
}

void
easypay_client_close(struct easypay_client *easypay)
{
	fake_server_stop(easypay->server);
}

const char *
easypay_client_reference(struct client *c, const char *reference)
{
	return client_value(c,
			    "SELECT provider_reference FROM cowry.payment WHERE reference = '%s'"
			    " ORDER BY payment_id DESC LIMIT 1",
			    reference);
}

struct easypay_client_webhook
easypay_client_sign(struct client *c, const char *provider, const char *body, const char *secret)
{
	unsigned char digest[SHA512_SIZE];

	if (strcmp(provider, "flutterwave") == 0)
		return (struct easypay_client_webhook){provider, body, secret};
	hmac_sha512((struct bytes){secret, strlen(secret)}, body, strlen(body), digest);
	return (struct easypay_client_webhook){provider, body,
					       hex_encode(c->scratch, digest, sizeof digest)};
}

/* Paystack counts in hundredths. */
static const char *
hundredths(struct client *c, const char *amount)
{
	struct decimal value;
	struct money money;

	assert_int_equal(decimal_parse(&value, amount, strlen(amount)), MONEY_OK);
	assert_int_equal(money_from_decimal(&money, value, currency_find("NGN")), MONEY_OK);
	return client_text(c, "%lld", (long long)money.minor);
}

static const char *
body_of(struct client *c, const char *provider, bool withdrawal, const char *outcome,
	const char *reference, const char *amount, const char *currency)
{
	bool success = strcmp(outcome, "success") == 0;

	if (strcmp(provider, "paystack") == 0)
		return client_json(c,
				   "{'event':'%s.%s','data':{'id':1,'status':'%s',"
				   "'reference':'%s','amount':%s,'currency':'%s'}}",
				   withdrawal ? "transfer" : "charge", outcome, outcome, reference,
				   hundredths(c, amount), currency);
	if (strcmp(provider, "flutterwave") == 0)
		return client_json(
			c,
			"{'event':'%s.completed','data':{'id':7,'status':'%s',"
			"'%s':'%s','amount':%s,'currency':'%s'}}",
			withdrawal ? "transfer" : "charge", success ? "successful" : outcome,
			withdrawal ? "reference" : "tx_ref", reference, amount, currency);
	if (strcmp(provider, "paga") == 0)
		return client_json(c,
				   "{'event':'wallet.%s','data':{'transactionId':'9',"
				   "'status':'%s','referenceNumber':'%s','amount':%s,"
				   "'currency':'%s'}}",
				   withdrawal ? "withdraw" : "fund",
				   success ? "SUCCESSFUL" : "FAILED", reference, amount, currency);
	return client_json(c,
			   "{'event':'%s.%s','data':{'id':'11','status':'%s','reference':'%s',"
			   "'amount':'%s','currency':'%s'}}",
			   withdrawal ? "withdrawal" : "deposit", outcome, outcome, reference,
			   amount, currency);
}

struct easypay_client_webhook
easypay_client_webhook(struct client *c, const char *provider, bool withdrawal, const char *outcome,
		       const char *reference, const char *amount, const char *currency,
		       const char *secret)
{
	return easypay_client_sign(
		c, provider, body_of(c, provider, withdrawal, outcome, reference, amount, currency),
		secret);
}

struct ask
easypay_client_ask(struct client *c, const struct easypay_client_webhook *webhook)
{
	struct ask ask = {
		.method = "POST",
		.target = client_text(c, "/v1/webhooks/%s", webhook->provider),
		.body = webhook->body,
	};
	const char *header = provider_find(webhook->provider)->signature_header;

	for (int h = 0; h < HEADER_COUNT; h++)
		if (strcmp(header_name((enum request_header)h), header) == 0)
			ask.headers[h] = webhook->signature;
	return ask;
}

struct answer
easypay_client_send(struct client *c, const struct easypay_client_webhook *webhook)
{
	struct ask ask = easypay_client_ask(c, webhook);

	return client_send(c, &ask);
}
