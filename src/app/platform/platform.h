/* platform.h - platform accounts, their projects, and the projects' customers. */
#ifndef APP_PLATFORM_PLATFORM_H
#define APP_PLATFORM_PLATFORM_H

#include "base/ctx.h"
#include "base/value.h"
#include <stdbool.h>

struct platform_account {
	int64_t platform_account_id;
	struct uuid public_id;
	const char *name;
	const char *company_name;
	struct json_value metadata;
	struct instant created_at;
};

/* The account of the caller. One per user: ERR_CONFLICT on the second. */
enum err platform_account_create(struct ctx *ctx, const struct platform_account *in,
				 struct platform_account *out) MUST_CHECK;
/* ERR_NOT_FOUND if the caller has none. */
enum err platform_account_mine(struct ctx *ctx, struct platform_account *out) MUST_CHECK;

enum project_status { PROJECT_ACTIVE = 1, PROJECT_ARCHIVED };

extern const char *const project_status_words[];

struct project {
	int64_t project_id;
	struct uuid public_id;
	struct uuid platform_account;
	const char *name;
	const char *slug; /* NULL in an order: derived from the name */
	const char *description;
	struct json_value metadata;
	enum project_status status;
	struct instant archived_at;
	struct instant created_at;
};

enum err project_create(struct ctx *ctx, const struct project *in, struct project *out) MUST_CHECK;
/* A project of the caller; ERR_NOT_FOUND for any other. */
enum err project_get(struct ctx *ctx, struct uuid id, struct project *out) MUST_CHECK;
/* Projects of the caller, newest first, below after (0: from the newest). */
enum err project_list(struct ctx *ctx, int64_t after, int64_t most, struct project **out,
		      size_t *n) MUST_CHECK;

/* What is NULL in the order is not changed. */
enum err project_update(struct ctx *ctx, struct uuid id, const struct project *in,
			struct project *out) MUST_CHECK;
/* Archive it, or take that back. Keys of an archived project are refused and none is added; its money stays,
 * and what is under way is finished. */
enum err project_archive(struct ctx *ctx, struct uuid id, bool archived,
			 struct project *out) MUST_CHECK;
/* In the caller's transaction, until its end: the project is not archived. ERR_CONFLICT if it is. */
enum err project_hold(struct ctx *ctx, int64_t project_id) MUST_CHECK;

struct project_account {
	int64_t project_account_id;
	struct uuid public_id;
	struct uuid project;
	const char *reference;
	const char *name;
	const char *email;
	struct json_value metadata;
	enum project_status status;
	struct instant archived_at;
	struct instant created_at;
};

/* The project must be the caller's, in all of these. */
enum err project_account_create(struct ctx *ctx, struct uuid project,
				const struct project_account *in,
				struct project_account *out) MUST_CHECK;
enum err project_account_get(struct ctx *ctx, struct uuid project, struct uuid id,
			     struct project_account *out) MUST_CHECK;
enum err project_account_list(struct ctx *ctx, struct uuid project, int64_t after, int64_t most,
			      struct project_account **out, size_t *n) MUST_CHECK;
/* What is NULL in the order is not changed. */
enum err project_account_update(struct ctx *ctx, struct uuid project, struct uuid id,
				const struct project_account *in,
				struct project_account *out) MUST_CHECK;
/* Archive it, or take that back. No wallet is opened for an archived customer; those that there are stay. */
enum err project_account_archive(struct ctx *ctx, struct uuid project, struct uuid id,
				 bool archived, struct project_account *out) MUST_CHECK;

#endif
