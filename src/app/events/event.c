#include "app/events/event.h"

#include "base/ensure.h"
#include "db/db.h"

enum err
event_add(struct ctx *ctx, int64_t ledger_id, const char *type, struct uuid object,
	  const void *data)
{
	const char *text = event_type_write(ctx->arena, type, data);

	TRY(ensure(ctx, ctx->db != NULL));
	if (text == NULL)
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	db_defer(ctx, SQL_event_add,
		 PARAMS(p_uuid(uuid_v7()), p_int(ledger_id), p_text(type), p_uuid(object),
			p_text(text)));
	return ERR_OK;
}
