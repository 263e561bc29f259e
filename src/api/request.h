/* request.h - an HTTP request as the web server hands it over, and the reply to it. */
#ifndef API_REQUEST_H
#define API_REQUEST_H

#include "base/text.h"
#include <stdbool.h>
#include <stddef.h>

struct requester;

/* Headers beyond those that every request is asked for. */
enum request_header {
	HEADER_ACCEPT, /* asked for where a route has several forms of its answer */
	HEADER_COOKIE,
	HEADER_ORIGIN,
	HEADER_FETCH_SITE,     /* Sec-Fetch-Site: a browser sent it */
	HEADER_REQUEST_METHOD, /* Access-Control-Request-Method: it asks before it sends another */
	HEADER_PAYSTACK_SIGNATURE,
	HEADER_FLUTTERWAVE_HASH,
	HEADER_PAGA_SIGNATURE,
	HEADER_FINGRA_SIGNATURE,
	HEADER_EASYPAY_SIGNATURE,
	HEADER_COUNT
};

/* What the web server handed over. Absent headers are NULL. */
struct request {
	const char *method;
	const char *target; /* raw request URI */
	const char *content_type;
	const char *content_encoding;
	const char *authorization;
	const char *api_key;
	const char *idempotency_key;
	const char *request_id;
	const char *address;
	const char *headers[HEADER_COUNT];
	bool repeated_credentials; /* an authentication header came twice */
	bool contradicting_keys; /* Idempotency-Key and X-Idempotency-Key do not all say the same */
	struct bytes body;
	bool body_too_large;               /* the body was not read */
	bool body_incomplete;              /* likewise, since there is less than was announced */
	const struct requester *requester; /* NULL: nobody can be asked whether they still wait */
};

enum { REPLY_HEADERS_MAX = 20 };

struct reply {
	int status;
	const char *content_type; /* of body; NULL: JSON */
	struct bytes body;        /* empty for 204 and redirects */
	size_t header_count;
	struct {
		const char *name;
		const char *value;
	} headers[REPLY_HEADERS_MAX];
};

/* The name of a header, lower case, and the header with a name, or NULL. */
const char *header_name(enum request_header header);
const char *request_header(const struct request *request, const char *name);

#endif
