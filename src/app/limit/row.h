/* row.h - a rule as it is stored. Internal to limits. */
#ifndef APP_LIMIT_ROW_H
#define APP_LIMIT_ROW_H

#include "app/limit/limit.h"
#include "db/db.h"

/* The columns of limit_find, and of statements that begin with them. */
enum { LIMIT_COLUMNS = 17 };

/* Read row i of the result of such a statement. */
void limit_row_scan(struct ctx *ctx, const struct rows *rows, size_t i, struct limit *out);
/* A value of the rule as text: an amount in its currency, or a number; never below 0. */
const char *limit_value_text(struct ctx *ctx, const struct limit *limit, wide_int value);

#endif
