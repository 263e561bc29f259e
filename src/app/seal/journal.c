#include "app/seal/journal.h"

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
	COLUMN(struct leaf_posting, line),
	COLUMN(struct leaf_posting, currency),
	COLUMN_NAMED(struct leaf_posting, from, "source"),
	COLUMN_NAMED(struct leaf_posting, to, "destination"),
	COLUMN(struct leaf_posting, amount),
	COLUMN(struct leaf_posting, from_balance),
	COLUMN(struct leaf_posting, to_balance),
	COLUMN(struct leaf_posting, from_sequence),
	COLUMN(struct leaf_posting, to_sequence),
};
enum { POSTING_OF = COLUMN_COUNT(posting_columns) }; /* the column behind them: its transaction */

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

static struct leaf_posting *
postings_of(struct arena *arena, const struct rows *rows)
{
	struct leaf_posting *postings = arena_array(arena, rows->count, sizeof(*postings));

	for (size_t i = 0; i < rows->count; i++)
		rows_scan(rows, i, posting_columns, COLUMN_COUNT(posting_columns), &postings[i]);
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

		while (p < rows->count && row_int(rows, p, POSTING_OF) < id)
			p++;
		entries[i].leaf.postings = &postings[p];
		for (; p < rows->count && row_int(rows, p, POSTING_OF) == id; p++)
			entries[i].leaf.count++;
	}
}

enum err
journal_read(struct ctx *ctx, int64_t after, int64_t upto, struct journal_entry **out, size_t *n)
{
	struct rows transactions;
	struct rows postings;
	const struct db_call calls[] = {
		{SQL_seal_transactions, &transactions, PARAMS(p_int(after), p_int(upto))},
		{SQL_seal_postings, &postings, PARAMS(p_int(after), p_int(upto))},
	};

	TRY(db_pipeline(ctx, calls, COUNT(calls)));
	*n = transactions.count;
	*out = arena_array(ctx->arena, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = entry_at(&transactions, i);
	join(*out, *n, &postings, postings_of(ctx->arena, &postings));
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
