#include "app/people/complaint.h"

#include "app/audit/audit.h"
#include "app/events/notification.h"
#include "base/arena.h"
#include "base/unicode.h"
#include "base/word.h"
#include "crypto/public_id.h"
#include "db/row.h"
#include "schema/schema.h"
#include "json/writer.h"

const char *const complaint_status_words[] = {"received", "in_review", "resolved", "rejected",
					      NULL};

static const struct column columns[] = {
	COLUMN(struct complaint, complaint_id),
	COLUMN(struct complaint, drop_id),
	COLUMN(struct complaint, user_drop_id),
	COLUMN(struct complaint, email),
	COLUMN(struct complaint, category),
	COLUMN(struct complaint, subject),
	COLUMN(struct complaint, description),
	COLUMN_WORD(struct complaint, status, complaint_status_words),
	COLUMN(struct complaint, resolution),
	COLUMN(struct complaint, created_at),
	COLUMN(struct complaint, due_at),
	COLUMN(struct complaint, resolved_at),
};

static void
check_text(struct ctx *ctx, const char *field, const char *text)
{
	if (!text_is_visible(text))
		violation_add(ctx->arena, &ctx->fault, field, "EMPTY", "must not be empty");
}

enum err
complaint_add(struct ctx *ctx, const char *category, const char *subject, const char *description,
	      struct complaint *out)
{
	const char *id = drop_id_new(ctx->arena, "cmp");

	subject = text_plain(ctx->arena, subject);
	description = text_plain(ctx->arena, description);
	check_text(ctx, "subject", subject);
	check_text(ctx, "description", description);
	if (ctx->fault.violations != NULL)
		return ERR_VALIDATION;
	TRY(db_run(ctx, SQL_complaint_insert, NULL,
		   PARAMS(p_text(id), p_int(ctx->who.user_id), p_text(category), p_text(subject),
			  p_text(description))));
	TRY(notification_add(ctx, ctx->who.user_id, NOTIFY_COMPLAINT, "We received your complaint",
			     "You will receive an answer within 15 business days.", id));
	return complaint_get(ctx, id, out);
}

enum err
complaint_list(struct ctx *ctx, const struct complaint_filter *filter, struct complaint **out,
	       size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_complaint_list, &rows,
		   PARAMS(p_id(filter->user_id), p_word(complaint_status_words, filter->status),
			  p_text(filter->category), p_id(filter->after), p_int(filter->most),
			  p_int(filter->skip))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, columns, COLUMN_COUNT(columns), &(*out)[i]);
	return ERR_OK;
}

enum err
complaint_count(struct ctx *ctx, int64_t user_id, int64_t *total)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_complaint_count, &rows, PARAMS(p_int(user_id))));
	*total = row_int(&rows, 0, 0);
	return ERR_OK;
}

enum err
complaint_get(struct ctx *ctx, const char *drop_id, struct complaint *out)
{
	struct rows rows = {0};

	if (drop_id_valid(drop_id, "cmp"))
		TRY(db_run(ctx, SQL_complaint_find, &rows, PARAMS(p_text(drop_id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Complaint not found");
	rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), out);
	return ERR_OK;
}

/* The text is kept only with the complaint: the log outlives it. */
static enum err
record(struct ctx *ctx, const struct complaint *complaint)
{
	struct bytes detail;
	struct jw w;

	jw_init(&w, ctx->arena, 64);
	jw_object(&w, NULL);
	jw_text(&w, "status", word_text(complaint_status_words, complaint->status));
	jw_close(&w);
	if (!jw_finish(&w, &detail))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	return audit_add(ctx, "complaint_answer", complaint->drop_id,
			 (struct json_value){detail.data});
}

static enum err
notify(struct ctx *ctx, int64_t user_id, const struct complaint *complaint)
{
	const char *title = "Your complaint was answered";

	if (complaint->status == COMPLAINT_IN_REVIEW)
		title = "Your complaint is being reviewed";
	return notification_add(ctx, user_id, NOTIFY_COMPLAINT, title,
				complaint->resolution != NULL ? complaint->resolution
							      : complaint->subject,
				complaint->drop_id);
}

enum err
complaint_answer(struct ctx *ctx, const char *drop_id, enum complaint_status status,
		 const char *resolution, struct complaint *out)
{
	struct rows rows;

	if (resolution != NULL)
		resolution = text_plain(ctx->arena, resolution);
	if (status != COMPLAINT_IN_REVIEW && (resolution == NULL || !text_is_visible(resolution))) {
		violation_add(ctx->arena, &ctx->fault, "resolution", "REQUIRED", "is required");
		return ERR_VALIDATION;
	}
	TRY(complaint_get(ctx, drop_id, out));
	TRY(db_run(ctx, SQL_complaint_answer, &rows,
		   PARAMS(p_text(drop_id), p_word(complaint_status_words, status),
			  p_text(resolution), p_id(ctx->who.user_id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_CONFLICT, NULL, "The complaint was already answered");
	TRY(complaint_get(ctx, drop_id, out));
	TRY(notify(ctx, row_int(&rows, 0, 0), out));
	return record(ctx, out);
}
