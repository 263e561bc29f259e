#include "app/operation/archive.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/text.h"
#include "db/row.h"

enum {
	SCAN_ROWS = 20000,
	COPY_ROWS = 5000,
	ACCOUNT_ROWS = 2000,
	PRUNE_ROWS = 5000,
	LOCK_ATTEMPTS = 20,
	LINE_MAX = 256,
};

/* Steps report what is wrong with SQLSTATE P0001 and a message for the operator. */
static enum err
step(struct ctx *ctx, enum statement_id id, struct rows *rows, const struct param *params,
     size_t count)
{
	enum err err = db_run(ctx, id, rows, params, count);
	const char *why = strstr(ctx->fault.detail, "P0001 ");

	if (err != ERR_INTERNAL || why == NULL)
		return err;
	why = arena_strdup(ctx->arena, why + strlen("P0001 "));
	fault_clear(&ctx->fault);
	return fault(&ctx->fault, ERR_CONFLICT, NULL, "%s", why);
}

/* A step that waits for a lock on a table that requests read gives up soon, and is tried again. */
static enum err
step_with_lock(struct ctx *ctx, enum statement_id id, const char *name)
{
	static const struct timespec pause = {0, 250000000};
	struct rows rows;
	enum err err = ERR_OK;

	for (int i = 0; i < LOCK_ATTEMPTS; i++) {
		fault_clear(&ctx->fault);
		err = step(ctx, id, &rows, PARAMS(p_text(name)));
		if (err != ERR_UNAVAILABLE)
			return err;
		(void)nanosleep(&pause, NULL);
	}
	return err;
}

static void
tell(archive_progress *progress, const char *what, int64_t rows)
{
	if (progress != NULL)
		progress(what, rows);
}

bool
archive_name_valid(const char *name)
{
	struct instant time;
	char date[16];

	if (strlen(name) != strlen("2026-01"))
		return false;
	(void)snprintf(date, sizeof date, "%s-01", name);
	return instant_parse(&time, date);
}

static const struct column columns[] = {
	COLUMN(struct archive_period, name),     COLUMN(struct archive_period, state),
	COLUMN(struct archive_period, first_id), COLUMN(struct archive_period, last_id),
	COLUMN(struct archive_period, moved),    COLUMN(struct archive_period, postings),
	COLUMN(struct archive_period, bytes),    COLUMN(struct archive_period, tablespace),
};

enum err
archive_list(struct ctx *ctx, struct archive_period **out, size_t *n)
{
	struct rows rows;

	TRY(step(ctx, SQL_archive_list, &rows, NO_PARAMS));
	*out = arena_array(ctx->arena, rows.count, sizeof **out);
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, columns, COLUMN_COUNT(columns), &(*out)[i]);
	return ERR_OK;
}

/* The last transaction before the end of the month that no later one of the month follows. */
static enum err
find_end(struct ctx *ctx, const char *name, archive_progress *progress, int64_t *last)
{
	int64_t rows_read = 0;

	*last = 0;
	for (;; rows_read += SCAN_ROWS) {
		struct rows rows;

		arena_reset(ctx->arena);
		tell(progress, "looking for the end of the month", rows_read);
		TRY(step(ctx, SQL_archive_scan, &rows,
			 PARAMS(p_text(name), p_int(*last), p_int(SCAN_ROWS))));
		if (!row_is_null(&rows, 0, 1)) {
			*last = row_int(&rows, 0, 1) - 1;
			return ERR_OK;
		}
		if (row_is_null(&rows, 0, 0))
			return ERR_OK;
		*last = row_int(&rows, 0, 0);
	}
}

static enum err
copy(struct ctx *ctx, const char *name, archive_progress *progress)
{
	int64_t copied = 0;

	for (;;) {
		struct rows rows;

		arena_reset(ctx->arena);
		TRY(step(ctx, SQL_archive_copy, &rows, PARAMS(p_text(name), p_int(COPY_ROWS))));
		if (row_is_null(&rows, 0, 0))
			return ERR_OK;
		copied += row_int(&rows, 0, 0);
		tell(progress, "copying postings", copied);
	}
}

static enum err
make_indexes(struct ctx *ctx, const char *name, archive_progress *progress)
{
	struct rows rows;
	int64_t made = 0;

	do {
		tell(progress, "making indexes", made++);
		TRY(step(ctx, SQL_archive_index, &rows, PARAMS(p_text(name))));
	} while (row_bool(&rows, 0, 0));
	return ERR_OK;
}

