/* request.h - an HTTP request as passed by the web server, and the reply to it. */
#ifndef API_REQUEST_H
#define API_REQUEST_H

#include "base/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct requester;

/* Headers beyond those that are read for every request. */
enum request_header {
	HEADER_ACCEPT, /* read if a route has several formats of its answer */
	HEADER_COOKIE,
	HEADER_ORIGIN,
	HEADER_FETCH_SITE,     /* Sec-Fetch-Site: sent by a browser */
	HEADER_REQUEST_METHOD, /* Access-Control-Request-Method: a preflight request */
	HEADER_PAYSTACK_SIGNATURE,
	HEADER_FLUTTERWAVE_HASH,
	HEADER_PAGA_SIGNATURE,
	HEADER_FINGRA_SIGNATURE,
	HEADER_EASYPAY_SIGNATURE,
	HEADER_COUNT
};

/* As passed by the web server. Absent headers are NULL. */
struct request {
	const char *method;
	const char *target; /* raw request URI */
	const char *content_type;
	const char *content_encoding;
	const char *authorization;
	const char *api_key;
	const char *idempotency_key;
	const char *request_id;
	const char *traceparent;
	const char *address;
	const char *headers[HEADER_COUNT];
	bool repeated_credentials; /* an authentication header was repeated */
	bool contradicting_keys;   /* Idempotency-Key and X-Idempotency-Key differ */
	struct bytes body;
	bool body_too_large;               /* the body was not read */
	bool body_incomplete;              /* the same, because it is shorter than announced */
	const struct requester *requester; /* NULL: can't tell whether the client still waits */
};

enum { REPLY_HEADERS_MAX = 20 };

/* Give the next part of an answer, which lives until the next call; without bytes, the answer is complete.
 * False: it can't be completed. */
typedef bool reply_next(void *rest, struct bytes *part);

struct reply {
	int status;
	const char *content_type; /* of body; NULL: JSON */
	struct bytes body;        /* empty for 204 and redirects */
	reply_next *next;         /* gives what follows body; NULL: body is the whole answer */
	void *rest;               /* for it */
	int64_t length;           /* of the whole answer, if next is set; 0: not known */
	size_t header_count;
	struct {
		const char *name;
		const char *value;
	} headers[REPLY_HEADERS_MAX];
};

/* The name of a header in lower case, and the header with a name, or NULL. */
const char *header_name(enum request_header header);
const char *request_header(const struct request *request, const char *name);

#endif
