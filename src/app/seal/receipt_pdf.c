#include <inttypes.h>
#include <string.h>

#include "app/paper/paper.h"
#include "app/seal/receipt_text.h"
#include "base/arena.h"

/* Where values begin, how many characters fit in a line from there, and how many lines one may take. */
enum { AT_VALUE = 150, VALUE_WIDTH = 74, VALUE_LINES = 12 };

/* Points: up to 177 modules and the quiet zone. */
enum { CODE_SIDE = 320 };

/* Where a line of at most so many characters ends. */
static size_t
line_length(const char *text, size_t most)
{
	size_t bytes = 0;

	for (size_t n = 0; text[bytes] != '\0' && n < most; n++)
		do
			bytes++;
		while (((unsigned char)text[bytes] & 0xC0) == 0x80);
	return bytes;
}

/* A name, and a value of as many lines as it needs. */
static void
put(struct paper *paper, const char *name, const char *value)
{
	paper_put(paper, PAPER_BOLD, PAPER_SIZE, PAPER_LEFT, name);
	for (size_t n = 1;; n++) {
		size_t length = line_length(value, VALUE_WIDTH);
		bool more = value[length] != '\0';

		paper_put(paper, PAPER_FIXED, PAPER_SIZE, AT_VALUE,
			  more && n == VALUE_LINES ? "(shortened)"
						   : arena_strndup(paper->arena, value, length));
		(void)paper_next(paper);
		if (!more || n == VALUE_LINES)
			return;
		value += length;
	}
}

static void
put_id(struct paper *paper, const char *name, struct uuid id)
{
	char text[UUID_TEXT_MAX];

	put(paper, name, uuid_text(text, id));
}

static void
put_head(struct paper *paper, const struct receipt_content *t)
{
	paper_put(paper, PAPER_BOLD, PAPER_TITLE_SIZE, PAPER_LEFT, "Receipt");
	paper->y -= 2 * PAPER_LINE_HEIGHT;
	put_id(paper, "Transaction", t->id);
	put(paper, "Money", t->mode);
	put(paper, "Type", t->type);
	put(paper, "Posted (UTC)", t->time);
	if (!uuid_is_nil(t->project))
		put_id(paper, "Project", t->project);
	if (!uuid_is_nil(t->reverses))
		put_id(paper, "Takes back", t->reverses);
}

static void
put_postings(struct paper *paper, const struct list *postings)
{
	const struct receipt_posting *p = postings->items;

	for (size_t i = 0; i < postings->count; i++) {
		put(paper, "Amount", receipt_amount(paper->arena, p[i].amount, p[i].currency));
		put_id(paper, "From", p[i].from);
		put_id(paper, "To", p[i].to);
	}
}

static void
put_openings(struct paper *paper, const struct receipt *receipt)
{
	const struct receipt_opening *openings = receipt->openings.items;

	for (size_t i = 0; i < receipt->openings.count; i++) {
		struct uuid account;
		const char *balance;
		char id[UUID_TEXT_MAX];

		if (receipt_balance(paper->arena, receipt, &openings[i], &account, &balance))
			put(paper, "Balance afterwards",
			    arena_printf(paper->arena, "%s of %s", balance,
					 uuid_text(id, account)));
		else
			put(paper,
			    text_equal(openings[i].name, "reference") ? "Reference" : "Metadata",
			    openings[i].value);
	}
}

static void
say(struct paper *paper, const char *text)
{
	paper_put(paper, PAPER_PLAIN, PAPER_SIZE, PAPER_LEFT, text);
	(void)paper_next(paper);
}

static void
put_code(struct paper *paper, const struct receipt *receipt, const struct receipt_code *code)
{
	struct qr_code qr;

	(void)paper_next(paper);
	if (code->link == NULL || !qr_make(paper->arena, code->link, &qr)) {
		say(paper,
		    "This receipt is too large for a code. Its JSON can be checked instead.");
		return;
	}
	paper_code(paper, &qr, CODE_SIDE);
	(void)paper_next(paper);
	say(paper,
	    "The code is a link to the page that checks receipts, with this receipt. It needs this "
	    "key, from a source that you trust:");
	put(paper, "Verifier key", receipt->origin);
	if (code->without_metadata)
		say(paper, "The metadata are not in the code, which would be too large with them.");
}

enum err
receipt_pdf(struct ctx *ctx, const struct receipt *receipt, const struct receipt_code *code,
	    struct bytes *out)
{
	struct paper paper;

	TRY(paper_begin(ctx, "Receipt", &paper));
	put_head(&paper, &receipt->transaction);
	put_postings(&paper, &receipt->transaction.postings);
	put_openings(&paper, receipt);
	put(&paper, "Sealed in",
	    arena_printf(ctx->arena, "%s, index %" PRId64 " of %" PRId64, receipt->origin,
			 receipt->index, receipt->size));
	put_code(&paper, receipt, code);
	return paper_end(ctx, &paper, out);
}
