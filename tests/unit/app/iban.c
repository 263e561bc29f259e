#include "app/bank/iban.h"

#include <string.h>

#include "base/arena.h"
#include "tests/support/cmocka.h"
#include "tests/support/vectors.h"

/* The examples of the registry, one for each country. */
static const char *const examples[] = {
	"AD1200012030200359100100",
	"AE070331234567890123456",
	"AL47212110090000000235698741",
	"AT611904300234573201",
	"AZ21NABZ00000000137010001944",
	"BA391290079401028494",
	"BE68539007547034",
	"BG80BNBG96611020345678",
	"BH67BMAG00001299123456",
	"BI4210000100010000332045181",
	"BR9700360305000010009795493P1",
	"BY13NBRB3600900000002Z00AB00",
	"CH9300762011623852957",
	"CR05015202001026284066",
	"CY17002001280000001200527600",
	"CZ6508000000192000145399",
	"DE89370400440532013000",
	"DJ2100010000000154000100186",
	"DK5000400440116243",
	"DO28BAGR00000001212453611324",
	"EE382200221020145685",
	"EG380019000500000000263180002",
	"ES9121000418450200051332",
	"FI2112345600000785",
	"FK88SC123456789012",
	"FO2000400440116243",
	"FR1420041010050500013M02606",
	"GB29NWBK60161331926819",
	"GE29NB0000000101904917",
	"GI75NWBK000000007099453",
	"GL2000400440116243",
	"GR1601101250000000012300695",
	"GT82TRAJ01020000001210029690",
	"HN88CABF00000000000250005469",
	"HR1210010051863000160",
	"HU42117730161111101800000000",
	"IE29AIBK93115212345678",
	"IL620108000000099999999",
	"IQ98NBIQ850123456789012",
	"IS140159260076545510730339",
	"IT60X0542811101000000123456",
	"JO94CBJO0010000000000131000302",
	"KW81CBKU0000000000001234560101",
	"KZ86125KZT5004100100",
	"LB62099900000001001901229114",
	"LC55HEMM000100010012001200023015",
	"LI21088100002324013AA",
	"LT121000011101001000",
	"LU280019400644750000",
	"LV80BANK0000435195001",
	"LY83002048000020100120361",
	"MC5811222000010123456789030",
	"MD24AG000225100013104168",
	"ME25505000012345678951",
	"MK07250120000058984",
	"MN121234123456789123",
	"MR1300020001010000123456753",
	"MT84MALT011000012345MTLCAST001S",
	"MU17BOMM0101101030300200000MUR",
	"NI45BAPR00000013000003558124",
	"NL91ABNA0417164300",
	"NO9386011117947",
	"OM810180000001299123456",
	"PK36SCBL0000001123456702",
	"PL61109010140000071219812874",
	"PS92PALS000000000400123456702",
	"PT50000201231234567890154",
	"QA58DOHB00001234567890ABCDEFG",
	"RO49AAAA1B31007593840000",
	"RS35260005601001611379",
	"RU0304452522540817810538091310419",
	"SA0380000000608010167519",
	"SC18SSCB11010000000000001497USD",
	"SD8811123456789012",
	"SE4550000000058398257466",
	"SI56191000000123438",
	"SK3112000000198742637541",
	"SM86U0322509800000000270100",
	"SO211000001001000100141",
	"ST68000100010051845310112",
	"SV62CENR00000000000000700025",
	"TL380080012345678910157",
	"TN5910006035183598478831",
	"TR330006100519786457841326",
	"UA213223130000026007233566001",
	"VA59001123000012345678",
	"VG96VPVG0000012345678901",
	"XK051212012345678906",
	"YE15CBYE0001018861234567891234",
};

/* What others show, and what the documents of ours do. */
static const char *const more[] = {
	"BA391990440001200279",
	"GB82WEST12345698765432",
	"FR7630006000011234567890189",
};

static void
takes_good_ones(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(examples); i++)
		if (!iban_valid(examples[i]))
			fail_msg("refused %s", examples[i]);
	for (size_t i = 0; i < COUNT(more); i++)
		if (!iban_valid(more[i]))
			fail_msg("refused %s", more[i]);
}

