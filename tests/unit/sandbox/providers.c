#include <config.h>

#include <curl/curl.h>
#include <time.h>

#include "base/arena.h"
#include "tests/support/poll.h"
#include "tests/support/sandbox_case.h"

#define REFERENCE "cw-abcdefghijklmnopqrstuvwxyz"

static void
only_in_development(void **state)
{
	struct sandbox_case *x = *state;
	struct config config = x->config;
	char problem[256];

	config.environment = "production";
	assert_null(sandbox_open(&config, problem));
	assert_non_null(strstr(problem, "development"));
}

static void
secrets_are_for_their_owner(void **state)
{
	struct sandbox_case *x = *state;
	struct config config = x->config;
	char path[FOLDER_PATH_MAX];
	char problem[256];

	assert_true(folder_write(x->folder, "open.json", "{\"paga_secret\":\"x\"}", 0640));
	config.sandbox_secrets = folder_path(path, x->folder, "open.json");
	assert_null(sandbox_open(&config, problem));
	assert_non_null(strstr(problem, "0600"));
	assert_true(folder_write(x->folder, "open.json", "{\"paga_secret\":\"x\"}", 0600));
	assert_null(sandbox_open(&config, problem));
	assert_non_null(strstr(problem, "fingra_secret"));
}

static void
keys_are_asked_for(void **state)
{
	struct sandbox_case *x = *state;

	assert_int_equal(sandbox_ask(x, "GET /paystack/customer", "", NULL, NULL), 401);
	assert_int_equal(
		sandbox_ask(x, "GET /paystack/customer", "", NULL, "HTTP_AUTHORIZATION=Bearer "),
		401);
	assert_int_equal(sandbox_ask(x, "GET /flutterwave/v3/virtual-account-numbers", "", NULL,
				     "HTTP_AUTHORIZATION=Basic x"),
			 401);
	assert_int_equal(sandbox_ask(x, "GET /fingra/wallets", "", NULL, NULL), 401);
	assert_int_equal(sandbox_ask(x, "POST /paga/wallet/list", "", NULL, NULL), 401);
	assert_int_equal(sandbox_ask(x, "POST /paga/wallet/list", "", NULL, "HTTP_CREDENTIALS=x"),
			 200);
	assert_int_equal(sandbox_call(x, "GET /paystack/customer", NULL), 200);
	assert_int_equal(sandbox_call(x, "GET /paystack/nothing", NULL), 404);
	assert_int_equal(sandbox_call(x, "GET /elsewhere", NULL), 404);
	assert_int_equal(sandbox_call(x, "POST /paystack/customer", "{"), 400);
}

static int
initialize(struct sandbox_case *x, const char *amount, const char *reference)
{
	return sandbox_call(x, "POST /paystack/transaction/initialize",
			    arena_printf(x->arena,
					 "{\"email\":\"a@b.c\",\"amount\":%s,\"reference\":\"%s\"}",
					 amount, reference));
}

static void
paystack_checks_deposits(void **state)
{
	struct sandbox_case *x = *state;

	assert_int_equal(initialize(x, "\"100.50\"", "r-1"), 400);
	assert_int_equal(initialize(x, "100.50", "r-1"), 400);
	assert_int_equal(initialize(x, "0", "r-1"), 400);
	assert_int_equal(initialize(x, "-5", "r-1"), 400);
	assert_int_equal(initialize(x, "100", "a_b"), 400);
	assert_int_equal(initialize(x, "100", "DEP-1.2=3"), 200);
	assert_string_equal(sandbox_data(x, "reference"), "DEP-1.2=3");
	assert_int_equal(initialize(x, "\"100\"", "DEP-1.2=3"), 400);
	assert_string_equal(sandbox_said(x, "message"), "Duplicate Transaction Reference");
	assert_int_equal(sandbox_call(x, "GET /paystack/transaction/verify/DEP-1.2%3D3", NULL),
			 200);
	assert_string_equal(sandbox_data(x, "status"), "abandoned");
	assert_int_equal(sandbox_call(x, "GET /paystack/transaction/verify/none", NULL), 400);
	assert_int_equal(sandbox_call(x, "POST /paystack/transaction/initialize",
				      "{\"email\":\"a@b.c\",\"amount\":1,\"currency\":\"JPY\"}"),
			 403);
	assert_int_equal(sandbox_call(x, "POST /paystack/transaction/initialize",
				      "{\"email\":\"nobody\",\"amount\":1}"),
			 400);
}

