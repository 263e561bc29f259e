#include <string.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "crypto/hmac.h"
#include "provider/exchange.h"
#include "json/reader.h"

enum {
	WEBHOOK_MAX = 1024 * 1024,
	EVENT_MAX = 64,
	REFERENCE_MAX = 100,
	ID_MAX = 100,
	URL_MAX = 1024,
	SIGNATURE_DIGITS = 2 * SHA512_SIZE,
};

/* Status words of all providers; no word has two meanings. */
static const struct {
	const char *word;
	enum provider_state state;
} words[] = {
	{"success", PROVIDER_SUCCEEDED}, {"successful", PROVIDER_SUCCEEDED},
	{"failed", PROVIDER_FAILED},     {"rejected", PROVIDER_FAILED},
	{"blocked", PROVIDER_FAILED},    {"reversed", PROVIDER_REVERSED},
};

static struct json_object *
member(struct json_object *data, const char *name)
{
	return json_kind(data) == JSON_OBJECT ? json_member(data, name, NULL) : NULL;
}

enum provider_state
report_state(struct json_object *data, const char *name)
{
	struct json_object *value = member(data, name);

	if (json_kind(value) == JSON_TEXT)
		for (size_t i = 0; i < COUNT(words); i++)
			if (text_equal_any_case(json_text_value(value), words[i].word))
				return words[i].state;
	return PROVIDER_PENDING;
}

const char *
report_digits(const struct json_object *value)
{
	enum json_kind kind = json_kind(value);
	const char *text =
		kind == JSON_INTEGER || kind == JSON_NUMBER ? json_text_value(value) : "";

	return text[strspn(text, "0123456789")] == '\0' ? text : "";
}

const char *
report_number(struct arena *arena, const struct json_object *value)
{
	switch (json_kind(value)) {
	case JSON_INTEGER:
	case JSON_DECIMAL:
	case JSON_NUMBER:
		return json_plain_number(arena, value);
	case JSON_TEXT:
		return json_text_value(value);
	case JSON_NULL:
	case JSON_BOOL:
	case JSON_ODD_TEXT:
	case JSON_LIST:
	case JSON_OBJECT:
	case JSON_UNCLEAR:
		break;
	}
	return NULL;
}

const char *
report_text(struct arena *arena, struct json_object *data, const char *name, size_t max)
{
	struct json_object *value = member(data, name);
	const char *text =
		json_kind(value) == JSON_TEXT ? json_text_value(value) : report_digits(value);
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return NULL;
	return length > 0 && length <= max ? arena_strdup(arena, text) : NULL;
}

const char *
report_url(struct arena *arena, struct json_object *data, const char *name)
{
	const char *url = report_text(arena, data, name, URL_MAX);

	return url != NULL && (text_starts_with(url, "https://") ||
			       text_starts_with(url, "http://"))
		       ? url
		       : NULL;
}

/* An amount that the currency can't represent is treated as absent, and never equals the
 * requested one. */
static struct money
amount_of(struct arena *arena, struct json_object *data, bool hundredths)
{
	const char *text = report_number(arena, member(data, "amount"));
	struct json_object *code = member(data, "currency");
	struct money amount = {0};
	struct decimal value;

	if (json_kind(code) == JSON_TEXT)
		amount.currency = currency_find_any_case(json_text_value(code));
	if (amount.currency == NULL || text == NULL)
		return amount;
	if (decimal_parse(&value, text, strlen(text)) != MONEY_OK)
		return amount;
	if (hundredths)
		value.scale = (unsigned char)(value.scale + 2);
	while (value.scale > amount.currency->exponent && value.coefficient % 10 == 0) {
		value.coefficient /= 10;
		value.scale--;
	}
	if (money_from_decimal(&amount, value, amount.currency) != MONEY_OK)
		amount.minor = 0;
	return amount;
}

/* Whether a member is present, but invalid. */
static bool
is_unclear(struct json_object *data, const char *name)
{
	enum json_kind kind = json_kind(member(data, name));

	return kind == JSON_UNCLEAR || kind == JSON_ODD_TEXT;
}

void
report_read(struct arena *arena, const struct report_form *form, struct json_object *data,
	    struct provider_report *out)
{
	out->reference = report_text(arena, data, form->reference, REFERENCE_MAX);
	out->id = report_text(arena, data, form->id, ID_MAX);
	out->state = report_state(data, "status");
	out->amount = amount_of(arena, data, form->hundredths);
	out->unclear = json_kind(data) == JSON_UNCLEAR || is_unclear(data, form->reference) ||
		       is_unclear(data, "status") || is_unclear(data, "amount") ||
		       is_unclear(data, "currency");
}

const char report_unclear[] = "decisive fields of the answer are repeated or unreadable";

struct provider_report
report_of(struct arena *arena, const struct report_form *form, const struct exchange *exchange,
	  const char *reference, bool withdrawal)
{
	struct provider_report report = {
		.outcome = PROVIDER_ACCEPTED, .event = "look-up", .withdrawal = withdrawal};

	if (exchange->absent) {
		report.reference = reference;
		report.state = PROVIDER_ABSENT;
	} else if (exchange->answer.outcome == PROVIDER_ACCEPTED) {
		report_read(arena, form, exchange->data, &report);
		if (!report.unclear && report.reference != NULL &&
		    text_equal(report.reference, reference))
			return report;
		report.outcome = PROVIDER_UNKNOWN;
		report.problem =
			report.unclear ? report_unclear : "the answer is about another order";
	} else {
		report.outcome = PROVIDER_UNKNOWN;
		report.problem = exchange->answer.problem;
	}
	return report;
}

/* False if it is not an object with an event; data may be anything, or absent. */
static bool
open_webhook(struct arena *arena, struct bytes body, size_t values_max, const char **event,
	     struct json_object **data)
{
	struct json_object *value = NULL;
	struct fault f = {0};

	if (body.length == 0 || body.length > WEBHOOK_MAX ||
	    json_read_foreign(arena, &f, body.data, body.length, values_max, &value) != ERR_OK ||
	    json_kind(value) != JSON_OBJECT)
		return false;
	*event = report_text(arena, value, "event", EVENT_MAX);
	*data = json_member(value, "data", NULL);
	return *event != NULL;
}

bool
webhook_read(struct arena *arena, const struct webhook_event *events, struct bytes body,
	     size_t values_max, struct provider_report *out)
{
	struct json_object *data;
	const char *event;

	*out = (struct provider_report){0};
	if (!open_webhook(arena, body, values_max, &event, &data))
		return false;
	out->event = event;
	while (events->name != NULL && !text_equal(event, events->name))
		events++;
	if (events->name == NULL)
		return true;
	report_read(arena, events->form, data, out);
	out->withdrawal = events->withdrawal;
	if (events->state != PROVIDER_PENDING && out->state != events->state)
		out->state = PROVIDER_PENDING; /* it contradicts itself */
	return true;
}

struct bytes
webhook_secret(const struct provider_account *account)
{
	const char *secret = account->webhook_secret;

	if (secret == NULL)
		secret = account->api_key != NULL ? account->api_key : "";
	return (struct bytes){secret, strlen(secret)};
}

bool
webhook_signed(const struct provider_account *account, struct bytes body, const char *signature)
{
	struct bytes secret = webhook_secret(account);

	return signature != NULL && secret.length > 0 && strlen(signature) == SIGNATURE_DIGITS &&
	       strspn(signature, "0123456789abcdef") == SIGNATURE_DIGITS &&
	       hmac_sha512_verify_hex(secret, body.data, body.length, signature);
}
