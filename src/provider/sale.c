#include "provider/sale.h"

#include <string.h>

#include "base/arena.h"
#include "json/reader.h"

enum { TOKENS_MAX = 4, TOKEN_MAX = 40 };

const struct vendor *const vendors[] = {&vendor_flash, &vendor_mobilemart, &vendor_easypay, NULL};

const char *const product_kind_words[] = {"airtime", "data", "electricity", "bill", NULL};

const struct vendor *
vendor_find(const char *name)
{
	for (size_t i = 0; vendors[i] != NULL; i++)
		if (text_equal(vendors[i]->name, name))
			return vendors[i];
	return NULL;
}

/* Digits, optionally in groups. */
static bool
is_token(struct json_object *value)
{
	const char *text = json_kind(value) == JSON_TEXT ? json_text_value(value) : "";

	return text[0] != '\0' && strlen(text) <= TOKEN_MAX &&
	       strspn(text, "0123456789 -") == strlen(text);
}

/* A meter that changes its keys needs several tokens, in order. */
static const char *
tokens_of(struct arena *arena, const char *name, struct json_object *data)
{
	struct json_object *list = NULL;
	const char *all = NULL;

	if (name != NULL && json_kind(data) == JSON_OBJECT)
		list = json_member(data, name, NULL);
	if (json_kind(list) != JSON_LIST)
		return NULL;
	for (size_t i = 0; i < json_list_length(list) && i < TOKENS_MAX; i++) {
		struct json_object *item = json_list_item(list, i);

		if (!is_token(item))
			return NULL;
		all = arena_printf(arena, "%s%s%s", all != NULL ? all : "", all != NULL ? ", " : "",
				   json_text_value(item));
	}
	return all;
}

static struct vendor_answer
read_sale(struct arena *arena, const struct sale_form *form, struct json_object *data,
	  const char *reference)
{
	struct provider_report report = {0};

	report_read(arena, &form->report, data, &report);
	if (report.unclear || report.reference == NULL || !text_equal(report.reference, reference))
		return (struct vendor_answer){
			.outcome = PROVIDER_UNKNOWN,
			.sent = true,
			.problem = report.unclear ? report_unclear
						  : "the answer is about another sale",
		};
	return (struct vendor_answer){
		.outcome = PROVIDER_ACCEPTED,
		.sent = true,
		.state = report.state,
		.amount = report.amount,
		.id = report.id,
		.token = tokens_of(arena, form->tokens, data),
	};
}

struct vendor_answer
sale_answer(struct arena *arena, const struct sale_form *form, const struct exchange *exchange,
	    struct json_object *data, const char *reference)
{
	if (exchange->answer.outcome == PROVIDER_ACCEPTED)
		return read_sale(arena, form, data, reference);
	return (struct vendor_answer){
		.outcome = exchange->answer.outcome,
		.sent = exchange->answer.sent,
		.message = exchange->answer.message,
		.problem = exchange->answer.problem,
	};
}

struct vendor_answer
sale_report(struct arena *arena, const struct sale_form *form, const struct exchange *exchange,
	    struct json_object *data, const char *reference)
{
	struct vendor_answer answer = {.outcome = PROVIDER_UNKNOWN, .sent = true};

	if (exchange->absent)
		answer = (struct vendor_answer){
			.outcome = PROVIDER_ACCEPTED, .sent = true, .state = PROVIDER_ABSENT};
	else if (exchange->answer.outcome == PROVIDER_ACCEPTED)
		answer = read_sale(arena, form, data, reference);
	else
		answer.problem = exchange->answer.problem;
	return answer;
}

struct exchange
sale_ask(const struct provider_call *call, const char *path, const char *reference,
	 struct http_header auth)
{
	const struct question question = {
		.method = "GET",
		.path = arena_printf(call->arena, "%s%s", path, reference),
		.auth = {auth},
	};

	return exchange_call(call, &question);
}

const char *
sale_mobile(const char *recipient)
{
	return recipient[0] == '+' ? recipient + 1 : recipient;
}

struct http_header
sale_key(const struct provider_call *call)
{
	const char *key = call->account->api_key != NULL ? call->account->api_key : "";

	return (struct http_header){"X-API-Key", key};
}
