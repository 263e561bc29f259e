/* access.h - which credentials a route takes. */
#ifndef API_ACCESS_H
#define API_ACCESS_H

#include <stdbool.h>

#include "api/route.h"

struct credentials {
	bool token; /* an access token, as Bearer */
	bool cookie;
	bool key; /* an API key of any kind */
};

/* The credentials that routes of this access take. Others are refused. */
struct credentials access_credentials(enum access access);

#endif
