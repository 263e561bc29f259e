/*
 * origin.h - lists of web origins, for the setting COWRY_ALLOWED_ORIGINS.
 *
 * An origin is the value of a browser's header Origin: scheme, "://", host, and the port if it is
 * not the default of the scheme; nothing after it, no upper-case letters. Lists are separated by
 * blanks or commas, and "*" means any.
 */
#ifndef BASE_ORIGIN_H
#define BASE_ORIGIN_H

#include <stdbool.h>

#include "base/attributes.h"

/* Whether a list contains only origins and "*"; if not, a one-line message is left in problem. */
bool origin_list_valid(const char *list, char problem[200]) MUST_CHECK;
/* Whether a list contains an origin; "*" contains none. */
bool origin_is_listed(const char *list, const char *origin);
/* Whether a list contains "*". */
bool origin_any_listed(const char *list);

#endif
