/*
 * Every field of every request with values of every wrong JSON type: 400 that names the field. The
 * requests are generated from the tables that decode them.
 */
#include "tests/support/cmocka.h"

#include <string.h>

#include "base/arena.h"
#include "tests/support/money.h"

static struct tenant acme;
static struct person admin;

static int
setup(void **state)
{
	struct client *c;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	acme = tenant_new(c, "acme");
	admin = person_admin(c, "root@example.com");
	return 0;
}

/* Values that no field of the type accepts; the commoner wrong types first. */
static const char *const *
wrong_values(enum field_type type)
{
	static const char *const text[] = {"true", "7", "1.5", "[]", "{}", "[\"x\"]", NULL};
	static const char *const integer[] = {"true", "\"7\"", "1.5", "[]", "{}", "\"\"", NULL};
	static const char *const boolean[] = {"0", "1", "\"true\"", "1.5", "[]", "{}", NULL};
	static const char *const decimal[] = {"true", "[]", "{}", "\"\"", "\"x\"", "-1", NULL};
	static const char *const other[] = {"true", "7", "1.5", "\"x\"", "[]", "{}", NULL};
	static const char *const free_json[] = {"true", "7", "1.5", "\"x\"", "[]", NULL};
	static const char *const list[] = {"true", "7", "\"x\"", "{}", "[1]", "[null]", NULL};

	switch (type) {
	case FIELD_TEXT:
	case FIELD_WORD:
		return text;
	case FIELD_INT:
	case FIELD_OPTIONAL_INT:
		return integer;
	case FIELD_BOOL:
	case FIELD_OPTIONAL_BOOL:
		return boolean;
	case FIELD_DECIMAL:
	case FIELD_MONEY:
	case FIELD_TOTAL:
		return decimal;
	case FIELD_JSON:
	case FIELD_OBJECT:
		return free_json;
	case FIELD_TEXTS:
	case FIELD_LIST:
		return list;
	case FIELD_UUID:
	case FIELD_TIME:
	case FIELD_MOMENT:
	case FIELD_NAMED_TEXTS: /* of queries */
		break;
	}
	return other;
}

static const char *
credential_for(enum access access)
{
	if (access == ACCESS_PROJECT_KEY)
		return acme.test_key;
	return access == ACCESS_ADMIN ? admin.access : acme.owner.access;
}

/* The route's path with some id in place of each parameter. */
static const char *
some_path(struct client *c, const struct route *route)
{
	const char *path = "";

	for (const char *p = route->path; *p != '\0';) {
		size_t length = strcspn(p, "{");

		path = client_text(c, "%s%.*s", path, (int)length, p);
		p += length;
		if (*p == '\0')
			break;
		path = client_text(c, "%s%s", path, NOBODY);
		p += strcspn(p, "}") + 1;
	}
	return path;
}

/* The position of a field: the text before and after it in the body, and its path in errors. */
struct place {
	const struct route *route;
	const char *before;
	const char *after;
	const char *path;
};

static size_t
refuse(struct client *c, const struct place *place, const struct field *field, const char *value)
{
	const char *body =
		client_text(c, "%s\"%s\":%s%s", place->before, field->name, value, place->after);
	struct answer a =
		client_call(c, method_text(place->route->method), some_path(c, place->route),
			    credential_for(place->route->access), body);

	if ((a.status != 400 && a.status != 422) ||
	    !answer_names(&a, client_text(c, "%s%s", place->path, field->name)))
		print_error("%s %s\n", place->route->path, body);
	expect_field(&a, client_text(c, "%s%s", place->path, field->name));
	return 1;
}

static const char *
long_text(struct client *c, size_t length)
{
	char *text = arena_alloc(c->scratch, length + 3);

	memset(text, 'a', length + 2);
	text[0] = text[length + 1] = '"';
	return text;
}

static size_t
refuse_texts(struct client *c, const struct place *place, const struct field *field)
{
	size_t sent = refuse(c, place, field,
			     long_text(c, field->max > 0 ? (size_t)field->max + 1 : 300));

	if (field->required && (field->min > 0 || field->format != NULL))
		sent += refuse(c, place, field, "\"\"");
	if (!field->secret)
		sent += refuse(c, place, field, "\"a\\u0001b\"");
	return sent;
}

static size_t
refuse_all(struct client *c, const struct schema *schema, const struct place *place)
{
	size_t sent = 0;

	for (size_t i = 0; i < schema->count; i++) {
		const struct field *field = &schema->fields[i];

		for (const char *const *v = wrong_values(field->type); *v != NULL; v++)
			sent += refuse(c, place, field, *v);
		if (field->required)
			sent += refuse(c, place, field, "null");
		if (field->type == FIELD_TEXT || field->type == FIELD_WORD)
			sent += refuse_texts(c, place, field);
		if (field->type == FIELD_LIST) {
			struct place item = {
				place->route,
				client_text(c, "%s\"%s\":[{", place->before, field->name),
				client_text(c, "}%s]%s", field->min > 1 ? ",{}" : "",
					    place->after), /* as many as there must be */
				client_text(c, "%s%s[0].", place->path, field->name)};

			sent += refuse_all(c, field->sub, &item);
		}
	}
	return sent;
}

static void
test_bodies(void **state)
{
	struct client *c = *state;
	size_t sent = 0;

	for (size_t d = 0; dialects[d] != NULL; d++)
		for (size_t g = 0; dialects[d]->groups[g] != NULL; g++)
			for (const struct route *r = dialects[d]->groups[g]; r->path != NULL; r++) {
				struct place place = {r, "{", "}", ""};

				/* Routes that require verified callers have their own program. */
				if (r->in != NULL && r->allow.check == NULL)
					sent += refuse_all(c, r->in, &place);
			}
	assert_true(sent > 500);
}

static void
refuse_query(struct client *c, const struct route *route, const struct field *field)
{
	static const char *const values[] = {"x", "", "-1", "1.5", "%20", "a&b=c", "%E2%82%AC"};

	if (field->type == FIELD_TEXT && field->format == NULL && field->choices == NULL)
		return; /* takes any text */
	for (size_t i = 0; i < COUNT(values); i++) {
		const char *target =
			client_text(c, "%s?%s=%s", some_path(c, route), field->name, values[i]);
		struct answer a;

		if (values[i][0] == '\0' && !field->required &&
		    (field->type == FIELD_TEXT || field->type == FIELD_WORD))
			continue; /* it is absent */
		a = client_call(c, method_text(route->method), target,
				credential_for(route->access), NULL);
		expect_field(&a, field->name);
	}
}

static void
test_queries(void **state)
{
	struct client *c = *state;

	for (size_t d = 0; dialects[d] != NULL; d++)
		for (size_t g = 0; dialects[d]->groups[g] != NULL; g++)
			for (const struct route *r = dialects[d]->groups[g]; r->path != NULL; r++)
				for (size_t i = 0; r->query != NULL && i < r->query->count; i++)
					refuse_query(c, r, &r->query->fields[i]);
}

/* Only an object is a valid body. */
static void
test_not_objects(void **state)
{
	struct client *c = *state;
	static const char *const bodies[] = {"[]", "[{}]", "7", "\"x\"", "null", "true"};

	for (const struct route *r = dialects[0]->groups[0]; r->path != NULL; r++)
		for (size_t i = 0; r->in != NULL && i < COUNT(bodies); i++) {
			struct answer a = client_call(c, method_text(r->method), r->path,
						      credential_for(r->access), bodies[i]);

			expect_refusal(&a, 400, "MALFORMED_JSON");
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_bodies),
		client_test(test_queries),
		client_test(test_not_objects),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
