#include "ledger/verify.h"

#include "base/arena.h"
#include "base/attributes.h"
#include "db/row.h"
#include "ledger/chain.h"
#include "ledger/checks.h"
#include "ledger/tally.h"

enum {
	PROBLEMS_MAX = 100,
	SCRATCH_MAX = 256 * 1024 * 1024,
	/* Rows of a piece: the first one, and the bounds. */
	ROWS_FIRST = 2000,
	ROWS_LEAST = 1,
	ROWS_MOST = 32000,
	/* Accounts whose histories are followed at a time. */
	ACCOUNTS_MOST = 2000000,
	FLOORS_AT_ONCE = 50000,
};
static const int64_t fast_ns = 200000000;
static const int64_t slow_ns = 600000000;

/* A check that is being run. Rows live in a scratch arena that is reset after each piece. */
struct run {
	const struct ledger_check_scope *scope;
	const struct check *check;
	struct arena *scratch;
	int64_t ends[RANGES];
	int64_t rows; /* of the next piece */
	int64_t rows_most;
	struct tally *tally;
	/* The ends of the histories that are followed, or NULL, and the accounts that have them. */
	struct chain *chain;
	int64_t after_account;
	int64_t last_account;
	const char **problems;
	size_t count;
};

const struct ledger_check *
ledger_check_at(size_t i)
{
	const struct check *check = check_at(i);

	return check != NULL ? &check->check : NULL;
}

/* Ids before the part of the range that is read. */
static int64_t
start_of(const struct run *run, enum range range)
{
	int64_t since = run->scope != NULL ? run->scope->since_id : 0;

	if (since > 0 && range == CHUNKS)
		return run->ends[CHUNKS];
	return since > 0 && range == TRANSACTIONS ? since - 1 : 0;
}

/* Each once: a piece may be read for several ranges of accounts. */
static void
add_problem(struct run *run, struct arena *arena, const char *problem)
{
	for (size_t i = 0; i < run->count; i++)
		if (text_equal(run->problems[i], problem))
			return;
	if (run->count < PROBLEMS_MAX)
		run->problems[run->count++] = arena_strdup(arena, problem);
}

static void
take(struct run *run, struct arena *arena, const struct part *part, const struct rows *rows)
{
	for (size_t i = 0; part->result == SUMS && i < rows->count; i++)
		tally_add(run->tally, row_text(rows, i, 0), row_wide(rows, i, 1),
			  row_wide(rows, i, 2));
	for (size_t i = 0; part->result != SUMS && i < rows->count; i++)
		add_problem(run, arena, row_text(rows, i, 0));
}

/* A posting, in the order of SQL_verify_journal. */
enum { FROM, TO, AMOUNT, FROM_BALANCE, TO_BALANCE, FROM_SEQUENCE, TO_SEQUENCE, CREATED_AT };

/* Whether both sides of a posting continue the histories of their accounts. */
static bool
follow(struct chain *chain, const struct rows *rows, size_t i)
{
	int64_t amount = row_int(rows, i, AMOUNT);
	bool dated = !row_is_null(rows, i, CREATED_AT);
	int64_t at_us = dated ? row_time(rows, i, CREATED_AT).us : INT64_MAX;
	struct chain_link from = {row_int(rows, i, FROM), row_int(rows, i, FROM_SEQUENCE), -amount,
				  row_int(rows, i, FROM_BALANCE), at_us};
	struct chain_link to = {row_int(rows, i, TO), row_int(rows, i, TO_SEQUENCE), amount,
				row_int(rows, i, TO_BALANCE), at_us};
	bool from_fits = chain_follow(chain, &from);

	return chain_follow(chain, &to) && from_fits && dated;
}

/* The statements say what is wrong with a piece where not all postings continue a history. They also
 * know what a history begins with after a period that is detached. */
static enum err
follow_piece(struct ctx *ctx, struct run *run, struct arena *kept, int64_t after, int64_t last)
{
	bool fits = true;
	struct rows rows;

	TRY(db_run(ctx, SQL_verify_journal, &rows,
		   PARAMS(p_int(after), p_int(last), p_int(run->after_account),
			  p_int(run->last_account))));
	for (size_t i = 0; i < rows.count; i++)
		fits &= follow(run->chain, &rows, i);
	for (size_t i = 0; i < run->check->count && !fits; i++) {
		const struct part *part = &run->check->parts[i];

		TRY(db_run(ctx, part->statement, &rows, PARAMS(p_int(after), p_int(last))));
		take(run, kept, part, &rows);
	}
	return ERR_OK;
}

