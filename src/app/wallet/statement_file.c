#include "app/wallet/statement_file.h"

#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/text.h"
#include "base/word.h"
#include "crypto/hmac.h"
#include "crypto/keyring.h"
#include "db/row.h"
#include "queue/queue.h"
#include "runtime/app.h"

const char *const statement_status_words[] = {"queued", "running", "ready", "failed", NULL};

/* Pieces deleted at a time, of a quarter of a MiB each. */
enum { PIECES_AT_ONCE = 200, ROWS_AT_ONCE = 1000, RETRY_AFTER_S = 5 };

struct statement_row {
	int64_t statement_id;
	struct uuid public_id;
	enum statement_status status;
	struct instant from_at;
	struct instant to_at;
	int64_t lines;
	int64_t lines_done;
	struct instant created_at;
	struct instant expires_at;
};

static const struct column columns[] = {
	COLUMN(struct statement_row, statement_id),
	COLUMN(struct statement_row, public_id),
	COLUMN_WORD(struct statement_row, status, statement_status_words),
	COLUMN(struct statement_row, from_at),
	COLUMN(struct statement_row, to_at),
	COLUMN(struct statement_row, lines),
	COLUMN(struct statement_row, lines_done),
	COLUMN(struct statement_row, created_at),
	COLUMN(struct statement_row, expires_at),
};

struct file_row {
	struct uuid public_id;
	int64_t lines;
	int64_t bytes;
};

static const struct column file_columns[] = {
	COLUMN(struct file_row, public_id),
	COLUMN(struct file_row, lines),
	COLUMN(struct file_row, bytes),
};

static const struct column download_columns[] = {
	COLUMN(struct statement_download, file_id), COLUMN(struct statement_download, number),
	COLUMN(struct statement_download, bytes),   COLUMN(struct statement_download, wallet),
	COLUMN(struct statement_download, from_at), COLUMN(struct statement_download, files),
};

/* The content, behind them. */
enum { CONTENT = COLUMN_COUNT(download_columns) };

/* The token of a file, which only somebody with the pepper can make. */
static const char *
token_of(struct ctx *ctx, struct uuid file)
{
	unsigned char digest[KEYED_DIGEST_SIZE];
	char id[UUID_TEXT_MAX];
	const char *text = arena_printf(ctx->arena, "statement file %s", uuid_text(id, file));

	keyring_digest(ctx->app->keys, text, strlen(text), digest);
	return hex_encode(ctx->arena, digest, sizeof(digest));
}

static const char *
url_of(struct ctx *ctx, struct uuid file)
{
	char id[UUID_TEXT_MAX];

	return arena_printf(ctx->arena, "%s/v1/statement-files/%s?token=%s",
			    ctx->app->config->public_url, uuid_text(id, file), token_of(ctx, file));
}

static enum err
not_found(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Statement not found");
}

/* The files follow each other, from the first line on. */
static enum err
list_files(struct ctx *ctx, struct filed_statement *out)
{
	struct statement_file *files;
	int64_t first_line = 1;
	struct rows rows;

	TRY(db_run(ctx, SQL_statement_files, &rows, PARAMS(p_int(out->statement_id))));
	files = arena_array(ctx->arena, rows.count, sizeof(*files));
	for (size_t i = 0; i < rows.count; i++) {
		struct file_row row = {.lines = 0};

		rows_scan(&rows, i, file_columns, COLUMN_COUNT(file_columns), &row);
		files[i] = (struct statement_file){
			.url = url_of(ctx, row.public_id),
			.first_line = first_line,
			.lines = row.lines,
			.bytes = row.bytes,
		};
		first_line += row.lines;
	}
	out->files = (struct list){files, rows.count};
	return ERR_OK;
}

static enum err
find(struct ctx *ctx, const struct wallet_place *place, struct uuid id, struct filed_statement *out)
{
	struct statement_row row = {.lines = 0};
	struct rows rows;

	TRY(db_run(ctx, SQL_statement_find, &rows, PARAMS(p_int(place->account_id), p_uuid(id))));
	if (rows.count == 0)
		return not_found(ctx);
	rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), &row);
	*out = (struct filed_statement){
		.statement_id = row.statement_id,
		.id = row.public_id,
		.wallet = place->id,
		.status = row.status,
		.from = moment_at(row.from_at),
		.to = moment_at(row.to_at),
		.lines = row.lines,
		.lines_done = row.lines_done,
		.created_at = row.created_at,
		.expires_at = row.expires_at,
	};
	return row.status == STATEMENT_READY ? list_files(ctx, out) : ERR_OK;
}

enum err
statement_file_get(struct ctx *ctx, const char *wallet, struct uuid id, struct filed_statement *out)
{
	struct wallet_place place;

	TRY(wallet_visible(ctx, wallet, &place));
	return find(ctx, &place, id, out);
}

/* Whom an order counts for: a user; 0: the project whose key it is. */
static int64_t
orderer(const struct ctx *ctx)
{
	return ctx->who.kind == PRINCIPAL_PROJECT_KEY ? 0 : ctx->who.user_id;
}

static enum err
too_many(struct ctx *ctx, const char *why)
{
	ctx->fault.retry_after_s = RETRY_AFTER_S;
	return fault(&ctx->fault, ERR_TOO_MANY_STATEMENTS, NULL, "%s", why);
}

