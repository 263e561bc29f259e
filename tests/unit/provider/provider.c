/* What holds for all providers. */
#include "tests/support/cmocka.h"

#include "base/arena.h"
#include "provider/provider.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "crypto/hmac.h"
#include "tests/support/provider_scene.h"

/* A payload with everything that any of them requires. */
#define PAYLOAD                                                                                   \
	"{\"email\":\"a@example.com\",\"recipient\":\"RCP_1\",\"account_number\":\"0690000031\"," \
	"\"account_bank\":\"044\"}"

static void
are_complete(void **state)
{
	(void)state;
	for (size_t i = 0; providers[i] != NULL; i++) {
		const struct provider *p = providers[i];

		assert_ptr_equal(provider_find(p->name), p);
		assert_true(p->title[0] != '\0' && p->signature_header[0] != '\0');
		for (const char *c = p->signature_header; *c != '\0'; c++)
			assert_int_equal(tolower(*c), *c);
		assert_true(p->create != NULL && p->fetch != NULL && p->list != NULL &&
			    p->deposit != NULL && p->withdraw != NULL && p->poll != NULL &&
			    p->events != NULL && p->verify != NULL);
	}
	assert_null(provider_find("Paystack"));
	assert_null(provider_find(""));
}

/* Every letter of the alphabet in about as many places as any other. */
static void
makes_references(void **state)
{
	enum { ROUNDS = 40000, LETTERS = 36, LENGTH = 26, MEAN = ROUNDS * LENGTH / LETTERS };
	struct provider_scene *s = *state;
	int counts[256] = {0};
	const char *last = "";

	for (int i = 0; i < ROUNDS; i++) {
		const char *reference = provider_reference(s->arena);

		assert_int_equal(strlen(reference), 3 + LENGTH);
		assert_int_equal(strncmp(reference, "cw-", 3), 0);
		assert_string_not_equal(reference, last);
		for (const char *c = reference + 3; *c != '\0'; c++)
			counts[(unsigned char)*c]++;
		last = reference;
	}
	for (int c = 0; c < 256; c++) {
		bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		assert_true(allowed ? counts[c] > MEAN / 100 * 95 && counts[c] < MEAN / 100 * 105
				    : counts[c] == 0);
	}
}

struct outcome_case {
	int status;
	const char *body;
	enum provider_outcome outcome;
	bool sent;
	const char *message; /* NULL: any */
};

