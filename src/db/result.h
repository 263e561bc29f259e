/* result.h - interpretation of a PGresult: rows, or an error. */
#ifndef DB_RESULT_H
#define DB_RESULT_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "base/attributes.h"
#include "db/db.h"

/* False for errors of libpq itself, which always end the session, and for NULL. */
bool result_is_from_server(const PGresult *result);
/* The error by its SQLSTATE, reported; ERR_OK for a success or a skipped statement. */
enum err result_error(struct fault *f, enum statement_id id, const PGresult *result) MUST_CHECK;
/* Whether the server refused to write at all. */
bool result_is_read_only(const PGresult *result);
/* Attach the result to the arena and describe it in rows. */
void result_keep(struct arena *arena, struct fault *f, PGresult *result, struct rows *rows);
/* Whether the number of rows is as the statement declares. */
enum err result_check(struct fault *f, enum statement_id id, const struct rows *rows) MUST_CHECK;

/* Report a bug in the code. */
enum err result_bug(struct fault *f, enum statement_id id, const char *what) MUST_CHECK;
/* Report a lost session; why is libpq's message. */
enum err result_lost(struct fault *f, enum err err, const char *why) MUST_CHECK;

#endif