static const char *
recipient(struct sandbox_case *x, const char *account)
{
	const char *body = arena_printf(x->arena,
					"{\"type\":\"nuban\",\"name\":\"Ada\",\"account_number\":"
					"\"%s\",\"bank_code\":\"044\"}",
					account);

	assert_int_equal(sandbox_call(x, "POST /paystack/transferrecipient", body), 201);
	return sandbox_data(x, "recipient_code");
}

static int
transfer(struct sandbox_case *x, const char *to, const char *reference)
{
	return sandbox_call(x, "POST /paystack/transfer",
			    arena_printf(x->arena,
					 "{\"source\":\"balance\",\"amount\":500,\"recipient\":"
					 "\"%s\",\"reference\":\"%s\"}",
					 to, reference));
}

/* Ask until the field of the data has the value, for some seconds. */
static bool
becomes(struct sandbox_case *x, const char *line, const char *name, const char *value)
{
	struct poll poll = poll_for(10);

	do {
		(void)sandbox_call(x, line, NULL);
		if (strcmp(sandbox_data(x, name), value) == 0)
			return true;
	} while (poll_again(&poll));
	return false;
}

static void
paystack_checks_transfers(void **state)
{
	struct sandbox_case *x = *state;
	const char *to = recipient(x, "0123456789");

	assert_int_equal(transfer(x, to, "cw-short"), 400);
	assert_int_equal(transfer(x, to, "CW-ABCDEFGHIJKLMNOP"), 400);
	assert_int_equal(transfer(x, "RCP_none", REFERENCE), 400);
	assert_int_equal(transfer(x, to, REFERENCE), 200);
	assert_string_equal(sandbox_data(x, "status"), "pending");
	assert_int_equal(transfer(x, to, REFERENCE), 400);
	assert_true(becomes(x, "GET /paystack/transfer/verify/" REFERENCE, "status", "success"));
	assert_int_equal(sandbox_call(x, "GET /paystack/transfer/verify/cw-none", NULL), 404);
	assert_int_equal(transfer(x, recipient(x, "0000000000"), "cw-abcdefgh-no-such-account"),
			 200);
	assert_true(becomes(x, "GET /paystack/transfer/verify/cw-abcdefgh-no-such-account",
			    "status", "failed"));
}

static int
decide(struct sandbox_case *x, const char *outcome)
{
	return sandbox_ask(x, "POST /fingra/checkout/cw-1", "application/x-www-form-urlencoded",
			   arena_printf(x->arena, "outcome=%s", outcome), NULL);
}

static void
a_customer_decides(void **state)
{
	struct sandbox_case *x = *state;

	assert_int_equal(sandbox_call(x, "POST /fingra/wallets/deposit",
				      "{\"reference\":\"cw-1\",\"amount\":\"10.50\"}"),
			 200);
	assert_non_null(strstr(sandbox_data(x, "checkout_url"), "/sandbox/fingra/checkout/"));
	assert_int_equal(sandbox_ask(x, "GET /fingra/checkout/cw-1", "", NULL, NULL), 200);
	assert_int_equal(sandbox_ask(x, "GET /fingra/checkout/cw-2", "", NULL, NULL), 404);
	assert_int_equal(sandbox_ask(x, "GET /paga/checkout/cw-1", "", NULL, NULL), 404);
	assert_int_equal(decide(x, "perhaps"), 400);
	assert_int_equal(decide(x, "failed"), 200);
	assert_true(becomes(x, "GET /fingra/wallets/transactions/cw-1", "status", "failed"));
	assert_int_equal(decide(x, "abandoned"), 409);
	assert_int_equal(decide(x, "success"), 200);
	assert_int_equal(decide(x, "success"), 409);
	assert_int_equal(decide(x, "failed"), 409);
	assert_int_equal(decide(x, "reversed"), 200);
	assert_true(becomes(x, "GET /fingra/wallets/transactions/cw-1", "status", "reversed"));
	assert_string_equal(sandbox_data(x, "amount"), "10.50");
}

