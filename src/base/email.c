#include "base/email.h"

#include <idn2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/unicode.h"

enum {
	LOCAL_BYTES_MAX = 64,
	LABEL_BYTES_MAX = 63,
	NFC_GROWTH_MAX = 3, /* a text in UTF-8 becomes no longer by NFC than that (UAX #15, 9.1) */
};

#define LETTERS_DIGITS_HYPHEN "abcdefghijklmnopqrstuvwxyz0123456789-"

/* A canonical address in two parts. */
struct address {
	char local[LOCAL_BYTES_MAX + 1];
	char domain[EMAIL_BYTES_MAX + 1];
};

static bool
is_ascii(const char *text)
{
	while ((unsigned char)(*text - 1) < 0x7F)
		text++;
	return *text == '\0';
}

static void
fold(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

/* No character that needs quotes, and no mark without an appearance. */
static bool
is_allowed(ucs4_t c)
{
	if (c < 0x80)
		return c > ' ' && c < 0x7F && strchr("<>()[],;:\"\\", (int)c) == NULL;
	return !uc_is_property_default_ignorable_code_point(c);
}

static bool
all_allowed(const char *text)
{
	const uint8_t *rest = (const uint8_t *)text;
	ucs4_t c;

	while ((rest = u8_next(&c, rest)) != NULL)
		if (!is_allowed(c))
			return false;
	return !text_has_invisible(text);
}

static bool
starts_with_mark(const char *text)
{
	ucs4_t c;

	return u8_next(&c, (const uint8_t *)text) != NULL &&
	       uc_is_general_category_withtable(c, UC_CATEGORY_MASK_M);
}

/* length bytes of text in NFC, if that fits into size bytes. */
static bool
compose(char *out, size_t size, const char *text, size_t length)
{
	size_t n = size - 1;
	uint8_t *bytes = (uint8_t *)out;
	uint8_t *composed = u8_normalize(UNINORM_NFC, (const uint8_t *)text, length, bytes, &n);

	if (composed == NULL)
		return false;
	if (composed != bytes) { /* it was too small, and is longer */
		free(composed);
		return false;
	}
	out[n] = '\0';
	return true;
}

/* The local part, length bytes of text, in NFC and folded. NFC makes ASCII of some characters, such as the
 * Greek question mark. Once more NFC, since some letters with a mark are one character only when they are
 * small, such as the j with a caron: only what results has a length that all spellings have in common. */
static bool
take_local(struct address *out, const char *text, size_t length)
{
	char folded[LOCAL_BYTES_MAX * NFC_GROWTH_MAX + 1];

	if (length == 0 || length > LOCAL_BYTES_MAX || text[0] == '.' || text[length - 1] == '.')
		return false;
	if (!compose(folded, sizeof folded, text, length))
		return false;
	fold(folded);
	return compose(out->local, sizeof out->local, folded, strlen(folded)) &&
	       all_allowed(out->local) && strstr(out->local, "..") == NULL &&
	       !starts_with_mark(out->local);
}

/* Labels of letters, digits and hyphens, more than one of them but for localhost. */
static bool
is_domain(const char *domain)
{
	size_t labels = 0;

	for (const char *p = domain;; p++) {
		size_t length = strspn(p, LETTERS_DIGITS_HYPHEN);

		if (length == 0 || length > LABEL_BYTES_MAX || p[0] == '-' || p[length - 1] == '-')
			return false;
		labels++;
		p += length;
		if (*p == '\0')
			break;
		if (*p != '.')
			return false;
	}
	return labels > 1 || strcmp(domain, "localhost") == 0;
}

static bool
take_name(struct address *out, const char *domain)
{
	if (strlen(domain) > EMAIL_BYTES_MAX)
		return false;
	(void)stpcpy(out->domain, domain);
	fold(out->domain);
	return is_domain(out->domain);
}

/* The domain in its DNS form. ASCII is already in that form, unless it is marked as encoded. */
static bool
take_domain(struct address *out, const char *domain)
{
	const int flags = IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES;
	uint8_t *name = NULL;
	bool taken;

	if (is_ascii(domain) && strcasestr(domain, "xn--") == NULL)
		return take_name(out, domain);
	if (idn2_lookup_u8((const uint8_t *)domain, &name, flags) != IDN2_OK)
		return false;
	taken = take_name(out, (const char *)name);
	idn2_free(name);
	return taken;
}

static bool
take(struct address *out, const char *text)
{
	const char *at = strchr(text, '@');

	if (at == NULL || strchr(at + 1, '@') != NULL || strlen(text) > EMAIL_BYTES_MAX ||
	    !all_allowed(text) || !take_local(out, text, (size_t)(at - text)) ||
	    !take_domain(out, at + 1))
		return false;
	return strlen(out->local) + 1 + strlen(out->domain) <= EMAIL_BYTES_MAX;
}

bool
email_valid(const char *text)
{
	struct address address;

	return take(&address, text);
}

const char *
email_key(struct arena *arena, const char *text)
{
	struct address address;

	if (!take(&address, text))
		return email_spelling(arena, text);
	return arena_printf(arena, "%s@%s", address.local, address.domain);
}

const char *
email_spelling(struct arena *arena, const char *text)
{
	return text_lower(arena, text);
}

const char *
email_route(struct arena *arena, const char *text)
{
	struct address address;

	if (!take(&address, text))
		return NULL;
	return arena_printf(arena, "%.*s@%s", (int)strcspn(text, "@"), text, address.domain);
}
