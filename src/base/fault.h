/*
 * fault.h - error reporting.
 *
 * A function reports an error once, where most is known: return fault(&ctx->fault, ...). All
 * callers use TRY(...). Only dispatch turns a fault into an answer and a log line, so nothing is
 * reported twice.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/clock.h"
#include "base/id.h"

enum err {
#define ERR(symbol, status, code, message) ERR_##symbol,
#include "base/errors.def"
#undef ERR
	ERR_COUNT
};

struct arena;

/* One field that failed validation. All strings live as long as the request. */
struct violation {
	const char *field;
	const char *code;
	const char *message;
	struct violation *next;
};

/* A limit that would have been exceeded. All strings live as long as the request. */
struct fault_limit {
	struct uuid id;
	const char *measure;
	const char *window; /* or NULL */
	const char *most;
	const char *left;
	struct instant frees_at; /* when there will be enough; zero: not known, or never */
};

struct fault {
	enum err err;
	char field[64];               /* the invalid field, or "" */
	char message[192];            /* for the client: never SQL, paths or secrets */
	char constraint[64];          /* the violated database constraint, or "" */
	char detail[256];             /* for the log only */
	struct violation *violations; /* all invalid fields, in order */
	int64_t retry_after_s;        /* 0: none */
	bool outage; /* the database was away, full or broken: the request itself is valid */
	bool full;   /* because a disk of the database has no space left */
	const struct fault_limit *limit; /* of ERR_LIMIT, if the client may know; or NULL */
	const char *allow;               /* methods of the path, for 405 */
	const char *file;                /* source location of the report */
	int line;
	/* The first condition that did not hold (ensure.h); NULL: all did. It is never cleared. */
	const char *broken;
	const char *broken_file;
	int broken_line;
};

/* Evaluate a call that returns enum err; leave the function if it failed. */
#define TRY(call)                           \
	do {                                \
		enum err try_err_ = (call); \
		if (try_err_ != ERR_OK)     \
			return try_err_;    \
	} while (0)

/*
 * Record an error and return it. field may be NULL. The format is the message
 * for the client; NULL takes the default message of the catalogue.
 */
#define fault(f, err, field, ...) fault_at((f), (err), (field), __FILE__, __LINE__, __VA_ARGS__)

enum err fault_at(struct fault *f, enum err err, const char *field, const char *file, int line,
		  const char *fmt, ...) PRINTF_LIKE(6, 7);
/* Clear the recorded error, before an operation is retried. */
void fault_clear(struct fault *f);

/* Properties of the catalogue. */
int err_status(enum err err);
const char *err_code(enum err err);
const char *err_message(enum err err);

/* Add a violation to the fault, which becomes ERR_VALIDATION. The first 100 are reported. */
void violation_add(struct arena *arena, struct fault *f, const char *field, const char *code,
		   const char *message);

#endif
