/*
 * The one posting path: lock and look up in one round trip, let the kernel decide, write everything
 * set-based with the commit.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ensure.h"
#include "base/requester.h"
#include "base/word.h"
#include "db/row.h"
#include "ledger/amounts.h"
#include "ledger/limit_store.h"
#include "ledger/store.h"

static const struct column known_columns[] = {
	COLUMN(struct known_transaction, transaction_id),
	COLUMN(struct known_transaction, public_id),
	COLUMN(struct known_transaction, ledger_id),
	COLUMN(struct known_transaction, reference),
	COLUMN(struct known_transaction, content),
	COLUMN(struct known_transaction, created_at),
	COLUMN(struct known_transaction, amount),
	COLUMN(struct known_transaction, from_balance),
	COLUMN(struct known_transaction, to_balance),
	COLUMN(struct known_transaction, from_sequence),
	COLUMN(struct known_transaction, to_sequence),
};

/* The columns of transaction_reserve. */
enum { RESERVED_ID, RESERVED_NOW, IS_STOPPED, TERMS, IS_LIMITED };

/* The rows of the first round trip. */
struct loaded {
	struct rows accounts;
	struct rows holds;
	struct rows known;
	struct rows reversed;
	struct rows reserved;
	struct rows good_keys;
	struct rows used_keys; /* Idempotency-Keys, as numbers of those that were given */
};

static size_t
count_postings(struct ledger_transaction *const *transactions, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += transactions[i]->count;
	return count;
}

static size_t
count_conditions(struct ledger_transaction *const *transactions, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += transactions[i]->condition_count;
	return count;
}

/* The accounts that postings and conditions name, each once. */
static struct uuid *
account_ids(struct ctx *ctx, struct ledger_transaction *const *transactions, size_t n,
	    size_t *count)
{
	struct uuid *ids = arena_array(
		ctx->arena, 2 * count_postings(transactions, n) + count_conditions(transactions, n),
		sizeof(*ids));
	size_t all = 0;
	size_t unique = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t p = 0; p < transactions[i]->count; p++) {
			ids[all++] = transactions[i]->postings[p].from;
			ids[all++] = transactions[i]->postings[p].to;
		}
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < transactions[i]->condition_count; c++)
			ids[all++] = transactions[i]->conditions[c].account;
	qsort(ids, all, sizeof(*ids), uuid_compare);
	for (size_t i = 0; i < all; i++)
		if (unique == 0 || !uuid_equal(ids[i], ids[unique - 1]))
			ids[unique++] = ids[i];
	*count = unique;
	return ids;
}

static struct uuid *
hold_ids(struct ctx *ctx, struct ledger_transaction *const *transactions, size_t n, size_t *count)
{
	struct uuid *ids = arena_array(ctx->arena, n, sizeof(*ids));

	*count = 0;
	for (size_t i = 0; i < n; i++)
		if (!uuid_is_nil(transactions[i]->hold))
			ids[(*count)++] = transactions[i]->hold;
	return ids;
}

/* The keys that the transactions are posted by, each once. */
static int64_t *
authorities(struct ctx *ctx, struct ledger_transaction *const *transactions, size_t n,
	    size_t *count)
{
	int64_t *keys = arena_array(ctx->arena, n, sizeof(*keys));

	*count = 0;
	for (size_t i = 0; i < n; i++) {
		bool listed = transactions[i]->authority == 0;

		for (size_t k = 0; k < *count && !listed; k++)
			listed = keys[k] == transactions[i]->authority;
		if (!listed)
			keys[(*count)++] = transactions[i]->authority;
	}
	return keys;
}

/* The columns of key_used and key_store. */
struct key_columns {
	const char **principals;
	const char **keys;
	size_t count;
};

static struct key_columns
idempotency_keys(struct ctx *ctx, struct ledger_transaction *const *transactions, size_t n)
{
	struct key_columns c = {.principals = arena_array(ctx->arena, n, sizeof(const char *)),
				.keys = arena_array(ctx->arena, n, sizeof(const char *))};

	for (size_t i = 0; i < n; i++) {
		if (transactions[i]->key == NULL)
			continue;
		c.principals[c.count] = transactions[i]->key->principal;
		c.keys[c.count++] = transactions[i]->key->key;
	}
	return c;
}

