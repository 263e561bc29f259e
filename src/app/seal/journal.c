#include "app/seal/journal.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/word.h"
#include "db/row.h"

struct transaction_row {
	int64_t transaction_id;
	struct uuid public_id;
	enum mode mode;
	struct uuid project;
	const char *type;
	const char *reference;
	const char *metadata;
	struct instant created_at;
	struct uuid reverses;
};

static const struct column columns[] = {
	COLUMN(struct transaction_row, transaction_id),
	COLUMN(struct transaction_row, public_id),
	COLUMN_WORD(struct transaction_row, mode, mode_words),
	COLUMN(struct transaction_row, project),
	COLUMN(struct transaction_row, type),
	COLUMN(struct transaction_row, reference),
	COLUMN(struct transaction_row, metadata),
	COLUMN(struct transaction_row, created_at),
	COLUMN(struct transaction_row, reverses),
};

static const struct column posting_columns[] = {
	COLUMN(struct leaf_posting, line),        COLUMN(struct leaf_posting, currency),
	COLUMN(struct leaf_posting, amount),      COLUMN(struct leaf_posting, from_balance),
	COLUMN(struct leaf_posting, to_balance),  COLUMN(struct leaf_posting, from_sequence),
	COLUMN(struct leaf_posting, to_sequence),
};
/* The columns behind them. */
enum { TRANSACTION_ID = COLUMN_COUNT(posting_columns), FROM_ID, TO_ID };

static struct journal_entry
entry_at(const struct rows *rows, size_t i)
{
	struct transaction_row row = {0};

	rows_scan(rows, i, columns, COLUMN_COUNT(columns), &row);
	return (struct journal_entry){
		.transaction_id = row.transaction_id,
		.mode = row.mode,
		.leaf = {.mode = word_text(mode_words, row.mode),
			 .project = row.project,
			 .id = row.public_id,
			 .type = row.type,
			 .time = row.created_at,
			 .reverses = row.reverses,
			 .reference = row.reference,
			 .metadata = row.metadata},
	};
}

static int
compare_ids(const void *a, const void *b)
{
	int64_t one = *(const int64_t *)a;
	int64_t other = *(const int64_t *)b;

	return (one > other) - (one < other);
}

/* The accounts of postings, each once: few have many postings. */
static enum err
find_accounts(struct ctx *ctx, const struct rows *postings, struct rows *out)
{
	int64_t *ids = arena_array(ctx->arena, 2 * postings->count, sizeof(*ids));
	size_t n = 0;

	for (size_t i = 0; i < postings->count; i++) {
		ids[2 * i] = row_int(postings, i, FROM_ID);
		ids[2 * i + 1] = row_int(postings, i, TO_ID);
	}
	qsort(ids, 2 * postings->count, sizeof(*ids), compare_ids);
	for (size_t i = 0; i < 2 * postings->count; i++)
		if (n == 0 || ids[n - 1] != ids[i])
			ids[n++] = ids[i];
	return db_run(ctx, SQL_seal_accounts, out, PARAMS(p_ints(ids, n)));
}

/* Nil if it is not among them. */
static struct uuid
account_name(const struct rows *accounts, int64_t id)
{
	size_t low = 0;
	size_t high = accounts->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (row_int(accounts, middle, 0) < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < accounts->count && row_int(accounts, low, 0) == id ? row_uuid(accounts, low, 1)
									: (struct uuid){0};
}

static struct leaf_posting *
postings_of(struct arena *arena, const struct rows *rows, const struct rows *accounts)
{
	struct leaf_posting *postings = arena_array(arena, rows->count, sizeof(*postings));

	for (size_t i = 0; i < rows->count; i++) {
		rows_scan(rows, i, posting_columns, COLUMN_COUNT(posting_columns), &postings[i]);
		postings[i].from = account_name(accounts, row_int(rows, i, FROM_ID));
		postings[i].to = account_name(accounts, row_int(rows, i, TO_ID));
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
	struct rows accounts;
	const struct db_call calls[] = {
		{SQL_seal_transactions, &transactions, PARAMS(p_int(after), p_int(upto))},
		{SQL_seal_postings, &postings, PARAMS(p_int(after), p_int(upto))},
	};

	TRY(db_pipeline(ctx, calls, COUNT(calls)));
	TRY(find_accounts(ctx, &postings, &accounts));
	*n = transactions.count;
	*out = arena_array(ctx->arena, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = entry_at(&transactions, i);
	join(*out, *n, &postings, postings_of(ctx->arena, &postings, &accounts));
	return ERR_OK;
}

void
journal_hash(struct arena *arena, const struct journal_entry *entry, const unsigned char *salt,
	     struct hash *out)
{
	struct leaf leaf = entry->leaf;
	struct bytes text;

	leaf.salt = salt;
	text = leaf_text(arena, &leaf);
	merkle_leaf(text.data, text.length, out);
}
