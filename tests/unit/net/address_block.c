/* Addresses and ranges, as keys are limited to them. */
#include "tests/support/cmocka.h"

#include "base/attributes.h"
#include "net/address_block.h"

static void
test_canonical(void **state)
{
	static const char *const rows[][2] = {
		{"192.0.2.7", "192.0.2.7"},
		{"192.0.2.7/32", "192.0.2.7"},
		{"192.0.2.0/24", "192.0.2.0/24"},
		{"192.0.2.128/25", "192.0.2.128/25"},
		{"0.0.0.0/0", "0.0.0.0/0"},
		{"10.0.0.0/8", "10.0.0.0/8"},
		{"2001:DB8:0::7", "2001:db8::7"},
		{"2001:db8::7/128", "2001:db8::7"},
		{"2001:db8::/32", "2001:db8::/32"},
		{"2001:0db8:0000:0000:0000:0000:0000:0000/33", "2001:db8::/33"},
		{"::/0", "::/0"},
		{"::1", "::1"},
		{"::ffff:192.0.2.7", "192.0.2.7"},
		{"::ffff:c000:207", "192.0.2.7"},
		{"::ffff:192.0.2.0/120", "192.0.2.0/24"},
		{"::ffff:0.0.0.0/96", "0.0.0.0/0"},
		{"::192.0.2.7", "::192.0.2.7"}, /* not mapped */
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127",
		 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[ADDRESS_BLOCK_TEXT_MAX];
		struct address_block block;

		assert_null(address_block_parse(&block, rows[i][0]));
		assert_string_equal(address_block_text(text, &block), rows[i][1]);
	}
}

static void
test_wrong(void **state)
{
	static const char *const rows[] = {
		"",
		"/",
		"/8",
		"192.0.2",
		"192.0.2.256",
		"192.0.2.07",
		"192.0.2.7/",
		"192.0.2.7/33",
		"192.0.2.7/-1",
		"192.0.2.7/+8",
		"192.0.2.7/032",
		"192.0.2.7/32 ",
		"192.0.2.7/4294967328",
		" 192.0.2.7",
		"192.0.2.7 ",
		"192.0.2.0/24/24",
		"192.0.2.7/24",
		"192.0.2.1/31",
		"128.0.0.0/0",
		"2001:db8::1/64",
		"2001:db8::/129",
		"2001:db8::%eth0",
		"fe80::1%1",
		"[2001:db8::1]",
		"::ffff:192.0.2.7/120",
		"::ffff:0.0.0.0/80",
		"0xc0000207",
		"3221225991",
		"localhost",
		"2001:db8:1:2:3:4:5:6:7",
		"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111",
	};
	struct address_block block;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (address_block_parse(&block, rows[i]) == NULL)
			fail_msg("%s is taken", rows[i]);
}

static void
test_holds(void **state)
{
	static const struct {
		const char *outer;
		const char *inner;
		bool holds;
	} rows[] = {
		{"192.0.2.7", "192.0.2.7", true},
		{"192.0.2.7", "192.0.2.6", false},
		{"192.0.2.7", "::ffff:192.0.2.7", true},
		{"192.0.2.0/24", "192.0.2.255", true},
		{"192.0.2.0/24", "192.0.3.0", false},
		{"192.0.2.0/25", "192.0.2.127", true},
		{"192.0.2.0/25", "192.0.2.128", false},
		{"192.0.2.0/24", "192.0.2.0/25", true},
		{"192.0.2.0/25", "192.0.2.0/24", false},
		{"0.0.0.0/0", "203.0.113.9", true},
		{"0.0.0.0/0", "::1", false},
		{"::/0", "2001:db8::1", true},
		{"::/0", "192.0.2.7", false},
		{"::/0", "::ffff:192.0.2.7", false},
		{"2001:db8::/33", "2001:db8:7fff::1", true},
		{"2001:db8::/33", "2001:db8:8000::1", false},
		{"2001:db8::7", "2001:db8::7", true},
		{"2001:db8::7", "2001:db8::8", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct address_block outer;
		struct address_block inner;

		assert_null(address_block_parse(&outer, rows[i].outer));
		assert_null(address_block_parse(&inner, rows[i].inner));
		assert_int_equal(address_block_holds(&outer, &inner), rows[i].holds);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
