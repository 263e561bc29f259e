#include <config.h>

#include "net/http_exchange.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/clock.h"

enum {
	KEPT_MAX = 4,    /* connections of a handle */
	KEPT_AGE_S = 15, /* servers close idle ones later: our nginx after 20 s */
	HEADERS_BYTES_MAX = 64 * 1024,
	BODY_FIRST = 4096,
};

static bool
is_public_https(const struct curl_sockaddr *address)
{
	const void *addr = &address->addr;
	in_port_t port = 0;

	if (address->family == AF_INET)
		memcpy(&port, (const char *)addr + offsetof(struct sockaddr_in, sin_port),
		       sizeof(port));
	else if (address->family == AF_INET6)
		memcpy(&port, (const char *)addr + offsetof(struct sockaddr_in6, sin6_port),
		       sizeof(port));
	return ntohs(port) == 443 && http_address_is_public(addr);
}

/* A connection that is made: here the real address is known. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http_exchange *exchange = arg;

	(void)purpose;
	if (exchange->options->public_only && !is_public_https(address)) {
		exchange->blocked = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/*
 * Connected, the request is about to be sent. libcurl comes here again when a kept connection
 * turned out to be closed; but the server may have executed the request before closing it.
 */
static int
before_request(void *arg, char *remote, char *local, int remote_port, int local_port)
{
	struct http_exchange *exchange = arg;
	bool second = exchange->began;

	(void)remote;
	(void)local;
	(void)remote_port;
	(void)local_port;
	exchange->began = true;
	return second && !exchange->repeatable ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static size_t
take_header(const char *bytes, size_t size, size_t count, void *arg)
{
	struct http_exchange *exchange = arg;

	(void)bytes;
	exchange->headers += size * count;
	exchange->too_large |= exchange->headers > HEADERS_BYTES_MAX;
	return exchange->too_large ? 0 : size * count;
}

static size_t
take_body(const char *bytes, size_t size, size_t count, void *arg)
{
	struct http_exchange *exchange = arg;
	size_t length = size * count;

	if (length > exchange->options->answer_max - exchange->length) {
		exchange->too_large = true;
		return 0;
	}
	if (length > exchange->capacity - exchange->length) {
		size_t capacity = 2 * (exchange->length + length) + BODY_FIRST;
		char *body = arena_alloc(exchange->arena, capacity + 1);

		if (exchange->length > 0)
			memcpy(body, exchange->body, exchange->length);
		exchange->body = body;
		exchange->capacity = capacity;
	}
	if (length > 0)
		memcpy(exchange->body + exchange->length, bytes, length);
	exchange->length += length;
	return length;
}

/* The destination, independent of the environment and of the other side. */
static bool
set_route(CURL *curl, const struct http_exchange *exchange, const char *url)
{
	const struct http_options *options = exchange->options;
	long version = exchange->multiplexed ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1;
	const char *protocols = options->plain && !options->public_only ? "http,https" : "https";
	bool set = curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols) == CURLE_OK &&
		   /* That of a URL without one: it is refused. */
		   curl_easy_setopt(curl, CURLOPT_DEFAULT_PROTOCOL, "ftp") == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, version) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ==
			   CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;

	if (set && options->ca_file != NULL && options->ca_file[0] != '\0')
		set = curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file) == CURLE_OK;
	return set;
}

static bool
set_limits(CURL *curl, const struct http_options *options, const struct http_request *request)
{
	bool shorter = request->timeout_ms > 0 && request->timeout_ms < options->total_timeout_ms;
	int64_t total_ms = shorter ? request->timeout_ms : options->total_timeout_ms;
	bool set = curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
				    (long)options->connect_timeout_ms) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)total_ms) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, (long)KEPT_MAX) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, (long)KEPT_AGE_S) == CURLE_OK;

#if LIBCURL_VERSION_NUM >= 0x075700
	/* A name server that hangs must not delay us beyond the time-out. */
	set = set && curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK;
#endif
	return set;
}

static bool
set_callbacks(CURL *curl, struct http_exchange *exchange)
{
	return curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, exchange) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, before_request) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PREREQDATA, exchange) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HEADERDATA, exchange) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange) == CURLE_OK;
}

static bool
set_request(CURL *curl, const struct http_request *request, struct curl_slist *headers)
{
	bool set =
		curl_easy_setopt(curl, CURLOPT_USERAGENT, "Cowry/" PACKAGE_VERSION) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK;

	if (!set || strcmp(request->method, "GET") == 0)
		return set;
	return curl_easy_setopt(curl, CURLOPT_POST, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
				(curl_off_t)request->body.length) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
				request->body.length > 0 ? request->body.data : "") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK;
}

/* Whether text has only visible ASCII, and spaces and other letters if they are allowed. */
static bool
is_clean(const char *text, bool wide)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < ' ' || c == 0x7f || (!wide && (c == ' ' || c > 0x7f)))
			return false;
	}
	return true;
}

bool
http_is_sendable(const struct http_request *request)
{
	const struct http_header *header = request->headers;

	if (!is_clean(request->url, false))
		return false;
	for (size_t i = 0; i < HTTP_HEADERS_MAX && header[i].name != NULL; i++)
		if (!is_clean(header[i].name, false) || strchr(header[i].name, ':') != NULL ||
		    !is_clean(header[i].value, true))
			return false;
	return true;
}

