/*
 * No body and no query string breaks the decoder, and accepted values can be written again. The
 * first byte selects the table among those of all routes, the rest is both.
 */
#include <string.h>

#include "api/dispatch.h"
#include "base/arena.h"
#include "tests/fuzz/fuzz.h"
#include "json/reader.h"

enum { LIMIT = 64 << 20, PAIRS_MAX = 32 };

/* The tables of bodies, or of query strings. */
static const struct schema *
schema_of(const struct route *route, bool query)
{
	return query ? route->query : route->in;
}

/* The nth table there is; NULL behind the last. */
static const struct schema *
schema_at(size_t n, bool query)
{
	for (size_t d = 0; dialects[d] != NULL; d++)
		for (size_t g = 0; dialects[d]->groups[g] != NULL; g++)
			for (const struct route *r = dialects[d]->groups[g]; r->path != NULL; r++)
				if (schema_of(r, query) != NULL && n-- == 0)
					return schema_of(r, query);
	return NULL;
}

static const struct schema *
pick(unsigned char byte, bool query)
{
	size_t count = 0;

	while (schema_at(count, query) != NULL)
		count++;
	REQUIRE(count > 0);
	return schema_at(byte % count, query);
}

/* Replies hold money; a decimal as it was sent can't be written. */
static bool
is_encodable(const struct schema *schema)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct field *field = &schema->fields[i];

		if (field->type == FIELD_DECIMAL ||
		    (field->sub != NULL && !is_encodable(field->sub)))
			return false;
	}
	return true;
}

/* Taken: nothing was said. Refused: every violation is complete. */
static bool
is_taken(enum err err, const struct fault *f)
{
	REQUIRE(err == f->err && err == (f->violations != NULL ? ERR_VALIDATION : ERR_OK));
	REQUIRE((f->message[0] != '\0') == (err != ERR_OK));
	for (const struct violation *v = f->violations; v != NULL; v = v->next)
		REQUIRE(v->field[0] != '\0' && v->code[0] != '\0' && v->message[0] != '\0');
	return err == ERR_OK;
}

static struct bytes
encode_again(const struct schema *schema, struct arena *arena, const void *out)
{
	struct bytes text = {"{}", 2};
	struct jw w;

	if (!is_encodable(schema))
		return text;
	jw_init(&w, arena, 0);
	schema_encode(schema, AMOUNT_TEXT, out, NULL, &w);
	REQUIRE(jw_finish(&w, &text));
	return text;
}

/* What came through the gate goes through it again. */
static void
check_body(const struct schema *schema, struct arena *arena, const char *text, size_t length)
{
	struct json_object *body = NULL;
	struct bytes written;
	struct fault f = {0};
	void *out = arena_alloc(arena, schema->size);
	enum err err;

	if (json_read(arena, &f, text, length, &body) != ERR_OK || json_kind(body) != JSON_OBJECT)
		return;
	err = schema_decode(schema, arena, &f, body, out);
	if (!is_taken(err, &f))
		return;
	written = encode_again(schema, arena, out);
	REQUIRE(json_read(arena, &f, written.data, written.length, &body) == ERR_OK);
}

/* Split like the dispatcher does: what it would refuse never gets to the decoder. */
static void
check_query(const struct schema *schema, struct arena *arena, const char *p)
{
	struct query_pair pairs[PAIRS_MAX];
	struct fault f = {0};
	void *out = arena_alloc(arena, schema->size);
	size_t n = 0;
	enum err err;

	for (; *p != '\0' && n < PAIRS_MAX; p += *p == '&') {
		size_t length = strcspn(p, "&");
		size_t name = strcspn(p, "=&");
		size_t skip = name < length ? name + 1 : length;
		char *key;
		char *value;

		if (!percent_decode(arena, p, name, true, &key) ||
		    !percent_decode(arena, p + skip, length - skip, true, &value))
			return;
		pairs[n++] = (struct query_pair){key, value};
		p += length;
	}
	err = schema_decode_query(schema, arena, &f, pairs, n, n % 2 == 1, out);
	if (is_taken(err, &f))
		(void)encode_again(schema, arena, out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena;

	if (size == 0)
		return 0;
	arena = arena_new(LIMIT);
	check_body(pick(data[0], false), arena, (const char *)data + 1, size - 1);
	check_query(pick(data[0], true), arena,
		    arena_strndup(arena, (const char *)data + 1, size - 1));
	arena_free(arena);
	return 0;
}