/* In the format of the one that has "status": true; the others are tested below. */
static const struct outcome_case outcome_cases[] = {
	{200, "{\"status\":true,\"message\":\"ok\",\"data\":{}}", PROVIDER_ACCEPTED, true, NULL},
	{201, "{\"status\":true,\"message\":\"ok\"}", PROVIDER_ACCEPTED, true, NULL},
	{200, "{\"status\":false,\"message\":\"No\"}", PROVIDER_REJECTED, true, "No"},
	{400, "{\"status\":false,\"message\":\"Bad bank\"}", PROVIDER_REJECTED, true, "Bad bank"},
	{401, "{\"status\":false,\"message\":\"Invalid key\"}", PROVIDER_REJECTED, true,
	 "Invalid key"},
	{403, "<html>no</html>", PROVIDER_REJECTED, true, "The provider refused the request"},
	{404, "{\"status\":false,\"message\":\"Not found\"}", PROVIDER_REJECTED, true, "Not found"},
	{422, "{\"status\":false}", PROVIDER_REJECTED, true, "The provider refused the request"},
	{400, "{\"status\":false,\"message\":\"a\\u0007b\\nc\\u001b[0m\"}", PROVIDER_REJECTED, true,
	 "a b c [0m"},
	{400, "{\"status\":false,\"message\":\"a\xC2\x9B 0m\"}", PROVIDER_REJECTED, true,
	 "The provider refused the request"},
	{400, "{\"status\":false,\"message\":{\"a\":1}}", PROVIDER_REJECTED, true,
	 "The provider refused the request"},
	/* Nobody knows. */
	{400, "{\"status\":false,\"message\":\"Duplicate Transaction Reference\"}",
	 PROVIDER_UNKNOWN, true, NULL},
	{400, "{\"status\":false,\"message\":\"Reference already exists\"}", PROVIDER_UNKNOWN, true,
	 NULL},
	{200, "{\"status\":false,\"message\":\"DUPLICATE\"}", PROVIDER_UNKNOWN, true, NULL},
	{408, "{}", PROVIDER_UNKNOWN, true, NULL},
	{409, "{\"status\":false,\"message\":\"x\"}", PROVIDER_UNKNOWN, true, NULL},
	{425, "{}", PROVIDER_UNKNOWN, true, NULL},
	{400, "{\"status\":true}", PROVIDER_UNKNOWN, true, NULL},
	{302, "{\"status\":true}", PROVIDER_UNKNOWN, true, NULL},
	{500, "{\"status\":false,\"message\":\"x\"}", PROVIDER_UNKNOWN, true, NULL},
	{503, "{\"status\":true}", PROVIDER_UNKNOWN, true, NULL},
	{200, "", PROVIDER_UNKNOWN, true, NULL},
	{200, "{}", PROVIDER_UNKNOWN, true, NULL},
	{200, "[]", PROVIDER_UNKNOWN, true, NULL},
	{200, "{\"status\":1}", PROVIDER_UNKNOWN, true, NULL},
	{200, "{\"status\":null}", PROVIDER_UNKNOWN, true, NULL},
	{200, "{\"status\":\"pending\"}", PROVIDER_UNKNOWN, true, NULL},
	{200, "{\"status\":true", PROVIDER_UNKNOWN, true, NULL},
	{200, "{\"status\":false,\"status\":true}", PROVIDER_UNKNOWN, true, NULL},
	{200, "<html>ok</html>", PROVIDER_UNKNOWN, true, NULL},
	/* Not accepted now, maybe later. */
	{429, "{\"status\":false,\"message\":\"Slow down\"}", PROVIDER_REJECTED, false, NULL},
};

static void
check_answer(const struct provider_answer *answer, const struct outcome_case *expected)
{
	assert_int_equal(answer->outcome, expected->outcome);
	assert_int_equal(answer->sent, expected->sent);
	assert_non_null(answer->shown);
	if (expected->outcome == PROVIDER_REJECTED)
		assert_non_null(answer->message);
	if (expected->outcome != PROVIDER_ACCEPTED)
		assert_non_null(answer->problem);
	if (expected->message != NULL)
		assert_string_equal(answer->message, expected->message);
}

static void
judge_answers(void **state)
{
	for (size_t i = 0; providers[i] != NULL; i++)
		for (size_t k = 0; k < COUNT(outcome_cases); k++) {
			struct provider_scene *s = *state;
			struct provider_order order = scene_order(s, PAYLOAD);
			struct provider_answer answer;

			s->count = 0;
			scene_answer(s, outcome_cases[k].status, outcome_cases[k].body);
			answer = providers[i]->withdraw(&s->call, &order);
			check_answer(&answer, &outcome_cases[k]);
			answer = providers[i]->deposit(&s->call, &order);
			check_answer(&answer, &outcome_cases[k]);
			assert_int_equal(answer.state, PROVIDER_PENDING);
		}
}

/* A long message is cut between characters. */
static void
bound_messages(void **state)
{
	struct provider_scene *s = *state;
	struct provider_order order = scene_order(s, PAYLOAD);
	struct provider_answer answer;
	char body[2000] = "{\"status\":false,\"message\":\"x";

	for (int i = 0; i < 500; i++)
		strcat(body, "\xC3\xA9");
	strcat(body, "\"}");
	scene_answer(s, 400, body);
	answer = provider_paystack.deposit(&s->call, &order);
	assert_int_equal(strlen(answer.message), 149);
	assert_true(utf8_valid(answer.message, strlen(answer.message)));
}

