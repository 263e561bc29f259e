#include "base/origin.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define SEPARATORS " \t,"
#define LETTERS    "abcdefghijklmnopqrstuvwxyz"
#define DIGITS     "0123456789"

enum { SHOWN_MAX = 60, PORT_DIGITS_MAX = 5 };

/* An item of a list. */
struct item {
	const char *text;
	size_t length;
};

/* The next item from *p on; *p is then after it; false at the end. */
static bool
next_item(const char **p, struct item *item)
{
	*p += strspn(*p, SEPARATORS);
	*item = (struct item){*p, strcspn(*p, SEPARATORS)};
	*p += item->length;
	return item->length > 0;
}

static bool
is_text(struct item item, const char *text)
{
	return item.length == strlen(text) && strncmp(item.text, text, item.length) == 0;
}

/* ":8443" to the end, and not the port that the scheme implies. */
static bool
is_port(const char *text, size_t length, bool https, bool http)
{
	if (length < 2 || length > PORT_DIGITS_MAX + 1 || text[0] != ':' || text[1] == '0' ||
	    strspn(text + 1, DIGITS) < length - 1)
		return false;
	if (https && length == 4 && strncmp(text, ":443", 4) == 0)
		return false;
	return !(http && length == 3 && strncmp(text, ":80", 3) == 0);
}

/* Bytes of the host at the beginning of a text: a name or an address, or an IPv6 one in brackets. */
static size_t
host_length(const char *text, size_t length)
{
	size_t n;

	if (text[0] != '[') {
		n = strspn(text, LETTERS DIGITS "-._");
		return n < length ? n : length;
	}
	n = 1 + strspn(text + 1, "abcdef" DIGITS ":.");
	return n > 1 && n < length && text[n] == ']' ? n + 1 : 0;
}

static bool
is_origin(struct item item)
{
	size_t scheme = strspn(item.text, LETTERS DIGITS "+-.");
	const char *rest = item.text + scheme;
	bool https = scheme == 5 && strncmp(item.text, "https", scheme) == 0;
	bool http = scheme == 4 && strncmp(item.text, "http", scheme) == 0;
	size_t left;
	size_t host;

	if (scheme == 0 || scheme + 3 >= item.length || strchr(LETTERS, item.text[0]) == NULL ||
	    strncmp(rest, "://", 3) != 0)
		return false;
	rest += 3;
	left = item.length - scheme - 3;
	host = host_length(rest, left);
	return host > 0 && (host == left || is_port(rest + host, left - host, https, http));
}

bool
origin_list_valid(const char *list, char problem[200])
{
	struct item item;

	while (next_item(&list, &item)) {
		if (is_text(item, "*") || is_origin(item))
			continue;
		(void)snprintf(problem, 200,
			       "\"%.*s\" is not an origin such as https://app.example.com: lower "
			       "case, no path, and no port that the scheme implies",
			       (int)(item.length < SHOWN_MAX ? item.length : SHOWN_MAX), item.text);
		return false;
	}
	return true;
}

bool
origin_is_listed(const char *list, const char *origin)
{
	struct item item;

	while (next_item(&list, &item))
		if (!is_text(item, "*") && is_text(item, origin))
			return true;
	return false;
}

bool
origin_any_listed(const char *list)
{
	struct item item;

	while (next_item(&list, &item))
		if (is_text(item, "*"))
			return true;
	return false;
}
