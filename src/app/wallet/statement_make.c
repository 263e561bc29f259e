/* The files of a statement, one after the other, each complete before it is stored. */
#include "app/events/event.h"
#include "app/wallet/statement_file.h"
#include "app/wallet/statement_pdf.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/word.h"
#include "db/row.h"
#include "runtime/app.h"

enum {
	PIECE_BYTES = 256 * 1024,
	PROGRESS_LINES = 5000, /* so many after one report, the next one */
	FILE_MEMORY_MAX = 64 * 1024 * 1024,
	PART_MEMORY_MAX = 16 * 1024 * 1024
};

struct work_row {
	int64_t statement_id;
	int64_t attempt;
	struct uuid public_id;
	struct uuid wallet;
	const char *number;
	const char *currency;
	int64_t account_id;
	int64_t ledger_id;
	struct instant from_at;
	struct instant to_at;
	int64_t first_sequence;
	int64_t lines;
	int64_t opening;
	int64_t closing;
	struct instant created_at;
};

static const struct column columns[] = {
	COLUMN(struct work_row, statement_id),   COLUMN(struct work_row, attempt),
	COLUMN(struct work_row, public_id),      COLUMN(struct work_row, wallet),
	COLUMN(struct work_row, number),         COLUMN(struct work_row, currency),
	COLUMN(struct work_row, account_id),     COLUMN(struct work_row, ledger_id),
	COLUMN(struct work_row, from_at),        COLUMN(struct work_row, to_at),
	COLUMN(struct work_row, first_sequence), COLUMN(struct work_row, lines),
	COLUMN(struct work_row, opening),        COLUMN(struct work_row, closing),
	COLUMN(struct work_row, created_at),
};

struct work {
	struct uuid id;
	struct work_row row;
	struct account_statement statement;
	struct statement_pdf pdf; /* of the current file */
	struct bytes file;
	struct arena *file_memory;
	struct arena *part_memory;
	int64_t reported; /* lines */
	bool wanted;      /* by somebody, of this attempt */
};

static void
restore(struct work *work)
{
	const struct work_row *row = &work->row;
	const struct currency *currency = currency_find(row->currency);

	work->statement = (struct account_statement){
		.wallet = row->wallet,
		.number = row->number,
		.currency = currency->code,
		.from = moment_at(row->from_at),
		.to = moment_at(row->to_at),
		.made_at = row->created_at,
		.opening = {row->opening, currency},
		.closing = {row->closing, currency},
		.total_in = {0, currency},
		.total_out = {0, currency},
		.line_count = row->lines,
		.account_id = row->account_id,
		.ledger_id = row->ledger_id,
		.first_sequence = row->first_sequence,
	};
}

/* Nothing of an earlier attempt remains. */
static enum err
begin(struct ctx *ctx, void *arg)
{
	struct work *work = arg;
	struct rows rows;

	TRY(db_run(ctx, SQL_statement_begin, &rows, PARAMS(p_uuid(work->id))));
	work->wanted = rows.count > 0;
	if (!work->wanted)
		return ERR_OK;
	rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), &work->row);
	restore(work);
	return db_run(ctx, SQL_statement_clear, NULL, PARAMS(p_int(work->row.statement_id)));
}

/* Tell how far it is. In a transaction it also holds the row: another attempt, and who deletes it, wait. */
static enum err
report(struct ctx *ctx, struct work *work)
{
	const struct account_statement *s = &work->statement;
	int64_t done = s->lines_before + (int64_t)s->lines.count;
	struct rows rows;

	TRY(db_run(ctx, SQL_statement_progress, &rows,
		   PARAMS(p_int(work->row.statement_id), p_int(work->row.attempt), p_int(done))));
	work->wanted = rows.count > 0;
	work->reported = done;
	return ERR_OK;
}

/* The next lines of the current file. */
static enum err
add_part(struct ctx *ctx, struct work *work)
{
	struct account_statement *s = &work->statement;
	int64_t rest = STATEMENT_FILE_LINES - work->pdf.lines;

	arena_reset(work->part_memory);
	s->part_lines = rest < STATEMENT_PART_LINES ? rest : STATEMENT_PART_LINES;
	TRY(statement_continue(ctx, s));
	statement_pdf_add(&work->pdf, work->part_memory, s->lines.items, s->lines.count);
	if (s->lines_before + (int64_t)s->lines.count - work->reported < PROGRESS_LINES)
		return ERR_OK;
	return report(ctx, work);
}

