#include "tests/support/cmocka.h"

#include "tests/support/fake_bank.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct bank *latest; /* whom bank_link_new() asks */

enum { BODIES = 32, BODY_SIZE = 1024 };

/* Answers are kept until as many more were given. */
static char bodies[BODIES][BODY_SIZE];
static size_t body_next;

static char *
new_body(void)
{
	return bodies[body_next++ % BODIES];
}

static struct fake_server_reply
say(int status, const char *body)
{
	return (struct fake_server_reply){.status = status, .body = body};
}

static bool
is_about(const struct fake_server_request *request, const char *method, const char *path)
{
	return strcmp(request->method, method) == 0 &&
	       strncmp(request->target, path, strlen(path)) == 0;
}

static void
find_request_id(const struct fake_server_request *request, char out[40])
{
	const char *at = strstr(request->head, "X-Request-ID: ");

	assert_non_null(at);
	(void)snprintf(out, 40, "%.36s", at + strlen("X-Request-ID: "));
}

/* The number of the payment that the request is for, from 0. */
static size_t
payment_of(struct bank *bank, const struct fake_server_request *request)
{
	char id[40];
	size_t i = 0;

	find_request_id(request, id);
	while (i < bank->payments && strcmp(bank->requests[i], id) != 0)
		i++;
	if (i == bank->payments && i < BANK_REQUESTS_MAX)
		(void)snprintf(bank->requests[bank->payments++], sizeof bank->requests[i], "%s",
			       id);
	return i;
}

static struct fake_server_reply
initiated(struct bank *bank, const struct fake_server_request *request)
{
	char *body = new_body();

	(void)snprintf(body, BODY_SIZE,
		       "{\"transactionStatus\":\"%s\",\"paymentId\":\"p-%zu\",\"_links\":{}}",
		       bank->script.initial, payment_of(bank, request));
	return say(201, body);
}

static struct fake_server_reply
consented(void)
{
	static int number;
	char *body = new_body();

	number++;
	(void)snprintf(body, BODY_SIZE,
		       "{\"consentStatus\":\"received\",\"consentId\":\"consent/%d\",\"_links\":"
		       "{\"scaRedirect\":{\"href\":\"https://bank.example/authorize?id=%d\"}}}",
		       number, number);
	return say(201, body);
}

static struct fake_server_reply
accounts(const struct bank *bank)
{
	static const char form[] =
		"{\"resourceId\":\"%s\",\"iban\":\"%s\",\"currency\":\"NOK\",\"name\":\"%s\""
		"%s%s%s}";
	const char *open = bank->script.bare
				   ? ""
				   : ",\"balances\":[{\"balanceType\":\"interimAvailable\","
				     "\"balanceAmount\":{\"currency\":\"NOK\",\"amount\":\"";
	const char *end = bank->script.bare ? "" : "\"}}]";
	char first[BODY_SIZE / 3];
	char second[BODY_SIZE / 3];
	char *body = new_body();

	(void)snprintf(first, sizeof first, form, "r-1", BANK_IBAN, "Brukskonto", open,
		       bank->script.bare ? "" : bank->script.balance, end);
	(void)snprintf(second, sizeof second, form, "r-2", "NO1490000000026", "Sparekonto", open,
		       bank->script.bare ? "" : "120000.00", end);
	(void)snprintf(body, BODY_SIZE, "{\"accounts\":[%s,%s]}", first, second);
	return say(200, body);
}

