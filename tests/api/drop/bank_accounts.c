/* Accounts at a bank, simulated by a server of this program. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/drop/drop.h"
#include "app/bank/bank.h"
#include "tests/support/fake_bank.h"

#define ACCOUNTS "/api/bank-accounts"

static struct bank bank;

static int
setup(void **state)
{
	struct client *c;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	bank_open(c, &bank);
	c->fixture->config.public_url = "https://pay.example";
	c->fixture->config.bank_tpp_id = "PSDNO-FSA-1";
	return 0;
}

static int
teardown(void **state)
{
	int result = client_teardown(state);

	bank_close_down(&bank);
	return result;
}

static int
begin(void **state)
{
	bank_behave(&bank);
	return client_begin(state);
}

static struct answer
begin_link(struct client *c, const struct person *person)
{
	return client_call(c, "POST", ACCOUNTS, person->access, "{\"bank\":\" DNB \"}");
}

static struct answer
come_back(struct client *c, const struct person *person, const char *state)
{
	return client_call(c, "GET", client_text(c, ACCOUNTS "/callback?state=%s", state),
			   person != NULL ? person->access : NULL, NULL);
}

static struct answer
list(struct client *c, const struct person *person)
{
	return client_call(c, "GET", ACCOUNTS, person->access, NULL);
}

static void
expect_header(size_t n, const char *name, const char *value)
{
	char sent[512];

	assert_non_null(fake_server_header(bank.server, n, name, sent, sizeof sent));
	assert_string_equal(sent, value);
}

static void
test_link(void **state)
{
	struct client *c = *state;
	struct person ada = person_new(c, "ada.bank@example.com");
	struct answer a = begin_link(c, &ada);
	const char *link;
	size_t n = bank_last(&bank, "POST /v1/consents");

	expect_status(&a, 201);
	assert_true(text_starts_with(answer_at(&a, "data.consentId"), "con_"));
	assert_true(text_starts_with(answer_at(&a, "data.authorizationUrl"),
				     "https://bank.example/authorize?id="));
	link = bank_state(c, &bank);
	expect_header(n, "TPP-Redirect-URI",
		      client_text(c, "https://pay.example" ACCOUNTS "/callback?state=%s", link));
	expect_header(n, "PSU-IP-Address", "192.0.2.1");
	expect_header(n, "TPP-ID", "PSDNO-FSA-1");
	expect_header(n, "X-GTW-ASPSP-ID", "DNB");
	a = list(c, &ada);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 0);
	a = come_back(c, &ada, link);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 2);
	assert_true(text_starts_with(answer_at(&a, "data.0.id"), "ba_"));
	expect_text(&a, "data.0.bankName", "DNB");
	expect_text(&a, "data.0.accountNumber", "9000.00.00018");
	expect_text(&a, "data.0.balance", "45230");
	expect_text(&a, "data.0.currency", "NOK");
	expect_text(&a, "data.0.isPrimary", "true");
	expect_text(&a, "data.0.status", "active");
	expect_text(&a, "data.1.isPrimary", "false");
	expect_text(&a, "data.1.balance", "120000");
	a = come_back(c, &ada, link);
	expect_refusal(&a, 400, "bad_request");
	a = client_call(c, "GET", "/api/auth/me", ada.access, NULL);
	expect_text(&a, "data.totalBalance", "165230");
	expect_text(&a, "data.bankAccounts.0.accountNumber", "9000.00.00018");
}

/* A link is valid for its user, once and for a limited time. */
static void
test_states(void **state)
{
	struct client *c = *state;
	struct person bo = person_new(c, "bo.bank@example.com");
	struct person eve = person_new(c, "eve.bank@example.com");
	struct answer a = begin_link(c, &bo);
	const char *link = bank_state(c, &bank);

	a = come_back(c, NULL, link);
	expect_refusal(&a, 401, "unauthorized");
	a = come_back(c, &eve, link);
	expect_refusal(&a, 400, "bad_request");
	a = come_back(c, &bo, link);
	expect_refusal(&a, 400, "bad_request");
	a = come_back(c, &bo, "nothing");
	expect_refusal(&a, 400, "bad_request");
	a = client_call(c, "GET", ACCOUNTS "/callback", bo.access, NULL);
	expect_refusal(&a, 422, "validation_error");
	a = begin_link(c, &bo);
	client_sql(c, "UPDATE cowry.bank_consent SET state_until = now() - interval '1 second'");
	a = come_back(c, &bo, bank_state(c, &bank));
	expect_refusal(&a, 400, "bad_request");
	a = begin_link(c, &bo);
	bank.script.consent = "rejected";
	a = come_back(c, &bo, bank_state(c, &bank));
	expect_refusal(&a, 400, "bad_request");
	a = list(c, &bo);
	assert_int_equal(answer_count(&a, "data"), 0);
}

