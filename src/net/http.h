/*
 * http.h - calls to outside servers, by libcurl.
 *
 * Every call has a connect and a total time-out and a limit on the size of the answer; redirects
 * are not followed, proxies of the environment not used, certificates always checked. Connections
 * are kept and reused. A client limits the number of concurrent calls: a provider that hangs must
 * not occupy all threads of a process.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/metrics.h"
#include "base/text.h"
#include "base/trace.h"

struct arena;
struct http_client;

struct http_options {
	int64_t connect_timeout_ms;
	int64_t total_timeout_ms; /* of a call, the connection included */
	size_t answer_max;        /* bytes of a body */
	int64_t at_once;          /* calls that run at the same time */
	const char *ca_file;      /* certificates to trust; "" or NULL: the system's */
	/*
	 * Only public addresses on port 443, by TLS: for URLs of customers. The connected address
	 * is checked, so that no name can point elsewhere in between.
	 */
	bool public_only;
	bool plain; /* http:// is allowed as well: for tests and a sandbox on the same machine */
	struct metrics *metrics; /* NULL: nothing is counted */
};

/* NULL if the system has no memory. ca_file must outlive the client. */
struct http_client *http_client_new(const struct http_options *options);
void http_client_free(struct http_client *client);
const struct http_options *http_client_options(const struct http_client *client);

struct http_header {
	const char *name;
	const char *value;
};

enum { HTTP_HEADERS_MAX = 12 };

struct http_request {
	const char *method;
	const char *url;
	struct http_header headers[HTTP_HEADERS_MAX]; /* up to one without name */
	struct bytes body;
	enum outside_service service; /* for metrics */
	int64_t timeout_ms;           /* shorter than the client's; 0: the client's */
	const struct trace *trace;    /* passed on as the header traceparent; NULL: none */
	bool repeatable;              /* as a GET is: the other side recognises a repetition */
};

/*
 * Result of a call. A call that was not sent certainly had no effect; for a lost one it is unknown
 * whether the other side has executed it.
 */
enum http_outcome {
	HTTP_ANSWERED, /* with any status */
	HTTP_NOT_SENT, /* no connection, no valid certificate, no free slot in time */
	HTTP_BLOCKED,  /* the address is not allowed; nothing was sent */
	HTTP_LOST,     /* time-out, reset, half an answer, or too large an answer */
};

/* Why nothing was sent. */
enum http_obstacle {
	HTTP_OBSTACLE_OTHER,
	HTTP_NAME_UNKNOWN, /* the host name could not be resolved */
	HTTP_REFUSED,      /* connection refused */
	HTTP_TOO_SLOW,     /* connection time-out */
	HTTP_INSECURE,     /* no TLS, or no valid certificate */
};

struct http_answer {
	enum http_outcome outcome;
	enum http_obstacle obstacle; /* of HTTP_NOT_SENT */
	int status;                  /* of HTTP_ANSWERED */
	struct bytes body;           /* in the arena; a NUL follows */
	const char *problem;         /* for the log: our own text, or libcurl's; never a secret */
};

/*
 * Make a call, outside of any database transaction. A header or URL with a control character is
 * HTTP_NOT_SENT. Only what is repeatable is sent again if a kept connection turns out to be closed;
 * anything else is then HTTP_LOST, as it may have been executed.
 */
struct http_answer http_call(struct http_client *client, struct arena *arena,
			     const struct http_request *request);

/* Whether an address (an IPv4 or IPv6 struct sockaddr) belongs to the public Internet. */
bool http_address_is_public(const void *sockaddr);

#endif
