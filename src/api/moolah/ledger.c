/* The general ledger. */
#include "api/moolah/moolah.h"
#include "app/accounting/accounting.h"
#include "base/arena.h"
#include "ledger/balance.h"

static const char *const types[] = {"asset", "liability", "equity", "revenue", "expense", NULL};
static const char *const modes[] = {"live", "test", NULL};

enum { LIST_MOST = 50, LIST_LIMIT_MAX = 100 };

#define CODE_EXAMPLE "\"1000\""

static const struct field account_in_fields[] = {
	FIELD(struct chart_account, code, .name = "code", .required = true, .text = TEXT_CODE,
	      .min = 1, .max = 20, .doc = "Unique.", .example = CODE_EXAMPLE),
	FIELD(struct chart_account, name, .name = "name", .required = true, .text = TEXT_NAME,
	      .min = 1, .max = 120, .example = "\"Cash\""),
	FIELD(struct chart_account, type, .name = "type", .required = true, .choices = types,
	      .example = "\"asset\""),
	FIELD(struct chart_account, normal_side, .name = "normalSide", .required = true,
	      .choices = ledger_side_words, .example = "\"debit\""),
};

static const struct field account_fields[] = {
	FIELD(struct chart_account, kind, .name = "id", .required = true, .example = "1000"),
	FIELD(struct chart_account, code, .name = "code", .required = true,
	      .example = CODE_EXAMPLE),
	FIELD(struct chart_account, name, .name = "name", .required = true, .example = "\"Cash\""),
	FIELD(struct chart_account, type, .name = "type", .choices = types, .required = true,
	      .example = "\"asset\""),
	FIELD(struct chart_account, normal_side, .name = "normalSide", .choices = ledger_side_words,
	      .required = true, .example = "\"debit\""),
	FIELD(struct chart_account, is_system, .name = "isSystem", .required = true,
	      .doc = "Whether the server itself posts to the account.", .example = "false"),
	FIELD(struct chart_account, created_at, .name = "createdAt", .required = true),
};

static const struct schema account_in =
	SCHEMA(struct chart_account, "LedgerAccountRequest", account_in_fields);
static const struct schema account_out =
	SCHEMA(struct chart_account, "LedgerAccount", account_fields);

struct account_list {
	struct list accounts;
};

static const struct field account_list_fields[] = {
	FIELD(struct account_list, accounts, .name = "accounts", .required = true,
	      .sub = &account_out),
};

static const struct schema account_list_out =
	SCHEMA(struct account_list, "LedgerAccounts", account_list_fields);

static const struct field balance_fields[] = {
	FIELD(struct chart_balance, mode, .name = "mode", .choices = modes, .words = mode_words,
	      .required = true, .example = "\"live\""),
	FIELD(struct chart_balance, currency, .name = "currency", .required = true,
	      .example = "\"ZAR\""),
	FIELD(struct chart_balance, balance, .name = "balance", .required = true,
	      .doc = "On the normal side of the account."),
};

static const struct field entry_fields[] = {
	FIELD(struct chart_entry, transaction_id, .name = "id", .required = true),
	FIELD(struct chart_entry, reference, .name = "reference", .required = true,
	      .example = "\"TEST-001\""),
	FIELD(struct chart_entry, description, .name = "description", .required = true,
	      .example = "\"Sale for cash\""),
	FIELD(struct chart_entry, dc, .name = "dc", .choices = ledger_side_words, .required = true,
	      .example = "\"debit\""),
	FIELD(struct chart_entry, amount, .name = "amount", .required = true),
	FIELD(struct chart_entry, currency, .name = "currency", .required = true,
	      .example = "\"ZAR\""),
	FIELD(struct chart_entry, mode, .name = "mode", .choices = modes, .words = mode_words,
	      .required = true, .example = "\"live\""),
	FIELD(struct chart_entry, created_at, .name = "createdAt", .required = true),
};

static const struct schema balance_out =
	SCHEMA(struct chart_balance, "LedgerAccountBalance", balance_fields);
static const struct schema entry_out =
	SCHEMA(struct chart_entry, "LedgerAccountEntry", entry_fields);

static const struct field detail_fields[] = {
	FIELD(struct chart_detail, account, .name = "account", .required = true,
	      .sub = &account_out),
	FIELD(struct chart_detail, balances, .name = "balances", .required = true,
	      .sub = &balance_out),
	FIELD(struct chart_detail, entries, .name = "entries", .required = true, .sub = &entry_out,
	      .doc = "Newest first; wallets have statements instead."),
};

static const struct schema detail_out =
	SCHEMA(struct chart_detail, "LedgerAccountDetail", detail_fields);

