/* API keys of projects and users. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "tests/support/users.h"

static struct tenant acme;
static struct tenant other;

static int
setup(void **state)
{
	return tenants_setup(state, &acme, &other);
}

static const char *
project_keys(struct client *c)
{
	return client_text(c, "/v1/projects/%s/api-keys", acme.project);
}

static struct answer
create(struct client *c, const char *members)
{
	return client_call(c, "POST", project_keys(c), acme.owner.access,
			   client_json(c, "{%s}", members));
}

static void
test_shape(void **state)
{
	struct client *c = *state;
	struct answer a = create(c, "");
	const char *raw = answer_at(&a, "data.rawKey");

	expect_status(&a, 201);
	assert_int_equal(strlen(raw), 46);
	assert_memory_equal(raw, "qp_", 3);
	assert_int_equal(strspn(raw + 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789_-"),
			 43);
	assert_memory_equal(answer_at(&a, "data.prefix"), raw, 9);
	expect_text(&a, "data.scope", "test");
	expect_text(&a, "data.quota", "1000");
	expect_text(&a, "data.status", "active");
	expect_text(&a, "data.expiresAt", "null");
	a = client_call(c, "GET", project_keys(c), acme.owner.access, NULL);
	expect_status(&a, 200);
	assert_null(strstr(a.body.data, "rawKey"));
	assert_null(strstr(a.body.data, raw));
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.api_key k WHERE"
					 " position('%s' IN k::text) > 0",
					 raw),
			    "0");
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.api_key WHERE digest ="
					 " sha256(convert_to('%s', 'UTF8'))",
					 raw),
			    "0"); /* peppered */
}

static void
test_members(void **state)
{
	struct client *c = *state;
	static const char *const bad[][2] = {
		{"'scope':'admin'", "scope"},
		{"'quota':0", "quota"},
		{"'quota':-5", "quota"},
		{"'quota':1000000001", "quota"},
		{"'quota':1.5", "quota"},
		{"'quota':'5'", "quota"},
		{"'expiresAt':'2020-01-01T00:00:00Z'", "expiresAt"},
		{"'expiresAt':'1970-01-01T00:00:00Z'", "expiresAt"},
		{"'expiresAt':'1969-12-31T23:59:59Z'", "expiresAt"},
		{"'expiresAt':'soon'", "expiresAt"},
	};
	struct answer a;

	for (size_t i = 0; i < COUNT(bad); i++) {
		a = create(c, bad[i][0]);
		expect_field(&a, bad[i][1]);
	}
	a = create(c, "'scope':'prod','quota':7,'description':'d','expiresAt':"
		      "'2090-01-01T00:00:00Z'");
	expect_status(&a, 201);
	expect_text(&a, "data.scope", "live");
	expect_text(&a, "data.quota", "7");
	expect_text(&a, "data.description", "d");
	expect_text(&a, "data.expiresAt", "2090-01-01T00:00:00.000Z");
	a = create(c, "'quota':null");
	expect_text(&a, "data.quota", "null");
}

/* More in key_limits.c. */
static void
test_change(void **state)
{
	static const char limited[] = "{'allowedRoutes':['GET *']}";
	struct client *c = *state;
	const char *const paths[] = {project_keys(c), "/v1/api-key"};

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct answer a = client_call(c, "POST", paths[i], acme.owner.access, "{}");
		const char *path = client_text(c, "%s/%s", paths[i], answer_at(&a, "data.id"));

		a = client_call(c, "PATCH", path, acme.owner.access, client_json(c, limited));
		expect_status(&a, 200);
		expect_text(&a, "data.allowedRoutes.0", "GET *");
		a = client_call(c, "PATCH", path, other.owner.access, client_json(c, limited));
		expect_refusal(&a, 404, "NOT_FOUND");
	}
}

static const char *
id_of_key(struct client *c, const char *path)
{
	struct answer a = client_call(c, "GET", path, acme.owner.access, NULL);

	expect_status(&a, 200);
	return answer_at(&a, "data.0.id");
}

