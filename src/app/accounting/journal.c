#include <string.h>

#include "app/accounting/accounting.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "db/row.h"
#include "ledger/account.h"
#include "ledger/ledger.h"

/* System accounts that allow manual postings: the others are the totals of wallets, vouchers,
 * orders and payments, and would no longer agree with them. */
static const int64_t open_kinds[] = {ACCOUNT_OPERATOR_FUNDING, ACCOUNT_FEE_REVENUE};

/* An account of an entry: its total change, credit-positive. */
struct change {
	int64_t kind;
	const char *code;
	int64_t amount;
};

/* An entry before it is posted. */
struct draft {
	const struct currency *currency;
	const struct journal_line *lines;
	size_t count;
	int64_t *kinds;   /* of each line */
	int64_t *amounts; /* of each line, minor units */
	bool *debits;     /* of each line */
	int64_t total;
	struct change changes[JOURNAL_LINES_MAX];
	size_t change_count;
	struct posting postings[JOURNAL_LINES_MAX];
	size_t posting_count;
};

static enum err
bad_line(struct ctx *ctx, size_t i, const char *field, const char *code, const char *message)
{
	violation_add(ctx->arena, &ctx->fault, arena_printf(ctx->arena, "lines[%zu].%s", i, field),
		      code, message);
	return ERR_VALIDATION;
}

static enum err
read_line(struct ctx *ctx, struct draft *draft, size_t i)
{
	const struct journal_line *line = &draft->lines[i];
	struct money amount = {0, NULL};

	if (line->currency != NULL && currency_find_any_case(line->currency) != draft->currency)
		return bad_line(ctx, i, "currency", "CURRENCY",
				"must be the currency of the entry");
	switch (money_from_decimal(&amount, line->amount, draft->currency)) {
	case MONEY_OK:
		break;
	case MONEY_DECIMALS:
		return bad_line(ctx, i, "amount", "DECIMALS",
				"has more decimals than the currency");
	case MONEY_NOT_A_NUMBER:
	case MONEY_OVERFLOW:
		return bad_line(ctx, i, "amount", "AMOUNT", "is too large");
	}
	if (amount.minor <= 0)
		return bad_line(ctx, i, "amount", "AMOUNT", "must be greater than 0");
	draft->amounts[i] = amount.minor;
	draft->debits[i] = line->dc == SIDE_DEBIT;
	return ERR_OK;
}

/* Amounts, and whether debits equal credits exactly. */
static enum err
read_lines(struct ctx *ctx, struct draft *draft)
{
	int64_t debits = 0;
	int64_t credits = 0;

	for (size_t i = 0; i < draft->count; i++) {
		int64_t *side;

		TRY(read_line(ctx, draft, i));
		side = draft->debits[i] ? &debits : &credits;
		if (__builtin_add_overflow(*side, draft->amounts[i], side))
			return bad_line(ctx, i, "amount", "AMOUNT", "is too large");
	}
	if (debits != credits)
		return fault(&ctx->fault, ERR_UNBALANCED_ENTRY, NULL, NULL);
	draft->total = debits;
	return ERR_OK;
}

static bool
is_open(int64_t kind)
{
	for (size_t i = 0; i < COUNT(open_kinds); i++)
		if (open_kinds[i] == kind)
			return true;
	return kind >= MANUAL_KIND_MIN;
}

/* Add a line to the change of its account. */
static void
change_add(struct draft *draft, int64_t kind, const char *code, int64_t amount)
{
	struct change *change = draft->changes;

	while (change < draft->changes + draft->change_count && change->kind != kind)
		change++;
	if (change == draft->changes + draft->change_count) {
		*change = (struct change){kind, code, 0};
		draft->change_count++;
	}
	change->amount += amount; /* bounded by the totals of both sides */
}

/* The account of each line, and the total change of each account. */
static enum err
find_accounts(struct ctx *ctx, struct draft *draft)
{
	const char **codes = arena_array(ctx->arena, draft->count, sizeof(*codes));
	struct rows rows;

	for (size_t i = 0; i < draft->count; i++)
		codes[i] = draft->lines[i].account_code;
	TRY(db_run(ctx, SQL_chart_find, &rows, PARAMS(p_texts(codes, draft->count))));
	for (size_t i = 0; i < draft->count; i++) {
		int64_t kind = 0;

		for (size_t r = 0; r < rows.count; r++)
			if (strcmp(row_text(&rows, r, 1), codes[i]) == 0)
				kind = row_int(&rows, r, 0);
		if (kind == 0)
			return fault(&ctx->fault, ERR_ACCOUNT_NOT_FOUND, NULL,
				     "Account %.40s not found", codes[i]);
		if (!is_open(kind))
			return fault(&ctx->fault, ERR_CONTROL_ACCOUNT, NULL,
				     "Manual postings to account %.40s are not allowed", codes[i]);
		draft->kinds[i] = kind;
		change_add(draft, kind, codes[i],
			   draft->debits[i] ? -draft->amounts[i] : draft->amounts[i]);
	}
	return ERR_OK;
}

