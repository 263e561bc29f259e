/* Text formats used by several tables. */
#include <string.h>

#include "base/attributes.h"
#include "base/email.h"
#include "base/unicode.h"
#include "schema/schema.h"

static bool
only(const char *text, const char *allowed)
{
	return text[strspn(text, allowed)] == '\0';
}

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

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

/* The number of a user's wallet. */
static bool
wallet_number_valid(const char *text)
{
	return strlen(text) == 13 && only(text, DIGITS);
}

/* A password has at least 8 characters and at most 72 bytes; there are no rules for its content. */
static bool
password_valid(const char *text)
{
	return utf8_count(text) >= 8 && strlen(text) <= 72;
}

enum { NAME_MAX_CHARACTERS = 100 };

/* Name of a user or a business: can't be taken for markup on a page. */
static bool
name_valid(const char *text)
{
	return utf8_count(text) <= NAME_MAX_CHARACTERS && strpbrk(text, "<>") == NULL &&
	       strstr(text, "&#") == NULL && strcasestr(text, "javascript:") == NULL &&
	       text_has_letter(text) && !text_has_disguise(text);
}

static bool
phone_valid(const char *text)
{
	return text[0] == '+' && text[1] != '0' && strlen(text) >= 9 && strlen(text) <= 16 &&
	       only(text + 1, DIGITS);
}

static bool
date_valid(const char *text)
{
	struct instant midnight;

	return strlen(text) == 10 && instant_parse(&midnight, text);
}

/* A password with letters and digits, among other characters. */
static bool
mixed_password_valid(const char *text)
{
	return password_valid(text) && strpbrk(text, LOWER UPPER) != NULL &&
	       strpbrk(text, DIGITS) != NULL;
}

static bool
any_drop_id_valid(const char *text)
{
	size_t prefix = strspn(text, LOWER);

	return prefix > 0 && text[prefix] == '_' && strlen(text + prefix + 1) == 16 &&
	       only(text + prefix + 1, DIGITS "abcdef");
}

/* The number of a Norwegian business. */
static bool
org_number_valid(const char *text)
{
	return strlen(text) == 9 && only(text, DIGITS);
}

static bool
pin_valid(const char *text)
{
	return strlen(text) == 4 && only(text, DIGITS);
}

static const struct format formats[] = {
	{"email", NULL, "must be an email address", 3, 254, email_valid},
	{"uri", NULL, "must be an http or https URL", 8, 2048, uri_valid},
	{"currency", "^[A-Za-z]{3}$", "must be an ISO 4217 currency code", 0, 0, currency_valid},
	{"slug", "^[a-z0-9-]{1,120}$", "must be 1 to 120 of a-z, 0-9 and -", 0, 0, slug_valid},
	{"reference", "^[A-Za-z0-9._=:-]{5,120}$",
	 "must be 5 to 120 of letters, digits and . _ = : -", 0, 0, reference_valid},
	{"wallet_number", "^[0-9]{13}$", "must have 13 digits", 0, 0, wallet_number_valid},
	{"password", NULL, "must have at least 8 characters and at most 72 bytes", 8, 72,
	 password_valid},
	{"mixed_password", "^(?=[^]*[A-Za-z])(?=[^]*[0-9])",
	 "must have at least 8 characters, with letters and digits, and at most 72 bytes", 8, 72,
	 mixed_password_valid},
	{"name", NULL,
	 "must have 1 to 100 characters, at least one letter, and no markup or directional controls",
	 1, 100, name_valid},
	{"phone", "^\\+[1-9][0-9]{7,14}$", "must be + and 8 to 15 digits", 0, 0, phone_valid},
	{"date", NULL, "must be a date such as 1995-03-15", 0, 0, date_valid},
	{"drop_id", "^[a-z]+_[a-f0-9]{16}$", "must be an id such as noti_0123456789abcdef", 0, 0,
	 any_drop_id_valid},
	{"org_number", "^[0-9]{9}$", "must have 9 digits", 0, 0, org_number_valid},
	{"pin", "^[0-9]{4}$", "must have 4 digits", 0, 0, pin_valid},
};

const struct format *
format_find(const char *name)
{
	for (size_t i = 0; i < COUNT(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}