static const struct field line_in_fields[] = {
	FIELD(struct journal_line, account_code, .name = "accountCode", .required = true,
	      .text = TEXT_CODE, .min = 1, .max = 20, .example = CODE_EXAMPLE),
	FIELD(struct journal_line, dc, .name = "dc", .required = true, .choices = ledger_side_words,
	      .example = "\"debit\""),
	FIELD(struct journal_line, amount, .name = "amount", .required = true, .example = "100"),
	FIELD(struct journal_line, memo, .name = "memo", .max = 200, .example = "\"till 2\""),
	FIELD(struct journal_line, currency, .name = "currency", .format = "currency",
	      .doc = "Must be the currency of the entry, if given.", .example = "\"ZAR\""),
};

static const struct schema line_in =
	SCHEMA(struct journal_line, "JournalLineRequest", line_in_fields);

static const struct field entry_in_fields[] = {
	FIELD(struct journal_entry, reference, .name = "reference", .required = true,
	      .text = TEXT_CODE, .min = 1, .max = 120, .doc = "Unique in the general ledger.",
	      .example = "\"TEST-001\""),
	FIELD(struct journal_entry, description, .name = "description", .required = true, .min = 1,
	      .max = 500, .example = "\"Sale for cash\""),
	FIELD(struct journal_entry, currency, .name = "currency", .format = "currency",
	      .doc = "Default: ZAR.", .example = "\"ZAR\""),
	FIELD(struct journal_entry, lines, .name = "lines", .required = true, .min = 2,
	      .max = JOURNAL_LINES_MAX, .sub = &line_in,
	      .doc = "Total debits must equal total credits exactly.",
	      .example =
		      "[{\"accountCode\":\"1000\",\"dc\":\"debit\",\"amount\":100},{\"accountCode\":\"4000\",\"dc\":\"credit\",\"amount\":100}]"),
};

static const struct field line_fields[] = {
	FIELD(struct journal_line, account_code, .name = "accountCode", .required = true,
	      .example = CODE_EXAMPLE),
	FIELD(struct journal_line, account_name, .name = "accountName", .example = "\"Cash\""),
	FIELD(struct journal_line, dc, .name = "dc", .choices = ledger_side_words, .required = true,
	      .example = "\"debit\""),
	FIELD(struct journal_line, value, .name = "amount", .required = true),
	FIELD(struct journal_line, memo, .name = "memo", .keep_null = true,
	      .example = "\"till 2\""),
};

static const struct schema line_out = SCHEMA(struct journal_line, "JournalLine", line_fields);

static const struct field journal_fields[] = {
	FIELD(struct journal_entry, transaction_id, .name = "id", .required = true),
	FIELD(struct journal_entry, reference, .name = "reference", .required = true,
	      .example = "\"TEST-001\""),
	FIELD(struct journal_entry, description, .name = "description", .required = true,
	      .example = "\"Sale for cash\""),
	FIELD(struct journal_entry, currency, .name = "currency", .required = true,
	      .example = "\"ZAR\""),
	FIELD(struct journal_entry, total, .name = "total", .required = true,
	      .doc = "Total of the debits, and of the credits."),
	FIELD(struct journal_entry, lines, .name = "lines", .required = true, .sub = &line_out),
	FIELD(struct journal_entry, created_at, .name = "createdAt", .required = true),
};

static const struct schema entry_in =
	SCHEMA(struct journal_entry, "JournalEntryRequest", entry_in_fields);
static const struct schema journal_out =
	SCHEMA(struct journal_entry, "JournalEntry", journal_fields);

struct journal_page {
	struct list entries;
};

static const struct field journal_page_fields[] = {
	FIELD(struct journal_page, entries, .name = "entries", .required = true,
	      .sub = &journal_out),
};

static const struct schema journal_page_out =
	SCHEMA(struct journal_page, "JournalEntries", journal_page_fields);

struct list_query {
	int64_t before;
	int64_t limit;
	const char *reference;
	enum mode mode;
};

#define MODE_FIELD(struct_type)                                                          \
	FIELD(struct_type, mode, .name = "mode", .choices = modes, .words = mode_words,  \
	      .fallback = "live", .doc = "test or live; test money has separate books.", \
	      .example = "\"live\"")

#define LIST_FIELDS                                                                             \
	FIELD(struct list_query, before, .name = "before", .lower_bound = true, .min = 1,       \
	      .doc = "Only entries with a lower id."),                                          \
		FIELD(struct list_query, limit, .name = "limit", .lower_bound = true, .min = 1, \
		      .max = LIST_LIMIT_MAX, .doc = "Default: 50.")