/*
 * Pair decreasing accounts with increasing ones until nothing is left: at most one posting less
 * than there are accounts, and never one from an account to itself.
 */
static void
make_postings(struct draft *draft, int64_t ledger_id)
{
	struct change *end = draft->changes + draft->change_count;
	struct change *loser = draft->changes;
	struct change *gainer = draft->changes;

	for (;;) {
		int64_t amount;

		while (loser < end && loser->amount >= 0)
			loser++;
		while (gainer < end && gainer->amount <= 0)
			gainer++;
		if (loser == end || gainer == end)
			return;
		amount = -loser->amount < gainer->amount ? -loser->amount : gainer->amount;
		draft->postings[draft->posting_count++] = (struct posting){
			ledger_system_account(ledger_id, (enum chart_kind)loser->kind,
					      draft->currency->code),
			ledger_system_account(ledger_id, (enum chart_kind)gainer->kind,
					      draft->currency->code),
			amount,
		};
		loser->amount += amount;
		gainer->amount -= amount;
	}
}

/* Accounts are created with their first entry in a currency. */
static enum err
open_accounts(struct ctx *ctx, const struct draft *draft, int64_t ledger_id)
{
	int64_t kinds[JOURNAL_LINES_MAX];

	for (size_t i = 0; i < draft->change_count; i++)
		kinds[i] = draft->changes[i].kind;
	return ledger_open_system_accounts(ctx, ledger_id, kinds, draft->change_count,
					   draft->currency);
}

static enum err
store_lines(struct ctx *ctx, const struct draft *draft, const struct journal_entry *in,
	    int64_t transaction_id)
{
	const char **memos = arena_array(ctx->arena, draft->count, sizeof(*memos));

	for (size_t i = 0; i < draft->count; i++)
		memos[i] = draft->lines[i].memo;
	TRY(db_run(ctx, SQL_journal_insert, NULL,
		   PARAMS(p_int(transaction_id), p_int(ctx->who.user_id), p_text(in->description),
			  p_text(draft->currency->code))));
	return db_run(ctx, SQL_journal_line_insert, NULL,
		      PARAMS(p_int(transaction_id), p_ints(draft->kinds, draft->count),
			     p_bools(draft->debits, draft->count),
			     p_ints(draft->amounts, draft->count), p_texts(memos, draft->count)));
}

/* The prefixes of the server's own references: an entry with one could collide. */
static const char *const own_forms[] = {"capture/",  "drop/",     "payment/",
					"purchase/", "reversal/", "voucher/"};

static enum err
check_reference(struct ctx *ctx, const char *reference)
{
	for (size_t i = 0; i < COUNT(own_forms); i++) {
		if (!text_starts_with(reference, own_forms[i]))
			continue;
		violation_add(ctx->arena, &ctx->fault, "reference", "RESERVED",
			      arena_printf(ctx->arena, "must not begin with %s", own_forms[i]));
		return ERR_VALIDATION;
	}
	return ERR_OK;
}

static enum err
check(struct ctx *ctx, const struct journal_entry *in, struct draft *draft)
{
	const char *code = in->currency != NULL ? in->currency : "ZAR";

	*draft = (struct draft){
		.currency = currency_find_any_case(code),
		.lines = in->lines.items,
		.count = in->lines.count,
		.kinds = arena_array(ctx->arena, in->lines.count, sizeof(int64_t)),
		.amounts = arena_array(ctx->arena, in->lines.count, sizeof(int64_t)),
		.debits = arena_array(ctx->arena, in->lines.count, sizeof(bool)),
	};
	TRY(check_reference(ctx, in->reference));
	TRY(read_lines(ctx, draft));
	return find_accounts(ctx, draft);
}

/* The posted entry. */
static void
show(struct ctx *ctx, const struct journal_entry *in, const struct draft *draft,
     const struct ledger_transaction *posted, struct journal_entry *out)
{
	struct journal_line *lines =
		arena_copy(ctx->arena, draft->lines, draft->count * sizeof(struct journal_line));

	for (size_t i = 0; i < draft->count; i++)
		lines[i].value = (struct money){draft->amounts[i], draft->currency};
	*out = *in;
	out->transaction_id = posted->transaction_id;
	out->public_id = posted->public_id;
	out->created_at = posted->created_at;
	out->currency = draft->currency->code;
	out->total = (struct money){draft->total, draft->currency};
	out->lines = (struct list){lines, draft->count};
}

