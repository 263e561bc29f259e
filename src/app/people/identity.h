/*
 * identity.h - phone numbers, identity documents, parts of names. No I/O.
 */
#ifndef APP_PEOPLE_IDENTITY_H
#define APP_PEOPLE_IDENTITY_H

#include <stdbool.h>

struct arena;

/* A phone number by E.164: "+27825571055". South African ones may be given in national format,
 * beginning with 0; spaces, hyphens, points and parentheses are ignored. NULL if it is not
 * valid. */
const char *phone_e164(struct arena *arena, const char *text);

/* The number of an identity document in its unique form, or NULL if it is not valid: for
 * "south_african_id" thirteen digits with a valid date, a status and a check digit; for
 * "passport" any text. */
const char *document_number(struct arena *arena, const char *type, const char *text);

/* The unique key of a document, regardless of its type: a number that is a South African one by
 * its form is treated as such, even if it was given as a passport's. type and number as above. */
const char *document_key(struct arena *arena, const char *type, const char *number);

/* The first word of a name, and the words after it; either may be empty. */
void name_split(struct arena *arena, const char *name, const char **first, const char **last);

#endif
