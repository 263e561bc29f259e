#include "base/unicode.h"

#include <stdint.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

enum {
	BRAILLE_BLANK = 0x2800,
	NULL_NOTEHEAD = 0x1D159,
	ZERO_WIDTH_NON_JOINER = 0x200C,
	ZERO_WIDTH_JOINER = 0x200D,
	LINE_SEPARATOR = 0x2028,
	PARAGRAPH_SEPARATOR = 0x2029,
	FIRST_DEPRECATED = 0x206A, /* format characters that Unicode advises against */
	LAST_DEPRECATED = 0x206F,
	BYTE_ORDER_MARK = 0xFEFF,
	TAGS = 0xE0000, /* parts of flags, and selectors of variants */
	TAGS_END = 0xE0FFF,
};

static const uint32_t SHOWN =
	UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_P | UC_CATEGORY_MASK_S;

static bool
is_a(ucs4_t c, uint32_t categories)
{
	return uc_is_general_category_withtable(c, categories);
}

/* Characters without an appearance of their own: joiners, selectors and tags are part of the
 * character before them. */
static bool
is_ignored(ucs4_t c)
{
	return uc_is_property_default_ignorable_code_point(c) && !is_a(c, UC_CATEGORY_MASK_M) &&
	       c != ZERO_WIDTH_NON_JOINER && c != ZERO_WIDTH_JOINER && (c < TAGS || c > TAGS_END);
}

static bool
is_blank(ucs4_t c)
{
	return uc_is_property_white_space(c) || is_ignored(c) || c == BRAILLE_BLANK ||
	       c == NULL_NOTEHEAD;
}

static bool
is_visible(ucs4_t c)
{
	return is_a(c, SHOWN) && !is_blank(c);
}

static bool
is_letter(ucs4_t c)
{
	return is_a(c, UC_CATEGORY_MASK_L) && !is_blank(c);
}

static bool
is_disguise(ucs4_t c)
{
	return uc_is_property_bidi_control(c) || c == BYTE_ORDER_MARK || c == LINE_SEPARATOR ||
	       c == PARAGRAPH_SEPARATOR || (c >= FIRST_DEPRECATED && c <= LAST_DEPRECATED) ||
	       uc_is_property_not_a_character(c);
}

static bool
is_invisible(ucs4_t c)
{
	return c != ' ' && !is_a(c, UC_CATEGORY_MASK_M) && !is_visible(c);
}

static bool
has(const char *text, bool (*is)(ucs4_t c))
{
	const uint8_t *rest = (const uint8_t *)text;
	ucs4_t c;

	while ((rest = u8_next(&c, rest)) != NULL)
		if (is(c))
			return true;
	return false;
}

bool
text_is_visible(const char *text)
{
	return has(text, is_visible);
}

bool
text_has_letter(const char *text)
{
	return has(text, is_letter);
}

bool
text_has_outer_blank(const char *text)
{
	const uint8_t *start = (const uint8_t *)text;
	ucs4_t c;

	if (u8_next(&c, start) == NULL)
		return false;
	if (is_blank(c))
		return true;
	(void)u8_prev(&c, start + strlen(text), start);
	return is_blank(c);
}

bool
text_has_disguise(const char *text)
{
	return has(text, is_disguise);
}

bool
text_has_invisible(const char *text)
{
	return has(text, is_invisible);
}
