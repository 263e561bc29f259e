/*
 * schema.h - field tables: one list of rows decodes requests, encodes replies and generates the
 * OpenAPI document.
 *
 * The C type of a member determines the type of its field, so that a table and its struct can't
 * disagree. A required text, or one with a minimum length, must have a visible character. Absent
 * and null are the same except for optional_int, and so is an empty text where a text may be
 * absent. Unknown fields are ignored. All violations of a request are reported together.
 */
#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/money.h"
#include "base/text.h"
#include "base/value.h"
#include "json/writer.h"

struct json_object;

enum field_type {
	FIELD_TEXT,          /* const char * */
	FIELD_WORD,          /* an enum that begins at 1, by its words (base/word.h) */
	FIELD_INT,           /* int64_t */
	FIELD_OPTIONAL_INT,  /* struct optional_int */
	FIELD_BOOL,          /* bool */
	FIELD_OPTIONAL_BOOL, /* struct optional_bool */
	FIELD_DECIMAL,       /* struct decimal: an amount as sent; in a reply a rate */
	FIELD_MONEY,         /* struct money: an amount in a reply */
	FIELD_TOTAL,         /* struct total: the sum of many amounts */
	FIELD_UUID,          /* struct uuid */
	FIELD_TIME,          /* struct instant: in a reply */
	FIELD_MOMENT,        /* struct moment */
	FIELD_JSON,          /* struct json_value: a free object */
	FIELD_TEXTS,         /* struct text_list: a list of strings */
	FIELD_NAMED_TEXTS,   /* struct named_texts: name[a]=x&name[b]=y of a query */
	FIELD_LIST,          /* struct list of sub */
	FIELD_OBJECT,        /* a nested struct of sub */
};

/* Default limits of texts and lists of a request; items of a text list. */
enum { TEXT_MAX_DEFAULT = 255, LIST_MAX_DEFAULT = 1000, TEXTS_MAX = 100, NAMED_MAX = 10 };

/* Characters that a text must not contain, in addition to control characters. */
enum text_kind {
	TEXT_FREE,
	TEXT_NAME,    /* misleading ones: directional controls, byte order marks */
	TEXT_TRIMMED, /* blanks at its ends */
	TEXT_CODE,    /* both, and all invisible ones: it is compared as stored */
};

struct schema;

struct field {
	const char *name;
	const char *doc;
	const char *example; /* as JSON, for the documentation */
	enum field_type type;
	size_t offset;
	bool required;       /* requests: required; replies: always present */
	bool secret;         /* write-only in the documentation; may hold control characters */
	bool keep_null;      /* replies: null instead of omitting an absent value */
	bool omit_empty;     /* a FIELD_OBJECT of a reply is absent if all its members are */
	bool may_be_empty;   /* a FIELD_TEXTS may have no items */
	int64_t items_max;   /* of a FIELD_TEXTS; 0: TEXTS_MAX */
	bool may_be_zero;    /* a FIELD_DECIMAL of a request */
	bool in_parts;       /* a FIELD_LIST of a reply that may come in parts (api/stream.h) */
	bool any;            /* a FIELD_JSON of a reply that is not always an object */
	bool lower_bound;    /* min holds for numbers; texts and lists always use min and max */
	int64_t min;         /* code points of a text, value of a number, items of a list; of an
			     * amount only for the documentation, its use case knows more */
	int64_t max;         /* the same; 0: the default of the type */
	enum text_kind text; /* of texts without choices */
	const char *format;  /* by its name in format.c */
	const char *const *choices;       /* NULL-terminated; for a reply, the possible values */
	const char *const *choice_values; /* the stored form of a choice; NULL: the same */
	const char *const *words; /* of a FIELD_WORD; NULL: the choices are all its words. A reply
					   * need not tell its choices */
	const char *fallback;     /* text where absent; of a FIELD_WORD one of its words */
	bool fallback_true;       /* a FIELD_BOOL is true where absent */
	const struct schema *sub; /* of FIELD_LIST and FIELD_OBJECT */
};

