/* Headers traceparent, by W3C Trace Context level 1. */
#include "base/trace.h"

#include <string.h>

#include "base/attributes.h"

#include "tests/support/cmocka.h"

#define ID     "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "00f067aa0ba902b7"

static void
reads_valid_headers(void **state)
{
	static const struct {
		const char *header;
		bool sampled;
	} cases[] = {
		{"00-" ID "-" PARENT "-01", true},
		{"00-" ID "-" PARENT "-00", false},
		{"00-" ID "-" PARENT "-ff", true},
		{"00-" ID "-" PARENT "-fe", false},
		{"01-" ID "-" PARENT "-01", true},
		{"cc-" ID "-" PARENT "-01-what-the-future-will-be-like", true},
		{"fe-" ID "-" PARENT "-02-", false},
	};
	struct trace trace;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (!trace_read(&trace, cases[i].header))
			fail_msg("%s", cases[i].header);
		assert_string_equal(trace.id, ID);
		assert_int_equal(trace.sampled, cases[i].sampled);
	}
}

static void
ignores_the_rest(void **state)
{
	static const char *const headers[] = {
		"",
		"00",
		"00-" ID "-" PARENT,
		"00-" ID "-" PARENT "-",
		"00-" ID "-" PARENT "-0",
		"00-" ID "-" PARENT "-011",
		"00-" ID "-" PARENT "-01-",
		"00-" ID "-" PARENT "-01-more",
		"00-" ID "-" PARENT "-01, 00-" ID "-" PARENT "-01",
		"01-" ID "-" PARENT "-01, 01-" ID "-" PARENT "-01",
		"cc-" ID "-" PARENT "-01.more",
		"ff-" ID "-" PARENT "-01",
		"ff-" ID "-" PARENT "-01-more",
		"FE-" ID "-" PARENT "-01",
		"0-" ID "-" PARENT "-01",
		"000-" ID "-" PARENT "-01",
		"00-00000000000000000000000000000000-" PARENT "-01",
		"00-" ID "-0000000000000000-01",
		"00-4BF92F3577B34DA6A3CE929D0E0E4736-" PARENT "-01",
		"00-" ID "-00F067AA0BA902B7-01",
		"00-" ID "-" PARENT "-0A",
		"00-" ID "-" PARENT "-x1",
		"00-4bf92f3577b34da6a3ce929d0e0e473-" PARENT "-011",
		"00-4bf92f3577b34da6a3ce929d0e0e473g-" PARENT "-01",
		"00_" ID "_" PARENT "_01",
		" 00-" ID "-" PARENT "-01",
		"00-" ID "-" PARENT "-01 ",
	};
	struct trace trace;
	char buf[TRACE_HEADER_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		if (trace_read(&trace, headers[i]))
			fail_msg("%s", headers[i]);
		assert_string_equal(trace.id, "");
		assert_null(trace_header(buf, &trace));
	}
	assert_false(trace_read(&trace, NULL));
	assert_null(trace_header(buf, NULL));
}

static void
passes_on(void **state)
{
	char first[TRACE_HEADER_MAX];
	char second[TRACE_HEADER_MAX];
	struct trace trace;
	struct trace again;

	(void)state;
	assert_true(trace_read(&trace, "00-" ID "-" PARENT "-01"));
	assert_non_null(trace_header(first, &trace));
	assert_non_null(trace_header(second, &trace));
	assert_true(trace_read(&again, first));
	assert_string_equal(again.id, ID);
	assert_true(again.sampled);
	assert_string_not_equal(first, second);
	assert_null(strstr(first, PARENT));
}

static void
begins_with_an_object(void **state)
{
	char buf[TRACE_HEADER_MAX];
	struct trace trace;
	struct uuid id;

	(void)state;
	assert_true(uuid_parse(&id, "0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55"));
	trace_begin(&trace, id);
	assert_string_equal(trace.id, "0190b2a47c1e7d3a9b612f6f0c9a1e55");
	assert_non_null(trace_header(buf, &trace));
	assert_true(trace_read(&trace, buf));
	assert_false(trace.sampled);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_valid_headers),
		cmocka_unit_test(ignores_the_rest),
		cmocka_unit_test(passes_on),
		cmocka_unit_test(begins_with_an_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
