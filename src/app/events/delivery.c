#include "app/events/delivery.h"

#include "app/audit/audit.h"
#include "app/events/webhook.h"
#include "app/platform/platform.h"
#include "base/arena.h"
#include "base/ensure.h"
#include "db/row.h"

const char *const delivery_status_words[] = {"pending", "delivered", "failed", NULL};

static const struct column delivery_columns[] = {
	COLUMN(struct delivery, delivery_id),
	COLUMN(struct delivery, public_id),
	COLUMN(struct delivery, subscription),
	COLUMN(struct delivery, project),
	COLUMN(struct delivery, url),
	COLUMN(struct delivery, event),
	COLUMN(struct delivery, type),
	COLUMN(struct delivery, object),
	COLUMN(struct delivery, sequence),
	COLUMN_WORD(struct delivery, status, delivery_status_words),
	COLUMN(struct delivery, attempts),
	COLUMN(struct delivery, response_status),
	COLUMN(struct delivery, problem),
	COLUMN(struct delivery, next_at),
	COLUMN(struct delivery, attempted_at),
	COLUMN(struct delivery, delivered_at),
	COLUMN(struct delivery, created_at),
};

static enum err
list(struct ctx *ctx, int64_t subscription_id, const struct delivery_filter *filter,
     struct delivery **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_delivery_list, &rows,
		   PARAMS(p_id(subscription_id), p_word(delivery_status_words, filter->status),
			  p_id(filter->after), p_int(filter->most))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, delivery_columns, COLUMN_COUNT(delivery_columns), &(*out)[i]);
	return ERR_OK;
}

static enum err
find(struct ctx *ctx, int64_t subscription_id, struct uuid id, struct delivery *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_delivery_find, &rows, PARAMS(p_id(subscription_id), p_uuid(id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Delivery not found");
	rows_scan(&rows, 0, delivery_columns, COLUMN_COUNT(delivery_columns), out);
	return ERR_OK;
}

static enum err
replay(struct ctx *ctx, int64_t subscription_id, struct uuid id, struct delivery *out)
{
	struct rows rows;

	TRY(ensure(ctx, ctx->db != NULL));
	TRY(find(ctx, subscription_id, id, out));
	TRY(db_run(ctx, SQL_delivery_replay, &rows, PARAMS(p_int(out->delivery_id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     out->status == DELIVERY_PENDING ? "The delivery is still in progress"
							     : "The webhook is not active");
	db_defer(ctx, SQL_delivery_tell, NO_PARAMS);
	return find(ctx, subscription_id, id, out);
}

enum err
delivery_list(struct ctx *ctx, struct uuid project, struct uuid webhook,
	      const struct delivery_filter *filter, struct delivery **out, size_t *n)
{
	struct webhook owner = {0};

	TRY(webhook_get(ctx, project, webhook, &owner));
	return list(ctx, owner.subscription_id, filter, out, n);
}

enum err
delivery_replay(struct ctx *ctx, struct uuid project, struct uuid webhook, struct uuid id,
		struct delivery *out)
{
	struct webhook owner = {0};

	TRY(webhook_get(ctx, project, webhook, &owner));
	return replay(ctx, owner.subscription_id, id, out);
}

enum err
delivery_list_all(struct ctx *ctx, const struct delivery_filter *filter, struct delivery **out,
		  size_t *n)
{
	return list(ctx, 0, filter, out, n);
}

enum err
delivery_replay_any(struct ctx *ctx, struct uuid id, struct delivery *out)
{
	char text[UUID_TEXT_MAX];

	TRY(replay(ctx, 0, id, out));
	return audit_add(ctx, "delivery_replay", uuid_text(text, id), (struct json_value){NULL});
}