#define FIELD(struct_type, member, ...)                                         \
	{                                                                       \
		.type = _Generic(((struct_type *)0)->member,                  \
				 const char *: FIELD_TEXT,                    \
				 unsigned: FIELD_WORD,                        \
				 int64_t: FIELD_INT,                          \
				 struct optional_int: FIELD_OPTIONAL_INT,     \
				 bool: FIELD_BOOL,                            \
				 struct optional_bool: FIELD_OPTIONAL_BOOL,   \
				 struct decimal: FIELD_DECIMAL,               \
				 struct money: FIELD_MONEY,                   \
				 struct total: FIELD_TOTAL,                   \
				 struct uuid: FIELD_UUID,                     \
				 struct instant: FIELD_TIME,                  \
				 struct moment: FIELD_MOMENT,                 \
				 struct json_value: FIELD_JSON,               \
				 struct text_list: FIELD_TEXTS,               \
				 struct named_texts: FIELD_NAMED_TEXTS,       \
				 struct list: FIELD_LIST,                     \
				 default: FIELD_OBJECT),                      \
		.offset = offsetof(struct_type, member), __VA_ARGS__ \
	}

struct schema {
	const char *name; /* of the OpenAPI component */
	const struct field *fields;
	size_t count;
	size_t size; /* of the struct */
	/* Documentation of replies refers to this instead, which says more; NULL: nothing does. */
	const char *reference;
};

#define SCHEMA(struct_type, name_, fields_)                                    \
	{                                                                      \
		.name = (name_), .fields = (fields_), .count = COUNT(fields_), \
		.size = sizeof(struct_type),                                   \
	}

/* Style of amounts of a dialect. */
enum amount_style {
	AMOUNT_TEXT,   /* "1000.50" */
	AMOUNT_NUMBER, /* 1000.5, without trailing zeros */
};

/* A text format: its name, its OpenAPI description, and the check. */
struct format {
	const char *name;
	const char *pattern; /* for the documentation; NULL: the format name is standard */
	const char *message; /* "must be …" */
	int64_t min;         /* characters, for the documentation; 0: none given */
	int64_t max;
	bool (*valid)(const char *text);
};

const struct format *format_find(const char *name);

/* Decode a JSON object into *out (zeroed, schema->size bytes). ERR_VALIDATION lists all violations. */
enum err schema_decode(const struct schema *schema, struct arena *arena, struct fault *f,
		       struct json_object *object, void *out) MUST_CHECK;

/* A name and value of a query string, already decoded. */
struct query_pair {
	const char *name;
	const char *value;
};

/* Decode query parameters; a repeated one is a violation. strict: so is an unknown one, and an empty text is a
 * value: a filter is never dropped. */
enum err schema_decode_query(const struct schema *schema, struct arena *arena, struct fault *f,
			     const struct query_pair *pairs, size_t n, bool strict,
			     void *out) MUST_CHECK;

/* The words of a FIELD_WORD. */
const char *const *field_words(const struct field *field);
/* Whether a reply shows zero, false or an empty list instead of null. */
bool field_shows_empty(const struct field *field);
/* Write the struct as a JSON object. */
void schema_encode(const struct schema *schema, enum amount_style style, const void *in,
		   const char *name, struct jw *w);

/* Write the JSON Schema (2020-12) of the schema: an object of type, properties, required. */
void schema_describe(const struct schema *schema, enum amount_style style, bool reply, struct jw *w,
		     const char *name);
/* Write an example value made from the fields' examples. */
void schema_example(const struct schema *schema, enum amount_style style, struct jw *w,
		    const char *name);
/* Write one field as JSON Schema: for query parameters. */
void field_describe(const struct field *field, enum amount_style style, struct jw *w,
		    const char *name);

#endif