/* A revoked key is refused at once, the others stay valid. */
static void
test_revoke(void **state)
{
	struct client *c = *state;
	const char *key = key_new(c, &acme.owner, acme.project, "");
	const char *path = client_text(c, "%s/%s", project_keys(c), id_of_key(c, project_keys(c)));
	struct answer a = client_call(c, "GET", "/v1/wallets", key, NULL);

	expect_status(&a, 200);
	a = client_call(c, "DELETE", path, other.owner.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "DELETE", path, acme.owner.access, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.status", "revoked");
	a = client_call(c, "GET", "/v1/wallets", key, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "GET", "/v1/wallets", acme.test_key, NULL);
	expect_status(&a, 200);
	a = client_call(c, "DELETE", path, acme.owner.access, NULL);
	expect_status(&a, 200); /* twice is no error */
	a = client_call(c, "GET", project_keys(c), other.owner.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "POST", project_keys(c), other.owner.access, "{}");
	expect_refusal(&a, 404, "NOT_FOUND");
}

static void
test_expiry(void **state)
{
	struct client *c = *state;
	const char *key = key_new(c, &acme.owner, acme.project, "'expiresAt':'2090-01-01'");
	const char *id = id_of_key(c, project_keys(c));
	struct answer a = client_call(c, "GET", "/v1/wallets", key, NULL);

	expect_status(&a, 200);
	client_sql(c, "UPDATE cowry.api_key SET expires_at = now() WHERE public_id = '%s'", id);
	a = client_call(c, "GET", "/v1/wallets", key, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "GET", project_keys(c), acme.owner.access, NULL);
	expect_text(&a, "data.0.status", "expired");
}

static int
status_with(struct client *c, const char *key)
{
	struct answer a = client_call(c, "GET", "/v1/wallets", key, NULL);

	return a.status;
}

static struct answer
rotate(struct client *c, const char *path, const char *id, const char *members)
{
	return client_call(c, "POST", client_text(c, "%s/%s/rotate", path, id), acme.owner.access,
			   client_json(c, "{%s}", members));
}

/* Both keys are valid for a while; what was sent with the former one can be repeated with the new one. */
static void
test_rotate(void **state)
{
	struct client *c = *state;
	struct answer a = create(c, "'description':'Shop','quota':null,'scope':'live'");
	const char *id = answer_at(&a, "data.id");
	const char *former = answer_at(&a, "data.rawKey");
	struct ask ask = {.method = "POST",
			  .target = "/v1/wallets",
			  .body = client_json(c, "{'currency':'NGN'}"),
			  .credential = former};
	const char *wallet;
	const char *raw;

	ask.idempotency_key = "rotate-1";
	a = client_send(c, &ask);
	wallet = answer_at(&a, "data.id");
	a = rotate(c, project_keys(c), id, "'overlapSeconds':60");
	expect_status(&a, 201);
	raw = answer_at(&a, "data.rawKey");
	assert_string_not_equal(raw, former);
	expect_text(&a, "data.replaces", id);
	expect_text(&a, "data.scope", "live");
	expect_text(&a, "data.description", "Shop");
	expect_text(&a, "data.quota", "null");
	expect_text(&a, "data.expiresAt", "null");
	assert_int_equal(status_with(c, former), 200);
	assert_int_equal(status_with(c, raw), 200);
	ask.credential = raw;
	a = client_send(c, &ask);
	expect_status(&a, 201);
	expect_text(&a, "data.id", wallet);
	client_sql(c,
		   "UPDATE cowry.api_key SET expires_at = expires_at - interval '61 s'"
		   " WHERE public_id = '%s'",
		   id);
	assert_int_equal(status_with(c, former), 401);
	assert_int_equal(status_with(c, raw), 200);
	a = rotate(c, project_keys(c), id, "");
	expect_refusal(&a, 409, "CONFLICT");
}

static void
test_rotate_ends(void **state)
{
	struct client *c = *state;
	struct answer a = create(c, "'expiresAt':'2999-01-01T00:00:00Z'");
	const char *id = answer_at(&a, "data.id");
	const char *former = answer_at(&a, "data.rawKey");

	assert_int_equal(status_with(c, former), 200);
	a = rotate(c, project_keys(c), id, "'overlapSeconds':-1");
	expect_field(&a, "overlapSeconds");
	a = rotate(c, project_keys(c), id, "'overlapSeconds':2592001");
	expect_field(&a, "overlapSeconds");
	a = rotate(c, project_keys(c), "0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e01", "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = rotate(c, project_keys(c), id, "'overlapSeconds':0");
	expect_status(&a, 201);
	expect_text(&a, "data.expiresAt", "2999-01-01T00:00:00.000Z");
	assert_int_equal(status_with(c, former), 401);
	assert_int_equal(status_with(c, answer_at(&a, "data.rawKey")), 200);
	a = client_call(c, "POST", "/v1/api-key", acme.owner.access, "{}");
	a = rotate(c, "/v1/api-key", answer_at(&a, "data.id"), "");
	expect_status(&a, 201);
	a = rotate(c, "/v1/api-key", id, "");
	expect_refusal(&a, 404, "NOT_FOUND");
}

static void
test_own_keys(void **state)
{
	struct client *c = *state;
	static const char *const paths[] = {"/api-key", "/v1/api-key"};

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct answer a = client_call(c, "POST", paths[i], acme.owner.access, "{}");
		const char *key = answer_at(&a, "data.rawKey");
		const char *one = client_text(c, "%s/%s", paths[1 - i], answer_at(&a, "data.id"));

		expect_status(&a, 201);
		a = client_call(c, "GET", one, acme.owner.access, NULL);
		expect_status(&a, 200);
		a = client_call(c, "GET", one, other.owner.access, NULL);
		expect_refusal(&a, 404, "NOT_FOUND");
		a = client_call(c, "DELETE", one, other.owner.access, NULL);
		expect_refusal(&a, 404, "NOT_FOUND");
		a = client_call(c, "GET", paths[i], key, NULL);
		expect_refusal(&a, 403, "FORBIDDEN"); /* keys don't manage keys */
		a = client_call(c, "POST", paths[i], key, "{}");
		expect_refusal(&a, 403, "FORBIDDEN");
		a = client_call(c, "GET", "/v1/auth/me", key, NULL);
		expect_refusal(&a, 403, "FORBIDDEN");
		a = client_call(c, "GET", "/v1/projects", key, NULL);
		expect_status(&a, 200);
		a = client_call(c, "DELETE", one, acme.owner.access, NULL);
		expect_status(&a, 200);
		a = client_call(c, "GET", "/v1/projects", key, NULL);
		expect_refusal(&a, 401, "UNAUTHORIZED");
		a = client_call(c, "GET", paths[i], acme.owner.access, NULL);
		expect_status(&a, 200);
		assert_int_equal(answer_count(&a, "data"), i + 1); /* not the project's */
	}
}

/* A key may be sent as Bearer or as x-api-key; both only if they are equal. */
static void
test_headers(void **state)
{
	struct client *c = *state;
	struct ask ask = {.method = "GET", .target = "/v1/wallets", .api_key = acme.test_key};
	struct answer a = client_send(c, &ask);

	expect_status(&a, 200);
	ask.credential = acme.test_key;
	a = client_send(c, &ask);
	expect_status(&a, 200);
	ask.credential = acme.live_key;
	a = client_send(c, &ask);
	expect_refusal(&a, 400, "BAD_REQUEST");
	ask.api_key = "qp_unknown";
	ask.credential = NULL;
	a = client_send(c, &ask);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

static void
test_routes(void **state)
{
	client_covered(*state, pocket_keys, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_shape),    client_test(test_members),
		client_test(test_revoke),   client_test(test_expiry),
		client_test(test_own_keys), client_test(test_headers),
		client_test(test_rotate),   client_test(test_rotate_ends),
		client_test(test_change),   client_test(client_books_hold),
		client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