static void
tell_lost_from_not_sent(void **state)
{
	static const enum fake_server_manner manners[] = {PEER_CLOSES, PEER_RESETS, PEER_HALVES,
							  PEER_HANGS};
	struct provider_scene *s = *state;
	struct provider_order order = scene_order(s, PAYLOAD);

	for (size_t i = 0; providers[i] != NULL; i++) {
		struct provider_account nowhere = s->account;
		struct provider_call call = {s->arena, s->http, &nowhere, NULL};
		struct provider_answer answer;
		struct provider_report report;

		s->count = 0;
		scene_fail(s, manners[i % COUNT(manners)]);
		answer = providers[i]->withdraw(&s->call, &order);
		assert_int_equal(answer.outcome, PROVIDER_UNKNOWN);
		assert_true(answer.sent);
		assert_non_null(answer.problem);
		nowhere.base_url = "http://127.0.0.1:1";
		answer = providers[i]->withdraw(&call, &order);
		assert_int_equal(answer.outcome, PROVIDER_REJECTED);
		assert_false(answer.sent);
		assert_non_null(answer.message);
		report = providers[i]->poll(&call, SCENE_REFERENCE, true);
		assert_int_equal(report.outcome, PROVIDER_UNKNOWN);
		assert_non_null(report.problem);
	}
}

/* The trace of the operation, to each provider. */
static void
pass_the_trace_on(void **state)
{
	static const char id[] = "4bf92f3577b34da6a3ce929d0e0e4736";
	struct provider_scene *s = *state;
	struct provider_order order = scene_order(s, PAYLOAD);
	struct trace trace = {0};
	char value[TRACE_HEADER_MAX];

	memcpy(trace.id, id, sizeof id);
	s->call.trace = &trace;
	for (size_t i = 0; providers[i] != NULL; i++) {
		s->count = 0;
		scene_fail(s, PEER_CLOSES);
		(void)providers[i]->withdraw(&s->call, &order);
		assert_non_null(
			fake_server_header(s->server, i, "traceparent", value, sizeof value));
		assert_memory_equal(value + 3, id, sizeof id - 1);
	}
	s->call.trace = NULL;
}

struct look_up_case {
	int status;
	const char *body;
	enum provider_outcome outcome;
	enum provider_state state;
};

static const struct look_up_case look_up_cases[] = {
	{404, "{\"status\":false,\"message\":\"Nothing here\"}", PROVIDER_ACCEPTED,
	 PROVIDER_ABSENT},
	{400, "{\"status\":false,\"message\":\"Transaction reference not found.\"}",
	 PROVIDER_ACCEPTED, PROVIDER_ABSENT},
	{200, "{\"responseCode\":7,\"message\":\"Not Found\"}", PROVIDER_ACCEPTED, PROVIDER_ABSENT},
	/* Another server's secret is not valid. */
	{404, "<html>not found</html>", PROVIDER_UNKNOWN, PROVIDER_PENDING},
	{404, "{\"message\":\"not found\"}", PROVIDER_UNKNOWN, PROVIDER_PENDING},
	{401, "{\"status\":false,\"message\":\"Invalid key\"}", PROVIDER_UNKNOWN, PROVIDER_PENDING},
	{500, "{\"status\":false,\"message\":\"not found\"}", PROVIDER_UNKNOWN, PROVIDER_PENDING},
	{429, "{\"status\":false,\"message\":\"not found\"}", PROVIDER_UNKNOWN, PROVIDER_PENDING},
	{200, "{\"status\":true,\"data\":{\"status\":\"success\"}}", PROVIDER_UNKNOWN,
	 PROVIDER_SUCCEEDED},
	{200,
	 "{\"status\":true,\"data\":{\"status\":\"success\",\"reference\":\"x\",\"tx_ref\":\"x\","
	 "\"referenceNumber\":\"x\"}}",
	 PROVIDER_UNKNOWN, PROVIDER_SUCCEEDED},
	{200, "{\"status\":true,\"data\":null}", PROVIDER_UNKNOWN, PROVIDER_PENDING},
	{200, "{\"status\":true,\"data\":7}", PROVIDER_UNKNOWN, PROVIDER_PENDING},
};

