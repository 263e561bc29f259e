/*
 * key_limits.h - limits of an API key: to addresses of clients, and to routes.
 *
 * A route is named as in the OpenAPI document, with its method: "GET /v1/wallets/{id}". "GET *" are all routes that only
 * read.
 */
#ifndef API_KEY_LIMITS_H
#define API_KEY_LIMITS_H

#include "api/dispatch.h"

enum key_limit {
	KEY_UNLIMITED,
	KEY_WITHIN, /* it is limited, and the call is within its limits */
	KEY_OTHER_ADDRESS,
	KEY_OTHER_ROUTE,
};

/* Judge a call by limits as they are read from the database: separated by commas, NULL if there are none. */
enum key_limit key_limit_of(struct arena *arena, const char *addresses, const char *routes,
			    const struct call *call);
/* ERR_FORBIDDEN with its reason, unless the call may go on. */
enum err key_limit_check(struct call *call, enum key_limit limit) MUST_CHECK;

/* Whether each of the list is a route that keys of this kind can use: otherwise ERR_VALIDATION. */
enum err key_limits_check_routes(struct call *call, enum principal_kind kind,
				 const struct text_list *routes) MUST_CHECK;

#endif