static void
what_was_paid_is_claimed(void **state)
{
	struct sandbox_case *x = *state;

	assert_int_equal(sandbox_call(x, "POST /control",
				      "{\"provider\":\"fingra\",\"amount\":\"9.99\","
				      "\"currency\":\"USD\"}"),
			 200);
	assert_int_equal(sandbox_call(x, "POST /fingra/wallets/deposit",
				      "{\"reference\":\"cw-1\",\"amount\":\"10.50\"}"),
			 200);
	assert_int_equal(decide(x, "success"), 200);
	assert_true(becomes(x, "GET /fingra/wallets/transactions/cw-1", "amount", "9.99"));
	assert_string_equal(sandbox_data(x, "currency"), "USD");
}

static void
failures_come_as_told(void **state)
{
	struct sandbox_case *x = *state;

	assert_int_equal(
		sandbox_call(x, "POST /control",
			     "{\"provider\":\"paystack\",\"fail\":\"refuse\",\"times\":2}"),
		200);
	assert_int_equal(sandbox_call(x, "GET /fingra/wallets", NULL), 200);
	assert_int_equal(sandbox_call(x, "GET /paystack/customer", NULL), 400);
	assert_int_equal(sandbox_call(x, "GET /paystack/customer", NULL), 400);
	assert_int_equal(sandbox_call(x, "GET /paystack/customer", NULL), 200);
	assert_int_equal(sandbox_call(x, "POST /control",
				      "{\"provider\":\"paystack\",\"fail\":\"half\","
				      "\"path\":\"/transaction/initialize\"}"),
			 200);
	assert_int_equal(sandbox_call(x, "GET /paystack/customer", NULL), 200);
	assert_int_equal(x->reply.ending, ENDING_WHOLE);
	assert_int_equal(initialize(x, "100", "r-1"), 200);
	assert_int_equal(x->reply.ending, ENDING_HALF);
	assert_int_equal(sandbox_call(x, "GET /paystack/transaction/verify/r-1", NULL), 200);
	assert_int_equal(sandbox_call(x, "POST /control",
				      "{\"provider\":\"paystack\",\"fail\":\"reset\","
				      "\"unseen\":true}"),
			 200);
	(void)initialize(x, "100", "r-2");
	assert_int_equal(x->reply.ending, ENDING_RESET);
	assert_int_equal(sandbox_call(x, "GET /paystack/transaction/verify/r-2", NULL), 400);
	assert_int_equal(sandbox_call(x, "GET /control/log?provider=paystack", NULL), 200);
	assert_null(strstr(x->reply.body.data, "Bearer"));
	assert_non_null(strstr(x->reply.body.data, "\"note\":\"half\""));
}

static void
a_reset_is_for_all(void **state)
{
	struct sandbox_case *x = *state;

	assert_int_equal(
		sandbox_call(x, "POST /control", "{\"provider\":\"paystack\",\"fail\":\"refuse\"}"),
		200);
	assert_int_equal(
		sandbox_call(x, "POST /control", "{\"provider\":\"fingra\",\"fail\":\"refuse\"}"),
		200);
	assert_int_equal(sandbox_call(x, "POST /control", "{\"reset\":true}"), 200);
	assert_int_equal(sandbox_call(x, "GET /paystack/customer", NULL), 200);
	assert_int_equal(sandbox_call(x, "GET /fingra/wallets", NULL), 200);
}

