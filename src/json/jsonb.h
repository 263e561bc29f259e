/*
 * jsonb.h - free JSON in a column of type jsonb.
 *
 * PostgreSQL's jsonb writes every number out in full (1e400 has 401 digits, 1e9999999 does not fit),
 * forgets the sign of zero, and refuses \u0000 and surrogates that stand alone. A text that jsonb would
 * refuse, change or blow up is therefore stored as a jsonb string that holds it; our objects and
 * lists never are strings, so that one tells itself apart.
 */
#ifndef JSON_JSONB_H
#define JSON_JSONB_H

struct arena;

/* A JSON text as it is to be stored: itself, unless jsonb would not give it back. */
const char *json_to_jsonb(struct arena *arena, const char *json);
/* What was stored, in place. */
void json_from_jsonb(char *text);

#endif
