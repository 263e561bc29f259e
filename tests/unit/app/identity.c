/* Phone numbers, identity numbers and parts of names, on both sides of each rule. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "app/people/identity.h"
#include "base/arena.h"
#include "base/luhn.h"
#include "tests/support/vectors.h"

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

struct form {
	const char *text;
	const char *form; /* NULL: refused */
};

static void
expect_form(const char *text, const char *found, const char *form)
{
	if ((found == NULL) != (form == NULL) || (found != NULL && strcmp(found, form) != 0))
		fail_msg("%s is %s", text, found != NULL ? found : "refused");
}

static void
test_phones(void **state)
{
	static const struct form rows[] = {
		{"+27825571055", "+27825571055"},
		{"0825571055", "+27825571055"},
		{"082 557-1055", "+27825571055"},
		{"(082) 557.1055", "+27825571055"},
		{"+27 82 557 1055", "+27825571055"},
		{"+14155552671", "+14155552671"},
		{"+12345678", "+12345678"},
		{"+123456789012345", "+123456789012345"},
		{"+1234567", NULL},
		{"+1234567890123456", NULL},
		{"+2782557105", NULL},
		{"+278255710555", NULL},
		{"+270825571055", NULL},
		{"+27082557105", NULL},
		{"082557105", NULL},
		{"08255710555", NULL},
		{"0025571055", NULL},
		{"27825571055", NULL},
		{"+0825571055", NULL},
		{"0027825571055", NULL},
		{"+2782557105x", NULL},
		{"++27825571055", NULL},
		{"+", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		expect_form(rows[i].text, phone_e164(*state, rows[i].text), rows[i].form);
}

/* With the right check digit, so that it isn't why one is refused. */
static const char *
checked(struct arena *arena, const char *digits)
{
	return arena_printf(arena, "%s%c", digits, luhn_digit(digits, strlen(digits)));
}

static void
test_identity_numbers(void **state)
{
	static const struct {
		const char *digits;
		bool good;
	} rows[] = {
		{"800101500908", true},  {"800101500918", true},   {"800101500928", true},
		{"800101500938", false}, {"800001500908", false},  {"801301500908", false},
		{"800100500908", false}, {"800132500908", false},  {"800431500908", false},
		{"800430500908", true},  {"000229500908", true},   {"010229500908", false},
		{"960229500908", true},  {"990230500908", false},  {"991231500908", true},
		{"80010150090", false},  {"8001015009080", false},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *text = checked(*state, rows[i].digits);

		expect_form(text, document_number(*state, DOCUMENT_SOUTH_AFRICAN_ID, text),
			    rows[i].good ? text : NULL);
	}
}

static void
test_identity_number_forms(void **state)
{
	static const struct form rows[] = {
		{"8001015009087", "8001015009087"},
		{"800101 5009 087", "8001015009087"},
		{"8001015009086", NULL},
		{"8001015009078", NULL},
		{"800101500908x", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		expect_form(rows[i].text,
			    document_number(*state, DOCUMENT_SOUTH_AFRICAN_ID, rows[i].text),
			    rows[i].form);
}

static void
test_passports(void **state)
{
	static const struct form rows[] = {
		{"A01234567", "A01234567"},
		{" m 00 12ab\t", "M0012AB"},
		{"8001015009086", "8001015009086"},
		{" ", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		expect_form(rows[i].text, document_number(*state, DOCUMENT_PASSPORT, rows[i].text),
			    rows[i].form);
}

/* A South African number makes the document one of that kind, whatever its given type. */
static void
test_document_keys(void **state)
{
	static const struct {
		enum document_type type;
		const char *number, *key;
	} rows[] = {
		{DOCUMENT_SOUTH_AFRICAN_ID, "8001015009087", "south_african_id 8001015009087"},
		{DOCUMENT_PASSPORT, "8001015009087", "south_african_id 8001015009087"},
		{DOCUMENT_PASSPORT, "800101-5009.087", "south_african_id 8001015009087"},
		{DOCUMENT_PASSPORT, "8001015009086", "passport 8001015009086"},
		{DOCUMENT_PASSPORT, "A-123", "passport A-123"},
		{DOCUMENT_PASSPORT, "M0012AB", "passport M0012AB"},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(document_key(*state, rows[i].type, rows[i].number),
				    rows[i].key);
}

static void
test_names(void **state)
{
	static const struct {
		const char *name, *first, *last;
	} rows[] = {
		{"Andre Test", "Andre", "Test"},
		{"  Eva  Maria de Jong ", "Eva", "Maria de Jong"},
		{"Cher", "Cher", ""},
		{" \t", "", ""},
		{"", "", ""},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *first;
		const char *last;

		name_split(*state, rows[i].name, &first, &last);
		assert_string_equal(first, rows[i].first);
		assert_string_equal(last, rows[i].last);
	}
}

/* Every wrong digit and nearly every swap of neighbours is found. */
static void
test_luhn(void **state)
{
	static const char *const good[] = {"79927398713", "8001015009087", "4242424242424242", "00",
					   "18"};
	static const char *const bad[] = {
		"79927398710", "8001015009078", "4242424242424241", "0", "", "1x", "-18"};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(luhn_valid(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(luhn_valid(bad[i]));
	assert_int_equal(luhn_digit("7992739871", 10), '3');
	assert_int_equal(luhn_digit("", 0), '0');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_phones),
		cmocka_unit_test(test_identity_numbers),
		cmocka_unit_test(test_identity_number_forms),
		cmocka_unit_test(test_passports),
		cmocka_unit_test(test_document_keys),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_luhn),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
