/*
 * http_many.h - many calls at once in one thread, by libcurl's multi interface.
 *
 * The same rules as for http_call(), except for the number of concurrent calls, which is the
 * caller's. Connections are kept and reused by all calls of a client; HTTP/2 is used where a server
 * offers it, with many calls on one connection. All functions are for one thread, except
 * http_many_wake().
 */
#ifndef NET_HTTP_MANY_H
#define NET_HTTP_MANY_H

#include "net/http.h"

struct http_many;

/* A call has ended. Its arena may be freed here. */
typedef void http_many_done(void *arg, const struct http_answer *answer);

/* NULL if the system has no memory or descriptors. */
struct http_many *http_many_new(void);
/* Calls that are under way end with HTTP_LOST. */
void http_many_free(struct http_many *many);

/* Begin a call with the options of a client. The request's texts and the arena, in which the answer is
 * stored, must stay until done is called, by http_many_turn(). */
void http_many_begin(struct http_many *many, struct http_client *client, struct arena *arena,
		     const struct http_request *request, http_many_done *done, void *arg);
/* Wait until there is something to do, for at most this time, and continue the calls. */
void http_many_turn(struct http_many *many, int64_t timeout_ms);
/* The current or next wait ends. From any thread. */
void http_many_wake(struct http_many *many);

#endif
