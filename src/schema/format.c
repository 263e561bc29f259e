/* Text formats that more than one table uses. */
#include <string.h>

#include "schema/schema.h"

static bool
only(const char *text, const char *allowed)
{
	return text[strspn(text, allowed)] == '\0';
}

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* One @, a domain with a dot or localhost, no white space; 254 bytes at most (RFC 5321). */
static bool
email_valid(const char *text)
{
	const char *at = strchr(text, '@');
	size_t length = strlen(text);

	if (at == NULL || at == text || at - text > 64 || length > 254 ||
	    strchr(at + 1, '@') != NULL)
		return false;
	if (strpbrk(text, " \t<>()[],;:\\\"") != NULL || text[0] == '.' || at[-1] == '.' ||
	    strstr(text, "..") != NULL)
		return false;
	if (at[1] == '\0' || at[1] == '.' || at[1] == '-' || text[length - 1] == '.' ||
	    text[length - 1] == '-')
		return false;
	return strchr(at + 1, '.') != NULL || strcmp(at + 1, "localhost") == 0;
}

enum { URI_BYTES_MAX = 2048 };

static bool
uri_valid(const char *text)
{
	const char *rest = NULL;

	if (text_starts_with(text, "https://"))
		rest = text + 8;
	else if (text_starts_with(text, "http://"))
		rest = text + 7;
	return rest != NULL && rest[0] != '\0' && rest[0] != '/' &&
	       strpbrk(text, " \t<>\"{}|\\^`") == NULL && strlen(text) <= URI_BYTES_MAX;
}

static bool
currency_valid(const char *text)
{
	return currency_find_any_case(text) != NULL;
}

static bool
slug_valid(const char *text)
{
	return text[0] != '\0' && only(text, LOWER DIGITS "-") && strlen(text) <= 120;
}

static bool
reference_valid(const char *text)
{
	return strlen(text) >= 5 && strlen(text) <= 120 && only(text, LOWER UPPER DIGITS "._=:-");
}

/* The number of a person's wallet. */
static bool
wallet_number_valid(const char *text)
{
	return strlen(text) == 13 && only(text, DIGITS);
}

/* A password is text of 8 to 72 bytes; what it contains is its owner's business. */
static bool
password_valid(const char *text)
{
	size_t length = strlen(text);

	return length >= 8 && length <= 72;
}

static const struct format formats[] = {
	{"email", NULL, "must be an e-mail address", email_valid},
	{"uri", NULL, "must be an http or https URL", uri_valid},
	{"currency", "^[A-Za-z]{3}$", "must be an ISO 4217 currency code", currency_valid},
	{"slug", "^[a-z0-9-]{1,120}$", "must be 1 to 120 of a-z, 0-9 and -", slug_valid},
	{"reference", "^[A-Za-z0-9._=:-]{5,120}$",
	 "must be 5 to 120 of letters, digits and . _ = : -", reference_valid},
	{"wallet_number", "^[0-9]{13}$", "must have 13 digits", wallet_number_valid},
	{"password", NULL, "must have 8 to 72 bytes", password_valid},
};

struct text_list
text_list_split(struct arena *arena, const char *text)
{
	struct text_list list = {arena_array(arena, strlen(text) + 1, sizeof(const char *)), 0};

	for (const char *p = text; *p != '\0'; p += *p == ',') {
		size_t length = strcspn(p, ",");

		list.items[list.count++] = arena_strndup(arena, p, length);
		p += length;
	}
	return list;
}

const struct format *
format_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}
