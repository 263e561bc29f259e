/* form.h - names and values of a query string or of a form that was posted. */
#ifndef SANDBOX_FORM_H
#define SANDBOX_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

struct arena;

enum { FORM_FIELDS_MAX = 32 };

struct form {
	size_t count;
	struct form_field {
		const char *name;
		const char *value;
	} fields[FORM_FIELDS_MAX];
};

/* False if it is malformed or has too many fields. */
bool form_read(struct arena *arena, const char *text, size_t length, struct form *out) MUST_CHECK;
/* The first value of that name; NULL if there is none. */
const char *form_value(const struct form *form, const char *name);
/* A value encoded for a URL. */
const char *form_escape(struct arena *arena, const char *value);
/* A value escaped for HTML, including attributes. */
const char *html_escape(struct arena *arena, const char *value);

#endif
