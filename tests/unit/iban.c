#include "app/iban.h"

#include "base/arena.h"
#include "tests/cmocka.h"
#include "tests/vectors.h"

static void
takes_good_ones(void **state)
{
	static const char *const good[] = {
		"RS35260005601001611379",          "BA391290079401028494",
		"PL61109010140000071219812874",    "PK36SCBL0000001123456702",
		"TR330006100519786457841326",      "NO9386011117947",
		"MT84MALT011000012345MTLCAST001S", "GB82WEST12345698765432",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(iban_valid(good[i]));
}

static void
refuses_the_rest(void **state)
{
	static const char *const bad[] = {
		"",
		"RS",
		"RS35",
		"RS35260005601001611378", /* one digit */
		"RS35260005601001611397", /* two changed places */
		"RS53260005601001611379",
		"R535260005601001611379",
		"rs35260005601001611379",
		"RS35 260005601001611379",
		"RSX5260005601001611379",
		"RS35260005601001611379-",
		"GB82WEST1234569876543\xC3\x85",
		"PL611090101400000712198128740000000",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(iban_valid(bad[i]));
}

static void
tidies_what_people_type(void **state)
{
	struct arena *arena = arena_new(1 << 16);

	(void)state;
	assert_string_equal(iban_plain(arena, " rs35 2600 0560 1001 6113 79 "),
			    "RS35260005601001611379");
	assert_string_equal(iban_plain(arena, ""), "");
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_good_ones),
		cmocka_unit_test(refuses_the_rest),
		cmocka_unit_test(tidies_what_people_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
