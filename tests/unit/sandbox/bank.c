/* The bank of the sandbox. */
#include <config.h>

#include <time.h>

#include "base/arena.h"
#include "base/id.h"
#include "sandbox/bank/book.h"
#include "tests/support/poll.h"
#include "tests/support/sandbox_case.h"

#define BACK "http://127.0.0.1:9/api/bank-accounts/callback?state=s"

/* Ask as Cowry does; redirect or consent may be NULL. */
static int
ask(struct sandbox_case *x, const char *line, const char *body, const char *redirect,
    const char *consent)
{
	const char *space = strchr(line, ' ');
	char id[UUID_TEXT_MAX];
	char *variables[8];
	struct sandbox_request request = {variables, {NULL, 0}};
	struct fault f = {0};
	size_t n = 0;

	variables[n++] = arena_printf(x->arena, "REQUEST_METHOD=%.*s", (int)(space - line), line);
	variables[n++] = arena_printf(x->arena, "REQUEST_URI=/sandbox/bank%s", space + 1);
	variables[n++] = arena_strdup(x->arena, "CONTENT_TYPE=application/json");
	variables[n++] = arena_printf(x->arena, "HTTP_X_REQUEST_ID=%s", uuid_text(id, uuid_v7()));
	if (redirect != NULL)
		variables[n++] = arena_printf(x->arena, "HTTP_TPP_REDIRECT_URI=%s", redirect);
	if (consent != NULL)
		variables[n++] = arena_printf(x->arena, "HTTP_CONSENT_ID=%s", consent);
	variables[n] = NULL;
	if (body != NULL)
		request.body = (struct bytes){body, strlen(body)};
	sandbox_serve(x->box, x->arena, &request, &x->reply);
	x->body = NULL;
	if (x->reply.content_type != NULL && strstr(x->reply.content_type, "json") != NULL)
		assert_int_equal(
			json_read(x->arena, &f, x->reply.body.data, x->reply.body.length, &x->body),
			ERR_OK);
	return x->reply.status;
}

/* A consent that was asked for. */
static const char *
begin(struct sandbox_case *x)
{
	assert_int_equal(
		ask(x, "POST /v1/consents",
		    "{\"access\":{\"allPsd2\":\"allAccounts\"},\"recurringIndicator\":true,"
		    "\"validUntil\":\"2099-12-31\",\"frequencyPerDay\":4}",
		    BACK, NULL),
		201);
	assert_string_equal(sandbox_said(x, "consentStatus"), "received");
	return arena_strdup(x->arena, sandbox_said(x, "consentId"));
}

static int
visit(struct sandbox_case *x, const char *consent, const char *query)
{
	return sandbox_ask(
		x, arena_printf(x->arena, "GET /bank/authorize?consentId=%s&%s", consent, query),
		"", NULL, NULL);
}

static const char *
status_of(struct sandbox_case *x, const char *consent)
{
	assert_int_equal(ask(x, arena_printf(x->arena, "GET /v1/consents/%s/status", consent), NULL,
			     NULL, NULL),
			 200);
	return sandbox_said(x, "consentStatus");
}

/* Somebody's consent, given; the JSON of an account of theirs. */
static struct json_object *
agree(struct sandbox_case *x, const char *email, size_t account, const char **consent)
{
	*consent = begin(x);
	assert_int_equal(visit(x, *consent, arena_printf(x->arena, "login_hint=%s", email)), 302);
	assert_string_equal(x->reply.location, BACK);
	assert_int_equal(ask(x, "GET /v1/accounts?withBalance=true", NULL, NULL, *consent), 200);
	return json_list_item(json_member(x->body, "accounts", NULL), account);
}

static const char *
balance_of(struct json_object *account)
{
	struct json_object *balances = json_member(account, "balances", NULL);

	return object_text(object_member(json_list_item(balances, 1), "balanceAmount"), "amount");
}

