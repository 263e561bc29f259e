/*
 * jsonb.h - free JSON in a column of type jsonb.
 *
 * PostgreSQL's jsonb expands all numbers (1e400 has 401 digits, 1e9999999 does not fit), drops the
 * sign of zero, and refuses \u0000 and lone surrogates. A text that jsonb would refuse, change or
 * expand is therefore stored as a jsonb string that contains it; our objects and lists are never
 * strings, so the two forms can be distinguished.
 */
#ifndef JSON_JSONB_H
#define JSON_JSONB_H

struct arena;

/* The stored form of a JSON text: unchanged, unless jsonb would not return it unchanged. */
const char *json_to_jsonb(struct arena *arena, const char *json);
/* Restore a stored text, in place. */
void json_from_jsonb(char *text);

#endif
