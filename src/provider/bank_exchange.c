#include "provider/bank_exchange.h"

#include <string.h>

#include "base/arena.h"
#include "json/reader.h"

enum { MESSAGE_MAX = 150 };

static const char refused_message[] = "The bank refused the request";

struct xs2a_answer
xs2a_puzzled(const char *problem)
{
	return (struct xs2a_answer){.outcome = PROVIDER_UNKNOWN, .sent = true, .problem = problem};
}

static struct xs2a_answer
out_of_reach(const char *problem)
{
	return (struct xs2a_answer){.outcome = PROVIDER_REJECTED,
				    .message = "The bank can't be reached right now",
				    .problem = problem};
}

const char *
xs2a_link(struct arena *arena, struct json_object *body, const char *name)
{
	struct json_object *links = json_member(body, "_links", NULL);
	struct json_object *link =
		json_kind(links) == JSON_OBJECT ? json_member(links, name, NULL) : NULL;

	return report_url(arena, link, "href");
}

/* The first of the bank's messages, an object, or NULL. */
static struct json_object *
first_message(const struct json_object *body)
{
	struct json_object *list = body != NULL ? json_member(body, "tppMessages", NULL) : NULL;
	struct json_object *item = json_kind(list) == JSON_LIST && json_list_length(list) > 0
					   ? json_list_item(list, 0)
					   : NULL;

	return json_kind(item) == JSON_OBJECT ? item : NULL;
}

/* The bank's message, if it is one short line: it is shown to users. */
static const char *
message_of(struct arena *arena, struct json_object *item)
{
	struct json_object *value = item != NULL ? json_member(item, "text", NULL) : NULL;
	const char *text = json_kind(value) == JSON_TEXT ? json_text_value(value) : "";

	if (text[0] == '\0' || strlen(text) > MESSAGE_MAX || text_has_control(text))
		return refused_message;
	return arena_strdup(arena, text);
}

static bool
is_one_of(const char *code, const char *const *codes)
{
	return code != NULL && text_index(codes, code) >= 0;
}

/* Statuses about the caller, the address or the rate; and those that say nothing about the
 * request. */
static bool
is_about_request(int status)
{
	return status == 400 || status == 422;
}

static bool
is_undecided(int status)
{
	return status == 408 || status == 409 || status == 425;
}

static struct xs2a_answer
refused(struct arena *arena, int status, const struct json_object *body, const char *problem)
{
	static const char *const ended[] = {"CONSENT_INVALID", "CONSENT_EXPIRED", "CONSENT_UNKNOWN",
					    NULL};
	static const char *const unfunded[] = {"FUNDS_NOT_AVAILABLE", NULL};
	static const char *const absent[] = {"RESOURCE_UNKNOWN", "RESOURCE_EXPIRED", NULL};
	struct json_object *item = first_message(body);
	struct xs2a_answer answer = {
		.outcome = PROVIDER_REJECTED,
		.sent = true,
		.code = report_text(arena, item, "code", XS2A_ID_MAX),
		.message = message_of(arena, item),
	};

	answer.consent_ended = is_one_of(answer.code, ended);
	answer.unfunded = is_one_of(answer.code, unfunded);
	answer.absent = is_one_of(answer.code, absent) || (status == 404 && answer.code == NULL);
	answer.judged = is_about_request(status) && !answer.consent_ended && !answer.absent;
	answer.problem = arena_printf(arena, "%s %s", problem,
				      answer.code != NULL ? answer.code : "without a code");
	return answer;
}

static struct json_object *
object_of(struct arena *arena, struct bytes text)
{
	struct json_object *body = NULL;
	struct fault f = {0};

	if (json_read_foreign(arena, &f, text.data, text.length, JSON_FOREIGN_MAX, &body) !=
		    ERR_OK ||
	    json_kind(body) != JSON_OBJECT)
		return NULL;
	return body;
}

static void
judge(struct xs2a_exchange *exchange, struct arena *arena, const struct http_answer *answer)
{
	struct json_object *body = object_of(arena, answer->body);
	const char *problem = arena_printf(arena, "HTTP %d", answer->status);
	int status = answer->status;

	if (status == 204 || (status >= 200 && status <= 299 && body != NULL)) {
		exchange->answer = (struct xs2a_answer){.outcome = PROVIDER_ACCEPTED, .sent = true};
		exchange->body = body;
	} else if (status == 429) {
		exchange->answer = out_of_reach(problem);
	} else if (status >= 400 && status <= 499 && !is_undecided(status)) {
		exchange->answer = refused(arena, status, body, problem);
	} else {
		exchange->answer = xs2a_puzzled(problem);
	}
}

static void
add_header(struct http_request *request, const char *name, const char *value)
{
	size_t n = 0;

	if (value == NULL || value[0] == '\0')
		return;
	while (n < HTTP_HEADERS_MAX && request->headers[n].name != NULL)
		n++;
	if (n < HTTP_HEADERS_MAX)
		request->headers[n] = (struct http_header){name, value};
}

static void
add_headers(struct http_request *request, const struct xs2a_call *call,
	    const struct xs2a_question *question)
{
	const struct xs2a_access *access = call->access;
	struct uuid id = uuid_is_nil(call->request_id) ? uuid_v7() : call->request_id;
	char text[UUID_TEXT_MAX];

	add_header(request, "Accept", "application/json");
	add_header(request, "X-Request-ID", arena_strdup(call->arena, uuid_text(text, id)));
	add_header(request, "PSU-IP-Address", call->psu_address);
	add_header(request, "Consent-ID", question->consent);
	add_header(request, "TPP-ID", access->tpp_id);
	add_header(request, "X-GTW-ASPSP-ID", access->bank);
	if (access->api_key != NULL && access->api_key[0] != '\0')
		add_header(request, "Authorization",
			   arena_printf(call->arena, "Bearer %s", access->api_key));
	add_header(request, "TPP-Redirect-URI", question->redirect_url);
	add_header(request, "TPP-Nok-Redirect-URI", question->refused_url);
	if (question->redirect_url != NULL)
		add_header(request, "TPP-Redirect-Preferred", "true");
	if (question->body != NULL)
		add_header(request, "Content-Type", "application/json");
}

struct xs2a_exchange
xs2a_ask(const struct xs2a_call *call, const struct xs2a_question *question)
{
	struct xs2a_exchange exchange = {.body = NULL};
	struct http_request request = {
		.method = question->method,
		.service = OUTSIDE_BANK,
		.url = arena_printf(call->arena, "%s%s", call->access->base_url, question->path),
		.timeout_ms = call->timeout_ms,
		.trace = call->trace,
	};
	struct http_answer answer;

	add_headers(&request, call, question);
	if (question->body != NULL) {
		jw_close(question->body);
		if (!jw_finish(question->body, &request.body)) {
			exchange.answer = out_of_reach("the request can't be written as JSON");
			return exchange;
		}
	}
	answer = http_call(call->http, call->arena, &request);
	switch (answer.outcome) {
	case HTTP_ANSWERED:
		judge(&exchange, call->arena, &answer);
		break;
	case HTTP_NOT_SENT:
	case HTTP_BLOCKED:
		exchange.answer = out_of_reach(answer.problem);
		break;
	case HTTP_LOST:
		exchange.answer = xs2a_puzzled(answer.problem);
		break;
	}
	return exchange;
}