static void
consents_are_decided(void **state)
{
	struct sandbox_case *x = *state;
	const char *consent = begin(x);

	assert_int_equal(visit(x, consent, ""), 200);
	assert_non_null(strstr(x->reply.body.data, consent));
	assert_string_equal(status_of(x, consent), "received");
	assert_int_equal(ask(x, "GET /v1/accounts", NULL, NULL, consent), 401);
	assert_int_equal(visit(x, consent, "consent=denied"), 302);
	assert_string_equal(status_of(x, consent), "rejected");
	(void)agree(x, "ada@example.com", 0, &consent);
	assert_string_equal(status_of(x, consent), "valid");
	assert_int_equal(visit(x, consent, "consent=expired"), 302);
	assert_int_equal(ask(x, "GET /v1/accounts", NULL, NULL, consent), 401);
	assert_non_null(strstr(x->reply.body.data, "CONSENT_EXPIRED"));
	(void)agree(x, "ada@example.com", 0, &consent);
	assert_int_equal(visit(x, consent, "consent=denied"), 302);
	assert_string_equal(status_of(x, consent), "revokedByPsu");
	(void)agree(x, "ada@example.com", 0, &consent);
	assert_int_equal(
		ask(x, arena_printf(x->arena, "DELETE /v1/consents/%s", consent), NULL, NULL, NULL),
		204);
	assert_string_equal(status_of(x, consent), "terminatedByTpp");
	assert_int_equal(visit(x, "none", ""), 404);
	assert_int_equal(ask(x, "GET /v1/consents/none/status", NULL, NULL, NULL), 403);
	assert_int_equal(ask(x, "GET /v1/accounts", NULL, NULL, "none"), 403);
	assert_int_equal(ask(x, "GET /v1/accounts", NULL, NULL, NULL), 400);
}

static void
nobody_is_sent_elsewhere(void **state)
{
	struct sandbox_case *x = *state;
	static const char body[] = "{\"access\":{},\"validUntil\":\"2099-12-31\"}";

	assert_int_equal(ask(x, "POST /v1/consents", body, "https://evil.example/", NULL), 400);
	assert_int_equal(
		ask(x, "POST /v1/consents", body, "http://127.0.0.1:9.evil.example/", NULL), 400);
	assert_int_equal(ask(x, "POST /v1/consents", body, NULL, NULL), 400);
	assert_int_equal(ask(x, "POST /v1/consents", "{\"access\":{}}", BACK, NULL), 400);
	assert_int_equal(sandbox_call(x, "GET /bank/v1/accounts", NULL), 400);
	assert_non_null(strstr(x->reply.body.data, "X-Request-ID"));
	assert_int_equal(ask(x, "GET /v1/nothing", NULL, NULL, NULL), 404);
}

/* Numbers satisfy both of their rules, and are the same for the same user. */
static void
accounts_are_norwegian(void **state)
{
	struct sandbox_case *x = *state;
	static const int weights[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1};
	const char *first = "";

	for (size_t i = 0; i < 50; i++) {
		const char *consent;
		struct json_object *account = agree(
			x, arena_printf(x->arena, "p%zu@example.com", i / 2), i / 2 % 2, &consent);
		const char *bban = object_text(account, "bban");
		const char *iban = object_text(account, "iban");
		int sum = 0;

		for (int k = 0; k < 11; k++)
			sum += weights[k] * (bban[k] - '0');
		assert_int_equal(strlen(bban), 11);
		assert_int_equal(sum % 11, 0);
		assert_int_equal(strlen(iban), 15);
		assert_string_equal(iban + 4, bban);
		assert_int_equal((strtoull(bban, NULL, 10) % 97 * 1000000 + 232400 +
				  strtoull(arena_strndup(x->arena, iban + 2, 2), NULL, 10)) %
					 97,
				 1);
		if (i % 2 == 1)
			assert_string_equal(first, bban);
		first = bban;
		assert_string_equal(object_text(account, "currency"), "NOK");
	}
}

static int
pay(struct sandbox_case *x, const char *bban, const char *amount)
{
	return ask(x, "POST /v1/payments/norwegian-domestic-credit-transfers",
		   arena_printf(x->arena,
				"{\"endToEndIdentification\":\"tx_rem_1\",\"instructedAmount\":{"
				"\"currency\":\"NOK\",\"amount\":\"%s\"},\"debtorAccount\":{"
				"\"bban\":\"%s\"},\"creditorAccount\":{\"bban\":\"12345678903\"},"
				"\"creditorName\":\"Ola\"}",
				amount, bban),
		   NULL, NULL);
}

/* Wait until a payment is no longer on its way; its status. */
static const char *
ended(struct sandbox_case *x, const char *id)
{
	struct poll poll = poll_for(10);
	const char *line = arena_printf(x->arena, "GET /v1/payments/any/%s/status", id);

	do {
		assert_true(poll_again(&poll));
		assert_int_equal(ask(x, line, NULL, NULL, NULL), 200);
	} while (strcmp(sandbox_said(x, "transactionStatus"), "ACSP") == 0);
	return sandbox_said(x, "transactionStatus");
}

static void
control(struct sandbox_case *x, const char *command)
{
	assert_int_equal(sandbox_call(x, "POST /control", command), 200);
}

