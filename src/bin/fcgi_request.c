#include "bin/fcgi_request.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "api/dispatch.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/clock.h"
#include "base/fault_point.h"
#include "base/fiber.h"
#include "bin/arrival.h"
#include "bin/body.h"

/* Meaning of a repeated header. */
enum repetition {
	REPEATS_AS_LIST, /* its values form a list */
	REPEATS_COOKIE,  /* a list of cookies */
	REPEATS_EQUAL,   /* it must be the same */
	REPEATS_NEVER,   /* a credential */
	REPEATS_FIRST,   /* the first one counts */
};

/* What the web server says of a request, as it came. */
struct envelope {
	struct request request;
	const char *client_request_id;
	const char *content_length;
	const char *arrived;
	const char *within;
};

#define PARAMETER(name, member, repetition)                                             \
	{                                                                               \
		(name), sizeof(name) - 1, offsetof(struct envelope, member), repetition \
	}

/* The relevant parameters, and their members. */
static const struct {
	const char *name;
	size_t length;
	size_t offset;
	enum repetition repetition;
} parameters[] = {
	PARAMETER("REQUEST_METHOD", request.method, REPEATS_AS_LIST),
	PARAMETER("REQUEST_URI", request.target, REPEATS_AS_LIST),
	PARAMETER("CONTENT_TYPE", request.content_type, REPEATS_AS_LIST),
	PARAMETER("CONTENT_LENGTH", content_length, REPEATS_FIRST),
	PARAMETER("HTTP_CONTENT_ENCODING", request.content_encoding, REPEATS_AS_LIST),
	PARAMETER("HTTP_AUTHORIZATION", request.authorization, REPEATS_NEVER),
	PARAMETER("HTTP_X_API_KEY", request.api_key, REPEATS_NEVER),
	PARAMETER("HTTP_IDEMPOTENCY_KEY", request.idempotency_key, REPEATS_EQUAL),
	PARAMETER("HTTP_X_IDEMPOTENCY_KEY", request.idempotency_key, REPEATS_EQUAL),
	PARAMETER("REQUEST_ID", request.request_id, REPEATS_AS_LIST),
	PARAMETER("HTTP_X_REQUEST_ID", client_request_id, REPEATS_FIRST),
	PARAMETER("ARRIVED_AT", arrived, REPEATS_FIRST),
	PARAMETER("ANSWER_WITHIN", within, REPEATS_FIRST),
	PARAMETER("HTTP_TRACEPARENT", request.traceparent, REPEATS_AS_LIST),
	PARAMETER("REMOTE_ADDR", request.address, REPEATS_AS_LIST),
	PARAMETER("HTTP_ACCEPT", request.headers[HEADER_ACCEPT], REPEATS_AS_LIST),
	PARAMETER("HTTP_COOKIE", request.headers[HEADER_COOKIE], REPEATS_COOKIE),
	PARAMETER("HTTP_ORIGIN", request.headers[HEADER_ORIGIN], REPEATS_AS_LIST),
	PARAMETER("HTTP_SEC_FETCH_SITE", request.headers[HEADER_FETCH_SITE], REPEATS_AS_LIST),
	PARAMETER("HTTP_ACCESS_CONTROL_REQUEST_METHOD", request.headers[HEADER_REQUEST_METHOD],
		  REPEATS_AS_LIST),
	PARAMETER("HTTP_X_PAYSTACK_SIGNATURE", request.headers[HEADER_PAYSTACK_SIGNATURE],
		  REPEATS_NEVER),
	PARAMETER("HTTP_VERIF_HASH", request.headers[HEADER_FLUTTERWAVE_HASH], REPEATS_NEVER),
	PARAMETER("HTTP_X_PAGA_SIGNATURE", request.headers[HEADER_PAGA_SIGNATURE], REPEATS_NEVER),
	PARAMETER("HTTP_X_FINGRA_SIGNATURE", request.headers[HEADER_FINGRA_SIGNATURE],
		  REPEATS_NEVER),
	PARAMETER("HTTP_X_EASYPAY_SIGNATURE", request.headers[HEADER_EASYPAY_SIGNATURE],
		  REPEATS_NEVER),
};

/* The value of a repeated header, with the value of this occurrence. */
static const char *
repeat(struct request *request, struct arena *arena, enum repetition repetition,
       const char *earlier, const char *value)
{
	switch (repetition) {
	case REPEATS_AS_LIST:
		return arena_printf(arena, "%s, %s", earlier, value);
	case REPEATS_COOKIE:
		return arena_printf(arena, "%s; %s", earlier, value);
	case REPEATS_EQUAL:
		request->contradicting_keys |= strcmp(earlier, value) != 0;
		break;
	case REPEATS_NEVER:
		request->repeated_credentials = true;
		break;
	case REPEATS_FIRST:
		return earlier;
	}
	return value;
}

/* One occurrence of the parameter in row i. */
static void
take_value(struct envelope *envelope, struct arena *arena, size_t i, const char *value)
{
	void *member = (char *)envelope + parameters[i].offset;
	const char *earlier;

	memcpy(&earlier, member, sizeof(earlier));
	if (earlier != NULL)
		value = repeat(&envelope->request, arena, parameters[i].repetition, earlier, value);
	/* An empty key is refused: the client relies on the header. */
	if (value[0] == '\0' && parameters[i].repetition != REPEATS_EQUAL)
		value = NULL;
	memcpy(member, &value, sizeof(value));
}

/*
 * All occurrences in one parameter: since version 1.23 nginx joins the values of a repeated header,
 * and older ones pass each of them. What may be a list or a cookie is joined in either case.
 */
