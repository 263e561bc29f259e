/* Statements: values, rows, errors, pipelines. */
#include <string.h>

#include "base/ensure.h"
#include "db/row.h"
#include "tests/support/cmocka.h"
#include "tests/support/things.h"

enum letters { LETTERS_AB = 1, LETTERS_CD };

static const char *const letters_words[] = {"ab", "cd", NULL};

struct echo {
	int64_t i2;
	int64_t i4;
	int64_t i8;
	bool b;
	const char *t;
	const char *c;
	struct uuid u;
	struct instant at;
	struct bytes d;
	const char *j;
};

static const struct column echo_columns[] = {
	COLUMN(struct echo, i2), COLUMN(struct echo, i4), COLUMN(struct echo, i8),
	COLUMN(struct echo, b),  COLUMN(struct echo, t),  COLUMN(struct echo, c),
	COLUMN(struct echo, u),  COLUMN(struct echo, at), COLUMN(struct echo, d),
	COLUMN(struct echo, j),
};

static void
test_every_kind_round_trips(void **state)
{
	static const char blob[] = "a\0b";
	struct fixture *f = *state;
	struct uuid id = uuid_v7();
	struct echo e;
	struct rows rows;

	assert_int_equal(db_run(&f->ctx, SQL_test_echo, &rows,
				PARAMS(p_int(INT16_MIN), p_int(INT32_MAX), p_int(INT64_MIN),
				       p_bool(true), p_text("na\xc3\xafve \xf0\x9f\x90\x84"),
				       p_text("ab"), p_uuid(id), p_time((struct instant){-1}),
				       p_bytes(blob, 3), p_text("{\"a\": [1, \"x\"]}"))),
			 ERR_OK);
	assert_int_equal(rows.count, 1);
	rows_scan(&rows, 0, echo_columns, COLUMN_COUNT(echo_columns), &e);
	assert_int_equal(e.i2, INT16_MIN);
	assert_int_equal(e.i4, INT32_MAX);
	assert_true(e.i8 == INT64_MIN);
	assert_true(e.b);
	assert_string_equal(e.t, "na\xc3\xafve \xf0\x9f\x90\x84");
	assert_string_equal(e.c, "ab");
	assert_true(uuid_equal(e.u, id));
	assert_int_equal(e.at.us, -1);
	assert_int_equal(e.d.length, 3);
	assert_memory_equal(e.d.data, blob, 3);
	assert_string_equal(e.j, "{\"a\": [1, \"x\"]}");
}

struct lettered {
	const char *t;
	enum letters c;
	int64_t after;
};

static const struct column lettered_columns[] = {
	COLUMN(struct lettered, t),
	COLUMN_WORD(struct lettered, c, letters_words),
	COLUMN(struct lettered, after),
};

/* An enum travels as its word. */
static void
test_words_round_trip(void **state)
{
	struct fixture *f = *state;
	struct rows rows;

	for (unsigned value = 0; value <= LETTERS_CD; value++) {
		struct lettered out = {NULL, LETTERS_AB, -1};

		assert_int_equal(db_run(&f->ctx, SQL_test_letters, &rows,
					PARAMS(p_text("x"), p_word(letters_words, value))),
				 ERR_OK);
		rows_scan(&rows, 0, lettered_columns, COLUMN_COUNT(lettered_columns), &out);
		assert_int_equal(out.c, value);
		assert_int_equal(out.after, 7);
		assert_int_equal(row_is_null(&rows, 0, 1), value == 0);
		assert_int_equal(row_word(&rows, 0, 1, letters_words), value);
	}
}

/* A word that a newer release has stored ends the request that reads it, and nothing else. */
static void
test_unknown_words_end_the_request(void **state)
{
	struct fixture *f = *state;
	struct rows rows;

	assert_int_equal(
		db_run(&f->ctx, SQL_test_letters, &rows, PARAMS(p_text("x"), p_text("ef"))),
		ERR_OK);
	assert_int_equal(row_word(&rows, 0, 1, letters_words), 0);
	assert_int_equal(ensure_held(&f->ctx.fault), ERR_INTERNAL);
	assert_string_equal(f->ctx.fault.detail, "ensure: the word is known");
	f->ctx.fault = (struct fault){0};
}

