#include <string.h>

#include "app/wallet/statement.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/text.h"

/* Text that grows in the arena. */
struct csv {
	struct arena *arena;
	char *text;
	size_t length;
	size_t room;
	bool filled; /* the line already has a cell */
};

static void
put(struct csv *csv, const char *bytes, size_t length)
{
	if (csv->length + length > csv->room) {
		size_t room = (csv->length + length) * 2;
		char *text = arena_alloc(csv->arena, room);

		memcpy(text, csv->text, csv->length);
		csv->text = text;
		csv->room = room;
	}
	memcpy(csv->text + csv->length, bytes, length);
	csv->length += length;
}

static void
put_separator(struct csv *csv)
{
	if (csv->filled)
		put(csv, ",", 1);
	csv->filled = true;
}

/*
 * A cell of text. Spreadsheets interpret one that begins with = + - @, a tab or a carriage return
 * as a formula; a leading apostrophe prevents it.
 */
static void
put_text(struct csv *csv, const char *text)
{
	put_separator(csv);
	put(csv, "\"", 1);
	if (text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL)
		put(csv, "'", 1);
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"')
			put(csv, "\"", 1);
		put(csv, p, 1);
	}
	put(csv, "\"", 1);
}

/* A cell of ours that is always a number or a time. */
static void
put_plain(struct csv *csv, const char *text)
{
	put_separator(csv);
	put(csv, text, strlen(text));
}

static void
end_line(struct csv *csv)
{
	put(csv, "\r\n", 2);
	csv->filled = false;
}

static void
put_money(struct csv *csv, struct money amount)
{
	char text[MONEY_TEXT_MAX];

	put_plain(csv, money_text(text, amount));
}

static void
put_balance(struct csv *csv, struct instant at, const char *what, struct money balance)
{
	char time[INSTANT_TEXT_MAX];

	put_plain(csv, instant_text(time, at));
	put_text(csv, what);
	put_text(csv, "");
	put_plain(csv, "");
	put_money(csv, balance);
	put_text(csv, balance.currency->code);
	put_plain(csv, "");
	end_line(csv);
}

static void
put_line(struct csv *csv, const struct wallet_line *line)
{
	char time[INSTANT_TEXT_MAX];
	char id[UUID_TEXT_MAX];
	struct money amount = line->amount;

	if (line->direction == DIRECTION_OUT)
		amount.minor = -amount.minor;
	put_plain(csv, instant_text(time, line->created_at));
	put_text(csv, wallet_line_type(line));
	put_text(csv, line->reference);
	put_money(csv, amount);
	put_money(csv, line->balance);
	put_text(csv, line->currency);
	put_plain(csv, uuid_text(id, line->id));
	end_line(csv);
}

static void
put_columns(struct csv *csv)
{
	static const char *const columns[] = {"time",    "type",     "reference",  "amount",
					      "balance", "currency", "transaction"};

	for (size_t i = 0; i < COUNT(columns); i++)
		put_plain(csv, columns[i]);
	end_line(csv);
}

struct bytes
statement_csv(struct arena *arena, const struct account_statement *statement)
{
	const struct wallet_line *lines = statement->lines.items;
	struct csv csv = {.arena = arena, .text = arena_alloc(arena, 4096), .room = 4096};

	if (statement->lines_before == 0) {
		put_columns(&csv);
		put_balance(&csv, statement->from.first, "opening balance", statement->opening);
	}
	for (size_t i = 0; i < statement->lines.count; i++)
		put_line(&csv, &lines[i]);
	if (statement_complete(statement))
		put_balance(&csv, statement->to.first, "closing balance", statement->closing);
	return (struct bytes){csv.text, csv.length};
}
