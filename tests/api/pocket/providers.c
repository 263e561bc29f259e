/* Providers are not connected yet: 501 for whoever may ask. */
#include "tests/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "tests/api/people.h"

static const char *
credential_for(const struct tenant *t, const struct person *admin, enum access access)
{
	switch (access) {
	case ACCESS_PUBLIC:
		return NULL;
	case ACCESS_ADMIN:
		return admin->access;
	case ACCESS_PROJECT_KEY:
		return t->test_key;
	case ACCESS_USER_OR_PROJECT:
	case ACCESS_WALLET:
	case ACCESS_USER:
	case ACCESS_USER_OR_KEY:
		break;
	}
	return t->owner.access;
}

static const char *
path_of(struct client *c, const struct tenant *t, const struct route *route)
{
	if (strstr(route->path, "{projectId}") != NULL)
		return client_text(c, "/v1/projects/%s/providers", t->project);
	if (strstr(route->path, "{type:word}") != NULL)
		return "/v1/wallet-providers/paystack";
	return route->path;
}

static void
test_not_connected(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "providers");
	struct person admin = person_admin(c, "root@example.com");

	for (const struct route *r = pocket_providers; r->path != NULL; r++) {
		const char *path = path_of(c, &t, r);
		const char *credential = credential_for(&t, &admin, r->access);
		struct answer a;

		if (r->access != ACCESS_PUBLIC) {
			a = client_call(c, method_text(r->method), path, NULL, NULL);
			expect_refusal(&a, 401, "UNAUTHORIZED");
		}
		a = client_call(c, method_text(r->method), path, credential, NULL);
		expect_refusal(&a, 501, "NOT_IMPLEMENTED");
		if (strncmp(path, "/v1/wallet-providers", 20) != 0)
			continue;
		a = client_call(c, method_text(r->method), path + 3, credential, NULL);
		expect_refusal(&a, 501, "NOT_IMPLEMENTED");
	}
}

/* Adding and removing providers is the administrators' business. */
static void
test_administrators_only(void **state)
{
	struct client *c = *state;
	struct person user = person_new(c, "plain@example.com");
	struct answer a = client_call(c, "POST", "/wallet-providers/add", user.access, "{}");

	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "DELETE", "/v1/wallet-providers/paystack", user.access, NULL);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "GET", "/v1/wallet-providers/paystack", user.access, NULL);
	expect_refusal(&a, 405, "METHOD_NOT_ALLOWED");
	assert_string_equal(answer_header(&a, "Allow"), "DELETE");
}

static void
test_routes(void **state)
{
	client_refused_everywhere(*state, pocket_providers, 501);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_administrators_only),
		client_test(test_not_connected),
		client_test(client_books_hold),
		client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