static enum err
read_rows(struct ctx *ctx, struct run *run, struct arena *kept, const struct part *part,
	  int64_t after, int64_t last)
{
	struct rows rows;

	if (run->chain != NULL)
		return follow_piece(ctx, run, kept, after, last);
	TRY(db_run(ctx, part->statement, &rows, PARAMS(p_int(after), p_int(last))));
	take(run, kept, part, &rows);
	return ERR_OK;
}

/* Read the piece that follows an id, and return its last one. */
static enum err
read_piece(struct ctx *ctx, struct run *run, const struct part *part, int64_t after, int64_t *last)
{
	struct arena *kept = ctx->arena;
	struct rows rows;
	enum err err;

	ctx->arena = run->scratch;
	*last = run->ends[part->range];
	err = db_run(ctx, SQL_verify_piece, &rows,
		     PARAMS(p_int(part->range), p_int(after), p_int(run->rows)));
	if (err == ERR_OK && !row_is_null(&rows, 0, 0) && row_int(&rows, 0, 0) < *last)
		*last = row_int(&rows, 0, 0);
	if (err == ERR_OK)
		err = read_rows(ctx, run, kept, part, after, *last);
	ctx->arena = kept;
	arena_reset(run->scratch);
	return err;
}

static void
adapt(struct run *run, int64_t took_ns)
{
	if (took_ns > slow_ns && run->rows > ROWS_LEAST)
		run->rows /= 2;
	else if (took_ns < fast_ns && run->rows < run->rows_most)
		run->rows *= 2;
}

static void
report(const struct run *run, enum range range, int64_t last)
{
	int64_t start = start_of(run, range);

	if (run->scope != NULL && run->scope->progress != NULL)
		run->scope->progress(run->scope->arg, last - start, run->ends[range] - start);
}

/* A cancelled piece is tried again with fewer rows. Within a transaction that is not possible: the
 * caller starts again. */
static bool
try_smaller(struct ctx *ctx, struct run *run, enum err err)
{
	if (err != ERR_UNAVAILABLE || ctx->db != NULL || run->rows <= ROWS_LEAST)
		return false;
	run->rows /= 2;
	fault_clear(&ctx->fault);
	return true;
}

static enum err
read_range(struct ctx *ctx, struct run *run, const struct part *part)
{
	int64_t after = start_of(run, part->range);

	while (after < run->ends[part->range] && run->count < PROBLEMS_MAX) {
		int64_t before_ns = clock_monotonic_ns();
		int64_t last;
		enum err err = read_piece(ctx, run, part, after, &last);

		if (try_smaller(ctx, run, err))
			continue;
		if (err != ERR_OK)
			return err;
		after = last;
		adapt(run, clock_monotonic_ns() - before_ns);
		report(run, part->range, after);
	}
	return ERR_OK;
}

static enum err
read_part(struct ctx *ctx, struct run *run, const struct part *part)
{
	struct rows rows;

	if (part->range != AT_ONCE)
		return read_range(ctx, run, part);
	TRY(db_run(ctx, part->statement, &rows, PARAMS(p_int(0), p_int(0))));
	take(run, ctx->arena, part, &rows);
	return ERR_OK;
}

static enum err
find_ends(struct ctx *ctx, struct run *run)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_verify_ends, &rows, NO_PARAMS));
	for (int i = 0; i < RANGES; i++)
		run->ends[i] = row_int(&rows, 0, i);
	return ERR_OK;
}

/* Sums over all pieces, in one snapshot. */
static enum err
add_up(struct ctx *ctx, void *arg)
{
	struct run *run = arg;

	run->tally = tally_new(ctx->arena);
	TRY(db_run(ctx, SQL_verify_snapshot, NULL, NO_PARAMS));
	TRY(find_ends(ctx, run));
	for (size_t i = 0; i < run->check->count; i++)
		if (run->check->parts[i].result == SUMS)
			TRY(read_part(ctx, run, &run->check->parts[i]));
	return ERR_OK;
}

static enum err
compare_sums(struct ctx *ctx, struct run *run)
{
	const struct tally_line *line;
	enum err err;

	if (run->check->parts[0].result != SUMS)
		return ERR_OK;
	do
		err = db_transact(ctx, add_up, run);
	while (try_smaller(ctx, run, err));
	if (err != ERR_OK)
		return err;
	for (size_t i = 0; (line = tally_at(run->tally, i)) != NULL; i++) {
		char found[MONEY_TEXT_MAX];
		char expected[MONEY_TEXT_MAX];

		if (line->found == line->expected || run->count == PROBLEMS_MAX)
			continue;
		run->problems[run->count++] =
			arena_printf(ctx->arena, "%s: %s instead of %s", line->key,
				     total_text(found, (struct total){.minor = line->found}),
				     total_text(expected, (struct total){.minor = line->expected}));
	}
	return ERR_OK;
}

