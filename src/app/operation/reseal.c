#include "app/operation/reseal.h"

#include "base/arena.h"
#include "crypto/box.h"
#include "db/row.h"
#include "runtime/app.h"

enum { BATCH = 100, BATCH_ARENA = 64 * 1024 * 1024 };

/* Each pair of statements has the same parameters and columns. */
static const struct column_at {
	const char *name;
	enum statement_id find;
	enum statement_id set;
} sealed_columns[] = {
	{"mail.body_sealed", SQL_sealed_mail, SQL_reseal_mail},
	{"users.document_sealed", SQL_sealed_document, SQL_reseal_document},
	{"second_factor.secret_sealed", SQL_sealed_second_factor, SQL_reseal_second_factor},
	{"provider_config.config_sealed", SQL_sealed_provider_config, SQL_reseal_provider_config},
	{"voucher.code_sealed", SQL_sealed_voucher, SQL_reseal_voucher},
	{"bank_consent.consent_sealed", SQL_sealed_bank_consent, SQL_reseal_bank_consent},
	{"webhook_subscription.secret_sealed", SQL_sealed_webhook, SQL_reseal_webhook},
	{"webhook_subscription.previous_sealed", SQL_sealed_webhook_previous,
	 SQL_reseal_webhook_previous},
};

struct sealed_row {
	int64_t id;
	const char *context;
	struct bytes sealed;
};

static const struct column row_columns[] = {
	COLUMN(struct sealed_row, id),
	COLUMN(struct sealed_row, context),
	COLUMN(struct sealed_row, sealed),
};

struct batch {
	const struct column_at *column;
	int64_t after;
	size_t found;
	int64_t done;
	int64_t broken;
};

static enum err
reseal_row(struct ctx *ctx, struct batch *batch, const struct sealed_row *row)
{
	const struct keyring *keys = ctx->app->keys;
	struct bytes plain;
	struct bytes fresh;

	batch->after = row->id;
	if (!box_open(keys, ctx->arena, row->context, row->sealed, &plain)) {
		batch->broken++;
		return ERR_OK;
	}
	fresh = box_seal(keys, ctx->arena, row->context, plain);
	TRY(db_run(ctx, batch->column->set, NULL,
		   PARAMS(p_int(row->id), p_bytes(fresh.data, fresh.length))));
	batch->done++;
	return ERR_OK;
}

static enum err
reseal_batch(struct ctx *ctx, void *arg)
{
	struct batch *batch = arg;
	struct batch begin = *batch;
	const char *active;
	struct bytes mark;
	struct rows rows;

	(void)keyring_active(ctx->app->keys, KEY_BOX, &active);
	mark = box_mark(ctx->arena, active);
	TRY(db_run(ctx, batch->column->find, &rows,
		   PARAMS(p_bytes(mark.data, mark.length), p_int(batch->after), p_int(BATCH))));
	begin.found = rows.count;
	for (size_t i = 0; i < rows.count; i++) {
		struct sealed_row row = {0};

		rows_scan(&rows, i, row_columns, COLUMN_COUNT(row_columns), &row);
		TRY(reseal_row(ctx, &begin, &row));
	}
	*batch = begin; /* after a lost race, restart from the original value */
	return ERR_OK;
}

enum err
reseal_column(struct ctx *ctx, size_t number, struct reseal_count *out, bool *more)
{
	struct arena *whole = ctx->arena;
	struct batch batch = {.found = BATCH};
	enum err err = ERR_OK;

	*more = number < COLUMN_COUNT(sealed_columns);
	if (!*more)
		return ERR_OK;
	batch.column = &sealed_columns[number];
	while (err == ERR_OK && batch.found == BATCH) {
		ctx->arena = arena_new(BATCH_ARENA);
		err = db_transact(ctx, reseal_batch, &batch);
		arena_free(ctx->arena);
	}
	ctx->arena = whole;
	*out = (struct reseal_count){batch.column->name, batch.done, batch.broken};
	return err;
}

enum err
reseal_passing(struct ctx *ctx, const char *key_id, int64_t *out)
{
	struct bytes mark = box_mark(ctx->arena, key_id);
	struct rows rows;

	TRY(db_run(ctx, SQL_sealed_passing, &rows, PARAMS(p_bytes(mark.data, mark.length))));
	*out = row_int(&rows, 0, 0);
	return ERR_OK;
}

enum err
reseal_strangers(struct ctx *ctx, const char *fingerprint, int64_t *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_key_strangers, &rows, PARAMS(p_text(fingerprint))));
	*out = row_int(&rows, 0, 0);
	return ERR_OK;
}
