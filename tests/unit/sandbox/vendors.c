/* The simulated vendors of the sandbox. */
#include <curl/curl.h>

#include "base/arena.h"
#include "tests/support/cmocka.h"
#include "tests/support/poll.h"
#include "tests/support/sandbox_case.h"

#define KEY "HTTP_X_API_KEY=key"

static int
by_key(struct sandbox_case *x, const char *line, const char *body)
{
	return sandbox_ask(x, line, "application/json", body, KEY);
}

static void
control(struct sandbox_case *x, const char *command)
{
	assert_int_equal(sandbox_call(x, "POST /control", command), 200);
}

static const char *
first_token(struct json_object *object)
{
	struct json_object *list = json_member(object, "tokens", NULL);

	if (json_list_length(list) == 0)
		return "";
	assert_int_equal(json_list_length(list), 1);
	return json_text_value(json_list_item(list, 0));
}

#define AIRTIME(reference)                                          \
	"{\"reference\":\"" reference "\",\"productCode\":\"201\"," \
	"\"mobileNumber\":\"27821234567\",\"amount\":2900,\"currency\":\"ZAR\"}"
#define METER(reference, meter)                                     \
	"{\"reference\":\"" reference "\",\"productCode\":\"401\"," \
	"\"meterNumber\":\"" meter "\",\"amount\":10000,\"currency\":\"ZAR\"}"

static void
flash_sells(void **state)
{
	struct sandbox_case *x = *state;

	assert_int_equal(sandbox_call(x, "POST /flash/v4/cellular/pinless/purchase", AIRTIME("r1")),
			 200);
	assert_string_equal(sandbox_said(x, "responseCode"), "0");
	assert_string_equal(sandbox_said(x, "status"), "SUCCESSFUL");
	assert_string_equal(sandbox_said(x, "amount"), "2900");
	assert_string_equal(first_token(x->body), "");
	assert_int_equal(sandbox_call(x, "POST /flash/v4/cellular/pinless/purchase", AIRTIME("r1")),
			 400);
	assert_string_equal(sandbox_said(x, "message"), "Duplicate reference");
	assert_int_equal(sandbox_call(x, "GET /flash/v4/transactions/r1", NULL), 200);
	assert_string_equal(sandbox_said(x, "status"), "SUCCESSFUL");
	assert_int_equal(sandbox_call(x, "GET /flash/v4/transactions/r2", NULL), 404);
	assert_string_equal(sandbox_said(x, "message"), "Transaction not found");
	assert_int_equal(sandbox_ask(x, "GET /flash/v4/transactions/r1", "", NULL, NULL), 401);
}

static void
electricity_has_a_token(void **state)
{
	struct sandbox_case *x = *state;
	const char *token;

	assert_int_equal(sandbox_call(x, "POST /flash/v4/prepaid-utilities/purchase",
				      METER("r1", "01234567890")),
			 200);
	token = first_token(x->body);
	assert_int_equal(strlen(token), 20);
	assert_int_equal(strspn(token, "0123456789"), 20);
	assert_int_equal(sandbox_call(x, "GET /flash/v4/transactions/r1", NULL), 200);
	assert_string_equal(first_token(x->body), token);
	assert_int_equal(sandbox_call(x, "POST /flash/v4/prepaid-utilities/purchase",
				      METER("r2", "00000000000")),
			 200);
	assert_string_equal(sandbox_said(x, "status"), "FAILED");
	assert_string_equal(first_token(x->body), "");
	assert_int_equal(
		sandbox_call(x, "POST /flash/v4/prepaid-utilities/purchase", METER("r3", "123")),
		400);
}

static void
mobilemart_sells(void **state)
{
	static const char *const paths[] = {"POST /mobilemart/api/v1/airtime/pinless",
					    "POST /mobilemart/api/v1/data/pinless"};
	struct sandbox_case *x = *state;

	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(by_key(x, paths[i],
					arena_printf(x->arena,
						     "{\"requestId\":\"r%zu\","
						     "\"merchantProductId\":\"p\",\"mobileNumber\":"
						     "\"27821234567\",\"amount\":29.50}",
						     i)),
				 200);
		assert_string_equal(sandbox_data(x, "status"), "SUCCESSFUL");
		assert_string_equal(sandbox_data(x, "amount"), "29.50");
	}
	assert_int_equal(by_key(x, "POST /mobilemart/api/v1/utility/prepaid",
				"{\"requestId\":\"r7\",\"merchantProductId\":\"p\","
				"\"meterNumber\":\"01234567890\",\"amount\":100}"),
			 200);
	assert_int_equal(strlen(first_token(object_member(x->body, "data"))), 20);
	assert_int_equal(by_key(x, "GET /mobilemart/api/v1/transactions/r7", NULL), 200);
	assert_string_equal(sandbox_data(x, "requestId"), "r7");
	assert_int_equal(by_key(x, "GET /mobilemart/api/v1/transactions/r8", NULL), 404);
	assert_int_equal(sandbox_call(x, "GET /mobilemart/api/v1/transactions/r7", NULL), 401);
	assert_int_equal(by_key(x, "POST /mobilemart/api/v1/data/pinless",
				"{\"requestId\":\"r9\",\"merchantProductId\":\"p\","
				"\"mobileNumber\":\"0821234567\",\"amount\":29.50}"),
			 400);
}

