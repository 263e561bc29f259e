/* things.h - a small table for the tests of the database layer, and statements on it. */
#ifndef TESTS_SUPPORT_THINGS_H
#define TESTS_SUPPORT_THINGS_H

#include "tests/support/fixture.h"

/* Make the tables in a database of the program's own. */
int things_setup(void **state);
/* Each test begins with things 1 and 2, of value 0. */
int things_reset(void **state);

enum err thing_insert(struct ctx *ctx, int64_t id, int64_t value);
enum err thing_add(struct ctx *ctx, int64_t id, int64_t value);
/* -1 if there is none. */
int64_t thing_value(struct ctx *ctx, int64_t id);

#endif
