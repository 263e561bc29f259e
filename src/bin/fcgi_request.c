#include "bin/fcgi_request.h"

#include <stdio.h>
#include <string.h>

#include "api/dispatch.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "bin/arrival.h"
#include "bin/body.h"

/* Meaning of a repeated header. */
enum repetition {
	REPEATS_AS_LIST, /* its values form a list */
	REPEATS_COOKIE,  /* a list of cookies */
	REPEATS_EQUAL,   /* it must be the same */
	REPEATS_NEVER,   /* a credential */
};

/* The relevant parameters, and their members. */
static const struct {
	const char *name;
	size_t offset;
	enum repetition repetition;
} parameters[] = {
	{"REQUEST_METHOD", offsetof(struct request, method), REPEATS_AS_LIST},
	{"REQUEST_URI", offsetof(struct request, target), REPEATS_AS_LIST},
	{"CONTENT_TYPE", offsetof(struct request, content_type), REPEATS_AS_LIST},
	{"HTTP_CONTENT_ENCODING", offsetof(struct request, content_encoding), REPEATS_AS_LIST},
	{"HTTP_AUTHORIZATION", offsetof(struct request, authorization), REPEATS_NEVER},
	{"HTTP_X_API_KEY", offsetof(struct request, api_key), REPEATS_NEVER},
	{"HTTP_IDEMPOTENCY_KEY", offsetof(struct request, idempotency_key), REPEATS_EQUAL},
	{"HTTP_X_IDEMPOTENCY_KEY", offsetof(struct request, idempotency_key), REPEATS_EQUAL},
	{"REQUEST_ID", offsetof(struct request, request_id), REPEATS_AS_LIST},
	{"REMOTE_ADDR", offsetof(struct request, address), REPEATS_AS_LIST},
	{"HTTP_ACCEPT", offsetof(struct request, headers[HEADER_ACCEPT]), REPEATS_AS_LIST},
	{"HTTP_COOKIE", offsetof(struct request, headers[HEADER_COOKIE]), REPEATS_COOKIE},
	{"HTTP_ORIGIN", offsetof(struct request, headers[HEADER_ORIGIN]), REPEATS_AS_LIST},
	{"HTTP_SEC_FETCH_SITE", offsetof(struct request, headers[HEADER_FETCH_SITE]),
	 REPEATS_AS_LIST},
	{"HTTP_ACCESS_CONTROL_REQUEST_METHOD",
	 offsetof(struct request, headers[HEADER_REQUEST_METHOD]), REPEATS_AS_LIST},
	{"HTTP_X_PAYSTACK_SIGNATURE", offsetof(struct request, headers[HEADER_PAYSTACK_SIGNATURE]),
	 REPEATS_NEVER},
	{"HTTP_VERIF_HASH", offsetof(struct request, headers[HEADER_FLUTTERWAVE_HASH]),
	 REPEATS_NEVER},
	{"HTTP_X_PAGA_SIGNATURE", offsetof(struct request, headers[HEADER_PAGA_SIGNATURE]),
	 REPEATS_NEVER},
	{"HTTP_X_FINGRA_SIGNATURE", offsetof(struct request, headers[HEADER_FINGRA_SIGNATURE]),
	 REPEATS_NEVER},
	{"HTTP_X_EASYPAY_SIGNATURE", offsetof(struct request, headers[HEADER_EASYPAY_SIGNATURE]),
	 REPEATS_NEVER},
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
	}
	return value;
}

static void
take_parameter(struct request *request, struct arena *arena, const char *name, size_t length,
	       const char *value)
{
	for (size_t i = 0; i < COUNT(parameters); i++) {
		void *member;
		const char *earlier;

		if (strncmp(parameters[i].name, name, length) != 0 ||
		    parameters[i].name[length] != '\0')
			continue;
		member = (char *)request + parameters[i].offset;
		memcpy(&earlier, member, sizeof(earlier));
		if (earlier != NULL)
			value = repeat(request, arena, parameters[i].repetition, earlier, value);
		/* An empty key is refused: the client relies on the header. */
		if (value[0] == '\0' && parameters[i].repetition != REPEATS_EQUAL)
			value = NULL;
		memcpy(member, &value, sizeof(value));
		return;
	}
}

static void
read_body(struct request *request, struct arena *arena, FCGX_Request *fcgi)
{
	enum body_state state = body_read(arena, fcgi, WEBHOOK_BODY_MAX, &request->body);

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
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "%zu", value);
	put_header(head, name, digits);
}

static void
write_reply(FCGX_Request *fcgi, const struct reply *reply, bool no_body)
{
	size_t length = reply->status == 204 ? 0 : reply->body.length;
	struct head head;

	head.length = 0;
	put_number(&head, "Status", (size_t)reply->status);
	for (size_t i = 0; i < reply->header_count; i++)
		put_header(&head, reply->headers[i].name, reply->headers[i].value);
	if (length > 0) {
		put_header(&head, "Content-Type",
			   reply->content_type != NULL ? reply->content_type
						       : "application/json; charset=utf-8");
		put_number(&head, "Content-Length", length);
	}
	put_header(&head, "Cache-Control", "no-store");
	memcpy(head.text + head.length, "\r\n", 2);
	(void)FCGX_PutStr(head.text, (int)head.length + 2, fcgi->out);
	if (length > 0 && !no_body)
		(void)FCGX_PutStr(reply->body.data, (int)length, fcgi->out);
}

void
fcgi_request_answer(const struct app *app, struct arrivals *arrivals, struct arena *arena,
		    FCGX_Request *fcgi)
{
	struct requester requester = {.fd = fcgi->ipcFd};
	struct request request = {.requester = &requester};
	struct reply reply;
	bool head;

	for (char **p = fcgi->envp; *p != NULL; p++) {
		const char *equals = strchr(*p, '=');

		if (equals != NULL)
			take_parameter(&request, arena, *p, (size_t)(equals - *p), equals + 1);
	}
	if (request.target == NULL)
		request.target = "/";
	head = request.method != NULL && strcmp(request.method, "HEAD") == 0;
	if (head)
		request.method = "GET";
	else if (request.method == NULL)
		request.method = ""; /* which no path accepts */
	arrivals_judge(arrivals, FCGX_GetParam("ARRIVED_AT", fcgi->envp),
		       FCGX_GetParam("ANSWER_WITHIN", fcgi->envp), &requester);
	read_body(&request, arena, fcgi);
	dispatch(app, arena, &request, &reply);
	write_reply(fcgi, &reply, head);
	arena_reset(arena);
}
