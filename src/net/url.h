/* url.h - parsing of URLs of customers, and whether they may be called. */
#ifndef NET_URL_H
#define NET_URL_H

#include <stdbool.h>

#include "base/attributes.h"

struct arena;

struct url {
	const char *scheme; /* lower case */
	const char *host;   /* lower case, without brackets */
	int port;           /* default of the scheme if absent */
	bool has_credentials;
	bool has_fragment;
};

/* Parse an absolute URL. False if it is malformed. */
bool url_parse(struct arena *arena, const char *text, struct url *out) MUST_CHECK;
/*
 * Whether a host may be public, by its text: a name with a dot that is not reserved for local use,
 * or a public address in its usual form. Names are not resolved: the address is checked when the
 * connection is made.
 */
bool url_host_may_be_public(const char *host);

#endif
