#include "app/paper/paper.h"

#include "base/arena.h"

enum { TOP = 800, TEXT_ROOM = 128 };

/* libharu keeps its own error; it is asked for at the end. */
static void
note_error(HPDF_STATUS error, HPDF_STATUS detail, void *user)
{
	(void)error;
	(void)detail;
	(void)user;
}

static void
put(struct paper *paper, enum paper_font font, int size, int x, bool right, const char *text)
{
	char plain[TEXT_ROOM];
	size_t n = 0;

	for (const char *p = text; *p != '\0' && n < sizeof(plain) - 1; p++)
		if (((unsigned char)*p & 0xC0) != 0x80)
			plain[n++] = *p >= ' ' && *p <= '~' ? *p : '?';
	plain[n] = '\0';
	(void)HPDF_Page_BeginText(paper->page);
	(void)HPDF_Page_SetFontAndSize(paper->page, paper->fonts[font], (HPDF_REAL)size);
	(void)HPDF_Page_TextOut(
		paper->page, (HPDF_REAL)x - (right ? HPDF_Page_TextWidth(paper->page, plain) : 0),
		(HPDF_REAL)paper->y, plain);
	(void)HPDF_Page_EndText(paper->page);
}

void
paper_put(struct paper *paper, enum paper_font font, int size, int x, const char *text)
{
	put(paper, font, size, x, false, text);
}

void
paper_put_right(struct paper *paper, enum paper_font font, int size, int x, const char *text)
{
	put(paper, font, size, x, true, text);
}

void
paper_page(struct paper *paper)
{
	paper->page = HPDF_AddPage(paper->doc);
	(void)HPDF_Page_SetSize(paper->page, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT);
	paper->y = PAPER_BOTTOM - 2 * PAPER_LINE_HEIGHT;
	paper_put_right(paper, PAPER_PLAIN, PAPER_SIZE, PAPER_RIGHT,
			arena_printf(paper->arena, "Page %d", ++paper->pages));
	paper->y = TOP;
}

bool
paper_next(struct paper *paper)
{
	paper->y -= PAPER_LINE_HEIGHT;
	if (paper->y >= PAPER_BOTTOM)
		return false;
	paper_page(paper);
	return true;
}

void
paper_rule(struct paper *paper)
{
	(void)HPDF_Page_SetLineWidth(paper->page, 1);
	(void)HPDF_Page_MoveTo(paper->page, PAPER_LEFT, (HPDF_REAL)(paper->y - 4));
	(void)HPDF_Page_LineTo(paper->page, PAPER_RIGHT, (HPDF_REAL)(paper->y - 4));
	(void)HPDF_Page_Stroke(paper->page);
}

/* The page is white: the quiet zone is the distance to other text. */
void
paper_code(struct paper *paper, const struct qr_code *qr, int side)
{
	HPDF_REAL module = (HPDF_REAL)side / (HPDF_REAL)(qr->width + 2 * QR_QUIET_ZONE);
	HPDF_REAL top;

	if (paper->y - side < PAPER_BOTTOM)
		paper_page(paper);
	top = (HPDF_REAL)paper->y - QR_QUIET_ZONE * module;
	for (int y = 0; y < qr->width; y++)
		for (int x = 0; x < qr->width;) {
			int run = qr_run(qr, x, y);

			if (run > 0)
				(void)HPDF_Page_Rectangle(
					paper->page,
					PAPER_LEFT + (HPDF_REAL)(x + QR_QUIET_ZONE) * module,
					top - (HPDF_REAL)(y + 1) * module, (HPDF_REAL)run * module,
					module);
			x += run > 0 ? run : 1;
		}
	(void)HPDF_Page_Fill(paper->page);
	paper->y -= side;
}

enum err
paper_begin(struct ctx *ctx, const char *title, struct paper *out)
{
	static const char *const names[PAPER_FONTS] = {"Helvetica", "Helvetica-Bold", "Courier"};

	*out = (struct paper){.arena = ctx->arena, .doc = HPDF_New(note_error, NULL)};
	if (out->doc == NULL)
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	for (size_t i = 0; i < PAPER_FONTS; i++)
		out->fonts[i] = HPDF_GetFont(out->doc, names[i], NULL);
	(void)HPDF_SetCompressionMode(out->doc, HPDF_COMP_ALL);
	(void)HPDF_SetInfoAttr(out->doc, HPDF_INFO_TITLE, title);
	paper_page(out);
	return ERR_OK;
}

void
paper_drop(struct paper *paper)
{
	HPDF_Free(paper->doc);
}

enum err
paper_end(struct ctx *ctx, struct paper *paper, struct bytes *out)
{
	HPDF_STATUS status;
	HPDF_UINT32 size;
	void *bytes;

	(void)HPDF_SaveToStream(paper->doc);
	size = HPDF_GetStreamSize(paper->doc);
	bytes = arena_alloc(ctx->arena, size + 1);
	(void)HPDF_ReadFromStream(paper->doc, bytes, &size);
	status = HPDF_GetError(paper->doc);
	HPDF_Free(paper->doc);
	if (status != HPDF_OK && status != HPDF_STREAM_EOF)
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	*out = (struct bytes){bytes, size};
	return ERR_OK;
}