static const struct field account_query_fields[] = {LIST_FIELDS, MODE_FIELD(struct list_query)};
static const struct field journal_query_fields[] = {
	LIST_FIELDS,
	FIELD(struct list_query, reference, .name = "reference", .text = TEXT_CODE, .max = 120),
};

static const struct schema account_query =
	SCHEMA(struct list_query, "LedgerAccountQuery", account_query_fields);
static const struct schema journal_query =
	SCHEMA(struct list_query, "JournalQuery", journal_query_fields);

static int64_t
most(const struct list_query *query)
{
	return query->limit > 0 ? query->limit : LIST_MOST;
}

static enum err
add_account(struct call *call, const void *in, void *out)
{
	return chart_add(&call->ctx, in, out);
}

static enum err
list_accounts(struct call *call, const void *in, void *out)
{
	(void)in;
	return chart_list(&call->ctx, &((struct account_list *)out)->accounts);
}

static enum err
get_account(struct call *call, const void *in, void *out)
{
	const struct list_query *query = call->query;

	(void)in;
	return chart_get(&call->ctx, call->params[0].text, query->mode, query->before, most(query),
			 out);
}

static enum err
post_entry(struct call *call, const void *in, void *out)
{
	return journal_post(&call->ctx, in, out);
}

static enum err
list_entries(struct call *call, const void *in, void *out)
{
	const struct list_query *query = call->query;

	(void)in;
	return journal_list(&call->ctx, query->reference, query->before, most(query),
			    &((struct journal_page *)out)->entries);
}

static enum err
get_entry(struct call *call, const void *in, void *out)
{
	struct list entries;

	(void)in;
	TRY(journal_list(&call->ctx, call->params[0].text, 0, 1, &entries));
	if (entries.count == 0)
		return fault(&call->ctx.fault, ERR_NOT_FOUND, NULL, "Journal entry not found");
	*(struct journal_entry *)out = *(struct journal_entry *)entries.items;
	return ERR_OK;
}

/* A line of the trial balance, and the sums of a currency. */
struct trial_row {
	const char *code;
	const char *name;
	const char *type;
	enum mode mode;
	const char *currency;
	struct total debit;
	struct total credit;
};

struct trial_total {
	enum mode mode;
	const char *currency;
	struct total debits;
	struct total credits;
};

struct trial_balance {
	enum mode mode;
	struct list balances;   /* of struct trial_row */
	struct list totals;     /* of struct trial_total */
	struct list currencies; /* the same */
};

static const struct field trial_row_fields[] = {
	FIELD(struct trial_row, code, .name = "code", .required = true, .example = CODE_EXAMPLE),
	FIELD(struct trial_row, name, .name = "name", .required = true, .example = "\"Cash\""),
	FIELD(struct trial_row, type, .name = "type", .choices = types, .required = true,
	      .example = "\"asset\""),
	FIELD(struct trial_row, mode, .name = "mode", .choices = modes, .words = mode_words,
	      .required = true, .example = "\"live\""),
	FIELD(struct trial_row, currency, .name = "currency", .required = true,
	      .example = "\"ZAR\""),
	FIELD(struct trial_row, debit, .name = "debit", .required = true),
	FIELD(struct trial_row, credit, .name = "credit", .required = true),
};

static const struct field trial_total_fields[] = {
	FIELD(struct trial_total, mode, .name = "mode", .choices = modes, .words = mode_words,
	      .required = true, .example = "\"live\""),
	FIELD(struct trial_total, currency, .name = "currency", .required = true,
	      .example = "\"ZAR\""),
	FIELD(struct trial_total, debits, .name = "debits", .required = true),
	FIELD(struct trial_total, credits, .name = "credits", .required = true),
};

static const struct schema trial_row_out =
	SCHEMA(struct trial_row, "TrialBalanceLine", trial_row_fields);
static const struct schema trial_total_out =
	SCHEMA(struct trial_total, "TrialBalanceCurrency", trial_total_fields);

static const struct field trial_fields[] = {
	FIELD(struct trial_balance, mode, .name = "mode", .choices = modes, .words = mode_words,
	      .required = true, .example = "\"live\""),
	FIELD(struct trial_balance, balances, .name = "balances", .required = true,
	      .sub = &trial_row_out),
	FIELD(struct trial_balance, totals, .name = "totals", .required = true,
	      .sub = &trial_total_out, .doc = "Totals per currency; debits equal credits."),
	FIELD(struct trial_balance, currencies, .name = "currencies", .required = true,
	      .sub = &trial_total_out, .doc = "The same as totals."),
};

static const struct schema trial_out = SCHEMA(struct trial_balance, "TrialBalance", trial_fields);