enum err
journal_post(struct ctx *ctx, const struct journal_entry *in, struct journal_entry *out)
{
	struct draft *draft = arena_alloc(ctx->arena, sizeof(*draft));
	struct ledger_transaction *t = arena_alloc(ctx->arena, sizeof(*t));
	int64_t ledger_id;

	TRY(check(ctx, in, draft));
	TRY(ledger_of(ctx, 0, MODE_LIVE, &ledger_id));
	TRY(open_accounts(ctx, draft, ledger_id));
	make_postings(draft, ledger_id);
	if (draft->posting_count == 0)
		return fault(&ctx->fault, ERR_UNBALANCED_ENTRY, NULL,
			     "The entry changes no account");
	*t = (struct ledger_transaction){
		.ledger_id = ledger_id,
		.currency = draft->currency->code,
		.reference = in->reference,
		.type = TRANSACTION_JOURNAL_ENTRY,
		.metadata = "{}",
		.postings = draft->postings,
		.count = draft->posting_count,
		.results = arena_array(ctx->arena, draft->posting_count,
				       sizeof(struct posting_result)),
	};
	ledger_content(ctx, t);
	TRY(ledger_post(ctx, &t, 1));
	if (t->err != ERR_OK)
		return ledger_report(ctx, t);
	if (t->replayed)
		return fault(&ctx->fault, ERR_DUPLICATE_REFERENCE, NULL,
			     "The reference was already used");
	TRY(store_lines(ctx, draft, in, t->transaction_id));
	show(ctx, in, draft, t, out);
	return ERR_OK;
}

struct line_row {
	int64_t transaction_id;
	struct uuid public_id;
	const char *reference;
	const char *description;
	const char *currency;
	struct instant created_at;
	const char *code;
	const char *name;
	bool is_debit;
	int64_t amount;
	const char *memo;
};

static const struct column line_columns[] = {
	COLUMN(struct line_row, transaction_id), COLUMN(struct line_row, public_id),
	COLUMN(struct line_row, reference),      COLUMN(struct line_row, description),
	COLUMN(struct line_row, currency),       COLUMN(struct line_row, created_at),
	COLUMN(struct line_row, code),           COLUMN(struct line_row, name),
	COLUMN(struct line_row, is_debit),       COLUMN(struct line_row, amount),
	COLUMN(struct line_row, memo),
};

/* Add a row to the entries: its line, and with the first one the entry itself. */
static size_t
add_row(const struct line_row *row, struct journal_entry *entries, size_t count,
	struct journal_line *line)
{
	const struct currency *currency = currency_find(row->currency);
	struct journal_entry *entry;

	if (count == 0 || entries[count - 1].transaction_id != row->transaction_id)
		entries[count++] = (struct journal_entry){
			.transaction_id = row->transaction_id,
			.public_id = row->public_id,
			.reference = row->reference,
			.description = row->description,
			.currency = currency->code,
			.total = {0, currency},
			.created_at = row->created_at,
			.lines = {line, 0},
		};
	entry = &entries[count - 1];
	*line = (struct journal_line){
		.account_code = row->code,
		.account_name = row->name,
		.dc = row->is_debit ? SIDE_DEBIT : SIDE_CREDIT,
		.value = {row->amount, currency},
		.memo = row->memo,
	};
	entry->lines.count++;
	entry->total.minor += row->is_debit ? row->amount : 0;
	return count;
}

enum err
journal_list(struct ctx *ctx, const char *reference, int64_t before, int64_t most, struct list *out)
{
	struct journal_entry *entries;
	struct journal_line *lines;
	size_t count = 0;
	int64_t ledger_id;
	struct rows rows;

	TRY(ledger_of(ctx, 0, MODE_LIVE, &ledger_id));
	TRY(db_run(ctx, SQL_journal_list, &rows,
		   PARAMS(p_int(ledger_id), p_text(reference),
			  p_int(before > 0 ? before : INT64_MAX), p_int(most))));
	entries = arena_array(ctx->arena, rows.count, sizeof(*entries));
	lines = arena_array(ctx->arena, rows.count, sizeof(*lines));
	for (size_t i = 0; i < rows.count; i++) {
		struct line_row row = {0};

		rows_scan(&rows, i, line_columns, COLUMN_COUNT(line_columns), &row);
		count = add_row(&row, entries, count, &lines[i]);
	}
	*out = (struct list){entries, count};
	return ERR_OK;
}
