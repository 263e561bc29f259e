/* Every type of event, as it is really published, has exactly the form that the OpenAPI document gives it. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/dialects.h"
#include "api/openapi.h"
#include "app/events/event_type.h"
#include "app/wallet/hold.h"
#include "base/arena.h"
#include "jobs/job.h"
#include "runtime/app.h"
#include "tests/support/money.h"
#include "tests/support/payment_scene.h"
#include "tests/support/webhook_receiver.h"
#include "json/reader.h"

static struct json_object *
member(struct json_object *object, const char *name)
{
	struct json_object *value = json_member(object, name, NULL);

	if (value == NULL)
		fail_msg("no member %s", name);
	return value;
}

/* Whether a list has the text. */
static bool
has_text(struct json_object *list, const char *text)
{
	for (size_t i = 0; i < json_list_length(list); i++)
		if (strcmp(json_text_value(json_list_item(list, i)), text) == 0)
			return true;
	return false;
}

/* As JSON Schema names it. */
static const char *
type_of(const struct json_object *value)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",       [JSON_BOOL] = "boolean",  [JSON_INTEGER] = "integer",
		[JSON_DECIMAL] = "number",  [JSON_NUMBER] = "number", [JSON_TEXT] = "string",
		[JSON_ODD_TEXT] = "string", [JSON_LIST] = "array",    [JSON_OBJECT] = "object",
		[JSON_UNCLEAR] = "unclear",
	};

	return value == NULL ? "null" : names[json_kind(value)];
}

static const char *check_value(struct json_object *schema, struct json_object *value);

/* Members that the schema names, no others, and all that it requires; the name of one that is wrong. */
static const char *
check_object(struct json_object *schema, struct json_object *object)
{
	struct json_object *properties = json_member(schema, "properties", NULL);
	struct json_object *required = json_member(schema, "required", NULL);
	struct json_object *value;
	const char *name;

	if (properties == NULL)
		return NULL; /* free JSON */
	for (size_t i = 0; json_member_at(object, i, &name, &value); i++) {
		struct json_object *property = json_member(properties, name, NULL);
		const char *wrong = property != NULL ? check_value(property, value) : name;

		if (wrong != NULL)
			return wrong[0] != '\0' ? wrong : name;
	}
	for (size_t i = 0; i < json_list_length(required); i++) {
		bool present;

		name = json_text_value(json_list_item(required, i));
		(void)json_member(object, name, &present);
		if (!present)
			return name;
	}
	return NULL;
}

/* NULL: it is as the schema says. Otherwise the name of a member that is not; "": it is itself wrong. */
static const char *
check_value(struct json_object *schema, struct json_object *value)
{
	struct json_object *type = json_member(schema, "type", NULL);
	struct json_object *choices = json_member(schema, "enum", NULL);
	const char *found = type_of(value);

	if (json_kind(type) == JSON_LIST ? !has_text(type, found)
					 : strcmp(json_text_value(type), found) != 0)
		return "";
	if (choices != NULL && !has_text(choices, json_text_value(value)))
		return "";
	return strcmp(found, "object") == 0 ? check_object(schema, value) : NULL;
}

/* The schemas of the document. */
static struct json_object *
schemas(struct client *c)
{
	struct bytes text = openapi_document(c->keep, &pocket, "https://example.com");
	struct json_object *root;
	struct fault fault = {0};

	assert_int_equal(json_read(c->keep, &fault, text.data, text.length, &root), ERR_OK);
	for (const struct event_type *type = event_types; type->name != NULL; type++)
		(void)member(member(root, "webhooks"), type->name);
	return member(member(root, "components"), "schemas");
}

/* What the document says of a type. */
static struct json_object *
schema_of(struct json_object *all, const char *type)
{
	static const char prefix[] = "#/components/schemas/";
	struct json_object *mapping =
		member(member(member(all, "Event"), "discriminator"), "mapping");
	const char *reference = json_text_value(member(mapping, type));

	assert_memory_equal(reference, prefix, strlen(prefix));
	return member(all, reference + strlen(prefix));
}

/* A program that finds nothing wrong must find this. */
static void
test_finds_violations(void **state)
{
	static const char *const wrong[][2] = {
		{"{'currency':'NGN','status':'active','createdAt':'x','mode':'test','sequence':1}",
		 "id"},
		{"{'id':'x','currency':7,'status':'active','createdAt':'x','mode':'test','sequence':1}",
		 "currency"},
		{"{'id':'x','currency':'NGN','status':'frozen','createdAt':'x','mode':'test',"
		 "'sequence':1}",
		 "status"},
		{"{'id':'x','currency':'NGN','status':'active','createdAt':'x','mode':'test',"
		 "'sequence':1,'more':1}",
		 "more"},
	};
	struct client *c = *state;
	struct json_object *schema = schema_of(schemas(c), "wallet.created");

	for (size_t i = 0; i < COUNT(wrong); i++) {
		const char *text = client_json(c,
					       "{'id':'evt_','type':'wallet.created','data':%s,"
					       "'timestamp':'x','version':'1'}",
					       wrong[i][0]);
		struct json_object *event;
		struct fault fault = {0};

		assert_int_equal(json_read(c->scratch, &fault, text, strlen(text), &event), ERR_OK);
		assert_string_equal(check_value(schema, event), wrong[i][1]);
	}
}

