#include "ledger/limit_store.h"

#include <string.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/word.h"
#include "db/row.h"

static const struct column columns[] = {
	COLUMN(struct ledger_limit, limit_id),
	COLUMN(struct ledger_limit, subject),
	COLUMN(struct ledger_limit, is_metered),
	COLUMN(struct ledger_limit, is_numbered),
	COLUMN(struct ledger_limit, public_id),
	COLUMN_WORD(struct ledger_limit, measure, limit_measures),
	COLUMN_WORD(struct ledger_limit, direction, limit_direction_words),
	COLUMN(struct ledger_limit, currency),
	COLUMN_WORD(struct ledger_limit, span, limit_span_words),
	COLUMN(struct ledger_limit, most),
	COLUMN(struct ledger_limit, used),
	COLUMN(struct ledger_limit, held),
	COLUMN(struct ledger_limit, starts_at),
	COLUMN(struct ledger_limit, ends_at),
};

/* How often limits are looked for, locked and read. */
enum { ATTEMPTS = 5 };

/* A column of limit_read, and those after the others. */
enum { IS_METERED = 2 };
enum { TYPES = COLUMN_COUNT(columns), ACCOUNT, IS_BEGUN };

/* "transfer,debit" as bits. */
static uint64_t
type_bits(struct ctx *ctx, const char *list)
{
	char *rest = list != NULL ? arena_strdup(ctx->arena, list) : NULL;
	uint64_t bits = 0;

	for (char *word = rest; word != NULL; word = rest) {
		rest = strchr(word, ',');
		if (rest != NULL)
			*rest++ = '\0';
		bits |= UINT64_C(1) << word_find(transaction_type_words, word);
	}
	return bits;
}

/* The account of a row of limit_read. */
static struct ledger_account *
account_of(const struct rows *rows, size_t i, struct ledger_account *accounts, size_t n)
{
	return ledger_find_account(accounts, n, row_uuid(rows, i, ACCOUNT));
}

static bool
is_same(const struct ledger_limit *a, const struct ledger_limit *b)
{
	return a->limit_id == b->limit_id && a->subject == b->subject;
}

/* A limit is in as many rows as accounts have it, one after the other. */
static void
read_limits(struct ctx *ctx, const struct rows *rows, struct ledger_account *accounts, size_t n,
	    struct limit_set *set)
{
	set->limits = arena_array(ctx->arena, rows->count, sizeof(*set->limits));
	set->count = 0;
	for (size_t i = 0; i < rows->count; i++)
		account_of(rows, i, accounts, n)->limit_count++;
	for (size_t i = 0; i < n; i++) {
		accounts[i].limits = arena_array(ctx->arena, accounts[i].limit_count,
						 sizeof(struct ledger_limit *));
		accounts[i].limit_count = 0;
	}
	for (size_t i = 0; i < rows->count; i++) {
		struct ledger_account *account = account_of(rows, i, accounts, n);
		struct ledger_limit *limit = &set->limits[set->count];

		rows_scan(rows, i, columns, COLUMN_COUNT(columns), limit);
		limit->types = type_bits(ctx, row_text(rows, i, TYPES));
		if (set->count > 0 && is_same(limit, limit - 1))
			limit--;
		else
			set->count++;
		account->limits[account->limit_count++] = limit;
	}
}

