#include "app/paper/qr.h"

#include <qrencode.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

enum { RUN_TEXT_MAX = 48, FRAME_TEXT_MAX = 512 };

static void
release(void *code)
{
	QRcode_free(code);
}

static bool
make(struct arena *arena, const char *text, QRecLevel level, struct qr_code *out)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, level);

	if (code == NULL)
		return false;
	arena_adopt(arena, code, release);
	*out = (struct qr_code){code->width, code->data};
	return true;
}

bool
qr_make(struct arena *arena, const char *text, struct qr_code *out)
{
	return make(arena, text, QR_ECLEVEL_L, out);
}

int
qr_run(const struct qr_code *qr, int x, int y)
{
	int run = 0;

	while (x + run < qr->width && (qr->modules[y * qr->width + x + run] & 1) != 0)
		run++;
	return run;
}

/* The dark modules of a row, as runs of a path; how many bytes. */
static size_t
write_row(const struct qr_code *qr, int y, char *out, size_t room)
{
	size_t length = 0;

	for (int x = 0; x < qr->width;) {
		int run = qr_run(qr, x, y);

		if (run > 0)
			length += (size_t)snprintf(out + length, room - length, "M%d %dh%dv1h-%dz",
						   x + QR_QUIET_ZONE, y + QR_QUIET_ZONE, run, run);
		x += run > 0 ? run : 1;
	}
	return length;
}

enum err
qr_svg(struct ctx *ctx, const char *text, struct bytes *out)
{
	struct qr_code qr;
	size_t length;
	size_t room;
	char *svg;
	int side;

	if (!make(ctx->arena, text, QR_ECLEVEL_M, &qr))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	side = qr.width + 2 * QR_QUIET_ZONE;
	room = FRAME_TEXT_MAX + (size_t)qr.width * ((size_t)qr.width / 2 + 1) * RUN_TEXT_MAX;
	svg = arena_alloc(ctx->arena, room);
	length = (size_t)snprintf(svg, room,
				  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
				  "width=\"%d\" height=\"%d\" shape-rendering=\"crispEdges\">"
				  "<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"",
				  side, side, side * 8, side * 8, side, side);
	for (int y = 0; y < qr.width; y++)
		length += write_row(&qr, y, svg + length, room - length);
	length += (size_t)snprintf(svg + length, room - length, "\"/></svg>\n");
	*out = (struct bytes){svg, length};
	return ERR_OK;
}