/* First round trip: locks in id order, then existing transactions, then ids and the time. */
static enum err
load(struct ctx *ctx, struct ledger_transaction *const *transactions, size_t n,
     struct loaded *loaded)
{
	int64_t *ledgers = arena_array(ctx->arena, n, sizeof(*ledgers));
	const char **references = arena_array(ctx->arena, n, sizeof(*references));
	int64_t *reverses = arena_array(ctx->arena, n, sizeof(*reverses));
	size_t reversals = 0;
	size_t accounts;
	size_t holds;
	const struct uuid *account_list = account_ids(ctx, transactions, n, &accounts);
	const struct uuid *hold_list = hold_ids(ctx, transactions, n, &holds);
	size_t keys;
	const int64_t *key_list = authorities(ctx, transactions, n, &keys);
	const struct param hold_param = p_uuids(hold_list, holds);
	const struct param key_param = p_ints(key_list, keys);
	const struct param known_params[] = {p_ints(ledgers, n), p_texts(references, n)};
	const struct key_columns used = idempotency_keys(ctx, transactions, n);
	const struct param used_params[] = {p_texts(used.principals, used.count),
					    p_texts(used.keys, used.count)};
	struct param reversal_param;
	struct db_call calls[7];
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		ledgers[i] = transactions[i]->ledger_id;
		references[i] = transactions[i]->reference;
		if (transactions[i]->reverses != 0)
			reverses[reversals++] = transactions[i]->reverses;
	}
	if (keys > 0)
		calls[count++] =
			(struct db_call){SQL_api_key_good, &loaded->good_keys, &key_param, 1};
	calls[count++] = (struct db_call){SQL_account_lock, &loaded->accounts,
					  PARAMS(p_uuids(account_list, accounts))};
	if (holds > 0)
		calls[count++] = (struct db_call){SQL_hold_lock, &loaded->holds, &hold_param, 1};
	/* After the locks: a repetition of a request that was posted meanwhile finds its key. */
	if (used.count > 0)
		calls[count++] = (struct db_call){SQL_key_used, &loaded->used_keys, used_params,
						  COUNT(used_params)};
	reversal_param = p_ints(reverses, reversals);
	calls[count++] = (struct db_call){SQL_transaction_known, &loaded->known, known_params,
					  COUNT(known_params)};
	if (reversals > 0)
		calls[count++] = (struct db_call){SQL_transaction_reversed, &loaded->reversed,
						  &reversal_param, 1};
	calls[count++] = (struct db_call){SQL_transaction_reserve, &loaded->reserved,
					  PARAMS(p_ints(ledgers, n))};
	return db_pipeline(ctx, calls, count);
}

/* A transaction whose postings were not in their table: they are in the archive, unless their period
 * is detached. Then it remains without content, and equals no other. */
static enum err
complete(struct ctx *ctx, struct known_transaction *known)
{
	struct rows rows;

	if (known->transaction_id == 0 || known->from_sequence != 0)
		return ERR_OK;
	TRY(db_run(ctx, SQL_transaction_archived, &rows, PARAMS(p_int(known->transaction_id))));
	if (rows.count == 0)
		return ERR_OK;
	known->content = row_bytes(&rows, 0, 0);
	known->amount = row_int(&rows, 0, 1);
	known->from_balance = row_int(&rows, 0, 2);
	known->to_balance = row_int(&rows, 0, 3);
	known->from_sequence = row_int(&rows, 0, 4);
	known->to_sequence = row_int(&rows, 0, 5);
	return ERR_OK;
}

static enum err
read_known(struct ctx *ctx, const struct loaded *loaded, struct ledger_batch *batch)
{
	size_t count = loaded->known.count;
	struct known_transaction *known = arena_array(ctx->arena, count, sizeof(*known));

	for (size_t i = 0; i < count; i++) {
		rows_scan(&loaded->known, i, known_columns, COLUMN_COUNT(known_columns), &known[i]);
		TRY(complete(ctx, &known[i]));
	}
	batch->known = known;
	batch->known_count = count;
	return ERR_OK;
}

static void
read_reversed(struct ctx *ctx, const struct rows *rows, struct ledger_batch *batch)
{
	struct reversed_transaction *reversed =
		arena_array(ctx->arena, rows->count, sizeof(*reversed));

	for (size_t i = 0; i < rows->count; i++)
		reversed[i] =
			(struct reversed_transaction){row_int(rows, i, 0), row_int(rows, i, 1)};
	batch->reversed = reversed;
	batch->reversed_count = rows->count;
}

static int64_t
account_number(const struct ledger_batch *batch, struct uuid id)
{
	return ledger_find_account(batch->accounts, batch->account_count, id)->account_id;
}

/* A column of which most values are the same: each value once, mostly, and for each row the number of its
 * value, from 1. */