static void
test_banks_that_fail(void **state)
{
	struct client *c = *state;
	struct person cy = person_new(c, "cy.bank@example.com");
	struct answer a;

	bank_fail(&bank, "POST", "/v1/consents", PEER_HANGS, 0, NULL);
	a = begin_link(c, &cy);
	expect_refusal(&a, 503, "service_unavailable");
	fake_server_release(bank.server);
	bank_fail(&bank, "POST", "/v1/consents", PEER_ANSWERS, 400,
		  bank_error(c, "FORMAT_ERROR", "No such bank"));
	a = begin_link(c, &cy);
	expect_refusal(&a, 400, "bad_request");
	expect_text(&a, "message", "No such bank");
	bank_fail(&bank, "POST", "/v1/consents", PEER_ANSWERS, 201,
		  "{\"consentStatus\":\"valid\"}");
	a = begin_link(c, &cy);
	expect_refusal(&a, 503, "service_unavailable");
	a = begin_link(c, &cy);
	bank_fail(&bank, "GET", "/v1/accounts", PEER_ANSWERS, 500, "{}");
	a = come_back(c, &cy, bank_state(c, &bank));
	expect_refusal(&a, 503, "service_unavailable");
	a = begin_link(c, &cy);
	bank_fail(&bank, "GET", "/v1/accounts", PEER_ANSWERS, 401,
		  bank_error(c, "CONSENT_EXPIRED", "The consent has ended"));
	a = come_back(c, &cy, bank_state(c, &bank));
	expect_refusal(&a, 409, "conflict");
	a = client_call(c, "POST", ACCOUNTS, cy.access, "{\"bank\":\"\"}");
	expect_refusal(&a, 422, "validation_error");
	a = client_call(c, "POST", ACCOUNTS, NULL, "{\"bank\":\"DNB\"}");
	expect_refusal(&a, 401, "unauthorized");
	a = client_call(c, "GET", ACCOUNTS, NULL, NULL);
	expect_refusal(&a, 401, "unauthorized");
	c->fixture->config.bank_url = "";
	a = begin_link(c, &cy);
	expect_refusal(&a, 503, "service_unavailable");
	c->fixture->config.bank_url = fake_server_url(bank.server);
}

static void
test_balances(void **state)
{
	struct client *c = *state;
	struct person dee = person_new(c, "dee.bank@example.com");
	struct answer a;

	bank.script.bare = true;
	bank.script.balance = "10.50";
	(void)bank_link_new(c, &dee);
	a = list(c, &dee);
	expect_text(&a, "data.0.balance", "10.5");
	bank.script.balance = "-7";
	a = list(c, &dee);
	expect_text(&a, "data.0.balance", "-7");
	bank_behave(&bank);
	bank_fail(&bank, "GET", "/v1/accounts", PEER_HANGS, 0, NULL);
	a = list(c, &dee);
	expect_status(&a, 200);
	expect_text(&a, "data.0.balance", "-7");
	fake_server_release(bank.server);
	bank_fail(&bank, "GET", "/v1/accounts", PEER_ANSWERS, 429,
		  bank_error(c, "ACCESS_EXCEEDED", "Too often"));
	a = list(c, &dee);
	expect_text(&a, "data.0.status", "active");
	a = list(c, &dee);
	expect_text(&a, "data.0.balance", "45230");
}

/* A consent ends after 90 days, or when its user ends it; the same accounts can be linked again. */
static void
test_consents_end(void **state)
{
	struct client *c = *state;
	struct person fay = person_new(c, "fay.bank@example.com");
	const char *id = bank_link_new(c, &fay);
	struct answer a;

	bank_fail(&bank, "GET", "/v1/accounts", PEER_ANSWERS, 401,
		  bank_error(c, "CONSENT_INVALID", "Withdrawn"));
	a = list(c, &fay);
	expect_text(&a, "data.0.status", "revoked");
	assert_string_equal(bank_link_new(c, &fay), id);
	a = list(c, &fay);
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.status", "active");
	expect_text(&a, "data.0.isPrimary", "true");
	client_sql(c, "UPDATE cowry.bank_consent SET expires_at = now() - interval '1 day'");
	a = list(c, &fay);
	expect_text(&a, "data.0.status", "expired");
	assert_string_equal(bank_link_new(c, &fay), id);
	bank_fail(&bank, "GET", "/v1/accounts", PEER_ANSWERS, 401,
		  bank_error(c, "CONSENT_EXPIRED", "Over"));
	a = list(c, &fay);
	expect_text(&a, "data.0.status", "expired");
}

