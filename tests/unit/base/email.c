#include "base/email.h"

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
takes_addresses(void **state)
{
	static const char *const valid[] = {
		"jane@example.com",
		"Jane.Doe+tag@mail.example.com",
		"o'brien@example.ie",
		"a@localhost",
		"x@xn--bcher-kva.example",
		"x@b\u00FCcher.example",
		"j\xC3\xB6rg@example.com",
		"\xE7\x94\xA8\xE6\x88\xB7@\xE4\xBE\x8B\xE5\xAD\x90.example",
		"a@1and1.example",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(valid); i++)
		if (!email_valid(valid[i]))
			fail_msg("refused %s", valid[i]);
}

static void
refuses_what_is_none(void **state)
{
	static const char *const invalid[] = {
		"",
		"jane",
		"@example.com",
		"jane@",
		"jane@@example.com",
		"jane@example",
		"jane@.example.com",
		"jane@example..com",
		"jane@example.com.",
		"jane@-example.com",
		"jane@example-.com",
		"jane@exa_mple.com",
		"jane@exa!mple.com",
		".jane@example.com",
		"jane.@example.com",
		"ja..ne@example.com",
		"ja ne@example.com",
		"\"jane\"@example.com",
		"jane@[127.0.0.1]",
		"jane@xn--a.example",       /* no Punycode */
		"jane@\u0301a.example",     /* a combining mark begins the label */
		"jane@example\xE3\x80\x82", /* an ideographic full stop at the end */
		"\xCC\x81jane@example.com", /* a combining mark alone */
		"j\xCD\xBEne@example.com",  /* NFC makes a semicolon of it */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(invalid); i++)
		if (email_valid(invalid[i]))
			fail_msg("took %s", invalid[i]);
}

/* At any position: at the ends, within the local part, within the domain. */
static void
refuses_what_is_not_seen(void **state)
{
	static const char *const unseen[] = {
		" ",
		"\t",
		"\n",
		"\r",
		"\x01",
		"\x7F",
		"\xC2\x80",         /* a C1 control */
		"\xC2\x85",         /* next line */
		"\xC2\xA0",         /* no-break space */
		"\xC2\xAD",         /* soft hyphen */
		"\xCD\x8F",         /* combining grapheme joiner */
		"\xD8\x9C",         /* Arabic letter mark */
		"\xE1\x85\x9F",     /* Hangul filler */
		"\xE1\x9A\x80",     /* Ogham space mark */
		"\xE2\x80\x82",     /* en space */
		"\xE2\x80\x8B",     /* zero width space */
		"\xE2\x80\x8C",     /* zero width non-joiner */
		"\xE2\x80\x8D",     /* zero width joiner */
		"\xE2\x80\x8F",     /* right-to-left mark */
		"\xE2\x80\xA8",     /* line separator */
		"\xE2\x80\xAE",     /* right-to-left override */
		"\xE2\x81\xA0",     /* word joiner */
		"\xE2\x81\xA7",     /* first strong isolate */
		"\xE2\xA0\x80",     /* braille pattern blank */
		"\xE3\x80\x80",     /* ideographic space */
		"\xE3\x85\xA4",     /* Hangul filler */
		"\xEF\xB8\x8F",     /* variation selector */
		"\xEF\xBB\xBF",     /* byte order mark */
		"\xEF\xBF\xBE",     /* no character */
		"\xEE\x80\x80",     /* private use */
		"\xF3\xA0\x81\xA1", /* tag */
	};
	struct arena *arena = *state;

	for (size_t i = 0; i < COUNT(unseen); i++) {
		const char *u = unseen[i];
		const char *const texts[] = {
			arena_printf(arena, "%sjane@example.com", u),
			arena_printf(arena, "ja%sne@example.com", u),
			arena_printf(arena, "jane%s@example.com", u),
			arena_printf(arena, "jane@%sexample.com", u),
			arena_printf(arena, "jane@exam%sple.com", u),
			arena_printf(arena, "jane@example.com%s", u),
			arena_printf(arena, "jane@b\xC3\xBC%scher.example", u),
		};

		for (size_t t = 0; t < COUNT(texts); t++)
			if (email_valid(texts[t]))
				fail_msg("took %zu at %zu", i, t);
	}
}

