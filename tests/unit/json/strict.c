#include <config.h>

#include "json/reader.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "tests/support/cmocka.h"
#include "tests/support/vectors.h"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(64 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static enum err
read_text(const char *text, size_t length, struct fault *f)
{
	struct json_object *value;

	return json_read(arena, f, text, length, &value);
}

static enum err
read_lenient(const char *text, size_t length)
{
	struct json_object *value;
	struct fault f = {0};

	return json_read_foreign(arena, &f, text, length, JSON_FOREIGN_MAX, &value);
}

static bool
accepts(const char *text)
{
	struct fault f = {0};

	return read_text(text, strlen(text), &f) == ERR_OK;
}

/* Whether the text is refused with a reason fit for clients. */
static bool
refuses(const char *text, size_t length)
{
	struct fault f = {0};

	return read_text(text, length, &f) == ERR_MALFORMED && f.message[0] != '\0' &&
	       utf8_valid(f.message, strlen(f.message));
}

static void
accepts_what_is_good(void **state)
{
	static const char *const cases[] = {
		"{}",
		" \t\r\n[ ] ",
		"{\"a\":1,\"b\":[true,false,null]}",
		"[0,-1,100.10,-0.5,123456789012345678,0.12345678901234567]",
		"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"]",
		"[\"\x7F \xC3\xA9 \xF0\x9F\x98\x80\"]",
		"{\"a\":1,\"A\":2,\"\":3}",
		"{\"a\":{\"a\":1},\"b\":{\"a\":1}}",
		"{\"\\u0061\":1,\"b\":2}",
		"[1e2,1E+2,0e0,-0,-0.00,1234567890123456789,0.123456789012345678]",
		"[\"\\u0000\",\"\\ud800\",\"\\ud800\\u0041\",\"\\ud800x\",\"\\udc00\",\"\\ud800\\ud800\"]",
		"{\"\\u0000\":1,\"\\u0001\":2,\"\\\\u0000\":3}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_true(accepts(cases[i]));
}

