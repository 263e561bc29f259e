/* url.h - addresses that customers name: what they are made of, and whether they may be called. */
#ifndef NET_URL_H
#define NET_URL_H

#include <stdbool.h>

#include "base/attributes.h"

struct arena;

struct url {
	const char *scheme; /* lower case */
	const char *host;   /* lower case, without brackets */
	int port;           /* the scheme's unless it is written down */
	bool has_credentials;
	bool has_fragment;
};

/* Take an absolute URL apart. False if it is malformed. */
bool url_parse(struct arena *arena, const char *text, struct url *out) MUST_CHECK;
/*
 * Whether a host may be public, by what is written: a name with a dot that is not reserved for
 * local use, or a public address in its usual form. What a name stands for is not looked up: that
 * is checked where the connection is made.
 */
bool url_host_may_be_public(const char *host);

#endif
