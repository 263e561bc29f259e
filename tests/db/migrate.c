/* Migrations: applied once and in order, never after a change, each atomically. */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "db/migrate.h"
#include "tests/support/cmocka.h"
#include "tests/support/fixture.h"

/* An empty folder and an empty database. */
struct scene {
	struct fixture *fixture;
	char dir[64];
	char url[FIXTURE_URL_MAX + 32];
	char problem[512];
	int steps;
};

static void
write_file(const struct scene *s, const char *name, const char *text)
{
	char path[256];
	FILE *stream;

	(void)snprintf(path, sizeof path, "%s/%s", s->dir, name);
	stream = fopen(path, "we");
	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
}

static struct scene
scene_new(void **state)
{
	struct scene s = {.fixture = *state, .dir = "/tmp/cowry-migrate.XXXXXX"};

	assert_non_null(mkdtemp(s.dir));
	fixture_sql(s.fixture->superuser_url, "CREATE DATABASE empty OWNER cowry_owner");
	(void)snprintf(s.url, sizeof s.url, "%s dbname=empty", s.fixture->owner_url);
	write_file(&s, "0001_first.sql",
		   "CREATE SCHEMA cowry; CREATE TABLE a (n int); INSERT INTO a VALUES (1);");
	write_file(&s, "0002_second.sql", "-- two\nUPDATE a SET n = n + 1;\n");
	return s;
}

static void
scene_end(struct scene *s)
{
	DIR *dir = opendir(s->dir);
	char path[512];

	assert_non_null(dir);
	for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		(void)snprintf(path, sizeof path, "%s/%s", s->dir, entry->d_name);
		(void)unlink(path);
	}
	(void)closedir(dir);
	(void)rmdir(s->dir);
	fixture_sql(s->fixture->superuser_url, "DROP DATABASE empty WITH (FORCE)");
}

static void
count_steps(void *arg, const char *name, bool done)
{
	struct scene *s = arg;

	(void)name;
	s->steps += done;
}

static bool
apply(struct scene *s)
{
	s->steps = 0;
	return migrate_apply(s->url, s->dir, count_steps, s, s->problem);
}

static void
assert_value(struct scene *s, const char *sql, const char *expected)
{
	assert_string_equal(fixture_value(s->fixture->ctx.arena, s->url, sql), expected);
}

static void
test_applies_once(void **state)
{
	struct scene s = scene_new(state);

	assert_int_equal(migrate_pending(s.url, s.dir, s.problem), 2);
	assert_true(apply(&s));
	assert_int_equal(s.steps, 2);
	assert_value(&s, "SELECT n FROM cowry.a", "2");
	assert_true(apply(&s));
	assert_int_equal(s.steps, 0);
	assert_int_equal(migrate_pending(s.url, s.dir, s.problem), 0);
	write_file(&s, "0003_third.sql", "UPDATE a SET n = 7;");
	assert_int_equal(migrate_pending(s.url, s.dir, s.problem), 1);
	assert_true(apply(&s));
	assert_int_equal(s.steps, 1);
	assert_value(&s, "SELECT n FROM cowry.a", "7");
	scene_end(&s);
}

static void
test_refuses_changed_file(void **state)
{
	struct scene s = scene_new(state);

	assert_true(apply(&s));
	write_file(&s, "0002_second.sql", "UPDATE a SET n = n + 2;\n");
	assert_false(apply(&s));
	assert_string_equal(s.problem, "0002_second.sql was changed after it was applied");
	assert_int_equal(migrate_pending(s.url, s.dir, s.problem), -1);
	scene_end(&s);
}

static void
test_refuses_lost_file(void **state)
{
	struct scene s = scene_new(state);
	char path[128];

	assert_true(apply(&s));
	(void)snprintf(path, sizeof path, "%s/0002_second.sql", s.dir);
	assert_int_equal(unlink(path), 0);
	assert_false(apply(&s));
	assert_non_null(strstr(s.problem, "0002_second.sql was applied, but is not in"));
	scene_end(&s);
}

static void
test_refuses_gap_and_duplicate(void **state)
{
	struct scene s = scene_new(state);

	write_file(&s, "0002_again.sql", "SELECT 1;");
	assert_false(apply(&s));
	assert_non_null(strstr(s.problem, "number 0003 was expected"));
	assert_value(&s, "SELECT to_regclass('cowry.a') IS NULL", "t");
	scene_end(&s);
	s = scene_new(state);
	write_file(&s, "0004_far.sql", "SELECT 1;");
	assert_false(apply(&s));
	assert_non_null(strstr(s.problem, "0004_far.sql: number 0003 was expected"));
	scene_end(&s);
}

static void
test_failure_leaves_earlier_ones(void **state)
{
	struct scene s = scene_new(state);

	write_file(&s, "0003_bad.sql", "UPDATE a SET n = 9;\nSELECT nothing;\n");
	assert_false(apply(&s));
	assert_string_equal(s.problem, "0003_bad.sql:2: column \"nothing\" does not exist");
	assert_int_equal(s.steps, 2);
	assert_value(&s, "SELECT n FROM cowry.a", "2");
	assert_int_equal(migrate_pending(s.url, s.dir, s.problem), 1);
	scene_end(&s);
}

static void
test_refuses_own_commit(void **state)
{
	struct scene s = scene_new(state);

	write_file(&s, "0003_sly.sql", "COMMIT; SELECT 1;");
	assert_false(apply(&s));
	assert_string_equal(s.problem, "0003_sly.sql: must not end its transaction");
	scene_end(&s);
}

static void *
apply_in_thread(void *arg)
{
	struct scene *s = arg;

	return apply(s) ? s : NULL;
}

static void
test_two_at_once(void **state)
{
	struct scene s = scene_new(state);
	struct scene other = s;
	pthread_t thread;
	void *result;

	assert_int_equal(pthread_create(&thread, NULL, apply_in_thread, &other), 0);
	assert_true(apply(&s));
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, &other);
	assert_int_equal(s.steps + other.steps, 2);
	assert_value(&s, "SELECT n FROM cowry.a", "2");
	scene_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_applies_once),
		cmocka_unit_test(test_refuses_changed_file),
		cmocka_unit_test(test_refuses_lost_file),
		cmocka_unit_test(test_refuses_gap_and_duplicate),
		cmocka_unit_test(test_failure_leaves_earlier_ones),
		cmocka_unit_test(test_refuses_own_commit),
		cmocka_unit_test(test_two_at_once),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
