/* qr.h - QR codes (ISO/IEC 18004). */
#ifndef APP_PAPER_QR_H
#define APP_PAPER_QR_H

#include "base/ctx.h"
#include "base/text.h"

enum {
	QR_QUIET_ZONE = 4,    /* light modules on each side */
	QR_LENGTH_MAX = 2953, /* bytes, with low error correction */
};

/* The modules of a code, without the quiet zone. */
struct qr_code {
	int width;
	const unsigned char *modules; /* width rows of width; bit 0 is dark */
};

/* With low error correction, for codes that nothing covers. False if the text is too long. */
bool qr_make(struct arena *arena, const char *text, struct qr_code *out) MUST_CHECK;
/* How many dark modules there are from a place to the right. */
int qr_run(const struct qr_code *qr, int x, int y);
/* A text as an SVG document: dark modules on white, with the quiet zone. Medium error correction: 15 % of
 * it may be covered. */
enum err qr_svg(struct ctx *ctx, const char *text, struct bytes *out) MUST_CHECK;

#endif
