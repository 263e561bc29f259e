#include "provider/exchange.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "json/reader.h"

enum { MESSAGE_MAX = 150 };

void
question_body(struct jw *w, struct arena *arena)
{
	jw_init(w, arena, 512);
	jw_object(w, NULL);
}

struct http_header
question_bearer(const struct provider_call *call)
{
	const char *key = call->account->api_key != NULL ? call->account->api_key : "";

	return (struct http_header){"Authorization", arena_printf(call->arena, "Bearer %s", key)};
}

static struct provider_answer
unknown(const char *problem)
{
	return (struct provider_answer){
		.outcome = PROVIDER_UNKNOWN, .sent = true, .problem = problem, .shown = "{}"};
}

struct provider_answer
exchange_refuse(const char *message)
{
	return (struct provider_answer){.outcome = PROVIDER_REJECTED,
					.sent = true,
					.message = message,
					.problem = message,
					.shown = "{}"};
}

struct provider_answer
exchange_out_of_reach(const char *problem)
{
	struct provider_answer answer = exchange_refuse("The provider can't be reached right now");

	answer.sent = false;
	answer.problem = problem;
	return answer;
}

/* The providers' ways to report success; each uses one of them. */
enum said { SAID_YES, SAID_NO, SAID_NOTHING };

static enum said
said_in_words(const char *status)
{
	if (text_equal(status, "success"))
		return SAID_YES;
	return text_equal(status, "error") || text_equal(status, "failed") ? SAID_NO : SAID_NOTHING;
}

static enum said
said_of(const struct json_object *body)
{
	struct json_object *code = body != NULL ? json_member(body, "responseCode", NULL) : NULL;
	struct json_object *status = body != NULL ? json_member(body, "status", NULL) : NULL;

	if (json_kind(code) == JSON_INTEGER)
		return json_integer_value(code) == 0 ? SAID_YES : SAID_NO;
	if (json_kind(status) == JSON_BOOL)
		return json_bool_value(status) ? SAID_YES : SAID_NO;
	return json_kind(status) == JSON_TEXT ? said_in_words(json_text_value(status))
					      : SAID_NOTHING;
}

