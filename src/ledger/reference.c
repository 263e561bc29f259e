/* References that are reserved before anything is posted under them. */
#include "ledger/reference.h"

#include "db/row.h"

enum err
reference_reserve(struct ctx *ctx, int64_t ledger_id, const char *reference, struct uuid holder,
		  bool *reserved)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_reference_reserve, &rows,
		   PARAMS(p_int(ledger_id), p_text(reference), p_uuid(holder))));
	*reserved = rows.count > 0;
	return ERR_OK;
}

enum err
reference_release(struct ctx *ctx, int64_t ledger_id, const char *reference, struct uuid holder)
{
	return db_run(ctx, SQL_reference_release, NULL,
		      PARAMS(p_int(ledger_id), p_text(reference), p_uuid(holder)));
}