static void
test_null_round_trips(void **state)
{
	struct fixture *f = *state;
	struct echo e;
	struct rows rows;

	assert_int_equal(db_run(&f->ctx, SQL_test_echo, &rows,
				PARAMS(p_null(), p_id(0), p_null(), p_null(), p_text(NULL),
				       p_null(), p_uuid((struct uuid){{0}}),
				       p_time((struct instant){0}), p_bytes(NULL, 0), p_null())),
			 ERR_OK);
	for (int i = 0; i < (int)COLUMN_COUNT(echo_columns); i++)
		assert_true(row_is_null(&rows, 0, i));
	memset(&e, 0xff, sizeof e);
	rows_scan(&rows, 0, echo_columns, COLUMN_COUNT(echo_columns), &e);
	assert_int_equal(e.i2, 0);
	assert_int_equal(e.i8, 0);
	assert_false(e.b);
	assert_null(e.t);
	assert_true(uuid_is_nil(e.u));
	assert_int_equal(e.at.us, 0);
	assert_null(e.d.data);
	assert_null(e.j);
}

static void
test_every_array_round_trips(void **state)
{
	struct fixture *f = *state;
	const int64_t numbers[] = {-1, 32767};
	const bool flags[] = {true, false};
	const char *texts[] = {"", NULL};
	const char *objects[] = {"{}", NULL};
	const struct uuid ids[] = {uuid_v7(), {{0}}};
	const struct instant times[] = {{1}, {0}};
	const struct bytes blobs[] = {{"\0\1", 2}, {NULL, 0}};
	struct echo e;
	struct rows rows;

	assert_int_equal(db_run(&f->ctx, SQL_test_unnest, &rows,
				PARAMS(p_ints(numbers, 2), p_ints(numbers, 2), p_ints(numbers, 2),
				       p_bools(flags, 2), p_texts(texts, 2), p_texts(texts, 2),
				       p_uuids(ids, 2), p_times(times, 2), p_bytes_list(blobs, 2),
				       p_texts(objects, 2))),
			 ERR_OK);
	assert_int_equal(rows.count, 2);
	rows_scan(&rows, 0, echo_columns, COLUMN_COUNT(echo_columns), &e);
	assert_int_equal(e.i2, -1);
	assert_int_equal(e.i8, -1);
	assert_true(e.b);
	assert_string_equal(e.t, "");
	assert_true(uuid_equal(e.u, ids[0]));
	assert_int_equal(e.at.us, 1);
	assert_memory_equal(e.d.data, "\0\1", 2);
	assert_string_equal(e.j, "{}");
	rows_scan(&rows, 1, echo_columns, COLUMN_COUNT(echo_columns), &e);
	assert_int_equal(e.i4, 32767);
	assert_false(e.b);
	for (int i = 4; i < (int)COLUMN_COUNT(echo_columns); i++)
		assert_true(row_is_null(&rows, 1, i));
}

static void
test_empty_arrays(void **state)
{
	struct fixture *f = *state;
	struct rows rows;

	assert_int_equal(
		db_run(&f->ctx, SQL_test_unnest, &rows,
		       PARAMS(p_ints(NULL, 0), p_ints(NULL, 0), p_ints(NULL, 0), p_bools(NULL, 0),
			      p_texts(NULL, 0), p_texts(NULL, 0), p_uuids(NULL, 0),
			      p_times(NULL, 0), p_bytes_list(NULL, 0), p_texts(NULL, 0))),
		ERR_OK);
	assert_int_equal(rows.count, 0);
}

static void
test_infinite_times(void **state)
{
	struct fixture *f = *state;
	struct rows rows;

	assert_int_equal(db_run(&f->ctx, SQL_test_infinity, &rows, NO_PARAMS), ERR_OK);
	assert_true(row_time(&rows, 0, 0).us == INT64_MAX);
	assert_true(row_time(&rows, 0, 1).us == INT64_MIN);
	assert_int_equal(
		db_run(&f->ctx, SQL_test_echo, &rows,
		       PARAMS(p_null(), p_null(), p_null(), p_null(), p_null(), p_null(), p_null(),
			      p_at((struct instant){INT64_MAX}), p_null(), p_null())),
		ERR_OK);
	assert_true(row_time(&rows, 0, 7).us == INT64_MAX);
}