static void
refuses_what_is_not(void **state)
{
	static const char *const cases[] = {
		"1",
		"\"a\"",
		"null",
		"[",
		"[1",
		"[1,",
		"{",
		"{\"a\"",
		"{\"a\":",
		"{\"a\":1",
		"{\"a\":1,",
		"{\"a\":1,}",
		"[1,]",
		"[,1]",
		"[1 2]",
		"{a:1}",
		"{'a':1}",
		"{1:1}",
		"{\"a\" 1}",
		"[1]x",
		"[1][2]",
		"[+1]",
		"[01]",
		"[-01]",
		"[-]",
		"[1.]",
		"[.5]",
		"[NaN]",
		"[Infinity]",
		"[-Infinity]",
		"[nul]",
		"[True]",
		"[nullx]",
		"[\"\n\"]",
		"[\"\t\"]",
		"[\"\\x41\"]",
		"[\"\\u00g0\"]",
		"[\"\\u12\"]",
		"[\"\xC0\xAF\"]",
		"[\"\xED\xA0\x80\"]",
		"[\"\xFF\"]",
		"[\xC3\xA9]",
		"[\"a]",
		"[\"a\\",
		"[\"a\\u",
		"// a\n[]",
		"[/**/]",
		"\xEF\xBB\xBF[]",
		"\f[]",
		"[1]\f",
		"[1e]",
		"[1e+]",
		"[1.e1]",
		"[1e1.5]",
		"[\"\\ud800\\u12\"]",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_true(refuses(cases[i], strlen(cases[i])));
	assert_true(refuses("{}\0", 3));
	assert_true(refuses("[\"a\0b\"]", 7));
	assert_true(refuses("[\0]", 3));
}

static void
refuses_repeated_members(void **state)
{
	static const char *const cases[] = {
		"{\"a\":1,\"a\":1}",
		"{\"a\":1,\"b\":2,\"\\u0061\":3}",
		"{\"\\u00e9\":1,\"\xC3\xA9\":2}",
		"{\"\\ud83d\\ude00\":1,\"\xF0\x9F\x98\x80\":2}",
		"{\"\\/\":1,\"/\":2}",
		"{\"\\n\":1,\"\\u000A\":2}",
		"{\"\":1,\"\":2}",
		"[{\"x\":{\"k\":1,\"k\":2}}]",
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fault f = {0};

		assert_int_equal(read_text(cases[i], strlen(cases[i]), &f), ERR_MALFORMED);
		assert_memory_equal(f.message, "A member is repeated", 20);
		assert_int_equal(read_lenient(cases[i], strlen(cases[i])), ERR_OK);
	}
}

static void
says_why_and_where(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{"", "The body is empty"},
		{" \n", "The body is empty"},
		{"{\"a\":1,\"a\":2}", "A member is repeated (at byte 7)"},
		{"[1e]", "A digit is missing (at byte 3)"},
		{"{\"a\":", "Unexpected end of the text (at byte 5)"},
		{"[1]]", "Unexpected text after the end (at byte 3)"},
		{"7", "The body must be an object or a list"},
		{"[\"\\ud800\\u12\"]", "\\u needs four hexadecimal digits (at byte 10)"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fault f = {0};

		assert_int_equal(read_text(cases[i].text, strlen(cases[i].text), &f),
				 ERR_MALFORMED);
		assert_string_equal(f.message, cases[i].message);
	}
}

/* open repeated n times, then middle, then close n times. */
static const char *
nest(char buf[2048], const char *open, const char *middle, const char *close, int n)
{
	buf[0] = '\0';
	for (int i = 0; i < n; i++)
		(void)strcat(buf, open);
	(void)strcat(buf, middle);
	for (int i = 0; i < n; i++)
		(void)strcat(buf, close);
	return buf;
}

/* Other systems have known flaws; but the text must be JSON. */
static void
takes_texts_of_others(void **state)
{
	static const struct {
		const char *text;
		bool taken;
	} cases[] = {
		{"\xEF\xBB\xBF{\"a\":1}", true},
		{"\xEF\xBB\xBF\xEF\xBB\xBF{\"a\":1}", false},
		{"{\"a\":1,\"a\":2}", true},
		{"[\"\\u0000\",\"\\udead\"]", true},
		{"[\"a\tb\x01\xFF\xED\xA0\x80\"]", true},
		{"[\"\xFF\\\"]", false},
		{"[1e99999999999999999999]", true},
		{"[NaN]", false},
		{"[1,]", false},
		{"{'a':1}", false},
		{"[\"\\x41\"]", false},
		{"[01]", false},
		{"[", false},
		{"event=charge.success", false},
		{"", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(read_lenient(cases[i].text, strlen(cases[i].text)),
				 cases[i].taken ? ERR_OK : ERR_MALFORMED);
}

static void
bounds_depth(void **state)
{
	char buf[2048];

	(void)state;
	assert_true(accepts(nest(buf, "[", "1", "]", JSON_DEPTH_MAX)));
	assert_true(accepts(nest(buf, "{\"a\":", "1", "}", JSON_DEPTH_MAX)));
	assert_false(accepts(nest(buf, "[", "1", "]", JSON_DEPTH_MAX + 1)));
	assert_false(accepts(nest(buf, "[", "", "]", JSON_DEPTH_MAX + 1)));
	assert_false(accepts(nest(buf, "{\"a\":", "1", "}", JSON_DEPTH_MAX + 1)));
	assert_false(accepts(nest(buf, "[", "", "", 400)));
	nest(buf, "{\"a\":", "1", "}", JSON_FOREIGN_DEPTH_MAX);
	assert_int_equal(read_lenient(buf, strlen(buf)), ERR_OK);
	nest(buf, "{\"a\":", "1", "}", JSON_FOREIGN_DEPTH_MAX + 1);
	assert_int_equal(read_lenient(buf, strlen(buf)), ERR_MALFORMED);
}

static void
bounds_members(void **state)
{
	static char text[16 * (JSON_KEYS_MAX + 2)];

	(void)state;
	for (int keys = JSON_KEYS_MAX - 1; keys <= JSON_KEYS_MAX + 1; keys++) {
		size_t length = 0;

		for (int i = 0; i < keys; i++)
			length += (size_t)snprintf(text + length, sizeof(text) - length,
						   "%c\"k%d\":0", i == 0 ? '{' : ',', i);
		(void)snprintf(text + length, sizeof(text) - length, "}");
		assert_int_equal(accepts(text), keys <= JSON_KEYS_MAX);
	}
}

/* Every beginning of a good text is refused, and reads nothing behind its end. */
static void
refuses_beginnings(void **state)
{
	static const char whole[] =
		"{\"a\":[1,-2.50,true,null,\"\\u00e9\\ud83d\\ude00\xC3\xA9\"],\"b\":{\"c\":false}}";

	(void)state;
	for (size_t length = 0; length < sizeof(whole) - 1; length++) {
		char *part = malloc(length > 0 ? length : 1);

		assert_non_null(part);
		memcpy(part, whole, length);
		assert_true(refuses(part, length));
		free(part);
	}
	assert_true(accepts(whole));
}

/* Files that RFC 8259 allows and our narrower rules refuse, and the rule. */
static const char *const narrower[] = {
	"y_object_duplicated_key.json", /* repeated members */
	"y_object_duplicated_key_and_value.json",
	"y_structure_lonely_false.json", /* neither object nor list at the top */
	"y_structure_lonely_int.json",
	"y_structure_lonely_negative_real.json",
	"y_structure_lonely_null.json",
	"y_structure_lonely_string.json",
	"y_structure_lonely_true.json",
	"y_structure_string_empty.json",
	"y_string_space.json",
	NULL,
};

static void
check_file(const char *folder, const char *name)
{
	char path[VECTOR_PATH_MAX + 256];
	struct fault f = {0};
	size_t length = 0;
	char *text;
	bool taken;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	text = read_whole(path, &length);
	assert_non_null(text);
	taken = read_text(text, length, &f) == ERR_OK;
	free(text);
	if (name[0] == 'n' && taken)
		fail_msg("%s was accepted", name);
	if (name[0] == 'y' && taken == (text_index(narrower, name) >= 0))
		fail_msg("%s was %s", name, taken ? "accepted" : f.message);
}

static void
agrees_with_the_test_suite(void **state)
{
	char folder[VECTOR_PATH_MAX];
	const struct dirent *entry;
	int count = 0;
	DIR *dir;

	(void)state;
	if (!vector_path(folder, "json"))
		return;
	dir = opendir(folder);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.') {
			check_file(folder, entry->d_name);
			count++;
		}
	(void)closedir(dir);
	assert_true(count > 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_what_is_good),
		cmocka_unit_test(refuses_what_is_not),
		cmocka_unit_test(refuses_repeated_members),
		cmocka_unit_test(says_why_and_where),
		cmocka_unit_test(takes_texts_of_others),
		cmocka_unit_test(bounds_depth),
		cmocka_unit_test(bounds_members),
		cmocka_unit_test(refuses_beginnings),
		cmocka_unit_test(agrees_with_the_test_suite),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
