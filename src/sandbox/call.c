#include "sandbox/call.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "crypto/hmac.h"
#include "json/reader.h"

const struct fake_provider *const fakes[FAKE_PROVIDERS] = {
	&fake_paystack, &fake_flutterwave, &fake_paga,    &fake_fingra, &fake_google,
	&fake_flash,    &fake_mobilemart,  &fake_easypay, &fake_bank};
const char *const fake_provider_names[FAKE_PROVIDERS + 1] = {
	"paystack", "flutterwave", "paga",    "fingra", "google",
	"flash",    "mobilemart",  "easypay", "bank",   NULL};

const char *
call_variable(const struct sandbox_call *call, const char *name)
{
	size_t length = strlen(name);

	for (char *const *p = call->request->variables; *p != NULL; p++)
		if (strncmp(*p, name, length) == 0 && (*p)[length] == '=' &&
		    (*p)[length + 1] != '\0')
			return *p + length + 1;
	return NULL;
}

bool
call_bearer(struct sandbox_call *call)
{
	static const char scheme[] = "bearer ";
	const char *value = call_variable(call, "HTTP_AUTHORIZATION");

	if (value == NULL || strlen(value) < sizeof(scheme) ||
	    !text_equal_any_case(arena_strndup(call->arena, value, sizeof(scheme) - 1), scheme))
		return false;
	call->key = text_trim(call->arena, value + sizeof(scheme) - 1);
	return call->key[0] != '\0';
}

const char *
object_text(struct json_object *object, const char *name)
{
	bool present;
	struct json_object *value;

	if (object == NULL || json_kind(object) != JSON_OBJECT)
		return NULL;
	value = json_member(object, name, &present);
	if (value == NULL)
		return NULL;
	switch (json_kind(value)) {
	case JSON_TEXT:
	case JSON_INTEGER:
	case JSON_DECIMAL:
	case JSON_NUMBER:
		return json_text_value(value);
	case JSON_NULL:
	case JSON_BOOL:
	case JSON_ODD_TEXT:
	case JSON_LIST:
	case JSON_OBJECT:
	case JSON_UNCLEAR:
	default:
		return NULL;
	}
}

const char *
call_text(const struct sandbox_call *call, const char *name)
{
	const char *text = object_text(call->body, name);

	return text != NULL && text[0] != '\0' ? text : NULL;
}

struct json_object *
object_member(struct json_object *object, const char *name)
{
	bool present;
	struct json_object *value;

	if (object == NULL || json_kind(object) != JSON_OBJECT)
		return NULL;
	value = json_member(object, name, &present);
	return value != NULL && json_kind(value) == JSON_OBJECT ? value : NULL;
}

bool
amount_read(struct money *out, const char *text, const char *currency)
{
	const struct currency *found = currency_find(currency != NULL ? currency : "NGN");
	struct decimal value;

	return text != NULL && found != NULL &&
	       decimal_parse(&value, text, strlen(text)) == MONEY_OK &&
	       money_from_decimal(out, value, found) == MONEY_OK && out->minor > 0;
}

void
reply_json(struct sandbox_call *call, int status, struct jw *w)
{
	call->reply->status = status;
	call->reply->content_type = "application/json; charset=utf-8";
	if (!jw_finish(w, &call->reply->body)) {
		call->reply->status = 500;
		call->reply->body = (struct bytes){NULL, 0};
	}
}

void
reply_html(struct sandbox_call *call, int status, const char *html)
{
	call->reply->status = status;
	call->reply->content_type = "text/html; charset=utf-8";
	call->reply->body = (struct bytes){html, strlen(html)};
}

void
reply_redirect(struct sandbox_call *call, const char *url)
{
	call->reply->status = 302;
	call->reply->location = url;
}

static int64_t
number_in(const struct sandbox_call *call, const char *name, int64_t usual, int64_t most)
{
	const char *text = form_value(&call->query, name);
	int64_t number;

	if (text == NULL || !integer_parse(&number, text) || number < 1)
		return usual;
	return number < most ? number : most;
}

void
call_page(const struct sandbox_call *call, const char *size, struct order_filter *out)
{
	enum { USUAL = 50, MOST = 100, PAGE_MOST = 1000000 };

	out->most = (size_t)number_in(call, size, USUAL, MOST);
	out->skip = out->most * (size_t)(number_in(call, "page", 1, PAGE_MOST) - 1);
}

size_t
write_records(const struct sandbox_call *call, struct jw *w, const char *kind)
{
	const char **found;
	size_t n = records_list(call->box->records, call->arena, call->provider, kind, &found);

	jw_list(w, "data");
	for (size_t i = 0; i < n && i < RECORDS_SHOWN_MAX; i++)
		jw_json(w, NULL, found[i]);
	jw_close(w);
	return n;
}

void
webhook_begin(struct jw *w, struct arena *arena, const char *event, struct webhook *out)
{
	out->event = event;
	jw_init(w, arena, 1024);
	jw_object(w, NULL);
	jw_text(w, "event", event);
}

void
webhook_end(struct jw *w, struct webhook *out)
{
	jw_close(w);
	if (!jw_finish(w, &out->body))
		out->body = (struct bytes){"", 0};
}

const char *
sign_sha512(struct arena *arena, const char *key, struct bytes body)
{
	unsigned char digest[SHA512_SIZE];

	hmac_sha512((struct bytes){key, strlen(key)}, body.data, body.length, digest);
	return hex_encode(arena, digest, sizeof(digest));
}

const char *
time_text(struct arena *arena, struct instant t)
{
	char text[INSTANT_TEXT_MAX];

	return t.us != 0 ? arena_strdup(arena, instant_text(text, t)) : NULL;
}

bool
call_admit(struct sandbox_call *call)
{
	const struct refusals *refusals = call->fake->refusals;

	if (refusals == NULL)
		return call->fake->admit(call);
	if (refusals->take_key(call))
		return true;
	refusals->write(call, &refusals->without_key);
	return false;
}

void
call_trouble(struct sandbox_call *call, enum trouble trouble)
{
	const struct refusals *refusals = call->fake->refusals;

	if (refusals == NULL)
		call->fake->trouble(call, trouble);
	else
		refusals->write(call, &refusals->of[trouble]);
}

void
reply_begin(struct sandbox_call *call, struct jw *w, bool status, const char *message)
{
	jw_init(w, call->arena, 512);
	jw_object(w, NULL);
	jw_bool(w, "status", status);
	jw_text(w, "message", message);
}

void
reply_refuse(struct sandbox_call *call, int status, const char *message)
{
	struct jw w;

	reply_begin(call, &w, false, message);
	jw_close(&w);
	reply_json(call, status, &w);
}
