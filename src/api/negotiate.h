/*
 * negotiate.h - content negotiation by Accept (RFC 9110, 12.5.1).
 *
 * Every route has JSON; a route may have more formats of the same answer.
 */
#ifndef API_NEGOTIATE_H
#define API_NEGOTIATE_H

#include "api/dispatch.h"

/* A format of an answer in addition to JSON. */
struct rendering {
	const char *type; /* media type, such as "text/csv" */
	const char *doc;
	/* Render the out struct of the handler. */
	enum err (*write)(struct call *call, const void *out, struct bytes *body);
	bool in_parts; /* write is called for each part of an answer in parts */
};

/* The format with the highest quality; of equals the first in the table, and JSON before all.
 * NULL with ERR_OK is JSON. ERR_NOT_ACCEPTABLE if the client accepts none of them. */
enum err negotiate(struct fault *f, const char *accept, const struct rendering *renderings,
		   const struct rendering **chosen) MUST_CHECK;

#endif
