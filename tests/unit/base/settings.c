#include <config.h>

#include "base/settings.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/config.h"

#include "tests/support/cmocka.h"

static char path[] = "/tmp/cowry-settings.XXXXXX";

static void
write_file(const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int
begin(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	for (size_t i = 0; config_row(i) != NULL; i++)
		(void)unsetenv(config_row(i)->variable);
	(void)setenv("COWRY_ENV_FILE", path, 1);
	return fd < 0 || close(fd) != 0;
}

static int
end(void **state)
{
	(void)state;
	return unlink(path);
}

static void
are_those_of_environment_and_file(void **state)
{
	char problem[256];
	struct settings *settings;
	const struct config *config;

	(void)state;
	(void)setenv("COWRY_THREADS", "7", 1);
	write_file("COWRY_THREADS=9\nCOWRY_MAIL_FROM=a@pay.example\nCOWRYLESS='x y'\n");
	settings = settings_new(problem);
	assert_non_null(settings);
	config = settings_hold(settings);
	assert_int_equal(config->threads, 7);
	assert_string_equal(config->mail_from, "a@pay.example");
	assert_string_equal(getenv("COWRYLESS"), "x y");
	settings_release(settings, config);
	settings_free(settings);
	(void)unsetenv("COWRY_THREADS");
}

static void
change_as_a_whole(void **state)
{
	char problem[256];
	struct settings_changes changes;
	struct settings *settings;
	const struct config *old;
	const struct config *config;

	(void)state;
	write_file("COWRY_SIGN_IN_PER_MINUTE=5\nCOWRY_MAIL_FROM=a@pay.example\nCOWRY_THREADS=4\n");
	settings = settings_new(problem);
	assert_non_null(settings);
	old = settings_hold(settings);
	write_file("COWRY_SIGN_IN_PER_MINUTE=6\nCOWRY_THREADS=8\n");
	assert_true(settings_reload(settings, &changes, problem));
	assert_string_equal(changes.taken, "COWRY_SIGN_IN_PER_MINUTE COWRY_MAIL_FROM");
	assert_string_equal(changes.waiting, "COWRY_THREADS");
	config = settings_hold(settings);
	assert_int_equal(config->sign_in_per_minute, 6);
	assert_string_equal(config->mail_from, "cowry@localhost");
	assert_int_equal(config->threads, 4);
	assert_int_equal(old->sign_in_per_minute, 5);
	assert_string_equal(old->mail_from, "a@pay.example");
	settings_release(settings, old);
	settings_release(settings, config);
	settings_free(settings);
}

static void
are_refused_as_a_whole(void **state)
{
	static const struct {
		const char *text;
		const char *problem;
	} cases[] = {
		{"COWRY_EXPORTS_PER_DAY=7\nCOWRY_PAYOUT_HOUR=24\n", "COWRY_PAYOUT_HOUR must be"},
		{"COWRY_EXPORTS_PER_DAY=7\nCOWRY_PAGA_URL=http://x\n", "COWRY_PAGA_URL must begin"},
		{"COWRY_EXPORTS_PER_DAY=7\nCOWRY_THREADS=0\n", "COWRY_THREADS must be"},
		{"COWRY_EXPORTS_PER_DAY=7\nCOWRY_EXPORTS=1\n", "line 2: there is no setting"},
		{"COWRY_EXPORTS_PER_DAY=7\nnonsense\n", "line 2: "},
	};
	char problem[256];
	struct settings_changes changes;
	struct settings *settings;

	(void)state;
	write_file("COWRY_EXPORTS_PER_DAY=3\n");
	settings = settings_new(problem);
	assert_non_null(settings);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct config *config;

		write_file(cases[i].text);
		assert_false(settings_reload(settings, &changes, problem));
		assert_non_null(strstr(problem, cases[i].problem));
		config = settings_hold(settings);
		assert_int_equal(config->exports_per_day, 3);
		settings_release(settings, config);
		assert_null(settings_new(problem));
	}
	(void)setenv("COWRY_ENV_FILE", "/nowhere/cowry.env", 1);
	assert_false(settings_reload(settings, &changes, problem));
	assert_non_null(strstr(problem, "/nowhere/cowry.env"));
	(void)setenv("COWRY_ENV_FILE", path, 1);
	settings_free(settings);
}

struct race {
	struct settings *settings;
	atomic_bool stop;
	atomic_int wrong;
};

/* Two settings of one file always belong together. */
static void *
read_on(void *arg)
{
	struct race *race = arg;

	while (!atomic_load(&race->stop)) {
		const struct config *config = settings_hold(race->settings);
		char expected[32];

		(void)snprintf(expected, sizeof(expected), "m%d@pay.example",
			       (int)config->exports_per_day);
		if (strcmp(config->mail_from, expected) != 0)
			atomic_fetch_add(&race->wrong, 1);
		settings_release(race->settings, config);
	}
	return NULL;
}

static void
stay_for_who_holds_them(void **state)
{
	enum { READERS = 4, RELOADS = 300 };
	pthread_t readers[READERS];
	struct settings_changes changes;
	struct race race = {0};
	char problem[256];
	char text[128];

	(void)state;
	write_file("COWRY_EXPORTS_PER_DAY=0\nCOWRY_MAIL_FROM=m0@pay.example\n");
	race.settings = settings_new(problem);
	assert_non_null(race.settings);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, read_on, &race), 0);
	for (int i = 1; i <= RELOADS; i++) {
		(void)snprintf(text, sizeof(text),
			       "COWRY_EXPORTS_PER_DAY=%d\nCOWRY_MAIL_FROM=m%d@pay.example\n", i, i);
		write_file(text);
		assert_true(settings_reload(race.settings, &changes, problem));
	}
	atomic_store(&race.stop, true);
	for (int i = 0; i < READERS; i++)
		(void)pthread_join(readers[i], NULL);
	assert_int_equal(atomic_load(&race.wrong), 0);
	settings_free(race.settings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(are_those_of_environment_and_file),
		cmocka_unit_test(change_as_a_whole),
		cmocka_unit_test(are_refused_as_a_whole),
		cmocka_unit_test(stay_for_who_holds_them),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
