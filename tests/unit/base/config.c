#include <config.h>

#include "base/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config_names.h"
#include "runtime/app.h"

#include "tests/support/cmocka.h"

static int
clear(void **state)
{
	(void)state;
	for (size_t i = 0; config_row(i) != NULL; i++)
		(void)unsetenv(config_row(i)->variable);
	return 0;
}

static void
has_defaults(void **state)
{
	struct config config;
	char problem[256] = "";

	(void)state;
	assert_true(config_load(&config, problem));
	assert_string_equal(problem, "");
	assert_int_equal(config.threads, 32);
	assert_string_equal(config.smtp_url, "");
}

static void
takes_the_environment(void **state)
{
	struct config config;
	char problem[256];

	(void)state;
	(void)setenv("COWRY_THREADS", "256", 1);
	(void)setenv("COWRY_PUBLIC_URL", "https://pay.example", 1);
	assert_true(config_load(&config, problem));
	assert_int_equal(config.threads, 256);
	assert_string_equal(config.public_url, "https://pay.example");
}

static void
names_the_wrong_variable(void **state)
{
	static const struct {
		const char *variable;
		const char *value;
	} cases[] = {
		{"COWRY_THREADS", "0"},       {"COWRY_THREADS", "257"},
		{"COWRY_THREADS", ""},        {"COWRY_THREADS", "12x"},
		{"COWRY_THREADS", "1\n2"},    {"COWRY_LOG_LEVEL", "x"},
		{"COWRY_PUBLIC_URL", ""},     {"COWRY_PUBLIC_URL", "https://a\nb"},
		{"COWRY_PUBLIC_URL", "\xFF"}, {"COWRY_BATCH_MAX", "99999999999999999999"},
	};
	struct config config;
	char problem[256];

	for (size_t i = 0; i < COUNT(cases); i++) {
		(void)clear(state);
		(void)setenv(cases[i].variable, cases[i].value, 1);
		problem[0] = '\0';
		assert_false(config_load(&config, problem));
		assert_non_null(strstr(problem, cases[i].variable));
		assert_null(strchr(problem, '\n'));
	}
}

static void
never_shows_secrets(void **state)
{
	struct config config;
	char problem[256];
	char secret[301];

	(void)state;
	memset(secret, 'S', sizeof(secret) - 1);
	secret[sizeof(secret) - 1] = '\0';
	(void)setenv("COWRY_SMTP_PASSWORD", secret, 1);
	assert_false(config_load(&config, problem));
	assert_null(strstr(problem, "SSS"));
}

static void
has_rows_for_the_manual(void **state)
{
	(void)state;
	for (size_t i = 0; config_row(i) != NULL; i++) {
		const struct config_row *row = config_row(i);

		assert_int_equal(strncmp(row->variable, "COWRY_", 6), 0);
		assert_true(row->help[0] != '\0');
		assert_true(row->least <= row->most);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(row->variable, config_row(k)->variable);
	}
	assert_null(config_row(1000));
}

/* Access to the sandbox, or unencrypted payment services, must be configured explicitly. */
static void
keeps_the_sandbox_out_of_production(void **state)
{
	static const struct {
		const char *variable;
		const char *value;
		const char *named;
	} cases[] = {
		{"COWRY_ENVIRONMENT", "staging", "COWRY_ENVIRONMENT"},
		{"COWRY_ENVIRONMENT", "Development", "COWRY_ENVIRONMENT"},
		{"COWRY_SANDBOX_URL", "https://localhost:8443/sandbox", "COWRY_SANDBOX_URL"},
		{"COWRY_PAYSTACK_URL", "http://api.paystack.co", "COWRY_PAYSTACK_URL"},
		{"COWRY_FLUTTERWAVE_URL", "HTTPS//x", "COWRY_FLUTTERWAVE_URL"},
		{"COWRY_PAGA_URL", "http://x", "COWRY_PAGA_URL"},
		{"COWRY_FINGRA_URL", "http://x", "COWRY_FINGRA_URL"},
		{"COWRY_FLASH_URL", "http://x", "COWRY_FLASH_URL"},
		{"COWRY_MOBILEMART_URL", "http://x", "COWRY_MOBILEMART_URL"},
		{"COWRY_EASYPAY_URL", "http://x", "COWRY_EASYPAY_URL"},
		{"COWRY_GOOGLE_ISSUER", "http://x", "COWRY_GOOGLE_ISSUER"},
		{"COWRY_OTP_FUNDING", "yes", "COWRY_OTP_FUNDING"},
	};
	struct config config;
	char problem[256] = "";

	(void)clear(state);
	assert_true(config_load(&config, problem));
	assert_true(config_check(&config, problem));
	for (size_t i = 0; i < COUNT(cases); i++) {
		(void)clear(state);
		(void)setenv(cases[i].variable, cases[i].value, 1);
		assert_true(config_load(&config, problem));
		assert_false(config_check(&config, problem));
		assert_non_null(strstr(problem, cases[i].named));
		if (i < 2)
			continue;
		(void)setenv("COWRY_ENVIRONMENT", "development", 1);
		assert_true(config_load(&config, problem));
		assert_true(config_check(&config, problem));
	}
}

