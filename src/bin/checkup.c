#include "bin/checkup.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/mask.h"
#include "base/text.h"
#include "db/row.h"
#include "runtime/app.h"

enum { ARENA_MAX = 64 * 1024 * 1024, DETAIL_MAX = 1024 };

const char *const severity_words[] = {"ok", "warning", "error", NULL};

/* The connection of a role. */
struct session {
	struct app app;
	struct ctx ctx;
};

struct db_options
checkup_options(const struct checkup *c, const char *conninfo, bool reads_only)
{
	return (struct db_options){.conninfo = conninfo,
				   .application_name = "cowry-doctor",
				   .connections = 1,
				   .statement_timeout_ms = c->config->statement_timeout_ms,
				   .connect_timeout_ms = c->config->connect_timeout_ms,
				   .reads_only = reads_only};
}

static void
open_session(struct checkup *c, enum role role, const char *conninfo)
{
	struct db_options options = checkup_options(c, conninfo, role == ROLE_AUDITOR);
	struct session *session = &c->sessions[role];

	session->app = (struct app){
		.config = c->config, .database.pool = db_pool_new(&options), .now = clock_system};
	session->ctx = (struct ctx){.app = &session->app,
				    .database = &session->app.database,
				    .arena = c->arena,
				    .now = clock_system()};
}

struct checkup *
checkup_new(const struct config *config)
{
	struct arena *arena = arena_new(ARENA_MAX);
	struct checkup *c = arena_alloc(arena, sizeof *c);

	c->config = config;
	c->arena = arena;
	c->development = config_is_development(config);
	c->last = &c->first;
	c->sessions = arena_array(arena, ROLES, sizeof *c->sessions);
	open_session(c, ROLE_WORKER, config->database_url);
	open_session(c, ROLE_OWNER, config->owner_url);
	open_session(c, ROLE_AUDITOR, config->auditor_url);
	return c;
}

void
checkup_free(struct checkup *c)
{
	struct db_pool *pools[ROLES];
	struct arena *arena = c->arena;

	for (size_t i = 0; i < ROLES; i++)
		pools[i] = c->sessions[i].app.database.pool;
	arena_free(arena);
	for (size_t i = 0; i < ROLES; i++)
		db_pool_free(pools[i]);
}

/* A copy that is fit for a terminal and for JSON, whatever other software has said. */
static const char *
one_line(struct arena *arena, const char *text)
{
	size_t left = strlen(text);
	char *copy = arena_strdup(arena, text);

	for (char *at = copy; left > 0;) {
		size_t n = utf8_next(at, left);

		if (n == 0 || (n == 1 && iscntrl((unsigned char)*at)))
			*at = n == 0 ? '?' : ' ';
		n = n > 0 ? n : 1;
		at += n;
		left -= n;
	}
	return copy;
}

void
found(struct checkup *c, enum severity severity, const char *text, const char *detail)
{
	struct finding *finding = arena_alloc(c->arena, sizeof *finding);

	finding->severity = severity;
	finding->check = c->check;
	finding->text = one_line(c->arena, text);
	finding->detail = one_line(c->arena, mask_text(c->arena, detail));
	*c->last = finding;
	c->last = &finding->next;
}

void
foundf(struct checkup *c, enum severity severity, const char *text, const char *fmt, ...)
{
	char detail[DETAIL_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(detail, sizeof detail, fmt, args);
	va_end(args);
	found(c, severity, text, detail);
}

void
found_failure(struct checkup *c, const struct ctx *ctx)
{
	foundf(c, SEVERITY_ERROR, "this could not be checked", "%s: %s", c->check,
	       ctx->fault.detail);
}

struct ctx *
checkup_ctx(struct checkup *c, enum role role)
{
	return &c->sessions[role].ctx;
}

bool
checkup_count(struct checkup *c, enum statement_id id, int64_t *out)
{
	struct ctx *ctx = checkup_ctx(c, ROLE_OWNER);
	struct rows rows;

	if (db_run(ctx, id, &rows, NO_PARAMS) != ERR_OK) {
		found_failure(c, ctx);
		return false;
	}
	*out = row_int(&rows, 0, 0);
	return true;
}
