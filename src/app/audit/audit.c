#include "app/audit/audit.h"

#include "base/arena.h"
#include "db/row.h"
#include "json/writer.h"

enum err
audit_add_by(struct ctx *ctx, int64_t user_id, const char *action, const char *subject,
	     struct json_value detail)
{
	return db_run(ctx, SQL_audit_insert, NULL,
		      PARAMS(p_id(user_id), p_text(action), p_text(subject),
			     p_text(detail.text != NULL ? detail.text : "{}"),
			     p_text(ctx->request_id)));
}

enum err
audit_add(struct ctx *ctx, const char *action, const char *subject, struct json_value detail)
{
	return audit_add_by(ctx, ctx->who.user_id, action, subject, detail);
}

void
audit_begin(struct ctx *ctx, struct jw *detail)
{
	jw_init(detail, ctx->arena, 256);
	jw_object(detail, NULL);
}

enum err
audit_end(struct ctx *ctx, const char *action, const char *subject, struct jw *detail)
{
	struct bytes json;

	jw_close(detail);
	if (!jw_finish(detail, &json))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	return audit_add(ctx, action, subject, (struct json_value){json.data});
}

static const struct column columns[] = {
	COLUMN(struct audit_entry, audit_id),
	COLUMN(struct audit_entry, admin),
	COLUMN(struct audit_entry, action),
	COLUMN(struct audit_entry, subject),
	COLUMN_NAMED(struct audit_entry, detail.text, "detail"),
	COLUMN(struct audit_entry, request_id),
	COLUMN(struct audit_entry, created_at),
};

enum err
audit_list(struct ctx *ctx, const struct audit_filter *filter, struct audit_entry **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_audit_list, &rows,
		   PARAMS(p_text(filter->action), p_id(filter->after), p_int(filter->most))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, columns, COLUMN_COUNT(columns), &(*out)[i]);
	return ERR_OK;
}