static void
make_holds(struct client *c, const char *wallet)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);
	int64_t expired;
	struct answer a = hold(c, acme.test_key, wallet, "5", fresh_reference(c), "");

	a = act(c, acme.test_key, "holds", answer_at(&a, "data.id"), "capture", "");
	expect_status(&a, 200);
	a = hold(c, acme.test_key, wallet, "5", fresh_reference(c), ",'metadata':{'order':'1'}");
	a = act(c, acme.test_key, "holds", answer_at(&a, "data.id"), "void", "");
	expect_status(&a, 200);
	a = hold(c, acme.test_key, wallet, "5", fresh_reference(c), "");
	client_sql(c, "UPDATE cowry.hold SET expires_at = clock_timestamp() WHERE public_id = '%s'",
		   answer_at(&a, "data.id"));
	assert_int_equal(wallet_hold_expire_due(&ctx, &expired), ERR_OK);
	assert_int_equal(expired, 1);
}

static void
make_payments(struct client *c, const char *wallet)
{
	static const struct {
		const char *reference;
		const char *outcome;
		const char *amount;
	} rows[] = {
		{"types-1", "success", "10"},
		{"types-2", "failed", "10"},
		{"types-3", "success", "9.99"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer a = deposit(c, wallet, "10", rows[i].reference);

		expect_status(&a, 201);
		a = tell(c, false, rows[i].outcome, rows[i].reference, rows[i].amount, "NGN");
		expect_status(&a, 200);
	}
}

/* A wallet of a customer, and of none; frozen and activated. */
static void
make_wallets(struct client *c)
{
	struct answer a =
		client_call(c, "POST", client_text(c, "/v1/projects/%s/accounts", acme.project),
			    acme.owner.access, client_json(c, "{'name':'Ada'}"));
	const char *path;

	a = client_call(
		c, "POST", "/v1/wallets", acme.test_key,
		client_json(c, "{'currency':'NGN','accountId':'%s'}", answer_at(&a, "data.id")));
	expect_status(&a, 201);
	path = client_text(c, "/v1/wallets/%s", answer_at(&a, "data.id"));
	for (int i = 0; i < 2; i++) {
		a = client_call(c, "PATCH", path, acme.test_key,
				client_json(c, "{'status':'%s'}", i == 0 ? "frozen" : "active"));
		expect_status(&a, 200);
	}
}

static void
make_statement(struct client *c, const char *wallet)
{
	struct answer a =
		client_call(c, "POST", client_text(c, "/v1/wallets/%s/statements", wallet),
			    acme.test_key, "{}");
	struct ctx ctx = app_ctx(c->app, c->scratch);
	bool found;

	expect_status(&a, 202);
	assert_int_equal(queue_run_one(&ctx, &queue_statement, &found), ERR_OK);
	assert_true(found);
}

static void
make_all(struct client *c)
{
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct answer a = transfer(c, acme.test_key, wallet, wallet_new(c, acme.test_key, "NGN"),
				   "5", fresh_reference(c), ",'metadata':{'order':{'id':7}}");
	const char *id;

	expect_status(&a, 201);
	id = answer_at(&a, "data.id");
	a = client_call(c, "PATCH", client_text(c, "/v1/transactions/%s", id), acme.test_key,
			client_json(c, "{'metadata':{'paid':true}}"));
	expect_status(&a, 200);
	a = act(c, acme.test_key, "transactions", id, "reverse", "");
	expect_status(&a, 201);
	a = fund(c, "debit", acme.test_key, wallet, "1", "NGN", fresh_reference(c), "");
	expect_status(&a, 201);
	make_wallets(c);
	make_holds(c, wallet);
	make_payments(c, wallet);
	make_statement(c, wallet);
}

static void
test_all_types(void **state)
{
	struct client *c = *state;
	struct json_object *all = schemas(c);
	struct json_object *list;
	bool seen[64] = {false};
	struct answer a =
		client_call(c, "POST", client_text(c, "/v1/projects/%s/webhooks", acme.project),
			    acme.owner.access,
			    client_json(c, "{'polled':true,'mode':'test','eventTypes':['*']}"));

	expect_status(&a, 201);
	make_all(c);
	stream_all(c);
	a = client_call(c, "GET", "/v1/events?limit=100", acme.test_key, NULL);
	expect_status(&a, 200);
	list = member(a.json, "data");
	for (size_t i = 0; i < json_list_length(list); i++) {
		struct json_object *event = json_list_item(list, i);
		const char *name = json_text_value(member(event, "type"));
		const char *wrong = check_value(schema_of(all, name), event);

		if (wrong != NULL)
			fail_msg("%s: %s: %s", name, wrong, json_compact(c->scratch, event));
		seen[event_type_find(name) - event_types] = true;
	}
	for (size_t i = 0; event_types[i].name != NULL; i++)
		if (!seen[i])
			fail_msg("%s was not published", event_types[i].name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		payment_test(test_finds_violations),
		payment_test(test_all_types),
		payment_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, payment_setup, payment_teardown);
}