static enum err
read_floors(struct ctx *ctx, struct run *run)
{
	struct arena *kept = ctx->arena;
	enum err err = ERR_OK;

	ctx->arena = run->scratch;
	for (int64_t after = run->after_account; after < run->last_account && err == ERR_OK;
	     after += FLOORS_AT_ONCE) {
		struct rows rows = {0};

		err = db_run(ctx, SQL_verify_floors, &rows,
			     PARAMS(p_int(after), p_int(after + FLOORS_AT_ONCE)));
		for (size_t i = 0; i < rows.count && err == ERR_OK; i++)
			chain_set_floor(run->chain, row_int(&rows, i, 0), row_int(&rows, i, 1));
		arena_reset(run->scratch);
	}
	ctx->arena = kept;
	return err;
}

/* Follow the histories of some accounts through the journal. */
static enum err
follow_accounts(struct ctx *ctx, struct run *run)
{
	enum err err;

	run->chain =
		chain_new(run->after_account, (size_t)(run->last_account - run->after_account));
	if (run->chain == NULL)
		return fault(&ctx->fault, ERR_UNAVAILABLE, NULL, "out of memory");
	err = read_floors(ctx, run);
	if (err == ERR_OK)
		err = read_range(ctx, run, &run->check->parts[0]);
	chain_free(run->chain);
	run->chain = NULL;
	return err;
}

static enum err
follow_all(struct ctx *ctx, struct run *run)
{
	int64_t most = ACCOUNTS_MOST;

	if (run->scope != NULL && run->scope->accounts_most > 0)
		most = run->scope->accounts_most;
	while (run->last_account < run->ends[ACCOUNTS]) {
		run->after_account = run->last_account;
		run->last_account = run->ends[ACCOUNTS];
		if (run->last_account - run->after_account > most)
			run->last_account = run->after_account + most;
		TRY(follow_accounts(ctx, run));
	}
	return ERR_OK;
}

static enum err
run_parts(struct ctx *ctx, struct run *run)
{
	TRY(compare_sums(ctx, run));
	TRY(find_ends(ctx, run));
	if (run->check->parts[0].result == HISTORY && start_of(run, TRANSACTIONS) == 0)
		return follow_all(ctx, run);
	for (size_t i = 0; i < run->check->count; i++)
		if (run->check->parts[i].result != SUMS)
			TRY(read_part(ctx, run, &run->check->parts[i]));
	return ERR_OK;
}

enum err
ledger_check_run(struct ctx *ctx, size_t i, const struct ledger_check_scope *scope,
		 const char *const **problems, size_t *n)
{
	struct run run = {
		.scope = scope, .check = check_at(i), .rows = ROWS_FIRST, .rows_most = ROWS_MOST};
	enum err err;

	if (scope != NULL && scope->rows_most > 0)
		run.rows = run.rows_most = scope->rows_most;

	run.scratch = arena_new(SCRATCH_MAX);
	run.problems = arena_array(ctx->arena, PROBLEMS_MAX, sizeof(*run.problems));
	err = run_parts(ctx, &run);
	arena_free(run.scratch);
	*problems = run.problems;
	*n = run.count;
	return err;
}

/* The first transaction with this id or a later one; its id is 0 if there is none. */
static enum err
look_at(struct ctx *ctx, int64_t id, int64_t *found, struct instant *time)
{
	struct rows rows;

	*found = 0;
	TRY(db_run(ctx, SQL_transaction_at_or_after, &rows, PARAMS(p_int(id))));
	if (rows.count > 0) {
		*found = row_int(&rows, 0, 0);
		*time = row_time(&rows, 0, 1);
	}
	return ERR_OK;
}

enum err
ledger_check_since(struct ctx *ctx, struct instant time, int64_t *id)
{
	struct run run = {0};
	int64_t low = 1;
	int64_t high;

	TRY(find_ends(ctx, &run));
	high = run.ends[TRANSACTIONS] + 1;
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		struct instant at = {0};
		int64_t found;

		TRY(look_at(ctx, middle, &found, &at));
		if (found == 0 || at.us >= time.us)
			high = middle;
		else
			low = found + 1;
	}
	*id = low;
	return ERR_OK;
}