static int
by_key(const struct rows *a, size_t i, const struct rows *b, size_t j)
{
	for (int column = 0; column < 2; column++) {
		int64_t x = row_int(a, i, column);
		int64_t y = row_int(b, j, column);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

/* Whether what is used of each limit is known, and locked. Both are in the order of their keys. */
static bool
are_ready(const struct rows *read, const struct rows *locked)
{
	size_t j = 0;

	for (size_t i = 0; i < read->count; i++) {
		if (!row_bool(read, i, IS_BEGUN))
			return false;
		if (!row_bool(read, i, IS_METERED))
			continue;
		while (j < locked->count && by_key(locked, j, read, i) < 0)
			j++;
		if (j == locked->count || by_key(locked, j, read, i) != 0)
			return false;
	}
	return true;
}

/* Lock, and read what others have committed before that. */
static enum err
lock_and_read(struct ctx *ctx, struct param accounts, bool begin, struct rows *locked,
	      struct rows *rows)
{
	struct rows begun;
	size_t n;
	const char *const *counted = limits_counted(ctx->arena, &n);
	const struct param begin_params[] = {accounts, p_texts(counted, n)};
	const struct db_call calls[] = {
		{SQL_limit_begin, &begun, begin_params, COUNT(begin_params)},
		{SQL_limit_lock, locked, &accounts, 1},
		{SQL_limit_read, rows, &accounts, 1},
	};

	return begin ? db_pipeline(ctx, calls, COUNT(calls))
		     : db_pipeline(ctx, calls + 1, COUNT(calls) - 1);
}

/* Rules that are made, and subjects that others begin to count, between locking and reading are locked with the next
 * attempt. */
static enum err
find_limits(struct ctx *ctx, struct param accounts, struct rows *rows)
{
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		struct rows locked = {0};

		TRY(lock_and_read(ctx, accounts, attempt > 0, &locked, rows));
		if (are_ready(rows, &locked))
			return ERR_OK;
	}
	return fault(&ctx->fault, ERR_RETRY, NULL, NULL);
}

enum err
limits_load(struct ctx *ctx, struct ledger_account *accounts, size_t n, struct limit_set *set)
{
	int64_t *ids = arena_array(ctx->arena, n, sizeof(*ids));
	size_t count = 0;
	struct rows rows = {0};

	*set = (struct limit_set){.count = 0};
	for (size_t i = 0; i < n; i++)
		if (accounts[i].kind == ACCOUNT_WALLET)
			ids[count++] = accounts[i].account_id;
	if (count == 0)
		return ERR_OK;
	TRY(find_limits(ctx, p_ints(ids, count), &rows));
	read_limits(ctx, &rows, accounts, n, set);
	return ERR_OK;
}

enum err
limits_load_batch(struct ctx *ctx, const struct rows *limited, int column,
		  struct ledger_batch *batch)
{
	struct limit_set set = {.count = 0};
	bool any = false;

	for (size_t i = 0; i < limited->count; i++)
		any = any || row_bool(limited, i, column);
	if (any)
		TRY(limits_load(ctx, batch->accounts, batch->account_count, &set));
	batch->limits = set.limits;
	batch->limit_count = set.count;
	return ERR_OK;
}

/* Find the times for those that would be allowed later. What the batch itself has used is not stored yet: it counts until
 * the current part of the window does not. */
static enum err
find_times(struct ctx *ctx, struct ledger_exceeded **list, size_t n)
{
	int64_t *limits = arena_array(ctx->arena, n, sizeof(*limits));
	int64_t *subjects = arena_array(ctx->arena, n, sizeof(*subjects));
	int64_t *wanted = arena_array(ctx->arena, n, sizeof(*wanted));
	struct rows rows;

	if (n == 0)
		return ERR_OK;
	for (size_t i = 0; i < n; i++) {
		limits[i] = list[i]->limit_id;
		subjects[i] = list[i]->subject;
		wanted[i] = list[i]->wanted;
	}
	TRY(db_run(ctx, SQL_limit_frees, &rows,
		   PARAMS(p_ints(limits, n), p_ints(subjects, n), p_ints(wanted, n))));
	for (size_t i = 0; i < rows.count && i < n; i++) {
		struct instant at = row_time(&rows, i, 0);

		list[i]->frees_at = at.us != 0 ? at : list[i]->ends_at;
	}
	return ERR_OK;
}

enum err
limits_explain(struct ctx *ctx, const struct ledger_batch *batch)
{
	struct ledger_exceeded **list;
	size_t n = 0;

	if (batch->limit_count == 0)
		return ERR_OK;
	list = arena_array(ctx->arena, batch->transaction_count, sizeof(struct ledger_exceeded *));
	for (size_t i = 0; i < batch->transaction_count; i++)
		if (batch->transactions[i]->err == ERR_LIMIT &&
		    batch->transactions[i]->exceeded.wanted > 0)
			list[n++] = &batch->transactions[i]->exceeded;
	return find_times(ctx, list, n);
}

enum err
limits_explain_one(struct ctx *ctx, struct ledger_exceeded *exceeded)
{
	return find_times(ctx, &exceeded, exceeded->wanted > 0 ? 1 : 0);
}

static void
store_sequences(struct ctx *ctx, const struct ledger_batch *batch)
{
	size_t n = batch->limit_count;
	int64_t *limits = arena_array(ctx->arena, n, sizeof(*limits));
	int64_t *subjects = arena_array(ctx->arena, n, sizeof(*subjects));
	int64_t *postings = arena_array(ctx->arena, n, sizeof(*postings));
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		const struct ledger_limit *limit = &batch->limits[i];

		if (!limit->is_numbered || limit->postings == 0)
			continue;
		limits[count] = limit->limit_id;
		subjects[count] = limit->subject;
		postings[count++] = limit->postings;
	}
	if (count > 0)
		db_defer(ctx, SQL_limit_meter_store,
			 PARAMS(p_ints(limits, count), p_ints(subjects, count),
				p_ints(postings, count)));
}

static void
store_uses(struct ctx *ctx, const struct ledger_batch *batch)
{
	size_t n = batch->limit_count;
	int64_t *limits = arena_array(ctx->arena, n, sizeof(*limits));
	int64_t *subjects = arena_array(ctx->arena, n, sizeof(*subjects));
	struct instant *starts = arena_array(ctx->arena, n, sizeof(*starts));
	struct instant *ends = arena_array(ctx->arena, n, sizeof(*ends));
	int64_t *used = arena_array(ctx->arena, n, sizeof(*used));
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		const struct ledger_limit *limit = &batch->limits[i];

		if (limit->span == 0 || limit->added == 0)
			continue;
		limits[count] = limit->limit_id;
		subjects[count] = limit->subject;
		starts[count] = limit->starts_at;
		ends[count] = limit->ends_at;
		used[count++] = limit->added > INT64_MAX ? INT64_MAX : (int64_t)limit->added;
	}
	if (count > 0)
		db_defer(ctx, SQL_limit_use_store,
			 PARAMS(p_ints(limits, count), p_ints(subjects, count),
				p_times(starts, count), p_times(ends, count), p_ints(used, count)));
}

void
limits_store(struct ctx *ctx, const struct ledger_batch *batch)
{
	if (batch->limit_count == 0)
		return;
	store_sequences(ctx, batch);
	store_uses(ctx, batch);
}
