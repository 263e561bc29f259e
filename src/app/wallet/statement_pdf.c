#include <hpdf.h>
#include <string.h>

#include "app/wallet/statement.h"
#include "base/arena.h"
#include "base/text.h"
#include "base/word.h"

/* Measures in points, from the lower left corner of an A4 page. */
enum {
	LEFT = 40,
	RIGHT = 555,
	TOP = 800,
	BOTTOM = 50,
	LINE_HEIGHT = 14,
	SIZE = 9,
	TITLE_SIZE = 16,
};

/* Columns: where each begins or, for numbers, ends. */
enum { AT_TIME = LEFT, AT_TYPE = 145, AT_REFERENCE = 230, AT_AMOUNT = 465, AT_BALANCE = RIGHT };

struct paper {
	HPDF_Doc doc;
	HPDF_Page page;
	HPDF_Font plain;
	HPDF_Font bold;
	int y;
	int pages;
	const struct account_statement *statement;
};

/* libharu keeps its own error; it is asked for at the end. */
static void
note_error(HPDF_STATUS error, HPDF_STATUS detail, void *user)
{
	(void)error;
	(void)detail;
	(void)user;
}

/* The built-in fonts know Latin letters only: others become a question mark. */
static void
put(struct paper *paper, HPDF_Font font, int size, int x, bool right, const char *text)
{
	char plain[96];
	size_t n = 0;

	for (const char *p = text; *p != '\0' && n < sizeof(plain) - 1; p++)
		if (((unsigned char)*p & 0xC0) != 0x80)
			plain[n++] = *p >= ' ' && *p <= '~' ? *p : '?';
	plain[n] = '\0';
	(void)HPDF_Page_BeginText(paper->page);
	(void)HPDF_Page_SetFontAndSize(paper->page, font, (HPDF_REAL)size);
	(void)HPDF_Page_TextOut(
		paper->page, (HPDF_REAL)x - (right ? HPDF_Page_TextWidth(paper->page, plain) : 0),
		(HPDF_REAL)paper->y, plain);
	(void)HPDF_Page_EndText(paper->page);
}

static void
rule(struct paper *paper)
{
	(void)HPDF_Page_SetLineWidth(paper->page, 1);
	(void)HPDF_Page_MoveTo(paper->page, LEFT, (HPDF_REAL)(paper->y - 4));
	(void)HPDF_Page_LineTo(paper->page, RIGHT, (HPDF_REAL)(paper->y - 4));
	(void)HPDF_Page_Stroke(paper->page);
}

static void
put_head(struct paper *paper)
{
	put(paper, paper->bold, SIZE, AT_TIME, false, "Time (UTC)");
	put(paper, paper->bold, SIZE, AT_TYPE, false, "Type");
	put(paper, paper->bold, SIZE, AT_REFERENCE, false, "Reference");
	put(paper, paper->bold, SIZE, AT_AMOUNT, true, "Amount");
	put(paper, paper->bold, SIZE, AT_BALANCE, true, "Balance");
	rule(paper);
	paper->y -= LINE_HEIGHT + 4;
}

static void
begin_page(struct paper *paper, struct arena *arena)
{
	int body = TOP;

	paper->page = HPDF_AddPage(paper->doc);
	(void)HPDF_Page_SetSize(paper->page, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT);
	paper->y = BOTTOM - 2 * LINE_HEIGHT;
	put(paper, paper->plain, SIZE, RIGHT, true, arena_printf(arena, "Page %d", ++paper->pages));
	paper->y = body;
}

static void
next_line(struct paper *paper, struct arena *arena)
{
	paper->y -= LINE_HEIGHT;
	if (paper->y >= BOTTOM)
		return;
	begin_page(paper, arena);
	put_head(paper);
}

/* "2026-01-31 09:30:00" */
static const char *
short_time(struct arena *arena, struct instant at)
{
	char text[INSTANT_TEXT_MAX];

	(void)instant_text(text, at);
	return arena_printf(arena, "%.10s %.8s", text, text + 11);
}

static const char *
amount_text(struct arena *arena, struct money amount)
{
	char text[MONEY_TEXT_MAX];

	return arena_strdup(arena, money_text(text, amount));
}

/* Texts longer than their column are truncated, with an ellipsis. */
static const char *
fitting(struct arena *arena, const char *text, size_t most)
{
	return strlen(text) <= most ? text : arena_printf(arena, "%.*s..", (int)most - 2, text);
}

