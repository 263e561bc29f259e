/* Lists of people, as administrators search, filter and sort them. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "tests/support/users.h"

static struct person admin;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	admin = person_admin(*state, "root@example.com");
	return 0;
}

static struct answer
users(struct client *c, const char *query)
{
	return client_call(c, "GET", client_text(c, "/v1/users%s", query), admin.access, NULL);
}

static void
make_people(struct client *c)
{
	client_sql(
		c,
		"INSERT INTO cowry.users (public_id, email, email_key, name, role, created_at)"
		" SELECT gen_random_uuid(), 'P' || n || '@list.example', 'p' || n ||"
		" '@list.example', 'Person ' || chr(90 - n), CASE WHEN n %% 2 = 0 THEN 'team' ELSE"
		" 'founder' END, timestamptz '2020-01-01Z' + n * interval '1 day'"
		" FROM generate_series(1, 7) AS n");
}

static void
test_list(void **state)
{
	struct client *c = *state;
	struct answer a;

	make_people(c);
	a = users(c, "?search=LIST.example&pageSize=3");
	expect_status(&a, 200);
	expect_text(&a, "data.0.email", "P7@list.example");
	expect_text(&a, "data.0.kycStatus", "none");
	assert_null(answer_at(&a, "data.0.passwordHash"));
	expect_text(&a, "pagination.page", "1");
	expect_text(&a, "pagination.pageSize", "3");
	expect_text(&a, "pagination.total", "7");
	expect_text(&a, "pagination.totalPages", "3");
	expect_text(&a, "pagination.hasNextPage", "true");
	expect_text(&a, "pagination.hasPreviousPage", "false");
	a = users(c, "?search=list.example&pageSize=3&page=3");
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.email", "P1@list.example");
	expect_text(&a, "pagination.hasNextPage", "false");
	expect_text(&a, "pagination.hasPreviousPage", "true");
	expect_text(&a, "pagination.nextCursor", "null");
	a = users(c, "?search=list.example&page=9");
	assert_int_equal(answer_count(&a, "data"), 0);
	expect_text(&a, "pagination.total", "7");
	expect_text(&a, "pagination.hasNextPage", "false");
	a = users(c, "?search=nobody-has-this");
	expect_text(&a, "pagination.total", "0");
	expect_text(&a, "pagination.totalPages", "0");
}

/* From a numbered page the cursor continues, in either direction, without a gap. */
static void
test_cursor(void **state)
{
	struct client *c = *state;
	static const char *const directions[] = {"asc", "desc"};

	for (size_t d = 0; d < COUNT(directions); d++) {
		const char *query =
			client_text(c, "?search=list.example&pageSize=3&dir=%s", directions[d]);
		struct answer a = users(c, query);
		size_t seen = answer_count(&a, "data");

		while (strcmp(answer_at(&a, "pagination.nextCursor"), "null") != 0) {
			a = users(c, client_text(c, "%s&cursor=%s", query,
						 answer_at(&a, "pagination.nextCursor")));
			expect_status(&a, 200);
			assert_null(answer_at(&a, "pagination.total"));
			expect_text(&a, "pagination.limit", "3");
			seen += answer_count(&a, "data");
		}
		expect_text(&a, "data.0.email", d == 0 ? "P7@list.example" : "P1@list.example");
		assert_int_equal(seen, 7);
	}
}

