#include "json/jsonb.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "json/writer.h"

enum { NUMBER_MAX = 256 };

/* Whether jsonb preserves the escape after a backslash; steps over it. */
static bool
keeps_escape(const char **at)
{
	const char *escape = *at;

	*at = escape + 1;
	if (*escape != 'u')
		return true;
	return strncmp(escape, "u0000", 5) != 0 &&
	       !((escape[1] | ' ') == 'd' && strchr("89abAB", escape[2]) != NULL) &&
	       !((escape[1] | ' ') == 'd' && strchr("cdefCDEF", escape[2]) != NULL);
}

/* Whether it preserves the string after a quotation mark; steps over it. */
static bool
keeps_string(const char **at)
{
	bool kept = true;

	while (**at != '"' && **at != '\0')
		if (*(*at)++ == '\\')
			kept = keeps_escape(at) && kept;
	*at += **at == '"';
	return kept;
}

/* Whether it preserves a number, in a short form; steps over it. */
static bool
keeps_number(const char **at)
{
	size_t length = strspn(*at, "+-.0123456789eE");
	size_t zero = strspn(*at, "-.0");
	bool negative_zero = **at == '-' && zero == length;
	bool exponent = strcspn(*at, "eE") < length;

	*at += length;
	return !exponent && !negative_zero && length <= NUMBER_MAX;
}

static bool
keeps(const char *json)
{
	while (*json != '\0') {
		if (*json == '"') {
			json++;
			if (!keeps_string(&json))
				return false;
		} else if (*json == '-' || (*json >= '0' && *json <= '9')) {
			if (!keeps_number(&json))
				return false;
		} else {
			json++;
		}
	}
	return true;
}

const char *
json_to_jsonb(struct arena *arena, const char *json)
{
	struct bytes text;
	struct jw w;

	if (keeps(json))
		return json;
	jw_init(&w, arena, strlen(json) * 2);
	jw_text(&w, NULL, json);
	return jw_finish(&w, &text) ? text.data : json;
}

void
json_from_jsonb(char *text)
{
	const char *from = text + 1;
	char *to = text;

	if (*text != '"')
		return;
	/* A JSON text has no control characters but white space, which is escaped by one letter. */
	while (*from != '"' && *from != '\0') {
		static const char names[] = "bfnrt";
		static const char meanings[] = "\b\f\n\r\t";
		const char *name;

		if (*from != '\\') {
			*to++ = *from++;
			continue;
		}
		name = from[1] != '\0' ? strchr(names, from[1]) : NULL;
		*to++ = name != NULL ? meanings[name - names] : from[1];
		from += from[1] != '\0' ? 2 : 1;
	}
	*to = '\0';
}
