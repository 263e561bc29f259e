#include "base/fault.h"

#include <string.h>

#include "base/text.h"

#include "tests/support/cmocka.h"

static enum err
inner(struct fault *f, enum err err)
{
	return err == ERR_OK ? ERR_OK : fault(f, err, "amount", "Amount is over %d", 7);
}

static enum err
outer(struct fault *f, enum err err)
{
	TRY(inner(f, err));
	return ERR_OK;
}

static void
reports_once_where_it_happened(void **state)
{
	struct fault f = {0};

	(void)state;
	assert_int_equal(outer(&f, ERR_OK), ERR_OK);
	assert_int_equal(f.err, ERR_OK);
	assert_int_equal(outer(&f, ERR_VALIDATION), ERR_VALIDATION);
	assert_int_equal(f.err, ERR_VALIDATION);
	assert_string_equal(f.field, "amount");
	assert_string_equal(f.message, "Amount is over 7");
	assert_non_null(strstr(f.file, "fault.c"));
	assert_true(f.line > 0);
	fault_clear(&f);
	assert_int_equal(f.err, ERR_OK);
	assert_string_equal(f.message, "");
}

static void
falls_back_to_the_catalogue(void **state)
{
	struct fault f = {0};

	(void)state;
	assert_int_equal(fault(&f, ERR_NOT_FOUND, NULL, NULL), ERR_NOT_FOUND);
	assert_string_equal(f.message, "Not found");
	assert_string_equal(f.field, "");
}

/* Messages contain texts of clients; a cut within a character would break the answer. */
static void
cuts_between_characters(void **state)
{
	struct fault f = {0};
	char text[300];

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 4 < sizeof(text); i += 4)
			memcpy(text + i, "\xF0\x9F\x98\x80", 5);
		(void)fault(&f, ERR_VALIDATION, text, "%s", text);
		assert_true(utf8_valid(f.message, strlen(f.message)));
		assert_true(utf8_valid(f.field, strlen(f.field)));
		assert_true(strlen(f.message) >= sizeof(f.message) - 4);
	}
}

static void
knows_every_error(void **state)
{
	(void)state;
	for (int i = 0; i < ERR_COUNT; i++) {
		assert_in_range(err_status((enum err)i), 200, 599);
		assert_true(err_code((enum err)i)[0] != '\0');
		assert_true(err_message((enum err)i)[0] != '\0');
		assert_true(strlen(err_message((enum err)i)) <
			    sizeof(((struct fault *)0)->message));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(err_code((enum err)i), err_code((enum err)k));
	}
	assert_int_equal(err_status(ERR_COUNT), 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_once_where_it_happened),
		cmocka_unit_test(falls_back_to_the_catalogue),
		cmocka_unit_test(cuts_between_characters),
		cmocka_unit_test(knows_every_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