static void
take_joined(struct envelope *envelope, struct arena *arena, size_t i, const char *value)
{
	enum repetition repetition = parameters[i].repetition;
	const char *end;

	if (repetition == REPEATS_EQUAL || repetition == REPEATS_NEVER)
		for (; (end = strstr(value, ", ")) != NULL; value = end + 2)
			take_value(envelope, arena, i,
				   arena_strndup(arena, value, (size_t)(end - value)));
	take_value(envelope, arena, i, value);
}

static void
take_parameter(struct envelope *envelope, struct arena *arena, const char *name, size_t length,
	       const char *value)
{
	for (size_t i = 0; i < COUNT(parameters); i++)
		if (parameters[i].length == length &&
		    memcmp(parameters[i].name, name, length) == 0) {
			take_joined(envelope, arena, i, value);
			return;
		}
}

static void
read_parameters(struct envelope *envelope, struct arena *arena, char **parameter)
{
	struct request *request = &envelope->request;

	for (; *parameter != NULL; parameter++) {
		const char *equals = strchr(*parameter, '=');

		if (equals != NULL)
			take_parameter(envelope, arena, *parameter, (size_t)(equals - *parameter),
				       equals + 1);
	}
	/* A web server that chooses no id: the client may have. It is checked later. */
	if (request->request_id == NULL)
		request->request_id = envelope->client_request_id;
	if (request->target == NULL)
		request->target = "/";
	if (request->method == NULL)
		request->method = ""; /* which no path accepts */
}

static void
read_body(struct envelope *envelope, struct arena *arena, FCGX_Request *fcgi)
{
	struct request *request = &envelope->request;
	enum body_state state =
		body_read(arena, fcgi, envelope->content_length, WEBHOOK_BODY_MAX, &request->body);

	request->body_too_large = state == BODY_TOO_LARGE;
	request->body_incomplete = state == BODY_INCOMPLETE;
}

enum { HEAD_MAX = 4096 };

/* The head of an answer, while it is written; a header that does not fit is omitted. */
struct head {
	char text[HEAD_MAX];
	size_t length;
};

static void
put_header(struct head *head, const char *name, const char *value)
{
	size_t n = strlen(name);
	size_t v = strlen(value);

	if (head->length + n + v + 4 + 2 > HEAD_MAX)
		return;
	memcpy(head->text + head->length, name, n);
	memcpy(head->text + head->length + n, ": ", 2);
	memcpy(head->text + head->length + n + 2, value, v);
	memcpy(head->text + head->length + n + 2 + v, "\r\n", 2);
	head->length += n + v + 4;
}

static void
put_number(struct head *head, const char *name, size_t value)
{
	char buf[INTEGER_TEXT_MAX];

	put_header(head, name, integer_text(buf, (int64_t)value));
}

/* How long the web server may take for a part: a client must not keep one of the few places for such answers for
 * ever. nginx takes nothing until a slow client has all that it has stored for it. */
enum { PART_S_MAX = 300 };

static bool
write_part(FCGX_Request *fcgi, const struct bytes *part)
{
	int64_t until_ns = clock_monotonic_ns() + PART_S_MAX * INT64_C(1000000000);
	bool written;

	fiber_block();
	written = FCGX_PutStr(part->data, (int)part->length, fcgi->out) >= 0;
	fiber_unblock();
	return written && clock_monotonic_ns() < until_ns;
}

/* The parts after the first one. If not all can be made and sent, the connection is broken off: an answer that ends
 * as usual would look complete. */
static void
write_rest(FCGX_Request *fcgi, const struct reply *reply)
{
	static const struct timeval patience = {.tv_sec = PART_S_MAX};
	struct bytes part;

	(void)setsockopt(fcgi->ipcFd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	while (reply->next(reply->rest, &part)) {
		if (part.length == 0)
			return;
		if (!write_part(fcgi, &part))
			break;
	}
	(void)shutdown(fcgi->ipcFd, SHUT_RDWR);
}

static void
write_reply(FCGX_Request *fcgi, const struct reply *reply, bool no_body)
{
	size_t length = reply->status == 204 ? 0 : reply->body.length;
	struct head head UNINITIALIZED;

	head.length = 0;
	put_number(&head, "Status", (size_t)reply->status);
	for (size_t i = 0; i < reply->header_count; i++)
		put_header(&head, reply->headers[i].name, reply->headers[i].value);
	if (length > 0) {
		put_header(&head, "Content-Type",
			   reply->content_type != NULL ? reply->content_type
						       : "application/json; charset=utf-8");
		if (reply->next == NULL)
			put_number(&head, "Content-Length", length);
		else if (reply->length > 0)
			put_number(&head, "Content-Length", (size_t)reply->length);
	}
	put_header(&head, "Cache-Control", "no-store");
	memcpy(head.text + head.length, "\r\n", 2);
	(void)FCGX_PutStr(head.text, (int)head.length + 2, fcgi->out);
	if (length > 0 && !no_body)
		(void)FCGX_PutStr(reply->body.data, (int)length, fcgi->out);
	if (reply->next != NULL && !no_body)
		write_rest(fcgi, reply);
}

void
fcgi_request_answer(const struct app *app, struct arrivals *arrivals, struct arena *arena,
		    FCGX_Request *fcgi)
{
	struct requester requester = {.fd = fcgi->ipcFd};
	struct envelope envelope = {.request.requester = &requester};
	struct request *request = &envelope.request;
	struct reply reply;
	bool head;

	read_parameters(&envelope, arena, fcgi->envp);
	head = strcmp(request->method, "HEAD") == 0;
	if (head)
		request->method = "GET";
	arrivals_judge(arrivals, envelope.arrived, envelope.within, &requester);
	read_body(&envelope, arena, fcgi);
	dispatch(app, arena, request, &reply);
	FAULT_POINT("before-reply");
	write_reply(fcgi, &reply, head);
	arena_reset(arena);
}
