/*
 * identity.h - phone numbers, identity documents, parts of names. No I/O.
 */
#ifndef APP_PEOPLE_IDENTITY_H
#define APP_PEOPLE_IDENTITY_H

#include <stdbool.h>

struct arena;

enum document_type { DOCUMENT_SOUTH_AFRICAN_ID = 1, DOCUMENT_PASSPORT };

extern const char *const document_type_words[];

/* A phone number by E.164: "+27825571055". South African ones may be given as they are dialled there,
 * beginning with 0; spaces, hyphens, points and parentheses don't count. NULL if it is none. */
const char *phone_e164(struct arena *arena, const char *text);

/* The number of an identity document in the form that makes it unique, or NULL if it can't be one:
 * for a South African one thirteen digits with a real date, a status and a check digit; for a
 * passport any text. */
const char *document_number(struct arena *arena, enum document_type type, const char *text);

/* What makes a document unique, whatever its type was called: a number that is a South African one
 * by its form is that, also where it was given as a passport's. type and number as above. */
const char *document_key(struct arena *arena, enum document_type type, const char *number);

/* The first word of a name, and the words after it; either may be empty. */
void name_split(struct arena *arena, const char *name, const char **first, const char **last);

#endif
