#include "app/wallet/metadata.h"

#include <string.h>

#include "app/audit/audit.h"
#include "app/events/event.h"
#include "base/arena.h"
#include "db/row.h"
#include "json/writer.h"

enum { REVISIONS_MAX = 100, BYTES_MAX = 4096, ATTEMPTS = 20 };

struct merge_row {
	int64_t transaction_id;
	int64_t ledger_id;
	int64_t number;
	bool open;
	const char *merged;
	const char *metadata;
};

static const struct column merge_columns[] = {
	COLUMN(struct merge_row, transaction_id), COLUMN(struct merge_row, ledger_id),
	COLUMN(struct merge_row, number),         COLUMN(struct merge_row, open),
	COLUMN(struct merge_row, merged),         COLUMN(struct merge_row, metadata),
};

struct revision_row {
	int64_t number;
	const char *metadata;
	struct uuid api_key;
	struct uuid administrator;
	struct instant created_at;
};

static const struct column revision_columns[] = {
	COLUMN(struct revision_row, number),     COLUMN(struct revision_row, metadata),
	COLUMN(struct revision_row, api_key),    COLUMN(struct revision_row, administrator),
	COLUMN(struct revision_row, created_at),
};

static enum err
refuse(struct ctx *ctx, const char *code, const char *message)
{
	violation_add(ctx->arena, &ctx->fault, "metadata", code, message);
	return ERR_VALIDATION;
}

/* Whether the merged metadata may be stored. */
static enum err
check(struct ctx *ctx, const struct merge_row *row)
{
	if (!row->open)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "Nothing can be added to the metadata of this transaction: they have "
			     "U+0000 or a number with an exponent");
	if (row->merged == NULL)
		return refuse(ctx, "VALUE",
			      "must not have U+0000 or numbers with exponents or more than 256 "
			      "digits");
	if (strlen(row->merged) > BYTES_MAX)
		return refuse(ctx, "LENGTH", "must not be larger than 4 KiB in all");
	if (row->number >= REVISIONS_MAX)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "The metadata of the transaction were changed %d times already",
			     REVISIONS_MAX);
	return ERR_OK;
}

static enum err
merge(struct ctx *ctx, struct uuid id, const char *added, struct merge_row *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_metadata_merge, &rows,
		   PARAMS(p_id(ctx->who.ledger_id), p_uuid(id), p_text(added))));
	if (rows.count == 0)
		return lookup_not_found(ctx);
	rows_scan(&rows, 0, merge_columns, COLUMN_COUNT(merge_columns), out);
	return ERR_OK;
}

/* *stored is false if another one was stored in the meantime. */
static enum err
store(struct ctx *ctx, const struct merge_row *row, bool *stored)
{
	bool key = ctx->who.kind == PRINCIPAL_PROJECT_KEY;
	struct rows rows;

	TRY(db_run(ctx, SQL_metadata_revise, &rows,
		   PARAMS(p_int(row->transaction_id), p_int(row->number + 1), p_text(row->merged),
			  p_id(key ? ctx->who.key_id : 0), p_id(key ? 0 : ctx->who.user_id))));
	*stored = rows.count == 1;
	return ERR_OK;
}

static enum err
record(struct ctx *ctx, const struct merge_row *row, const struct lookup *shown)
{
	const int64_t number = row->number + 1;
	const struct event_update data = {
		.id = shown->id,
		.reference = shown->reference,
		.revision = number,
		.metadata = shown->metadata,
	};
	char subject[UUID_TEXT_MAX];
	struct jw detail;

	TRY(event_add(ctx, row->ledger_id, "transaction.updated", shown->id, &data));
	if (ctx->who.kind == PRINCIPAL_PROJECT_KEY)
		return ERR_OK;
	audit_begin(ctx, &detail);
	jw_integer(&detail, "revision", number);
	return audit_end(ctx, "metadata_add", uuid_text(subject, shown->id), &detail);
}

enum err
metadata_add(struct ctx *ctx, struct uuid id, const struct metadata_addition *in,
	     struct lookup *out)
{
	bool stored = false;

	TRY(lookup_get(ctx, id, out));
	for (int i = 0; i < ATTEMPTS && !stored; i++) {
		struct merge_row row = {.open = false};

		TRY(merge(ctx, id, in->metadata.text, &row));
		if (row.merged != NULL && strcmp(row.merged, row.metadata) == 0)
			return ERR_OK;
		TRY(check(ctx, &row));
		out->metadata.text = row.merged;
		TRY(store(ctx, &row, &stored));
		if (stored)
			TRY(record(ctx, &row, out));
	}
	return stored ? ERR_OK : fault(&ctx->fault, ERR_CONFLICT, NULL, NULL);
}

enum err
metadata_list(struct ctx *ctx, struct uuid id, int64_t after, int64_t most, struct list *out)
{
	struct metadata_revision *revisions;
	int64_t ledger_id;
	struct rows rows;

	TRY(lookup_scope(ctx, &ledger_id));
	TRY(db_run(ctx, SQL_metadata_list, &rows,
		   PARAMS(p_id(ledger_id), p_uuid(id), p_id(after), p_int(most))));
	if (rows.count == 0)
		return lookup_not_found(ctx);
	revisions = arena_array(ctx->arena, rows.count, sizeof(*revisions));
	for (size_t i = 0; i < rows.count; i++) {
		struct revision_row row = {.number = 0};

		rows_scan(&rows, i, revision_columns, COLUMN_COUNT(revision_columns), &row);
		revisions[i] = (struct metadata_revision){
			row.number, {row.metadata}, row.api_key, row.administrator, row.created_at};
	}
	*out = (struct list){revisions, rows.count};
	return ERR_OK;
}
