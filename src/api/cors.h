/*
 * cors.h - browsers on pages of other origins (the CORS protocol of the Fetch standard).
 *
 * Off unless COWRY_ALLOWED_ORIGINS names origins. A listed origin may call every route; "*" lets any
 * origin call those that neither take nor set a cookie. Credentials are allowed on the others only,
 * so no page that is not listed ever reads what a cookie has opened. What nginx answers by itself
 * gets its headers from nginx/cors.conf.
 */
#ifndef API_CORS_H
#define API_CORS_H

#include "api/dispatch.h"

/* Whether a request is a browser's question if another one may be sent. */
bool cors_is_preflight(const struct call *call);
/* Answer it, before authentication: that the path takes the method, and which headers. ERR_NOT_FOUND,
 * ERR_METHOD_NOT_ALLOWED, ERR_FORBIDDEN for an origin that may not. */
enum err cors_preflight(struct call *call) MUST_CHECK;
/* What lets the page read the answer, good or bad; once the route is known, if ever. */
void cors_headers(struct call *call);
/* Whether an origin is listed by itself. */
bool cors_trusts(const struct call *call, const char *origin);

#endif