static enum err
close_accounts(struct ctx *ctx, const char *name, archive_progress *progress)
{
	int64_t last = 0;

	for (;;) {
		struct rows rows;

		arena_reset(ctx->arena);
		TRY(step(ctx, SQL_archive_close_accounts, &rows,
			 PARAMS(p_text(name), p_int(last), p_int(ACCOUNT_ROWS))));
		if (row_is_null(&rows, 0, 0))
			return ERR_OK;
		last = row_int(&rows, 0, 0);
		tell(progress, "storing closing balances", last);
	}
}

static enum err
compare(struct ctx *ctx, const char *name, archive_progress *progress)
{
	int64_t last = 0;

	for (int64_t chunks = 1;; chunks++) {
		struct rows rows;

		arena_reset(ctx->arena);
		TRY(step(ctx, SQL_archive_compare, &rows, PARAMS(p_text(name), p_int(last))));
		if (row_is_null(&rows, 0, 0))
			return ERR_OK;
		last = row_int(&rows, 0, 0);
		tell(progress, "comparing digests", chunks);
	}
}

static enum err
prune(struct ctx *ctx, archive_progress *progress)
{
	int64_t gone = 0;

	for (;;) {
		struct rows rows;

		arena_reset(ctx->arena);
		TRY(step(ctx, SQL_archive_prune, &rows, PARAMS(p_int(PRUNE_ROWS))));
		if (row_is_null(&rows, 0, 0))
			return ERR_OK;
		gone += row_int(&rows, 0, 0);
		tell(progress, "deleting what was copied", gone);
	}
}

static enum err
fill(struct ctx *ctx, const char *name, archive_progress *progress)
{
	TRY(copy(ctx, name, progress));
	TRY(make_indexes(ctx, name, progress));
	TRY(close_accounts(ctx, name, progress));
	TRY(compare(ctx, name, progress));
	return step_with_lock(ctx, SQL_archive_attach, name);
}

enum err
archive_move(struct ctx *ctx, const char *name, const char *tablespace, archive_progress *progress)
{
	struct rows rows;
	int64_t last;

	TRY(step(ctx, SQL_archive_state, &rows, PARAMS(p_text(name))));
	if (rows.count == 0 || !text_equal(row_text(&rows, 0, 0), "attached")) {
		TRY(find_end(ctx, name, progress, &last));
		TRY(step(ctx, SQL_archive_begin, &rows,
			 PARAMS(p_text(name), p_int(last), p_text(tablespace))));
		TRY(fill(ctx, name, progress));
	}
	return prune(ctx, progress);
}

struct chunk {
	int64_t id;
	int64_t first_id;
	int64_t last_id;
	int64_t postings;
};

/* The next one after *chunk; *found tells whether there is one. */
static enum err
next_chunk(struct ctx *ctx, const char *name, struct chunk *chunk, bool *found)
{
	struct rows rows;

	arena_reset(ctx->arena);
	TRY(step(ctx, SQL_archive_chunk, &rows, PARAMS(p_text(name), p_int(chunk->id))));
	*found = rows.count > 0;
	if (*found)
		*chunk = (struct chunk){row_int(&rows, 0, 0), row_int(&rows, 0, 1),
					row_int(&rows, 0, 2), row_int(&rows, 0, 3)};
	return ERR_OK;
}

static enum err
need_state(struct ctx *ctx, const char *name, const char *state)
{
	struct rows rows;

	TRY(step(ctx, SQL_archive_state, &rows, PARAMS(p_text(name))));
	if (rows.count > 0 && text_equal(row_text(&rows, 0, 0), state))
		return ERR_OK;
	return fault(&ctx->fault, ERR_CONFLICT, NULL, "period %s is not %s", name, state);
}

