#include <string.h>

#include "base/arena.h"
#include "provider/exchange.h"
#include "json/reader.h"

enum { TEXT_MAX = 200, SEGMENT_MAX = 100, PAGE_MAX = 1000000, PAGE_SIZE_MAX = 100 };

static const char *
sane_text(const struct json_object *payload, const char *name)
{
	struct json_object *value = json_member(payload, name, NULL);
	const char *text = json_kind(value) == JSON_TEXT ? json_text_value(value) : "";

	return text[0] != '\0' && strlen(text) <= TEXT_MAX && !text_has_control(text) ? text : NULL;
}

const char *
payload_text(const struct json_object *payload, const char *name, const char *other)
{
	const char *text = NULL;

	if (payload != NULL)
		text = sane_text(payload, name);
	if (payload != NULL && text == NULL && other != NULL)
		text = sane_text(payload, other);
	return text;
}

static const char *
segment(const struct json_object *payload, const char *name)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@+-";
	struct json_object *value = json_member(payload, name, NULL);
	const char *text =
		json_kind(value) == JSON_TEXT ? json_text_value(value) : report_digits(value);

	/* Dots alone would be another path. */
	return text[0] != '\0' && text[0] != '.' && strlen(text) <= SEGMENT_MAX &&
			       strspn(text, allowed) == strlen(text)
		       ? text
		       : NULL;
}

const char *
payload_segment(const struct json_object *payload, const char *name, const char *other)
{
	const char *text = NULL;

	if (payload != NULL)
		text = segment(payload, name);
	if (payload != NULL && text == NULL && other != NULL)
		text = segment(payload, other);
	return text;
}

const char *
order_email(const struct provider_order *order)
{
	return order->email != NULL ? order->email : payload_text(order->payload, "email", NULL);
}

void
payload_copy(struct jw *w, const struct json_object *payload, const char *const *names)
{
	for (; payload != NULL && *names != NULL; names++) {
		struct json_object *value = json_member(payload, *names, NULL);

		if (value != NULL)
			jw_json(w, *names, json_compact(w->arena, value));
	}
}

/* A member that is a whole number in a range, or 0. */
static int64_t
number(const struct json_object *payload, const char *name, int64_t most)
{
	struct json_object *value = json_member(payload, name, NULL);
	int64_t n = json_kind(value) == JSON_INTEGER ? json_integer_value(value) : 0;

	return n >= 1 && n <= most ? n : 0;
}

const char *
payload_page(struct arena *arena, const struct json_object *payload, const char *size_name)
{
	int64_t page = payload != NULL ? number(payload, "page", PAGE_MAX) : 0;
	int64_t size = payload != NULL ? number(payload, size_name, PAGE_SIZE_MAX) : 0;

	if (page == 0 && size == 0)
		return "";
	if (size == 0)
		return arena_printf(arena, "?page=%lld", (long long)page);
	return arena_printf(arena, "?page=%lld&%s=%lld", (long long)(page > 0 ? page : 1),
			    size_name, (long long)size);
}
