/* statement.h - the registry of SQL statements, generated from sql/queries/ by sql/statements.awk. */
#ifndef DB_STATEMENT_H
#define DB_STATEMENT_H

enum statement_id {
#define STATEMENT(name, returns, text, ...) SQL_##name,
#include "db/statements.def"
#undef STATEMENT
	STATEMENT_COUNT
};

/* How many rows a statement may return. */
enum statement_returns {
	RETURNS_NONE,  /* no rows; the number of changed rows is returned */
	RETURNS_ONE,   /* exactly one */
	RETURNS_MAYBE, /* none or one */
	RETURNS_MANY,
};

enum { STATEMENT_PARAMS_MAX = 20 };

struct statement {
	const char *name;
	enum statement_returns returns;
	const char *text;
	int count;                                /* of parameters */
	unsigned int types[STATEMENT_PARAMS_MAX]; /* their PostgreSQL type OIDs */
};

const struct statement *statement_get(enum statement_id id);

#endif