struct few {
	const char **values;
	size_t count;
	int64_t *numbers;
	size_t rows;
};

static struct few
few_new(struct ctx *ctx, size_t rows)
{
	return (struct few){
		.values = arena_array(ctx->arena, rows, sizeof(const char *)),
		.numbers = arena_array(ctx->arena, rows, sizeof(int64_t)),
	};
}

/* Another row. Its value is looked for at the beginning and the end only. */
static void
few_add(struct few *few, const char *value)
{
	size_t number = few->count;

	if (few->count > 0 && text_equal(few->values[0], value))
		number = 1;
	else if (few->count == 0 || !text_equal(few->values[few->count - 1], value))
		few->values[number++] = value;
	if (number > few->count)
		few->count = number;
	few->numbers[few->rows++] = (int64_t)number;
}

/* By ledger and reference, in any order that is the same everywhere. */
static int
by_reference(const void *a, const void *b)
{
	const struct ledger_transaction *x = *(struct ledger_transaction *const *)a;
	const struct ledger_transaction *y = *(struct ledger_transaction *const *)b;

	if (x->ledger_id != y->ledger_id)
		return x->ledger_id < y->ledger_id ? -1 : 1;
	return strcmp(x->reference, y->reference);
}

static void
store_transactions(struct ctx *ctx, struct ledger_transaction *const *posted, size_t n)
{
	int64_t *ids = arena_array(ctx->arena, n, sizeof(*ids));
	struct uuid *public_ids = arena_array(ctx->arena, n, sizeof(*public_ids));
	int64_t *ledgers = arena_array(ctx->arena, n, sizeof(*ledgers));
	const char **references = arena_array(ctx->arena, n, sizeof(*references));
	unsigned char *contents = arena_alloc(ctx->arena, n * CONTENT_SIZE);
	int64_t *reverses = arena_array(ctx->arena, n, sizeof(*reverses));
	struct instant *times = arena_array(ctx->arena, n, sizeof(*times));
	struct few types = few_new(ctx, n);
	struct few metadata = few_new(ctx, n);
	struct ledger_transaction **sorted =
		arena_copy(ctx->arena, posted, n * sizeof(struct ledger_transaction *));

	qsort(sorted, n, sizeof(struct ledger_transaction *), by_reference);
	for (size_t i = 0; i < n; i++) {
		ids[i] = sorted[i]->transaction_id;
		public_ids[i] = sorted[i]->public_id;
		ledgers[i] = sorted[i]->ledger_id;
		references[i] = sorted[i]->reference;
		few_add(&types, word_text(transaction_type_words, sorted[i]->type));
		memcpy(contents + i * CONTENT_SIZE, sorted[i]->content, CONTENT_SIZE);
		reverses[i] = sorted[i]->reverses;
		few_add(&metadata, sorted[i]->metadata != NULL ? sorted[i]->metadata : "{}");
		times[i] = sorted[i]->created_at;
	}
	db_defer(ctx, SQL_transaction_insert,
		 PARAMS(p_ints(ids, n), p_uuids(public_ids, n), p_ints(ledgers, n),
			p_texts(references, n), p_texts(types.values, types.count),
			p_ints(types.numbers, n), p_bytes(contents, n * CONTENT_SIZE),
			p_ints(reverses, n), p_texts(metadata.values, metadata.count),
			p_ints(metadata.numbers, n), p_times(times, n)));
}

/* The keys of what was posted, each with the status of its answer. */
static void
store_keys(struct ctx *ctx, struct ledger_transaction *const *posted, size_t n)
{
	struct key_columns c = idempotency_keys(ctx, posted, n);
	unsigned char *hashes = arena_alloc(ctx->arena, c.count * CONTENT_SIZE);
	int64_t *statuses = arena_array(ctx->arena, c.count, sizeof(*statuses));
	int64_t *lifetimes = arena_array(ctx->arena, c.count, sizeof(*lifetimes));
	size_t row = 0;

	if (c.count == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		const struct ledger_key *key = posted[i]->key;

		if (key == NULL)
			continue;
		memcpy(hashes + row * CONTENT_SIZE, key->hash, CONTENT_SIZE);
		statuses[row] = key->status;
		lifetimes[row++] = key->lifetime_s;
	}
	db_defer(ctx, SQL_key_store,
		 PARAMS(p_texts(c.principals, c.count), p_texts(c.keys, c.count),
			p_bytes(hashes, c.count * CONTENT_SIZE), p_ints(statuses, c.count),
			p_ints(lifetimes, c.count)));
}

