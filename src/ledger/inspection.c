#include "ledger/inspection.h"

#include "base/arena.h"
#include "base/attributes.h"
#include "db/row.h"
#include "ledger/checks.h"

/* A part of a round, its check, and the ids of the parts before it and of all. */
struct place {
	const struct check *check;
	const struct part *part;
	int64_t before;
	int64_t all;
};

static const char *
part_name(const struct part *part)
{
	return statement_get(part->statement)->name;
}

static bool
is_of_books(const struct part *part)
{
	return part->result == BOOKS || part->result == HISTORY;
}

static bool
is_known(const char *name)
{
	const struct check *check;

	for (size_t i = 0; (check = check_at(i)) != NULL; i++)
		for (size_t p = 0; p < check->count; p++)
			if (text_equal(part_name(&check->parts[p]), name))
				return true;
	return false;
}

/* The named part, or the one after it, or the first: without those that have nothing to read. */
static struct place
find_place(const struct rows *ends, const char *name, bool next)
{
	struct place place = {NULL, NULL, 0, 0};
	bool passed = name == NULL;
	const struct check *check;

	for (size_t i = 0; (check = check_at(i)) != NULL; i++)
		for (size_t p = 0; p < check->count; p++) {
			const struct part *part = &check->parts[p];
			int64_t end = is_of_books(part) ? row_int(ends, 0, (int)part->range) : 0;
			bool named = name != NULL && text_equal(part_name(part), name);

			if (place.part == NULL && end > 0 && (passed || (named && !next))) {
				place.check = check;
				place.part = part;
				place.before = place.all;
			}
			passed |= named;
			place.all += end;
		}
	return place;
}

/* The part to go on with, or the one after it. */
static struct place
go_on(const struct rows *ends, struct inspection *i)
{
	const char *name = i->part != NULL && is_known(i->part) ? i->part : NULL;
	bool over = name != NULL && i->after_id >= i->last_id;
	struct place place = find_place(ends, name, over);

	if (place.part != NULL && (name == NULL || !text_equal(part_name(place.part), name))) {
		i->part = part_name(place.part);
		i->after_id = 0;
		i->last_id = row_int(ends, 0, (int)place.part->range);
	}
	return place;
}

static enum err
find_last(struct ctx *ctx, const struct inspection *i, enum range range, int64_t *last)
{
	struct rows rows;

	*last = i->last_id;
	TRY(db_run(ctx, SQL_verify_piece, &rows,
		   PARAMS(p_int(range), p_int(i->after_id), p_int(i->rows))));
	if (!row_is_null(&rows, 0, 0) && row_int(&rows, 0, 0) < *last)
		*last = row_int(&rows, 0, 0);
	return ERR_OK;
}

static enum err
read_piece(struct ctx *ctx, struct inspection *i, enum statement_id statement, int64_t last)
{
	struct rows rows = {0};

	for (int attempt = 0; attempt < 2 && (attempt == 0 || rows.count > 0); attempt++)
		TRY(db_run(ctx, statement, &rows, PARAMS(p_int(i->after_id), p_int(last))));
	i->violations = arena_array(ctx->arena, rows.count, sizeof(*i->violations));
	i->count = rows.count;
	for (size_t r = 0; r < rows.count; r++)
		i->violations[r] =
			(struct ledger_violation){row_int(&rows, r, 1), row_text(&rows, r, 0)};
	return ERR_OK;
}

enum err
inspection_step(struct ctx *ctx, struct inspection *i)
{
	struct place place;
	struct rows ends;
	int64_t last;

	i->count = 0;
	TRY(db_run(ctx, SQL_verify_ends, &ends, NO_PARAMS));
	place = go_on(&ends, i);
	i->ended = place.part == NULL;
	i->permille = 1000;
	if (i->ended)
		return ERR_OK;
	TRY(find_last(ctx, i, place.part->range, &last));
	TRY(read_piece(ctx, i, place.part->statement, last));
	i->check = place.check->check.name;
	i->after_id = last;
	i->permille = (int64_t)(1000 * (wide_int)(place.before + last) / place.all);
	if (i->permille > 1000)
		i->permille = 1000;
	return ERR_OK;
}
