#include "app/operation/book_audit.h"

#include "app/audit/review.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/log.h"
#include "db/row.h"
#include "ledger/inspection.h"
#include "runtime/app.h"
#include "json/writer.h"

enum {
	ROWS_LEAST = 500, /* unless a statement may not take so long: the pause grows instead */
	ROWS_MOST = 32000,
	ROUND_LEAST_S = 600, /* small books need not be read all the time */
	CATCH_UP = 5,        /* times the share, if a round is late */
	SHARE_MOST = 50,     /* percent, then */
	MS = 1000000,
};

struct state {
	int64_t round;
	const char *part;
	int64_t after_id;
	int64_t last_id;
	int64_t piece_rows;
	int64_t elapsed_s; /* of the round */
};

static const struct column columns[] = {
	COLUMN(struct state, round),      COLUMN(struct state, part),
	COLUMN(struct state, after_id),   COLUMN(struct state, last_id),
	COLUMN(struct state, piece_rows), COLUMN(struct state, elapsed_s),
};

/* A step, and the new differences that it found: logged once they are stored. */
struct step {
	bool mine;
	const char *check;
	struct difference {
		struct uuid id;
		int64_t ledger_id;
	} * found;
	size_t count;
};

/* Percent of the time. */
static int64_t
share_of(const struct config *config, const struct state *state, const struct inspection *i)
{
	int64_t share = config->book_audit_share;
	int64_t expected = state->elapsed_s * 1000 / (config->book_audit_hours * 3600);

	if (expected > i->permille)
		share *= CATCH_UP;
	return share > SHARE_MOST ? SHARE_MOST : share;
}

/* A piece takes about the share of a second. The pause keeps the share, whatever it took. */
static void
store(struct ctx *ctx, const struct state *state, const struct inspection *i, int64_t took_ns)
{
	int64_t share = share_of(ctx->app->config, state, i);
	int64_t wanted_ns = share * 10 * MS;
	int64_t rows = i->rows;

	if (took_ns > wanted_ns && rows > ROWS_LEAST)
		rows /= 2;
	else if (took_ns < wanted_ns / 2 && rows < ROWS_MOST)
		rows *= 2;
	db_defer(ctx, SQL_book_audit_store,
		 PARAMS(p_text(i->part), p_int(i->after_id), p_int(i->last_id), p_int(rows),
			p_int(took_ns / MS * (100 - share) / share)));
}

static enum err
ask(struct ctx *ctx, const char *check, const struct ledger_violation *violation)
{
	struct bytes detail;
	struct rows first;
	struct jw w;

	TRY(db_run(ctx, SQL_book_difference_first, &first, PARAMS(p_int(violation->ledger_id))));
	jw_init(&w, ctx->arena, 512);
	jw_object(&w, NULL);
	jw_text(&w, "mode", row_text(&first, 0, 1));
	jw_integer(&w, "ledger", violation->ledger_id);
	jw_text(&w, "check", check);
	jw_text(&w, "problem", violation->problem);
	jw_integer(&w, "differences", row_int(&first, 0, 2));
	jw_bool(&w, "postingStopped", row_bool(&first, 0, 3));
	jw_close(&w);
	if (!jw_finish(&w, &detail))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	return review_open(ctx, REVIEW_LEDGER, row_uuid(&first, 0, 0), "The books do not add up",
			   (struct json_value){detail.data});
}

/* The last new one of a ledger is what its review tells. */
static enum err
record(struct ctx *ctx, const struct state *state, const struct inspection *i, struct step *step)
{
	bool stops = ctx->app->config->book_audit_stops;

	step->check = i->check;
	step->found = arena_array(ctx->arena, i->count, sizeof(*step->found));
	for (size_t v = 0; v < i->count; v++) {
		const struct ledger_violation *violation = &i->violations[v];
		struct uuid id = uuid_v7();
		struct rows added;

		TRY(db_run(ctx, SQL_book_difference_add, &added,
			   PARAMS(p_uuid(id), p_int(violation->ledger_id), p_text(i->check),
				  p_text(violation->problem),
				  p_bool(stops && violation->ledger_id != 0),
				  p_int(state->round))));
		if (added.count == 0)
			continue;
		step->found[step->count++] = (struct difference){id, violation->ledger_id};
		TRY(ask(ctx, i->check, violation));
	}
	return ERR_OK;
}

static enum err
take_step(struct ctx *ctx, void *arg)
{
	struct step *step = arg;
	struct state state;
	struct inspection i;
	struct rows rows;
	int64_t before_ns;

	*step = (struct step){0};
	TRY(db_run(ctx, SQL_book_audit_claim, &rows, NO_PARAMS));
	step->mine = row_bool(&rows, 0, 0);
	if (!step->mine)
		return ERR_OK;
	TRY(db_run(ctx, SQL_book_audit_state, &rows, NO_PARAMS));
	rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), &state);
	i = (struct inspection){.part = state.part,
				.after_id = state.after_id,
				.last_id = state.last_id,
				.rows = state.piece_rows};
	before_ns = clock_monotonic_ns();
	TRY(inspection_step(ctx, &i));
	if (i.ended) {
		db_defer(ctx, SQL_book_difference_gone, PARAMS(p_int(state.round)));
		db_defer(ctx, SQL_book_audit_end_round, PARAMS(p_int(ROUND_LEAST_S)));
		return ERR_OK;
	}
	store(ctx, &state, &i, clock_monotonic_ns() - before_ns);
	return record(ctx, &state, &i, step);
}

/* Ids only. */
static void
report(const struct step *step)
{
	for (size_t i = 0; i < step->count; i++) {
		char id[UUID_TEXT_MAX];

		log_event(LOG_LEVEL_ERROR, "books_differ",
			  LOG_FIELDS({"check", step->check, 0},
				     {"difference", uuid_text(id, step->found[i].id), 0},
				     {"ledger", NULL, step->found[i].ledger_id}));
	}
}

enum err
book_audit_step(struct ctx *ctx)
{
	struct step step = {0};
	enum err err;

	if (ctx->app->config->book_audit_share == 0)
		return ERR_OK;
	err = db_transact(ctx, take_step, &step);
	if (err == ERR_OK)
		report(&step);
	else if (err == ERR_UNAVAILABLE && step.mine)
		(void)!db_run(ctx, SQL_book_audit_shrink, NULL, NO_PARAMS);
	return err;
}

enum err
book_audit_decide(struct ctx *ctx, struct uuid subject, bool approved)
{
	if (!approved)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "A difference can't be rejected: approve the review when it is "
			     "repaired or explained");
	return db_run(ctx, SQL_book_difference_resolve, NULL, PARAMS(p_uuid(subject)));
}
