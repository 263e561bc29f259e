/*
 * http_exchange.h - what calls by libcurl have in common, one at a time (http.h) or many
 * (http_many.h): options, limits, the check of the address, and what the outcome means.
 */
#ifndef NET_HTTP_EXCHANGE_H
#define NET_HTTP_EXCHANGE_H

#include <curl/curl.h>

#include "net/http.h"

/* Facts about a call while libcurl makes it. */
struct http_exchange {
	const struct http_options *options;
	struct arena *arena;
	struct curl_slist *headers_sent; /* to be freed after the call */
	bool repeatable;                 /* a request that may be sent twice */
	bool multiplexed;                /* by HTTP/2, where it is offered */
	bool began; /* from here on, a part of the request may have been sent */
	bool blocked;
	bool too_large;
	size_t headers; /* bytes of the answer */
	char *body;
	size_t length;
	size_t capacity;
};

struct http_exchange http_exchange_of(const struct http_options *options, struct arena *arena,
				      const struct http_request *request);
/* Whether URL and headers have no character that can't be sent. */
bool http_is_sendable(const struct http_request *request);
/* Set the options of a new or reset handle. False if libcurl does not accept one. */
bool http_exchange_prepare(CURL *curl, struct http_exchange *exchange,
			   const struct http_request *request) MUST_CHECK;
struct http_answer http_not_sent(const char *problem);
/* The outcome of the call, from the observed events and libcurl's result. */
struct http_answer http_exchange_answer(CURL *curl, const struct http_exchange *exchange,
					CURLcode code);
void http_exchange_count(const struct http_options *options, const struct http_request *request,
			 int64_t began_ns, const struct http_answer *answer);

#endif
