#include "app/events/notification.h"

#include "base/arena.h"
#include "crypto/public_id.h"
#include "db/row.h"

const char *const notification_type_words[] = {"payment", "kyc", "complaint", NULL};

static const struct column columns[] = {
	COLUMN(struct notification, notification_id),
	COLUMN(struct notification, drop_id),
	COLUMN_WORD(struct notification, type, notification_type_words),
	COLUMN(struct notification, title),
	COLUMN(struct notification, message),
	COLUMN(struct notification, subject),
	COLUMN(struct notification, read),
	COLUMN(struct notification, created_at),
};

enum err
notification_add(struct ctx *ctx, int64_t user_id, enum notification_type type, const char *title,
		 const char *message, const char *subject)
{
	return db_run(ctx, SQL_notification_insert, NULL,
		      PARAMS(p_text(drop_id_new(ctx->arena, "noti")), p_int(user_id),
			     p_word(notification_type_words, type), p_text(title), p_text(message),
			     p_text(subject)));
}

enum err
notification_list(struct ctx *ctx, int64_t most, int64_t skip, struct notification **out, size_t *n,
		  int64_t *total)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_notification_count, &rows, PARAMS(p_int(ctx->who.user_id))));
	*total = row_int(&rows, 0, 0);
	TRY(db_run(ctx, SQL_notification_list, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_int(most), p_int(skip))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, columns, COLUMN_COUNT(columns), &(*out)[i]);
	return ERR_OK;
}

enum err
notification_read(struct ctx *ctx, const char *const *ids, size_t n, int64_t *updated)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_notification_read, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_texts(ids, n))));
	*updated = (int64_t)rows.affected;
	return ERR_OK;
}
