/*
 * origin.h - lists of web origins, as the setting COWRY_ALLOWED_ORIGINS has them.
 *
 * An origin is what a browser sends in the header Origin: scheme, "://", host, and the port where it
 * is not the scheme's own; nothing after it, no upper-case letters. In a list they stand apart by
 * blanks or commas, and "*" means any.
 */
#ifndef BASE_ORIGIN_H
#define BASE_ORIGIN_H

#include <stdbool.h>

#include "base/attributes.h"

/* Whether a list has nothing but origins and "*"; if not, one clear line is left in problem. */
bool origin_list_valid(const char *list, char problem[200]) MUST_CHECK;
/* Whether a list names an origin; "*" names none. */
bool origin_is_listed(const char *list, const char *origin);
/* Whether a list has "*". */
bool origin_any_listed(const char *list);

#endif