static void
knows_lengths(void **state)
{
	struct arena *arena = *state;
	char local[66];
	char label[64];

	memset(local, 'a', 65);
	local[65] = '\0';
	memset(label, 'b', 63);
	label[63] = '\0';
	assert_false(email_valid(arena_printf(arena, "%s@example.com", local)));
	assert_true(email_valid(arena_printf(arena, "%.64s@example.com", local)));
	/* NFC lengthens U+0958, and shortens the j with a caron only when it is small. */
	assert_true(email_valid(arena_printf(arena, "\u0958j\u030C%.56s@example.com", local)));
	assert_true(email_valid(arena_printf(arena, "\u0958J\u030C%.56s@example.com", local)));
	assert_false(email_valid(arena_printf(arena, "\u0958J\u030C%.57s@example.com", local)));
	assert_true(email_valid(arena_printf(arena, "a@%s.com", label)));
	assert_false(email_valid(arena_printf(arena, "a@%sb.com", label)));
	assert_true(email_valid(
		arena_printf(arena, "%.64s@%s.%s.%.61s", local, label, label, label))); /* 254 */
	assert_false(
		email_valid(arena_printf(arena, "%.64s@%s.%s.%.62s", local, label, label, label)));
}

static void
is_one_person(void **state)
{
	static const struct {
		const char *text;
		const char *key;
	} keys[] = {
		{"Jane.Doe@Example.COM", "jane.doe@example.com"},
		{"jane@B\xC3\x9C"
		 "CHER.example",
		 "jane@xn--bcher-kva.example"},
		{"jane@bu\xCC\x88"
		 "cher.example",
		 "jane@xn--bcher-kva.example"},
		{"jane@XN--BCHER-KVA.example", "jane@xn--bcher-kva.example"},
		{"jane@\xEF\xBD\x85xample.com", "jane@example.com"},
		{"jane@example\xE3\x80\x82"
		 "com",
		 "jane@example.com"},
		{"JO\xCC\x88RG@example.com", "j\xC3\x96rg@example.com"},
		{"J\xC3\x96RG@example.com", "j\xC3\x96rg@example.com"},
		{"J\u030C@example.com", "\u01F0@example.com"}, /* there is no such capital */
		{"j\u030C@example.com", "\u01F0@example.com"},
		{"\xE2\x84\xAA"
		 "im@example.com",
		 "kim@example.com"}, /* NFC of the Kelvin sign */
		{"\xEF\xBD\x81@example.com", "\xEF\xBD\x81@example.com"}, /* NFC, not NFKC */
		{"stra\xC3\x9F"
		 "e@fa\xC3\x9F.example",
		 "stra\xC3\x9F"
		 "e@xn--fa-hia.example"},
	};
	struct arena *arena = *state;

	for (size_t i = 0; i < COUNT(keys); i++) {
		const char *key = email_key(arena, keys[i].text);

		assert_string_equal(key, keys[i].key);
		assert_string_equal(email_key(arena, key), key);
		assert_true(email_valid(key));
	}
	/* The local part is folded for ASCII only. */
	assert_string_not_equal(email_key(arena, "j\xC3\xB6rg@example.com"),
				email_key(arena, "j\xC3\x96rg@example.com"));
}

/* Sign-in accepts any text: one that is not an address matches no account. */
static void
has_a_key_for_anything(void **state)
{
	struct arena *arena = *state;

	assert_string_equal(email_key(arena, "Jane@Example.com\xE2\x80\x8B"),
			    "jane@example.com\xE2\x80\x8B");
	assert_string_equal(email_key(arena, "NOBODY"), "nobody");
	assert_string_equal(email_key(arena, ""), "");
	assert_string_equal(email_spelling(arena, "B\xC3\x9C@X.de"), "b\xC3\x9C@x.de");
}

static void
is_given_to_servers(void **state)
{
	struct arena *arena = *state;

	assert_string_equal(email_route(arena, "Jane@Example.com"), "Jane@example.com");
	assert_string_equal(email_route(arena, "Jane@b\xC3\xBC"
					       "cher.example"),
			    "Jane@xn--bcher-kva.example");
	assert_string_equal(email_route(arena, "J\xC3\xB6rg@b\xC3\xBC"
					       "cher.example"),
			    "J\xC3\xB6rg@xn--bcher-kva.example");
	assert_null(email_route(arena, "Jane@example.com\xE2\x80\x8B"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_addresses),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(refuses_what_is_not_seen),
		cmocka_unit_test(knows_lengths),
		cmocka_unit_test(is_one_person),
		cmocka_unit_test(has_a_key_for_anything),
		cmocka_unit_test(is_given_to_servers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
