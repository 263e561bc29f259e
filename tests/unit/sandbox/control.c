#include <config.h>

#include <string.h>

#include "base/arena.h"
#include "sandbox/control.h"
#include "sandbox/form.h"
#include "tests/support/cmocka.h"
#include "json/reader.h"

static const char *const names[] = {"paystack", "google", NULL};

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

static enum err
read(struct arena *arena, const char *text, struct command *out)
{
	struct json_object *object;
	struct fault f = {0};
	enum err err;

	assert_int_equal(json_read(arena, &f, text, strlen(text), &object), ERR_OK);
	err = command_read(arena, &f, names, object, out);
	if (err != ERR_OK)
		assert_true(f.message[0] != '\0');
	return err;
}

static void
commands_are_read(void **state)
{
	struct command command;

	assert_int_equal(read(*state,
			      "{\"provider\":\"google\",\"delay_ms\":5,\"fail\":\"500\","
			      "\"times\":3,\"path\":\"/token\"}",
			      &command),
			 ERR_OK);
	assert_int_equal(command.provider, 1);
	assert_true(command.set[KNOB_DELAY] && command.set[KNOB_FAIL] && !command.set[KNOB_EARLY]);
	assert_int_equal(command.settings[KNOB_DELAY].number, 5);
	assert_int_equal(command.settings[KNOB_FAIL].times, 3);
	assert_string_equal(command.settings[KNOB_FAIL].word, "500");
	assert_int_equal(read(*state, "{\"provider\":\"paystack\",\"reorder\":true}", &command),
			 ERR_OK);
	assert_int_equal(command.settings[KNOB_REORDER].times, REORDER_TIMES_DEFAULT);
	assert_int_equal(read(*state, "{}", &command), ERR_OK);
	assert_true(command.reset && command.provider == CONTROL_ALL);
}

static void
mistakes_are_refused(void **state)
{
	static const char *const wrong[] = {
		"{\"provider\":\"nobody\",\"fail\":\"500\"}",
		"{\"fail\":\"500\"}",
		"{\"provider\":\"paystack\"}",
		"{\"provider\":\"paystack\",\"fail\":\"maybe\"}",
		"{\"provider\":\"paystack\",\"fail\":500}",
		"{\"provider\":\"paystack\",\"delay_ms\":-1}",
		"{\"provider\":\"paystack\",\"delay_ms\":60001}",
		"{\"provider\":\"paystack\",\"fail\":\"500\",\"times\":0}",
		"{\"provider\":\"paystack\",\"repeat\":0}",
		"{\"provider\":\"paystack\",\"reorder\":\"yes\"}",
		"{\"provider\":\"paystack\",\"amount\":\"-1\"}",
		"{\"provider\":\"paystack\",\"currency\":\"naira\"}",
		"{\"provider\":\"paystack\",\"failure\":\"500\"}",
		"{\"provider\":\"google\",\"id_token\":\"right\"}",
	};
	struct command command;

	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_int_equal(read(*state, wrong[i], &command), ERR_VALIDATION);
}

static void
knobs_are_spent(void **state)
{
	struct control *control = control_new(2);
	struct setting setting;
	struct command command;

	assert_false(control_take(control, 0, KNOB_FAIL, "/x", &setting));
	assert_int_equal(read(*state,
			      "{\"provider\":\"paystack\",\"fail\":\"500\",\"times\":2,"
			      "\"path\":\"/transfer\"}",
			      &command),
			 ERR_OK);
	control_apply(control, &command);
	assert_false(control_take(control, 1, KNOB_FAIL, "/transfer", &setting));
	assert_false(control_take(control, 0, KNOB_FAIL, "/customer", &setting));
	assert_false(control_take(control, 0, KNOB_FAIL, "/transferrecipient", &setting));
	assert_true(control_take(control, 0, KNOB_FAIL, "/transfer", &setting));
	assert_int_equal(setting.times, 1);
	assert_true(control_take(control, 0, KNOB_FAIL, "/transfer/verify/x", &setting));
	assert_false(control_take(control, 0, KNOB_FAIL, "/transfer", &setting));
	control_apply(control, &command);
	assert_int_equal(read(*state, "{\"provider\":\"paystack\",\"reset\":true}", &command),
			 ERR_OK);
	control_apply(control, &command);
	assert_false(control_take(control, 0, KNOB_FAIL, "/transfer", &setting));
	control_free(control);
}

static void
forms_are_read(void **state)
{
	static const char text[] = "a=1&b=two+words&c=%C3%A9&a=2&&d";
	struct form form;

	assert_true(form_read(*state, text, strlen(text), &form));
	assert_string_equal(form_value(&form, "a"), "1");
	assert_string_equal(form_value(&form, "b"), "two words");
	assert_string_equal(form_value(&form, "c"), "\xc3\xa9");
	assert_string_equal(form_value(&form, "d"), "");
	assert_null(form_value(&form, "e"));
	assert_false(form_read(*state, "a=%zz", 5, &form));
	assert_string_equal(form_escape(*state, "a b/\xc3\xa9"), "a%20b%2F%C3%A9");
	assert_string_equal(html_escape(*state, "<a href=\"x\">&'"),
			    "&#60;a href=&#34;x&#34;&#62;&#38;&#39;");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(commands_are_read, setup, teardown),
		cmocka_unit_test_setup_teardown(mistakes_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(knobs_are_spent, setup, teardown),
		cmocka_unit_test_setup_teardown(forms_are_read, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
