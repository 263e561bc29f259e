#include "ledger/exported.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/money.h"
#include "base/text.h"
#include "ledger/chain.h"

enum { LINE_MAX_SIZE = 256, CURRENCY_SIZE = 8, PROBLEMS_MAX = 100, ACCOUNTS_MOST = 2000000 };

/* The fields of a line, without the currency, which is the fourth. */
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
	NUMBERS
};
enum { CURRENCY_AFTER = LEDGER };

struct line {
	int64_t numbers[NUMBERS];
	char currency[CURRENCY_SIZE];
};

struct problem {
	size_t file;
	int64_t line;
	size_t order;
	const char *text;
};

struct reading {
	struct arena *arena;
	const struct exported_file *files;
	size_t file; /* the one that is read, and the line in it */
	int64_t number;
	bool first; /* of several readings */
	struct line before;
	int64_t last_account;
	struct chain *chain;
	struct exported_result *result;
	struct problem *problems;
	size_t count;
};

static void PRINTF_LIKE(2, 3) complain(struct reading *r, const char *fmt, ...)
{
	char text[LINE_MAX_SIZE];
	va_list args;

	if (r->count == PROBLEMS_MAX)
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	r->problems[r->count] =
		(struct problem){r->file, r->number, r->count,
				 arena_printf(r->arena, "%s:%" PRId64 ": %s",
					      r->files[r->file].name, r->number, text)};
	r->count++;
}

/* The text up to the next tab, which becomes its end; NULL past the last one. */
static char *
next_field(char **rest)
{
	char *field = *rest;
	char *tab;

	if (field == NULL)
		return NULL;
	tab = strchr(field, '\t');
	*rest = tab != NULL ? tab + 1 : NULL;
	if (tab != NULL)
		*tab = '\0';
	return field;
}

static bool
parse(char *text, struct line *out)
{
	const char *field;

	for (int i = 0; i < NUMBERS; i++) {
		field = next_field(&text);
		if (field == NULL || !integer_parse(&out->numbers[i], field))
			return false;
		if (i != CURRENCY_AFTER)
			continue;
		field = next_field(&text);
		if (field == NULL || strlen(field) >= CURRENCY_SIZE)
			return false;
		(void)snprintf(out->currency, sizeof(out->currency), "%s", field);
	}
	return text == NULL;
}

/* What a line says by itself, and beside the one before it. */
static void
check_line(struct reading *r, const struct line *line)
{
	const int64_t *n = line->numbers;
	const int64_t *b = r->before.numbers;
	bool same = n[TRANSACTION] == b[TRANSACTION];

	r->result->postings++;
	r->result->transactions += same ? 0 : 1;
	if (n[TRANSACTION] < b[TRANSACTION])
		complain(r, "transaction %" PRId64 " is after %" PRId64, n[TRANSACTION],
			 b[TRANSACTION]);
	else if (n[LINE] != (same ? b[LINE] + 1 : 0))
		complain(r, "transaction %" PRId64 ": line %" PRId64 " instead of %" PRId64,
			 n[TRANSACTION], n[LINE], same ? b[LINE] + 1 : 0);
	if (same && (n[LEDGER] != b[LEDGER] || !text_equal(line->currency, r->before.currency)))
		complain(r, "transaction %" PRId64 ": several ledgers or currencies",
			 n[TRANSACTION]);
	if (n[AMOUNT] <= 0 || n[FROM] == n[TO])
		complain(r, "transaction %" PRId64 ": nothing is moved", n[TRANSACTION]);
	for (int side = FROM; side <= TO; side++)
		if (n[side] > r->last_account)
			r->last_account = n[side];
}

/* An account may begin with any posting: what was before is in no file. */
static void
follow(struct reading *r, const struct line *line, const struct chain_link *link)
{
	int64_t sequence;
	int64_t balance;

	if (!chain_end(r->chain, link->account_id, &sequence, &balance) ||
	    chain_follow(r->chain, link) || (sequence == 0 && link->sequence > 1))
		return;
	if (link->sequence != sequence + 1)
		complain(r,
			 "transaction %" PRId64 ", account %" PRId64 ": posting %" PRId64
			 " instead of %" PRId64,
			 line->numbers[TRANSACTION], link->account_id, link->sequence,
			 sequence + 1);
	else
		complain(r,
			 "transaction %" PRId64 ", posting %" PRId64 " of account %" PRId64
			 ": balance %" PRId64 " instead of %" PRId64,
			 line->numbers[TRANSACTION], link->sequence, link->account_id,
			 link->balance, (int64_t)((uint64_t)balance + (uint64_t)link->amount));
}

static void
read_line(struct reading *r, char *text)
{
	struct line line;

	if (!parse(text, &line)) {
		if (r->first)
			complain(r, "not a posting");
		return;
	}
	if (r->first)
		check_line(r, &line);
	r->before = line;
	follow(r, &line,
	       &(struct chain_link){line.numbers[FROM], line.numbers[FROM_SEQUENCE],
				    -line.numbers[AMOUNT], line.numbers[FROM_BALANCE], 0});
	follow(r, &line,
	       &(struct chain_link){line.numbers[TO], line.numbers[TO_SEQUENCE],
				    line.numbers[AMOUNT], line.numbers[TO_BALANCE], 0});
}

static void
read_files(struct reading *r, size_t n)
{
	char text[LINE_MAX_SIZE];

	r->before = (struct line){.numbers = {0}};
	for (r->file = 0; r->file < n; r->file++) {
		rewind(r->files[r->file].file);
		for (r->number = 1; fgets(text, sizeof(text), r->files[r->file].file) != NULL;
		     r->number++) {
			text[strcspn(text, "\n")] = '\0';
			read_line(r, text);
		}
	}
}

static int
by_place(const void *a, const void *b)
{
	const struct problem *x = a;
	const struct problem *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

enum err
exported_check(struct arena *arena, const struct exported_file *files, size_t n,
	       int64_t accounts_most, struct exported_result *out)
{
	int64_t most = accounts_most > 0 ? accounts_most : ACCOUNTS_MOST;
	struct reading r = {.arena = arena, .files = files, .first = true, .result = out};
	int64_t after = 0;

	*out = (struct exported_result){0};
	r.problems = arena_array(arena, PROBLEMS_MAX, sizeof(*r.problems));
	do {
		r.chain = chain_new(after, (size_t)most);
		if (r.chain == NULL)
			return ERR_UNAVAILABLE;
		read_files(&r, n);
		chain_free(r.chain);
		r.first = false;
		after += most;
	} while (after < r.last_account && r.count < PROBLEMS_MAX);
	qsort(r.problems, r.count, sizeof(*r.problems), by_place);
	out->problems = arena_array(arena, r.count, sizeof(*out->problems));
	for (size_t i = 0; i < r.count; i++)
		out->problems[out->count++] = r.problems[i].text;
	return ERR_OK;
}
