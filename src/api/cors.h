/*
 * cors.h - requests from pages of other origins (the CORS protocol of the Fetch standard).
 *
 * Disabled unless COWRY_ALLOWED_ORIGINS names origins. A listed origin may call every route; "*"
 * allows any origin to call the routes that neither take nor set a cookie. Credentials are allowed
 * on the other routes only, so pages that are not listed never read data behind a cookie. The
 * headers of answers that nginx itself generates are in nginx/cors.conf.
 */
#ifndef API_CORS_H
#define API_CORS_H

#include "api/dispatch.h"

/* Whether a request is a CORS preflight request. */
bool cors_is_preflight(const struct call *call);
/* Answer it, before authentication: whether the path allows the method, and the allowed headers.
 * ERR_NOT_FOUND, ERR_METHOD_NOT_ALLOWED, ERR_FORBIDDEN for an origin that is not allowed. */
enum err cors_preflight(struct call *call) MUST_CHECK;
/* Add the headers that let the page read the answer, also of an error; once the route is known,
 * if ever. */
void cors_headers(struct call *call);
/* Whether an origin is listed explicitly. */
bool cors_trusts(const struct call *call, const char *origin);

#endif