static struct fake_server_reply
usual(struct bank *bank, const struct fake_server_request *request)
{
	char *body = new_body();

	if (is_about(request, "POST", "/v1/consents"))
		return consented();
	if (is_about(request, "DELETE", "/v1/consents/"))
		return say(204, NULL);
	if (is_about(request, "POST", "/v1/payments/"))
		return initiated(bank, request);
	if (is_about(request, "GET", "/v1/accounts?"))
		return accounts(bank);
	if (is_about(request, "GET", "/v1/consents/"))
		(void)snprintf(body, BODY_SIZE, "{\"consentStatus\":\"%s\"}", bank->script.consent);
	else if (is_about(request, "GET", "/v1/payments/"))
		(void)snprintf(body, BODY_SIZE, "{\"transactionStatus\":\"%s\"}",
			       bank->script.payment);
	else
		(void)snprintf(body, BODY_SIZE,
			       "{\"balances\":[{\"balanceType\":\"closingBooked\","
			       "\"balanceAmount\":{\"currency\":\"NOK\",\"amount\":\"%s\"}}]}",
			       bank->script.balance);
	return say(200, body);
}

static struct fake_server_reply
answer(void *arg, size_t n, const struct fake_server_request *request)
{
	struct bank *bank = arg;
	struct bank_script *script = &bank->script;
	struct fake_server_reply reply;

	(void)n;
	(void)pthread_mutex_lock(&mutex);
	if (script->times > 0 && is_about(request, script->method, script->path)) {
		script->times--;
		if (script->done)
			(void)payment_of(bank, request);
		reply = (struct fake_server_reply){
			.manner = script->manner, .status = script->status, .body = script->body};
	} else {
		reply = usual(bank, request);
	}
	(void)pthread_mutex_unlock(&mutex);
	return reply;
}

void
bank_open(struct client *c, struct bank *bank)
{
	*bank = (struct bank){.server = fake_server_start(answer, bank)};
	assert_non_null(bank->server);
	bank_behave(bank);
	latest = bank;
	c->fixture->config.bank_url = fake_server_url(bank->server);
}

void
bank_close_down(struct bank *bank)
{
	fake_server_stop(bank->server);
}

void
bank_behave(struct bank *bank)
{
	bank->script = (struct bank_script){
		.consent = "valid", .balance = "45230.00", .payment = "ACSC", .initial = "ACSP"};
}

void
bank_fail(struct bank *bank, const char *method, const char *path, enum fake_server_manner manner,
	  int status, const char *body)
{
	bank->script.method = method;
	bank->script.path = path;
	bank->script.times = 1;
	bank->script.manner = manner;
	bank->script.status = status;
	bank->script.body = body;
}

const char *
bank_error(struct client *c, const char *code, const char *text)
{
	return client_json(c, "{'tppMessages':[{'category':'ERROR','code':'%s','text':'%s'}]}",
			   code, text);
}

static bool
begins(struct bank *bank, size_t n, const char *line)
{
	const struct fake_server_request *request = fake_server_request(bank->server, n);
	size_t method = strlen(request->method);

	return text_starts_with(line, request->method) && line[method] == ' ' &&
	       text_starts_with(request->target, line + method + 1);
}

size_t
bank_count(struct bank *bank, const char *line)
{
	size_t count = 0;

	for (size_t i = 0; i < fake_server_count(bank->server); i++)
		count += begins(bank, i, line);
	return count;
}

size_t
bank_last(struct bank *bank, const char *line)
{
	size_t i = fake_server_count(bank->server);

	while (i > 0 && !begins(bank, i - 1, line))
		i--;
	assert_true(i > 0);
	return i - 1;
}

const char *
bank_state(struct client *c, struct bank *bank)
{
	char value[512];
	const char *state;

	assert_non_null(fake_server_header(bank->server, bank_last(bank, "POST /v1/consents"),
					   "TPP-Redirect-URI", value, sizeof value));
	state = strstr(value, "?state=");
	assert_non_null(state);
	return client_text(c, "%s", state + strlen("?state="));
}

const char *
bank_link_new(struct client *c, const struct person *person)
{
	struct answer a =
		client_call(c, "POST", "/api/bank-accounts", person->access, "{\"bank\":\"DNB\"}");

	expect_status(&a, 201);
	a = client_call(
		c, "GET",
		client_text(c, "/api/bank-accounts/callback?state=%s", bank_state(c, latest)),
		person->access, NULL);
	expect_status(&a, 200);
	return answer_at(&a, "data.0.id");
}
