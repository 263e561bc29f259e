#include "app/events/event_log.h"

#include <string.h>

#include "base/arena.h"
#include "db/row.h"

/* Rows that a list looks at, where it must read each to know whether it is wanted. */
enum { LOOKED_AT = 1000 };
/* Columns of event_list. */
enum { SEQUENCE, LAST = 5, IS_CUT };

struct event_row {
	int64_t sequence;
	struct uuid public_id;
	const char *type;
	const char *data;
	struct instant created_at;
};

static const struct column columns[] = {
	COLUMN(struct event_row, sequence),   COLUMN(struct event_row, public_id),
	COLUMN(struct event_row, type),       COLUMN(struct event_row, data),
	COLUMN(struct event_row, created_at),
};

static void
show(struct ctx *ctx, const struct rows *rows, size_t i, struct event_body *out)
{
	struct event_row row = {0};

	rows_scan(rows, i, columns, COLUMN_COUNT(columns), &row);
	*out = (struct event_body){
		.id = event_name(ctx->arena, row.public_id),
		.type = row.type,
		.data = {row.data},
		.created_at = row.created_at,
		.version = EVENT_VERSION,
	};
}

enum err
event_log_list(struct ctx *ctx, const struct event_filter *filter, int64_t after, int64_t most,
	       struct event_page *out)
{
	bool all = filter->type == NULL && filter->since.us == 0 && filter->upto.us == 0;
	struct event_body *items;
	struct rows rows;
	size_t n;

	TRY(db_run(ctx, SQL_event_list, &rows,
		   PARAMS(p_int(filter->ledger_id), p_int(after), p_time(filter->since),
			  p_time(filter->upto), p_text(filter->type), p_uuid(filter->object),
			  p_int(all ? most + 1 : LOOKED_AT), p_int(most + 1))));
	n = row_is_null(&rows, 0, SEQUENCE) ? 0 : rows.count;
	*out = (struct event_page){
		.next = row_int(&rows, 0, LAST),
		.more = row_bool(&rows, 0, IS_CUT),
	};
	if (n > (size_t)most) {
		n = (size_t)most;
		out->next = row_int(&rows, n - 1, SEQUENCE);
		out->more = true;
	}
	items = arena_array(ctx->arena, n, sizeof(*items));
	for (size_t i = 0; i < n; i++)
		show(ctx, &rows, i, &items[i]);
	out->items = (struct list){items, n};
	return ERR_OK;
}

enum err
event_log_get(struct ctx *ctx, int64_t ledger_id, const char *name, struct event_body *out)
{
	static const char prefix[] = EVENT_ID_PREFIX;
	struct uuid id;
	struct rows rows;

	if (!text_starts_with(name, prefix) || !uuid_parse(&id, name + strlen(prefix)))
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Event not found");
	TRY(db_run(ctx, SQL_event_find, &rows, PARAMS(p_id(ledger_id), p_uuid(id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Event not found");
	show(ctx, &rows, 0, out);
	return ERR_OK;
}