/* Until the end of the transaction, the caller's other orders wait. */
static enum err
lock(struct ctx *ctx, const struct account_statement *plan)
{
	int64_t user_id = orderer(ctx);
	const char *owner = arena_printf(ctx->arena, "%s %lld", user_id != 0 ? "user" : "ledger",
					 (long long)(user_id != 0 ? user_id : plan->ledger_id));
	struct rows rows;

	return db_run(ctx, SQL_statement_lock, &rows, PARAMS(p_text(owner)));
}

static enum err
check_size(struct ctx *ctx, const struct account_statement *plan)
{
	if (plan->line_count <= STATEMENT_KEPT_LINES_MAX)
		return ERR_OK;
	violation_add(ctx->arena, &ctx->fault, "from", "RANGE",
		      arena_printf(ctx->arena, "must leave at most %d transactions",
				   STATEMENT_KEPT_LINES_MAX));
	return ERR_VALIDATION;
}

static enum err
check_load(struct ctx *ctx, const struct account_statement *plan)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_statement_load, &rows,
		   PARAMS(p_id(orderer(ctx)), p_int(plan->ledger_id))));
	if (row_int(&rows, 0, 0) >= STATEMENTS_OPEN_MAX)
		return too_many(ctx, "Too many statements are being made; wait for one of them");
	if (row_int(&rows, 0, 1) + plan->line_count > STATEMENT_KEPT_LINES_MAX)
		return too_many(ctx, "Your statements are too large together; wait until one has "
				     "expired");
	return ERR_OK;
}

static enum err
insert(struct ctx *ctx, const struct account_statement *plan, struct uuid id)
{
	char subject[UUID_TEXT_MAX];

	TRY(db_run(ctx, SQL_statement_insert, NULL,
		   PARAMS(p_uuid(id), p_int(plan->account_id), p_int(plan->ledger_id),
			  p_id(orderer(ctx)), p_at(plan->from.first), p_at(plan->to.first),
			  p_int(plan->first_sequence), p_int(plan->line_count),
			  p_int(plan->opening.minor), p_int(plan->closing.minor))));
	return queue_add(ctx, "statement", uuid_text(subject, id), 0);
}

/* The same one that is not complete yet; nil: there is none. */
static enum err
find_same(struct ctx *ctx, const struct account_statement *plan, struct uuid *id)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_statement_same, &rows,
		   PARAMS(p_int(plan->account_id), p_id(orderer(ctx)), p_at(plan->from.first),
			  p_at(plan->to.first), p_int(plan->line_count))));
	*id = rows.count > 0 ? row_uuid(&rows, 0, 0) : (struct uuid){{0}};
	return ERR_OK;
}

enum err
statement_file_order(struct ctx *ctx, const struct statement_order *in, struct filed_statement *out)
{
	struct account_statement plan = {.line_count = 0};
	struct wallet_place place = {.account_id = 0};
	struct uuid id;
	bool replayed;

	TRY(statement_plan(ctx, in, &plan));
	TRY(check_size(ctx, &plan));
	TRY(lock(ctx, &plan));
	TRY(find_same(ctx, &plan, &id));
	replayed = !uuid_is_nil(id);
	if (!replayed) {
		TRY(check_load(ctx, &plan));
		id = uuid_v7();
		TRY(insert(ctx, &plan, id));
	}
	place.id = plan.wallet;
	place.account_id = plan.account_id;
	TRY(find(ctx, &place, id, out));
	out->replayed = replayed;
	return ERR_OK;
}

enum err
statement_file_open(struct ctx *ctx, struct uuid file, const char *token,
		    struct statement_download *out)
{
	const char *expected = token_of(ctx, file);
	struct rows rows;

	if (token == NULL || strlen(token) != strlen(expected) ||
	    !secret_equal(token, expected, strlen(expected)))
		return not_found(ctx);
	TRY(db_run(ctx, SQL_statement_file_open, &rows, PARAMS(p_uuid(file))));
	if (rows.count == 0)
		return not_found(ctx);
	rows_scan(&rows, 0, download_columns, COLUMN_COUNT(download_columns), out);
	out->piece = row_bytes(&rows, 0, CONTENT);
	out->given = (int64_t)out->piece.length;
	out->next = 1;
	return ERR_OK;
}

/* It may have been deleted meanwhile. */
enum err
statement_file_next(struct ctx *ctx, struct statement_download *download)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_statement_piece, &rows,
		   PARAMS(p_int(download->file_id), p_int(download->next))));
	if (rows.count == 0)
		return not_found(ctx);
	download->next++;
	download->piece = row_bytes(&rows, 0, 0);
	download->given += (int64_t)download->piece.length;
	return ERR_OK;
}

bool
statement_file_complete(const struct statement_download *download)
{
	return download->given >= download->bytes;
}

enum err
statement_file_give_up(struct ctx *ctx, const char *id)
{
	struct uuid statement;

	if (!uuid_parse(&statement, id))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	return db_run(ctx, SQL_statement_fail, NULL,
		      PARAMS(p_uuid(statement), p_int(ctx->app->config->statement_hours)));
}

enum err
statement_file_forget(struct ctx *ctx, bool *found)
{
	struct rows pieces;
	struct rows rows;

	TRY(db_run(ctx, SQL_statement_forget_pieces, &pieces, PARAMS(p_int(PIECES_AT_ONCE))));
	TRY(db_run(ctx, SQL_statement_forget, &rows, PARAMS(p_int(ROWS_AT_ONCE))));
	*found = row_int(&pieces, 0, 0) >= PIECES_AT_ONCE || row_int(&rows, 0, 0) >= ROWS_AT_ONCE;
	return ERR_OK;
}
