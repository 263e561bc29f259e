/* sql_value.h - what the database of a fixture contains, as its superuser sees it. */
#ifndef TESTS_SUPPORT_SQL_VALUE_H
#define TESTS_SUPPORT_SQL_VALUE_H

#include "tests/support/cmocka.h"
#include "tests/support/fixture.h"

/* The first value that SQL returns, "" for none. */
static inline const char *
value(struct fixture *f, const char *sql)
{
	return fixture_value(f->ctx.arena, f->superuser_url, sql);
}

#define expect_sql(f, sql, text) assert_string_equal(value(f, sql), text)

#endif
