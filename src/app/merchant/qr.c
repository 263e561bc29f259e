#include "app/merchant/qr.h"

#include <qrencode.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

enum { QUIET_ZONE = 4, RUN_TEXT_MAX = 48, FRAME_TEXT_MAX = 512 };

static void
release(void *code)
{
	QRcode_free(code);
}

static bool
is_dark(const QRcode *code, int x, int y)
{
	return (code->data[y * code->width + x] & 1) != 0;
}

/* The dark modules of a row, as runs of a path; how many bytes. */
static size_t
write_row(const QRcode *code, int y, char *out, size_t room)
{
	size_t length = 0;

	for (int x = 0; x < code->width;) {
		int run = 0;

		while (x + run < code->width && is_dark(code, x + run, y))
			run++;
		if (run > 0)
			length += (size_t)snprintf(out + length, room - length, "M%d %dh%dv1h-%dz",
						   x + QUIET_ZONE, y + QUIET_ZONE, run, run);
		x += run > 0 ? run : 1;
	}
	return length;
}

/* Medium error correction: 15 % of it may be covered. */
enum err
qr_svg(struct ctx *ctx, const char *text, struct bytes *out)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	size_t length;
	size_t room;
	char *svg;
	int side;

	if (code == NULL)
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	arena_adopt(ctx->arena, code, release);
	side = code->width + 2 * QUIET_ZONE;
	room = FRAME_TEXT_MAX + (size_t)code->width * ((size_t)code->width / 2 + 1) * RUN_TEXT_MAX;
	svg = arena_alloc(ctx->arena, room);
	length = (size_t)snprintf(svg, room,
				  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
				  "width=\"%d\" height=\"%d\" shape-rendering=\"crispEdges\">"
				  "<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"",
				  side, side, side * 8, side * 8, side, side);
	for (int y = 0; y < code->width; y++)
		length += write_row(code, y, svg + length, room - length);
	length += (size_t)snprintf(svg + length, room - length, "\"/></svg>\n");
	*out = (struct bytes){svg, length};
	return ERR_OK;
}
