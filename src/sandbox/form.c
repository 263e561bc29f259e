#include "sandbox/form.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

static bool
read_field(struct arena *arena, const char *text, size_t length, struct form_field *out)
{
	const char *equals = memchr(text, '=', length);
	size_t name = equals != NULL ? (size_t)(equals - text) : length;
	char *decoded[2];

	if (!percent_decode(arena, text, name, true, &decoded[0]))
		return false;
	if (equals == NULL)
		decoded[1] = arena_strdup(arena, "");
	else if (!percent_decode(arena, equals + 1, length - name - 1, true, &decoded[1]))
		return false;
	*out = (struct form_field){decoded[0], decoded[1]};
	return true;
}

bool
form_read(struct arena *arena, const char *text, size_t length, struct form *out)
{
	out->count = 0;
	while (length > 0) {
		const char *end = memchr(text, '&', length);
		size_t n = end != NULL ? (size_t)(end - text) : length;

		if (n > 0 && (out->count == FORM_FIELDS_MAX ||
			      !read_field(arena, text, n, &out->fields[out->count++])))
			return false;
		n += end != NULL;
		text += n;
		length -= n;
	}
	return true;
}

const char *
form_value(const struct form *form, const char *name)
{
	for (size_t i = 0; i < form->count; i++)
		if (strcmp(form->fields[i].name, name) == 0)
			return form->fields[i].value;
	return NULL;
}

const char *
form_escape(struct arena *arena, const char *value)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	static const char hex[] = "0123456789ABCDEF";
	char *out = arena_alloc(arena, strlen(value) * 3 + 1);
	char *p = out;

	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;

		if (strchr(plain, c) != NULL) {
			*p++ = *value;
			continue;
		}
		*p++ = '%';
		*p++ = hex[c >> 4];
		*p++ = hex[c & 15];
	}
	return out;
}

const char *
html_escape(struct arena *arena, const char *value)
{
	char *out = arena_alloc(arena, strlen(value) * 6 + 1);
	char *p = out;

	for (; *value != '\0'; value++) {
		if (strchr("&<>\"'", *value) == NULL)
			*p++ = *value;
		else
			p += snprintf(p, 7, "&#%d;", *value);
	}
	return out;
}
