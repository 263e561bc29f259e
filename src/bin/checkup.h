/*
 * checkup.h - what the checks of cowry doctor work with.
 *
 * A check is a function and a row of the table in doctor.c, which gives it its name and says what it
 * needs. It reports findings, which are collected in order; doctor.c renders them. A check never
 * prints. Details are masked (base/mask.h), since they may quote URLs and other software.
 */
#ifndef BIN_CHECKUP_H
#define BIN_CHECKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/config.h"
#include "base/ctx.h"
#include "db/db.h"

enum severity {
	SEVERITY_OK = 1,
	SEVERITY_WARNING, /* works, but somebody should look at it */
	SEVERITY_ERROR,   /* does not work, or not safely */
};
extern const char *const severity_words[];

/* The role in which a statement is run. */
enum role { ROLE_WORKER, ROLE_OWNER, ROLE_AUDITOR, ROLES };

struct finding {
	enum severity severity;
	const char *check; /* the name of its row */
	const char *text;
	const char *detail; /* may be empty */
	struct finding *next;
};

struct checkup {
	const struct config *config;
	struct arena *arena;   /* of findings, and of everything that checks allocate */
	bool development;      /* config_is_development() */
	bool reachable[ROLES]; /* set by the check of the database */
	bool migrated;         /* set by the check of the migrations */
	const char *check;     /* the one that runs */
	struct finding *first;
	struct finding **last;
	struct session *sessions; /* one for each role */
};

/* Prepare the connections of all roles; none is opened yet. */
struct checkup *checkup_new(const struct config *config) __attribute__((returns_nonnull));
void checkup_free(struct checkup *c);

/* A finding. Both texts are copied; the detail is masked, and may be empty. */
void found(struct checkup *c, enum severity severity, const char *text, const char *detail);
void foundf(struct checkup *c, enum severity severity, const char *text, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
/* An error: the check could not be made, for the reason in the fault of ctx. */
void found_failure(struct checkup *c, const struct ctx *ctx);

/* Of a pool of one connection to a server; reads_only: a replica will do. */
struct db_options checkup_options(const struct checkup *c, const char *conninfo, bool reads_only);
/* The context of a role, to run statements with. */
struct ctx *checkup_ctx(struct checkup *c, enum role role);
/* The number that a statement without parameters returns, asked as the owner. False, with a finding,
 * if it can't be determined. */
bool checkup_count(struct checkup *c, enum statement_id id, int64_t *out) MUST_CHECK;

#endif