/* With another header; NULL if there is no memory. */
static struct curl_slist *
add_line(struct curl_slist *list, const char *line)
{
	struct curl_slist *longer = list != NULL ? curl_slist_append(list, line) : NULL;

	if (longer == NULL)
		curl_slist_free_all(list);
	return longer;
}

/* NULL if there is no memory. */
static struct curl_slist *
header_list(struct arena *arena, const struct http_request *request)
{
	char buf[TRACE_HEADER_MAX];
	const char *trace = trace_header(buf, request->trace);
	/* Without a value: headers that libcurl would add by default, and we don't want. */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	if (trace != NULL)
		list = add_line(list, arena_printf(arena, "traceparent: %s", trace));

	for (size_t i = 0; i <= HTTP_HEADERS_MAX && list != NULL; i++) {
		const char *line = "Content-Type:"; /* at the end, so that a given one goes first */
		bool last = i == HTTP_HEADERS_MAX || request->headers[i].name == NULL;

		if (!last)
			line = arena_printf(arena, "%s: %s", request->headers[i].name,
					    request->headers[i].value);
		list = add_line(list, line);
		if (last)
			break;
	}
	return list;
}

struct http_answer
http_not_sent(const char *problem)
{
	return (struct http_answer){.outcome = HTTP_NOT_SENT, .body = {"", 0}, .problem = problem};
}

static enum http_obstacle
obstacle_of(CURL *curl, CURLcode code)
{
	static const struct {
		CURLcode code;
		enum http_obstacle obstacle;
	} rows[] = {
		{CURLE_COULDNT_RESOLVE_HOST, HTTP_NAME_UNKNOWN},
		{CURLE_OPERATION_TIMEDOUT, HTTP_TOO_SLOW},
		{CURLE_SSL_CONNECT_ERROR, HTTP_INSECURE},
		{CURLE_PEER_FAILED_VERIFICATION, HTTP_INSECURE},
	};
	long number = 0;

	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].code == code)
			return rows[i].obstacle;
	if (code == CURLE_COULDNT_CONNECT)
		(void)curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &number);
	return number == ECONNREFUSED ? HTTP_REFUSED : HTTP_OBSTACLE_OTHER;
}

/* By HTTP/2 a server may answer before it has read the request, and close the stream (RFC 9113, 8.1), which
 * libcurl reports as an error if it was still sending. */
static bool
is_early_answer(const struct http_exchange *exchange, CURLcode code, long status)
{
	return exchange->multiplexed && code == CURLE_HTTP2_STREAM && status >= 200 &&
	       !exchange->too_large;
}

/* The outcome of the call, from the observed events and libcurl's result. */
struct http_answer
http_exchange_answer(CURL *curl, const struct http_exchange *exchange, CURLcode code)
{
	struct http_answer answer = http_not_sent(curl_easy_strerror(code));
	long status = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK || is_early_answer(exchange, code, status)) {
		answer.outcome = HTTP_ANSWERED;
		answer.status = (int)status;
		answer.problem = NULL;
		if (exchange->length > 0)
			answer.body = (struct bytes){exchange->body, exchange->length};
	} else if (exchange->began) {
		answer.outcome = HTTP_LOST;
		if (exchange->too_large)
			answer.problem = "the answer is too large";
		else if (code == CURLE_ABORTED_BY_CALLBACK)
			answer.problem = "the connection was closed without an answer";
	} else if (exchange->blocked) {
		answer.outcome = HTTP_BLOCKED;
		answer.problem = "not a public address on port 443";
	} else {
		answer.obstacle = obstacle_of(curl, code);
		if (answer.obstacle == HTTP_REFUSED)
			answer.problem = "the connection was refused";
	}
	return answer;
}

struct http_exchange
http_exchange_of(const struct http_options *options, struct arena *arena,
		 const struct http_request *request)
{
	return (struct http_exchange){
		.options = options,
		.arena = arena,
		.repeatable = request->repeatable || strcmp(request->method, "GET") == 0,
	};
}

bool
http_exchange_prepare(CURL *curl, struct http_exchange *exchange,
		      const struct http_request *request)
{
	const struct http_options *options = exchange->options;

	exchange->headers_sent = header_list(exchange->arena, request);
	return exchange->headers_sent != NULL && set_route(curl, exchange, request->url) &&
	       set_limits(curl, options, request) && set_callbacks(curl, exchange) &&
	       set_request(curl, request, exchange->headers_sent);
}

static enum outside_outcome
outcome_of(const struct http_answer *answer)
{
	switch (answer->outcome) {
	case HTTP_NOT_SENT:
	case HTTP_BLOCKED:
		return OUTCOME_NOT_SENT;
	case HTTP_LOST:
		return OUTCOME_LOST;
	case HTTP_ANSWERED:
	default:
		break;
	}
	if (answer->status >= 500)
		return OUTCOME_SERVER_ERROR;
	return answer->status >= 400 ? OUTCOME_CLIENT_ERROR : OUTCOME_SUCCESS;
}

void
http_exchange_count(const struct http_options *options, const struct http_request *request,
		    int64_t began_ns, const struct http_answer *answer)
{
	metrics_observe(options->metrics, METRIC_OUTSIDE_SECONDS, request->service,
			clock_monotonic_ns() - began_ns);
	metrics_count(options->metrics, METRIC_OUTSIDE_CALLS, request->service, outcome_of(answer),
		      1);
}