struct trial_query {
	enum mode mode;
};

static const struct field trial_query_fields[] = {MODE_FIELD(struct trial_query)};
static const struct schema trial_query =
	SCHEMA(struct trial_query, "TrialBalanceQuery", trial_query_fields);

/* The totals that a row belongs to: rows of one currency are consecutive. */
static struct trial_total *
total_of(struct list *totals, const struct trial_row *row)
{
	struct trial_total *total = (struct trial_total *)totals->items + totals->count;

	if (totals->count > 0 && total[-1].debits.currency == row->debit.currency)
		return total - 1;
	*total = (struct trial_total){
		row->mode,
		row->currency,
		{0, row->debit.currency},
		{0, row->debit.currency},
	};
	totals->count++;
	return total;
}

static enum err
get_trial_balance(struct call *call, const void *in, void *out)
{
	struct trial_balance *trial = out;
	struct trial_line *lines;
	struct trial_row *rows;
	size_t n;

	(void)in;
	trial->mode = ((const struct trial_query *)call->query)->mode;
	TRY(ledger_trial_balance(&call->ctx, trial->mode, &lines, &n));
	rows = arena_array(call->ctx.arena, n, sizeof(*rows));
	trial->balances = (struct list){rows, n};
	trial->totals.items = arena_array(call->ctx.arena, n, sizeof(struct trial_total));
	for (size_t i = 0; i < n; i++) {
		const struct currency *currency = currency_find(lines[i].currency);
		struct trial_total *total;

		rows[i] = (struct trial_row){
			lines[i].code,
			lines[i].name,
			lines[i].class,
			lines[i].mode,
			currency->code,
			{lines[i].debit, currency},
			{lines[i].credit, currency},
		};
		total = total_of(&trial->totals, &rows[i]);
		total->debits.minor += lines[i].debit;
		total->credits.minor += lines[i].credit;
	}
	trial->currencies = trial->totals;
	return ERR_OK;
}

const struct route moolah_ledger[] = {
	{POST, "/api/v1/ledger/accounts", "Create an account", NULL, add_account, .in = &account_in,
	 .out = &account_out, .access = ACCESS_ADMIN, .effect = EFFECT_WRITE,
	 .reply.message = "Account created successfully", .status = 201, .docs.tag = "Ledger"},
	{GET, "/api/v1/ledger/accounts", "List all accounts, by code", NULL, list_accounts,
	 .out = &account_list_out, .access = ACCESS_ADMIN,
	 .reply.message = "Accounts retrieved successfully", .stale = true, .status = 200,
	 .docs.tag = "Ledger"},
	{GET, "/api/v1/ledger/accounts/{code:word}",
	 "Retrieve an account with balances and entries", NULL, get_account,
	 .query = &account_query, .out = &detail_out, .access = ACCESS_ADMIN,
	 .reply.message = "Account retrieved successfully", .status = 200, .docs.tag = "Ledger"},
	{POST, "/api/v1/ledger/journal-entries", "Post a journal entry",
	 "Atomic: debits equal credits, all accounts exist, all amounts are greater than 0, there "
	 "is one currency, and the reference is new. Control accounts of wallets, vouchers and "
	 "payments can't be posted to by hand.",
	 post_entry, .in = &entry_in, .out = &journal_out, .access = ACCESS_ADMIN,
	 .effect = EFFECT_WRITE, .reply.message = "Journal entry posted successfully",
	 .docs.errors = {404}, .status = 201, .docs.tag = "Ledger"},
	{GET, "/api/v1/ledger/journal-entries", "List journal entries, newest first", NULL,
	 list_entries, .query = &journal_query, .out = &journal_page_out, .access = ACCESS_ADMIN,
	 .reply.message = "Journal entries retrieved successfully", .stale = true, .status = 200,
	 .docs.tag = "Ledger"},
	{GET, "/api/v1/ledger/journal-entries/{reference:word}",
	 "Retrieve a journal entry by reference", NULL, get_entry, .out = &journal_out,
	 .access = ACCESS_ADMIN, .reply.message = "Journal entry retrieved successfully",
	 .status = 200, .docs.tag = "Ledger"},
	{GET, "/api/v1/ledger/trial-balance", "Retrieve the trial balance over all books of a mode",
	 "Wallets, vouchers and other subsidiary accounts roll up into their control accounts. "
	 "Different currencies are never added up. Totals may be larger than any single account "
	 "balance.",
	 get_trial_balance, .query = &trial_query, .out = &trial_out, .access = ACCESS_ADMIN,
	 .reply.message = "Trial balance retrieved successfully", .stale = true, .status = 200,
	 .docs.tag = "Ledger"},
	{0},
};
