/*
 * audit.h - the audit log of administrators' actions, and of changes to what protects an account,
 * written in the transaction of the action.
 */
#ifndef APP_AUDIT_AUDIT_H
#define APP_AUDIT_AUDIT_H

#include "base/ctx.h"
#include "base/value.h"

struct jw;

struct audit_entry {
	int64_t audit_id;
	struct uuid admin;   /* who did it; nil: the operator, by the command line */
	const char *action;  /* "user_update", "review_approve" */
	const char *subject; /* object of the action: an id or a reference */
	struct json_value detail;
	const char *request_id;
	struct instant created_at;
};

/* Record an action of the caller. In the caller's transaction; no secrets, no names or
 * addresses. */
enum err audit_add(struct ctx *ctx, const char *action, const char *subject,
		   struct json_value detail) MUST_CHECK;
/* The same for a person who is not signed in yet. */
enum err audit_add_by(struct ctx *ctx, int64_t user_id, const char *action, const char *subject,
		      struct json_value detail) MUST_CHECK;
/* An action of the caller with details: begin an object, write its members, end it. */
void audit_begin(struct ctx *ctx, struct jw *detail);
enum err audit_end(struct ctx *ctx, const char *action, const char *subject,
		   struct jw *detail) MUST_CHECK;

struct audit_filter {
	const char *action; /* NULL: any */
	int64_t after;      /* last one of the previous page; 0: from the newest */
	int64_t most;
};
enum err audit_list(struct ctx *ctx, const struct audit_filter *filter, struct audit_entry **out,
		    size_t *n) MUST_CHECK;

#endif
