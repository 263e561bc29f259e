/* access.h - which credentials a route takes. */
#ifndef API_ACCESS_H
#define API_ACCESS_H

#include <stdbool.h>

#include "api/route.h"

struct credentials {
	bool token; /* an access token, as Bearer */
	bool cookie;
	bool key; /* an API key of any kind */
	bool personal_key;
	bool project_key;
};

/* The credentials that routes of this access take. Others are refused. */
struct credentials access_credentials(enum access access);
/* Whether they take API keys that act as this kind of caller: of a user or a project. */
bool access_takes_key(enum access access, enum principal_kind kind);

#endif