static void
judge_look_ups(void **state)
{
	struct provider_scene *s = *state;

	for (size_t i = 0; providers[i] != NULL; i++)
		for (size_t k = 0; k < COUNT(look_up_cases); k++) {
			struct provider_report report;

			s->count = 0;
			scene_answer(s, look_up_cases[k].status, look_up_cases[k].body);
			report = providers[i]->poll(&s->call, SCENE_REFERENCE, k % 2 == 0);
			assert_int_equal(report.outcome, look_up_cases[k].outcome);
			if (report.outcome == PROVIDER_ACCEPTED)
				assert_int_equal(report.state, look_up_cases[k].state);
			else
				assert_non_null(report.problem);
		}
}

static void
read_amounts(void **state)
{
	static const struct {
		const char *members;
		int64_t minor;
		const char *currency; /* NULL: not said */
	} cases[] = {
		{"\"amount\":1000.5,\"currency\":\"NGN\"", 100050, "NGN"},
		{"\"amount\":\"1000.500\",\"currency\":\"ngn\"", 100050, "NGN"},
		{"\"amount\":1000,\"currency\":\"NGN\"", 100000, "NGN"},
		{"\"amount\":7.00,\"currency\":\"JPY\"", 7, "JPY"},
		{"\"amount\":7.10,\"currency\":\"JPY\"", 0, "JPY"},
		{"\"amount\":1000.505,\"currency\":\"NGN\"", 0, "NGN"},
		{"\"amount\":-5,\"currency\":\"NGN\"", 0, "NGN"},
		{"\"amount\":\"1e3\",\"currency\":\"NGN\"", 0, "NGN"},
		{"\"amount\":\"\",\"currency\":\"NGN\"", 0, "NGN"},
		{"\"amount\":true,\"currency\":\"NGN\"", 0, "NGN"},
		{"\"currency\":\"NGN\"", 0, "NGN"},
		{"\"amount\":999999999999999999,\"currency\":\"NGN\"", 0, "NGN"},
		{"\"amount\":1000,\"currency\":\"XXY\"", 0, NULL},
		{"\"amount\":1000,\"currency\":5", 0, NULL},
		{"\"amount\":1000", 0, NULL},
	};
	struct provider_scene *s = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct provider_report report = scene_read(
			s, &provider_fingra,
			arena_printf(s->arena,
				     "{\"event\":\"deposit.success\",\"data\":{\"reference\":\"r\","
				     "\"status\":\"success\",%s}}",
				     cases[i].members));

		if (cases[i].currency == NULL)
			assert_null(report.amount.currency);
		else
			scene_amount(report.amount, cases[i].minor, cases[i].currency);
	}
}

/* Hundredths are hundredths, also of what has no decimals. */
static void
read_hundredths(void **state)
{
	static const struct {
		const char *members;
		int64_t minor;
		const char *currency;
	} cases[] = {
		{"\"amount\":100050,\"currency\":\"NGN\"", 100050, "NGN"},
		{"\"amount\":700,\"currency\":\"XOF\"", 7, "XOF"},
		{"\"amount\":750,\"currency\":\"XOF\"", 0, "XOF"},
		{"\"amount\":100050.5,\"currency\":\"NGN\"", 0, "NGN"},
		{"\"amount\":100,\"currency\":\"KWD\"", 1000, "KWD"},
	};
	struct provider_scene *s = *state;

	for (size_t i = 0; i < COUNT(cases); i++)
		scene_amount(scene_read(s, &provider_paystack,
					arena_printf(s->arena,
						     "{\"event\":\"charge.success\",\"data\":{"
						     "\"status\":\"success\",%s}}",
						     cases[i].members))
				     .amount,
			     cases[i].minor, cases[i].currency);
}