static void
payments_move_balances(void **state)
{
	struct sandbox_case *x = *state;
	struct json_object *account;
	const char *consent;
	const char *bban;
	const char *id;

	control(x, "{\"provider\":\"bank\",\"amount\":1000}");
	account = agree(x, "rich@example.com", 0, &consent);
	assert_string_equal(balance_of(account), "1000.00");
	bban = object_text(account, "bban");
	control(x, "{\"provider\":\"bank\",\"settle_ms\":50,\"times\":2}");
	assert_int_equal(pay(x, bban, "400.50"), 201);
	id = arena_strdup(x->arena, sandbox_said(x, "paymentId"));
	assert_string_equal(sandbox_said(x, "transactionStatus"), "ACSP");
	assert_int_equal(pay(x, bban, "600.00"), 400);
	assert_non_null(strstr(x->reply.body.data, "FUNDS_NOT_AVAILABLE"));
	assert_string_equal(ended(x, id), "ACSC");
	assert_string_equal(balance_of(agree(x, "rich@example.com", 0, &consent)), "599.50");
	control(x, "{\"provider\":\"bank\",\"reject\":true}");
	assert_int_equal(pay(x, bban, "599.50"), 201);
	id = arena_strdup(x->arena, sandbox_said(x, "paymentId"));
	assert_string_equal(ended(x, id), "RJCT");
	assert_string_equal(balance_of(agree(x, "rich@example.com", 0, &consent)), "599.50");
	assert_int_equal(pay(x, "90000000018", "1.00"), 400);
	assert_int_equal(pay(x, bban, "1.005"), 400);
	assert_int_equal(pay(x, bban, "0.00"), 400);
	assert_int_equal(ask(x, "GET /v1/payments/x/none/status", NULL, NULL, NULL), 404);
}

static void
payments_are_made_once(void **state)
{
	struct bank_book *book = bank_book_new();
	struct bank_holding holdings[BANK_ACCOUNTS];
	struct bank_transfer transfer = {
		.request_id = "r-1", .amount = {10000, currency_find("NOK")}, .outcome = "success"};
	struct bank_transfer again;

	(void)state;
	bank_open_accounts(book, "Ada@example.com", NULL);
	bank_open_accounts(book, "ada@example.com", &transfer.amount);
	assert_true(bank_holdings(book, "ADA@example.com", holdings));
	assert_int_equal(holdings[0].booked.minor, 4523000);
	memcpy(transfer.bban, holdings[0].bban, sizeof transfer.bban);
	again = transfer;
	assert_int_equal(bank_transfer_take(book, &transfer), BANK_TAKEN);
	assert_int_equal(bank_transfer_take(book, &again), BANK_REPEATED);
	assert_string_equal(again.id, transfer.id);
	bank_transfer_end(book, transfer.id);
	bank_transfer_end(book, transfer.id);
	assert_true(bank_holdings(book, "ada@example.com", holdings));
	assert_int_equal(holdings[0].booked.minor, 4513000);
	assert_int_equal(holdings[0].pending.minor, 0);
	bank_book_free(book);
}

static void
misbehaves_on_demand(void **state)
{
	struct sandbox_case *x = *state;
	struct json_object *account;
	const char *consent;
	const char *bban;

	account = agree(x, "ada@example.com", 0, &consent);
	bban = object_text(account, "bban");
	control(x, "{\"provider\":\"bank\",\"hang\":true}");
	control(x, "{\"provider\":\"bank\",\"settle_ms\":0,\"times\":10}");
	assert_int_equal(pay(x, bban, "1.00"), 201);
	control(x, "{\"provider\":\"bank\",\"fail\":\"reset\",\"path\":\"/v1/payments\"}");
	(void)pay(x, bban, "1.00");
	assert_int_equal(x->reply.ending, ENDING_RESET);
	control(x, "{\"provider\":\"bank\",\"fail\":\"refuse\"}");
	assert_int_equal(pay(x, bban, "1.00"), 400);
	control(x, "{\"provider\":\"bank\",\"fail\":\"500\"}");
	assert_int_equal(pay(x, bban, "1.00"), 500);
}

#define bank_test(function) \
	cmocka_unit_test_setup_teardown(function, sandbox_case_open, sandbox_case_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		bank_test(consents_are_decided),   bank_test(nobody_is_sent_elsewhere),
		bank_test(accounts_are_norwegian), bank_test(payments_move_balances),
		bank_test(payments_are_made_once), bank_test(misbehaves_on_demand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
