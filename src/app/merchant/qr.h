/* qr.h - QR codes (ISO/IEC 18004) as images. */
#ifndef APP_MERCHANT_QR_H
#define APP_MERCHANT_QR_H

#include "base/ctx.h"
#include "base/text.h"

/* A text as an SVG document: dark modules on white, with the quiet zone of four modules. */
enum err qr_svg(struct ctx *ctx, const char *text, struct bytes *out) MUST_CHECK;

#endif