static void
wallets_are_kept(void **state)
{
	struct sandbox_case *x = *state;
	const char *id;

	assert_int_equal(sandbox_call(x, "POST /fingra/wallets", "{\"name\":\"Ada\"}"), 201);
	id = sandbox_data(x, "id");
	assert_int_equal(
		sandbox_call(x, arena_printf(x->arena, "GET /fingra/wallets/%s", id), NULL), 200);
	assert_string_equal(sandbox_data(x, "name"), "Ada");
	assert_int_equal(sandbox_call(x, "GET /fingra/wallets/none", NULL), 404);
	assert_int_equal(sandbox_call(x, "POST /paystack/customer", "{\"email\":\"a@b.c\"}"), 200);
	assert_int_equal(sandbox_call(x, "GET /paystack/customer/a@b.c", NULL), 200);
	assert_int_equal(sandbox_call(x, "POST /flutterwave/v3/virtual-account-numbers",
				      "{\"email\":\"a@b.c\"}"),
			 200);
}

/* The members of the list "data", and one of the first of them. */
static size_t
listed(struct sandbox_case *x)
{
	return json_list_length(json_member(x->body, "data", NULL));
}

static const char *
first(struct sandbox_case *x, const char *name)
{
	const char *text = object_text(json_list_item(json_member(x->body, "data", NULL), 0), name);

	return text != NULL ? text : "";
}

static void
pay(struct sandbox_case *x, const char *provider, const char *reference)
{
	assert_int_equal(
		sandbox_ask(x, arena_printf(x->arena, "POST /%s/checkout/%s", provider, reference),
			    "application/x-www-form-urlencoded", "outcome=success", NULL),
		200);
}

/* What the SDKs call beside what Cowry does. */
static void
paystack_lists(void **state)
{
	struct sandbox_case *x = *state;
	struct json_object *authorization;
	const char *id;

	assert_int_equal(initialize(x, "100", "list-1"), 200);
	assert_int_equal(initialize(x, "200", "list-2"), 200);
	assert_int_equal(sandbox_call(x, "GET /paystack/transaction?perPage=1&page=1", NULL), 200);
	assert_int_equal(listed(x), 1);
	assert_string_equal(first(x, "reference"), "list-2");
	assert_string_equal(object_text(object_member(x->body, "meta"), "perPage"), "1");
	assert_string_equal(object_text(object_member(x->body, "meta"), "page"), "1");
	id = first(x, "id");
	assert_int_equal(
		sandbox_call(x, arena_printf(x->arena, "GET /paystack/transaction/%s", id), NULL),
		200);
	assert_string_equal(sandbox_data(x, "reference"), "list-2");
	assert_int_equal(sandbox_call(x, "GET /paystack/transaction/1", NULL), 400);
	pay(x, "paystack", "list-2");
	assert_int_equal(sandbox_call(x, "GET /paystack/transaction/verify/list-2", NULL), 200);
	authorization = object_member(object_member(x->body, "data"), "authorization");
	assert_non_null(strstr(object_text(authorization, "authorization_code"), "AUTH_"));
	assert_string_equal(object_text(authorization, "last4"), "4081");
	assert_int_equal(sandbox_call(x, "GET /paystack/transaction/verify/list-1", NULL), 200);
	assert_null(object_text(object_member(object_member(x->body, "data"), "authorization"),
				"last4"));
	assert_int_equal(sandbox_call(x, "GET /paystack/transfer", NULL), 200);
	assert_int_equal(sandbox_call(x, "GET /paystack/transferrecipient", NULL), 200);
	assert_int_equal(sandbox_call(x, "GET /paystack/balance", NULL), 200);
	assert_string_equal(first(x, "currency"), "NGN");
}

