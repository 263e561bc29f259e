#include "app/platform/platform.h"

#include <string.h>

#include "base/arena.h"
#include "base/ensure.h"
#include "db/row.h"

static const struct column account_columns[] = {
	COLUMN(struct platform_account, platform_account_id),
	COLUMN(struct platform_account, public_id),
	COLUMN(struct platform_account, name),
	COLUMN(struct platform_account, company_name),
	COLUMN_NAMED(struct platform_account, metadata.text, "metadata"),
	COLUMN(struct platform_account, created_at),
};

enum err
platform_account_mine(struct ctx *ctx, struct platform_account *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_platform_account_of, &rows, PARAMS(p_int(ctx->who.user_id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "You have no platform account yet");
	rows_scan(&rows, 0, account_columns, COLUMN_COUNT(account_columns), out);
	return ERR_OK;
}

static const char *
or_empty(struct json_value metadata)
{
	return metadata.text != NULL ? metadata.text : "{}";
}

enum err
platform_account_create(struct ctx *ctx, const struct platform_account *in,
			struct platform_account *out)
{
	TRY(db_run(ctx, SQL_platform_account_insert, NULL,
		   PARAMS(p_uuid(uuid_v7()), p_int(ctx->who.user_id), p_text(in->name),
			  p_text(in->company_name), p_text(or_empty(in->metadata)))));
	return platform_account_mine(ctx, out);
}

const char *const project_status_words[] = {"active", "archived", NULL};

static const struct column project_columns[] = {
	COLUMN(struct project, project_id),
	COLUMN(struct project, public_id),
	COLUMN(struct project, platform_account),
	COLUMN(struct project, name),
	COLUMN(struct project, slug),
	COLUMN(struct project, description),
	COLUMN_NAMED(struct project, metadata.text, "metadata"),
	COLUMN_WORD(struct project, status, project_status_words),
	COLUMN(struct project, archived_at),
	COLUMN(struct project, created_at),
};

enum { SLUG_MAX = 120 };

/* The name as a slug: lower-case letters and digits, runs of anything else one hyphen. */
static const char *
slug_from_name(struct arena *arena, const char *name)
{
	char *slug = arena_alloc(arena, SLUG_MAX + 1);
	size_t n = 0;

	for (const char *p = text_lower(arena, name); *p != '\0' && n < SLUG_MAX; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9');

		if (plain)
			slug[n++] = *p;
		else if (n > 0 && slug[n - 1] != '-')
			slug[n++] = '-';
	}
	while (n > 0 && slug[n - 1] == '-')
		slug[--n] = '\0';
	return n > 0 ? slug : "project";
}

enum err
project_create(struct ctx *ctx, const struct project *in, struct project *out)
{
	struct platform_account account = {0};
	struct uuid id = uuid_v7();
	struct rows rows;

	TRY(platform_account_mine(ctx, &account));
	TRY(db_run(
		ctx, SQL_project_insert, &rows,
		PARAMS(p_uuid(id), p_int(account.platform_account_id), p_text(in->name),
		       p_text(in->slug != NULL ? in->slug : slug_from_name(ctx->arena, in->name)),
		       p_text(in->description), p_text(or_empty(in->metadata)))));
	return project_get(ctx, id, out);
}

enum err
project_get(struct ctx *ctx, struct uuid id, struct project *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_project_find, &rows, PARAMS(p_int(ctx->who.user_id), p_uuid(id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Project not found");
	rows_scan(&rows, 0, project_columns, COLUMN_COUNT(project_columns), out);
	return ERR_OK;
}

enum err
project_list(struct ctx *ctx, int64_t after, int64_t most, struct project **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_project_list, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_id(after), p_int(most))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, project_columns, COLUMN_COUNT(project_columns), &(*out)[i]);
	return ERR_OK;
}

enum err
project_update(struct ctx *ctx, struct uuid id, const struct project *in, struct project *out)
{
	TRY(project_get(ctx, id, out));
	TRY(db_run(ctx, SQL_project_update, NULL,
		   PARAMS(p_int(out->project_id), p_text(in->name), p_text(in->slug),
			  p_text(in->description), p_text(in->metadata.text))));
	return project_get(ctx, id, out);
}

enum err
project_archive(struct ctx *ctx, struct uuid id, bool archived, struct project *out)
{
	TRY(ensure(ctx, ctx->db != NULL));
	TRY(project_get(ctx, id, out));
	TRY(db_run(ctx, SQL_project_archive, NULL,
		   PARAMS(p_int(out->project_id), p_bool(archived))));
	TRY(db_run(ctx, SQL_project_archive_keys, NULL,
		   PARAMS(p_int(out->project_id), p_bool(archived))));
	return project_get(ctx, id, out);
}

enum err
project_hold(struct ctx *ctx, int64_t project_id)
{
	struct rows rows;

	TRY(ensure(ctx, ctx->db != NULL));
	TRY(db_run(ctx, SQL_project_hold, &rows, PARAMS(p_int(project_id))));
	return row_bool(&rows, 0, 0)
		       ? ERR_OK
		       : fault(&ctx->fault, ERR_CONFLICT, NULL, "The project is archived");
}

static const struct column customer_columns[] = {
	COLUMN(struct project_account, project_account_id),
	COLUMN(struct project_account, public_id),
	COLUMN(struct project_account, reference),
	COLUMN(struct project_account, name),
	COLUMN(struct project_account, email),
	COLUMN_NAMED(struct project_account, metadata.text, "metadata"),
	COLUMN_WORD(struct project_account, status, project_status_words),
	COLUMN(struct project_account, archived_at),
	COLUMN(struct project_account, created_at),
};

static void
scan_customer(const struct rows *rows, size_t i, struct uuid project, struct project_account *out)
{
	rows_scan(rows, i, customer_columns, COLUMN_COUNT(customer_columns), out);
	out->project = project;
}

static enum err
find_customer(struct ctx *ctx, const struct project *project, struct uuid id,
	      struct project_account *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_project_account_find, &rows,
		   PARAMS(p_int(project->project_id), p_uuid(id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Account not found");
	scan_customer(&rows, 0, project->public_id, out);
	return ERR_OK;
}

enum err
project_account_create(struct ctx *ctx, struct uuid project, const struct project_account *in,
		       struct project_account *out)
{
	struct project owner = {0};
	struct uuid id = uuid_v7();

	TRY(project_get(ctx, project, &owner));
	TRY(db_run(ctx, SQL_project_account_insert, NULL,
		   PARAMS(p_uuid(id), p_int(owner.project_id), p_text(in->reference),
			  p_text(in->name), p_text(in->email), p_text(or_empty(in->metadata)))));
	return find_customer(ctx, &owner, id, out);
}

enum err
project_account_get(struct ctx *ctx, struct uuid project, struct uuid id,
		    struct project_account *out)
{
	struct project owner = {0};

	TRY(project_get(ctx, project, &owner));
	return find_customer(ctx, &owner, id, out);
}

enum err
project_account_list(struct ctx *ctx, struct uuid project, int64_t after, int64_t most,
		     struct project_account **out, size_t *n)
{
	struct project owner = {0};
	struct rows rows;

	TRY(project_get(ctx, project, &owner));
	TRY(db_run(ctx, SQL_project_account_list, &rows,
		   PARAMS(p_int(owner.project_id), p_id(after), p_int(most))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		scan_customer(&rows, i, project, &(*out)[i]);
	return ERR_OK;
}

enum err
project_account_update(struct ctx *ctx, struct uuid project, struct uuid id,
		       const struct project_account *in, struct project_account *out)
{
	struct project owner = {0};

	TRY(project_get(ctx, project, &owner));
	TRY(find_customer(ctx, &owner, id, out));
	TRY(db_run(ctx, SQL_project_account_update, NULL,
		   PARAMS(p_int(out->project_account_id), p_text(in->reference), p_text(in->name),
			  p_text(in->email), p_text(in->metadata.text))));
	return find_customer(ctx, &owner, id, out);
}

enum err
project_account_archive(struct ctx *ctx, struct uuid project, struct uuid id, bool archived,
			struct project_account *out)
{
	struct project owner = {0};

	TRY(project_get(ctx, project, &owner));
	TRY(find_customer(ctx, &owner, id, out));
	TRY(db_run(ctx, SQL_project_account_archive, NULL,
		   PARAMS(p_int(out->project_account_id), p_bool(archived))));
	return find_customer(ctx, &owner, id, out);
}
