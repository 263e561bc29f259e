#include "base/clock.h"

#include "tests/support/cmocka.h"

static void
writes_instants(void **state)
{
	static const struct {
		int64_t us;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00.000Z"},
		{1, "1970-01-01T00:00:00.000Z"},
		{-1, "1969-12-31T23:59:59.999Z"},
		{INT64_C(951782400000000), "2000-02-29T00:00:00.000Z"},
		{INT64_C(1769851800123456), "2026-01-31T09:30:00.123Z"},
		{INT64_C(253402300799999999), "9999-12-31T23:59:59.999Z"},
		{INT64_MAX, "294247-01-10T04:00:54.775Z"},
		{INT64_MIN, "-290308-12-21T19:59:05.224Z"},
	};
	char buf[INSTANT_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(instant_text(buf, (struct instant){cases[i].us}),
				    cases[i].text);
}

static void
reads_rfc_3339(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
	} cases[] = {
		{"1970-01-01", 0},
		{"1970-01-01T00:00:00Z", 0},
		{"1970-01-02", INT64_C(86400000000)},
		{"2026-01-31T09:30:00.123Z", INT64_C(1769851800123000)},
		{"2026-01-31t09:30:00.123456z", INT64_C(1769851800123456)},
		{"2026-01-31 10:30:00.1234569+01:00", INT64_C(1769851800123456)},
		{"2026-01-31T00:00:00.123-09:30", INT64_C(1769851800123000)},
		{"2000-02-29", INT64_C(951782400000000)},
		{"1969-12-31T23:59:59.999999Z", -1},
		{"2026-01-01T00:00:00+00:00", INT64_C(1767225600000000)},
	};
	struct instant t;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_true(instant_parse(&t, cases[i].text));
		assert_int_equal(t.us, cases[i].us);
	}
}

/* A moment is as long as its digits say. */
static void
knows_how_long(void **state)
{
	static const struct {
		const char *text;
		int64_t first;
		int64_t last;
	} cases[] = {
		{"1970-01-01", 0, INT64_C(86399999999)},
		{"1970-01-01T00:00:00Z", 0, 999999},
		{"1970-01-01T00:00:00.0Z", 0, 999},
		{"1970-01-01T00:00:00.12Z", 120000, 120999},
		{"1970-01-01T00:00:00.123Z", 123000, 123999},
		{"1970-01-01T00:00:00.1234Z", 123400, 123400},
		{"1970-01-01T00:00:00.123456Z", 123456, 123456},
		{"1970-01-01T00:00:00.123456789Z", 123456, 123456},
		{"1970-01-01T01:00:00+01:00", 0, 999999},
		{"1969-12-31T23:59:59.999Z", -1000, -1},
	};
	struct moment moment;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_true(moment_parse(&moment, cases[i].text));
		assert_true(moment.given);
		assert_int_equal(moment.first.us, cases[i].first);
		assert_int_equal(moment.last.us, cases[i].last);
	}
}

static void
refuses_other_texts(void **state)
{
	static const char *const cases[] = {
		"",
		"2026",
		"2026-1-1",
		"2026-00-01",
		"2026-13-01",
		"2026-01-00",
		"2026-01-32",
		"2026-02-29",
		"1900-02-29",
		"2026-04-31",
		"0000-01-01",
		"+2026-01-01",
		"2026-01-01T",
		"2026-01-01T00:00Z",
		"2026-01-01T00:00:00",
		"2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z",
		"2026-01-01T00:00:60Z",
		"2026-01-01T00:00:00.Z",
		"2026-01-01T00:00:00.1234567890Z",
		"2026-01-01T00:00:00,5Z",
		"2026-01-01T00:00:00+1:00",
		"2026-01-01T00:00:00+0100",
		"2026-01-01T00:00:00+24:00",
		"2026-01-01T00:00:00+01:60",
		"2026-01-01T00:00:00 +01:00",
		"2026-01-01T00:00:00ZZ",
		"2026-01-01_00:00:00Z",
		"2026-01-01T00:00:00Z ",
		" 2026-01-01",
		"tomorrow",
	};
	struct instant t = {42};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_false(instant_parse(&t, cases[i]));
	assert_int_equal(t.us, 42);
}

/* Any instant of the years 1 to 9999 comes back, cut to its millisecond. */
static void
reads_what_it_writes(void **state)
{
	const int64_t first = INT64_C(-62135596800000); /* 0001-01-01 in milliseconds */
	const int64_t end = INT64_C(253402300800000);   /* 10000-01-01 */
	uint64_t seed = 7;
	char buf[INSTANT_TEXT_MAX];

	(void)state;
	for (int i = 0; i < 200000; i++) {
		struct instant t;
		int64_t ms;

		seed = seed * 6364136223846793005U + 1442695040888963407U;
		ms = first + (int64_t)((seed >> 1) % (uint64_t)(end - first));
		assert_true(instant_parse(&t, instant_text(buf, (struct instant){ms * 1000})));
		assert_int_equal(t.us, ms * 1000);
	}
}

static void
tells_the_time(void **state)
{
	int64_t before = clock_monotonic_ns();

	(void)state;
	assert_true(clock_monotonic_ns() >= before);
	assert_true(clock_system().us > INT64_C(1700000000000000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_instants),      cmocka_unit_test(reads_rfc_3339),
		cmocka_unit_test(knows_how_long),       cmocka_unit_test(refuses_other_texts),
		cmocka_unit_test(reads_what_it_writes), cmocka_unit_test(tells_the_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
