#include "app/seal/journal.h"

#include "base/word.h"
#include "db/row.h"

/* A posting and its transaction; a transaction without postings has one row. */
struct line_row {
	int64_t transaction_id;
	struct uuid public_id;
	enum mode mode;
	struct uuid project;
	const char *type;
	const char *reference;
	const char *metadata;
	struct instant created_at;
	struct uuid reverses;
	int64_t line;
	const char *currency;
	int64_t amount;
	int64_t from_balance;
	int64_t to_balance;
	int64_t from_sequence;
	int64_t to_sequence;
	struct uuid source;
	struct uuid destination;
};

static const struct column columns[] = {
	COLUMN(struct line_row, transaction_id),
	COLUMN(struct line_row, public_id),
	COLUMN_WORD(struct line_row, mode, mode_words),
	COLUMN(struct line_row, project),
	COLUMN(struct line_row, type),
	COLUMN(struct line_row, reference),
	COLUMN(struct line_row, metadata),
	COLUMN(struct line_row, created_at),
	COLUMN(struct line_row, reverses),
	COLUMN(struct line_row, line),
	COLUMN(struct line_row, currency),
	COLUMN(struct line_row, amount),
	COLUMN(struct line_row, from_balance),
	COLUMN(struct line_row, to_balance),
	COLUMN(struct line_row, from_sequence),
	COLUMN(struct line_row, to_sequence),
	COLUMN(struct line_row, source),
	COLUMN(struct line_row, destination),
};

static struct journal_entry
entry_of(const struct line_row *row, const struct leaf_posting *postings)
{
	return (struct journal_entry){
		.transaction_id = row->transaction_id,
		.mode = row->mode,
		.leaf = {.mode = word_text(mode_words, row->mode),
			 .project = row->project,
			 .id = row->public_id,
			 .type = row->type,
			 .time = row->created_at,
			 .reverses = row->reverses,
			 .reference = row->reference,
			 .metadata = row->metadata,
			 .postings = postings},
	};
}

static struct leaf_posting
posting_of(const struct line_row *row)
{
	return (struct leaf_posting){
		.line = row->line,
		.currency = row->currency,
		.from = row->source,
		.to = row->destination,
		.amount = row->amount,
		.from_balance = row->from_balance,
		.to_balance = row->to_balance,
		.from_sequence = row->from_sequence,
		.to_sequence = row->to_sequence,
	};
}

enum err
journal_read(struct ctx *ctx, int64_t after, int64_t upto, struct journal_entry **out, size_t *n)
{
	struct journal_entry *entries;
	struct leaf_posting *postings;
	struct rows rows;

	TRY(db_run(ctx, SQL_seal_journal, &rows, PARAMS(p_int(after), p_int(upto))));
	entries = arena_array(ctx->arena, rows.count, sizeof(*entries));
	postings = arena_array(ctx->arena, rows.count, sizeof(*postings));
	*n = 0;
	for (size_t i = 0; i < rows.count; i++) {
		struct line_row row = {0};

		rows_scan(&rows, i, columns, COLUMN_COUNT(columns), &row);
		if (*n == 0 || entries[*n - 1].transaction_id != row.transaction_id)
			entries[(*n)++] = entry_of(&row, &postings[i]);
		postings[i] = posting_of(&row);
		entries[*n - 1].leaf.count += row.currency != NULL ? 1 : 0;
	}
	*out = entries;
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