static struct answer
change(struct client *c, const struct person *person, const char *id, const char *body)
{
	return client_call(c, "PATCH", client_text(c, ACCOUNTS "/%s", id), person->access, body);
}

static struct answer
unlink_account(struct client *c, const struct person *person, const char *id)
{
	return client_call(c, "DELETE", client_text(c, ACCOUNTS "/%s", id), person->access, NULL);
}

static void
test_primary(void **state)
{
	struct client *c = *state;
	struct person gil = person_new(c, "gil.bank@example.com");
	struct person hal = person_new(c, "hal.bank@example.com");
	const char *first = bank_link_new(c, &gil);
	struct answer a = list(c, &gil);
	const char *second = answer_at(&a, "data.1.id");

	a = change(c, &gil, second, "{\"isPrimary\":true}");
	expect_status(&a, 200);
	expect_text(&a, "data.isPrimary", "true");
	a = list(c, &gil);
	expect_text(&a, "data.0.isPrimary", "false");
	expect_text(&a, "data.1.isPrimary", "true");
	a = change(c, &gil, second, "{\"isPrimary\":true}");
	expect_status(&a, 200);
	a = change(c, &gil, second, "{\"isPrimary\":false}");
	expect_refusal(&a, 400, "bad_request");
	a = change(c, &gil, second, "{}");
	expect_refusal(&a, 422, "validation_error");
	a = change(c, &hal, second, "{\"isPrimary\":true}");
	expect_refusal(&a, 404, "not_found");
	a = change(c, &gil, "ba_nothing", "{\"isPrimary\":true}");
	expect_refusal(&a, 404, "not_found");
	a = unlink_account(c, &hal, second);
	expect_refusal(&a, 404, "not_found");
	a = unlink_account(c, &gil, second);
	expect_status(&a, 204);
	a = list(c, &gil);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.id", first);
	expect_text(&a, "data.0.isPrimary", "true");
	a = unlink_account(c, &gil, second);
	expect_refusal(&a, 404, "not_found");
}

/* The bank is notified with the last account of a consent; failures are ignored. */
static void
test_unlink(void **state)
{
	struct client *c = *state;
	struct person ivy = person_new(c, "ivy.bank@example.com");
	const char *first = bank_link_new(c, &ivy);
	struct answer a = list(c, &ivy);
	const char *second = answer_at(&a, "data.1.id");
	size_t told = bank_count(&bank, "DELETE /v1/consents/consent%2F");

	a = unlink_account(c, &ivy, first);
	expect_status(&a, 204);
	assert_int_equal(bank_count(&bank, "DELETE /v1/consents/"), told);
	bank_fail(&bank, "DELETE", "/v1/consents", PEER_RESETS, 0, NULL);
	a = unlink_account(c, &ivy, second);
	expect_status(&a, 204);
	assert_int_equal(bank_count(&bank, "DELETE /v1/consents/consent%2F"), told + 1);
	a = list(c, &ivy);
	assert_int_equal(answer_count(&a, "data"), 0);
	assert_string_equal(bank_link_new(c, &ivy), first);
	a = client_call(c, "DELETE", "/api/user/account", ivy.access, NULL);
	expect_status(&a, 200);
	assert_int_equal(bank_count(&bank, "DELETE /v1/consents/"), told + 2);
}

/* The bank's id of a consent is stored encrypted. */
static void
test_sealed(void **state)
{
	struct client *c = *state;
	struct person joy = person_new(c, "joy.bank@example.com");

	(void)bank_link_new(c, &joy);
	assert_string_equal(
		client_value(c, "SELECT count(*) FROM cowry.bank_consent"
				" WHERE position('consent/'::bytea IN consent_sealed) > 0"),
		"0");
}

static void
test_routes(void **state)
{
	client_covered(*state, drop_bank_accounts, NULL);
}

#define bank_test(function) cmocka_unit_test_setup(function, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		bank_test(test_link),
		bank_test(test_states),
		bank_test(test_banks_that_fail),
		bank_test(test_balances),
		bank_test(test_consents_end),
		bank_test(test_primary),
		bank_test(test_unlink),
		bank_test(test_sealed),
		client_test(test_routes),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
