#include "base/text.h"

#include <string.h>

#include "base/arena.h"

#include "tests/support/cmocka.h"

static int
setup(void **state)
{
	*state = arena_new(1 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void
compares(void **state)
{
	static const char *const list[] = {"debit", "credit", NULL};

	(void)state;
	assert_true(text_equal("a", "a"));
	assert_false(text_equal("a", "A"));
	assert_true(text_equal_any_case("aB[", "Ab["));
	assert_false(text_equal_any_case("ab", "abc"));
	assert_false(text_equal_any_case("[", "{"));
	assert_false(text_equal_any_case("\xC3\x84", "\xC3\xA4"));
	assert_true(text_starts_with("Bearer x", "Bearer "));
	assert_false(text_starts_with("Bear", "Bearer "));
	assert_int_equal(text_index(list, "credit"), 1);
	assert_int_equal(text_index(list, "Credit"), -1);
}

static void
copies(void **state)
{
	char small[4] = "xxx";

	(void)state;
	text_copy(small, sizeof(small), "ab");
	assert_string_equal(small, "ab");
	text_copy(small, sizeof(small), "abc");
	assert_string_equal(small, "abc");
	text_copy(small, sizeof(small), "abcd");
	assert_string_equal(small, "abc");
	text_copy(small, sizeof(small), "");
	assert_string_equal(small, "");
}

/* Every byte at every place of what is looked at in one step and of the rest. */
static void
finds_plain_runs(void **state)
{
	enum { LENGTH = 21 };
	char text[LENGTH + 1];

	(void)state;
	memset(text, 'a', LENGTH);
	text[LENGTH] = '\\'; /* behind the end */
	assert_int_equal(text_plain_run(text, LENGTH), LENGTH);
	assert_int_equal(text_plain_run(text, 0), 0);
	for (size_t at = 0; at < LENGTH; at++)
		for (int byte = 0; byte < 256; byte++) {
			bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';

			text[at] = (char)byte;
			assert_int_equal(text_plain_run(text, LENGTH), plain ? LENGTH : at);
			text[at] = 'a';
		}
	memset(text, '!', LENGTH); /* one less than a quotation mark would be a borrow */
	text[3] = '"';
	text[4] = '#';
	assert_int_equal(text_plain_run(text, LENGTH), 3);
}

static void
knows_utf8(void **state)
{
	static const char *const valid[] = {
		"",
		"a",
		"\xC2\x80",
		"\xDF\xBF",
		"\xE0\xA0\x80",
		"\xED\x9F\xBF",
		"\xEE\x80\x80",
		"\xEF\xBF\xBF",
		"\xF0\x90\x80\x80",
		"\xF4\x8F\xBF\xBF",
		"na\xC3\xAFve \xE2\x82\xA6",
		"0123456789\xE2\x82\xA6",
	};
	static const char *const invalid[] = {
		"\x80",
		"\xBF",
		"\xC0\x80",
		"\xC1\xBF",
		"\xC2",
		"\xC2\x41",
		"\xE0\x80\x80",
		"\xE0\x9F\xBF",
		"\xE2\x82",
		"\xE2\x82\x41",
		"\xED\xA0\x80",
		"\xED\xBF\xBF",
		"\xF0\x80\x80\x80",
		"\xF0\x8F\xBF\xBF",
		"\xF0\x90\x80",
		"\xF4\x90\x80\x80",
		"\xF5\x80\x80\x80",
		"\xFF",
		"\xFE",
		"a\xC3",
		"\xF8\x88\x80\x80\x80",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(valid); i++)
		assert_true(utf8_valid(valid[i], strlen(valid[i])));
	for (size_t i = 0; i < COUNT(invalid); i++)
		assert_false(utf8_valid(invalid[i], strlen(invalid[i])));
	assert_true(utf8_valid("a\0b", 3));
	assert_int_equal(utf8_count("na\xC3\xAFve \xE2\x82\xA6"), 7);
	assert_int_equal(utf8_next("\xE2\x82\xA6x", 4), 3);
	assert_int_equal(utf8_next("\xE2\x82\xA6", 2), 0);
	assert_int_equal(utf8_next("", 0), 0);
}

static void
sees_controls(void **state)
{
	(void)state;
	assert_false(text_has_control("na\xC3\xAFve \xE2\x82\xA6 ~"));
	assert_false(text_has_control("\xC2\xA0"));
	assert_true(text_has_control("a\nb"));
	assert_true(text_has_control("\x7F"));
	assert_true(text_has_control("\xC2\x85"));
	assert_true(text_has_control("\x1F"));
}

static void
changes(void **state)
{
	assert_string_equal(text_lower(*state, "Ada@Example.COM \xC3\x84"),
			    "ada@example.com \xC3\x84");
	assert_string_equal(text_trim(*state, " \t a b\r\n"), "a b");
	assert_string_equal(text_trim(*state, " \n "), "");
	assert_string_equal(text_trim(*state, ""), "");
	assert_string_equal(text_words(*state, "admin_credit"), "Admin credit");
	assert_string_equal(text_words(*state, "deposit"), "Deposit");
	assert_string_equal(text_words(*state, ""), "");
}

static void
codes_hex(void **state)
{
	unsigned char bytes[3];

	assert_string_equal(hex_encode(*state, "\x00\xAB\xff", 3), "00abff");
	assert_string_equal(hex_encode(*state, "", 0), "");
	assert_true(hex_decode(bytes, 3, "00aBFf"));
	assert_memory_equal(bytes, "\x00\xAB\xFF", 3);
	assert_false(hex_decode(bytes, 3, "00abf"));
	assert_false(hex_decode(bytes, 3, "00abfff"));
	assert_false(hex_decode(bytes, 3, "00abfff0"));
	assert_false(hex_decode(bytes, 3, ""));
	assert_false(hex_decode(bytes, 3, "00abfg"));
	assert_false(hex_decode(bytes, 3, "0x00ab"));
}

static void
codes_base64(void **state)
{
	static const char *const wrong[] = {"Zg",    "Zg=",  "Zg===", "=",    "Zm9v=", "Zm9=v",
					    "Zm9vY", "-_8=", "Zh==",  "Z===", "Zm 9v"};
	unsigned char all[256];
	struct bytes out;

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (unsigned char)(i * 7);
	for (size_t n = 0; n <= sizeof(all); n++) {
		assert_true(base64_decode(*state, base64_encode(*state, all, n), &out));
		assert_int_equal(out.length, n);
		assert_memory_equal(out.data, all, n);
	}
	assert_string_equal(base64_encode(*state, "\xFB\xFF", 2), "+/8=");
	assert_string_equal(base64_encode(*state, "foob", 4), "Zm9vYg==");
	assert_string_equal(base64_encode(*state, "foo", 3), "Zm9v");
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(base64_decode(*state, wrong[i], &out));
}

static void
codes_base64url(void **state)
{
	static const char *const wrong[] = {"A",    "AA=",  "AA==",  "A A",  "AB", "AAB",
					    "AA+A", "AA/A", "AAAAA", "AA\n", "=",  "\xC3\xA4=="};
	unsigned char all[256];
	struct bytes out;

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (unsigned char)(i * 7);
	for (size_t n = 0; n <= sizeof(all); n++) {
		assert_true(base64url_decode(*state, base64url_encode(*state, all, n), &out));
		assert_int_equal(out.length, n);
		assert_memory_equal(out.data, all, n);
	}
	assert_string_equal(base64url_encode(*state, "\xFB\xFF", 2), "-_8");
	assert_string_equal(base64url_encode(*state, "foob", 4), "Zm9vYg");
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(base64url_decode(*state, wrong[i], &out));
}

/* RFC 4648, section 10, without its padding. */
static void
codes_base32(void **state)
{
	static const char *const rows[] = {"",        "MY",       "MZXQ",      "MZXW6",
					   "MZXW6YQ", "MZXW6YTB", "MZXW6YTBOI"};

	for (size_t n = 0; n < COUNT(rows); n++)
		assert_string_equal(base32_encode(*state, "foobar", n), rows[n]);
	assert_string_equal(base32_encode(*state, "\xFF\xFF\xFF\xFF\xFF", 5), "77777777");
}

static void
decodes_percent(void **state)
{
	static const char *const wrong[] = {"%",   "%4",    "%zz", "a%",       "%00",
					    "%C3", "%4%31", "%-1", "%ED%A0%80"};
	char *out = NULL;

	assert_true(percent_decode(*state, "a%2Fb%c3%a4+c", 13, true, &out));
	assert_string_equal(out, "a/b\xC3\xA4 c");
	assert_true(percent_decode(*state, "a+b%2B", 6, false, &out));
	assert_string_equal(out, "a+b+");
	assert_true(percent_decode(*state, "abc", 2, false, &out));
	assert_string_equal(out, "ab");
	assert_true(percent_decode(*state, "", 0, false, &out));
	assert_string_equal(out, "");
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(percent_decode(*state, wrong[i], strlen(wrong[i]), true, &out));
	assert_false(percent_decode(*state, "%41", 2, true, &out));
	assert_false(percent_decode(*state, "a\0b", 3, true, &out));
}

static void
reads_integers(void **state)
{
	static const char *const wrong[] = {"",
					    "-",
					    "+1",
					    " 1",
					    "1 ",
					    "1.0",
					    "0x1",
					    "--1",
					    "9223372036854775808",
					    "-9223372036854775809",
					    "1e3"};
	int64_t value = 0;

	(void)state;
	assert_true(integer_parse(&value, "9223372036854775807"));
	assert_true(value == INT64_MAX);
	assert_true(integer_parse(&value, "-9223372036854775808"));
	assert_true(value == INT64_MIN);
	assert_true(integer_parse(&value, "0"));
	assert_int_equal(value, 0);
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(integer_parse(&value, wrong[i]));
	assert_int_equal(value, 0);
}

static void
writes_integers(void **state)
{
	static const struct {
		int64_t value;
		const char *text;
	} cases[] = {
		{0, "0"},
		{7, "7"},
		{-7, "-7"},
		{1234567890, "1234567890"},
		{INT64_MAX, "9223372036854775807"},
		{INT64_MIN, "-9223372036854775808"},
	};
	char buf[INTEGER_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(integer_text(buf, cases[i].value), cases[i].text);
}

static void
appends_parts(void **state)
{
	const char *text = text_append_part(*state, "x;", "abc");

	assert_string_equal(text, "x;3:abc;");
	text = text_append_part(*state, text, NULL);
	assert_string_equal(text, "x;3:abc;0:;");
	assert_string_equal(text_append_part(*state, text, "0123456789ab"),
			    "x;3:abc;0:;12:0123456789ab;");
}

static void
encodes_percent(void **state)
{
	char *back;

	assert_string_equal(percent_encode(*state, "aZ09-._~"), "aZ09-._~");
	assert_string_equal(percent_encode(*state, "a b+c/d?e=f&g%h"),
			    "a%20b%2Bc%2Fd%3Fe%3Df%26g%25h");
	assert_string_equal(percent_encode(*state, "\xC3\xA4\r\n"), "%C3%A4%0D%0A");
	assert_string_equal(percent_encode(*state, ""), "");
	assert_true(percent_decode(*state, "%E2%82%A6%205", 13, true, &back));
	assert_string_equal(percent_encode(*state, back), "%E2%82%A6%205");
}

static void
takes_out_markup(void **state)
{
	static const char *const texts[][2] = {
		{"", ""},
		{"plain", "plain"},
		{" \t plain ", "plain"},
		{"<b>bold</b>", "bold"},
		{"a<br/>b", "ab"},
		{"1 < 2 > 0", "1 < 2 > 0"},
		{"<3", "<3"},
		{"x <", "x <"},
		{"<!-- a --> b", "b"},
		{"<?php x ?>y", "y"},
		{"<script", ""},
		{"<<b>script>x", "x"},
		{"<<<a>a>a>x", "x"},
		{"<<b>/script>x", "x"},
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		assert_string_equal(text_plain(*state, texts[i][0]), texts[i][1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),         cmocka_unit_test(knows_utf8),
		cmocka_unit_test(sees_controls),    cmocka_unit_test(changes),
		cmocka_unit_test(codes_base32),     cmocka_unit_test(codes_hex),
		cmocka_unit_test(codes_base64url),  cmocka_unit_test(decodes_percent),
		cmocka_unit_test(encodes_percent),  cmocka_unit_test(codes_base64),
		cmocka_unit_test(reads_integers),   cmocka_unit_test(takes_out_markup),
		cmocka_unit_test(writes_integers),  cmocka_unit_test(copies),
		cmocka_unit_test(finds_plain_runs), cmocka_unit_test(appends_parts),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
