#include "app/events/event.h"

#include "base/arena.h"
#include "base/ensure.h"
#include "db/db.h"
#include "json/writer.h"

enum err
event_add(struct ctx *ctx, int64_t ledger_id, const char *type, struct uuid object,
	  struct json_value data)
{
	TRY(ensure(ctx, ctx->db != NULL));
	db_defer(ctx, SQL_event_add,
		 PARAMS(p_uuid(uuid_v7()), p_int(ledger_id), p_text(type), p_uuid(object),
			p_text(arena_strdup(ctx->arena, data.text))));
	return ERR_OK;
}

enum err
event_add_written(struct ctx *ctx, int64_t ledger_id, const char *type, struct uuid object,
		  struct jw *w)
{
	struct bytes data;

	if (!jw_finish(w, &data))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	return event_add(ctx, ledger_id, type, object, (struct json_value){data.data});
}