static int
pay(struct sandbox_case *x, const char *number, const char *reference)
{
	return by_key(x, "POST /easypay/v1/payments",
		      arena_printf(x->arena,
				   "{\"reference\":\"%s\",\"easyPayNumber\":\"%s\","
				   "\"amount\":45025,\"currency\":\"ZAR\"}",
				   reference, number));
}

static void
easypay_knows_bills(void **state)
{
	struct sandbox_case *x = *state;

	assert_int_equal(pay(x, "91234604263339", "r1"), 200);
	assert_string_equal(sandbox_data(x, "status"), "SUCCESSFUL");
	assert_string_equal(sandbox_data(x, "amount"), "45025");
	assert_int_equal(pay(x, "91234138519487", "r2"), 200);
	assert_int_equal(pay(x, "91234388661929", "r3"), 400);
	assert_string_equal(sandbox_said(x, "message"), "Invalid EasyPay number");
	assert_int_equal(pay(x, "90000000000000", "r4"), 400);
	assert_string_equal(sandbox_said(x, "message"), "Unknown bill");
	assert_int_equal(by_key(x, "GET /easypay/v1/payments/r1", NULL), 200);
	assert_string_equal(sandbox_data(x, "easyPayNumber"), "91234604263339");
	assert_int_equal(by_key(x, "GET /easypay/v1/payments/r3", NULL), 404);
}

static void
sales_end_as_told(void **state)
{
	static const struct {
		const char *command;
		const char *state;
	} cases[] = {
		{"{\"provider\":\"flash\",\"outcome\":\"failed\"}", "FAILED"},
		{"{\"provider\":\"flash\",\"outcome\":\"never\"}", "PENDING"},
		{"{\"provider\":\"flash\",\"outcome\":\"later\"}", "PENDING"},
		{"{\"provider\":\"flash\",\"outcome\":\"success\"}", "SUCCESSFUL"},
	};
	struct poll poll = poll_for(10);
	struct sandbox_case *x = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *body = arena_printf(x->arena,
						"{\"reference\":\"r%zu\",\"productCode\":\"401\","
						"\"meterNumber\":\"01234567890\",\"amount\":500}",
						i);

		control(x, cases[i].command);
		assert_int_equal(sandbox_call(x, "POST /flash/v4/prepaid-utilities/purchase", body),
				 200);
		assert_string_equal(sandbox_said(x, "status"), cases[i].state);
		assert_int_equal(first_token(x->body)[0] != '\0',
				 strcmp(cases[i].state, "SUCCESSFUL") == 0);
	}
	do {
		assert_true(poll_again(&poll));
		assert_int_equal(sandbox_call(x, "GET /flash/v4/transactions/r2", NULL), 200);
	} while (strcmp(sandbox_said(x, "status"), "SUCCESSFUL") != 0);
	assert_int_equal(strlen(first_token(x->body)), 20);
	assert_int_equal(sandbox_call(x, "GET /flash/v4/transactions/r1", NULL), 200);
	assert_string_equal(sandbox_said(x, "status"), "PENDING");
}

static void
they_fail_as_told(void **state)
{
	struct sandbox_case *x = *state;

	control(x, "{\"provider\":\"flash\",\"fail\":\"500\"}");
	assert_int_equal(sandbox_call(x, "POST /flash/v4/cellular/pinless/purchase", AIRTIME("r1")),
			 500);
	assert_int_equal(sandbox_call(x, "GET /flash/v4/transactions/r1", NULL), 404);
	control(x, "{\"provider\":\"easypay\",\"fail\":\"refuse\"}");
	assert_int_equal(pay(x, "91234604263339", "r1"), 422);
	control(x, "{\"provider\":\"easypay\",\"fail\":\"reset\"}");
	(void)pay(x, "91234604263339", "r2");
	assert_int_equal(x->reply.ending, ENDING_RESET);
	assert_int_equal(by_key(x, "GET /easypay/v1/payments/r2", NULL), 200);
	control(x, "{\"provider\":\"flash\",\"amount\":1.50}");
	assert_int_equal(sandbox_call(x, "POST /flash/v4/cellular/pinless/purchase", AIRTIME("r3")),
			 200);
	assert_string_equal(sandbox_said(x, "amount"), "150");
}

#define CASE(function) \
	cmocka_unit_test_setup_teardown(function, sandbox_case_open, sandbox_case_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(flash_sells),         CASE(electricity_has_a_token), CASE(mobilemart_sells),
		CASE(easypay_knows_bills), CASE(sales_end_as_told),       CASE(they_fail_as_told),
	};
	int failed;

	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	curl_global_cleanup();
	return failed;
}