static enum err
write_chunk(struct ctx *ctx, const struct chunk *chunk, FILE *file)
{
	const char **lines;
	struct rows rows;
	size_t n;

	TRY(step(ctx, SQL_archive_lines, &rows,
		 PARAMS(p_int(chunk->first_id), p_int(chunk->last_id))));
	n = rows.count;
	lines = arena_array(ctx->arena, n, sizeof *lines);
	for (size_t i = 0; i < n; i++)
		lines[i] = row_text(&rows, i, 0);
	TRY(step(ctx, SQL_archive_is_chunk, &rows, PARAMS(p_int(chunk->id), p_texts(lines, n))));
	if (!row_bool(&rows, 0, 0))
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "transactions %lld to %lld are not those that were archived",
			     (long long)chunk->first_id, (long long)chunk->last_id);
	for (size_t i = 0; i < n; i++)
		if (fprintf(file, "%s\n", lines[i]) < 0)
			return fault(&ctx->fault, ERR_CONFLICT, NULL, "the file can't be written");
	return ERR_OK;
}

enum err
archive_export(struct ctx *ctx, const char *name, FILE *file, archive_progress *progress)
{
	struct chunk chunk = {0};
	int64_t written = 0;
	bool found;

	TRY(need_state(ctx, name, "attached"));
	TRY(next_chunk(ctx, name, &chunk, &found));
	while (found) {
		TRY(write_chunk(ctx, &chunk, file));
		written += chunk.postings;
		tell(progress, "writing postings", written);
		TRY(next_chunk(ctx, name, &chunk, &found));
	}
	return ERR_OK;
}

static enum err
other_file(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_CONFLICT, NULL, "the file does not have what was archived");
}

/* As many lines as the chunk has postings. */
static enum err
read_chunk(struct ctx *ctx, const struct chunk *chunk, FILE *file, const char ***out)
{
	const char **lines = arena_array(ctx->arena, (size_t)chunk->postings, sizeof *lines);
	char line[LINE_MAX];

	for (int64_t i = 0; i < chunk->postings; i++) {
		if (fgets(line, sizeof line, file) == NULL)
			return other_file(ctx);
		line[strcspn(line, "\n")] = '\0';
		if (!utf8_valid(line, strlen(line)))
			return other_file(ctx);
		lines[i] = arena_strdup(ctx->arena, line);
	}
	*out = lines;
	return ERR_OK;
}

typedef enum err use_chunk(struct ctx *ctx, const char *name, const struct chunk *chunk,
			   const char *const *lines);

static enum err
read_file(struct ctx *ctx, const char *name, FILE *file, archive_progress *progress,
	  const char *what, use_chunk *use)
{
	struct chunk chunk = {0};
	const char **lines = NULL;
	int64_t read = 0;
	bool found;

	TRY(next_chunk(ctx, name, &chunk, &found));
	while (found) {
		TRY(read_chunk(ctx, &chunk, file, &lines));
		TRY(use(ctx, name, &chunk, lines));
		read += chunk.postings;
		tell(progress, what, read);
		TRY(next_chunk(ctx, name, &chunk, &found));
	}
	return fgetc(file) == EOF ? ERR_OK : other_file(ctx);
}

static enum err
expect_chunk(struct ctx *ctx, const char *name, const struct chunk *chunk, const char *const *lines)
{
	struct rows rows;

	(void)name;
	TRY(step(ctx, SQL_archive_is_chunk, &rows,
		 PARAMS(p_int(chunk->id), p_texts(lines, (size_t)chunk->postings))));
	return row_bool(&rows, 0, 0) ? ERR_OK : other_file(ctx);
}

static enum err
load_chunk(struct ctx *ctx, const char *name, const struct chunk *chunk, const char *const *lines)
{
	struct rows rows;

	return step(
		ctx, SQL_archive_load, &rows,
		PARAMS(p_text(name), p_int(chunk->id), p_texts(lines, (size_t)chunk->postings)));
}

enum err
archive_detach(struct ctx *ctx, const char *name, FILE *file, archive_progress *progress)
{
	TRY(need_state(ctx, name, "attached"));
	TRY(read_file(ctx, name, file, progress, "comparing the file", expect_chunk));
	return step_with_lock(ctx, SQL_archive_detach, name);
}

enum err
archive_attach(struct ctx *ctx, const char *name, const char *tablespace, FILE *file,
	       archive_progress *progress)
{
	struct rows rows;

	TRY(step(ctx, SQL_archive_restore, &rows, PARAMS(p_text(name), p_text(tablespace))));
	TRY(read_file(ctx, name, file, progress, "loading postings", load_chunk));
	TRY(make_indexes(ctx, name, progress));
	TRY(compare(ctx, name, progress));
	return step_with_lock(ctx, SQL_archive_attach, name);
}