/* Its message, in one bounded line: it goes to clients and into the database. */
static const char *
message_of(struct arena *arena, const struct json_object *body)
{
	struct json_object *value = body != NULL ? json_member(body, "message", NULL) : NULL;
	const char *text = json_kind(value) == JSON_TEXT ? json_text_value(value) : "";
	size_t length = strlen(text);
	size_t kept = 0;
	size_t n;
	char *line;

	while ((n = utf8_next(text + kept, length - kept)) > 0 && kept + n <= MESSAGE_MAX)
		kept += n;
	if (kept == 0)
		return "The provider refused the request";
	line = arena_strndup(arena, text, kept);
	for (char *c = line; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	return text_has_control(line) ? "The provider refused the request" : line;
}

static bool
mentions(const char *message, const char *words)
{
	for (; *message != '\0'; message++) {
		size_t i = 0;

		while (words[i] != '\0' && tolower((unsigned char)message[i]) == words[i])
			i++;
		if (words[i] == '\0')
			return true;
	}
	return false;
}

/* A duplicate order may be the same one: only a look-up can tell. */
static bool
is_duplicate(const char *message)
{
	return mentions(message, "duplicate") ||
	       (mentions(message, "already") &&
		(mentions(message, "reference") || mentions(message, "tx_ref")));
}

/* It refused, or its status did. */
static void
refused(struct exchange *exchange, int status, enum said said, const char *message,
	const char *problem)
{
	if (is_duplicate(message)) {
		exchange->answer = unknown("the provider already has an order with this reference");
		return;
	}
	exchange->answer = exchange_refuse(message);
	exchange->answer.problem = problem;
	exchange->absent = said == SAID_NO && (status == 404 || mentions(message, "not found") ||
					       mentions(message, "no transaction was found"));
}

/* 4xx statuses that do not say whether the request was accepted. */
static bool
is_undecided(int status)
{
	return status == 408 || status == 409 || status == 425;
}

static void
judge(struct exchange *exchange, struct arena *arena, int status, struct json_object *body)
{
	enum said said = said_of(body);
	const char *problem = arena_printf(arena, "HTTP %d", status);
	bool good = status >= 200 && status <= 299;
	bool bad = status >= 400 && status <= 499 && !is_undecided(status);

	if (good && said == SAID_YES) {
		exchange->answer = (struct provider_answer){
			.outcome = PROVIDER_ACCEPTED, .sent = true, .shown = "{}"};
		exchange->body = body;
		exchange->data = json_member(body, "data", NULL);
	} else if (status == 429) {
		exchange->answer = exchange_out_of_reach(problem);
	} else if ((good && said == SAID_NO) || (bad && said != SAID_YES)) {
		refused(exchange, status, said, message_of(arena, body), problem);
	} else {
		exchange->answer = unknown(problem);
	}
}

/* NULL if it is not a JSON object. */
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

static bool
write_request(const struct provider_call *call, const struct question *question,
	      struct http_request *out)
{
	*out = (struct http_request){
		.method = question->method,
		.service = call->account->service,
		.url = arena_printf(call->arena, "%s%s", call->account->base_url, question->path),
		.headers = {{"Accept", "application/json"}, question->auth[0], question->auth[1]},
		.trace = call->trace,
	};
	if (question->body == NULL)
		return true;
	out->headers[question->auth[1].name != NULL ? 3 : 2] =
		(struct http_header){"Content-Type", "application/json"};
	jw_close(question->body);
	return jw_finish(question->body, &out->body);
}

struct exchange
exchange_call(const struct provider_call *call, const struct question *question)
{
	struct exchange exchange = {0};
	struct http_request request;
	struct http_answer answer;

	if (!write_request(call, question, &request)) {
		exchange.answer = exchange_refuse("The request can't be written as JSON");
		return exchange;
	}
	answer = http_call(call->http, call->arena, &request);
	switch (answer.outcome) {
	case HTTP_ANSWERED:
		judge(&exchange, call->arena, answer.status, object_of(call->arena, answer.body));
		break;
	case HTTP_NOT_SENT:
	case HTTP_BLOCKED:
		exchange.answer = exchange_out_of_reach(answer.problem);
		break;
	case HTTP_LOST:
		exchange.answer = unknown(answer.problem);
		break;
	}
	return exchange;
}

struct provider_answer
exchange_show(struct arena *arena, const struct exchange *exchange)
{
	struct provider_answer answer = exchange->answer;
	struct bytes text;
	struct jw w;

	if (json_kind(exchange->data) == JSON_OBJECT)
		answer.shown = json_compact(arena, exchange->data);
	if (json_kind(exchange->data) != JSON_LIST)
		return answer;
	question_body(&w, arena);
	jw_json(&w, "items", json_compact(arena, exchange->data));
	jw_close(&w);
	if (jw_finish(&w, &text))
		answer.shown = text.data;
	return answer;
}

struct provider_answer
exchange_show_order(struct arena *arena, const struct exchange *exchange, const char *id)
{
	struct provider_answer answer = exchange_show(arena, exchange);

	answer.state = report_state(exchange->data, "status");
	answer.id = report_text(arena, exchange->data, id, 100);
	return answer;
}

struct exchange
bearer_call(const struct provider_call *call, const char *method, const char *path, struct jw *body)
{
	struct question question = {method, path, {question_bearer(call)}, body};

	return exchange_call(call, &question);
}

struct provider_answer
bearer_show(const struct provider_call *call, const char *method, const char *path, struct jw *body)
{
	struct exchange exchange = bearer_call(call, method, path, body);

	return exchange_show(call->arena, &exchange);
}
