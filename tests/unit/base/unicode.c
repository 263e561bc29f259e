#include "base/unicode.h"

#include "tests/support/cmocka.h"

#define ZWNJ "\xE2\x80\x8C"
#define ZWJ  "\xE2\x80\x8D"
#define ZWSP "\xE2\x80\x8B"
#define NBSP "\xC2\xA0"
#define RLO  "\xE2\x80\xAE"
#define BOM  "\xEF\xBB\xBF"

static void
each(bool (*is)(const char *text), bool expected, const char *const *texts)
{
	for (size_t i = 0; texts[i] != NULL; i++)
		if (is(texts[i]) != expected)
			fail_msg("text %zu: \"%s\"", i, texts[i]);
}

static void
sees_what_is_shown(void **state)
{
	static const char *const shown[] = {"a",
					    " a ",
					    "7",
					    "-",
					    "+",
					    "\xC3\xA9",
					    "e\xCC\x81",
					    "\xE2\x82\xAC",
					    "\xF0\x9F\x98\x80",
					    "\xD8\xB9",
					    "\xE0\xA4\x95",
					    "\xE4\xB8\xAD",
					    "\u200Bx\u200B",
					    NULL};
	static const char *const nothing[] = {"",
					      " ",
					      "\t\n",
					      NBSP,
					      ZWSP,
					      ZWNJ,
					      "\u200D\u200C",
					      RLO,
					      BOM,
					      "\xC2\xAD",
					      "\xE2\x80\x83",
					      "\xE3\x80\x80",
					      "\xE1\x9A\x80",
					      "\xE2\xA0\x80",
					      "\xE3\x85\xA4",
					      "\xEF\xBE\xA0",
					      "\xE1\x85\x9F\xE1\x85\xA0",
					      "\xCC\x81",
					      "\xEF\xB8\x8F",
					      "\xF0\x9D\x85\x99",
					      "\xF3\xA0\x81\xA1",
					      "\xEF\xBF\xBF",
					      NULL};

	(void)state;
	each(text_is_visible, true, shown);
	each(text_is_visible, false, nothing);
}

static void
sees_blanks_at_the_ends(void **state)
{
	static const char *const blank[] = {" a",
					    "a ",
					    "\ta",
					    "a\n",
					    NBSP "a",
					    "a" NBSP,
					    ZWSP "a",
					    "a" ZWSP,
					    BOM "a",
					    "a\xE3\x80\x80",
					    "\xE2\x80\xA8"
					    "a",
					    "a\xE2\xA0\x80",
					    "\xE3\x85\xA4"
					    "a",
					    " ",
					    NULL};
	/* A heart and a flag end with characters that are shown as nothing by themselves. */
	static const char *const none[] = {"",
					   "a",
					   "a b",
					   "a" NBSP "b",
					   "\xE2\x9D\xA4\xEF\xB8\x8F",
					   "\xF0\x9F\x8F\xB4\xF3\xA0\x81\xA7\xF3\xA0\x81\xBF",
					   "\xD9\x87" ZWNJ,
					   NULL};

	(void)state;
	each(text_has_outer_blank, true, blank);
	each(text_has_outer_blank, false, none);
}

static void
sees_disguises(void **state)
{
	static const char *const disguised[] = {"a" RLO "b",
						BOM "a",
						"a\xE2\x80\x8E",
						"\xE2\x80\x8F",
						"\xD8\x9C",
						"a\xE2\x81\xA6"
						"b",
						"\xE2\x81\xA9",
						"a\xE2\x80\xA8"
						"b",
						"\xE2\x80\xA9",
						"\xE2\x81\xAA",
						"\xEF\xBF\xBE",
						NULL};
	static const char *const plain[] = {"",
					    "Jane Doe",
					    "\xD9\x86\xD8\xA7\xD9\x85\xD9\x87" ZWNJ
					    "\xD8\xA7\xDB\x8C",
					    "\xE0\xA4\x95\xE0\xA5\x8D" ZWJ "\xE0\xA4\xB7",
					    "\xF0\x9F\x91\xA9" ZWJ "\xF0\x9F\x92\xBB",
					    "O\xE2\x80\x99Neil",
					    NULL};

	(void)state;
	each(text_has_disguise, true, disguised);
	each(text_has_disguise, false, plain);
}

static void
sees_the_invisible(void **state)
{
	static const char *const invisible[] = {"a" ZWSP "b",
						"a" NBSP "b",
						"a" ZWNJ "b",
						"a" ZWJ "b",
						RLO,
						BOM,
						"a\xC2\xAD"
						"b",
						"a\xE2\x80\x82"
						"b",
						"a\xE3\x85\xA4",
						"a\xE2\xA0\x80",
						NULL};
	static const char *const shown[] = {"",          "INV 2026-001",   "\xC3\xA9t\xC3\xA9",
					    "e\xCC\x81", "\xE4\xB8\xAD/7", NULL};

	(void)state;
	each(text_has_invisible, true, invisible);
	each(text_has_invisible, false, shown);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sees_what_is_shown),
		cmocka_unit_test(sees_blanks_at_the_ends),
		cmocka_unit_test(sees_disguises),
		cmocka_unit_test(sees_the_invisible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
