/*
 * negotiate.h - which form of an answer the client wants, by Accept (RFC 9110, 12.5.1).
 *
 * JSON is what every route has; a route may have more forms of the same answer.
 */
#ifndef API_NEGOTIATE_H
#define API_NEGOTIATE_H

#include "api/dispatch.h"

/* A form of an answer beside JSON. */
struct rendering {
	const char *type; /* media type, such as "text/csv" */
	const char *doc;
	/* Make the bytes of what the handler left in out. */
	enum err (*write)(struct call *call, const void *out, struct bytes *body);
};

/* The form with the highest quality; of equals the first in the table, and JSON before all. NULL
 * with ERR_OK is JSON. ERR_NOT_ACCEPTABLE if the client takes none of them. */
enum err negotiate(struct fault *f, const char *accept, const struct rendering *renderings,
		   const struct rendering **chosen) MUST_CHECK;

#endif
