/* The document of each dialect: it is JSON, has every route, and all its references exist. */
#include "tests/support/cmocka.h"

#include <json-c/json.h>
#include <string.h>

#include "api/openapi.h"
#include "base/arena.h"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(64 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void
release(void *object)
{
	(void)json_object_put(object);
}

static json_object *
document(const struct dialect *dialect)
{
	struct bytes text = openapi_document(arena, dialect, "https://example.com");
	struct json_tokener *tokener = json_tokener_new_ex(64);
	json_object *json;

	json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
	json = json_tokener_parse_ex(tokener, text.data, (int)text.length);
	assert_int_equal(json_tokener_get_error(tokener), json_tokener_success);
	assert_int_equal(json_tokener_get_parse_end(tokener), text.length);
	json_tokener_free(tokener);
	arena_adopt(arena, json, release);
	return json;
}

static json_object *
member(json_object *object, const char *name)
{
	json_object *value = NULL;

	assert_int_equal(json_object_get_type(object), json_type_object);
	if (!json_object_object_get_ex(object, name, &value))
		fail_msg("no member %s", name);
	return value;
}

/* "#/a/b" in the document. */
static void
check_reference(json_object *root, const char *reference)
{
	json_object *value = root;

	assert_memory_equal(reference, "#/", 2);
	for (const char *p = reference + 2; *p != '\0';) {
		size_t length = strcspn(p, "/");

		value = member(value, arena_strndup(arena, p, length));
		p += length + (p[length] == '/');
	}
	assert_non_null(value);
}

static void
check_references(json_object *root, json_object *value)
{
	if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(value); i++)
			check_references(root, json_object_array_get_idx(value, i));
	} else if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, name, item) {
			if (strcmp(name, "$ref") == 0)
				check_reference(root, json_object_get_string(item));
			check_references(root, item);
		}
	}
}

/* "{type:word}" is "{type}" in the document. */
static const char *
shown_path(const char *path)
{
	char *shown = arena_strdup(arena, path);
	char *colon = strchr(shown, ':');

	if (colon != NULL)
		memmove(colon, colon + strlen(":word"), strlen(colon + strlen(":word")) + 1);
	return shown;
}

static void
check_operation(json_object *paths, const struct route *route)
{
	json_object *operation = member(member(paths, shown_path(route->path)),
					text_lower(arena, method_text(route->method)));
	const char *status = arena_printf(arena, "%d", route->status);
	size_t placeholders = 0;
	size_t parameters = 0;
	json_object *list = member(operation, "parameters");

	(void)member(member(operation, "responses"), status);
	if (route->method != GET)
		(void)member(member(operation, "responses"), "503");
	assert_true(strlen(json_object_get_string(member(operation, "summary"))) > 0);
	for (const char *p = route->path; *p != '\0'; p++)
		placeholders += *p == '{';
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *parameter = json_object_array_get_idx(list, i);

		parameters += strcmp(json_object_get_string(member(parameter, "in")), "path") == 0;
	}
	assert_int_equal(parameters, placeholders);
	assert_int_equal(json_object_object_get_ex(operation, "requestBody", NULL),
			 route->in != NULL || route->body.raw != NULL);
}

/* Unknown outcomes have one status and code: those of the worker and of nginx. */
static void
check_unknown(json_object *root)
{
	json_object *unavailable =
		member(member(member(root, "components"), "responses"), "Unavailable");
	json_object *examples =
		member(member(member(unavailable, "content"), "application/json"), "examples");

	(void)member(examples, "OUTCOME_UNKNOWN");
	(void)member(examples, "REQUEST_EXPIRED");
	(void)member(examples, "SERVICE_UNAVAILABLE");
	(void)member(member(unavailable, "headers"), "Retry-After");
}

/* Operation ids are unique. */
static void
check_ids(json_object *paths)
{
	json_object *seen = json_object_new_object();

	arena_adopt(arena, seen, release);
	json_object_object_foreach(paths, path, operations) {
		(void)path;
		json_object_object_foreach(operations, method, operation) {
			const char *id = json_object_get_string(member(operation, "operationId"));

			(void)method;
			assert_false(json_object_object_get_ex(seen, id, NULL));
			json_object_object_add(seen, id, NULL);
		}
	}
}

static void
test_documents(void **state)
{
	size_t n = 0;

	(void)state;
	for (; dialects[n] != NULL; n++) {
		json_object *root = document(dialects[n]);
		json_object *paths = member(root, "paths");

		assert_string_equal(json_object_get_string(member(root, "openapi")), "3.1.0");
		for (size_t g = 0; dialects[n]->groups[g] != NULL; g++)
			for (const struct route *r = dialects[n]->groups[g]; r->path != NULL; r++)
				check_operation(paths, r);
		check_references(root, root);
		check_ids(paths);
		check_unknown(root);
	}
	assert_int_equal(n, 5);
}

/* The same every time: it is compared and cached. */
static void
test_stable(void **state)
{
	(void)state;
	for (size_t i = 0; dialects[i] != NULL; i++) {
		struct bytes a = openapi_document(arena, dialects[i], "https://example.com");
		struct bytes b = openapi_document(arena, dialects[i], "https://example.com");

		assert_int_equal(a.length, b.length);
		assert_memory_equal(a.data, b.data, a.length);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_stable),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