/* In development as well: otherwise it would only be noticed in a browser. */
static void
takes_only_origins_for_origins(void **state)
{
	struct config config;
	char problem[256] = "";

	(void)clear(state);
	(void)setenv("COWRY_ENVIRONMENT", "development", 1);
	(void)setenv("COWRY_ALLOWED_ORIGINS", "https://app.example.com *", 1);
	assert_true(config_load(&config, problem));
	assert_true(config_check(&config, problem));
	(void)setenv("COWRY_ALLOWED_ORIGINS", "https://app.example.com/", 1);
	assert_true(config_load(&config, problem));
	assert_false(config_check(&config, problem));
	assert_non_null(strstr(problem, "COWRY_ALLOWED_ORIGINS"));
}

static void
suggests_the_nearest_name(void **state)
{
	static const struct {
		const char *name;
		const char *message;
	} cases[] = {
		{"COWRY_TREADS", "there is no setting COWRY_TREADS; did you mean COWRY_THREADS?"},
		{"COWRY_THRAEDS", "there is no setting COWRY_THRAEDS; did you mean COWRY_THREADS?"},
		{"COWRY_THREAD", "there is no setting COWRY_THREAD; did you mean COWRY_THREADS?"},
		{"COWRY_SMTP_PASWORD",
		 "there is no setting COWRY_SMTP_PASWORD; did you mean COWRY_SMTP_PASSWORD?"},
		{"COWRY_DATABASE_OWNERURL", "there is no setting COWRY_DATABASE_OWNERURL; did you "
					    "mean COWRY_DATABASE_OWNER_URL?"},
		{"COWRY_COLOUR", "there is no setting COWRY_COLOUR; see cowry.conf(5)"},
		{"COWRY_", "there is no setting COWRY_; see cowry.conf(5)"},
		{"COWRY_A\nB", "there is no setting COWRY_A?B; see cowry.conf(5)"},
	};
	static const char *const known[] = {"COWRY_THREADS",
					    "COWRY_HOME",
					    "COWRY_TEST_SEED",
					    "cowry_threads",
					    "COWRY",
					    "PATH",
					    ""};
	char problem[256] = "";

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_false(config_name_check(cases[i].name, problem));
		assert_string_equal(problem, cases[i].message);
	}
	for (size_t i = 0; i < COUNT(known); i++)
		assert_true(config_name_check(known[i], problem));
}

/* Names of any length. */
static void
refuses_long_names(void **state)
{
	char name[5000] = "COWRY_";
	char problem[256];

	(void)state;
	memset(name + strlen(name), 'X', sizeof name - strlen(name) - 1);
	assert_false(config_name_check(name, problem));
	assert_true(strlen(problem) < 200);
}

static void
refuses_misspelled_names(void **state)
{
	struct config config;
	char problem[256];

	(void)state;
	(void)setenv("COWRY_TREADS", "s3cret", 1);
	assert_false(config_load(&config, problem));
	assert_non_null(strstr(problem, "COWRY_THREADS"));
	assert_null(strstr(problem, "s3cret"));
	(void)unsetenv("COWRY_TREADS");
	assert_true(config_load(&config, problem));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(has_defaults, clear),
		cmocka_unit_test_setup(takes_the_environment, clear),
		cmocka_unit_test_setup(names_the_wrong_variable, clear),
		cmocka_unit_test_setup(never_shows_secrets, clear),
		cmocka_unit_test_setup(has_rows_for_the_manual, clear),
		cmocka_unit_test_setup(keeps_the_sandbox_out_of_production, clear),
		cmocka_unit_test_setup(takes_only_origins_for_origins, clear),
		cmocka_unit_test(suggests_the_nearest_name),
		cmocka_unit_test(refuses_long_names),
		cmocka_unit_test_setup(refuses_misspelled_names, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