static void
read_only_webhooks(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"[]",
		"{}",
		"7",
		"{\"event\":7.5}",
		"{\"event\":\"\"}",
		"{\"event\":\"a b\"}",
		"{\"event\":\"a\\u0000\"}",
		"{\"event\":{\"a\":1}}",
		"{\"event\":\"charge.success\",\"event\":\"x\"}",
		"{\"event\":\"charge.success\"}x",
		"\xFF",
	};
	static const char *const strange[] = {
		"{\"event\":\"charge.success\"}",
		"{\"event\":\"charge.completed\",\"data\":null}",
		"{\"event\":\"wallet.fund\",\"data\":[]}",
		"{\"event\":\"deposit.success\",\"data\":{\"reference\":{}}}",
		"{\"event\":\"transfer.completed\",\"data\":{\"reference\":\"a b\"}}",
		"{\"event\":\"wallet.withdraw\",\"data\":{\"referenceNumber\":true}}",
		"{\"event\":\"transfer.success\",\"data\":{\"reference\":\"\\u00e9\"}}",
	};
	struct provider_scene *s = *state;
	struct provider_report report;

	for (size_t i = 0; providers[i] != NULL; i++) {
		for (size_t k = 0; k < COUNT(bad); k++) {
			struct bytes body = {bad[k], strlen(bad[k])};

			assert_false(provider_read_webhook(providers[i], s->arena, body,
							   JSON_FOREIGN_MAX, &report));
		}
		for (size_t k = 0; k < COUNT(strange); k++)
			assert_null(scene_read(s, providers[i], strange[k]).reference);
	}
}

/* Lower-case hexadecimal over the raw bytes, by the account's secret, and nothing else. */
static void
verify_signatures(void **state)
{
	static const char text[] = "{\"event\":\"x\", \"data\":{}}";
	struct bytes body = {text, sizeof(text) - 1};
	struct provider_scene *s = *state;
	unsigned char digest[SHA512_SIZE];
	char *upper;
	char *good;

	hmac_sha512((struct bytes){"hook-secret", 11}, text, body.length, digest);
	good = hex_encode(s->arena, digest, sizeof(digest));
	upper = arena_strdup(s->arena, good);
	for (char *c = upper; *c != '\0'; c++)
		*c = (char)toupper(*c);
	for (size_t i = 0; providers[i] != NULL; i++) {
		const struct provider *p = providers[i];
		struct provider_account account = s->account;

		if (p == &provider_flutterwave)
			continue; /* has a secret instead */
		assert_true(p->verify(&account, body, good));
		assert_false(p->verify(&account, body, upper));
		assert_false(p->verify(&account, body, arena_printf(s->arena, "%s0", good)));
		assert_false(p->verify(&account, body, arena_printf(s->arena, " %s", good)));
		assert_false(p->verify(&account, body, good + 2));
		assert_false(p->verify(&account, body, ""));
		assert_false(p->verify(&account, body, NULL));
		assert_false(p->verify(&account, (struct bytes){text, body.length - 1}, good));
		account.webhook_secret = "hook-secreT";
		assert_false(p->verify(&account, body, good));
		account.webhook_secret = "";
		hmac_sha512((struct bytes){"", 0}, text, body.length, digest);
		assert_false(
			p->verify(&account, body, hex_encode(s->arena, digest, sizeof(digest))));
		account.webhook_secret = NULL;
		account.api_key = "hook-secret";
		assert_true(p->verify(&account, body, good));
		account.api_key = NULL;
		assert_false(p->verify(&account, body, good));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(are_complete),
		cmocka_unit_test_setup_teardown(makes_references, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(judge_answers, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(bound_messages, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(tell_lost_from_not_sent, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(pass_the_trace_on, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(judge_look_ups, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(read_amounts, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(read_hundredths, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(read_only_webhooks, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(verify_signatures, provider_scene_setup,
						provider_scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