static void
put_balance(struct paper *paper, struct arena *arena, struct instant at, const char *what,
	    struct money balance)
{
	put(paper, paper->plain, SIZE, AT_TIME, false, short_time(arena, at));
	put(paper, paper->bold, SIZE, AT_TYPE, false, what);
	put(paper, paper->bold, SIZE, AT_BALANCE, true, amount_text(arena, balance));
	next_line(paper, arena);
}

static void
put_line(struct paper *paper, struct arena *arena, const struct wallet_line *line)
{
	struct money amount = line->amount;

	if (line->direction == DIRECTION_OUT)
		amount.minor = -amount.minor;
	put(paper, paper->plain, SIZE, AT_TIME, false, short_time(arena, line->created_at));
	put(paper, paper->plain, SIZE, AT_TYPE, false,
	    fitting(arena, word_text(transaction_type_words, line->type), 16));
	put(paper, paper->plain, SIZE, AT_REFERENCE, false, fitting(arena, line->reference, 34));
	put(paper, paper->plain, SIZE, AT_AMOUNT, true, amount_text(arena, amount));
	put(paper, paper->plain, SIZE, AT_BALANCE, true, amount_text(arena, line->balance));
	next_line(paper, arena);
}

static void
put_title(struct paper *paper, struct arena *arena)
{
	const struct account_statement *s = paper->statement;
	char id[UUID_TEXT_MAX];
	char in[MONEY_TEXT_MAX];
	char out[MONEY_TEXT_MAX];

	put(paper, paper->bold, TITLE_SIZE, LEFT, false, "Statement of account");
	paper->y -= 2 * LINE_HEIGHT;
	put(paper, paper->plain, SIZE, LEFT, false,
	    arena_printf(arena, "Wallet %s%s%s, %s", uuid_text(id, s->wallet),
			 s->number != NULL ? ", number " : "", s->number != NULL ? s->number : "",
			 s->currency));
	paper->y -= LINE_HEIGHT;
	put(paper, paper->plain, SIZE, LEFT, false,
	    arena_printf(arena, "From %s to %s (UTC), created %s", short_time(arena, s->from.first),
			 short_time(arena, s->to.first), short_time(arena, s->made_at)));
	paper->y -= LINE_HEIGHT;
	put(paper, paper->plain, SIZE, LEFT, false,
	    arena_printf(arena, "In %s, out %s %s", total_text(in, s->total_in),
			 total_text(out, s->total_out), s->currency));
	paper->y -= 2 * LINE_HEIGHT;
	put_head(paper);
}

static void
write_pages(struct paper *paper, struct arena *arena)
{
	const struct account_statement *s = paper->statement;
	const struct wallet_line *lines = s->lines.items;

	begin_page(paper, arena);
	put_title(paper, arena);
	put_balance(paper, arena, s->from.first, "Opening balance", s->opening);
	for (size_t i = 0; i < s->lines.count; i++)
		put_line(paper, arena, &lines[i]);
	put_balance(paper, arena, s->to.first, "Closing balance", s->closing);
}

enum err
statement_pdf(struct ctx *ctx, const struct account_statement *statement, struct bytes *out)
{
	struct paper paper = {.doc = HPDF_New(note_error, NULL), .statement = statement};
	HPDF_STATUS status;
	HPDF_UINT32 size;
	void *bytes;

	if (paper.doc == NULL)
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	paper.plain = HPDF_GetFont(paper.doc, "Helvetica", NULL);
	paper.bold = HPDF_GetFont(paper.doc, "Helvetica-Bold", NULL);
	(void)HPDF_SetCompressionMode(paper.doc, HPDF_COMP_ALL);
	(void)HPDF_SetInfoAttr(paper.doc, HPDF_INFO_TITLE, "Statement of account");
	write_pages(&paper, ctx->arena);
	(void)HPDF_SaveToStream(paper.doc);
	size = HPDF_GetStreamSize(paper.doc);
	bytes = arena_alloc(ctx->arena, size + 1);
	(void)HPDF_ReadFromStream(paper.doc, bytes, &size);
	status = HPDF_GetError(paper.doc);
	HPDF_Free(paper.doc);
	if (status != HPDF_OK && status != HPDF_STREAM_EOF)
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	*out = (struct bytes){bytes, size};
	return ERR_OK;
}