static void
test_filters(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *query;
		size_t count;
		const char *first;
	} rows[] = {
		{"&role=team", 3, "P6@list.example"},
		{"&status=active", 7, "P7@list.example"},
		{"&status=suspended", 0, NULL},
		{"&sort=name&dir=asc", 7, "P7@list.example"},
		{"&sort=name", 7, "P1@list.example"},
		{"&sort=email&dir=asc", 7, "P1@list.example"},
		{"&sort=role&dir=asc", 7, "P1@list.example"},
		{"&sort=status&dir=desc", 7, "P7@list.example"},
		{"&sort=createdAt&dir=asc", 7, "P1@list.example"},
		{"&createdAt[gte]=2020-01-03T00:00:00Z", 6, "P7@list.example"},
		{"&createdAt%5Bgte%5D=2020-01-03&createdAt%5Blte%5D=2020-01-05", 3,
		 "P4@list.example"},
		{"&createdAt[gte]=2020-01-05&createdAt[lte]=2020-01-03", 0, NULL},
		{"&createdAt[lte]=1970-01-01T00:00:00Z", 0, NULL},
		{"&createdAt[gte]=1970-01-01T00:00:00Z", 7, "P7@list.example"},
		{"&createdAt[gte]=1969-12-31", 7, "P7@list.example"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer a = users(c, client_text(c, "?search=list.example%s", rows[i].query));

		expect_status(&a, 200);
		if (answer_count(&a, "data") != rows[i].count)
			print_error("%s\n", rows[i].query);
		assert_int_equal(answer_count(&a, "data"), rows[i].count);
		if (rows[i].first != NULL)
			expect_text(&a, "data.0.email", rows[i].first);
	}
}

/* Shown times find their users, although they are stored more precisely. */
static void
test_shown_times(void **state)
{
	struct client *c = *state;
	struct answer a = users(c, "?search=list.example&sort=createdAt&dir=asc");
	const char *shown;

	client_sql(c, "UPDATE cowry.users SET created_at = created_at + interval '123456 us'"
		      " WHERE email = 'P1@list.example'");
	a = users(c, "?search=list.example&sort=createdAt&dir=asc");
	expect_text(&a, "data.0.email", "P1@list.example");
	shown = answer_at(&a, "data.0.createdAt");
	assert_non_null(strstr(shown, ".123Z"));
	a = users(c, client_text(c, "?search=list.example&createdAt[gte]=%s&createdAt[lte]=%s",
				 shown, shown));
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 1);
	a = users(c, client_text(c, "?search=list.example&createdAt[lte]=%.19sZ", shown));
	assert_int_equal(answer_count(&a, "data"), 1);
}

static void
test_bad_queries(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *query;
		const char *field;
	} rows[] = {
		{"?page=0", "page"},
		{"?page=x", "page"},
		{"?page=99999999999999999999", "page"},
		{"?pageSize=101", "pageSize"},
		{"?pageSize=0", "pageSize"},
		{"?sort=password_hash", "sort"},
		{"?sort=name;drop", "sort"},
		{"?dir=up", "dir"},
		{"?role=root", "role"},
		{"?status=x", "status"},
		{"?search=%01", "search"},
		{"?createdAt[gte]=yesterday", "createdAt[gte]"},
		{"?createdAt%5Blte%5D=2020-13-01", "createdAt[lte]"},
		{"?cursor=5&sort=name", "cursor"},
		{"?page=1&page=2", "page"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer a = users(c, rows[i].query);

		expect_field(&a, rows[i].field);
	}
}

/* The search text is literal: no wildcards, no SQL. */
static void
test_search_is_text(void **state)
{
	struct client *c = *state;
	static const char *const texts[] = {
		"%25", "_", "%5C", "'", "%22", "%27%20OR%201=1--", "p%25list", "P_@list"};
	struct answer a;

	for (size_t i = 0; i < COUNT(texts); i++) {
		a = users(c, client_text(c, "?search=%s", texts[i]));
		expect_status(&a, 200);
		expect_text(&a, "pagination.total", "0");
	}
	client_sql(c, "UPDATE cowry.users SET name = '100%% O''Neill_\\'"
		      " WHERE email_key = 'p1@list.example'");
	for (size_t i = 0; i < 4; i++) {
		a = users(c, client_text(c, "?search=%s", texts[i]));
		expect_text(&a, "pagination.total", "1");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_list),         client_test(test_cursor),
		client_test(test_filters),      client_test(test_shown_times),
		client_test(test_bad_queries),  client_test(test_search_is_text),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
