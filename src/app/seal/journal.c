#include "app/seal/journal.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/word.h"
#include "db/row.h"

static const struct column columns[] = {
	COLUMN(struct journal_entry, transaction_id),
	COLUMN_NAMED(struct journal_entry, leaf.id, "public_id"),
	COLUMN_NAMED(struct journal_entry, leaf.type, "type"),
	COLUMN_NAMED(struct journal_entry, leaf.reference, "reference"),
	COLUMN_NAMED(struct journal_entry, leaf.metadata, "metadata"),
	COLUMN_NAMED(struct journal_entry, leaf.time, "created_at"),
};
/* The columns behind them. */
enum { LEDGER_ID = COLUMN_COUNT(columns), REVERSES };

static const struct column posting_columns[] = {
	COLUMN(struct leaf_posting, line),        COLUMN(struct leaf_posting, currency),
	COLUMN(struct leaf_posting, amount),      COLUMN(struct leaf_posting, from_balance),
	COLUMN(struct leaf_posting, to_balance),  COLUMN(struct leaf_posting, from_sequence),
	COLUMN(struct leaf_posting, to_sequence),
};
enum { TRANSACTION_ID = COLUMN_COUNT(posting_columns), FROM_ID, TO_ID };

/* What ids mean: rows that begin with an id, in the order of the ids. */
struct meaning {
	struct rows rows;
	int64_t *ids; /* asked for, then found */
	size_t n;
};

/* What ids of a piece of the journal mean. */
struct meanings {
	struct meaning ledgers;
	struct meaning reversed;
	struct meaning accounts;
};

enum { NAME = 1, MODE = 1, PROJECT = 2 };

static void
ask(struct meaning *meaning, int64_t id)
{
	meaning->ids[meaning->n++] = id;
}

static int
compare_ids(const void *a, const void *b)
{
	int64_t one = *(const int64_t *)a;
	int64_t other = *(const int64_t *)b;

	return (one > other) - (one < other);
}

/* Each id once. */
static struct param
asked(struct meaning *meaning)
{
	size_t n = 0;

	qsort(meaning->ids, meaning->n, sizeof(*meaning->ids), compare_ids);
	for (size_t i = 0; i < meaning->n; i++)
		if (n == 0 || meaning->ids[n - 1] != meaning->ids[i])
			meaning->ids[n++] = meaning->ids[i];
	return p_ints(meaning->ids, n);
}

static void
take_found(struct meaning *meaning)
{
	meaning->n = meaning->rows.count;
	for (size_t i = 0; i < meaning->n; i++)
		meaning->ids[i] = row_int(&meaning->rows, i, 0);
}

static enum err
find_meanings(struct ctx *ctx, const struct rows *transactions, const struct rows *postings,
	      struct meanings *out)
{
	const size_t size = sizeof(int64_t);

	*out = (struct meanings){.ledgers.ids = arena_array(ctx->arena, transactions->count, size),
				 .reversed.ids = arena_array(ctx->arena, transactions->count, size),
				 .accounts.ids =
					 arena_array(ctx->arena, 2 * postings->count, size)};
	for (size_t i = 0; i < transactions->count; i++) {
		ask(&out->ledgers, row_int(transactions, i, LEDGER_ID));
		if (!row_is_null(transactions, i, REVERSES))
			ask(&out->reversed, row_int(transactions, i, REVERSES));
	}
	for (size_t i = 0; i < postings->count; i++) {
		ask(&out->accounts, row_int(postings, i, FROM_ID));
		ask(&out->accounts, row_int(postings, i, TO_ID));
	}
	const struct db_call calls[] = {
		{SQL_seal_ledgers, &out->ledgers.rows, PARAMS(asked(&out->ledgers))},
		{SQL_seal_reversed, &out->reversed.rows, PARAMS(asked(&out->reversed))},
		{SQL_seal_accounts, &out->accounts.rows, PARAMS(asked(&out->accounts))},
	};

	TRY(db_pipeline(ctx, calls, COUNT(calls)));
	take_found(&out->ledgers);
	take_found(&out->reversed);
	take_found(&out->accounts);
	return ERR_OK;
}

static bool
find(const struct meaning *meaning, int64_t id, size_t *row)
{
	const int64_t *found =
		bsearch(&id, meaning->ids, meaning->n, sizeof(*meaning->ids), compare_ids);

	*row = found != NULL ? (size_t)(found - meaning->ids) : 0;
	return found != NULL;
}

/* Nil if it is not among them. */
static struct uuid
name_of(const struct meaning *meaning, int64_t id)
{
	size_t row;

	return find(meaning, id, &row) ? row_uuid(&meaning->rows, row, NAME) : (struct uuid){0};
}

static struct journal_entry
entry_at(const struct rows *rows, size_t i, const struct meanings *meanings)
{
	struct journal_entry entry = {0};
	size_t ledger;

	rows_scan(rows, i, columns, COLUMN_COUNT(columns), &entry);
	if (find(&meanings->ledgers, row_int(rows, i, LEDGER_ID), &ledger)) {
		entry.mode = row_word(&meanings->ledgers.rows, ledger, MODE, mode_words);
		entry.leaf.mode = word_text(mode_words, entry.mode);
		entry.leaf.project = row_uuid(&meanings->ledgers.rows, ledger, PROJECT);
	}
	if (!row_is_null(rows, i, REVERSES))
		entry.leaf.reverses = name_of(&meanings->reversed, row_int(rows, i, REVERSES));
	return entry;
}

static struct leaf_posting *
postings_of(struct arena *arena, const struct rows *rows, const struct meaning *accounts)
{
	struct leaf_posting *postings = arena_array(arena, rows->count, sizeof(*postings));

	for (size_t i = 0; i < rows->count; i++) {
		rows_scan(rows, i, posting_columns, COLUMN_COUNT(posting_columns), &postings[i]);
		postings[i].from = name_of(accounts, row_int(rows, i, FROM_ID));
		postings[i].to = name_of(accounts, row_int(rows, i, TO_ID));
	}
	return postings;
}

/* Give each entry its postings. Both are in order; a transaction without postings has none. */
static void
join(struct journal_entry *entries, size_t n, const struct rows *rows,
     const struct leaf_posting *postings)
{
	size_t p = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t id = entries[i].transaction_id;

		while (p < rows->count && row_int(rows, p, TRANSACTION_ID) < id)
			p++;
		entries[i].leaf.postings = &postings[p];
		for (; p < rows->count && row_int(rows, p, TRANSACTION_ID) == id; p++)
			entries[i].leaf.count++;
	}
}

enum err
journal_read(struct ctx *ctx, int64_t after, int64_t upto, struct journal_entry **out, size_t *n)
{
	struct rows transactions;
	struct rows postings;
	struct meanings meanings;
	const struct db_call calls[] = {
		{SQL_seal_transactions, &transactions, PARAMS(p_int(after), p_int(upto))},
		{SQL_seal_postings, &postings, PARAMS(p_int(after), p_int(upto))},
	};

	TRY(db_pipeline(ctx, calls, COUNT(calls)));
	TRY(find_meanings(ctx, &transactions, &postings, &meanings));
	*n = transactions.count;
	*out = arena_array(ctx->arena, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = entry_at(&transactions, i, &meanings);
	join(*out, *n, &postings, postings_of(ctx->arena, &postings, &meanings.accounts));
	return ERR_OK;
}

void
journal_hash(struct leaf_hasher *hasher, const struct journal_entry *entry,
	     const unsigned char *salt, struct hash *out)
{
	struct leaf leaf = entry->leaf;

	leaf.salt = salt;
	leaf_hash(hasher, &leaf, out);
}