/* The IBAN of a BBAN: its check digits make the remainder by 97 one. */
static const char *
iban_of(struct arena *arena, const char *country, const char *bban)
{
	const char *turned = arena_printf(arena, "%s%s00", bban, country);
	unsigned rest = 0;

	for (const char *p = turned; *p != '\0'; p++)
		rest = *p >= 'A' ? (rest * 100 + (unsigned)(*p - 'A') + 10) % 97
				 : (rest * 10 + (unsigned)(*p - '0')) % 97;
	return arena_printf(arena, "%s%02u%s", country, 98 - rest, bban);
}

/* A digit too few, too many, or a letter where the country has digits only; the check digits are right. */
static void
knows_structures(void **state)
{
	static const char letters[] = "AEGHIKLORX";
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(examples); i++) {
		const char *country = arena_strndup(arena, examples[i], 2);
		const char *bban = examples[i] + 4;
		const char *all = strpbrk(bban, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		char *changed = arena_strdup(arena, bban);

		assert_string_equal(iban_of(arena, country, bban), examples[i]);
		assert_false(iban_valid(iban_of(arena, country, arena_printf(arena, "%s0", bban))));
		assert_false(iban_valid(
			iban_of(arena, country, arena_strndup(arena, bban, strlen(bban) - 1))));
		assert_false(iban_valid(iban_of(arena, "ZZ", bban)));
		if (all != bban) { /* of those that begin with a digit, some take letters */
			changed[0] = letters[i % 10];
			if (iban_valid(iban_of(arena, country, changed)))
				fail_msg("took %s", iban_of(arena, country, changed));
		}
	}
	arena_free(arena);
}

/* Each place of a number whose country checks it within, counted up by one; the IBAN's own digits are right. */
static void
knows_national_digits(void **state)
{
	static const char *const checked[] = {"BA", "BE", "ES", "FI", "FR", "IT", "MC", "ME",
					      "MK", "NO", "PT", "RS", "SI", "SM", "TL", "XK"};
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t c = 0; c < COUNT(checked); c++)
		for (size_t i = 0; i < COUNT(examples); i++) {
			const char *bban = examples[i] + 4;

			if (strncmp(examples[i], checked[c], 2) != 0)
				continue;
			for (size_t at = 0; bban[at] != '\0'; at++) {
				char *changed = arena_strdup(arena, bban);

				changed[at] = (char)(changed[at] + 1);
				if (iban_valid(iban_of(arena, checked[c], changed)))
					fail_msg("took %s", iban_of(arena, checked[c], changed));
			}
		}
	/* Poland checks the number of the bank alone. */
	assert_false(iban_valid(iban_of(arena, "PL", "109010150000071219812874")));
	assert_true(iban_valid(iban_of(arena, "PL", "109010140000071219812875")));
	arena_free(arena);
}

static void
set_check_digits(char *iban, const char *digits)
{
	iban[2] = digits[0];
	iban[3] = digits[1];
}

/* 00, 01 and 99 leave the remainder of 97, 98 and 02. */
static void
knows_check_digits(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	size_t seen = 0;

	(void)state;
	for (int n = 0; n < 1000; n++) {
		const char *iban = iban_of(arena, "VG", arena_printf(arena, "VPVG%016d", n));
		char *other = arena_strdup(arena, iban);

		assert_true(iban_valid(iban));
		if (strncmp(iban + 2, "02", 2) == 0)
			set_check_digits(other, "99");
		else if (strncmp(iban + 2, "97", 2) == 0)
			set_check_digits(other, "00");
		else if (strncmp(iban + 2, "98", 2) == 0)
			set_check_digits(other, "01");
		else
			continue;
		assert_false(iban_valid(other));
		seen++;
	}
	assert_in_range(seen, 3, 1000);
	arena_free(arena);
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
knows_bbans(void **state)
{
	(void)state;
	assert_true(bban_valid("NO", "86011117947"));
	assert_false(bban_valid("NO", "86011117948"));
	assert_false(bban_valid("NO", "8601111794"));
	assert_false(bban_valid("NO", "8601.11.17947"));
	assert_false(bban_valid("NO", ""));
	assert_false(bban_valid("ZZ", "86011117947"));
	assert_false(bban_valid("", "86011117947"));
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
		cmocka_unit_test(knows_structures),
		cmocka_unit_test(knows_national_digits),
		cmocka_unit_test(knows_check_digits),
		cmocka_unit_test(knows_bbans),
		cmocka_unit_test(refuses_the_rest),
		cmocka_unit_test(tidies_what_people_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
