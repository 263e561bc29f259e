#include "base/mask.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/text.h"

static const char hidden[] = "***";

/* libpq's keywords for secrets. */
static const char *const keywords[] = {"password", "sslpassword", "oauth_client_secret",
				       "scram_client_key", "scram_server_key"};

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* How far the value of a keyword reaches: to a space, or in a URL to the next parameter; quotation
 * marks and backslashes as in a connection string. */
static const char *
value_end(const char *value, bool in_url)
{
	bool quoted = *value == '\'';
	const char *ends = "\\ \t\r\n";

	if (quoted)
		ends = "\\'";
	else if (in_url)
		ends = "\\ \t\r\n&";
	value += quoted ? 1 : 0;
	value += strcspn(value, ends);
	while (*value == '\\') {
		value += value[1] != '\0' ? 2 : 1;
		value += strcspn(value, ends);
	}
	return value;
}

/* The value of a secret keyword that begins at text, or NULL. */
static const char *
secret_value(const char *begin, const char *text)
{
	if (text > begin && is_word(text[-1]))
		return NULL;
	for (size_t i = 0; i < COUNT(keywords); i++) {
		size_t length = strlen(keywords[i]);
		const char *next = text + length;

		if (strncasecmp(text, keywords[i], length) != 0)
			continue;
		next += strspn(next, " \t");
		if (*next == '=')
			return next + 1 + strspn(next + 1, " \t");
	}
	return NULL;
}

/* The password of the URL whose authority begins at text, or NULL; *end is behind it. Passwords with
 * an @ or / that should have been encoded are taken whole. */
static const char *
url_password(const char *text, const char **end)
{
	const char *stop = text + strcspn(text, " \t\r\n\"'");
	const char *colon = memchr(text, ':', (size_t)(stop - text));

	*end = stop;
	while (*end > text && (*end)[0] != '@')
		(*end)--;
	return colon != NULL && *end > colon ? colon + 1 : NULL;
}

/* The secret that begins right behind the first bytes of text, or NULL. */
static const char *
secret_at(const char *begin, const char *text, const char **end)
{
	const char *value = secret_value(begin, text);

	if (value != NULL) {
		*end = value_end(value, text > begin && strchr("?&", text[-1]) != NULL);
		return value;
	}
	return text_starts_with(text, "://") ? url_password(text + 3, end) : NULL;
}

const char *
mask_text(struct arena *arena, const char *text)
{
	/* A secret has at least one character; an empty one is not replaced. */
	char *masked = arena_alloc(arena, strlen(text) * sizeof hidden + 1);
	const char *from = text;
	char *to = masked;

	while (*from != '\0') {
		const char *end = NULL;
		const char *secret = secret_at(text, from, &end);

		if (secret == NULL || secret == end) {
			*to++ = *from++;
			continue;
		}
		memcpy(to, from, (size_t)(secret - from));
		to += secret - from;
		memcpy(to, hidden, sizeof hidden - 1);
		to += sizeof hidden - 1;
		from = *secret == '\'' && *end == '\'' ? end + 1 : end;
	}
	*to = '\0';
	return masked;
}
