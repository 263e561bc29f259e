/*
 * paper.h - documents of A4 pages as PDF, by libharu: texts from the top of a page to its bottom.
 *
 * Functions that draw report no errors; paper_end() does.
 */
#ifndef APP_PAPER_PAPER_H
#define APP_PAPER_PAPER_H

#include <hpdf.h>

#include "app/paper/qr.h"
#include "base/ctx.h"
#include "base/text.h"

/* Measures in points, from the lower left corner of a page. */
enum {
	PAPER_LEFT = 40,
	PAPER_RIGHT = 555,
	PAPER_BOTTOM = 50,
	PAPER_LINE_HEIGHT = 14,
	PAPER_SIZE = 9,
	PAPER_TITLE_SIZE = 16,
};

enum paper_font { PAPER_PLAIN, PAPER_BOLD, PAPER_FIXED, PAPER_FONTS };

struct paper {
	struct arena *arena;
	HPDF_Doc doc;
	HPDF_Page page;
	HPDF_Font fonts[PAPER_FONTS];
	int y; /* of the current line */
	int pages;
};

/* A document with one page. */
enum err paper_begin(struct ctx *ctx, const char *title, struct paper *out) MUST_CHECK;
/* A further page, where the current line is the first. */
void paper_page(struct paper *paper);
/* One line at x, at most 127 characters. The built-in fonts know Latin letters only: others become a
 * question mark. */
void paper_put(struct paper *paper, enum paper_font font, int size, int x, const char *text);
/* The same, ending at x. */
void paper_put_right(struct paper *paper, enum paper_font font, int size, int x, const char *text);
/* The next line; true if it is on another page. */
bool paper_next(struct paper *paper);
/* A line below the current one. */
void paper_rule(struct paper *paper);
/* A code of a width and height below the current line, which goes on below it; on another page if there is
 * no room. */
void paper_code(struct paper *paper, const struct qr_code *qr, int side);
enum err paper_end(struct ctx *ctx, struct paper *paper, struct bytes *out) MUST_CHECK;
/* Instead of paper_end(): give the document up. */
void paper_drop(struct paper *paper);

#endif
