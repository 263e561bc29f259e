#include "bin/exchange.h"

#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "base/arena.h"
#include "bin/arrival.h"
#include "bin/body.h"

/* The parameters that matter, and where they go. Authentication headers may come once; of others that
 * are repeated, the values make a list. */
static const struct {
	const char *name;
	size_t offset;
	bool credential;
} parameters[] = {
	{"REQUEST_METHOD", offsetof(struct request, method), false},
	{"REQUEST_URI", offsetof(struct request, target), false},
	{"CONTENT_TYPE", offsetof(struct request, content_type), false},
	{"HTTP_CONTENT_ENCODING", offsetof(struct request, content_encoding), false},
	{"HTTP_AUTHORIZATION", offsetof(struct request, authorization), true},
	{"HTTP_X_API_KEY", offsetof(struct request, api_key), true},
	{"HTTP_IDEMPOTENCY_KEY", offsetof(struct request, idempotency_key), false},
	{"REQUEST_ID", offsetof(struct request, request_id), false},
	{"REMOTE_ADDR", offsetof(struct request, address), false},
	{"HTTP_ACCEPT", offsetof(struct request, headers[HEADER_ACCEPT]), false},
	{"HTTP_COOKIE", offsetof(struct request, headers[HEADER_COOKIE]), false},
	{"HTTP_ORIGIN", offsetof(struct request, headers[HEADER_ORIGIN]), false},
	{"HTTP_SEC_FETCH_SITE", offsetof(struct request, headers[HEADER_FETCH_SITE]), false},
	{"HTTP_X_PAYSTACK_SIGNATURE", offsetof(struct request, headers[HEADER_PAYSTACK_SIGNATURE]),
	 true},
	{"HTTP_VERIF_HASH", offsetof(struct request, headers[HEADER_FLUTTERWAVE_HASH]), true},
	{"HTTP_X_PAGA_SIGNATURE", offsetof(struct request, headers[HEADER_PAGA_SIGNATURE]), true},
	{"HTTP_X_FINGRA_SIGNATURE", offsetof(struct request, headers[HEADER_FINGRA_SIGNATURE]),
	 true},
	{"HTTP_X_EASYPAY_SIGNATURE", offsetof(struct request, headers[HEADER_EASYPAY_SIGNATURE]),
	 true},
};

static void
take_parameter(struct request *request, struct arena *arena, const char *name, size_t length,
	       const char *value)
{
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
		bool cookie =
			parameters[i].offset == offsetof(struct request, headers[HEADER_COOKIE]);
		void *member;
		const char *earlier;

		if (strncmp(parameters[i].name, name, length) != 0 ||
		    parameters[i].name[length] != '\0')
			continue;
		member = (char *)request + parameters[i].offset;
		memcpy(&earlier, member, sizeof(earlier));
		if (parameters[i].credential && earlier != NULL)
			request->repeated_credentials = true;
		else if (earlier != NULL)
			value = arena_printf(arena, cookie ? "%s; %s" : "%s, %s", earlier, value);
		value = value[0] != '\0' ? value : NULL;
		memcpy(member, &value, sizeof(value));
		return;
	}
}

static void
read_body(struct request *request, struct arena *arena, FCGX_Request *fcgi)
{
	enum body_state state = body_read(arena, fcgi, BULK_BODY_MAX, &request->body);

	request->body_too_large = state == BODY_TOO_LARGE;
	request->body_incomplete = state == BODY_INCOMPLETE;
}

enum { HEAD_MAX = 2048 };

/* The head of an answer as it grows; what does not fit is left out whole. */
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
exchange(const struct app *app, struct arrivals *arrivals, struct arena *arena, FCGX_Request *fcgi)
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
		request.method = ""; /* which no path takes */
	arrivals_judge(arrivals, FCGX_GetParam("ARRIVED_AT", fcgi->envp),
		       FCGX_GetParam("ANSWER_WITHIN", fcgi->envp), &requester);
	read_body(&request, arena, fcgi);
	dispatch(app, arena, &request, &reply);
	write_reply(fcgi, &reply, head);
	arena_reset(arena);
}
