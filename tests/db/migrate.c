/* Migrations: applied once and in order, never after a change, each atomically. */
#include <dirent.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "db/migrate.h"
#include "tests/support/cmocka.h"
#include "tests/support/fixture.h"
#include "tests/support/poll.h"

/* An empty folder and an empty database. */
struct scene {
	struct fixture *fixture;
	char dir[64];
	char url[FIXTURE_URL_MAX + 32];
	char problem[512];
	int64_t wait_ms;
	int steps;
	atomic_int waits;
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
	struct scene s = {.fixture = *state, .dir = "/tmp/cowry-migrate.XXXXXX", .wait_ms = 20000};

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
count_steps(void *arg, const char *name, enum migrate_step step)
{
	struct scene *s = arg;

	(void)name;
	s->steps += step == MIGRATE_DONE;
	s->waits += step == MIGRATE_WAITS;
}

static struct migrate_options
options_of(struct scene *s)
{
	return (struct migrate_options){.conninfo = s->url,
					.dir = s->dir,
					.wait_ms = s->wait_ms,
					.progress = count_steps,
					.arg = s};
}

static int
pending(struct scene *s)
{
	struct migrate_options options = options_of(s);

	return migrate_pending(&options, s->problem);
}

static bool
apply(struct scene *s)
{
	struct migrate_options options = options_of(s);

	s->steps = 0;
	s->waits = 0;
	return migrate_apply(&options, s->problem);
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

	assert_int_equal(pending(&s), 2);
	assert_true(apply(&s));
	assert_int_equal(s.steps, 2);
	assert_value(&s, "SELECT n FROM cowry.a", "2");
	assert_true(apply(&s));
	assert_int_equal(s.steps, 0);
	assert_int_equal(pending(&s), 0);
	write_file(&s, "0003_third.sql", "UPDATE a SET n = 7;");
	assert_int_equal(pending(&s), 1);
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
	assert_int_equal(pending(&s), -1);
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
	assert_int_equal(pending(&s), 1);
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

/* A session that reads a table, in a transaction that stays open. */
static PGconn *
open_reader(const struct scene *s)
{
	PGconn *pg = PQconnectdb(s->url);

	assert_int_equal(PQstatus(pg), CONNECTION_OK);
	PQclear(PQexec(pg, "SET application_name = 'reader'; BEGIN; SELECT * FROM cowry.a"));
	assert_int_equal(PQtransactionStatus(pg), PQTRANS_INTRANS);
	return pg;
}

/* A thread that does what workers do, and measures how long each statement takes. */
struct traffic {
	pthread_t thread;
	const struct scene *scene;
	atomic_bool stop;
	int count;
	int64_t longest_ms;
};

static void *
update_repeatedly(void *arg)
{
	struct traffic *t = arg;
	PGconn *pg = PQconnectdb(t->scene->url);

	while (!atomic_load(&t->stop)) {
		int64_t begin_ns = clock_monotonic_ns();
		PGresult *result = PQexec(pg, "UPDATE cowry.a SET n = n");
		int64_t ms = (clock_monotonic_ns() - begin_ns) / 1000000;

		t->count += PQresultStatus(result) == PGRES_COMMAND_OK;
		t->longest_ms = ms > t->longest_ms ? ms : t->longest_ms;
		PQclear(result);
	}
	PQfinish(pg);
	return NULL;
}

struct late_end {
	PGconn *reader;
	struct scene *scene;
};

/* Ends the reader when the migration has been tried several times. */
static void *
end_reader(void *arg)
{
	struct late_end *end = arg;
	struct poll poll = poll_for(10);

	while (atomic_load(&end->scene->waits) < 4 && poll_again(&poll))
		;
	PQfinish(end->reader);
	return NULL;
}

static void
test_traffic_goes_on(void **state)
{
	struct scene s = scene_new(state);
	struct traffic traffic = {.scene = &s};
	struct late_end end = {.scene = &s};
	pthread_t thread;

	assert_true(apply(&s));
	end.reader = open_reader(&s);
	assert_int_equal(pthread_create(&traffic.thread, NULL, update_repeatedly, &traffic), 0);
	assert_int_equal(pthread_create(&thread, NULL, end_reader, &end), 0);
	write_file(&s, "0003_wide.sql", "ALTER TABLE cowry.a ADD COLUMN m int;");
	assert_true(apply(&s));
	atomic_store(&traffic.stop, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(pthread_join(traffic.thread, NULL), 0);
	assert_true(s.waits >= 4);
	print_message("# %d updates while the reader was open, the slowest took %lld ms\n",
		      traffic.count, (long long)traffic.longest_ms);
	assert_true(traffic.count > 0);
	assert_in_range(traffic.longest_ms, 0, 1000);
	assert_value(&s, "SELECT m IS NULL FROM cowry.a", "t");
	scene_end(&s);
}

static void
test_gives_up(void **state)
{
	struct scene s = scene_new(state);
	PGconn *reader;

	assert_true(apply(&s));
	reader = open_reader(&s);
	s.wait_ms = 500;
	write_file(&s, "0003_wide.sql", "CREATE TABLE b (); ALTER TABLE cowry.a ADD COLUMN m int;");
	assert_false(apply(&s));
	assert_non_null(strstr(s.problem, "0003_wide.sql: a lock was not free"));
	assert_non_null(strstr(s.problem, "(cowry_owner, reader)"));
	assert_value(&s, "SELECT to_regclass('cowry.b') IS NULL", "t");
	assert_int_equal(pending(&s), 1);
	PQfinish(reader);
	assert_true(apply(&s));
	scene_end(&s);
}

static const char index_file[] = "-- no-transaction\n"
				 "-- Values; are unique.\n"
				 "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_n\n"
				 "    ON a (n);\n";
static const char is_valid[] =
	"SELECT indisvalid FROM pg_index WHERE indexrelid = 'cowry.a_n'::regclass";

static void
test_index_beside_traffic(void **state)
{
	struct scene s = scene_new(state);

	write_file(&s, "0003_index.sql", index_file);
	assert_true(apply(&s));
	assert_value(&s, is_valid, "t");
	assert_true(apply(&s));
	assert_int_equal(s.steps, 0);
	scene_end(&s);
}

static void
test_interrupted_index(void **state)
{
	struct scene s = scene_new(state);

	assert_true(apply(&s));
	fixture_sql(s.url, "INSERT INTO cowry.a VALUES (2)");
	write_file(&s, "0003_index.sql", index_file);
	assert_false(apply(&s));
	assert_non_null(strstr(s.problem, "0003_index.sql"));
	assert_value(&s, is_valid, "f");
	assert_int_equal(pending(&s), 1);
	assert_false(apply(&s));
	fixture_sql(s.url, "DELETE FROM cowry.a; INSERT INTO cowry.a VALUES (2)");
	assert_true(apply(&s));
	assert_value(&s, is_valid, "t");
	assert_int_equal(pending(&s), 0);
	scene_end(&s);
}

static void
test_statements_alone(void **state)
{
	struct scene s = scene_new(state);

	write_file(&s, "0003_two.sql",
		   "-- no-transaction\nDO $$ BEGIN\n"
		   "    PERFORM 1;\n"
		   "END $$;\n"
		   "SELECT nothing;\n");
	assert_false(apply(&s));
	assert_string_equal(s.problem, "0003_two.sql:5: column \"nothing\" does not exist");
	write_file(&s, "0003_two.sql", "-- no-transaction\nBEGIN;\nSELECT 1;\n");
	assert_false(apply(&s));
	assert_string_equal(s.problem, "0003_two.sql: must not begin a transaction");
	scene_end(&s);
}

static void
test_two_indexes_at_once(void **state)
{
	struct scene s = scene_new(state);
	struct scene other;
	pthread_t thread;
	void *result;

	write_file(&s, "0003_index.sql", index_file);
	other = s;
	assert_int_equal(pthread_create(&thread, NULL, apply_in_thread, &other), 0);
	assert_true(apply(&s));
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, &other);
	assert_int_equal(s.steps + other.steps, 3);
	assert_value(&s, is_valid, "t");
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
		cmocka_unit_test(test_traffic_goes_on),
		cmocka_unit_test(test_gives_up),
		cmocka_unit_test(test_index_beside_traffic),
		cmocka_unit_test(test_interrupted_index),
		cmocka_unit_test(test_statements_alone),
		cmocka_unit_test(test_two_indexes_at_once),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