/* The columns of posting_insert. */
enum {
	TRANSACTION,
	LINE,
	LEDGER,
	FROM,
	TO,
	AMOUNT,
	FROM_BALANCE,
	TO_BALANCE,
	FROM_SEQUENCE,
	TO_SEQUENCE,
	POSTING_COLUMNS
};

/* Another row of posting_insert: posting p of a transaction, as a line of it. */
static void
put_posting(int64_t *const *c, size_t row, int64_t line, const struct ledger_batch *batch,
	    const struct ledger_transaction *t, size_t p)
{
	const struct posting_result *result = &t->results[p];

	c[TRANSACTION][row] = t->transaction_id;
	c[LINE][row] = line;
	c[LEDGER][row] = t->ledger_id;
	c[FROM][row] = account_number(batch, t->postings[p].from);
	c[TO][row] = account_number(batch, t->postings[p].to);
	c[AMOUNT][row] = result->amount;
	c[FROM_BALANCE][row] = result->from_balance;
	c[TO_BALANCE][row] = result->to_balance;
	c[FROM_SEQUENCE][row] = result->from_sequence;
	c[TO_SEQUENCE][row] = result->to_sequence;
}

/* Those that moved something. */
static void
store_postings(struct ctx *ctx, const struct ledger_batch *batch,
	       struct ledger_transaction *const *posted, size_t n)
{
	size_t most = count_postings(posted, n);
	int64_t *c[POSTING_COLUMNS];
	struct few currencies = few_new(ctx, most);
	size_t row = 0;

	for (size_t i = 0; i < POSTING_COLUMNS; i++)
		c[i] = arena_array(ctx->arena, most, sizeof(**c));
	for (size_t i = 0; i < n; i++) {
		int64_t line = 0;

		for (size_t p = 0; p < posted[i]->count; p++) {
			if (posted[i]->results[p].amount == 0)
				continue;
			few_add(&currencies, posting_currency(posted[i], p));
			put_posting(c, row++, line++, batch, posted[i], p);
		}
	}
	db_defer(ctx, SQL_posting_insert,
		 PARAMS(p_ints(c[TRANSACTION], row), p_ints(c[LINE], row), p_ints(c[LEDGER], row),
			p_texts(currencies.values, currencies.count),
			p_ints(currencies.numbers, row), p_ints(c[FROM], row), p_ints(c[TO], row),
			p_ints(c[AMOUNT], row), p_ints(c[FROM_BALANCE], row),
			p_ints(c[TO_BALANCE], row), p_ints(c[FROM_SEQUENCE], row),
			p_ints(c[TO_SEQUENCE], row)));
}

/* The captures whose holds are still active; those that ended a hold are in its row. */
static void
store_captures(struct ctx *ctx, struct ledger_transaction *const *posted, size_t n)
{
	int64_t *ids = arena_array(ctx->arena, n, sizeof(*ids));
	struct uuid *holds = arena_array(ctx->arena, n, sizeof(*holds));
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (posted[i]->kept_hold) {
			ids[count] = posted[i]->transaction_id;
			holds[count++] = posted[i]->hold;
		}
	if (count > 0)
		db_defer(ctx, SQL_hold_capture_insert,
			 PARAMS(p_ints(ids, count), p_uuids(holds, count)));
}

/* Second round trip, with the commit: the kernel's decisions. */
static void
store(struct ctx *ctx, const struct ledger_batch *batch)
{
	struct ledger_transaction **posted = arena_array(ctx->arena, batch->transaction_count,
							 sizeof(struct ledger_transaction *));
	size_t n = 0;

	for (size_t i = 0; i < batch->transaction_count; i++)
		if (batch->transactions[i]->err == ERR_OK && !batch->transactions[i]->replayed)
			posted[n++] = batch->transactions[i];
	if (n == 0)
		return;
	store_transactions(ctx, posted, n);
	store_postings(ctx, batch, posted, n);
	store_accounts(ctx, batch->accounts, batch->account_count);
	store_holds(ctx, batch->holds, batch->hold_count, batch->transactions);
	store_captures(ctx, posted, n);
	store_fees(ctx, posted, n);
	store_keys(ctx, posted, n);
}

static bool
same_key(const struct ledger_key *a, const struct ledger_key *b)
{
	return a != NULL && b != NULL && text_equal(a->key, b->key) &&
	       text_equal(a->principal, b->principal);
}

/* Whether the transaction's Idempotency-Key was used before, by one in the database or by one that is
 * admitted; number is that of the key. */