/* An empty statement has one part, without lines. */
static bool
file_is_full(const struct work *work)
{
	return work->pdf.lines >= STATEMENT_FILE_LINES ||
	       (work->pdf.lines > 0 && statement_complete(&work->statement));
}

static enum err
add_lines(struct ctx *ctx, struct work *work)
{
	struct arena *memory = ctx->arena;
	enum err err = ERR_OK;

	ctx->arena = work->part_memory;
	do
		err = add_part(ctx, work);
	while (err == ERR_OK && work->wanted && work->row.lines > 0 && !file_is_full(work));
	ctx->arena = memory;
	return err;
}

/* In memory, without a connection between its parts. */
static enum err
make_file(struct ctx *ctx, struct work *work, const struct statement_pdf *before)
{
	enum err err;

	TRY(statement_pdf_begin(ctx, &work->statement, before, &work->pdf));
	err = add_lines(ctx, work);
	if (err != ERR_OK || !work->wanted) {
		statement_pdf_drop(&work->pdf);
		return err;
	}
	return statement_pdf_end(ctx, &work->pdf, &work->file);
}

static enum err
store_pieces(struct ctx *ctx, int64_t file_id, const struct bytes *file)
{
	for (size_t offset = 0; offset < file->length; offset += PIECE_BYTES) {
		int64_t number = (int64_t)(offset / PIECE_BYTES);
		size_t length = file->length - offset;

		if (length > PIECE_BYTES)
			length = PIECE_BYTES;
		TRY(db_run(ctx, SQL_statement_piece_insert, NULL,
			   PARAMS(p_int(file_id), p_int(number),
				  p_bytes((const char *)file->data + offset, length))));
	}
	return ERR_OK;
}

static enum err
store_file(struct ctx *ctx, void *arg)
{
	struct work *work = arg;
	const struct statement_pdf *pdf = &work->pdf;
	struct rows rows;

	TRY(report(ctx, work));
	if (!work->wanted)
		return ERR_OK;
	TRY(db_run(ctx, SQL_statement_file_insert, &rows,
		   PARAMS(p_int(work->row.statement_id), p_int(pdf->part), p_uuid(uuid_v7()),
			  p_int(pdf->lines), p_int((int64_t)work->file.length))));
	return store_pieces(ctx, row_int(&rows, 0, 0), &work->file);
}

static enum err
make_and_store(struct ctx *ctx, struct work *work, const struct statement_pdf *before)
{
	struct arena *memory = ctx->arena;
	enum err err;

	arena_reset(work->file_memory);
	ctx->arena = work->file_memory;
	err = make_file(ctx, work, before);
	if (err == ERR_OK && work->wanted)
		err = db_transact(ctx, store_file, work);
	ctx->arena = memory;
	return err;
}

/* All of them can be read from now on. */
static enum err
finish(struct ctx *ctx, void *arg)
{
	const struct work *work = arg;
	const struct work_row *row = &work->row;
	struct event_statement data = {
		.id = row->public_id,
		.wallet = row->wallet,
		.status = word_text(statement_status_words, STATEMENT_READY),
		.lines = row->lines,
		.created_at = row->created_at,
	};
	struct rows rows;

	TRY(db_run(ctx, SQL_statement_ready, &rows,
		   PARAMS(p_int(row->statement_id), p_int(row->attempt),
			  p_at(work->statement.to.first),
			  p_int(ctx->app->config->statement_hours))));
	if (rows.count == 0)
		return ERR_OK;
	data.expires_at = row_time(&rows, 0, 0);
	return event_add(ctx, row->ledger_id, "statement.ready", row->public_id, &data);
}

static enum err
make_all(struct ctx *ctx, struct work *work)
{
	int64_t parts;

	TRY(db_transact(ctx, begin, work));
	parts = work->wanted ? statement_pdf_parts(&work->statement) : 0;
	for (int64_t part = 1; part <= parts && work->wanted; part++)
		TRY(make_and_store(ctx, work, part > 1 ? &work->pdf : NULL));
	return work->wanted ? db_transact(ctx, finish, work) : ERR_OK;
}

enum err
statement_file_make(struct ctx *ctx, const char *id)
{
	struct work work = {
		.file_memory = arena_new(FILE_MEMORY_MAX),
		.part_memory = arena_new(PART_MEMORY_MAX),
	};
	enum err err = uuid_parse(&work.id, id) ? make_all(ctx, &work)
						: fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);

	arena_free(work.file_memory);
	arena_free(work.part_memory);
	return err;
}
