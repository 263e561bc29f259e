#include "db/statement.h"

#include <assert.h>
#include <stddef.h>

/* ISO C guarantees 4095 bytes of a literal; relevant compilers accept far more. */
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* The last row ensures that the table is not empty. */
static const struct statement statements[STATEMENT_COUNT + 1] = {
#define STATEMENT(name, returns, text, ...) {#name, returns, text, __VA_ARGS__},
#include "db/statements.def"
#undef STATEMENT
	{NULL, RETURNS_NONE, NULL, 0, {0}},
};

const struct statement *
statement_get(enum statement_id id)
{
	assert((size_t)id < STATEMENT_COUNT);
	return &statements[id];
}
