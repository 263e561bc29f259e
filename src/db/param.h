/* param.h - parameters in the form of libpq: binary, big-endian. */
#ifndef DB_PARAM_H
#define DB_PARAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "db/db.h"
#include "db/statement.h"

struct wire_params {
	const char *values[STATEMENT_PARAMS_MAX];
	int lengths[STATEMENT_PARAMS_MAX];
	unsigned char scalars[STATEMENT_PARAMS_MAX][8]; /* storage of numbers */
};

/* False if the parameters are not those the statement declares, or out of the type's range.
 * Arrays are allocated in the arena. */
bool params_encode(struct arena *arena, const struct statement *statement,
		   const struct param *params, size_t count, struct wire_params *out) MUST_CHECK;

#endif