/* 1970-01-01 is a time; what was not given is none. */
static void
test_epoch(void **state)
{
	static const struct {
		struct moment moment;
		bool is_null;
	} cases[] = {
		{{true, {0}, {0}}, false},
		{{true, {-1}, {-1}}, false},
		{{false, {0}, {0}}, true},
	};
	struct fixture *f = *state;
	struct rows rows;

	for (size_t i = 0; i < COUNT(cases); i++)
		for (int bound = 0; bound < 2; bound++) {
			struct moment m = cases[i].moment;

			assert_int_equal(db_run(&f->ctx, SQL_test_echo, &rows,
						PARAMS(p_null(), p_null(), p_null(), p_null(),
						       p_null(), p_null(), p_null(),
						       bound == 0 ? p_from(m) : p_until(m),
						       p_null(), p_null())),
					 ERR_OK);
			assert_int_equal(row_is_null(&rows, 0, 7), cases[i].is_null);
			if (!cases[i].is_null)
				assert_int_equal(row_time(&rows, 0, 7).us, m.first.us);
		}
	assert_int_equal(db_run(&f->ctx, SQL_test_echo, &rows,
				PARAMS(p_null(), p_null(), p_null(), p_null(), p_null(), p_null(),
				       p_null(), p_at((struct instant){0}), p_null(), p_null())),
			 ERR_OK);
	assert_false(row_is_null(&rows, 0, 7));
}

/* Sums are wider than what they are made of. */
static void
test_wide(void **state)
{
	static const char *const cases[] = {
		"0",
		"1",
		"-1",
		"9999",
		"10000",
		"-10000",
		"100000000",
		"9223372036854775807",
		"9223372036854775808",
		"-9223372036854775809",
		"12345678901234567890123456789",
		"-10000000000000000000000000000000000000",
		"170141183460469231731687303715884105727",
	};
	struct fixture *f = *state;
	char text[MONEY_TEXT_MAX];
	struct rows rows;

	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(db_run(&f->ctx, SQL_test_numeric, &rows, PARAMS(p_text(cases[i]))),
				 ERR_OK);
		assert_string_equal(total_text(text, (struct total){row_wide(&rows, 0, 0), NULL}),
				    cases[i]);
	}
	assert_int_equal(db_run(&f->ctx, SQL_test_numeric, &rows, PARAMS(p_text(NULL))), ERR_OK);
	assert_true(row_wide(&rows, 0, 0) == 0);
}

static void
test_wrong_parameters_never_travel(void **state)
{
	struct fixture *f = *state;
	const int64_t one = 1;

	assert_int_equal(db_run(&f->ctx, SQL_test_insert, NULL, PARAMS(p_int(3))), ERR_INTERNAL);
	assert_int_equal(db_run(&f->ctx, SQL_test_insert, NULL, PARAMS(p_int(3), p_text("1"))),
			 ERR_INTERNAL);
	assert_int_equal(db_run(&f->ctx, SQL_test_insert, NULL, PARAMS(p_int(3), p_ints(&one, 1))),
			 ERR_INTERNAL);
	assert_int_equal(db_run(&f->ctx, SQL_test_echo, NULL,
				PARAMS(p_int(32768), p_null(), p_null(), p_null(), p_null(),
				       p_null(), p_null(), p_null(), p_null(), p_null())),
			 ERR_INTERNAL);
	assert_int_equal(thing_value(&f->ctx, 3), -1);
}

static void
test_row_count_is_checked(void **state)
{
	struct fixture *f = *state;
	struct rows rows;

	assert_int_equal(db_run(&f->ctx, SQL_test_rows_one, &rows, PARAMS(p_int(1))), ERR_OK);
	assert_int_equal(db_run(&f->ctx, SQL_test_rows_one, &rows, PARAMS(p_int(0))),
			 ERR_NOT_FOUND);
	assert_int_equal(db_run(&f->ctx, SQL_test_rows_one, NULL, PARAMS(p_int(0))), ERR_NOT_FOUND);
	assert_int_equal(db_run(&f->ctx, SQL_test_rows_one, &rows, PARAMS(p_int(2))), ERR_INTERNAL);
	assert_int_equal(db_run(&f->ctx, SQL_test_rows_maybe, &rows, PARAMS(p_int(0))), ERR_OK);
	assert_int_equal(rows.count, 0);
	assert_int_equal(db_run(&f->ctx, SQL_test_rows_maybe, &rows, PARAMS(p_int(2))),
			 ERR_INTERNAL);
	assert_int_equal(db_run(&f->ctx, SQL_test_add, &rows, PARAMS(p_int(1), p_int(5))), ERR_OK);
	assert_int_equal(rows.affected, 1);
	assert_int_equal(db_run(&f->ctx, SQL_test_add, &rows, PARAMS(p_int(9), p_int(5))), ERR_OK);
	assert_int_equal(rows.affected, 0);
}

