#include "app/voucher/payee.h"

#include "app/audit/audit.h"
#include "app/voucher/store.h"
#include "base/arena.h"
#include "base/word.h"
#include "db/row.h"
#include "ledger/account.h"
#include "json/writer.h"

const char *const payee_kind_words[] = {"merchant", "service_provider", NULL};
const char *const payee_status_words[] = {"registered", "unregistered", NULL};

struct payee_row {
	int64_t payee_id;
	struct uuid id;
	enum payee_kind kind;
	const char *code;
	const char *name;
	enum payee_status status;
	int64_t owed_minor;
	struct instant created_at;
};

static const struct column columns[] = {
	COLUMN(struct payee_row, payee_id),
	COLUMN(struct payee_row, id),
	COLUMN_WORD(struct payee_row, kind, payee_kind_words),
	COLUMN(struct payee_row, code),
	COLUMN(struct payee_row, name),
	COLUMN_WORD(struct payee_row, status, payee_status_words),
	COLUMN(struct payee_row, owed_minor),
	COLUMN(struct payee_row, created_at),
};

static struct payee
scan(const struct rows *rows, size_t i)
{
	struct payee_row row = {0};

	rows_scan(rows, i, columns, COLUMN_COUNT(columns), &row);
	return (struct payee){
		.payee_id = row.payee_id,
		.id = row.id,
		.kind = row.kind,
		.code = row.code,
		.name = row.name,
		.status = row.status,
		.owed = {row.owed_minor, voucher_currency()},
		.created_at = row.created_at,
	};
}

static enum err
get(struct ctx *ctx, int64_t payee_id, struct payee *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_payee_get, &rows, PARAMS(p_int(payee_id))));
	*out = scan(&rows, 0);
	return ERR_OK;
}

static enum err
record(struct ctx *ctx, const char *action, const struct payee *payee)
{
	char id[UUID_TEXT_MAX];
	struct jw detail;

	audit_begin(ctx, &detail);
	jw_text(&detail, "kind", word_text(payee_kind_words, payee->kind));
	jw_text(&detail, "code", payee->code);
	return audit_end(ctx, action, arena_strdup(ctx->arena, uuid_text(id, payee->id)), &detail);
}

/* The row of a payee, locked, with its own account. */
static enum err
find_or_make(struct ctx *ctx, const struct payee_order *in, int64_t *payee_id, bool *known)
{
	struct rows rows;
	int64_t ledger_id;
	int64_t account_id;
	struct uuid account;

	TRY(db_run(ctx, SQL_payee_insert, &rows,
		   PARAMS(p_word(payee_kind_words, in->kind), p_text(in->code))));
	if (rows.count > 0) {
		*payee_id = row_int(&rows, 0, 0);
		*known = false;
		TRY(ledger_of(ctx, 0, MODE_LIVE, &ledger_id));
		TRY(ledger_open_account(ctx, ledger_id, ACCOUNT_PAYABLES, voucher_currency(),
					&account_id, &account));
		return db_run(ctx, SQL_payee_set_account, NULL,
			      PARAMS(p_int(*payee_id), p_int(account_id)));
	}
	TRY(db_run(ctx, SQL_payee_lock, &rows,
		   PARAMS(p_word(payee_kind_words, in->kind), p_text(in->code))));
	*payee_id = row_int(&rows, 0, 0);
	*known = row_bool(&rows, 0, 1);
	return ERR_OK;
}

enum err
payee_register(struct ctx *ctx, const struct payee_order *in, struct payee *out)
{
	int64_t payee_id;
	bool known;

	TRY(find_or_make(ctx, in, &payee_id, &known));
	TRY(db_run(ctx, SQL_payee_register, NULL, PARAMS(p_int(payee_id), p_text(in->name))));
	TRY(get(ctx, payee_id, out));
	out->known = known;
	return record(ctx, "payee_register", out);
}

enum err
payee_remove(struct ctx *ctx, struct uuid id, struct payee *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_payee_remove, &rows, PARAMS(p_uuid(id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Payee not found");
	TRY(get(ctx, row_int(&rows, 0, 0), out));
	return record(ctx, "payee_remove", out);
}

enum err
payee_list(struct ctx *ctx, const struct payee_filter *filter, struct payee **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_payee_list, &rows,
		   PARAMS(p_word(payee_status_words, filter->status), p_id(filter->after),
			  p_int(filter->most))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		(*out)[i] = scan(&rows, i);
	return ERR_OK;
}

enum err
payee_account(struct ctx *ctx, enum payee_kind kind, const char *code, struct uuid *account)
{
	struct rows rows;

	*account = (struct uuid){{0}};
	if (code == NULL)
		return ERR_OK;
	TRY(db_run(ctx, SQL_payee_account, &rows,
		   PARAMS(p_word(payee_kind_words, kind), p_text(code))));
	if (rows.count > 0)
		*account = row_uuid(&rows, 0, 0);
	return ERR_OK;
}