static void
banks_and_accounts(void **state)
{
	struct sandbox_case *x = *state;

	assert_int_equal(sandbox_call(x, "GET /paystack/bank?country=nigeria", NULL), 200);
	assert_true(listed(x) >= 3);
	assert_int_equal(
		sandbox_call(x,
			     "GET /paystack/bank/resolve?account_number=0001234567&bank_code=058",
			     NULL),
		200);
	assert_string_equal(sandbox_data(x, "account_name"), "SANDBOX CUSTOMER");
	assert_int_equal(
		sandbox_call(x,
			     "GET /paystack/bank/resolve?account_number=0000000000&bank_code=058",
			     NULL),
		422);
	assert_int_equal(
		sandbox_call(x,
			     "GET /paystack/bank/resolve?account_number=0001234567&bank_code=999",
			     NULL),
		422);
	assert_int_equal(sandbox_call(x, "GET /flutterwave//v3/banks/NG", NULL), 200);
	assert_string_equal(first(x, "code"), "044");
	assert_int_equal(
		sandbox_call(x, "POST /flutterwave/v3/accounts/resolve",
			     "{\"account_number\":\"0690000032\",\"account_bank\":\"044\"}"),
		200);
	assert_string_equal(sandbox_data(x, "account_number"), "0690000032");
	assert_int_equal(sandbox_call(x, "POST /flutterwave/v3/accounts/resolve",
				      "{\"account_number\":\"1\",\"account_bank\":\"044\"}"),
			 400);
	assert_int_equal(sandbox_call(x, "GET /flutterwave/v3/balances/NGN", NULL), 200);
	assert_string_equal(sandbox_data(x, "currency"), "NGN");
}

static void
flutterwave_lists(void **state)
{
	struct sandbox_case *x = *state;

	assert_int_equal(
		sandbox_call(x, "POST /flutterwave/v3/transfers",
			     "{\"reference\":\"flw-list\",\"amount\":10,\"currency\":\"NGN\","
			     "\"account_bank\":\"044\",\"account_number\":\"0690000032\"}"),
		200);
	assert_int_equal(sandbox_call(x, "GET /flutterwave/v3/transfers", NULL), 200);
	assert_string_equal(first(x, "reference"), "flw-list");
	assert_int_equal(
		sandbox_call(x, "POST /flutterwave/v3/charges?type=bank_transfer",
			     "{\"tx_ref\":\"flw-charge\",\"amount\":10,\"currency\":\"NGN\","
			     "\"email\":\"a@b.c\"}"),
		200);
	assert_int_equal(sandbox_call(x, "GET /flutterwave//v3/transactions?", NULL), 200);
	assert_string_equal(first(x, "tx_ref"), "flw-charge");
	assert_int_equal(sandbox_call(x, "GET /flutterwave/v3/transactions?tx_ref=none", NULL),
			 200);
	assert_int_equal(listed(x), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_in_development, sandbox_case_open,
						sandbox_case_close),
		cmocka_unit_test_setup_teardown(secrets_are_for_their_owner, sandbox_case_open,
						sandbox_case_close),
		cmocka_unit_test_setup_teardown(keys_are_asked_for, sandbox_case_open,
						sandbox_case_close),
		cmocka_unit_test_setup_teardown(paystack_checks_deposits, sandbox_case_open,
						sandbox_case_close),
		cmocka_unit_test_setup_teardown(paystack_checks_transfers, sandbox_case_open,
						sandbox_case_close),
		cmocka_unit_test_setup_teardown(a_customer_decides, sandbox_case_open,
						sandbox_case_close),
		cmocka_unit_test_setup_teardown(what_was_paid_is_claimed, sandbox_case_open,
						sandbox_case_close),
		cmocka_unit_test_setup_teardown(failures_come_as_told, sandbox_case_open,
						sandbox_case_close),
		cmocka_unit_test_setup_teardown(a_reset_is_for_all, sandbox_case_open,
						sandbox_case_close),
		cmocka_unit_test_setup_teardown(wallets_are_kept, sandbox_case_open,
						sandbox_case_close),
		cmocka_unit_test_setup_teardown(paystack_lists, sandbox_case_open,
						sandbox_case_close),
		cmocka_unit_test_setup_teardown(banks_and_accounts, sandbox_case_open,
						sandbox_case_close),
		cmocka_unit_test_setup_teardown(flutterwave_lists, sandbox_case_open,
						sandbox_case_close),
	};
	int failed;

	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	curl_global_cleanup();
	return failed;
}