static void
test_errors_have_a_meaning(void **state)
{
	struct fixture *f = *state;
	struct ctx *ctx = &f->ctx;

	assert_int_equal(thing_insert(ctx, 1, 0), ERR_CONFLICT);
	assert_string_equal(ctx->fault.constraint, "thing_key");
	assert_non_null(strstr(ctx->fault.detail, "test_insert: 23505"));
	assert_string_equal(ctx->fault.message, err_message(ERR_CONFLICT));
	assert_int_equal(thing_insert(ctx, 3, -101), ERR_CONFLICT);
	assert_string_equal(ctx->fault.constraint, "thing_floor");
	assert_int_equal(thing_add(ctx, 1, INT64_MAX), ERR_OK);
	assert_int_equal(thing_add(ctx, 1, 1), ERR_AMOUNT_TOO_LARGE);
	assert_string_equal(ctx->fault.constraint, "");
	assert_int_equal(db_run(ctx, SQL_test_setting, NULL, PARAMS(p_text("\xff"))),
			 ERR_VALIDATION);
	assert_int_equal(db_run(ctx, SQL_test_setting, NULL, PARAMS(p_text("no.such"))),
			 ERR_INTERNAL);
	assert_int_equal(thing_value(ctx, 2), 0);
}

static void
test_session_settings(void **state)
{
	static const struct {
		const char *name;
		const char *value;
	} settings[] = {
		{"TimeZone", "UTC"},
		{"search_path", "cowry"},
		{"statement_timeout", "5s"},
		{"lock_timeout", "2500ms"},
		{"idle_in_transaction_session_timeout", "10s"},
		{"transaction_isolation", "read committed"},
		{"plan_cache_mode", "force_generic_plan"},
		{"client_encoding", "UTF8"},
		{"application_name", "test"},
	};
	struct fixture *f = *state;
	struct rows rows;

	for (size_t i = 0; i < COUNT(settings); i++) {
		assert_int_equal(
			db_run(&f->ctx, SQL_test_setting, &rows, PARAMS(p_text(settings[i].name))),
			ERR_OK);
		assert_string_equal(row_text(&rows, 0, 0), settings[i].value);
	}
}

static void
test_pipeline_is_one_transaction(void **state)
{
	struct fixture *f = *state;
	const struct param new_thing[] = {p_int(3), p_int(30)};
	const struct param known[] = {p_int(1), p_int(0)};
	const struct param three[] = {p_int(3)};
	struct rows inserted;
	struct rows selected;
	const struct db_call good[] = {
		{SQL_test_insert, &inserted, new_thing, 2},
		{SQL_test_select, &selected, three, 1},
		{SQL_test_select, NULL, three, 1},
	};
	const struct param four[] = {p_int(4), p_int(40)};
	const struct db_call bad[] = {
		{SQL_test_insert, NULL, four, 2},
		{SQL_test_insert, NULL, known, 2},
		{SQL_test_count, NULL, NULL, 0},
	};

	assert_int_equal(db_pipeline(&f->ctx, good, 3), ERR_OK);
	assert_int_equal(inserted.affected, 1);
	assert_int_equal(row_int(&selected, 0, 0), 30);
	assert_int_equal(db_pipeline(&f->ctx, bad, 3), ERR_CONFLICT);
	assert_int_equal(thing_value(&f->ctx, 4), -1);
	assert_int_equal(db_pipeline(&f->ctx, NULL, 0), ERR_OK);
}

static void
test_long_pipeline(void **state)
{
	enum { CALLS = 2000, SIZE = 4000 };
	struct fixture *f = *state;
	static char text[SIZE + 1];
	static struct db_call calls[CALLS];
	static struct rows rows[CALLS];
	struct param params[] = {p_null(), p_null(), p_null(), p_null(), p_text(text),
				 p_null(), p_null(), p_null(), p_null(), p_null()};

	memset(text, 'x', SIZE);
	for (size_t i = 0; i < CALLS; i++)
		calls[i] = (struct db_call){SQL_test_echo, &rows[i], params, 10};
	assert_int_equal(db_pipeline(&f->ctx, calls, CALLS), ERR_OK);
	assert_string_equal(row_text(&rows[CALLS - 1], 0, 4), text);
}

#define TEST(name) cmocka_unit_test_setup(name, things_reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_kind_round_trips),
		TEST(test_words_round_trip),
		TEST(test_unknown_words_end_the_request),
		TEST(test_null_round_trips),
		TEST(test_every_array_round_trips),
		TEST(test_empty_arrays),
		TEST(test_epoch),
		TEST(test_wide),
		TEST(test_infinite_times),
		TEST(test_wrong_parameters_never_travel),
		TEST(test_row_count_is_checked),
		TEST(test_errors_have_a_meaning),
		TEST(test_session_settings),
		TEST(test_pipeline_is_one_transaction),
		TEST(test_long_pipeline),
	};

	return cmocka_run_group_tests(tests, things_setup, fixture_teardown);
}
