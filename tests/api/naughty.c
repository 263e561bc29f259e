/*
 * Strings that have caused bugs elsewhere: stored and shown as sent, or refused as an error of the
 * caller; never an internal error. The public list is used if it is available.
 */
#include "tests/support/cmocka.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "tests/support/users.h"
#include "tests/support/vectors.h"

static struct tenant acme;
static json_object *list;

static const char own[] =
	"[\"'; DROP TABLE users; --\",\"%00\",\"%s%n%x\",\"../../etc/passwd\",\"\\\\u0000\",\"{{7*7}}\","
	"\"$(reboot)\",\"<script>alert(1)</script>\",\"\\u202e abc\",\"\\ufeff\",\"\\ud83d\\ude00\","
	"\"a\\tb\",\"\\u0085\",\"null\",\"\",\" \",\"$1\",\"{\\\"a\\\":1}\",\"\\u0000\"]";

static int
setup(void **state)
{
	char path[VECTOR_PATH_MAX];

	if (client_setup(state) != 0)
		return -1;
	acme = tenant_new(*state, "acme");
	list = vector_path(path, "naughty-strings.json") ? json_object_from_file(path)
							 : json_tokener_parse(own);
	return list != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)json_object_put(list);
	return client_teardown(state);
}

/* The object of a body with the text as one of its members; further members are appended. */
static const char *
body_with(struct client *c, const char *before, const char *name, const char *text,
	  const char *more)
{
	struct bytes quoted;
	struct jw w;

	jw_init(&w, c->scratch, 256);
	jw_list(&w, NULL);
	jw_text(&w, NULL, text);
	jw_close(&w);
	assert_true(jw_finish(&w, &quoted));
	return client_text(c, "{%s\"%s\":%.*s%s}", before, name, (int)quoted.length - 2,
			   (const char *)quoted.data + 1, more);
}

/* The text encoded for a path or query. */
static const char *
percent(struct client *c, const char *text)
{
	char *out = arena_alloc(c->scratch, 3 * strlen(text) + 1);
	static const char digits[] = "0123456789ABCDEF";
	size_t n = 0;

	for (const char *p = text; *p != '\0'; p++) {
		out[n++] = '%';
		out[n++] = digits[(unsigned char)*p >> 4];
		out[n++] = digits[(unsigned char)*p & 15];
	}
	return out;
}

/* Send it; if it was accepted, it is shown as sent, now and in later requests. */
static void
check(struct client *c, const char *target, const char *body, const char *member, const char *text)
{
	struct answer a = client_call(c, "POST", target, acme.owner.access, body);

	if (a.status != 201) {
		assert_in_range(a.status, 400, 499);
		return;
	}
	expect_text(&a, member, text);
	a = client_call(c, "GET", client_text(c, "%s/%s", target, answer_at(&a, "data.id")),
			acme.owner.access, NULL);
	expect_status(&a, 200);
	expect_text(&a, member, text);
}

static void
check_bodies(struct client *c, const char *text, size_t i)
{
	const char *accounts = client_text(c, "/v1/projects/%s/accounts", acme.project);
	const char *slug = client_json(c, ",'slug':'n-%zu'", i);
	const char *slug2 = client_json(c, ",'slug':'d-%zu'", i);
	const char *slug3 = client_json(c, ",'slug':'m-%zu'", i);
	const char *kept = text[0] != '\0' ? text : "null"; /* an empty optional text is absent */

	check(c, "/v1/projects", body_with(c, "", "name", text, slug), "data.name", text);
	check(c, "/v1/projects", body_with(c, "\"name\":\"x\",", "description", text, slug2),
	      "data.description", kept);
	check(c, "/v1/projects",
	      body_with(c, "\"name\":\"x\",\"metadata\":{", "k", text,
			client_text(c, "}%s", slug3)),
	      "data.metadata.k", text);
	check(c, accounts, body_with(c, "\"name\":\"x\",", "reference", text, ""), "data.reference",
	      kept);
	check(c, accounts, body_with(c, "\"name\":\"x\",", "email", text, ""), "data.email", kept);
	check(c, "/v1/api-key", body_with(c, "", "description", text, ""), "data.description",
	      kept);
}

/* As a member's name, which has no path: it must be in the answer somehow. */
static void
check_name(struct client *c, const char *text)
{
	struct answer a = client_call(
		c, "POST", client_text(c, "/v1/projects/%s/accounts", acme.project),
		acme.owner.access, body_with(c, "\"name\":\"x\",\"metadata\":{", text, "v", "}"));

	assert_true(a.status == 201 || (a.status >= 400 && a.status < 500));
}

static void
check_sign_in(struct client *c, const char *text)
{
	struct answer a = client_call(c, "POST", "/v1/auth/login", NULL,
				      body_with(c, "\"password\":\"x\",", "email", text, ""));

	assert_true(a.status == 400 || a.status == 401);
}

static void
check_elsewhere(struct client *c, const char *text)
{
	struct ask ask = {.method = "POST",
			  .target = "/v1/wallets",
			  .credential = acme.test_key,
			  .idempotency_key = text,
			  .body = "{\"currency\":\"NGN\"}"};
	struct answer a = client_send(c, &ask);

	assert_true(a.status == 201 || a.status == 400);
	a = client_call(c, "POST", "/v1/wallets", text, "{\"currency\":\"NGN\"}");
	expect_status(&a, 401);
	a = client_call(c, "GET", client_text(c, "/v1/wallets/%s", percent(c, text)), acme.test_key,
			NULL);
	assert_true(a.status == 404 || text[0] == '\0' || a.status == 414);
	a = client_call(c, "DELETE", client_text(c, "/v1/wallet-providers/%s", percent(c, text)),
			acme.owner.access, NULL);
	assert_in_range(a.status, 400, 499);
	a = client_call(c, "GET", client_text(c, "/v1/wallets?currency=%s", percent(c, text)),
			acme.test_key, NULL);
	assert_true(a.status == 400 || a.status == 414 || text[0] == '\0');
	a = client_call(c, "GET", client_text(c, "/v1/wallets?%s=1", percent(c, text)),
			acme.test_key, NULL);
	assert_true(a.status == 200 || a.status == 400 || a.status == 414);
	a = client_call(c, "POST", "/v1/auth/verify-email", NULL,
			body_with(c, "\"email\":\"a@b.co\",", "token", text, ""));
	expect_status(&a, 400);
}

static void
check_registration(struct client *c, const char *text)
{
	static const char rest[] = ",\"provider\":\"google\",\"acceptTerms\":true";
	struct answer a = client_call(c, "POST", "/v1/auth/register", NULL,
				      body_with(c, "\"name\":\"x\",", "email", text, rest));

	if (a.status == 201)
		expect_text(&a, "data.email", text);
	else
		assert_in_range(a.status, 400, 499);
}

static void
each(void **state, void (*check_text)(struct client *c, const char *text, size_t i))
{
	struct client *c = *state;
	size_t n = json_object_array_length(list);

	assert_true(n > 10);
	for (size_t i = 0; i < n; i++) {
		json_object *item = json_object_array_get_idx(list, i);

		if (json_object_get_type(item) != json_type_string)
			continue;
		arena_reset(c->scratch);
		check_text(c, json_object_get_string(item), i);
	}
}

static void
one(struct client *c, const char *text, size_t i)
{
	check_bodies(c, text, i);
	check_name(c, text);
	check_registration(c, text);
	check_elsewhere(c, text);
	if (i % 16 == 0) /* each takes the time of a password hash */
		check_sign_in(c, text);
}

static void
test_everywhere(void **state)
{
	each(state, one);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_everywhere),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