static bool
is_repeated(const struct loaded *loaded, const struct ledger_transaction *t, int64_t number,
	    struct ledger_transaction *const *admitted, size_t n)
{
	for (size_t i = 0; i < loaded->used_keys.count; i++)
		if (row_int(&loaded->used_keys, i, 0) == number)
			return true;
	for (size_t i = 0; i < n; i++)
		if (same_key(admitted[i]->key, t->key))
			return true;
	return false;
}

/* The transactions that go to the kernel. Those with invalid keys are left out, those whose Idempotency-Key was
 * used, those with the fees of other terms, and those whose requester has gone: here, where the accounts are
 * locked, so that a repetition elsewhere comes after it. */
static struct ledger_transaction **
admit(struct ctx *ctx, struct ledger_transaction *const *transactions, size_t n,
      const struct loaded *loaded, size_t *admitted)
{
	struct ledger_transaction **list =
		arena_array(ctx->arena, n, sizeof(struct ledger_transaction *));

	int64_t number = 0; /* of the Idempotency-Key */

	*admitted = 0;
	for (size_t i = 0; i < n; i++) {
		struct ledger_transaction *t = transactions[i];
		bool good = t->authority == 0;

		for (size_t k = 0; k < loaded->good_keys.count && !good; k++)
			good = row_int(&loaded->good_keys, k, 0) == t->authority;
		t->err = good ? ERR_OK : ERR_UNAUTHORIZED;
		if (good && !requester_waits(t->requester))
			t->err = ERR_EXPIRED;
		if (t->key != NULL && is_repeated(loaded, t, ++number, list, *admitted) &&
		    t->err == ERR_OK)
			t->err = ERR_IDEMPOTENCY_RUNNING;
		if (t->err == ERR_OK && t->on_terms &&
		    t->terms != row_int(&loaded->reserved, i, TERMS))
			t->err = ERR_FEES_CHANGED;
		t->transaction_id = row_int(&loaded->reserved, i, RESERVED_ID);
		t->stopped = row_bool(&loaded->reserved, i, IS_STOPPED);
		t->public_id = uuid_v7();
		if (t->err == ERR_OK)
			list[(*admitted)++] = t;
	}
	return list;
}

/* What the kernel has decided, held against the accounts as they were read: money is moved, never made;
 * no hold is less than nothing; and nobody is further below the floor than before. */
static bool
accounts_agree(const struct ledger_batch *batch, const struct ledger_account *before)
{
	wide_int made = 0;

	for (size_t i = 0; i < batch->account_count; i++) {
		const struct ledger_account *a = &batch->accounts[i];
		const struct ledger_account *b = &before[i];
		int64_t free_now = a->balance - a->held;

		made += (wide_int)a->balance - b->balance;
		if (a->held < 0 || a->sequence < b->sequence)
			return false;
		if (a->has_floor && free_now < a->floor && free_now < b->balance - b->held)
			return false;
	}
	return made == 0;
}

enum err
ledger_post(struct ctx *ctx, struct ledger_transaction **transactions, size_t n)
{
	struct loaded loaded = {.holds = {0}};
	struct ledger_batch batch = {.now = {0}};
	const struct ledger_account *before;

	TRY(ensure(ctx, ctx->db != NULL));
	TRY(load(ctx, transactions, n, &loaded));
	batch.transactions = admit(ctx, transactions, n, &loaded, &batch.transaction_count);
	batch.accounts = store_read_accounts(ctx, &loaded.accounts);
	batch.account_count = loaded.accounts.count;
	batch.holds = store_read_holds(ctx, &loaded.holds);
	batch.hold_count = loaded.holds.count;
	TRY(read_known(ctx, &loaded, &batch));
	read_reversed(ctx, &loaded.reversed, &batch);
	batch.now = row_time(&loaded.reserved, 0, RESERVED_NOW);
	TRY(limits_load_batch(ctx, &loaded.reserved, IS_LIMITED, &batch));
	before = batch.accounts;
	if (batch.account_count > 0)
		before = arena_copy(ctx->arena, batch.accounts,
				    batch.account_count * sizeof(struct ledger_account));
	ledger_apply(ctx->arena, &batch);
	TRY(ensure(ctx, accounts_agree(&batch, before)));
	TRY(limits_explain(ctx, &batch));
	store(ctx, &batch);
	limits_store(ctx, &batch);
	return ERR_OK;
}

enum err
ledger_report(struct ctx *ctx, const struct ledger_transaction *t)
{
	if (t->err == ERR_LIMIT)
		return limits_refuse(ctx, &t->exceeded);
	return t->err == ERR_OK ? ERR_OK : fault(&ctx->fault, t->err, NULL, NULL);
}
